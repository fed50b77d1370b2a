// A function's definition to its declaration in the same file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

namespace astrolabe {
namespace {

struct Found {
  const clang::FunctionDecl* definition = nullptr;
  const clang::FunctionDecl* declaration = nullptr;
};

std::optional<Found> Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  Found found;
  const auto* function =
      llvm::dyn_cast_or_null<clang::FunctionDecl>(selection.Innermost<clang::Decl>());
  if (function == nullptr || selection.Innermost<clang::Stmt>() != nullptr) return std::nullopt;
  found.definition = function->getDefinition();
  if (found.definition == nullptr || found.definition->isDefaulted() ||
      found.definition->isTemplated() || found.definition->isDeleted() ||
      found.definition->getTemplateSpecializationKind() != clang::TSK_Undeclared) {
    return std::nullopt;
  }
  found.declaration = found.definition->getPreviousDecl();
  // Of several declarations it is not clear which one is meant.
  if (found.declaration == nullptr || found.declaration->getPreviousDecl() != nullptr)
    return std::nullopt;
  // Of a free function only the linkage would be gained.
  if (!llvm::isa<clang::CXXMethodDecl>(found.definition)) return std::nullopt;
  if (!IsWritten(ast, found.definition->getSourceRange()) ||
      !IsWritten(ast, found.declaration->getSourceRange()) ||
      !llvm::isa_and_nonnull<clang::CompoundStmt>(found.definition->getBody())) {
    return std::nullopt;
  }
  return found;
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Found> found = Find(selection);
  if (!found) return std::nullopt;
  return "define " + found->definition->getNameAsString() + " in its class";
}

// The names of the parameters, as the body knows them.
absl::Status NameParameters(const LiveAst& ast, const Found& found, TextChanges& changes) {
  for (unsigned i = 0; i < found.definition->getNumParams(); ++i) {
    const clang::ParmVarDecl* wanted = found.definition->getParamDecl(i);
    const clang::ParmVarDecl* there = found.declaration->getParamDecl(i);
    if (wanted->getName() == there->getName() || wanted->getName().empty()) continue;
    const std::optional<uint32_t> at = OffsetOf(ast, there->getLocation());
    if (!at) return absl::FailedPreconditionError("a macro makes a parameter");
    if (!there->getName().empty()) {
      changes.push_back(
          {*at, *at + static_cast<uint32_t>(there->getName().size()), wanted->getName().str()});
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
    changes.push_back({span->end, span->end, (has_space ? "" : " ") + wanted->getName().str()});
  }
  return absl::OkStatus();
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const Found found = *Find(selection);
  const std::optional<TextSpan> definition = WholeSpan(ast, found.definition->getSourceRange());
  const std::optional<TextSpan> declaration =
      StatementSpanOf(ast, found.declaration->getSourceRange());
  const clang::FunctionTypeLoc type = found.definition->getFunctionTypeLoc();
  std::optional<uint32_t> body = OffsetOf(ast, found.definition->getBody()->getBeginLoc());
  const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(found.definition);
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
  if (!definition || !declaration || !body || ast.text[declaration->end - 1] != ';') {
    return absl::FailedPreconditionError("a macro makes part of it");
  }
  if (declaration->begin >= definition->begin)
    return absl::FailedPreconditionError("it is declared behind");
  if (HoldsMacros(ast, {definition->begin, *body})) {
    return absl::FailedPreconditionError("a macro makes part of its head");
  }
  if (OpenConditionals(ast, {declaration->begin, definition->begin}) != 0) {
    return absl::FailedPreconditionError(
        "one of the two is there under a condition of the preprocessor");
  }
  TextSpan removed = *definition;
  const uint32_t comments = BeginWithComments(ast, definition->begin);
  std::string moved_comments;
  const std::string indent = IndentAt(ast.text, declaration->begin);
  if (comments != definition->begin) {
    if (BeginWithComments(ast, declaration->begin) != declaration->begin) {
      return absl::FailedPreconditionError("both the declaration and the definition have comments");
    }
    removed.begin = comments;
    moved_comments = Reindented(std::string(TextOf(ast, TextSpan{comments, definition->begin})),
                                IndentAt(ast.text, definition->begin), indent);
    // The declaration's own line begins anew.
    while (moved_comments.ends_with(' ') || moved_comments.ends_with('\t'))
      moved_comments.pop_back();
    moved_comments += indent;
  }
  TextChanges changes = {RemoveLines(ast, removed)};
  const std::string code = Reindented(std::string(TextOf(ast, TextSpan{*body, definition->end})),
                                      IndentAt(ast.text, definition->begin), indent);
  const uint32_t end = SkipSpaceBack(ast.text, declaration->end - 1);
  changes.push_back({end, declaration->end, " " + code});
  if (!moved_comments.empty()) {
    changes.push_back({declaration->begin, declaration->begin, moved_comments});
  }
  if (absl::Status status = NameParameters(ast, found, changes); !status.ok()) return status;
  return changes;
}

}  // namespace

extern const Refactoring kDefineInline = {"DefineInline", kInline, Offer, Make};

}  // namespace astrolabe
