// Where in the source that belongs to a header a function of the header is defined.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "analysis/features/refactor/other_file.h"
#include "analysis/features/refactor/refactorings.h"

namespace clang {
class DeclContext;
class FunctionDecl;
}  // namespace clang

namespace astrolabe {

// Whether there is such a source and it includes the header.
bool HasSource(const Selection& selection);

// Whether there is such a source, it includes the header, and nothing keeps the definition in the header: a template, `inline`, `constexpr`, an
// unnamed namespace.
bool BelongsInSource(const Selection& selection, const clang::FunctionDecl& function);

// By name and number of parameters.
bool IsDefinedIn(const SourceOutline& source, const clang::FunctionDecl& function);

struct SourcePlace {
  uint32_t offset = 0;
  bool is_behind = false;  // another definition, and not at the begin of a line
  const clang::DeclContext* context = nullptr;  // the namespace there
  std::string qualifier;                        // that the name needs there: "n::C::"
};
// Behind the definition of what is declared ahead of it, else at the end of its namespace.
absl::StatusOr<SourcePlace> PlaceInSource(const SourceOutline& source,
                                          const clang::FunctionDecl& function);

// A definition there, in the file's own manner of empty lines.
OtherFile InsertAt(const SourceOutline& source, const SourcePlace& place, const std::string& code);

// "a.cc" of "/x/a.cc".
std::string FileName(const std::string& path);

}  // namespace astrolabe
