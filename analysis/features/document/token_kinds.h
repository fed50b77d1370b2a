// What a semantic token says about the declaration that a name stands for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>

#include "analysis/live/answers.h"

namespace clang {
class NamedDecl;
class QualType;
}  // namespace clang

namespace astrolabe {

struct TokenMeaning {
  TokenType type = TokenType::kVariable;
  uint32_t modifiers = 0;  // of TokenModifier
};

// Nothing for what has no colour of its own: a lambda's class, an unnamed struct's field.
std::optional<TokenMeaning> MeaningOf(const clang::NamedDecl* declaration);

// Of a type that is written as `auto`, `decltype` or an alias: what it really is.
std::optional<TokenMeaning> MeaningOf(clang::QualType type);

}  // namespace astrolabe
