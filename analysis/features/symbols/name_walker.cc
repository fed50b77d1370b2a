// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/name_walker.h"

#include "analysis/features/symbols/expression_uses.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclFriend.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/ExprConcepts.h"
#include "clang/Basic/CharInfo.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "clang/Sema/HeuristicResolver.h"
#include "llvm/Support/SaveAndRestore.h"

namespace astrolabe {
namespace {

// Statements inside statements; generated code has sums of ten thousand terms.
constexpr int kMaxDepth = 3000;

using Decls = llvm::ArrayRef<const clang::NamedDecl*>;
using Walk = clang::ConstDynamicRecursiveASTVisitor;

class NameWalker : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  NameWalker(LiveAst& ast, std::optional<uint32_t> at,
             const std::function<void(const NamePlace&)>& found)
      : ast_(ast),
        sources_(ast.context->getSourceManager()),
        resolver_(*ast.context),
        at_(at),
        found_(found),
        uses_(/*with_parameters=*/at.has_value()) {
    ShouldWalkTypesOfTypeLocs = false;
  }

  bool TraverseDecl(const clang::Decl* decl) override {
    if (decl == nullptr || !IsNearDecl(decl)) return true;
    // Of `Sortable auto x` the constraint hangs on a template parameter that nobody wrote.
    if (decl->isImplicit() && !llvm::isa<clang::TemplateTypeParmDecl>(decl)) return true;
    const clang::NamedDecl* container = container_;
    if (llvm::isa<clang::FunctionDecl, clang::TagDecl>(decl)) {
      container = llvm::cast<clang::NamedDecl>(decl);
    }
    llvm::SaveAndRestore<const clang::NamedDecl*> in(container_, container);
    return Walk::TraverseDecl(decl);
  }

  bool TraverseStmt(const clang::Stmt* statement) override {
    if (statement == nullptr || depth_ > kMaxDepth) return true;
    if (at_.has_value() && !IsNear(statement->getSourceRange())) return true;
    llvm::SaveAndRestore<int> deeper(depth_, depth_ + 1);
    return Walk::TraverseStmt(statement);
  }

  // Declarations.

  bool VisitNamedDecl(const clang::NamedDecl* decl) override {
    if (llvm::isa<clang::UsingDecl, clang::UsingDirectiveDecl, clang::UsingEnumDecl,
                  clang::UnresolvedUsingValueDecl, clang::UnresolvedUsingTypenameDecl,
                  clang::LabelDecl>(decl)) {
      return true;  // they name something else, see below
    }
    if (const auto* of = llvm::dyn_cast<clang::TemplateDecl>(decl)) {
      bool is_parameter = llvm::isa<clang::TemplateTemplateParmDecl>(of);
      if (of->getTemplatedDecl() != nullptr && !is_parameter) return true;  // comes by itself
    }
    if (decl->getDeclName().isEmpty() || decl->isImplicit()) return true;
    NamePlace place;
    place.is_declaration = true;
    place.is_definition = IsDefinition(decl);
    if (const auto* guide = llvm::dyn_cast<clang::CXXDeductionGuideDecl>(decl)) {
      Report(decl->getLocation(), {guide->getDeducedTemplate()}, {});
      return true;
    }
    if (const auto* special = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(decl)) {
      // `template class Table<int>;` asks for what is defined elsewhere.
      if (special->isExplicitInstantiationOrSpecialization() &&
          special->getSpecializationKind() != clang::TSK_ExplicitSpecialization) {
        place.is_declaration = place.is_definition = false;
      }
    }
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl);
    const auto* field = llvm::dyn_cast<clang::FieldDecl>(decl);
    if ((variable != nullptr && !llvm::isa<clang::ParmVarDecl>(decl) && HasWrittenInit(variable)) ||
        (field != nullptr && field->hasInClassInitializer())) {
      place.kind = ReferenceKind::kWrite;
    }
    clang::SourceLocation end;
    if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) {
      end = function->getNameInfo().getEndLoc();
    }
    // Of a method's definition outside its class the container is not itself.
    llvm::SaveAndRestore<const clang::NamedDecl*> out(container_, ParentOf(decl));
    Report(decl->getLocation(), {decl}, place, end);
    if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(decl)) ReportOverrides(method);
    if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(decl)) {
      ReportClass(decl->getLocation(), ast_.context->getCanonicalTagType(constructor->getParent()));
    }
    return true;
  }

  bool VisitUsingDecl(const clang::UsingDecl* decl) override {
    llvm::SmallVector<const clang::NamedDecl*, 4> targets;
    for (const clang::UsingShadowDecl* shadow : decl->shadows()) {
      targets.push_back(shadow->getTargetDecl());
    }
    Report(decl->getNameInfo().getLoc(), targets, {}, decl->getNameInfo().getEndLoc());
    return true;
  }
  bool VisitUsingDirectiveDecl(const clang::UsingDirectiveDecl* decl) override {
    Report(decl->getIdentLocation(), {decl->getNominatedNamespaceAsWritten()}, {});
    return true;
  }
  bool VisitUsingEnumDecl(const clang::UsingEnumDecl* decl) override {
    if (decl->getEnumType() == nullptr) Report(decl->getLocation(), {decl->getEnumDecl()}, {});
    return true;
  }
  bool VisitNamespaceAliasDecl(const clang::NamespaceAliasDecl* decl) override {
    Report(decl->getTargetNameLoc(), {decl->getAliasedNamespace()}, {});
    return true;
  }
  bool VisitUnresolvedUsingValueDecl(const clang::UnresolvedUsingValueDecl* decl) override {
    Report(decl->getLocation(), resolver_.resolveUsingValueDecl(decl), Candidate());
    return true;
  }

  // Expressions.

  bool VisitDeclRefExpr(const clang::DeclRefExpr* expression) override {
    NamePlace place = Use(expression, expression->getDecl());
    clang::SourceLocation end;
    clang::DeclarationNameInfo name = expression->getNameInfo();
    if (name.getName().getNameKind() == clang::DeclarationName::CXXOperatorName) {
      bool is_called_by_name = SpellsOperator(expression->getLocation());
      if (is_called_by_name) {
        end = name.getEndLoc();
      } else {
        if (expression->getDecl()->isImplicit()) return true;  // a copy that the compiler wrote
        place.standing = NameStanding::kImplied;
        place.kind = ReferenceKind::kText;
      }
    }
    Report(expression->getLocation(), {expression->getDecl()}, place, end);
    return true;
  }

  bool VisitMemberExpr(const clang::MemberExpr* expression) override {
    const clang::ValueDecl* member = expression->getMemberDecl();
    if (llvm::isa<clang::CXXConversionDecl>(member) &&
        (expression->getMemberLoc().isInvalid() || !SpellsOperator(expression->getMemberLoc()))) {
      return true;  // a conversion that nobody wrote
    }
    clang::SourceLocation location = expression->getMemberLoc();
    if (location.isInvalid()) return true;  // a member of an unnamed struct
    if (member->getDeclName().isEmpty()) return true;
    Report(location, {member}, Use(expression, member),
           expression->getMemberNameInfo().getEndLoc());
    return true;
  }

  bool VisitOverloadExpr(const clang::OverloadExpr* expression) override {
    llvm::SmallVector<const clang::NamedDecl*, 4> candidates(expression->decls_begin(),
                                                             expression->decls_end());
    NamePlace place = Candidate(expression);
    if (expression->getName().getNameKind() == clang::DeclarationName::CXXOperatorName &&
        !SpellsOperator(expression->getNameLoc())) {
      place.standing = NameStanding::kImplied;
    }
    Report(expression->getNameLoc(), candidates, place);
    return true;
  }
  bool VisitCXXDependentScopeMemberExpr(
      const clang::CXXDependentScopeMemberExpr* expression) override {
    Report(expression->getMemberLoc(), resolver_.resolveMemberExpr(expression),
           Candidate(expression));
    return true;
  }
  bool VisitDependentScopeDeclRefExpr(const clang::DependentScopeDeclRefExpr* expression) override {
    Report(expression->getLocation(), resolver_.resolveDeclRefExpr(expression),
           Candidate(expression));
    return true;
  }

  bool VisitCXXConstructExpr(const clang::CXXConstructExpr* expression) override {
    const clang::CXXConstructorDecl* constructor = expression->getConstructor();
    uses_.Note(expression);
    // `using Base::Base;` makes constructors that nobody has written of such that somebody has.
    while (constructor->isInheritingConstructor()) {
      constructor = constructor->getInheritedConstructor().getConstructor();
    }
    if (expression->isElidable() && expression->getParenOrBraceRange().isInvalid()) return true;
    NamePlace place;
    place.standing = NameStanding::kImplied;
    place.is_call = true;
    place.expression = expression;
    const clang::NamedDecl* called = constructor;
    if (constructor->isImplicit()) called = constructor->getParent();
    clang::SourceRange brackets = expression->getParenOrBraceRange();
    if (at_.has_value() && brackets.isValid()) {
      Report(brackets.getBegin(), {called}, place);
      Report(brackets.getEnd(), {called}, place);
    }
    if (!constructor->isImplicit()) Report(expression->getLocation(), {constructor}, place);
    return true;
  }
  bool VisitCXXNewExpr(const clang::CXXNewExpr* expression) override {
    ReportAllocation(expression->getBeginLoc(), expression->getOperatorNew());
    return true;
  }
  bool VisitCXXDeleteExpr(const clang::CXXDeleteExpr* expression) override {
    ReportAllocation(expression->getBeginLoc(), expression->getOperatorDelete());
    return true;
  }

  bool VisitSizeOfPackExpr(const clang::SizeOfPackExpr* expression) override {
    Report(expression->getPackLoc(), {expression->getPack()}, {});
    return true;
  }
  bool VisitDesignatedInitExpr(const clang::DesignatedInitExpr* expression) override {
    for (const clang::DesignatedInitExpr::Designator& designator : expression->designators()) {
      if (!designator.isFieldDesignator() || designator.getFieldDecl() == nullptr) continue;
      NamePlace place;
      place.kind = ReferenceKind::kWrite;
      Report(designator.getFieldLoc(), {designator.getFieldDecl()}, place);
    }
    return true;
  }
  bool VisitOffsetOfExpr(const clang::OffsetOfExpr* expression) override {
    for (unsigned i = 0; i < expression->getNumComponents(); ++i) {
      const clang::OffsetOfNode& node = expression->getComponent(i);
      if (node.getKind() == clang::OffsetOfNode::Field) {
        Report(node.getSourceRange().getEnd(), {node.getField()}, {});
      }
    }
    return true;
  }
  bool VisitCXXThisExpr(const clang::CXXThisExpr* expression) override {
    if (!expression->isImplicit()) ReportDeduced(expression->getLocation(), expression->getType());
    return true;
  }
  bool VisitLabelStmt(const clang::LabelStmt* statement) override {
    NamePlace place;
    place.is_declaration = place.is_definition = true;
    Report(statement->getIdentLoc(), {statement->getDecl()}, place);
    return true;
  }
  bool VisitGotoStmt(const clang::GotoStmt* statement) override {
    Report(statement->getLabelLoc(), {statement->getLabel()}, {});
    return true;
  }
  bool VisitAddrLabelExpr(const clang::AddrLabelExpr* expression) override {
    Report(expression->getLabelLoc(), {expression->getLabel()}, {});
    return true;
  }

  bool TraverseLambdaCapture(const clang::LambdaExpr* lambda, const clang::LambdaCapture* capture,
                             const clang::Expr* init) override {
    if (capture->isExplicit() && capture->capturesVariable() && !lambda->isInitCapture(capture)) {
      NamePlace place;
      place.kind = ReferenceKind::kRead;
      Report(capture->getLocation(), {capture->getCapturedVar()}, place);
      return true;
    }
    if (capture->isExplicit() && capture->capturesThis()) {
      if (init != nullptr) ReportDeduced(capture->getLocation(), init->getType());
      return true;
    }
    return Walk::TraverseLambdaCapture(lambda, capture, init);
  }
  bool TraverseConstructorInitializer(const clang::CXXCtorInitializer* init) override {
    if (init->isWritten() && init->isAnyMemberInitializer()) {
      NamePlace place;
      place.kind = ReferenceKind::kWrite;
      Report(init->getMemberLocation(), {init->getAnyMember()}, place);
    }
    return !init->isWritten() || Walk::TraverseConstructorInitializer(init);
  }

  // What is noted on the way down.
  bool VisitBinaryOperator(const clang::BinaryOperator* expression) override {
    uses_.Note(expression);
    return true;
  }
  bool VisitUnaryOperator(const clang::UnaryOperator* expression) override {
    uses_.Note(expression);
    return true;
  }
  bool VisitCallExpr(const clang::CallExpr* call) override {
    uses_.Note(call);
    return true;
  }

  // Types and other names.

  bool VisitTypedefTypeLoc(clang::TypedefTypeLoc type) override {
    return ReportType(type.getNameLoc(), type.getTypePtr()->getDecl());
  }
  bool VisitUsingTypeLoc(clang::UsingTypeLoc type) override {
    return ReportType(type.getNameLoc(), type.getTypePtr()->getDecl());
  }
  bool VisitUnresolvedUsingTypeLoc(clang::UnresolvedUsingTypeLoc type) override {
    return ReportType(type.getNameLoc(), type.getTypePtr()->getDecl());
  }
  bool VisitTagTypeLoc(clang::TagTypeLoc type) override {
    if (type.getDecl()->getDeclName().isEmpty()) return true;
    return ReportType(type.getNameLoc(), type.getDecl());
  }
  bool VisitTemplateTypeParmTypeLoc(clang::TemplateTypeParmTypeLoc type) override {
    if (type.getDecl() == nullptr || type.getDecl()->isImplicit()) return true;
    return ReportType(type.getNameLoc(), type.getDecl());
  }
  bool VisitTemplateSpecializationTypeLoc(clang::TemplateSpecializationTypeLoc type) override {
    const auto* record = type.getTypePtr()->getAsCXXRecordDecl();
    const auto* special = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record);
    if (special != nullptr && !type.getTypePtr()->isTypeAlias() &&
        special->getSpecializationKind() == clang::TSK_ExplicitSpecialization) {
      return ReportType(type.getTemplateNameLoc(), special);
    }
    return ReportType(type.getTemplateNameLoc(),
                      type.getTypePtr()->getTemplateName().getAsTemplateDecl());
  }
  bool VisitDeducedTemplateSpecializationTypeLoc(
      clang::DeducedTemplateSpecializationTypeLoc type) override {
    const clang::TemplateDecl* of = type.getTypePtr()->getTemplateName().getAsTemplateDecl();
    NamePlace place;
    place.deduced = type.getTypePtr()->getDeducedType();
    Report(type.getTemplateNameLoc(), {of}, place);
    return true;
  }
  bool VisitDependentNameTypeLoc(clang::DependentNameTypeLoc type) override {
    Report(type.getNameLoc(), resolver_.resolveDependentNameType(type.getTypePtr()), Candidate());
    return true;
  }
  bool VisitAutoTypeLoc(clang::AutoTypeLoc type) override {
    ReportDeduced(type.getNameLoc(), type.getTypePtr()->getDeducedType());
    return true;
  }
  bool VisitDecltypeTypeLoc(clang::DecltypeTypeLoc type) override {
    ReportDeduced(type.getDecltypeLoc(), type.getTypePtr()->getUnderlyingType());
    return true;
  }
  bool VisitVarDecl(const clang::VarDecl* variable) override {
    // `auto` of the declaration does not know what it stands for; the variable's type does.
    if (variable->getTypeSourceInfo() == nullptr) return true;
    const clang::DeducedType* known = variable->getType()->getContainedDeducedType();
    if (known == nullptr) return true;
    clang::TypeLoc written = variable->getTypeSourceInfo()->getTypeLoc();
    if (clang::AutoTypeLoc placeholder = written.getContainedAutoTypeLoc()) {
      ReportDeduced(placeholder.getNameLoc(), known->getDeducedType());
    }
    auto of = written.getUnqualifiedLoc().getAs<clang::DeducedTemplateSpecializationTypeLoc>();
    if (!of.isNull()) {
      NamePlace place;
      place.deduced = known->getDeducedType();
      Report(of.getTemplateNameLoc(), {of.getTypePtr()->getTemplateName().getAsTemplateDecl()},
             place);
    }
    return true;
  }
  bool VisitFunctionDecl(const clang::FunctionDecl* function) override {
    if (function->getTypeSourceInfo() == nullptr) return true;
    clang::FunctionTypeLoc type = function->getFunctionTypeLoc();
    if (type.isNull()) return true;
    clang::AutoTypeLoc written = type.getReturnLoc().getContainedAutoTypeLoc();
    const clang::DeducedType* known = function->getReturnType()->getContainedDeducedType();
    if (written.isNull() || known == nullptr) return true;
    ReportDeduced(written.getNameLoc(), known->getDeducedType());
    return true;
  }
  bool TraverseTypeLoc(clang::TypeLoc type, bool qualifier) override {
    if (type.isNull()) return true;
    if (at_.has_value() && !IsNear(type.getSourceRange())) return true;
    return Walk::TraverseTypeLoc(type, qualifier);
  }
  bool TraverseTemplateArgumentLoc(const clang::TemplateArgumentLoc& argument) override {
    clang::TemplateArgument::ArgKind kind = argument.getArgument().getKind();
    if (kind == clang::TemplateArgument::Template ||
        kind == clang::TemplateArgument::TemplateExpansion) {
      clang::TemplateName name = argument.getArgument().getAsTemplateOrTemplatePattern();
      ReportType(argument.getTemplateNameLoc(), name.getAsTemplateDecl());
    }
    return Walk::TraverseTemplateArgumentLoc(argument);
  }
  bool TraverseNestedNameSpecifierLoc(clang::NestedNameSpecifierLoc qualifier) override {
    if (!qualifier) return true;
    if (clang::NamespaceAndPrefixLoc space = qualifier.getAsNamespaceAndPrefix()) {
      Report(qualifier.getLocalBeginLoc(), {space.Namespace}, {});
    }
    return Walk::TraverseNestedNameSpecifierLoc(qualifier);
  }
  bool TraverseDeclarationNameInfo(clang::DeclarationNameInfo name) override {
    // The class in `~Table` is part of the destructor's name.
    clang::DeclarationName::NameKind kind = name.getName().getNameKind();
    if (kind == clang::DeclarationName::CXXConstructorName) return true;
    if (kind == clang::DeclarationName::CXXDestructorName) {
      // Still a reference to the class, or renaming it would miss this one.
      const clang::TypeSourceInfo* type = name.getNamedTypeInfo();
      if (type != nullptr) {
        ReportClass(type->getTypeLoc().getBeginLoc(), name.getName().getCXXNameType());
      }
      return true;
    }
    return Walk::TraverseDeclarationNameInfo(name);
  }
  bool VisitConceptReference(const clang::ConceptReference* concept_) override {
    return ReportType(concept_->getConceptNameLoc(), concept_->getNamedConcept());
  }

 private:
  static bool HasWrittenInit(const clang::VarDecl* variable) {
    const clang::Expr* init = variable->getInit();
    if (init == nullptr) return false;
    const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(init->IgnoreImplicit());
    return construct == nullptr || construct->getNumArgs() > 0 ||
           construct->getParenOrBraceRange().isValid();
  }

  static const clang::NamedDecl* ParentOf(const clang::NamedDecl* decl) {
    for (const clang::DeclContext* context = decl->getDeclContext(); context != nullptr;
         context = context->getParent()) {
      if (llvm::isa<clang::FunctionDecl, clang::TagDecl>(context)) {
        return llvm::cast<clang::NamedDecl>(clang::Decl::castFromDeclContext(context));
      }
    }
    return nullptr;
  }

  NamePlace Candidate(const clang::Expr* expression = nullptr) const {
    NamePlace place;
    place.is_candidate = true;
    place.is_call = uses_.IsCalled(expression);
    place.expression = expression;
    return place;
  }

  NamePlace Use(const clang::Expr* expression, const clang::ValueDecl* decl) {
    NamePlace place;
    place.is_call = uses_.IsCalled(expression);
    place.expression = expression;
    if (!llvm::isa<clang::FunctionDecl, clang::EnumConstantDecl>(decl)) {
      place.kind = uses_.IsWritten(expression) ? ReferenceKind::kWrite : ReferenceKind::kRead;
    }
    return place;
  }

  // Whether the word `operator` or a name is written there, and not the operator alone.
  bool SpellsOperator(clang::SourceLocation location) {
    if (!location.isValid()) return false;
    auto [id, offset] = sources_.getDecomposedSpellingLoc(location);
    llvm::StringRef text = sources_.getBufferData(id).substr(offset);
    return text.starts_with("operator");
  }

  void ReportAllocation(clang::SourceLocation location, const clang::FunctionDecl* function) {
    if (function == nullptr || function->isImplicit()) return;
    if (!llvm::isa<clang::CXXMethodDecl>(function)) return;  // everybody's
    NamePlace place;
    place.standing = NameStanding::kImplied;
    place.is_call = true;
    Report(location, {function}, place);
  }

  bool ReportType(clang::SourceLocation location, const clang::NamedDecl* decl) {
    if (decl != nullptr) Report(location, {decl}, {});
    return true;
  }

  void ReportDeduced(clang::SourceLocation location, clang::QualType type) {
    if (type.isNull()) return;
    NamePlace place;
    place.standing = NameStanding::kDeduced;
    place.deduced = type;
    Report(location, {}, place);
  }

  void ReportClass(clang::SourceLocation location, clang::QualType type) {
    const clang::CXXRecordDecl* record = type.isNull() ? nullptr : type->getAsCXXRecordDecl();
    if (record == nullptr) return;
    NamePlace place;
    place.standing = NameStanding::kImplied;
    Report(location, {record}, place);
  }

  // `override` and `final` stand for what is overridden.
  void ReportOverrides(const clang::CXXMethodDecl* method) {
    if (method->size_overridden_methods() == 0) return;
    NamePlace place;
    place.standing = NameStanding::kKeyword;
    llvm::SmallVector<const clang::NamedDecl*, 2> overridden(method->begin_overridden_methods(),
                                                             method->end_overridden_methods());
    for (const clang::Attr* attribute : method->attrs()) {
      if (llvm::isa<clang::OverrideAttr, clang::FinalAttr>(attribute)) {
        Report(attribute->getLocation(), overridden, place);
      }
    }
  }

  bool IsNearDecl(const clang::Decl* decl) const {
    if (!at_.has_value() || IsNear(decl->getSourceRange())) return true;
    if (decl->isImplicit()) return true;  // its constraint stands ahead of its range
    // `override` of a method without a body stands behind its range.
    for (const clang::Attr* attribute : decl->attrs()) {
      if (IsNear(attribute->getRange())) return true;
    }
    return false;
  }

  // Whether a range of tokens touches the place that is asked for. Where the compiler is not sure, it does.
  bool IsNear(clang::SourceRange range) const {
    if (!at_.has_value() || range.isInvalid()) return true;
    auto [begin_id, begin] = sources_.getDecomposedExpansionLoc(range.getBegin());
    clang::SourceLocation last = sources_.getExpansionRange(range.getEnd()).getEnd();
    auto [end_id, end] = sources_.getDecomposedLoc(last);
    if (!ast_.IsInFile(begin_id) || !ast_.IsInFile(end_id)) return true;
    if (*at_ < begin) return false;
    if (*at_ <= end) return true;
    end += clang::Lexer::MeasureTokenLength(last, sources_, ast_.context->getLangOpts());
    return *at_ <= end;
  }

  void Report(clang::SourceLocation location, Decls decls, NamePlace place,
              clang::SourceLocation last = clang::SourceLocation()) {
    if (location.isInvalid()) return;
    clang::SourceLocation file_place = sources_.getFileLoc(location);
    auto [id, offset] = sources_.getDecomposedLoc(file_place);
    if (!ast_.IsInFile(id) || offset >= ast_.text.size()) return;
    for (const clang::NamedDecl* decl : decls) {
      if (decl != nullptr) place.decls.push_back(decl);
    }
    if (place.decls.empty() && place.deduced.isNull()) return;
    place.begin = offset;
    place.end = EndOf(offset, file_place);
    if (location.isMacroID()) {
      // An argument is written by the user, a macro's body by another.
      clang::SourceLocation spelled = sources_.getSpellingLoc(location);
      place.is_spelled = spelled == file_place;
    } else if (last.isValid() && last.isFileID()) {
      auto [last_id, last_offset] = sources_.getDecomposedLoc(last);
      if (last_id == id && last_offset > offset) place.end = EndOf(last_offset, last);
    }
    place.container = container_;
    if (place.expression != nullptr) place.passed_as = uses_.ParameterOf(place.expression);
    found_(place);
  }

  uint32_t EndOf(uint32_t offset, clang::SourceLocation location) {
    uint32_t end = offset;
    const std::string& text = ast_.text;
    while (end < text.size() && clang::isAsciiIdentifierContinue(text[end])) ++end;
    if (end > offset && (end == text.size() || (text[end] & 0x80) == 0)) return end;
    return offset +
           clang::Lexer::MeasureTokenLength(location, sources_, ast_.context->getLangOpts());
  }

  LiveAst& ast_;
  const clang::SourceManager& sources_;
  clang::HeuristicResolver resolver_;
  std::optional<uint32_t> at_;
  const std::function<void(const NamePlace&)>& found_;
  const clang::NamedDecl* container_ = nullptr;
  ExpressionUses uses_;
  int depth_ = 0;
};

}  // namespace

void WalkNames(LiveAst& ast, std::optional<uint32_t> at,
               const std::function<void(const NamePlace&)>& found) {
  NameWalker walker(ast, at, found);
  for (clang::Decl* declaration : ast.declarations) walker.TraverseDecl(declaration);
}

}  // namespace astrolabe
