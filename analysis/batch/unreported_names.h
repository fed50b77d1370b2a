// What Clang 22's indexer does not tell of names and calls, found by a walk of our own.
//
// - Types named by way of a using declaration: `using ns::Slice; Slice s;`.
// - Constructors that a constructor calls for the bases and members that its initialisers leave out, inherited ones,
//   and those of the variable of a range-based `for`.
// - Where the call of a constructor names the class: the indexer gives the place of `ns` in `ns::T(1)`, and of `x` in
//   `T x(1)`, where the constructor is called without being named.
// - Methods of a function's own class, which are no symbols, where they override one that is: they are declared and
//   called by its name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <span>

#include "clang/Basic/SourceLocation.h"
#include "index/semantic/facts.h"
#include "llvm/ADT/DenseMap.h"

namespace clang {
class CXXConstructExpr;
class Decl;
class NamedDecl;
}  // namespace clang

namespace astrolabe {

// What is named or called, where, what it does there, and the function, type or variable that this is part of (null if
// there is none).
using UnreportedName =
    std::function<void(const clang::NamedDecl& named, clang::SourceLocation place, RoleSet roles,
                       const clang::NamedDecl* container)>;

// The calls that name the class, each with the place of that name.
using SpelledConstructors = llvm::DenseMap<const clang::CXXConstructExpr*, clang::SourceLocation>;

// In what is written in the declarations; what templates are instantiated to is left out.
SpelledConstructors FindUnreportedNames(std::span<const clang::Decl* const> declarations,
                                        const UnreportedName& report);

}  // namespace astrolabe
