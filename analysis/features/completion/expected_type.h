// The type that is expected at the cursor, and how well what an option stands for goes with it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

#include "analysis/features/completion/ranking.h"
#include "clang/AST/Type.h"

namespace clang {
class ASTContext;
class NamedDecl;
}  // namespace clang

namespace astrolabe {

class ExpectedType {
 public:
  // `type` is Clang's guess, null if it has none.
  ExpectedType(clang::ASTContext& context, clang::QualType type);

  bool is_known() const { return !type_.isNull(); }
  TypeFit OfKeyword(std::string_view word) const;
  // Of the value that one gets by writing the name, called if it is a function's; of a type, of a value of it.
  TypeFit Of(const clang::NamedDecl& declaration) const;

 private:
  clang::ASTContext& context_;
  clang::QualType type_;  // canonical, unqualified; null if nothing is expected
};

}  // namespace astrolabe
