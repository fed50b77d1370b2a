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
#include "llvm/ADT/SmallPtrSet.h"

namespace astrolabe {
namespace {

// Of a condition or a default argument; more of it would be read instead of the code.
constexpr size_t kMaxCodeBytes = 30;

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
  Hinter(const LiveAst& ast, const std::vector<CodeRange>& ranges, const HintSettings& settings)
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
      return a.place == b.place && a.label == b.label && a.kind != HintKind::kConversion;
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
    HintDefaultArguments(*function, arguments, call->getRParenLoc());
    return true;
  }

  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    // With its own parentheses or braces: no conversion.
    if (construct->getParenOrBraceRange().isInvalid() || construct->isStdInitListInitialization()) {
      return true;
    }
    llvm::ArrayRef<clang::Expr*> arguments(construct->getArgs(), construct->getNumArgs());
    HintParameters(*construct->getConstructor(), arguments);
    HintDefaultArguments(*construct->getConstructor(), arguments,
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

  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    HintEndOfFunction(*function);
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
    HintCaptures(*lambda);
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

  bool VisitNamespaceDecl(clang::NamespaceDecl* space) {
    // `namespace a::b` is two with one brace.
    const auto* inner = space->decls_empty()
                            ? nullptr
                            : llvm::dyn_cast<clang::NamespaceDecl>(*space->decls_begin());
    if (inner != nullptr && inner->isNested()) return true;
    std::string name = space->getNameAsString();
    for (const auto* outer = space; outer->isNested();) {
      outer = llvm::cast<clang::NamespaceDecl>(outer->getDeclContext());
      name = outer->getNameAsString() + "::" + name;
    }
    HintBlockEnd(space->getBeginLoc(), space->getRBraceLoc(),
                 name.empty() ? "namespace" : "namespace " + name, settings_.block_lines);
    return true;
  }

  bool VisitTagDecl(clang::TagDecl* tag) {
    if (!tag->isThisDeclarationADefinition() || tag->isImplicit()) return true;
    const auto* scoped = llvm::dyn_cast<clang::EnumDecl>(tag);
    std::string label = scoped != nullptr && scoped->isScoped() ? "enum class" : "";
    if (label.empty()) label = tag->getKindName().str();
    if (tag->getIdentifier() != nullptr) label += " " + tag->getName().str();
    HintBlockEnd(tag->getBeginLoc(), tag->getBraceRange().getEnd(), label, settings_.block_lines);
    return true;
  }

  bool VisitForStmt(clang::ForStmt* loop) {
    return HintEndOfFlow(*loop, *loop->getBody(), "for", loop->getCond());
  }
  bool VisitCXXForRangeStmt(clang::CXXForRangeStmt* loop) {
    const clang::VarDecl* variable = loop->getLoopVariable();
    HintBlockEnd(loop->getBeginLoc(), EndOfBlock(*loop->getBody()),
                 "for " + (variable == nullptr ? "" : variable->getNameAsString()),
                 settings_.flow_lines);
    return true;
  }
  bool VisitWhileStmt(clang::WhileStmt* loop) {
    return HintEndOfFlow(*loop, *loop->getBody(), "while", loop->getCond());
  }
  bool VisitSwitchStmt(clang::SwitchStmt* choice) {
    return HintEndOfFlow(*choice, *choice->getBody(), "switch", choice->getCond());
  }
  bool VisitIfStmt(clang::IfStmt* choice) {
    // The brace ahead of an `else` shares its line with it, and so has none.
    const clang::Stmt* last = choice->getElse() == nullptr ? choice->getThen() : choice->getElse();
    if (llvm::isa<clang::IfStmt>(last)) return true;
    return HintEndOfFlow(*choice, *last, "if", choice->getCond());
  }

  // What the compiler converts by itself: `double(«…»)` around it.
  bool VisitImplicitCastExpr(clang::ImplicitCastExpr* cast) {
    if (!settings_.conversions || cast->isPartOfExplicitCast()) return true;
    if (!converted_.insert(cast).second) return true;
    switch (cast->getCastKind()) {
      case clang::CK_IntegralCast:
      case clang::CK_IntegralToFloating:
      case clang::CK_FloatingToIntegral:
      case clang::CK_FloatingCast:
      case clang::CK_UserDefinedConversion:
      case clang::CK_ConstructorConversion:
        break;
      default:
        return true;
    }
    const clang::Expr* inner = cast->getSubExprAsWritten();
    const clang::QualType type = cast->getType();
    const clang::Expr* bare = inner->IgnoreParenImpCasts();
    // What a literal is converted to changes nothing that one could not see.
    const bool is_plain =
        llvm::isa<clang::IntegerLiteral, clang::FloatingLiteral, clang::CharacterLiteral,
                  clang::CXXBoolLiteralExpr, clang::StringLiteral, clang::InitListExpr>(bare);
    if (is_plain || type->isDependentType() || inner->getType() == type) return true;
    if (inner->getEndLoc().isMacroID()) return true;
    Add(inner->getBeginLoc(), HintKind::kConversion, NameOfType(type.getUnqualifiedType()) + "(",
        "", TargetOf(type));
    Add(Behind(inner->getEndLoc()), HintKind::kConversion, ")");
    return true;
  }

  bool VisitInitListExpr(clang::InitListExpr* list) {
    if (!settings_.designators) return true;
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
        Add(value->getBeginLoc(), HintKind::kDesignator, "." + (*field)->getName().str() + "=", "",
            Target(*field));
      }
      ++field;
    }
    return true;
  }

 private:
  // ---- Ends of blocks.

  void HintEndOfFunction(const clang::FunctionDecl& function) {
    if (!function.doesThisDeclarationHaveABody()) return;
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
    if (method != nullptr && method->getParent()->isLambda()) return;
    const auto* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(function.getBody());
    if (body == nullptr) return;
    HintBlockEnd(function.getBeginLoc(), body->getRBracLoc(), function.getNameAsString(),
                 settings_.block_lines);
  }

  static clang::SourceLocation EndOfBlock(const clang::Stmt& body) {
    const auto* block = llvm::dyn_cast<clang::CompoundStmt>(&body);
    return block == nullptr ? clang::SourceLocation() : block->getRBracLoc();
  }

  bool HintEndOfFlow(const clang::Stmt& whole, const clang::Stmt& body, const char* word,
                     const clang::Expr* condition) {
    if (!settings_.block_ends) return true;
    std::string label = word;
    if (condition != nullptr) {
      const std::string code = Code(condition->getSourceRange());
      if (!code.empty()) label += " " + code;
    }
    HintBlockEnd(whole.getBeginLoc(), EndOfBlock(body), label, settings_.flow_lines);
    return true;
  }

  void HintBlockEnd(clang::SourceLocation begin, clang::SourceLocation brace,
                    const std::string& label, uint32_t least_lines) {
    if (!settings_.block_ends || brace.isInvalid() || brace.isMacroID()) return;
    const std::optional<CodePlace> from = ast_.PlaceOf(begin);
    const std::optional<CodePlace> to = ast_.PlaceOf(brace);
    if (!from || !to || to->line - from->line + 1 < least_lines) return;
    // Only where nothing else is said behind it.
    const size_t at = ast_.OffsetOf(*to) + 1;
    const llvm::StringRef rest =
        llvm::StringRef(ast_.text).substr(at).take_until([](char c) { return c == '\n'; });
    const llvm::StringRef closing = rest.take_while([](char c) { return c == ';' || c == ')'; });
    if (!rest.drop_front(closing.size()).trim().empty()) return;
    Add(brace.getLocWithOffset(1 + static_cast<int>(closing.size())), HintKind::kBlockEnd,
        "// " + label);
  }

  // ---- What a call and a lambda leave unsaid.

  void HintDefaultArguments(const clang::FunctionDecl& function,
                            llvm::ArrayRef<clang::Expr*> arguments, clang::SourceLocation end) {
    if (!settings_.default_arguments || end.isInvalid()) return;
    std::string label;
    bool has_written = false;
    for (size_t i = 0; i < arguments.size() && i < function.getNumParams(); ++i) {
      const auto* left = llvm::dyn_cast_or_null<clang::CXXDefaultArgExpr>(arguments[i]);
      if (left == nullptr) {
        has_written = true;
        continue;
      }
      const clang::ParmVarDecl* parameter = left->getParam();
      const llvm::StringRef name = NameOf(*parameter);
      const std::string code = Code(parameter->getDefaultArgRange());
      if (!label.empty() || has_written) label += ", ";
      if (!name.empty()) label += name.str() + ": ";
      label += code.empty() ? "…" : code;
    }
    if (!label.empty()) Add(end, HintKind::kDefaultArgument, std::move(label));
  }

  void HintCaptures(const clang::LambdaExpr& lambda) {
    if (!settings_.captures || lambda.getCaptureDefault() == clang::LCD_None) return;
    std::string label;
    for (const clang::LambdaCapture& capture : lambda.implicit_captures()) {
      label += ", ";
      if (capture.capturesThis()) {
        label += "this";
      } else if (capture.capturesVariable()) {
        if (capture.getCaptureKind() == clang::LCK_ByRef) label += "&";
        label += capture.getCapturedVar()->getNameAsString();
      }
    }
    if (!label.empty()) {
      Add(lambda.getCaptureDefaultLoc().getLocWithOffset(1), HintKind::kCapture, std::move(label));
    }
  }

  // As it is written, on one line and not too long; of any file. Empty if a macro makes part of it.
  std::string Code(clang::SourceRange tokens) const {
    const clang::SourceManager& sources = ast_.context->getSourceManager();
    const clang::CharSourceRange range = clang::Lexer::makeFileCharRange(
        clang::CharSourceRange::getTokenRange(tokens), sources, ast_.context->getLangOpts());
    const std::string code =
        clang::Lexer::getSourceText(range, sources, ast_.context->getLangOpts()).str();
    return code.size() > kMaxCodeBytes || code.find('\n') != std::string::npos ? "" : code;
  }

  // ---- Parameters.

  void HintParameters(const clang::FunctionDecl& function, llvm::ArrayRef<clang::Expr*> arguments) {
    if (!settings_.parameters || arguments.empty() || arguments.size() > 100) return;
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
      Add(argument->getBeginLoc(), HintKind::kParameter, std::move(label), "", Target(parameter));
    }
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

  // ---- Types.

  void AddType(clang::SourceLocation location, clang::QualType type, llvm::StringRef prefix) {
    if (!settings_.types || location.isMacroID()) return;
    if (type.isNull() || type->isDependentType() || type->isUndeducedType()) return;
    std::string text = type.getAsString(policy_);
    std::string label = prefix.str() + NameOfType(type);
    Add(Behind(location), HintKind::kType, std::move(label), IsLong(text) ? std::move(text) : "",
        TargetOf(type));
  }

  clang::SourceLocation Behind(clang::SourceLocation token) const {
    const unsigned length = clang::Lexer::MeasureTokenLength(
        token, ast_.context->getSourceManager(), ast_.context->getLangOpts());
    return token.getLocWithOffset(static_cast<int>(length));
  }

  bool IsLong(const std::string& text) const {
    return settings_.type_name_limit > 0 && text.size() > settings_.type_name_limit;
  }

  // A longer type says less than it hides: without the arguments of its template.
  std::string NameOfType(clang::QualType type) const {
    const std::string text = type.getAsString(policy_);
    if (!IsLong(text)) return text;
    const size_t limit = settings_.type_name_limit;
    size_t open = text.find('<');
    size_t close = text.rfind('>');
    if (open == std::string::npos || close == std::string::npos || open > limit) {
      return text.substr(0, limit) + "…";
    }
    return text.substr(0, open) + "<…" + text.substr(close);
  }

  // ---- Where to go from a hint.

  std::optional<CodeLocation> Target(const clang::NamedDecl* declaration) const {
    if (!settings_.with_targets || declaration == nullptr) return std::nullopt;
    return ast_.LocationOf(declaration->getLocation());
  }
  std::optional<CodeLocation> TargetOf(clang::QualType type) const {
    if (!settings_.with_targets) return std::nullopt;
    clang::QualType bare = type.getNonReferenceType();
    while (!bare->getPointeeType().isNull()) bare = bare->getPointeeType();
    if (const auto* alias = bare->getAs<clang::TypedefType>()) return Target(alias->getDecl());
    return Target(bare->getAsTagDecl());
  }

  void Add(clang::SourceLocation location, HintKind kind, std::string label,
           std::string tooltip = "", std::optional<CodeLocation> target = std::nullopt) {
    // What a macro makes has no place between its letters; its arguments have theirs. Those that a macro hands on to
    // another one may be of its own making: what EXPECT_EQ calls, say, with which file and line.
    const clang::SourceManager& sources = ast_.context->getSourceManager();
    while (location.isMacroID()) {
      if (!sources.isMacroArgExpansion(location)) return;
      location = sources.getImmediateSpellingLoc(location);
    }
    std::optional<CodePlace> place = ast_.PlaceOf(location);
    if (!place) return;
    bool is_wanted =
        ranges_.empty() || std::any_of(ranges_.begin(), ranges_.end(), [&](const CodeRange& range) {
          return range.begin <= *place && *place <= range.end;
        });
    if (!is_wanted) return;
    hints_.push_back({*place, kind, std::move(label), std::move(tooltip), std::move(target)});
  }

  const LiveAst& ast_;
  const std::vector<CodeRange>& ranges_;
  const HintSettings& settings_;
  clang::PrintingPolicy policy_{clang::LangOptions()};
  std::vector<HintItem> hints_;
  llvm::SmallPtrSet<const clang::Expr*, 16> converted_;
};
// NOLINTEND(bugprone-derived-method-shadowing-base-method)

}  // namespace

HintsAnswer MakeInlayHints(LiveAst& ast, const std::vector<CodeRange>& ranges,
                           const HintSettings& settings) {
  Hinter hinter(ast, ranges, settings);
  for (clang::Decl* declaration : WrittenDeclarations(ast)) hinter.TraverseDecl(declaration);
  return {std::move(hinter).Take()};
}

}  // namespace astrolabe
