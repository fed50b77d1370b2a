// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/function_text.h"

#include "analysis/features/refactor/type_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"

namespace astrolabe {
namespace {

std::optional<std::string> QualifiersOf(const clang::FunctionDecl& function) {
  const auto* prototype = function.getType()->getAs<clang::FunctionProtoType>();
  if (prototype == nullptr) return std::nullopt;
  std::string text;
  if (prototype->isConst()) text += " const";
  if (prototype->isVolatile()) text += " volatile";
  if (prototype->getRefQualifier() == clang::RQ_LValue) text += " &";
  if (prototype->getRefQualifier() == clang::RQ_RValue) text += " &&";
  switch (prototype->getExceptionSpecType()) {
    case clang::EST_None:
    case clang::EST_Unevaluated:
    case clang::EST_Uninstantiated:
    case clang::EST_NoexceptFalse:
      return text;
    case clang::EST_BasicNoexcept:
    case clang::EST_NoexceptTrue:
    case clang::EST_DynamicNone:
      return llvm::isa<clang::CXXDestructorDecl>(function) ? text : text + " noexcept";
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<FunctionText> SpellFunction(const LiveAst& ast, const clang::FunctionDecl& function,
                                          const clang::DeclContext* outside,
                                          const clang::DeclContext* inside) {
  FunctionText text;
  text.name = function.getNameAsString();
  if (llvm::isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(function)) {
    // Of a template it is named with its arguments.
    text.name = text.name.substr(0, text.name.find('<'));
  } else if (!llvm::isa<clang::CXXConversionDecl>(function)) {
    const auto result = SpellType(ast, function.getReturnType(), outside);
    // The name of a function that gives a pointer to one stands in the midst of its type.
    if (!result || result->find("(*") != std::string::npos) return std::nullopt;
    // `T * C::f()` is a product to clang-format.
    text.result = result->ends_with('*') || result->ends_with('&') ? *result : *result + " ";
  }
  for (const clang::ParmVarDecl* parameter : function.parameters()) {
    if (parameter->isInvalidDecl()) return std::nullopt;
    const auto declared =
        SpellType(ast, parameter->getOriginalType(), inside, parameter->getNameAsString());
    if (!declared) return std::nullopt;
    text.parameters += (text.parameters.empty() ? "" : ", ") + *declared;
  }
  if (function.isVariadic()) text.parameters += text.parameters.empty() ? "..." : ", ...";
  const auto qualifiers = QualifiersOf(function);
  if (!qualifiers) return std::nullopt;
  text.qualifiers = *qualifiers;
  return text;
}

std::string EmptyBody(clang::QualType result, const std::string& indent) {
  if (result->isVoidType() || result->isReferenceType() || result->isDependentType()) return " {}";
  const auto* record = result->getAsCXXRecordDecl();
  const bool is_made =
      record == nullptr || (record->hasDefinition() && record->hasDefaultConstructor());
  return is_made ? " {\n" + indent + "return {};\n}" : " {}";
}

}  // namespace astrolabe
