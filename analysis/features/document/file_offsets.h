// From source locations to offsets in the text of an open file, by comparing numbers: a feature that looks
// at every name of a file asks for tens of thousands of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>

#include "analysis/features/live_ast.h"

namespace clang {
class SourceManager;
}  // namespace clang

namespace astrolabe {

class FileOffsets {
 public:
  explicit FileOffsets(const LiveAst& ast);

  // Where the token at a location is written; nothing if that is in another file or in a macro's body.
  // The arguments of a macro are written where it is used.
  std::optional<uint32_t> Written(clang::SourceLocation location) const;

 private:
  struct Part {
    clang::SourceLocation::UIntTy first = 0;
    uint32_t size = 0;  // 0: there is no such part
  };
  // Of a token that the parser has cut in two, as the >> of V<V<int>>: Clang makes it a macro's expansion.
  bool IsFirstHalf(clang::SourceLocation location) const;
  static Part PartOf(const clang::SourceManager& sources, clang::FileID id);

  const clang::SourceManager& sources_;
  Part main_;
  Part preamble_;
};

}  // namespace astrolabe
