// What a person has selected in an open file: a stretch of text, and the nodes of the AST around it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/features/live_ast.h"
#include "clang/AST/ASTTypeTraits.h"
#include "clang/Basic/SourceLocation.h"

namespace astrolabe {

// Bytes of LiveAst::text, without the end.
struct TextSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t size() const { return end - begin; }
  bool Holds(const TextSpan& other) const { return begin <= other.begin && other.end <= end; }
  bool Touches(const TextSpan& other) const { return begin <= other.end && other.begin <= end; }
  friend bool operator==(const TextSpan&, const TextSpan&) = default;
};

struct SelectedNode {
  clang::DynTypedNode node;
  TextSpan span;
  bool is_written = false;  // neither its begin nor its end comes from a macro
};

class Selection {
 public:
  // White space at both ends of the range does not count. An empty range is the place between two characters.
  // `source`: that belongs to the file, if that is a header; null if there is none.
  Selection(LiveAst& ast, CodeRange range, const FileText* source = nullptr,
            AnswerSettings settings = {});

  LiveAst& ast() const { return ast_; }
  const AnswerSettings& settings() const { return settings_; }
  TextSpan span() const { return span_; }
  const FileText* source() const { return source_; }
  bool is_point() const { return span_.begin == span_.end; }

  // The nodes that hold all of the selection, the outermost first: declarations, statements, type locations.
  const std::vector<SelectedNode>& path() const { return path_; }

  // The innermost of its class; its index in path() goes to `at`. Null if there is none.
  template <typename T>
  const T* Innermost(size_t* at = nullptr) const {
    for (size_t i = path_.size(); i-- > 0;) {
      if (const T* node = path_[i].node.get<T>()) {
        if (at != nullptr) *at = i;
        return node;
      }
    }
    return nullptr;
  }

 private:
  LiveAst& ast_;
  const FileText* source_;
  TextSpan span_;
  std::vector<SelectedNode> path_;
  const AnswerSettings settings_;
};

}  // namespace astrolabe
