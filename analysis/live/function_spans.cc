// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/function_spans.h"

#include <algorithm>

#include "clang/AST/Decl.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/Stmt.h"
#include "clang/Basic/SourceManager.h"

namespace astrolabe {

bool FunctionSpans::Meet(const clang::FunctionDecl& function,
                         const std::optional<FunctionSpan>& only) {
  functions_.push_back(&function);
  if (!only) return false;
  std::optional<uint32_t> begin = BeginOf(function);
  return !begin || *begin < only->begin || *begin >= only->end;
}

std::vector<FunctionSpan> FunctionSpans::Spans() const {
  std::vector<FunctionSpan> spans;
  for (const clang::FunctionDecl* function : functions_) {
    std::optional<uint32_t> begin = BeginOf(*function);
    if (!begin) continue;
    FunctionSpan span{*begin, *begin, *begin};
    const clang::Stmt* body = function->hasBody() ? function->getBody() : nullptr;
    bool is_written =
        body != nullptr && body->getBeginLoc().isFileID() && body->getEndLoc().isFileID();
    if (is_written) {
      std::optional<uint32_t> open = OffsetOf(body->getBeginLoc());
      std::optional<uint32_t> close = OffsetOf(body->getEndLoc());
      if (open && close && *open < *close) span = {*begin, *open, *close + 1};
    }
    spans.push_back(span);
  }
  std::sort(spans.begin(), spans.end());
  std::vector<FunctionSpan> outermost;
  for (const FunctionSpan& span : spans) {
    bool is_inside = !outermost.empty() && span.begin < outermost.back().end;
    bool is_again = !outermost.empty() && span == outermost.back();
    if (!is_inside && !is_again) outermost.push_back(span);
  }
  return outermost;
}

std::optional<uint32_t> FunctionSpans::OffsetOf(clang::SourceLocation location) const {
  if (location.isInvalid()) return std::nullopt;
  auto [id, offset] = sources_.getDecomposedExpansionLoc(location);
  if (id != file_) return std::nullopt;
  return offset;
}

std::optional<uint32_t> FunctionSpans::BeginOf(const clang::FunctionDecl& function) const {
  const clang::Decl* declaration = function.getDescribedFunctionTemplate();
  if (declaration == nullptr) declaration = &function;
  return OffsetOf(declaration->getBeginLoc());
}

}  // namespace astrolabe
