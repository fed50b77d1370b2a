// The body of a method that is defined in its class to a definition in the source that belongs to the header, or behind
// the class.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/other_file.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/source_place.h"
#include "analysis/features/refactor/type_text.h"
#include "analysis/features/symbols/name_walker.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

namespace astrolabe {
namespace {

const clang::CXXRecordDecl* Outermost(const clang::CXXRecordDecl* record) {
  while (const auto* around = llvm::dyn_cast<clang::CXXRecordDecl>(record->getDeclContext())) {
    record = around;
  }
  return record;
}

const clang::CXXMethodDecl* Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* method =
      llvm::dyn_cast_or_null<clang::CXXMethodDecl>(selection.Innermost<clang::Decl>());
  if (method == nullptr || !method->isThisDeclarationADefinition() || method->isOutOfLine() ||
      method->isDefaulted() || method->isDeleted() || method->getBody() == nullptr) {
    return nullptr;
  }
  // On its head, not in its body.
  if (selection.Innermost<clang::Stmt>() != nullptr) return nullptr;
  const clang::CXXRecordDecl* record = method->getParent();
  const clang::CXXRecordDecl* outer = Outermost(record);
  const bool is_template = outer->getDescribedClassTemplate() != nullptr ||
                           llvm::isa<clang::ClassTemplateSpecializationDecl>(outer) ||
                           method->isTemplated() || method->getTrailingRequiresClause();
  if (is_template || record->isLambda() || !outer->getDeclContext()->isFileContext() ||
      method->isConstexpr() || !llvm::isa<clang::CompoundStmt>(method->getBody())) {
    return nullptr;
  }
  for (const clang::CXXRecordDecl* each = record;;
       each = llvm::cast<clang::CXXRecordDecl>(each->getDeclContext())) {
    if (each->getIdentifier() == nullptr) return nullptr;
    if (each == outer) break;
  }
  if (method->getReturnType()->getContainedAutoType() != nullptr) return nullptr;
  if (!IsWritten(ast, method->getSourceRange()) || !IsWritten(ast, outer->getSourceRange()) ||
      !method->getLocation().isFileID()) {
    return nullptr;
  }
  return method;
}

std::optional<std::string> Offer(const Selection& selection) {
  const auto* method = Find(selection);
  if (method == nullptr) return std::nullopt;
  const std::string title = "define " + method->getNameAsString();
  if (!BelongsInSource(selection, *method)) return title + " out of line";
  return title + " in " + FileName(selection.source()->path);
}

std::string QualifierOf(const clang::CXXRecordDecl* record) {
  std::string qualifier = record->getNameAsString() + "::";
  while ((record = llvm::dyn_cast<clang::CXXRecordDecl>(record->getDeclContext())) != nullptr) {
    qualifier = record->getNameAsString() + "::" + qualifier;
  }
  return qualifier;
}

// Where the part begins that only a definition has: its initialisers or its body.
std::optional<uint32_t> BeginOfBody(const LiveAst& ast, const clang::CXXMethodDecl& method) {
  std::optional<uint32_t> begin = OffsetOf(ast, method.getBody()->getBeginLoc());
  const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&method);
  if (constructor == nullptr || !begin) return begin;
  for (const clang::CXXCtorInitializer* initializer : constructor->inits()) {
    if (!initializer->isWritten()) continue;
    const std::optional<uint32_t> at = OffsetOf(ast, initializer->getSourceLocation());
    if (!at) return std::nullopt;
    begin = std::min(*begin, *at);
  }
  if (*begin == OffsetOf(ast, method.getBody()->getBeginLoc())) return begin;
  const uint32_t colon = SkipSpaceBack(ast.text, *begin);
  if (colon == 0 || ast.text[colon - 1] != ':') return std::nullopt;
  return colon - 1;
}

// What of the declaration is not said again: `virtual`, `override`, values by default.
void DropWords(const LiveAst& ast, const clang::CXXMethodDecl& method, TextSpan head,
               TextChanges& changes) {
  const std::optional<uint32_t> name = OffsetOf(ast, method.getLocation());
  const std::optional<uint32_t> parameters_end =
      OffsetOf(ast, method.getFunctionTypeLoc().getRParenLoc());
  for (const TextToken& token : TokensOf(ast)) {
    if (token.begin < head.begin || token.begin >= head.end || !token.is_word) continue;
    const std::string_view word = TextOf(ast, token);
    const bool is_ahead = token.begin < *name && (word == "virtual" || word == "static" ||
                                                  word == "explicit" || word == "inline");
    const bool is_behind =
        parameters_end && token.begin > *parameters_end && (word == "override" || word == "final");
    if (is_ahead) changes.push_back({token.begin, SkipSpace(ast, token.end()), ""});
    if (is_behind) changes.push_back({SkipSpaceBack(ast.text, token.begin), token.end(), ""});
  }
  for (const clang::ParmVarDecl* parameter : method.parameters()) {
    if (!parameter->hasDefaultArg()) continue;
    const std::optional<TextSpan> value = WholeSpan(ast, parameter->getDefaultArgRange());
    if (!value) continue;
    const uint32_t sign = SkipSpaceBack(ast.text, value->begin) - 1;
    changes.push_back({SkipSpaceBack(ast.text, sign), value->end, ""});
  }
}

// The function as it is written, with a qualifier, for a place in `where`.
absl::StatusOr<std::string> DefinitionAt(LiveAst& ast, const clang::CXXMethodDecl& method,
                                         TextSpan whole, uint32_t body,
                                         const std::string& qualifier,
                                         const clang::DeclContext* where) {
  const std::optional<uint32_t> name = OffsetOf(ast, method.getLocation());
  const TextSpan head{whole.begin, body};
  TextChanges changes = {{*name, *name, qualifier}};
  DropWords(ast, method, head, changes);
  // What is looked up ahead of the name is not looked up in the class.
  WalkNames(ast, std::nullopt, [&](const NamePlace& place) {
    const bool is_of_result = place.begin >= head.begin && place.end <= *name &&
                              place.standing == NameStanding::kDirect && !place.decls.empty();
    if (!is_of_result) return;
    const clang::DeclContext* of = place.decls.front()->getDeclContext()->getRedeclContext();
    const std::string_view ahead =
        std::string_view(ast.text).substr(0, SkipSpaceBack(ast.text, place.begin));
    const bool is_there = std::ranges::any_of(
        changes, [&](const TextChange& change) { return change.begin == place.begin; });
    // A name of another namespace was found by way of a using directive, and will be again.
    const bool is_around = llvm::isa<clang::CXXRecordDecl>(of) || of->Encloses(&method);
    const std::string missing = is_around ? QualifierAt(of, where) : "";
    if (!missing.empty() && !ahead.ends_with("::") && !is_there) {
      changes.push_back({place.begin, place.begin, missing});
    }
  });
  std::ranges::sort(changes, {}, &TextChange::begin);
  std::string definition;
  uint32_t copied = whole.begin;
  for (const TextChange& change : changes) {
    if (change.begin < copied) return absl::FailedPreconditionError("its head is too unusual");
    definition.append(ast.text, copied, change.begin - copied);
    definition += change.text;
    copied = change.end;
  }
  definition.append(ast.text, copied, whole.end - copied);
  return definition;
}

absl::StatusOr<FilesChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const clang::CXXMethodDecl& method = *Find(selection);
  const std::optional<TextSpan> whole = WholeSpan(ast, method.getSourceRange());
  const std::optional<uint32_t> name = OffsetOf(ast, method.getLocation());
  const std::optional<uint32_t> body = BeginOfBody(ast, method);
  const clang::CXXRecordDecl* outer = Outermost(method.getParent());
  const std::optional<TextSpan> around = StatementSpanOf(ast, outer->getSourceRange());
  if (!whole || !name || !body || !around || ast.text[around->end - 1] != ';') {
    return absl::FailedPreconditionError("a macro makes part of it");
  }
  if (OpenConditionals(ast, {around->begin, whole->begin}) != 0) {
    return absl::FailedPreconditionError("it is there under a condition of the preprocessor");
  }
  const TextSpan head{whole->begin, *body};
  if (HoldsMacros(ast, head))
    return absl::FailedPreconditionError("a macro makes part of its head");
  if (TextOf(ast, head).find("[[") != std::string_view::npos ||
      TextOf(ast, head).find("__attribute__") != std::string_view::npos) {
    return absl::FailedPreconditionError("its head has attributes");
  }
  const uint32_t head_end = SkipSpaceBack(ast.text, *body);
  // A semicolon that was behind the body is one too many.
  const uint32_t next = SkipSpace(ast, whole->end);
  const bool has_semicolon = next < ast.text.size() && ast.text[next] == ';' && next == whole->end;
  FilesChanges made;
  made.changes.push_back({head_end, whole->end + (has_semicolon ? 1U : 0U), ";"});
  const std::string indent = IndentAt(ast.text, whole->begin);
  if (BelongsInSource(selection, method)) {
    const SourceOutline source(ast, *selection.source());
    const absl::StatusOr<SourcePlace> place = PlaceInSource(source, method);
    if (!place.ok()) return place.status();
    const auto definition =
        DefinitionAt(ast, method, *whole, *body, place->qualifier, place->context);
    if (!definition.ok()) return definition.status();
    made.others.push_back(InsertAt(source, *place, Reindented(*definition, indent, "")));
    return made;
  }
  const auto definition = DefinitionAt(ast, method, *whole, *body, QualifierOf(method.getParent()),
                                       outer->getDeclContext());
  if (!definition.ok()) return definition.status();
  const std::string outside = IndentAt(ast.text, around->begin);
  const uint32_t place = LineEnd(ast.text, around->end);
  made.changes.push_back({place, place,
                          "\n" + outside + (IsHeader(ast.path) ? "inline " : "") +
                              Reindented(*definition, indent, outside) + "\n"});
  return made;
}

}  // namespace

extern const Refactoring kDefineOutline = {"DefineOutline", kRewrite, Offer, nullptr, Make};

}  // namespace astrolabe
