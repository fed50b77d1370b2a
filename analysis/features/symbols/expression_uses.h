// What the code around an expression does with it: writes to it, calls it, passes it to a parameter.
//
// An expression does not know what it is part of, so a walk over the AST notes this of the parts of each expression
// before it goes down to them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace clang {
class BinaryOperator;
class CallExpr;
class CXXConstructExpr;
class Expr;
class FunctionDecl;
class ParmVarDecl;
class UnaryOperator;
}  // namespace clang

namespace astrolabe {

class ExpressionUses {
 public:
  // `with_parameters`: also which parameter an argument goes to. Few ask for it, and it costs an entry for each.
  explicit ExpressionUses(bool with_parameters) : with_parameters_(with_parameters) {}

  void Note(const clang::BinaryOperator* expression);
  void Note(const clang::UnaryOperator* expression);
  void Note(const clang::CallExpr* call);
  void Note(const clang::CXXConstructExpr* call);

  // Of a name: whether its value changes. In `a.b[i] = 0` that of b does.
  bool IsWritten(const clang::Expr* expression) const { return written_.contains(expression); }
  bool IsCalled(const clang::Expr* expression) const { return called_.contains(expression); }
  // The parameter that it is the argument for; null if it is none.
  const clang::ParmVarDecl* ParameterOf(const clang::Expr* expression) const {
    return passed_as_.lookup(expression);
  }

 private:
  void NoteWritten(const clang::Expr* expression);
  template <typename Call>
  void NotePassing(const Call* call, const clang::FunctionDecl* callee);

  const bool with_parameters_;
  llvm::DenseSet<const clang::Expr*> written_;
  llvm::DenseSet<const clang::Expr*> called_;
  llvm::DenseMap<const clang::Expr*, const clang::ParmVarDecl*> passed_as_;
};

}  // namespace astrolabe
