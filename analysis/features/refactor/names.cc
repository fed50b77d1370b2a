// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/names.h"

#include <vector>

#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/CharInfo.h"

namespace astrolabe {
namespace {

// Words of "fileSize", "FileSize", "file_size_", in small letters.
std::vector<std::string> WordsOf(llvm::StringRef name) {
  std::vector<std::string> words;
  bool begins = true;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '_') {
      begins = true;
      continue;
    }
    const bool is_upper = clang::isUppercase(name[i]);
    const bool after_lower = i > 0 && !clang::isUppercase(name[i - 1]);
    const bool ahead_of_lower = i + 1 < name.size() && clang::isLowercase(name[i + 1]);
    if (is_upper && (after_lower || ahead_of_lower)) begins = true;
    if (begins || words.empty()) words.emplace_back();
    begins = false;
    words.back() += clang::toLowercase(name[i]);
  }
  return words;
}

class StyleVotes {
 public:
  void Vote(llvm::StringRef name) {
    if (WordsOf(name).size() < 2 || name.empty()) return;
    if (name.trim('_').contains('_')) {
      ++snake_;
    } else {
      ++(clang::isUppercase(name[0]) ? upper_ : lower_);
    }
  }
  bool empty() const { return snake_ + lower_ + upper_ == 0; }
  NameStyle Winner() const {
    if (snake_ >= lower_ && snake_ >= upper_) return NameStyle::kSnake;
    return lower_ >= upper_ ? NameStyle::kLowerCamel : NameStyle::kUpperCamel;
  }

 private:
  int snake_ = 0;
  int lower_ = 0;
  int upper_ = 0;
};

llvm::StringRef CalledName(const clang::Expr& value) {
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(&value)) {
    const auto* op = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call);
    if (op != nullptr) return {};
    const auto* callee = llvm::dyn_cast_or_null<clang::NamedDecl>(call->getCalleeDecl());
    if (callee != nullptr && callee->getDeclName().isIdentifier()) return callee->getName();
  }
  if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(&value)) {
    if (member->getMemberDecl()->getDeclName().isIdentifier()) {
      return member->getMemberDecl()->getName();
    }
  }
  return {};
}

}  // namespace

NameStyle StyleOfNames(const clang::FunctionDecl& function) {
  StyleVotes votes;
  for (const clang::Decl* decl : function.decls()) {
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl);
    if (variable != nullptr && variable->getDeclName().isIdentifier())
      votes.Vote(variable->getName());
  }
  for (const clang::ParmVarDecl* parameter : function.parameters()) {
    if (parameter->getDeclName().isIdentifier()) votes.Vote(parameter->getName());
  }
  if (!votes.empty()) return votes.Winner();
  const bool is_named = function.getDeclName().isIdentifier() && !function.getName().empty();
  const bool is_camel = is_named && clang::isLowercase(function.getName()[0]) &&
                        !function.getName().contains('_') && WordsOf(function.getName()).size() > 1;
  return is_camel ? NameStyle::kLowerCamel : NameStyle::kSnake;
}

std::string InStyle(const std::string& name, NameStyle style) {
  std::string styled;
  for (const std::string& word : WordsOf(name)) {
    const bool is_first = styled.empty();
    if (style == NameStyle::kSnake && !is_first) styled += '_';
    const size_t at = styled.size();
    styled += word;
    const bool is_capital =
        style == NameStyle::kUpperCamel || (style == NameStyle::kLowerCamel && !is_first);
    if (is_capital) styled[at] = clang::toUppercase(styled[at]);
  }
  return styled;
}

std::string NameForValue(const clang::Expr& value, NameStyle style) {
  const clang::Expr* inner = value.IgnoreParenImpCasts();
  const llvm::StringRef called = CalledName(*inner);
  if (!called.empty()) {
    llvm::StringRef name = called;
    for (llvm::StringRef verb :
         {"Get", "get", "Make", "make", "Create", "create", "Find", "find"}) {
      llvm::StringRef rest = name;
      const bool has_verb = rest.consume_front(verb) && !rest.empty();
      if (has_verb && (clang::isUppercase(rest[0]) || rest[0] == '_')) {
        name = rest;
        break;
      }
    }
    std::string styled = InStyle(name.str(), style);
    // A function that is called by that name alone would be hidden by it.
    if (styled == called && llvm::isa<clang::CallExpr>(inner) &&
        !llvm::isa<clang::CXXMemberCallExpr>(inner)) {
      return InStyle("result", style);
    }
    if (!styled.empty() && !clang::isDigit(styled[0])) return styled;
  }
  if (llvm::isa<clang::StringLiteral>(inner)) return InStyle("text", style);
  if (llvm::isa<clang::CXXNewExpr>(inner)) return InStyle("object", style);
  if (inner->getType()->isBooleanType()) return InStyle("condition", style);
  return InStyle("value", style);
}

}  // namespace astrolabe
