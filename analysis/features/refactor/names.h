// Names for what a refactoring makes, in the manner of those that are there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

namespace clang {
class Expr;
class FunctionDecl;
}  // namespace clang

namespace astrolabe {

enum class NameStyle { kSnake, kLowerCamel, kUpperCamel };

// Of the local variables and parameters of a function; where there are none with two words, what goes with the
// function's own name: `DoIt` has local_names, `doIt` localNames.
NameStyle StyleOfNames(const clang::FunctionDecl& function);

// "file_size" in a style.
std::string InStyle(const std::string& name, NameStyle style);

// What a variable that holds the value may be called: `file.GetSize()` is a size.
std::string NameForValue(const clang::Expr& value, NameStyle style);

}  // namespace astrolabe
