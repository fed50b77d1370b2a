// What a feature gets to see of an open file: its AST and preprocessor, in the process that parsed it.
//
// The file's text is parsed in two parts. Its preamble (the #include lines and what else stands ahead of
// the first declaration) is in the preprocessor's past, as a buffer of its own with the file's name; the
// rest is the buffer `main`, in which the preamble is blanked out, so that offsets are the file's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/live/answers.h"
#include "analysis/live/line_index.h"
#include "clang/Basic/SourceLocation.h"

namespace clang {
class ASTContext;
class Decl;
class Preprocessor;
class Sema;
}  // namespace clang

namespace astrolabe {

class Occurrences;
class PreprocessorRecord;

struct LiveAst {
  clang::ASTContext* context = nullptr;
  clang::Preprocessor* preprocessor = nullptr;
  clang::Sema* sema = nullptr;  // null in tests that have none
  PreprocessorRecord* record =
      nullptr;  // macro uses, includes, skipped ranges; null in tests without
  clang::FileID main;
  clang::FileID preamble;      // invalid if the file was parsed in one piece
  std::string path;            // of the file, absolute
  std::string text;            // all of it; see SetText
  LineIndex lines;             // of `text`
  uint32_t preamble_size = 0;  // bytes of `text` that stand in `preamble`
  // Top-level declarations whose place is in `main`.
  std::vector<clang::Decl*> declarations;
  std::shared_ptr<const Occurrences>
      occurrences;  // null until they are asked for (symbols/occurrences.h)

  // Whether a FileID is one of the file's two parts. In both, offsets are those of `text`.
  bool IsInFile(clang::FileID id) const {
    return id == main || (preamble.isValid() && id == preamble);
  }

  // The place of an expansion or file location; nothing if it is in another file.
  std::optional<CodePlace> PlaceOf(clang::SourceLocation location) const;
  // Of a range of tokens, up to behind the last one.
  std::optional<CodeRange> RangeOf(clang::SourceRange tokens) const;
  // The same in any file, with its path; nothing for built-in and scratch space.
  std::optional<CodeLocation> LocationOf(clang::SourceRange tokens) const;
  void SetText(std::string whole);
  // The location of a place, in whichever part of the file it is.
  clang::SourceLocation LocationAt(CodePlace place) const;
  uint32_t OffsetOf(CodePlace place) const { return lines.OffsetOf(place); }
  CodePlace PlaceAt(uint32_t offset) const { return lines.PlaceOf(offset); }
};

}  // namespace astrolabe
