// What the open file itself uses: each declaration that its text names or cannot do without.
//
// WalkNames (symbols/name_walker.h) says what a name stands for; here the question is which declaration has to be
// seen for it. Of `map->second` that is not the member but the type of `map`; of a name that a using declaration
// brought it is that one; of `Shop shop;` it is the class and not its constructor. These are the rules by which
// clangd's include-cleaner goes, so that both call the same lines unused.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>

#include "analysis/features/live_ast.h"

namespace clang {
class NamedDecl;
}  // namespace clang

namespace astrolabe {

enum class UseKind : uint32_t {
  kNamed,      // the text spells it
  kImplied,    // the type of an object whose member is named; an operator
  kCandidate,  // one of those that an overloaded name may mean
};

// Calls `found` for each use whose name stands in the file, and not in the body of another file's macro; some more
// than once.
using UseFound = std::function<void(clang::SourceLocation, const clang::NamedDecl&, UseKind)>;
void WalkDirectUses(const LiveAst& ast, const UseFound& found);

}  // namespace astrolabe
