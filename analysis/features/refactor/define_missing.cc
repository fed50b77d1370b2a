// The definition of a function that is declared and nowhere defined: in the source that belongs to the header, behind
// those that are declared ahead of it; what has to stay in a header behind its class. Not of templates.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/function_text.h"
#include "analysis/features/refactor/other_file.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/source_place.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

namespace astrolabe {
namespace {

const clang::FunctionDecl* Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* function =
      llvm::dyn_cast_or_null<clang::FunctionDecl>(selection.Innermost<clang::Decl>());
  if (function == nullptr || selection.Innermost<clang::Stmt>() != nullptr) return nullptr;
  if (!ast.context->getLangOpts().CPlusPlus || function->isInvalidDecl() ||
      function->isImplicit() || function->isOutOfLine() || function->isDeleted() ||
      function->isDefaulted() || function->isPureVirtual() || function->isDefined() ||
      function->hasBody() || function->getBuiltinID() != 0 || function->isTemplated() ||
      function->isExternC() || function->getFriendObjectKind() != clang::Decl::FOK_None ||
      function->getTemplateSpecializationKind() != clang::TSK_Undeclared) {
    return nullptr;
  }
  if (function->getReturnType()->isUndeducedType() || function->getTrailingRequiresClause())
    return nullptr;
  if (!IsWritten(ast, function->getSourceRange()) || !function->getLocation().isFileID())
    return nullptr;
  // A class that cannot be named from outside can't be in a qualifier.
  for (const clang::DeclContext* around = function->getDeclContext(); !around->isFileContext();
       around = around->getParent()) {
    const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(around);
    if (record == nullptr || record->getIdentifier() == nullptr || record->isInvalidDecl() ||
        llvm::isa<clang::ClassTemplateSpecializationDecl>(record) ||
        !IsWritten(ast, record->getSourceRange())) {
      return nullptr;
    }
  }
  return function;
}

std::optional<std::string> Offer(const Selection& selection) {
  const clang::FunctionDecl* function = Find(selection);
  if (function == nullptr) return std::nullopt;
  const std::string title = "define " + function->getNameAsString();
  if (!BelongsInSource(selection, *function)) return title;
  const SourceOutline source(selection.ast(), *selection.source());
  if (IsDefinedIn(source, *function)) return std::nullopt;
  return title + " in " + FileName(source.view().path);
}

absl::StatusOr<FilesChanges> DefineHere(const Selection& selection,
                                        const clang::FunctionDecl& function) {
  const LiveAst& ast = selection.ast();
  const clang::Decl* outer = &function;
  std::string qualifier;
  for (const clang::DeclContext* around = function.getDeclContext(); !around->isFileContext();
       around = around->getParent()) {
    const auto* record = llvm::cast<clang::CXXRecordDecl>(around);
    qualifier = record->getNameAsString() + "::" + qualifier;
    outer = record;
  }
  const std::optional<TextSpan> whole = StatementSpanOf(ast, outer->getSourceRange());
  if (!whole || ast.text[whole->end - 1] != ';') {
    return absl::FailedPreconditionError("a macro makes part of what is around it");
  }
  if (OpenConditionals(ast, {whole->begin, *OffsetOf(ast, function.getLocation())}) != 0) {
    return absl::FailedPreconditionError("it is there under a condition of the preprocessor");
  }
  const std::optional<FunctionText> text =
      SpellFunction(ast, function, outer->getDeclContext(), function.getDeclContext());
  if (!text) return absl::FailedPreconditionError("one of its types can't be spelled");
  const bool needs_inline =
      IsHeader(ast.path) && !function.isConstexpr() && !function.isInlineSpecified();
  const uint32_t place = LineEnd(ast.text, whole->end);
  FilesChanges made;
  made.changes.push_back({place, place,
                          "\n" + std::string(needs_inline ? "inline " : "") +
                              text->With(qualifier) +
                              EmptyBody(function.getReturnType(), IndentUnit(ast.text)) + "\n"});
  return made;
}

absl::StatusOr<FilesChanges> DefineInSource(const Selection& selection,
                                            const clang::FunctionDecl& function) {
  const SourceOutline source(selection.ast(), *selection.source());
  const absl::StatusOr<SourcePlace> place = PlaceInSource(source, function);
  if (!place.ok()) return place.status();
  const std::optional<FunctionText> text =
      SpellFunction(selection.ast(), function, place->context, function.getDeclContext());
  if (!text) return absl::FailedPreconditionError("one of its types can't be spelled");
  FilesChanges made;
  made.others.push_back(
      InsertAt(source, *place,
               text->With(place->qualifier) +
                   EmptyBody(function.getReturnType(), IndentUnit(source.text()))));
  return made;
}

absl::StatusOr<FilesChanges> Make(const Selection& selection) {
  const clang::FunctionDecl& function = *Find(selection);
  return BelongsInSource(selection, function) ? DefineInSource(selection, function)
                                              : DefineHere(selection, function);
}

}  // namespace

extern const Refactoring kDefineMissing = {"DefineMissing", kRewrite, Offer, nullptr, Make};

}  // namespace astrolabe
