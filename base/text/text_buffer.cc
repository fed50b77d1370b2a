// The tree, the edit, and the ways down it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/text_buffer.h"

#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace astrolabe {
namespace text_internal {

// A leaf if `height` is 0: its bytes follow it in memory. Otherwise it has two children.
struct Node {
  mutable std::atomic<uint32_t> references{1};
  uint32_t height = 0;
  TextCounts counts;
};

namespace {

constexpr size_t kMinLeaf = 512;
constexpr size_t kMaxLeaf = 2048;
// Of leaves made of a longer text: room to grow.
constexpr size_t kNewLeaf = 1280;
// No boundary depends on more bytes to either side of it.
constexpr size_t kBoundaryReach = 4;

struct Inner : Node {
  NodeRef left;
  NodeRef right;
};

const Inner& AsInner(const Node* node) { return *static_cast<const Inner*>(node); }

std::string_view Bytes(const Node* leaf) {
  return {reinterpret_cast<const char*>(leaf + 1), leaf->counts.bytes};
}

size_t SizeOf(const NodeRef& tree) { return tree ? tree->counts.bytes : 0; }

// The leaf with the joined pieces; one node, whatever its size.
NodeRef NewLeaf(std::string_view first, std::string_view second = {}, std::string_view third = {}) {
  const size_t size = first.size() + second.size() + third.size();
  void* const memory = ::operator new(sizeof(Node) + size);
  auto* const leaf = new (memory) Node;
  char* out = reinterpret_cast<char*>(leaf + 1);
  for (const std::string_view piece : {first, second, third}) {
    if (piece.empty()) continue;
    std::memcpy(out, piece.data(), piece.size());
    out += piece.size();
  }
  leaf->counts = CountText({reinterpret_cast<const char*>(leaf + 1), size});
  return NodeRef(leaf);
}

NodeRef NewInner(NodeRef left, NodeRef right) {
  auto* const inner = new Inner;
  inner->height = std::max(left->height, right->height) + 1;
  inner->counts = left->counts + right->counts;
  inner->left = std::move(left);
  inner->right = std::move(right);
  return NodeRef(inner);
}

// An inner node of two trees whose heights differ by at most two.
NodeRef Balance(const NodeRef& left, const NodeRef& right) {
  if (left->height > right->height + 1) {
    const Inner& high = AsInner(left.get());
    if (high.left->height >= high.right->height) {
      return NewInner(high.left, NewInner(high.right, right));
    }
    const Inner& middle = AsInner(high.right.get());
    return NewInner(NewInner(high.left, middle.left), NewInner(middle.right, right));
  }
  if (right->height > left->height + 1) {
    const Inner& high = AsInner(right.get());
    if (high.right->height >= high.left->height) {
      return NewInner(NewInner(left, high.left), high.right);
    }
    const Inner& middle = AsInner(high.left.get());
    return NewInner(NewInner(left, middle.left), NewInner(middle.right, high.right));
  }
  return NewInner(left, right);
}

// The higher tree's spine is followed down to where the lower one fits; the result is at most one
// higher than the higher of the two, which is what Balance needs on the way back.
NodeRef Join(const NodeRef& left, const NodeRef& right) {
  if (!left) return right;
  if (!right) return left;
  if (left->height > right->height + 1) {
    const Inner& high = AsInner(left.get());
    return Balance(high.left, Join(high.right, right));
  }
  if (right->height > left->height + 1) {
    const Inner& high = AsInner(right.get());
    return Balance(Join(left, high.left), high.right);
  }
  return NewInner(left, right);
}

NodeRef BuildLeaves(std::string_view text, size_t leaves) {
  if (leaves == 1) return NewLeaf(text);
  const size_t half = leaves / 2;
  const size_t cut = BoundaryBefore(text, text.size() / leaves * half);
  NodeRef left = BuildLeaves(text.substr(0, cut), half);
  return NewInner(std::move(left), BuildLeaves(text.substr(cut), leaves - half));
}

NodeRef Build(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() <= kMaxLeaf) return NewLeaf(text);
  return BuildLeaves(text, (text.size() + kNewLeaf - 1) / kNewLeaf);
}

// A tree taken apart around one leaf.
struct Split {
  NodeRef before;
  NodeRef leaf;
  size_t leaf_start = 0;
  NodeRef after;
};

// Around the leaf of the byte at `offset`, or around the last leaf if `offset` is the size.
Split SplitAt(const NodeRef& tree, size_t offset) {
  if (tree->height == 0) return {.leaf = tree};
  const Inner& inner = AsInner(tree.get());
  const size_t left_size = inner.left->counts.bytes;
  if (offset < left_size) {
    Split split = SplitAt(inner.left, offset);
    split.after = Join(split.after, inner.right);
    return split;
  }
  Split split = SplitAt(inner.right, offset - left_size);
  split.before = Join(inner.left, split.before);
  split.leaf_start += left_size;
  return split;
}

std::string_view FirstLeaf(const Node* node) {
  while (node->height != 0) node = AsInner(node).left.get();
  return Bytes(node);
}

std::string_view LastLeaf(const Node* node) {
  while (node->height != 0) node = AsInner(node).right.get();
  return Bytes(node);
}

// Whether two leaves may meet like this.
bool MayMeet(std::string_view left, std::string_view right) {
  std::string around(left.substr(left.size() - std::min(left.size(), kBoundaryReach)));
  const size_t at = around.size();
  around += right.substr(0, kBoundaryReach);
  return IsBoundary(around, at);
}

// The tree with the leaf that begins at `leaf_start` replaced.
NodeRef ReplaceLeaf(const NodeRef& tree, size_t leaf_start, const NodeRef& leaf) {
  if (tree->height == 0) return leaf;
  const Inner& inner = AsInner(tree.get());
  const size_t left_size = inner.left->counts.bytes;
  if (leaf_start < left_size) {
    return NewInner(ReplaceLeaf(inner.left, leaf_start, leaf), inner.right);
  }
  return NewInner(inner.left, ReplaceLeaf(inner.right, leaf_start - left_size, leaf));
}

// Typing: an edit inside one leaf that stays a good leaf with the same edges. Only the path down to it
// is copied. No tree if the edit is not of that kind.
NodeRef ReplaceInLeaf(const NodeRef& tree, size_t begin, size_t end, std::string_view replacement) {
  const Node* node = tree.get();
  size_t start = 0;
  while (node->height != 0) {
    const Inner& inner = AsInner(node);
    const size_t left_size = inner.left->counts.bytes;
    if (begin - start < left_size) {
      node = inner.left.get();
    } else {
      start += left_size;
      node = inner.right.get();
    }
  }
  const std::string_view bytes = Bytes(node);
  const size_t from = begin - start;
  const size_t to = end - start;
  if (to > bytes.size()) return {};
  const size_t new_size = bytes.size() - (to - from) + replacement.size();
  const bool only = tree->height == 0;
  if (new_size > kMaxLeaf || new_size < (only ? 1 : kMinLeaf)) return {};
  const bool first = start == 0;
  const bool last = start + bytes.size() == tree->counts.bytes;
  if (!first && from < kBoundaryReach) return {};
  if (!last && bytes.size() - to < kBoundaryReach) return {};
  return ReplaceLeaf(tree, start, NewLeaf(bytes.substr(0, from), replacement, bytes.substr(to)));
}

// Any edit: the tree is taken apart around the leaves that the edit touches, what is left of these and
// the replacement become new leaves, and leaves beside them are drawn in where invariant 1 or 2 wants it.
NodeRef ReplaceAcross(const NodeRef& tree, size_t begin, size_t end, std::string_view replacement) {
  const Split at_begin = SplitAt(tree, begin);
  const std::string_view first = Bytes(at_begin.leaf.get());
  const size_t first_end = at_begin.leaf_start + first.size();
  NodeRef before = at_begin.before;
  NodeRef after = at_begin.after;
  std::string middle(first.substr(0, begin - at_begin.leaf_start));
  middle += replacement;
  if (end <= first_end) {
    middle += first.substr(end - at_begin.leaf_start);
  } else {
    // Around the last byte that goes, not the first that stays: that one's leaf can stay whole.
    const Split at_end = SplitAt(after, end - 1 - first_end);
    middle += Bytes(at_end.leaf.get()).substr(end - first_end - at_end.leaf_start);
    after = at_end.after;
  }
  // At most a leaf or two on each side: a drawn-in leaf's far edge is as good as it was.
  for (bool changed = true; changed;) {
    changed = false;
    if (before && (middle.size() < kMinLeaf || !MayMeet(LastLeaf(before.get()), middle))) {
      const Split split = SplitAt(before, SizeOf(before));
      middle.insert(0, Bytes(split.leaf.get()));
      before = split.before;
      changed = true;
    }
    if (after && (middle.size() < kMinLeaf || !MayMeet(middle, FirstLeaf(after.get())))) {
      const Split split = SplitAt(after, 0);
      middle += Bytes(split.leaf.get());
      after = split.after;
      changed = true;
    }
  }
  return Join(Join(before, Build(middle)), after);
}

void VisitRange(const Node* node, size_t begin, size_t end,
                absl::FunctionRef<void(std::string_view)> visit) {
  if (begin >= end) return;
  if (node->height == 0) {
    visit(Bytes(node).substr(begin, end - begin));
    return;
  }
  const Inner& inner = AsInner(node);
  const size_t left_size = inner.left->counts.bytes;
  if (begin < left_size) VisitRange(inner.left.get(), begin, std::min(end, left_size), visit);
  if (end > left_size) {
    VisitRange(inner.right.get(), begin > left_size ? begin - left_size : 0, end - left_size,
               visit);
  }
}

// Behind the line break number `number` of `text`, counted from 1 and known to be there.
size_t BehindLineBreak(std::string_view text, size_t number) {
  size_t at = 0;
  for (;; ++at) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
    if ((text[at] == '\n' || text[at] == '\r') && --number == 0) return at + 1;
  }
}

[[noreturn]] void Broken(const char* what) {
  std::fprintf(stderr, "text buffer: %s\n", what);
  std::abort();
}

// `only`: the tree is this one leaf.
void Check(const Node* node, bool only) {
  if (node->height == 0) {
    const std::string_view bytes = Bytes(node);
    if (bytes.empty()) Broken("empty leaf");
    if (bytes.size() > kMaxLeaf) Broken("leaf too large");
    if (!only && bytes.size() < kMinLeaf) Broken("leaf too small");
    if (node->counts != CountText(bytes)) Broken("wrong counts of a leaf");
    return;
  }
  const Inner& inner = AsInner(node);
  const uint32_t left = inner.left->height;
  const uint32_t right = inner.right->height;
  if (left > right + 1 || right > left + 1) Broken("out of balance");
  if (node->height != std::max(left, right) + 1) Broken("wrong height");
  if (node->counts != inner.left->counts + inner.right->counts) Broken("wrong counts");
  if (!MayMeet(LastLeaf(inner.left.get()), FirstLeaf(inner.right.get()))) {
    Broken("leaves meet inside a character or a CR LF");
  }
  Check(inner.left.get(), false);
  Check(inner.right.get(), false);
}

}  // namespace

void Retain(const Node* node) { node->references.fetch_add(1, std::memory_order_relaxed); }

// As deep as the tree is high.
void Release(const Node* node) {
  if (node->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (node->height != 0) {
    delete static_cast<const Inner*>(node);
    return;
  }
  node->~Node();
  ::operator delete(const_cast<Node*>(node));
}

}  // namespace text_internal

using text_internal::AsInner;
using text_internal::Bytes;
using text_internal::Inner;
using text_internal::Node;

TextBuffer::TextBuffer(std::string_view text) : root_(text_internal::Build(text)) {}

TextCounts TextBuffer::counts() const { return root_ ? root_->counts : TextCounts{}; }

TextBuffer TextBuffer::Replace(size_t begin, size_t end, std::string_view replacement) const {
  begin = std::min(begin, size());
  end = std::clamp(end, begin, size());
  if (begin == end && replacement.empty()) return *this;
  if (!root_) return TextBuffer(replacement);
  text_internal::NodeRef edited = text_internal::ReplaceInLeaf(root_, begin, end, replacement);
  if (!edited) edited = text_internal::ReplaceAcross(root_, begin, end, replacement);
  return TextBuffer(std::move(edited));
}

std::string TextBuffer::Substring(size_t begin, size_t end) const {
  begin = std::min(begin, size());
  end = std::clamp(end, begin, size());
  std::string result;
  result.reserve(end - begin);
  ForEachChunk(begin, end, [&](std::string_view chunk) { result += chunk; });
  return result;
}

std::string_view TextBuffer::ChunkAt(size_t offset) const {
  if (offset >= size()) return {};
  const Node* node = root_.get();
  while (node->height != 0) {
    const Inner& inner = AsInner(node);
    const size_t left_size = inner.left->counts.bytes;
    if (offset < left_size) {
      node = inner.left.get();
    } else {
      offset -= left_size;
      node = inner.right.get();
    }
  }
  return Bytes(node).substr(offset);
}

void TextBuffer::ForEachChunk(size_t begin, size_t end,
                              absl::FunctionRef<void(std::string_view)> visit) const {
  if (root_) text_internal::VisitRange(root_.get(), begin, std::min(end, size()), visit);
}

size_t TextBuffer::LineStart(size_t line) const {
  if (line == 0) return 0;
  if (line >= line_count()) return size();
  const Node* node = root_.get();
  size_t start = 0;
  while (node->height != 0) {
    const Inner& inner = AsInner(node);
    const size_t left_breaks = inner.left->counts.line_breaks;
    if (line <= left_breaks) {
      node = inner.left.get();
    } else {
      line -= left_breaks;
      start += inner.left->counts.bytes;
      node = inner.right.get();
    }
  }
  return start + text_internal::BehindLineBreak(Bytes(node), line);
}

size_t TextBuffer::LineEnd(size_t line) const {
  if (line + 1 >= line_count()) return size();
  const size_t next = LineStart(line + 1);
  // CR LF lie in one leaf, so one look is enough.
  const size_t from = next >= 2 ? next - 2 : 0;
  const std::string tail = Substring(from, next);
  return next - (tail == "\r\n" ? 2 : 1);
}

TextCounts TextBuffer::CountsBefore(size_t offset) const {
  if (offset >= size()) return counts();
  const Node* node = root_.get();
  TextCounts before;
  while (node->height != 0) {
    const Inner& inner = AsInner(node);
    const size_t left_size = inner.left->counts.bytes;
    if (offset < left_size) {
      node = inner.left.get();
    } else {
      offset -= left_size;
      before = before + inner.left->counts;
      node = inner.right.get();
    }
  }
  const std::string_view leaf = Bytes(node);
  return before + CountText(leaf.substr(0, BoundaryBefore(leaf, offset)));
}

size_t TextBuffer::OffsetOfUnits(size_t units, PositionEncoding encoding) const {
  if (units >= counts().Units(encoding)) return size();
  const Node* node = root_.get();
  size_t start = 0;
  while (node->height != 0) {
    const Inner& inner = AsInner(node);
    const size_t left_units = inner.left->counts.Units(encoding);
    if (units < left_units) {
      node = inner.left.get();
    } else {
      units -= left_units;
      start += inner.left->counts.bytes;
      node = inner.right.get();
    }
  }
  if (node->counts.one_unit_each()) return start + units;
  return start + BytesOfUnits(Bytes(node), units, encoding);
}

uint64_t TextBuffer::Digest() const {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                       XXH3_freeState);
  XXH3_64bits_reset(state.get());
  ForEachChunk(0, size(), [&](std::string_view chunk) {
    XXH3_64bits_update(state.get(), chunk.data(), chunk.size());
  });
  return XXH3_64bits_digest(state.get());
}

bool operator==(const TextBuffer& a, const TextBuffer& b) {
  if (a.root_.get() == b.root_.get()) return true;
  if (a.counts() != b.counts()) return false;
  size_t at = 0;
  bool equal = true;
  a.ForEachChunk(0, a.size(), [&](std::string_view chunk) {
    while (equal && !chunk.empty()) {
      const std::string_view other = b.ChunkAt(at).substr(0, chunk.size());
      equal = other.data() == chunk.data() || other == chunk.substr(0, other.size());
      at += other.size();
      chunk.remove_prefix(other.size());
    }
  });
  return equal;
}

void TextBuffer::CheckInvariants() const {
  if (root_) text_internal::Check(root_.get(), root_->height == 0);
}

}  // namespace astrolabe
