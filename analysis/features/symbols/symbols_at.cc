// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/symbols_at.h"

#include <optional>

#include "analysis/features/symbols/control_flow.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/IdentifierTable.h"

namespace astrolabe {
namespace {

// The declaration of a type behind pointers, references, arrays and `auto`; null for built-in ones.
const clang::NamedDecl* DeclOfType(clang::QualType type) {
  // A type cannot be written deeper than this by hand.
  for (int depth = 0; depth < 64 && !type.isNull(); ++depth) {
    type = type.getNonReferenceType();
    if (const auto* deduced = type->getContainedDeducedType();
        deduced != nullptr && !deduced->getDeducedType().isNull() &&
        llvm::isa<clang::AutoType>(deduced) && type->getAs<clang::AutoType>() == deduced) {
      type = deduced->getDeducedType();
      continue;
    }
    if (const auto* alias = type->getAs<clang::TypedefType>()) return alias->getDecl();
    if (const auto* tag = type->getAs<clang::TagType>()) return tag->getDecl();
    if (const auto* special = type->getAs<clang::TemplateSpecializationType>()) {
      return special->getTemplateName().getAsTemplateDecl();
    }
    if (const auto* injected = type->getAs<clang::InjectedClassNameType>()) {
      return injected->getDecl();
    }
    if (const auto* parameter = type->getAs<clang::TemplateTypeParmType>()) {
      return parameter->getDecl();
    }
    if (const auto* guess = type->getAs<clang::DeducedTemplateSpecializationType>()) {
      return guess->getTemplateName().getAsTemplateDecl();
    }
    if (const auto* function = type->getAs<clang::FunctionType>()) {
      type = function->getReturnType();
    } else if (const clang::ArrayType* array = type->getAsArrayTypeUnsafe()) {
      type = array->getElementType();
    } else {
      clang::QualType pointee = type->getPointeeType();
      if (pointee.isNull()) return nullptr;
      type = pointee;
    }
  }
  return nullptr;
}

clang::QualType TypeOfDecl(const clang::NamedDecl* decl) {
  if (const auto* value = llvm::dyn_cast<clang::ValueDecl>(decl)) return value->getType();
  if (const auto* alias = llvm::dyn_cast<clang::TypedefNameDecl>(decl)) {
    return alias->getUnderlyingType();
  }
  return {};
}

// `unique_ptr<Table>`: the user asks for Table at least as often.
clang::QualType HeldType(clang::QualType type) {
  if (type.isNull()) return {};
  type = type.getNonReferenceType();
  const auto* record = type->getAsCXXRecordDecl();
  const auto* special = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record);
  if (special == nullptr || special->getTemplateArgs().size() == 0) return {};
  bool is_pointer = false;
  for (const clang::CXXMethodDecl* method : special->methods()) {
    is_pointer = is_pointer || method->getOverloadedOperator() == clang::OO_Arrow;
  }
  const clang::TemplateArgument& first = special->getTemplateArgs()[0];
  bool is_iterator = !special->getName().ends_with("_ptr") && !special->getName().ends_with("Ptr");
  if (!is_pointer || is_iterator || first.getKind() != clang::TemplateArgument::Type) return {};
  return first.getAsType();
}

void AddType(LiveAst& ast, clang::QualType type, std::vector<LiveSymbol>& symbols) {
  for (clang::QualType one : {type, HeldType(type)}) {
    const clang::NamedDecl* decl = one.isNull() ? nullptr : DeclOfType(one);
    if (decl == nullptr) continue;
    LiveSymbol symbol = DescribeSymbol(ast, decl);
    bool known = false;
    for (const LiveSymbol& other : symbols) known = known || other.usr == symbol.usr;
    if (!known && (symbol.declaration.has_value() || symbol.definition.has_value())) {
      symbols.push_back(std::move(symbol));
    }
  }
}

}  // namespace

std::vector<LiveSymbol> SymbolsOfTarget(LiveAst& ast, const CodeTarget& target) {
  std::vector<LiveSymbol> symbols;
  if (target.macro.has_value()) {
    LiveSymbol symbol;
    symbol.usr = MacroUsr(ast, *target.macro);
    symbol.name = target.macro->name->getName().str();
    symbol.definition = symbol.declaration = MacroNameLocation(ast, *target.macro);
    if (!symbol.usr.empty()) symbols.push_back(std::move(symbol));
    return symbols;
  }
  for (const clang::NamedDecl* decl : target.decls) symbols.push_back(DescribeSymbol(ast, decl));
  if (target.name.standing == NameStanding::kDeduced) {
    if (const clang::NamedDecl* decl = DeclOfType(target.name.deduced)) {
      symbols.push_back(DescribeSymbol(ast, decl));
    }
  }
  return symbols;
}

SymbolsAnswer FindSymbolsAt(LiveAst& ast, CodePlace place) {
  SymbolsAnswer answer;
  if (std::optional<ControlFlow> flow = FindControlFlow(ast, place)) {
    answer.range = flow->keyword;
    if (flow->target.has_value()) answer.targets.push_back({ast.path, *flow->target});
    if (flow->function != nullptr) {
      const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(flow->function);
      if (method != nullptr && method->getParent()->isLambda()) {
        answer.targets.push_back({ast.path, flow->parts.front()});
      } else {
        answer.symbols.push_back(DescribeSymbol(ast, flow->function));
      }
    }
    return answer;
  }
  std::optional<CodeTarget> target = FindTargetAt(ast, place);
  if (!target.has_value()) return answer;
  answer.range = target->range;
  if (target->module.has_value()) {
    if (target->module->interface) answer.targets.push_back(*target->module->interface);
    return answer;
  }
  if (target->include.has_value()) {
    if (!target->include->path.empty()) answer.targets.push_back({target->include->path, {}});
    return answer;
  }
  answer.symbols = SymbolsOfTarget(ast, *target);
  return answer;
}

SymbolsAnswer FindTypeDefinition(LiveAst& ast, CodePlace place) {
  SymbolsAnswer answer;
  std::optional<CodeTarget> target = FindTargetAt(ast, place);
  if (!target.has_value()) return answer;
  answer.range = target->range;
  if (!target->name.deduced.isNull()) AddType(ast, target->name.deduced, answer.symbols);
  // As used: `v.front()` of a vector<Table> gives Table.
  const clang::Expr* expression = target->name.expression;
  if (expression != nullptr && target->decls.size() == 1) {
    clang::QualType type = expression->getType();
    const auto* member = llvm::dyn_cast<clang::MemberExpr>(expression);
    if (member != nullptr) type = member->getMemberDecl()->getType();
    AddType(ast, type, answer.symbols);
    if (!answer.symbols.empty()) return answer;
  }
  for (const clang::NamedDecl* decl : target->decls) {
    clang::QualType type = TypeOfDecl(decl);
    if (!type.isNull()) {
      AddType(ast, type, answer.symbols);
    } else if (llvm::isa<clang::TagDecl>(decl)) {
      answer.symbols.push_back(DescribeSymbol(ast, decl));
    }
  }
  return answer;
}

}  // namespace astrolabe
