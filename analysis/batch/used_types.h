// Types named by way of a using declaration: `using ns::Slice; Slice s;`.
//
// Clang 22's indexer does not report these names at all, so that the references of a class that others bring into
// their own scope were incomplete by the files that do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <span>

#include "clang/Basic/SourceLocation.h"

namespace clang {
class Decl;
class NamedDecl;
}  // namespace clang

namespace astrolabe {

// The type, where it is named, and the function, type or variable that this is part of (null if there is none).
using UsedTypeReport = std::function<void(const clang::NamedDecl& type, clang::SourceLocation place,
                                          const clang::NamedDecl* container)>;

// In what is written in the declarations; what templates are instantiated to is left out.
void FindUsedTypes(std::span<const clang::Decl* const> declarations, const UsedTypeReport& report);

}  // namespace astrolabe
