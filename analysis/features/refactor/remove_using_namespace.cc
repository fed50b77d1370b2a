// `using namespace x;` away, and `x::` ahead of the names that it had brought.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <set>

#include "absl/status/status.h"
#include "analysis/features/document/written_declarations.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/symbols/name_walker.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"

namespace astrolabe {
namespace {

const clang::DeclContext* WithoutInline(const clang::DeclContext* context) {
  context = context->getRedeclContext();
  while (context->isInlineNamespace()) context = context->getParent()->getRedeclContext();
  return context->getPrimaryContext();
}

bool IsIn(const clang::NamedDecl* decl, const clang::NamespaceDecl* space) {
  return WithoutInline(decl->getDeclContext()) == WithoutInline(space);
}

// What else the file says about the namespace.
class Others : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  explicit Others(const clang::NamespaceDecl* space) : space_(space) {}
  std::set<std::string> brought;  // by a using declaration of their own
  bool has_literals = false;      // 1s, "x"sv: they can't be qualified

  bool VisitUsingDecl(const clang::UsingDecl* decl) override {
    for (const clang::UsingShadowDecl* shadow : decl->shadows()) {
      if (IsIn(shadow->getTargetDecl(), space_)) brought.insert(decl->getNameAsString());
    }
    return true;
  }
  bool VisitUserDefinedLiteral(const clang::UserDefinedLiteral* literal) override {
    const auto* called = literal->getDirectCallee();
    has_literals |= called != nullptr && IsIn(called, space_);
    return true;
  }

 private:
  const clang::NamespaceDecl* space_;
};

const clang::UsingDirectiveDecl* Find(const Selection& selection) {
  const auto* directive =
      llvm::dyn_cast_or_null<clang::UsingDirectiveDecl>(selection.Innermost<clang::Decl>());
  if (directive == nullptr || !selection.path().back().is_written) return nullptr;
  // Who includes a header may live from it.
  if (IsHeader(selection.ast().path)) return nullptr;
  return directive;
}

std::optional<std::string> Offer(const Selection& selection) {
  const auto* directive = Find(selection);
  if (directive == nullptr) return std::nullopt;
  return "remove using namespace, write " +
         std::string(TextOf(selection.ast(), {directive->getQualifierLoc().getBeginLoc().isValid()
                                                  ? directive->getQualifierLoc().getBeginLoc()
                                                  : directive->getIdentLocation(),
                                              directive->getIdentLocation()})) +
         ":: instead";
}

// The block, namespace or file in which the directive holds.
TextSpan ScopeOfDirective(const Selection& selection) {
  const std::vector<SelectedNode>& path = selection.path();
  const auto size = static_cast<uint32_t>(selection.ast().text.size());
  for (size_t i = path.size() - 1; i-- > 0;) {
    if (path[i].node.get<clang::DeclStmt>() == nullptr)
      return {path.back().span.end, path[i].span.end};
  }
  return {path.back().span.end, size};
}

bool IsQualified(const std::string& text, uint32_t offset) {
  const uint32_t end = SkipSpaceBack(text, offset);
  if (end == 0) return false;
  const std::string_view before = std::string_view(text).substr(0, end);
  return before.ends_with("::") || before.ends_with(".") || before.ends_with("->");
}

bool IsInside(const clang::Decl* decl, const clang::NamespaceDecl* space) {
  const clang::DeclContext* context = decl == nullptr ? nullptr : decl->getDeclContext();
  for (; context != nullptr; context = context->getParent()) {
    if (WithoutInline(context) == WithoutInline(space)) return true;
  }
  return false;
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const clang::UsingDirectiveDecl& directive = *Find(selection);
  const clang::NamespaceDecl* space = directive.getNominatedNamespace();
  Others others(space);
  for (clang::Decl* decl : WrittenDeclarations(ast)) others.TraverseDecl(decl);
  if (others.has_literals) {
    return absl::FailedPreconditionError(
        "a literal operator of it is used, which can't be qualified");
  }
  const clang::SourceLocation begin = directive.getQualifierLoc().getBeginLoc().isValid()
                                          ? directive.getQualifierLoc().getBeginLoc()
                                          : directive.getIdentLocation();
  const std::string qualifier =
      std::string(TextOf(ast, {begin, directive.getIdentLocation()})) + "::";
  const TextSpan scope = ScopeOfDirective(selection);
  std::set<uint32_t> places;
  bool is_made_by_macro = false;
  WalkNames(ast, std::nullopt, [&](const NamePlace& name) {
    const bool is_use = !name.is_declaration && name.standing == NameStanding::kDirect &&
                        name.begin >= scope.begin && name.end <= scope.end && !name.decls.empty();
    if (!is_use || name.is_candidate) return;
    const clang::NamedDecl* decl = name.decls.front();
    if (!IsIn(decl, space) || IsInside(name.container, space)) return;
    if (!name.is_spelled) {
      is_made_by_macro = true;
      return;
    }
    if (!decl->getDeclName().isIdentifier() || others.brought.contains(decl->getNameAsString()))
      return;
    if (!IsQualified(ast.text, name.begin)) places.insert(name.begin);
  });
  if (is_made_by_macro) {
    return absl::FailedPreconditionError("a macro names something of it without saying where");
  }
  TextChanges changes = {RemoveLines(ast, *StatementSpanOf(ast, directive.getSourceRange()))};
  for (uint32_t place : places) changes.push_back({place, place, qualifier});
  return changes;
}

}  // namespace

extern const Refactoring kRemoveUsingNamespace = {"RemoveUsingNamespace", kRewrite, Offer, Make};

}  // namespace astrolabe
