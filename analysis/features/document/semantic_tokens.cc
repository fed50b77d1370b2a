// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/semantic_tokens.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/batch/preprocessor_record.h"
#include "analysis/features/document/file_offsets.h"
#include "analysis/features/document/found_tokens.h"
#include "analysis/features/document/inactive_code.h"
#include "analysis/features/document/token_kinds.h"
#include "analysis/features/document/written_declarations.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Sema/HeuristicResolver.h"
#include "llvm/ADT/DenseMap.h"

namespace astrolabe {
namespace {

// Walks all that is written in the file. One object, one walk.
// NOLINTBEGIN(bugprone-derived-method-shadowing-base-method): that is how visitors work.
class Walker : public clang::RecursiveASTVisitor<Walker> {
 public:
  Walker(LiveAst& ast, FoundTokens& found)
      : ast_(ast), offsets_(ast), heuristics_(*ast.context), found_(found) {}

  // Types without places have nothing to colour, and are many.
  bool TraverseType(clang::QualType, bool = true) { return true; }
  bool TraverseTemplateName(clang::TemplateName) { return true; }

  bool TraverseDecl(clang::Decl* declaration) {
    if (declaration != nullptr && IsInstantiation(declaration)) return true;
    return RecursiveASTVisitor::TraverseDecl(declaration);
  }

  bool VisitNamedDecl(clang::NamedDecl* declaration) {
    if (declaration->isImplicit() || declaration->getDeclName().isEmpty()) return true;
    if (clang::isa<clang::UsingDirectiveDecl, clang::UsingDecl, clang::UsingEnumDecl,
                   clang::ObjCMethodDecl, clang::ObjCImplDecl, clang::ObjCCategoryDecl>(
            declaration)) {
      return true;
    }
    clang::DeclarationName name = declaration->getDeclName();
    uint32_t role = kTokenDeclaration;
    if (IsDefinition(declaration)) role |= kTokenDefinition;
    const clang::FunctionDecl* function = declaration->getAsFunction();
    if (name.getNameKind() == clang::DeclarationName::CXXOperatorName && function != nullptr) {
      AddOperatorName(function->getNameInfo(), function, role);
    } else if (name.getNameKind() != clang::DeclarationName::CXXConversionFunctionName &&
               name.getNameKind() != clang::DeclarationName::CXXLiteralOperatorName &&
               name.getNameKind() != clang::DeclarationName::CXXDestructorName) {
      Add(declaration->getLocation(), declaration, role);
    }
    return true;
  }

  bool VisitUsingDirectiveDecl(clang::UsingDirectiveDecl* directive) {
    Add(directive->getIdentLocation(), directive->getNominatedNamespaceAsWritten());
    return true;
  }
  bool VisitNamespaceAliasDecl(clang::NamespaceAliasDecl* alias) {
    Add(alias->getTargetNameLoc(), alias->getAliasedNamespace());
    return true;
  }
  bool VisitUsingDecl(clang::UsingDecl* declaration) {
    std::vector<const clang::NamedDecl*> targets;
    for (const clang::UsingShadowDecl* shadow : declaration->shadows()) {
      targets.push_back(shadow->getTargetDecl());
    }
    AddAll(declaration->getNameInfo().getLoc(), targets, 0);
    return true;
  }

  // --- Types.

  bool VisitTagTypeLoc(clang::TagTypeLoc type) {
    const clang::TagDecl* tag = type.getDecl();
    // Where it is declared it has been found already.
    if (type.isDefinition()) return true;
    Add(type.getNameLoc(), tag);
    return true;
  }
  bool VisitTypedefTypeLoc(clang::TypedefTypeLoc type) {
    Add(type.getNameLoc(), type.getDecl());
    return true;
  }
  bool VisitUsingTypeLoc(clang::UsingTypeLoc type) {
    Add(type.getNameLoc(), type.getDecl());
    return true;
  }
  bool VisitUnresolvedUsingTypeLoc(clang::UnresolvedUsingTypeLoc type) {
    Add(type.getNameLoc(), type.getDecl());
    return true;
  }
  bool VisitTemplateTypeParmTypeLoc(clang::TemplateTypeParmTypeLoc type) {
    Add(type.getNameLoc(), type.getDecl());
    return true;
  }
  bool VisitTemplateSpecializationTypeLoc(clang::TemplateSpecializationTypeLoc type) {
    AddBrackets({type.getLAngleLoc(), type.getRAngleLoc()});
    clang::TemplateName name = type.getTypePtr()->getTemplateName();
    if (const clang::TemplateDecl* with_parameters = name.getAsTemplateDecl()) {
      Add(type.getTemplateNameLoc(), with_parameters);
    } else {
      AddAll(type.getTemplateNameLoc(),
             heuristics_.resolveTemplateSpecializationType(type.getTypePtr()), kTokenDependentName,
             TokenType::kType);
    }
    return true;
  }
  bool VisitDeducedTemplateSpecializationTypeLoc(clang::DeducedTemplateSpecializationTypeLoc type) {
    Add(type.getTemplateNameLoc(), type.getTypePtr()->getTemplateName().getAsTemplateDecl());
    return true;
  }
  bool VisitDependentNameTypeLoc(clang::DependentNameTypeLoc type) {
    AddAll(type.getNameLoc(), heuristics_.resolveDependentNameType(type.getTypePtr()),
           kTokenDependentName, TokenType::kType);
    return true;
  }
  // What is written there is not yet deduced; the declaration knows more.
  bool VisitDeclaratorDecl(clang::DeclaratorDecl* declaration) {
    AddOuterLists(declaration);
    const clang::TypeSourceInfo* written = declaration->getTypeSourceInfo();
    if (written == nullptr) return true;
    clang::AutoTypeLoc place = written->getTypeLoc().getContainedAutoTypeLoc();
    const clang::AutoType* type = declaration->getType()->getContainedAutoType();
    if (place.isNull() || type == nullptr) return true;
    Add(place.getNameLoc(), MeaningOf(type->getDeducedType()));
    return true;
  }
  bool VisitDecltypeTypeLoc(clang::DecltypeTypeLoc type) {
    Add(type.getDecltypeLoc(), MeaningOf(type.getTypePtr()->getUnderlyingType()));
    return true;
  }
  bool VisitObjCInterfaceTypeLoc(clang::ObjCInterfaceTypeLoc type) {
    Add(type.getNameLoc(), type.getIFaceDecl());
    return true;
  }

  bool TraverseNestedNameSpecifierLoc(clang::NestedNameSpecifierLoc name) {
    if (name &&
        name.getNestedNameSpecifier().getKind() == clang::NestedNameSpecifier::Kind::Namespace) {
      Add(name.getLocalBeginLoc(), name.castAsNamespaceAndPrefix().Namespace);
    }
    return RecursiveASTVisitor::TraverseNestedNameSpecifierLoc(name);
  }
  bool TraverseTemplateArgumentLoc(const clang::TemplateArgumentLoc& argument) {
    clang::TemplateArgument::ArgKind kind = argument.getArgument().getKind();
    if (kind == clang::TemplateArgument::Template ||
        kind == clang::TemplateArgument::TemplateExpansion) {
      Add(argument.getTemplateNameLoc(),
          argument.getArgument().getAsTemplateOrTemplatePattern().getAsTemplateDecl());
    }
    return RecursiveASTVisitor::TraverseTemplateArgumentLoc(argument);
  }
  bool VisitConceptReference(clang::ConceptReference* reference) {
    AddArguments(reference->getTemplateArgsAsWritten());
    Add(reference->getConceptNameLoc(), reference->getNamedConcept());
    return true;
  }

  // --- Expressions and statements.

  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    AddBrackets({reference->getLAngleLoc(), reference->getRAngleLoc()});
    AddReference(reference->getNameInfo(), reference->getDecl());
    return true;
  }
  bool VisitMemberExpr(clang::MemberExpr* member) {
    AddBrackets({member->getLAngleLoc(), member->getRAngleLoc()});
    AddReference(member->getMemberNameInfo(), member->getMemberDecl());
    return true;
  }
  bool VisitOverloadExpr(clang::OverloadExpr* overloads) {
    AddBrackets({overloads->getLAngleLoc(), overloads->getRAngleLoc()});
    std::vector<const clang::NamedDecl*> targets;
    for (const clang::NamedDecl* target : overloads->decls()) targets.push_back(target);
    AddAll(overloads->getNameLoc(), targets, 0);
    return true;
  }
  bool VisitCXXDependentScopeMemberExpr(clang::CXXDependentScopeMemberExpr* member) {
    AddBrackets({member->getLAngleLoc(), member->getRAngleLoc()});
    AddAll(member->getMemberLoc(), heuristics_.resolveMemberExpr(member), kTokenDependentName);
    return true;
  }
  bool VisitDependentScopeDeclRefExpr(clang::DependentScopeDeclRefExpr* reference) {
    AddBrackets({reference->getLAngleLoc(), reference->getRAngleLoc()});
    AddAll(reference->getLocation(), heuristics_.resolveDeclRefExpr(reference),
           kTokenDependentName);
    return true;
  }
  bool VisitSizeOfPackExpr(clang::SizeOfPackExpr* size) {
    Add(size->getPackLoc(), size->getPack());
    return true;
  }
  bool VisitDesignatedInitExpr(clang::DesignatedInitExpr* designated) {
    for (const clang::DesignatedInitExpr::Designator& part : designated->designators()) {
      if (part.isFieldDesignator()) Add(part.getFieldLoc(), part.getFieldDecl());
    }
    return true;
  }
  bool VisitOffsetOfExpr(clang::OffsetOfExpr* expression) {
    for (unsigned i = 0; i < expression->getNumComponents(); ++i) {
      const clang::OffsetOfNode& part = expression->getComponent(i);
      if (part.getKind() == clang::OffsetOfNode::Field) {
        Add(part.getSourceRange().getEnd(), part.getField());
      }
    }
    return true;
  }
  bool TraverseConstructorInitializer(clang::CXXCtorInitializer* initializer) {
    if (initializer->isWritten() && initializer->isAnyMemberInitializer()) {
      Add(initializer->getMemberLocation(), initializer->getAnyMember());
    }
    return RecursiveASTVisitor::TraverseConstructorInitializer(initializer);
  }
  bool VisitGotoStmt(clang::GotoStmt* jump) {
    Add(jump->getLabelLoc(), jump->getLabel());
    return true;
  }
  bool VisitLabelStmt(clang::LabelStmt* label) {
    Add(label->getIdentLoc(), label->getDecl(), kTokenDeclaration | kTokenDefinition);
    return true;
  }
  bool VisitAddrLabelExpr(clang::AddrLabelExpr* address) {
    Add(address->getLabelLoc(), address->getLabel());
    return true;
  }

  bool VisitUnaryOperator(clang::UnaryOperator* expression) {
    return AddOperator(expression->getOperatorLoc());
  }
  bool VisitBinaryOperator(clang::BinaryOperator* expression) {
    return AddOperator(expression->getOperatorLoc());
  }
  bool VisitCXXRewrittenBinaryOperator(clang::CXXRewrittenBinaryOperator* expression) {
    return AddOperator(expression->getOperatorLoc());
  }
  bool VisitCXXFoldExpr(clang::CXXFoldExpr* expression) {
    return AddOperator(expression->getEllipsisLoc());
  }
  bool VisitConditionalOperator(clang::ConditionalOperator* expression) {
    return AddOperator(expression->getQuestionLoc()) && AddOperator(expression->getColonLoc());
  }
  bool VisitCXXNewExpr(clang::CXXNewExpr* expression) {
    return AddOperator(expression->isGlobalNew() ? clang::SourceLocation()
                                                 : expression->getBeginLoc());
  }
  bool VisitCXXDeleteExpr(clang::CXXDeleteExpr* expression) {
    return AddOperator(expression->isGlobalDelete() ? clang::SourceLocation()
                                                    : expression->getBeginLoc());
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    // What an operator changes goes without saying.
    if (clang::isa<clang::CXXOperatorCallExpr>(call) || call->getCallee() == nullptr) return true;
    const clang::FunctionDecl* function = call->getDirectCallee();
    if (function != nullptr) {
      AddChanged(function->getType()->getAs<clang::FunctionProtoType>(), call->arguments());
    }
    return true;
  }
  bool VisitCXXConstructExpr(clang::CXXConstructExpr* call) {
    AddChanged(call->getConstructor()->getType()->getAs<clang::FunctionProtoType>(),
               call->arguments());
    return true;
  }

  // --- Angle brackets. Those of a lambda's own template are none of a template declaration.

  bool VisitTemplateDecl(clang::TemplateDecl* declaration) {
    return AddParameterList(declaration->getTemplateParameters());
  }
  bool VisitTagDecl(clang::TagDecl* declaration) { return AddOuterLists(declaration); }
  bool VisitClassTemplateSpecializationDecl(clang::ClassTemplateSpecializationDecl* special) {
    return AddArguments(special->getTemplateArgsAsWritten());
  }
  bool VisitVarTemplateSpecializationDecl(clang::VarTemplateSpecializationDecl* special) {
    return AddArguments(special->getTemplateArgsAsWritten());
  }
  bool VisitClassTemplatePartialSpecializationDecl(
      clang::ClassTemplatePartialSpecializationDecl* special) {
    return AddParameterList(special->getTemplateParameters());
  }
  bool VisitVarTemplatePartialSpecializationDecl(
      clang::VarTemplatePartialSpecializationDecl* special) {
    return AddParameterList(special->getTemplateParameters());
  }
  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    if (const auto* dependent = function->getDependentSpecializationInfo()) {
      return AddArguments(dependent->TemplateArgumentsAsWritten);
    }
    return AddArguments(function->getTemplateSpecializationArgsAsWritten());
  }
  bool VisitCXXNamedCastExpr(clang::CXXNamedCastExpr* cast) {
    return AddBrackets(cast->getAngleBrackets());
  }

  // --- Keywords that are names elsewhere.

  bool VisitOverrideAttr(clang::OverrideAttr* attribute) { return AddModifier(attribute); }
  bool VisitFinalAttr(clang::FinalAttr* attribute) { return AddModifier(attribute); }

  // --- Objective-C.

  bool VisitObjCMethodDecl(clang::ObjCMethodDecl* method) {
    if (method->isImplicit()) return true;
    uint32_t role = kTokenDeclaration;
    if (method->isThisDeclarationADefinition()) role |= kTokenDefinition;
    for (unsigned i = 0; i < method->getNumSelectorLocs(); ++i) {
      Add(method->getSelectorLoc(i), method, role);
    }
    return true;
  }
  bool VisitObjCMessageExpr(clang::ObjCMessageExpr* message) {
    std::optional<TokenMeaning> meaning = MeaningOf(message->getMethodDecl());
    if (!meaning) meaning = TokenMeaning{TokenType::kMethod, 0};
    for (unsigned i = 0; i < message->getNumSelectorLocs(); ++i) {
      Add(message->getSelectorLoc(i), meaning);
    }
    return true;
  }
  bool VisitObjCImplementationDecl(clang::ObjCImplementationDecl* implementation) {
    Add(implementation->getLocation(), implementation->getClassInterface(),
        kTokenDeclaration | kTokenDefinition);
    return true;
  }
  bool VisitObjCCategoryDecl(clang::ObjCCategoryDecl* category) {
    Add(category->getLocation(), category->getClassInterface());
    return true;
  }
  bool VisitObjCCategoryImplDecl(clang::ObjCCategoryImplDecl* category) {
    Add(category->getLocation(), category->getClassInterface());
    return true;
  }
  bool VisitObjCIvarRefExpr(clang::ObjCIvarRefExpr* reference) {
    Add(reference->getLocation(), reference->getDecl());
    return true;
  }
  bool VisitObjCPropertyRefExpr(clang::ObjCPropertyRefExpr* reference) {
    if (reference->isExplicitProperty()) {
      Add(reference->getLocation(), reference->getExplicitProperty());
    }
    return true;
  }
  bool TraverseObjCProtocolLoc(clang::ObjCProtocolLoc protocol) {
    Add(protocol.getLocation(), protocol.getProtocol());
    return true;
  }

 private:
  static bool IsDefinition(const clang::NamedDecl* declaration) {
    if (const auto* with_parameters = clang::dyn_cast<clang::TemplateDecl>(declaration);
        with_parameters != nullptr && with_parameters->getTemplatedDecl() != nullptr) {
      declaration = with_parameters->getTemplatedDecl();
    }
    if (const auto* tag = clang::dyn_cast<clang::TagDecl>(declaration)) {
      return tag->isThisDeclarationADefinition();
    }
    if (const auto* function = clang::dyn_cast<clang::FunctionDecl>(declaration)) {
      return function->isThisDeclarationADefinition();
    }
    if (const auto* variable = clang::dyn_cast<clang::VarDecl>(declaration)) {
      return variable->isThisDeclarationADefinition() != clang::VarDecl::DeclarationOnly;
    }
    if (const auto* interface = clang::dyn_cast<clang::ObjCInterfaceDecl>(declaration)) {
      return interface->isThisDeclarationADefinition();
    }
    return !clang::isa<clang::FunctionTemplateDecl>(declaration);
  }

  void Add(clang::SourceLocation location, std::optional<TokenMeaning> meaning) {
    if (!meaning) return;
    std::optional<uint32_t> offset = offsets_.Written(location);
    if (offset) found_.Add(*offset, *meaning);
  }
  void Add(clang::SourceLocation location, const clang::NamedDecl* declaration,
           uint32_t modifiers = 0) {
    if (declaration == nullptr) return;
    auto [it, inserted] = meanings_.try_emplace(declaration);
    if (inserted) it->second = MeaningOf(declaration);
    std::optional<TokenMeaning> meaning = it->second;
    if (meaning) meaning->modifiers |= modifiers;
    Add(location, meaning);
  }
  // A name that stands for several: what they have in common.
  void AddAll(clang::SourceLocation location, const std::vector<const clang::NamedDecl*>& targets,
              uint32_t modifiers, TokenType otherwise = TokenType::kUnknown) {
    std::optional<TokenMeaning> common;
    for (const clang::NamedDecl* target : targets) {
      std::optional<TokenMeaning> meaning = MeaningOf(target);
      if (!meaning) continue;
      if (common && common->type != meaning->type) {
        common.reset();
        break;
      }
      uint32_t shared = common ? common->modifiers & meaning->modifiers : meaning->modifiers;
      common = TokenMeaning{meaning->type, shared};
    }
    // Not found is one thing, of several kinds another: that depends on the arguments.
    if (!common) common = TokenMeaning{otherwise, kTokenDependentName};
    common->modifiers |= modifiers;
    Add(location, common);
  }

  void AddReference(const clang::DeclarationNameInfo& name, const clang::NamedDecl* target) {
    switch (name.getName().getNameKind()) {
      case clang::DeclarationName::CXXConversionFunctionName:  // mostly not written
      case clang::DeclarationName::CXXLiteralOperatorName:
      case clang::DeclarationName::CXXDestructorName:  // its class is
        return;
      case clang::DeclarationName::CXXOperatorName:
        return AddOperatorName(name, target, 0);
      default:
        Add(name.getLoc(), target);
    }
  }
  // `operator+` as it is written in full, or only its sign between the operands.
  void AddOperatorName(const clang::DeclarationNameInfo& name, const clang::NamedDecl* target,
                       uint32_t modifiers) {
    std::optional<TokenMeaning> meaning = MeaningOf(target);
    if (!meaning) return;
    meaning->type = TokenType::kOperator;
    meaning->modifiers |= modifiers;
    std::optional<uint32_t> offset = offsets_.Written(name.getLoc());
    bool in_full = offset && std::string_view(ast_.text).substr(*offset).starts_with("operator");
    clang::SourceRange signs = name.getCXXOperatorNameRange();
    Add(in_full ? signs.getBegin() : name.getLoc(), meaning);
    clang::OverloadedOperatorKind kind = name.getName().getCXXOverloadedOperator();
    if (kind == clang::OO_Call || kind == clang::OO_Subscript) Add(signs.getEnd(), meaning);
  }
  bool AddOperator(clang::SourceLocation location) {
    Add(location, TokenMeaning{TokenType::kOperator, 0});
    return true;
  }
  // Both, or none.
  bool AddBrackets(clang::SourceRange brackets) {
    std::optional<uint32_t> left = offsets_.Written(brackets.getBegin());
    std::optional<uint32_t> right = offsets_.Written(brackets.getEnd());
    if (!left || !right || *left >= *right || *right >= ast_.text.size()) return true;
    if (ast_.text[*left] != '<' || ast_.text[*right] != '>') return true;
    for (uint32_t offset : {*left, *right}) found_.AddBracket(offset);
    return true;
  }
  bool AddParameterList(const clang::TemplateParameterList* parameters) {
    return parameters == nullptr ||
           AddBrackets({parameters->getLAngleLoc(), parameters->getRAngleLoc()});
  }
  bool AddArguments(const clang::ASTTemplateArgumentListInfo* arguments) {
    return arguments == nullptr ||
           AddBrackets({arguments->getLAngleLoc(), arguments->getRAngleLoc()});
  }
  // Those ahead of what is declared outside its class, and `template <>`.
  template <typename Declaration>
  bool AddOuterLists(const Declaration* declaration) {
    for (unsigned i = 0; i < declaration->getNumTemplateParameterLists(); ++i) {
      AddParameterList(declaration->getTemplateParameterList(i));
    }
    return true;
  }
  bool AddModifier(const clang::Attr* attribute) {
    Add(attribute->getLocation(), TokenMeaning{TokenType::kModifier, 0});
    return true;
  }

  // Names that are handed over by a reference through which they can be changed.
  template <typename Arguments>
  void AddChanged(const clang::FunctionProtoType* function, Arguments&& arguments) {
    if (function == nullptr) return;
    unsigned i = 0;
    for (const clang::Expr* argument : arguments) {
      if (i == function->getNumParams()) return;
      clang::QualType type = function->getParamType(i++);
      if (!type->isLValueReferenceType() || type.getNonReferenceType().isConstQualified()) continue;
      if (argument == nullptr) continue;
      argument = argument->IgnoreParenImpCasts();
      clang::SourceLocation location;
      if (const auto* reference = clang::dyn_cast<clang::DeclRefExpr>(argument)) {
        location = reference->getLocation();
      } else if (const auto* member = clang::dyn_cast<clang::MemberExpr>(argument)) {
        location = member->getMemberLoc();
      }
      std::optional<uint32_t> offset = offsets_.Written(location);
      if (offset) found_.NoteChanged(*offset);
    }
  }

  LiveAst& ast_;
  FileOffsets offsets_;
  clang::HeuristicResolver heuristics_;
  llvm::DenseMap<const clang::NamedDecl*, std::optional<TokenMeaning>> meanings_;
  FoundTokens& found_;
};
// NOLINTEND(bugprone-derived-method-shadowing-base-method)

void AddMacros(LiveAst& ast, FoundTokens& found) {
  if (ast.record == nullptr) return;
  for (clang::FileID part : {ast.preamble, ast.main}) {
    if (part.isInvalid()) continue;
    for (const FileRun* run : ast.record->RunsOf(part)) {
      for (const RecordedMacroUse& use : run->macros) {
        uint32_t modifiers = kTokenGlobalScope;
        if ((use.roles & kRoleDeclaration) != 0) modifiers |= kTokenDeclaration;
        found.Add(use.offset, {TokenType::kMacro, modifiers});
      }
    }
  }
}

}  // namespace

SemanticTokensAnswer MakeSemanticTokens(LiveAst& ast) {
  FoundTokens found(ast.text);
  Walker walker(ast, found);
  for (clang::Decl* declaration : WrittenDeclarations(ast)) walker.TraverseDecl(declaration);
  AddMacros(ast, found);
  const std::vector<FoundToken> tokens = found.Take();

  SemanticTokensAnswer answer;
  answer.tokens.reserve(tokens.size());
  std::vector<LineSpan> inactive = InactiveLines(ast);
  auto span = inactive.begin();
  auto next_span = [&] {
    for (uint32_t line = span->first; line <= span->last; ++line) {
      uint32_t length = ast.OffsetOf({line, 0x7FFFFFFF}) - ast.lines[line];
      if (length > 0 && ast.text[ast.lines[line] + length - 1] == '\r') --length;
      if (length > 0) answer.tokens.push_back({{line, 0}, length, TokenType::kComment, 0});
    }
    ++span;
  };
  for (const FoundToken& token : tokens) {
    CodePlace place = ast.PlaceAt(token.offset);
    while (span != inactive.end() && span->last < place.line) next_span();
    if (span != inactive.end() && span->first <= place.line) continue;
    answer.tokens.push_back({place, token.length, token.meaning.type, token.meaning.modifiers});
  }
  while (span != inactive.end()) next_span();
  return answer;
}

}  // namespace astrolabe
