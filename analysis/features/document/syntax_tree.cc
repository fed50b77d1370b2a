// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/syntax_tree.h"

#include <string>
#include <utility>

#include "analysis/features/document/written_declarations.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/TextNodeDumper.h"
#include "llvm/Support/raw_ostream.h"

namespace astrolabe {
namespace {

// Generated code has sums of thousands of terms; the stack does not hold that.
constexpr size_t kMaxDepth = 1000;

std::string Without(llvm::StringRef name, llvm::StringRef ending) {
  name.consume_back(ending);
  return name.str();
}

std::string Printed(const clang::ASTContext& context, const auto& print) {
  std::string text;
  llvm::raw_string_ostream out(text);
  clang::PrintingPolicy policy = context.getPrintingPolicy();
  policy.TerseOutput = true;
  print(out, policy);
  return text;
}

std::string DetailOf(const clang::Decl& declaration) {
  const auto* named = llvm::dyn_cast<clang::NamedDecl>(&declaration);
  return named == nullptr ? std::string() : named->getNameAsString();
}

std::string DetailOf(const clang::ASTContext& context, const clang::Stmt& statement) {
  if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(&statement)) {
    return name->getNameInfo().getAsString();
  }
  if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(&statement)) {
    return member->getMemberNameInfo().getAsString();
  }
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(&statement)) {
    return binary->getOpcodeStr().str();
  }
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(&statement)) {
    return clang::UnaryOperator::getOpcodeStr(unary->getOpcode()).str();
  }
  if (const auto* cast = llvm::dyn_cast<clang::CastExpr>(&statement)) {
    return cast->getCastKindName();
  }
  if (const auto* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&statement)) {
    return clang::getOperatorSpelling(call->getOperator());
  }
  if (const auto* made = llvm::dyn_cast<clang::CXXConstructExpr>(&statement)) {
    return made->getConstructor()->getNameAsString();
  }
  if (const auto* self = llvm::dyn_cast<clang::CXXThisExpr>(&statement)) {
    return self->isImplicit() ? "implicit" : "";
  }
  if (llvm::isa<clang::IntegerLiteral, clang::FloatingLiteral, clang::StringLiteral,
                clang::CharacterLiteral, clang::CXXBoolLiteralExpr>(&statement)) {
    return Printed(context, [&](llvm::raw_ostream& out, const clang::PrintingPolicy& policy) {
      statement.printPretty(out, nullptr, policy);
    });
  }
  return {};
}

// Builds the tree while it walks: the node that is being visited is the last child of its parent all the way down.
// NOLINTBEGIN(bugprone-derived-method-shadowing-base-method): that is how visitors work.
class Builder : public clang::RecursiveASTVisitor<Builder> {
  using Base = clang::RecursiveASTVisitor<Builder>;

 public:
  explicit Builder(LiveAst& ast) : ast_(ast) { path_.push_back(&root_); }

  SyntaxNode Take() && { return std::move(root_); }

  bool TraverseDecl(clang::Decl* declaration) {
    if (declaration == nullptr || declaration->isImplicit() || IsInstantiation(declaration)) {
      return true;
    }
    if (!Enter("declaration", declaration->getDeclKindName(), DetailOf(*declaration),
               declaration->getSourceRange(),
               [&](clang::TextNodeDumper& dumper) { dumper.Visit(declaration); })) {
      return true;
    }
    return Leave(Base::TraverseDecl(declaration));
  }
  bool TraverseTypeLoc(clang::TypeLoc type, bool qualifier = true) {
    if (type.isNull()) return true;
    // The qualifiers are no node: the type below has them in its arcana.
    if (auto qualified = type.getAs<clang::QualifiedTypeLoc>()) {
      return TraverseTypeLoc(qualified.getUnqualifiedLoc(), qualifier);
    }
    std::string detail =
        Printed(*ast_.context, [&](llvm::raw_ostream& out, const clang::PrintingPolicy& policy) {
          type.getType().print(out, policy);
        });
    if (!Enter("type", Without(type.getType()->getTypeClassName(), "Type"), std::move(detail),
               type.getSourceRange(),
               [&](clang::TextNodeDumper& dumper) { dumper.Visit(type.getType()); })) {
      return true;
    }
    return Leave(Base::TraverseTypeLoc(type, qualifier));
  }
  bool TraverseNestedNameSpecifierLoc(clang::NestedNameSpecifierLoc name) {
    if (!name) return true;
    std::string detail =
        Printed(*ast_.context, [&](llvm::raw_ostream& out, const clang::PrintingPolicy& policy) {
          name.getNestedNameSpecifier().print(out, policy);
        });
    if (!Enter("specifier", "NestedNameSpecifier", std::move(detail), name.getLocalSourceRange(),
               [](clang::TextNodeDumper&) {})) {
      return true;
    }
    return Leave(Base::TraverseNestedNameSpecifierLoc(name));
  }
  bool TraverseTemplateArgumentLoc(const clang::TemplateArgumentLoc& argument) {
    if (!Enter("template argument", "TemplateArgument", "", argument.getSourceRange(),
               [&](clang::TextNodeDumper& dumper) {
                 dumper.Visit(argument.getArgument(), argument.getSourceRange());
               })) {
      return true;
    }
    return Leave(Base::TraverseTemplateArgumentLoc(argument));
  }
  bool TraverseConstructorInitializer(clang::CXXCtorInitializer* initializer) {
    if (!initializer->isWritten()) return true;
    std::string detail =
        initializer->isMemberInitializer() ? initializer->getMember()->getNameAsString() : "";
    if (!Enter("constructor initializer", "CXXCtorInitializer", std::move(detail),
               initializer->getSourceRange(),
               [&](clang::TextNodeDumper& dumper) { dumper.Visit(initializer); })) {
      return true;
    }
    return Leave(Base::TraverseConstructorInitializer(initializer));
  }
  bool TraverseAttr(clang::Attr* attribute) {
    if (attribute == nullptr || attribute->isImplicit()) return true;
    if (!Enter("attribute", attribute->getSpelling(), "", attribute->getRange(),
               [&](clang::TextNodeDumper& dumper) { dumper.Visit(attribute); })) {
      return true;
    }
    return Leave(Base::TraverseAttr(attribute));
  }
  bool TraverseStmt(clang::Stmt* statement) {
    if (statement == nullptr) return true;
    const bool is_expression = llvm::isa<clang::Expr>(statement);
    if (!Enter(is_expression ? "expression" : "statement",
               Without(Without(statement->getStmtClassName(), "Expr"), "Stmt"),
               DetailOf(*ast_.context, *statement), statement->getSourceRange(),
               [&](clang::TextNodeDumper& dumper) { dumper.Visit(statement); })) {
      return true;
    }
    return Leave(Base::TraverseStmt(statement));
  }

 private:
  // Whether there was room for it.
  bool Enter(const char* role, std::string kind, std::string detail, clang::SourceRange tokens,
             const auto& dump) {
    if (count_ >= kMaxSyntaxNodes || path_.size() >= kMaxDepth) return false;
    ++count_;
    SyntaxNode& node = path_.back()->children.emplace_back();
    node.role = role;
    node.kind = std::move(kind);
    node.detail = std::move(detail);
    node.range = ast_.RangeOf(tokens);
    llvm::raw_string_ostream out(node.arcana);
    clang::TextNodeDumper dumper(out, *ast_.context, /*ShowColors=*/false);
    dump(dumper);
    path_.push_back(&node);
    return true;
  }
  bool Leave(bool go_on) {
    path_.pop_back();
    return go_on;
  }

  LiveAst& ast_;
  SyntaxNode root_;
  std::vector<SyntaxNode*> path_;
  size_t count_ = 0;
};
// NOLINTEND(bugprone-derived-method-shadowing-base-method)

bool Covers(const SyntaxNode& node, const CodeRange& range) {
  return node.range && node.range->begin <= range.begin && range.end <= node.range->end;
}

// The innermost node below `node` that covers the range; null if none does.
SyntaxNode* Innermost(SyntaxNode& node, const CodeRange& range) {
  for (SyntaxNode& child : node.children) {
    // What has no place may have something below it that has.
    if (child.range && !Covers(child, range)) continue;
    if (SyntaxNode* found = Innermost(child, range)) return found;
  }
  return Covers(node, range) ? &node : nullptr;
}

}  // namespace

SyntaxTreeAnswer MakeSyntaxTree(LiveAst& ast, const std::optional<CodeRange>& range) {
  Builder builder(ast);
  for (clang::Decl* declaration : WrittenDeclarations(ast)) {
    if (range) {
      std::optional<CodeRange> all = ast.RangeOf(declaration->getSourceRange());
      if (all && (all->end < range->begin || range->end < all->begin)) continue;
    }
    builder.TraverseDecl(declaration);
  }
  SyntaxNode root = std::move(builder).Take();
  SyntaxTreeAnswer answer;
  if (!range) {
    root.role = "declaration";
    root.kind = "TranslationUnit";
    root.range = CodeRange{{0, 0}, ast.PlaceAt(static_cast<uint32_t>(ast.text.size()))};
    answer.roots.push_back(std::move(root));
  } else if (SyntaxNode* found = Innermost(root, *range)) {
    SyntaxNode taken = std::move(*found);
    answer.roots.push_back(std::move(taken));
  }
  return answer;
}

}  // namespace astrolabe
