// The text of an open document: as if immutable, cheap to copy, cheap to edit.
//
// An editor sends an edit of a few bytes, and every request in flight goes on reading the text as it was. So
// the text is a rope that is never changed: a balanced binary tree (AVL by joining, after Blelloch, Ferizovic
// and Sun, "Just Join for Parallel Ordered Sets", 2016) whose leaves hold half to two kilobytes. An edit makes
// one new leaf and the nodes above it, and shares all else with the text before. Each node counts the bytes,
// UTF-16 code units, characters and line breaks below it, so that lines and columns are found on the way
// down, in a 20 MB file of one line too.
//
// Invariants of the tree:
//  1. Every leaf has 512 to 2048 bytes, except that a text of fewer has one leaf and an empty one none.
//  2. Leaves meet at boundaries (code_units.h): no character and no CR LF is divided between two, so the
//     counts of a node are the sums of its children's.
//  3. The heights of two siblings differ by at most one.
//  4. A node never changes once something points to it; its bytes are whatever was put in, valid UTF-8 or not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "base/text/code_units.h"

namespace astrolabe {

namespace text_internal {

struct Node;
void Retain(const Node* node);
void Release(const Node* node);

// A counted reference to a node, or to none: the empty tree.
class NodeRef {
 public:
  NodeRef() = default;
  // Takes over a reference that is already counted.
  explicit NodeRef(const Node* node) : node_(node) {}
  NodeRef(const NodeRef& other) : node_(other.node_) {
    if (node_ != nullptr) Retain(node_);
  }
  NodeRef(NodeRef&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  NodeRef& operator=(NodeRef other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~NodeRef() {
    if (node_ != nullptr) Release(node_);
  }

  const Node* get() const { return node_; }
  const Node* operator->() const { return node_; }
  explicit operator bool() const { return node_ != nullptr; }

 private:
  const Node* node_ = nullptr;
};

}  // namespace text_internal

// A value: copying shares, and any number of threads may read copies, or the same object, at once. Offsets
// are bytes and clamped to the size. Lines are counted from 0; there is always a last one, maybe empty.
class TextBuffer {
 public:
  TextBuffer() = default;
  explicit TextBuffer(std::string_view text);

  size_t size() const { return counts().bytes; }
  bool empty() const { return !root_; }
  // Of the whole text.
  TextCounts counts() const;
  size_t line_count() const { return counts().line_breaks + 1; }

  // The text with the bytes [begin, end) replaced; an `end` before `begin` means `begin`. O(log size) plus
  // the bytes replaced and inserted.
  TextBuffer Replace(size_t begin, size_t end, std::string_view replacement) const;

  std::string ToString() const { return Substring(0, size()); }
  std::string Substring(size_t begin, size_t end) const;
  // Line `line` without its line break; empty if there is no such line.
  std::string Line(size_t line) const { return Substring(LineStart(line), LineEnd(line)); }

  // The bytes from `offset` to the end of the leaf that holds them; empty at the end. Good while a copy of
  // this text lives. O(log size).
  std::string_view ChunkAt(size_t offset) const;
  // Calls `visit` with the pieces of [begin, end) in order; together O(number of pieces + log size).
  void ForEachChunk(size_t begin, size_t end,
                    absl::FunctionRef<void(std::string_view)> visit) const;

  // Where line `line` begins; size() if there is no such line.
  size_t LineStart(size_t line) const;
  // Where its line break begins, or the text ends.
  size_t LineEnd(size_t line) const;
  // What is before `offset`, or, where that is inside a character or between CR and LF, before that:
  // `line_breaks` is the number of the line that `offset` is in.
  TextCounts CountsBefore(size_t offset) const;
  // The byte at which the text's first `units` code units are over, rounded down to a whole character.
  size_t OffsetOfUnits(size_t units, PositionEncoding encoding) const;

  // XXH3-64 of the bytes, as the index has it of a file's content. O(size).
  uint64_t Digest() const;

  friend bool operator==(const TextBuffer& a, const TextBuffer& b);
  // Aborts with a message if an invariant of the tree does not hold. For tests. O(size).
  void CheckInvariants() const;

 private:
  explicit TextBuffer(text_internal::NodeRef root) : root_(std::move(root)) {}

  text_internal::NodeRef root_;
};

}  // namespace astrolabe
