// A method's definition to its declaration in the class: in the same file, from a source to a header that it includes,
// or, asked for in the header, from the source that belongs to it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/other_file.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/source_place.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

namespace astrolabe {
namespace {

// A definition by its text, whoever has found it.
struct Definition {
  LiveAst file;
  TextSpan whole;
  uint32_t body = 0;               // begin of its initialisers or its brace
  std::vector<std::string> names;  // of the parameters, as the body knows them
};

struct Found {
  const clang::CXXMethodDecl* declaration = nullptr;
  const clang::FunctionDecl* definition = nullptr;  // null: the AST does not know it
};

std::optional<SourceOutline::Function> InSource(const SourceOutline& source,
                                                const clang::FunctionDecl& function) {
  auto found = source.Find(ScopeNames(function.getDeclContext()), function.getNameAsString());
  if (found.size() != 1 || found.front().parameter_count != function.getNumParams()) {
    return std::nullopt;
  }
  return found.front();
}

std::optional<Found> Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* function =
      llvm::dyn_cast_or_null<clang::CXXMethodDecl>(selection.Innermost<clang::Decl>());
  // Of a free function only the linkage would be gained.
  if (function == nullptr || selection.Innermost<clang::Stmt>() != nullptr) return std::nullopt;
  if (function->isInvalidDecl() || function->isTemplated() || function->isDeleted() ||
      function->isDefaulted() || function->isPureVirtual() ||
      function->getTemplateSpecializationKind() != clang::TSK_Undeclared) {
    return std::nullopt;
  }
  Found found;
  found.definition = function->getDefinition();
  if (found.definition == nullptr) {
    // The source has it, perhaps.
    if (!BelongsInSource(selection, *function) || function->getPreviousDecl() != nullptr ||
        !IsWritten(ast, function->getSourceRange())) {
      return std::nullopt;
    }
    if (!InSource(SourceOutline(ast, *selection.source()), *function)) return std::nullopt;
    found.declaration = function;
    return found;
  }
  found.declaration =
      llvm::dyn_cast_or_null<clang::CXXMethodDecl>(found.definition->getPreviousDecl());
  // Of several declarations it is not clear which one is meant.
  if (found.declaration == nullptr || found.declaration->getPreviousDecl() != nullptr ||
      found.definition->isDefaulted()) {
    return std::nullopt;
  }
  if (!IsWritten(ast, found.definition->getSourceRange()) ||
      !llvm::isa_and_nonnull<clang::CompoundStmt>(found.definition->getBody())) {
    return std::nullopt;
  }
  const bool is_here = IsWritten(ast, found.declaration->getSourceRange());
  if (!is_here && !ViewOfFile(ast, found.declaration->getLocation())) return std::nullopt;
  return found;
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Found> found = Find(selection);
  if (!found) return std::nullopt;
  return "define " + found->declaration->getNameAsString() + " in its class";
}

// The names of the parameters, as the body knows them.
absl::Status NameParameters(const LiveAst& ast, const std::vector<std::string>& names,
                            const clang::FunctionDecl& declaration, TextChanges& changes) {
  for (unsigned i = 0; i < names.size() && i < declaration.getNumParams(); ++i) {
    const clang::ParmVarDecl* there = declaration.getParamDecl(i);
    if (there->getName() == names[i] || names[i].empty()) continue;
    const std::optional<uint32_t> at = OffsetOf(ast, there->getLocation());
    if (!at) return absl::FailedPreconditionError("a macro makes a parameter");
    if (!there->getName().empty()) {
      changes.push_back({*at, *at + static_cast<uint32_t>(there->getName().size()), names[i]});
      continue;
    }
    const clang::QualType type = there->getType();
    const bool is_plain = !type->isFunctionPointerType() && !type->isMemberPointerType() &&
                          !there->getOriginalType()->isArrayType() && !there->hasDefaultArg();
    const std::optional<TextSpan> span = WholeSpan(ast, there->getSourceRange());
    if (!is_plain || !span)
      return absl::FailedPreconditionError("a parameter has no name in the declaration");
    const bool is_sign = ast.text[span->end - 1] == '*' || ast.text[span->end - 1] == '&';
    const bool has_space = is_sign && span->end >= 2 && ast.text[span->end - 2] == ' ';
    changes.push_back({span->end, span->end, (has_space ? "" : " ") + names[i]});
  }
  return absl::OkStatus();
}

absl::StatusOr<Definition> DefinitionHere(const LiveAst& ast, const clang::FunctionDecl& function) {
  const std::optional<TextSpan> whole = WholeSpan(ast, function.getSourceRange());
  const clang::FunctionTypeLoc type = function.getFunctionTypeLoc();
  std::optional<uint32_t> body = OffsetOf(ast, function.getBody()->getBeginLoc());
  const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&function);
  const bool has_values =
      constructor != nullptr &&
      std::ranges::any_of(constructor->inits(), [](const auto* init) { return init->isWritten(); });
  if (has_values && type) {
    // From the colon on.
    const std::optional<uint32_t> close = OffsetOf(ast, type.getRParenLoc());
    if (!close) return absl::FailedPreconditionError("a macro makes part of it");
    const size_t colon = ast.text.find(':', *close);
    const bool is_plain =
        colon != std::string::npos && ast.text.find_first_not_of(" \t\n", *close + 1) == colon;
    if (!is_plain) return absl::FailedPreconditionError("its head is too unusual");
    body = static_cast<uint32_t>(colon);
  }
  if (!whole || !body) return absl::FailedPreconditionError("a macro makes part of it");
  LiveAst head = ast;
  if (HoldsMacros(head, {whole->begin, *body})) {
    return absl::FailedPreconditionError("a macro makes part of its head");
  }
  Definition definition{ast, *whole, *body, {}};
  for (const clang::ParmVarDecl* parameter : function.parameters()) {
    definition.names.push_back(parameter->getNameAsString());
  }
  return definition;
}

Definition DefinitionThere(const Selection& selection, const clang::FunctionDecl& declaration) {
  const SourceOutline source(selection.ast(), *selection.source());
  const SourceOutline::Function function = *InSource(source, declaration);
  return {source.view(), function.whole, function.body,
          ParameterNames(source.view(), function.parameters)};
}

// Changes of the file with the definition, and of the one with the declaration.
absl::Status Move(const Definition& definition, const LiveAst& there,
                  const clang::FunctionDecl& function, TextChanges& removing, TextChanges& adding) {
  const std::optional<TextSpan> declaration = StatementSpanOf(there, function.getSourceRange());
  if (!declaration || there.text[declaration->end - 1] != ';') {
    return absl::FailedPreconditionError("a macro makes part of it");
  }
  const LiveAst& here = definition.file;
  TextSpan removed = definition.whole;
  const uint32_t comments = BeginWithComments(here, removed.begin);
  std::string moved_comments;
  const std::string indent = IndentAt(there.text, declaration->begin);
  const std::string old_indent = IndentAt(here.text, definition.whole.begin);
  if (comments != definition.whole.begin) {
    if (BeginWithComments(there, declaration->begin) != declaration->begin) {
      return absl::FailedPreconditionError("both the declaration and the definition have comments");
    }
    removed.begin = comments;
    moved_comments = Reindented(
        std::string(TextOf(here, TextSpan{comments, definition.whole.begin})), old_indent, indent);
    // The declaration's own line begins anew.
    while (moved_comments.ends_with(' ') || moved_comments.ends_with('\t'))
      moved_comments.pop_back();
    moved_comments += indent;
  }
  removing.push_back(RemoveLines(here, removed));
  const std::string code =
      Reindented(std::string(TextOf(here, TextSpan{definition.body, definition.whole.end})),
                 old_indent, indent);
  const uint32_t end = SkipSpaceBack(there.text, declaration->end - 1);
  adding.push_back({end, declaration->end, " " + code});
  if (!moved_comments.empty()) {
    adding.push_back({declaration->begin, declaration->begin, moved_comments});
  }
  return NameParameters(there, definition.names, function, adding);
}

OtherFile Changed(const LiveAst& file, TextChanges changes) {
  return {.path = file.path, .creates = false, .text = file.text, .changes = std::move(changes)};
}

absl::StatusOr<FilesChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const Found found = *Find(selection);
  FilesChanges made;
  TextChanges of_other;
  if (found.definition == nullptr) {
    const Definition definition = DefinitionThere(selection, *found.declaration);
    absl::Status status = Move(definition, ast, *found.declaration, of_other, made.changes);
    if (!status.ok()) return status;
    made.others.push_back(Changed(definition.file, std::move(of_other)));
    return made;
  }
  const absl::StatusOr<Definition> definition = DefinitionHere(ast, *found.definition);
  if (!definition.ok()) return definition.status();
  if (!IsWritten(ast, found.declaration->getSourceRange())) {
    const LiveAst view = *ViewOfFile(ast, found.declaration->getLocation());
    absl::Status status = Move(*definition, view, *found.declaration, made.changes, of_other);
    if (!status.ok()) return status;
    made.others.push_back(Changed(view, std::move(of_other)));
    return made;
  }
  const std::optional<uint32_t> declared = OffsetOf(ast, found.declaration->getBeginLoc());
  if (!declared) return absl::FailedPreconditionError("a macro makes part of it");
  if (*declared >= definition->whole.begin) {
    return absl::FailedPreconditionError("it is declared behind");
  }
  if (OpenConditionals(ast, {*declared, definition->whole.begin}) != 0) {
    return absl::FailedPreconditionError(
        "one of the two is there under a condition of the preprocessor");
  }
  absl::Status status = Move(*definition, ast, *found.declaration, made.changes, made.changes);
  if (!status.ok()) return status;
  return made;
}

}  // namespace

extern const Refactoring kDefineInline = {"DefineInline", kInline, Offer, nullptr, Make};

}  // namespace astrolabe
