// Special members as the rule of five wants them, and a constructor from the fields of a class.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "absl/status/status.h"
#include "analysis/features/refactor/class_body.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/type_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"

namespace astrolabe {
namespace {

// ---- Copying and moving.

struct Declared {
  bool copies = false;
  bool moves = false;
  bool copy_assigns = false;
  bool move_assigns = false;
  bool all() const { return copies && moves && copy_assigns && move_assigns; }
};

Declared DeclaredIn(const clang::CXXRecordDecl& record) {
  Declared declared;
  for (const clang::CXXConstructorDecl* constructor : record.ctors()) {
    if (constructor->isImplicit()) continue;
    declared.copies |= constructor->isCopyConstructor();
    declared.moves |= constructor->isMoveConstructor();
  }
  for (const clang::CXXMethodDecl* method : record.methods()) {
    if (method->isImplicit()) continue;
    declared.copy_assigns |= method->isCopyAssignmentOperator();
    declared.move_assigns |= method->isMoveAssignmentOperator();
  }
  return declared;
}

const clang::CXXRecordDecl* FindForSpecial(const Selection& selection) {
  const clang::CXXRecordDecl* record = ClassOnHead(selection);
  if (record == nullptr || record->isUnion() || record->getIdentifier() == nullptr) return nullptr;
  if (!selection.ast().context->getLangOpts().CPlusPlus11 || DeclaredIn(*record).all())
    return nullptr;
  return record;
}

std::optional<std::string> OfferSpecial(const Selection& selection) {
  if (FindForSpecial(selection) == nullptr) return std::nullopt;
  return "declare copying and moving";
}

absl::StatusOr<TextChanges> MakeSpecial(const Selection& selection) {
  const clang::CXXRecordDecl& record = *FindForSpecial(selection);
  const Declared declared = DeclaredIn(record);
  const std::string name = record.getNameAsString();
  // As the class is without them: what is deleted there is deleted here.
  const auto state = [&](bool is_deleted) { return is_deleted ? " = delete;" : " = default;"; };
  bool no_copy = false;
  bool no_move = false;
  bool has_constructor = false;
  if (!declared.copies && record.needsImplicitCopyConstructor()) {
    no_copy = record.defaultedCopyConstructorIsDeleted();
  }
  if (!declared.moves && record.needsImplicitMoveConstructor()) {
    no_move = record.defaultedMoveConstructorIsDeleted();
  }
  for (const clang::CXXConstructorDecl* constructor : record.ctors()) {
    has_constructor |= !constructor->isImplicit();
    if (constructor->isCopyConstructor()) no_copy = constructor->isDeleted();
    if (constructor->isMoveConstructor()) no_move = constructor->isDeleted();
  }
  const auto assigns = [&](bool moves) {
    for (const clang::CXXMethodDecl* method : record.methods()) {
      const bool is_it =
          moves ? method->isMoveAssignmentOperator() : method->isCopyAssignmentOperator();
      if (is_it) return !method->isDeleted();
    }
    bool can = true;
    for (const clang::FieldDecl* field : record.fields()) {
      can &= !field->getType()->isReferenceType() && !field->getType().isConstQualified();
    }
    return can;
  };
  NewMembers members;
  // The one without parameters would go with the first that is declared.
  if (!has_constructor) members.lines.push_back(name + "() = default;");
  if (!declared.copies) members.lines.push_back(name + "(const " + name + "&)" + state(no_copy));
  if (!declared.copy_assigns) {
    members.lines.push_back(name + "& operator=(const " + name + "&)" +
                            state(no_copy || !assigns(false)));
  }
  if (!declared.moves) members.lines.push_back(name + "(" + name + "&&)" + state(no_move));
  if (!declared.move_assigns) {
    members.lines.push_back(name + "& operator=(" + name + "&&)" +
                            state(no_move || !assigns(true)));
  }
  return AddMembers(selection.ast(), record, {members}, /*at_begin=*/true);
}

// ---- A constructor from the fields.

bool IsInitialised(const clang::FieldDecl* field) {
  return field->hasInClassInitializer() || field->isUnnamedBitField();
}

const clang::CXXRecordDecl* FindForConstructor(const Selection& selection) {
  const clang::CXXRecordDecl* record = ClassOnHead(selection);
  if (record == nullptr || record->isUnion() || record->getIdentifier() == nullptr) return nullptr;
  if (record->getNumBases() > 0) return nullptr;
  for (const clang::CXXConstructorDecl* constructor : record->ctors()) {
    if (!constructor->isImplicit() && !constructor->isCopyOrMoveConstructor() &&
        constructor->getNumParams() > 0) {
      return nullptr;
    }
  }
  bool has_fields = false;
  for (const clang::FieldDecl* field : record->fields()) {
    if (field->isAnonymousStructOrUnion() || field->getType()->isArrayType()) return nullptr;
    has_fields |= !IsInitialised(field);
  }
  return has_fields ? record : nullptr;
}

std::optional<std::string> OfferConstructor(const Selection& selection) {
  if (FindForConstructor(selection) == nullptr) return std::nullopt;
  return "define a constructor";
}

absl::StatusOr<TextChanges> MakeConstructor(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const clang::CXXRecordDecl& record = *FindForConstructor(selection);
  std::string parameters;
  std::string values;
  int count = 0;
  for (const clang::FieldDecl* field : record.fields()) {
    if (IsInitialised(field)) continue;
    std::string name = field->getNameAsString();
    if (name.ends_with('_') && name.size() > 1) name.pop_back();
    if (name.starts_with("m_") && name.size() > 2) name.erase(0, 2);
    // What is copied cheaply or can't be copied at all is taken by value.
    clang::QualType type = field->getType().getUnqualifiedType();
    const auto* of_class = type->getAsCXXRecordDecl();
    const bool is_big =
        of_class != nullptr && of_class->hasDefinition() && !of_class->isTriviallyCopyable() &&
        !of_class->defaultedCopyConstructorIsDeleted() &&
        std::ranges::none_of(of_class->ctors(), [](const clang::CXXConstructorDecl* constructor) {
          return constructor->isCopyConstructor() && constructor->isDeleted();
        });
    const bool only_moves = of_class != nullptr && !is_big && !of_class->isTriviallyCopyable();
    if (only_moves)
      return absl::FailedPreconditionError(field->getNameAsString() + " can't be copied");
    if (is_big) type = ast.context->getLValueReferenceType(type.withConst());
    const std::optional<std::string> declared = SpellType(ast, type, &record, name);
    if (!declared)
      return absl::FailedPreconditionError("the type of " + name + " can't be spelled");
    parameters += (count == 0 ? "" : ", ") + *declared;
    values += (count == 0 ? "" : ", ") + field->getNameAsString() + "(" + name + ")";
    ++count;
  }
  NewMembers members;
  members.lines.push_back((count == 1 ? "explicit " : "") + record.getNameAsString() + "(" +
                          parameters + ") : " + values + " {}");
  return AddMembers(ast, record, {members}, /*at_begin=*/true);
}

}  // namespace

extern const Refactoring kSpecialMembers = {"SpecialMembers", kRewrite, OfferSpecial, MakeSpecial};
extern const Refactoring kConstructor = {"MemberwiseConstructor", kRewrite, OfferConstructor,
                                         MakeConstructor};

}  // namespace astrolabe
