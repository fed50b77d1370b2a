// Of declarations that move from a header to a new one: their definitions in the source that belongs to the header, which
// move to a new source.
//
// What the definitions use of that source (a function of its unnamed namespace, a macro, a using declaration) stays there:
// who parses the new source finds out. So do conversions, which tokens alone do not tell: they are defined where they were.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/features/refactor/other_file.h"
#include "analysis/features/refactor/refactorings.h"

namespace astrolabe {

// By place; none if there is no such source, or it does not include the header.
std::vector<SourceOutline::Function> DefinitionsInSource(
    const Selection& selection, const std::vector<const clang::Decl*>& declarations);

// "/x/big_box.cc" for "big_box.h", beside the source.
std::string NewSourcePath(const Selection& selection, const std::string& new_header);

// The new source and the old one without them. An error says why not, for people.
absl::StatusOr<std::vector<OtherFile>> MoveDefinitions(
    const Selection& selection, const std::vector<SourceOutline::Function>& definitions,
    const std::string& new_header);

// What of the comment at the top of a file is the licence's.
std::string LicenceOf(const LiveAst& file);

}  // namespace astrolabe
