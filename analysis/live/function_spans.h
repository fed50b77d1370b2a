// Where the functions of a file are whose bodies may be skipped, noted while it is parsed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <vector>

#include "analysis/live/answers.h"
#include "clang/Basic/SourceLocation.h"

namespace clang {
class FunctionDecl;
class SourceManager;
}  // namespace clang

namespace astrolabe {

// One thread. Borrows the parse.
class FunctionSpans {
 public:
  FunctionSpans(const clang::SourceManager& sources, clang::FileID file)
      : sources_(sources), file_(file) {}

  // The parser is at the body of `function`. Whether it is to be skipped: if there is an `only`, all are but that
  // and those inside it.
  bool Meet(const clang::FunctionDecl& function, const std::optional<FunctionSpan>& only);

  // The outermost ones, in order. One whose body comes from a macro ends where it begins, as skipped ones do.
  std::vector<FunctionSpan> Spans() const;

 private:
  // In `file_`, of macros the place of their use; nothing for another file.
  std::optional<uint32_t> OffsetOf(clang::SourceLocation location) const;
  std::optional<uint32_t> BeginOf(const clang::FunctionDecl& function) const;

  const clang::SourceManager& sources_;
  const clang::FileID file_;
  std::vector<const clang::FunctionDecl*> functions_;
};

}  // namespace astrolabe
