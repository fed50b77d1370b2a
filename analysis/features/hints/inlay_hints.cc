// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/hints/inlay_hints.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/features/document/written_declarations.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/Expr.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"

namespace astrolabe {
namespace {

// Lines from its first to its last one. Of a shorter block one sees what it is.
constexpr unsigned kMinBlockLines = 3;

bool SameWord(llvm::StringRef a, llvm::StringRef b) {
  auto bare = [](llvm::StringRef name) {
    std::string letters;
    for (char c : name.trim('_')) {
      if (c != '_') letters += llvm::toLower(c);
    }
    return letters;
  };
  return bare(a) == bare(b);
}

// The name that an argument says by itself: of a variable, a member, a function called without arguments.
llvm::StringRef NameSaidBy(const clang::Expr* argument) {
  argument = argument->IgnoreUnlessSpelledInSource();
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(argument)) {
    return reference->getDecl()->getDeclName().isIdentifier() ? reference->getDecl()->getName()
                                                              : llvm::StringRef();
  }
  if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(argument)) {
    return member->getMemberDecl()->getDeclName().isIdentifier()
               ? member->getMemberDecl()->getName()
               : llvm::StringRef();
  }
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(argument)) {
    if (call->getNumArgs() == 0 || llvm::isa<clang::CXXMemberCallExpr>(call)) {
      const clang::Expr* callee = call->getCallee()->IgnoreUnlessSpelledInSource();
      return callee == argument ? llvm::StringRef() : NameSaidBy(callee);
    }
  }
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(argument)) {
    bool is_plain = unary->getOpcode() == clang::UO_AddrOf || unary->getOpcode() == clang::UO_Deref;
    if (is_plain) return NameSaidBy(unary->getSubExpr());
  }
  return {};
}

// NOLINTBEGIN(bugprone-derived-method-shadowing-base-method): that is how visitors work.
class Hinter : public clang::RecursiveASTVisitor<Hinter> {
 public:
  Hinter(const LiveAst& ast, const std::vector<CodeRange>& ranges, const AnswerSettings& settings)
      : ast_(ast), ranges_(ranges), settings_(settings) {
    policy_ = ast.context->getPrintingPolicy();
    policy_.SuppressScope = false;
    policy_.SuppressDefaultTemplateArgs = true;
    policy_.PrintAsCanonical = false;
  }

  std::vector<HintItem> Take() && {
    std::stable_sort(hints_.begin(), hints_.end(),
                     [](const HintItem& a, const HintItem& b) { return a.place < b.place; });
    // The visitor comes to a list in both of its forms.
    auto same = std::unique(hints_.begin(), hints_.end(), [](const HintItem& a, const HintItem& b) {
      return a.place == b.place && a.label == b.label;
    });
    hints_.erase(same, hints_.end());
    return std::move(hints_);
  }

  bool shouldVisitTemplateInstantiations() const { return false; }
  bool shouldVisitImplicitCode() const { return false; }

  bool VisitCallExpr(clang::CallExpr* call) {
    // `a + b` and `a[b]` are read without help; `f(a)` of an object with operator() is a call like any other.
    if (const auto* op = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
      if (op->getOperator() != clang::OO_Call) return true;
    }
    if (llvm::isa<clang::UserDefinedLiteral>(call)) return true;
    const auto* function = llvm::dyn_cast_or_null<clang::FunctionDecl>(call->getCalleeDecl());
    if (function == nullptr) return true;
    llvm::ArrayRef<clang::Expr*> arguments(call->getArgs(), call->getNumArgs());
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
    bool has_object =
        llvm::isa<clang::CXXOperatorCallExpr>(call) && method != nullptr && method->isInstance();
    if (has_object && !arguments.empty()) arguments = arguments.drop_front();
    HintParameters(*function, arguments);
    HintDefaults(*function, arguments, call->getRParenLoc());
    return true;
  }

  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    // With its own parentheses or braces: no conversion.
    if (construct->getParenOrBraceRange().isInvalid() || construct->isStdInitListInitialization()) {
      return true;
    }
    const llvm::ArrayRef<clang::Expr*> arguments(construct->getArgs(), construct->getNumArgs());
    HintParameters(*construct->getConstructor(), arguments);
    HintDefaults(*construct->getConstructor(), arguments,
                 construct->getParenOrBraceRange().getEnd());
    return true;
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (llvm::isa<clang::ParmVarDecl>(variable) || variable->isInvalidDecl()) return true;
    if (const auto* bindings = llvm::dyn_cast<clang::DecompositionDecl>(variable)) {
      for (const clang::BindingDecl* binding : bindings->bindings()) {
        AddType(binding->getLocation(), binding->getType(), ": ");
      }
      return true;
    }
    const auto* deduced = variable->getType()->getContainedAutoType();
    if (deduced == nullptr || !deduced->isDeduced()) return true;
    // What a lambda is says the lambda.
    const auto* record = variable->getType()->getAsCXXRecordDecl();
    if (record != nullptr && record->isLambda()) return true;
    AddType(variable->getLocation(), variable->getType(), ": ");
    return true;
  }

  bool VisitNamespaceDecl(clang::NamespaceDecl* space) {
    const std::string name = space->isAnonymousNamespace() ? "" : " " + space->getName().str();
    HintBlockEnd(space->getBeginLoc(), space->getRBraceLoc(), "namespace" + name);
    return true;
  }

  bool VisitTagDecl(clang::TagDecl* tag) {
    if (!tag->isThisDeclarationADefinition() || !tag->getDeclName()) return true;
    HintBlockEnd(tag->getBeginLoc(), tag->getBraceRange().getEnd(),
                 tag->getKindName().str() + " " + tag->getNameAsString());
    return true;
  }

  bool VisitIfStmt(clang::IfStmt* statement) {
    const clang::Stmt* last =
        statement->getElse() != nullptr ? statement->getElse() : statement->getThen();
    HintStatementEnd(statement, last, "if", statement->getCond());
    return true;
  }
  bool VisitForStmt(clang::ForStmt* loop) {
    HintStatementEnd(loop, loop->getBody(), "for", nullptr);
    return true;
  }
  bool VisitCXXForRangeStmt(clang::CXXForRangeStmt* loop) {
    HintStatementEnd(loop, loop->getBody(), "for", nullptr);
    return true;
  }
  bool VisitWhileStmt(clang::WhileStmt* loop) {
    HintStatementEnd(loop, loop->getBody(), "while", loop->getCond());
    return true;
  }
  bool VisitSwitchStmt(clang::SwitchStmt* statement) {
    HintStatementEnd(statement, statement->getBody(), "switch", statement->getCond());
    return true;
  }

  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    if (function->doesThisDeclarationHaveABody()) {
      if (const auto* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(function->getBody())) {
        HintBlockEnd(function->getBeginLoc(), body->getRBracLoc(), function->getNameAsString());
      }
    }
    const auto* deduced = function->getReturnType()->getContainedAutoType();
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
    bool is_lambda = method != nullptr && method->getParent()->isLambda();
    const auto* prototype = function->getType()->getAs<clang::FunctionProtoType>();
    bool is_written = prototype == nullptr || prototype->hasTrailingReturn();
    if (is_lambda || is_written || deduced == nullptr || !deduced->isDeduced()) return true;
    if (clang::FunctionTypeLoc location = function->getFunctionTypeLoc()) {
      AddType(location.getRParenLoc(), function->getReturnType(), "-> ");
    }
    return true;
  }

  bool VisitLambdaExpr(clang::LambdaExpr* lambda) {
    const clang::FunctionDecl* call = lambda->getCallOperator();
    if (lambda->hasExplicitResultType() || call == nullptr || call->getReturnType()->isVoidType()) {
      return true;
    }
    clang::SourceLocation behind;
    if (clang::FunctionTypeLoc location = call->getFunctionTypeLoc()) {
      if (lambda->hasExplicitParameters()) behind = location.getRParenLoc();
    }
    if (behind.isInvalid()) behind = lambda->getIntroducerRange().getEnd();
    AddType(behind, call->getReturnType(), "-> ");
    return true;
  }

  bool VisitInitListExpr(clang::InitListExpr* list) {
    const clang::InitListExpr* written = list->isSemanticForm() ? list->getSyntacticForm() : list;
    const clang::InitListExpr* semantic = list->isSemanticForm() ? list : list->getSemanticForm();
    if (semantic == nullptr) semantic = list;
    if (written == nullptr) written = list;
    if (written->getLBraceLoc().isInvalid() ||
        written->isIdiomaticZeroInitializer(ast_.context->getLangOpts())) {
      return true;
    }
    const auto* record =
        semantic->getType().isNull() ? nullptr : semantic->getType()->getAsRecordDecl();
    if (record == nullptr || record->isUnion()) return true;
    const auto* with_bases = llvm::dyn_cast<clang::CXXRecordDecl>(record);
    if (with_bases != nullptr && with_bases->hasDefinition() && with_bases->getNumBases() > 0) {
      return true;  // their values come first, without names
    }
    auto field = record->field_begin();
    for (const clang::Expr* value : written->inits()) {
      while (field != record->field_end() && (*field)->isUnnamedBitField()) ++field;
      if (field == record->field_end()) break;
      if (llvm::isa<clang::DesignatedInitExpr>(value)) break;
      if ((*field)->getDeclName().isIdentifier() && !(*field)->getName().empty() &&
          !HasCommentAhead(value->getBeginLoc(), (*field)->getName())) {
        Add(value->getBeginLoc(), HintKind::kDesignator, "." + (*field)->getName().str() + "=");
      }
      ++field;
    }
    return true;
  }

 private:
  void HintParameters(const clang::FunctionDecl& function, llvm::ArrayRef<clang::Expr*> arguments) {
    if (arguments.empty() || arguments.size() > 100) return;
    const clang::FunctionDecl* definition = nullptr;
    if (!function.isDefined(definition)) definition = &function;
    if (IsSetter(function, arguments.size())) return;
    // A move or copy says nothing by the name of what is copied.
    if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&function)) {
      if (constructor->isCopyOrMoveConstructor()) return;
    }
    for (size_t i = 0; i < arguments.size() && i < function.getNumParams(); ++i) {
      const clang::Expr* argument = arguments[i];
      if (argument == nullptr || llvm::isa<clang::CXXDefaultArgExpr>(argument)) continue;
      if (llvm::isa<clang::PackExpansionExpr>(argument)) return;
      const clang::ParmVarDecl* parameter = function.getParamDecl(static_cast<unsigned>(i));
      if (parameter->isParameterPack()) return;
      llvm::StringRef name = NameOf(*parameter);
      if (name.empty() && i < definition->getNumParams()) {
        name = NameOf(*definition->getParamDecl(static_cast<unsigned>(i)));
      }
      bool is_said = name.empty() || SameWord(NameSaidBy(argument), name) ||
                     HasCommentAhead(argument->getBeginLoc(), name);
      bool is_changed = IsChangeable(parameter->getType()) && !argument->getType().isNull();
      if (is_said && (!is_changed || name.empty())) continue;
      std::string label = is_said ? "&:" : (is_changed ? "&" : "") + name.str() + ":";
      if (is_said && HasCommentAhead(argument->getBeginLoc(), name)) continue;
      Add(argument->getBeginLoc(), HintKind::kParameter, std::move(label));
    }
  }

  // What is passed without being written: behind the last argument.
  void HintDefaults(const clang::FunctionDecl& function, llvm::ArrayRef<clang::Expr*> arguments,
                    clang::SourceLocation close) {
    if (!settings_.hint_default_arguments || close.isInvalid()) return;
    std::string label;
    bool has_written = false;
    for (size_t i = 0; i < arguments.size() && i < function.getNumParams(); ++i) {
      const auto* left_out = llvm::dyn_cast_or_null<clang::CXXDefaultArgExpr>(arguments[i]);
      if (left_out == nullptr) {
        has_written = true;
        continue;
      }
      const clang::SourceManager& sources = ast_.context->getSourceManager();
      std::string value =
          clang::Lexer::getSourceText(
              clang::CharSourceRange::getTokenRange(left_out->getExpr()->getSourceRange()), sources,
              ast_.context->getLangOpts())
              .str();
      const size_t limit = settings_.type_limit;
      if (value.empty() || (limit > 0 && value.size() > limit)) value = "…";
      const llvm::StringRef name = NameOf(*function.getParamDecl(static_cast<unsigned>(i)));
      if (!label.empty() || has_written) label += ", ";
      label += name.empty() ? value : name.str() + ": " + value;
    }
    if (!label.empty()) Add(close, HintKind::kDefaultArgument, std::move(label));
  }

  // Of what has a block of its own.
  void HintStatementEnd(const clang::Stmt* statement, const clang::Stmt* last, llvm::StringRef word,
                        const clang::Expr* condition) {
    const auto* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(last);
    if (block == nullptr) return;
    const llvm::StringRef said = condition == nullptr ? llvm::StringRef() : NameSaidBy(condition);
    HintBlockEnd(statement->getBeginLoc(), block->getRBracLoc(),
                 said.empty() ? word.str() : word.str() + " " + said.str());
  }

  void HintBlockEnd(clang::SourceLocation begin, clang::SourceLocation brace,
                    const std::string& label) {
    if (!settings_.hint_block_ends || begin.isInvalid() || brace.isInvalid() || begin.isMacroID() ||
        brace.isMacroID()) {
      return;
    }
    const std::optional<CodePlace> first = ast_.PlaceOf(begin);
    const std::optional<CodePlace> last = ast_.PlaceOf(brace);
    if (!first || !last || last->line < first->line + kMinBlockLines - 1) return;
    // What stands behind it on its line would be pushed away.
    llvm::StringRef behind = llvm::StringRef(ast_.text).substr(ast_.OffsetOf(*last) + 1);
    behind = behind.take_until([](char c) { return c == '\n'; });
    const size_t end = behind.starts_with(";") ? 1 : 0;
    if (!behind.drop_front(end).trim().empty()) return;
    Add(brace.getLocWithOffset(static_cast<int>(1 + end)), HintKind::kBlockEnd, " // " + label);
  }

  // Names for the library's own use say nothing to others but without their underscores.
  static llvm::StringRef NameOf(const clang::ParmVarDecl& parameter) {
    if (!parameter.getDeclName().isIdentifier()) return {};
    return parameter.getName().ltrim('_');
  }

  static bool IsChangeable(clang::QualType type) {
    return type->isLValueReferenceType() && !type.getNonReferenceType().isConstQualified();
  }

  static bool IsSetter(const clang::FunctionDecl& function, size_t arguments) {
    if (arguments != 1 || !function.getDeclName().isIdentifier()) return false;
    llvm::StringRef name = function.getName();
    if (!name.starts_with_insensitive("set") || function.getNumParams() == 0) return false;
    return SameWord(name.drop_front(3), NameOf(*function.getParamDecl(0)));
  }

  // `/*count=*/3`.
  bool HasCommentAhead(clang::SourceLocation location, llvm::StringRef name) const {
    const clang::SourceManager& sources = ast_.context->getSourceManager();
    auto [id, offset] = sources.getDecomposedLoc(sources.getFileLoc(location));
    if (!ast_.IsInFile(id)) return false;
    llvm::StringRef before = llvm::StringRef(ast_.text).take_front(offset).rtrim();
    if (!before.consume_back("*/")) return false;
    before = before.rtrim(" =").take_back(name.size());
    return SameWord(before, name);
  }

  void AddType(clang::SourceLocation location, clang::QualType type, llvm::StringRef prefix) {
    if (type.isNull() || type->isDependentType() || type->isUndeducedType()) return;
    std::string text = type.getAsString(policy_);
    std::string label = prefix.str() + text;
    std::string tooltip;
    // A longer type says less than it hides; its tooltip has all of it.
    if (settings_.type_limit > 0 && text.size() > settings_.type_limit) {
      tooltip = text;
      label = prefix.str() + Shortened(text);
    }
    // The place is behind the token.
    clang::SourceLocation behind = location;
    const clang::SourceManager& sources = ast_.context->getSourceManager();
    if (behind.isMacroID()) return;
    unsigned length =
        clang::Lexer::MeasureTokenLength(behind, sources, ast_.context->getLangOpts());
    Add(behind.getLocWithOffset(static_cast<int>(length)), HintKind::kType, std::move(label),
        std::move(tooltip));
  }

  // Without the arguments of its template.
  std::string Shortened(const std::string& text) const {
    size_t open = text.find('<');
    size_t close = text.rfind('>');
    if (open == std::string::npos || close == std::string::npos || open > settings_.type_limit) {
      size_t end = settings_.type_limit;
      while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
      return text.substr(0, end) + "…";
    }
    return text.substr(0, open) + "<…" + text.substr(close);
  }

  void Add(clang::SourceLocation location, HintKind kind, std::string label,
           std::string tooltip = "") {
    // What a macro makes has no place between its letters; its arguments have theirs.
    const clang::SourceManager& sources = ast_.context->getSourceManager();
    if (location.isMacroID() && !sources.isMacroArgExpansion(location)) return;
    std::optional<CodePlace> place = ast_.PlaceOf(location);
    if (!place) return;
    bool is_wanted =
        ranges_.empty() || std::any_of(ranges_.begin(), ranges_.end(), [&](const CodeRange& range) {
          return range.begin <= *place && *place <= range.end;
        });
    if (!is_wanted) return;
    hints_.push_back({*place, kind, std::move(label), std::move(tooltip)});
  }

  const LiveAst& ast_;
  const std::vector<CodeRange>& ranges_;
  const AnswerSettings& settings_;
  clang::PrintingPolicy policy_{clang::LangOptions()};
  std::vector<HintItem> hints_;
};
// NOLINTEND(bugprone-derived-method-shadowing-base-method)

}  // namespace

HintsAnswer MakeInlayHints(LiveAst& ast, const std::vector<CodeRange>& ranges,
                           const AnswerSettings& settings) {
  Hinter hinter(ast, ranges, settings);
  for (clang::Decl* declaration : WrittenDeclarations(ast)) hinter.TraverseDecl(declaration);
  return {std::move(hinter).Take()};
}

}  // namespace astrolabe
