// Functions as a person would declare them at a place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>

#include "analysis/features/live_ast.h"
#include "clang/AST/Type.h"

namespace clang {
class DeclContext;
class FunctionDecl;
}  // namespace clang

namespace astrolabe {

struct FunctionText {
  std::string result;  // with a space behind it; of constructors, destructors and conversions empty
  std::string name;    // without a qualifier: "f", "operator+", "~C"
  std::string parameters;  // "int a, const char *b", without default arguments
  std::string qualifiers;  // " const &", " noexcept"

  // "int C::f(int a) const", with "C::" as the qualifier.
  std::string With(const std::string& qualifier) const {
    return result + qualifier + name + "(" + parameters + ")" + qualifiers;
  }
};

// Types of the result as they are spelled at `outside`, where the name has not been read yet, those of the parameters as
// at `inside`. Nothing if a type can't be spelled or what it throws depends on something.
std::optional<FunctionText> SpellFunction(const LiveAst& ast, const clang::FunctionDecl& function,
                                          const clang::DeclContext* outside,
                                          const clang::DeclContext* inside);

// " {}", or a body that gives the empty value of the type.
std::string EmptyBody(clang::QualType result, const std::string& indent);

}  // namespace astrolabe
