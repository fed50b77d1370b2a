// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/expected_type.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"

namespace astrolabe {
namespace {

// Of what one gets by writing the name, called if it is a function's.
clang::QualType ValueType(const clang::NamedDecl& declaration) {
  const clang::NamedDecl* underlying = declaration.getUnderlyingDecl();
  if (const clang::FunctionDecl* function = underlying->getAsFunction()) {
    if (!llvm::isa<clang::CXXConstructorDecl>(function)) return function->getReturnType();
    return {};
  }
  if (const auto* value = llvm::dyn_cast<clang::ValueDecl>(underlying)) return value->getType();
  return {};
}

const clang::CXXRecordDecl* RecordOf(clang::QualType type) {
  if (type->isPointerType()) type = type->getPointeeType();
  return type->getAsCXXRecordDecl();
}

}  // namespace

ExpectedType::ExpectedType(clang::ASTContext& context, clang::QualType type) : context_(context) {
  if (type.isNull() || type->isDependentType() || type->isVoidType()) return;
  type_ = type.getNonReferenceType().getCanonicalType().getUnqualifiedType();
}

TypeFit ExpectedType::OfKeyword(std::string_view word) const {
  if (type_.isNull()) return TypeFit::kUnknown;
  if (word == "true" || word == "false") {
    return type_->isBooleanType() ? TypeFit::kSame : TypeFit::kNone;
  }
  if (word == "nullptr" || word == "NULL") {
    return type_->isAnyPointerType() ? TypeFit::kConvertible : TypeFit::kNone;
  }
  return TypeFit::kUnknown;
}

TypeFit ExpectedType::Of(const clang::NamedDecl& declaration) const {
  if (type_.isNull()) return TypeFit::kUnknown;
  clang::QualType type = ValueType(declaration);
  if (const auto* named = llvm::dyn_cast<clang::TypeDecl>(declaration.getUnderlyingDecl())) {
    // A value can be made of it.
    bool is_wanted = type_->getAsTagDecl() != nullptr &&
                     type_->getAsTagDecl()->getCanonicalDecl() == named->getCanonicalDecl();
    return is_wanted ? TypeFit::kConvertible : TypeFit::kNone;
  }
  if (type.isNull()) return TypeFit::kUnknown;
  type = type.getNonReferenceType().getCanonicalType().getUnqualifiedType();
  if (type->isDependentType() || type->isUndeducedType()) return TypeFit::kUnknown;
  if (context_.hasSameUnqualifiedType(type, type_)) return TypeFit::kSame;
  if (type_->isFunctionPointerType() && declaration.getAsFunction() != nullptr) {
    clang::QualType pointer = context_.getPointerType(declaration.getAsFunction()->getType());
    return context_.hasSameType(pointer, type_) ? TypeFit::kSame : TypeFit::kNone;
  }
  if (type->isVoidType()) return TypeFit::kNone;
  if (type_->isArithmeticType() &&
      (type->isArithmeticType() || type->isUnscopedEnumerationType())) {
    return TypeFit::kConvertible;
  }
  if (type_->isBooleanType() && type->isAnyPointerType()) return TypeFit::kConvertible;
  if (type_->isPointerType() && type->isArrayType()) {
    type = context_.getArrayDecayedType(type).getCanonicalType();
  }
  const clang::CXXRecordDecl* wanted = RecordOf(type_);
  const clang::CXXRecordDecl* given = RecordOf(type);
  bool same_shape = type_->isPointerType() == type->isPointerType();
  if (wanted != nullptr && given != nullptr && same_shape) {
    if (wanted->getCanonicalDecl() == given->getCanonicalDecl()) return TypeFit::kSame;
    bool derived =
        given->hasDefinition() && wanted->hasDefinition() && given->isDerivedFrom(wanted);
    return derived ? TypeFit::kConvertible : TypeFit::kNone;
  }
  if (type_->isPointerType() && type->isPointerType()) {
    clang::QualType to = type_->getPointeeType();
    if (to->isVoidType() || context_.hasSameUnqualifiedType(to, type->getPointeeType())) {
      return TypeFit::kConvertible;
    }
  }
  return TypeFit::kNone;
}

}  // namespace astrolabe
