// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/selection.h"

#include <utility>

#include "analysis/features/document/written_declarations.h"
#include "analysis/features/refactor/code_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/Stmt.h"
#include "clang/AST/TypeLoc.h"
#include "clang/Basic/CharInfo.h"
#include "clang/Basic/SourceManager.h"

namespace astrolabe {
namespace {

// Statements inside statements; generated code has sums of ten thousand terms.
constexpr size_t kMaxDepth = 3000;

using Walk = clang::ConstDynamicRecursiveASTVisitor;

// Keeps the way to the smallest node that holds the selection. Of nodes of one size it is the innermost: an
// expression below its conversions.
class PathFinder : public Walk {
 public:
  PathFinder(LiveAst& ast, TextSpan wanted) : ast_(ast), wanted_(wanted) {
    ShouldWalkTypesOfTypeLocs = false;
  }

  std::vector<SelectedNode> Take() { return std::move(best_); }

  bool TraverseDecl(const clang::Decl* decl) override {
    if (decl == nullptr || decl->isImplicit()) return true;
    return Enter(*decl, decl->getSourceRange(), [&] { return Walk::TraverseDecl(decl); });
  }

  bool TraverseStmt(const clang::Stmt* statement) override {
    if (statement == nullptr) return true;
    return Enter(*statement, statement->getSourceRange(),
                 [&] { return Walk::TraverseStmt(statement); });
  }

  bool TraverseTypeLoc(clang::TypeLoc type, bool qualifier) override {
    if (type.isNull()) return true;
    return Enter(type, type.getSourceRange(),
                 [&] { return Walk::TraverseTypeLoc(type, qualifier); });
  }

 private:
  template <typename Node, typename Descend>
  bool Enter(const Node& node, clang::SourceRange range, Descend descend) {
    if (range.isInvalid() || path_.size() > kMaxDepth) return true;
    const std::optional<TextSpan> span = ExpansionSpan(ast_, range);
    if (!span || !span->Holds(wanted_)) return true;
    path_.push_back({clang::DynTypedNode::create(node), *span, IsWritten(ast_, range)});
    if (best_.empty() || span->size() < best_.back().span.size() ||
        (span->size() == best_.back().span.size() && path_.size() > best_.size())) {
      best_ = path_;
    }
    const bool goes_on = descend();
    path_.pop_back();
    return goes_on;
  }

  LiveAst& ast_;
  const TextSpan wanted_;
  std::vector<SelectedNode> path_;
  std::vector<SelectedNode> best_;
};

}  // namespace

Selection::Selection(LiveAst& ast, CodeRange range, const FileText* source, AnswerSettings settings)
    : ast_(ast), source_(source), settings_(std::move(settings)) {
  span_ = {ast.OffsetOf(range.begin), ast.OffsetOf(range.end)};
  if (span_.end < span_.begin) span_.end = span_.begin;
  const auto is_space = [&](uint32_t at) { return clang::isWhitespace(ast.text[at]); };
  while (span_.begin < span_.end && is_space(span_.begin)) ++span_.begin;
  while (span_.end > span_.begin && is_space(span_.end - 1)) --span_.end;
  PathFinder finder(ast, span_);
  for (clang::Decl* declaration : WrittenDeclarations(ast)) finder.TraverseDecl(declaration);
  path_ = finder.Take();
}

}  // namespace astrolabe
