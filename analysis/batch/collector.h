// From Clang's AST and the preprocessor's record to facts, file by file.
//
// Collection happens once, at the end of a parse, and not declaration by declaration while it runs:
// only then is it known how each header was preprocessed, and so whether another process has that
// header's facts already and the whole walk over its declarations can be left out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analysis/batch/preprocessor_record.h"

namespace clang {
class CompilerInstance;
class Decl;
}  // namespace clang

namespace astrolabe {

struct CollectOptions {
  std::string root;  // of the workspace; paths inside it are made relative
  // The unit's main file, whose facts are always wanted; kNoFile in a zygote.
  uint32_t main_file = kNoFile;
  // The files that the unit includes, by index, where declarations of other files may be visible:
  // then references to those are spurious. Null: all that is visible is included.
  const std::vector<bool>* closure = nullptr;
  // Whether this process is to deliver the facts of a file; asked once per file of this epoch.
  std::function<bool(const RecordedFile&, uint64_t variant)> claim;
};

struct Collected {
  std::vector<std::string> files;  // encoded FileFacts
  // A reference that is not dependent names something outside the closure: "NAME of FILE at line N".
  // Then the facts must not be used: the code means something else than it does alone.
  std::string spurious;
  uint32_t dropped_candidates = 0;  // dependent ones, which were left out
};

// `declarations`: the top-level ones that this process has parsed.
Collected Collect(clang::CompilerInstance& compiler, PreprocessorRecord& record,
                  std::span<const clang::Decl* const> declarations, const CollectOptions& options);

// `path` as FileFacts::path has it.
std::string WorkspacePath(std::string_view root, std::string_view path);

}  // namespace astrolabe
