// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/symbol_printer.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclObjC.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RawCommentList.h"
#include "clang/Index/IndexSymbol.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/MacroInfo.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/raw_ostream.h"

namespace astrolabe {
namespace {

// Bytes. A hover shows no more; some generated headers have comments of a megabyte.
constexpr size_t kMaxDocumentation = 4000;
constexpr size_t kMaxSignature = 1000;
constexpr size_t kMaxDefaultArgument = 60;
// A comment further away is another declaration's.
constexpr unsigned kMaxCommentDistance = 2000;

SymbolKind TagKind(const clang::Decl* decl) {
  const auto* tag = llvm::dyn_cast<clang::TagDecl>(decl);
  if (const auto* of_class = llvm::dyn_cast<clang::ClassTemplateDecl>(decl)) {
    tag = of_class->getTemplatedDecl();
  }
  if (tag == nullptr || tag->isClass()) return SymbolKind::kClass;
  return tag->isUnion() ? SymbolKind::kUnion : SymbolKind::kStruct;
}

const clang::FunctionDecl* AsFunction(const clang::Decl* decl) { return decl->getAsFunction(); }

}  // namespace

SymbolPrinter::SymbolPrinter(clang::ASTContext& context, Arena& arena)
    : context_(context), arena_(arena), policy_(context.getPrintingPolicy()) {
  policy_.SuppressTagKeyword = true;
  policy_.SuppressUnwrittenScope = true;
  policy_.AnonymousTagLocations = false;
  policy_.TerseOutput = true;
  policy_.PolishForDeclaration = true;
}

bool SymbolPrinter::KindOf(const clang::Decl* decl, SymbolKind* kind) {
  using Kind = clang::index::SymbolKind;
  switch (clang::index::getSymbolInfo(decl).Kind) {
    case Kind::Namespace:
      *kind = SymbolKind::kNamespace;
      return true;
    case Kind::NamespaceAlias:
      *kind = SymbolKind::kNamespaceAlias;
      return true;
    case Kind::Enum:
      *kind = SymbolKind::kEnum;
      return true;
    case Kind::Struct:
    case Kind::Class:
    case Kind::Union:
      *kind = TagKind(decl);
      return true;
    case Kind::Protocol:
    case Kind::Extension:
      *kind = SymbolKind::kClass;
      return true;
    case Kind::TypeAlias:
      *kind = llvm::isa<clang::TypedefDecl>(decl) ? SymbolKind::kTypedef : SymbolKind::kAlias;
      return true;
    case Kind::Function: {
      const auto* function = AsFunction(decl);
      *kind = function != nullptr && function->isOverloadedOperator() ? SymbolKind::kOperator
                                                                      : SymbolKind::kFunction;
      return true;
    }
    case Kind::InstanceMethod:
    case Kind::ClassMethod:
    case Kind::StaticMethod: {
      const auto* function = AsFunction(decl);
      *kind = function != nullptr && function->isOverloadedOperator() ? SymbolKind::kOperator
                                                                      : SymbolKind::kMethod;
      return true;
    }
    case Kind::Constructor:
      *kind = SymbolKind::kConstructor;
      return true;
    case Kind::Destructor:
      *kind = SymbolKind::kDestructor;
      return true;
    case Kind::ConversionFunction:
      *kind = SymbolKind::kConversion;
      return true;
    case Kind::Variable:
      *kind = SymbolKind::kVariable;
      return true;
    case Kind::Field:
    case Kind::InstanceProperty:
    case Kind::ClassProperty:
    case Kind::StaticProperty:
      *kind = SymbolKind::kField;
      return true;
    case Kind::EnumConstant:
      *kind = SymbolKind::kEnumerator;
      return true;
    case Kind::Concept:
      *kind = SymbolKind::kConcept;
      return true;
    default:
      return false;
  }
}

std::string_view SymbolPrinter::Keep(llvm::StringRef text, size_t limit) {
  return arena_.CopyString(std::string_view(text.data(), std::min(text.size(), limit)));
}

std::string SymbolPrinter::NameOf(const clang::NamedDecl* decl,
                                  const clang::PrintingPolicy& policy) {
  const clang::DeclarationName name = decl->getDeclName();
  const bool destroys = name.getNameKind() == clang::DeclarationName::CXXDestructorName;
  if (destroys || name.getNameKind() == clang::DeclarationName::CXXConstructorName) {
    const clang::CXXRecordDecl* record = name.getCXXNameType()->getAsCXXRecordDecl();
    if (record != nullptr && record->getIdentifier() != nullptr) {
      return (destroys ? "~" : "") + record->getName().str();
    }
  }
  std::string text;
  llvm::raw_string_ostream out(text);
  name.print(out, policy);
  return text;
}

std::string_view SymbolPrinter::Name(const clang::NamedDecl* decl) {
  const std::string text = NameOf(decl, policy_);
  if (text.empty()) return "(anonymous)";
  return Keep(text, kMaxSignature);
}

std::string_view SymbolPrinter::Scope(const clang::NamedDecl* decl) {
  llvm::SmallVector<std::string, 8> parts;
  for (const clang::DeclContext* scope = decl->getDeclContext(); scope != nullptr;
       scope = scope->getParent()) {
    const auto* named = llvm::dyn_cast<clang::NamedDecl>(scope);
    if (named == nullptr || scope->isTranslationUnit()) continue;
    if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(named)) {
      if (space->isInline()) continue;
    }
    if (const auto* enumeration = llvm::dyn_cast<clang::EnumDecl>(named)) {
      if (!enumeration->isScoped()) continue;
    }
    parts.emplace_back(Name(named));
  }
  std::string joined;
  for (auto it = parts.rbegin(); it != parts.rend(); ++it) {
    if (!joined.empty()) joined += "::";
    joined += *it;
  }
  return Keep(joined, kMaxSignature);
}

std::string_view SymbolPrinter::Signature(const clang::NamedDecl* decl) {
  const clang::FunctionDecl* function = AsFunction(decl);
  if (function == nullptr) return {};
  llvm::SmallString<256> text;
  llvm::raw_svector_ostream out(text);
  out << '(';
  bool first = true;
  for (const clang::ParmVarDecl* parameter : function->parameters()) {
    if (!first) out << ", ";
    first = false;
    parameter->getType().print(out, policy_, parameter->getName());
    clang::SourceRange range = parameter->getDefaultArgRange();
    if (!parameter->hasDefaultArg() || !range.isValid()) continue;
    llvm::StringRef written =
        clang::Lexer::getSourceText(clang::CharSourceRange::getTokenRange(range),
                                    context_.getSourceManager(), context_.getLangOpts());
    bool readable =
        !written.empty() && written.size() <= kMaxDefaultArgument && !written.contains('\n');
    out << " = " << (readable ? written : llvm::StringRef("…"));
  }
  if (function->isVariadic()) out << (first ? "..." : ", ...");
  out << ')';
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function)) {
    if (method->isConst()) out << " const";
    if (method->isVolatile()) out << " volatile";
    if (method->getRefQualifier() == clang::RQ_LValue) out << " &";
    if (method->getRefQualifier() == clang::RQ_RValue) out << " &&";
  }
  return Keep(text, kMaxSignature);
}

std::string_view SymbolPrinter::Type(const clang::NamedDecl* decl) {
  llvm::SmallString<128> text;
  llvm::raw_svector_ostream out(text);
  if (const clang::FunctionDecl* function = AsFunction(decl)) {
    bool has_none = llvm::isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(function);
    if (!has_none) function->getReturnType().print(out, policy_);
  } else if (const auto* constant = llvm::dyn_cast<clang::EnumConstantDecl>(decl)) {
    out << constant->getInitVal();
  } else if (const auto* value = llvm::dyn_cast<clang::ValueDecl>(decl)) {
    value->getType().print(out, policy_);
  } else if (const auto* alias = llvm::dyn_cast<clang::TypedefNameDecl>(decl)) {
    alias->getUnderlyingType().print(out, policy_);
  } else if (const auto* enumeration = llvm::dyn_cast<clang::EnumDecl>(decl)) {
    if (enumeration->isFixed()) enumeration->getIntegerType().print(out, policy_);
  }
  return Keep(text, kMaxSignature);
}

std::string_view SymbolPrinter::TemplateParameters(const clang::NamedDecl* decl) {
  const clang::TemplateParameterList* parameters = nullptr;
  if (const auto* of = llvm::dyn_cast<clang::TemplateDecl>(decl)) {
    parameters = of->getTemplateParameters();
  } else {
    parameters = decl->getDescribedTemplateParams();
  }
  if (parameters == nullptr) return {};
  llvm::SmallString<128> text;
  llvm::raw_svector_ostream out(text);
  parameters->print(out, context_, policy_, /*OmitTemplateKW=*/true);
  return Keep(llvm::StringRef(text).trim(), kMaxSignature);
}

// To find the comment of a declaration, Clang reads all the text between them. TableGen makes enums of 20,000
// names and no comment: 62 % of the time that it took to collect the facts of LLVM's headers went there.
bool SymbolPrinter::IsFarFromComments(const clang::NamedDecl* decl) const {
  clang::SourceLocation location = decl->getBeginLoc();
  if (!location.isFileID()) return false;
  auto [id, offset] = context_.getSourceManager().getDecomposedLoc(location);
  const std::map<unsigned, clang::RawComment*>* comments = context_.Comments.getCommentsInFile(id);
  if (comments == nullptr) return false;  // Clang sees as soon that there is none
  auto after = comments->lower_bound(offset);
  if (after != comments->end() && after->first - offset < kMaxCommentDistance) return false;
  if (after == comments->begin()) return true;
  unsigned end = context_.Comments.getCommentEndOffset(std::prev(after)->second);
  return offset - end > kMaxCommentDistance;
}

std::string_view SymbolPrinter::Documentation(const clang::NamedDecl* decl) {
  if (IsFarFromComments(decl)) return {};
  const clang::RawComment* comment = context_.getRawCommentForDeclNoCache(decl);
  if (comment == nullptr) return {};
  return Keep(comment->getFormattedText(context_.getSourceManager(), context_.getDiagnostics()),
              kMaxDocumentation);
}

uint16_t SymbolPrinter::Flags(const clang::NamedDecl* decl) {
  uint16_t flags = 0;
  if (decl->isDeprecated()) flags |= kSymbolDeprecated;
  clang::index::SymbolPropertySet properties = clang::index::getSymbolInfo(decl).Properties;
  auto has = [&](clang::index::SymbolProperty property) {
    return (properties & static_cast<clang::index::SymbolPropertySet>(property)) != 0;
  };
  if (has(clang::index::SymbolProperty::Generic)) flags |= kSymbolTemplate;
  if (has(clang::index::SymbolProperty::TemplateSpecialization) ||
      has(clang::index::SymbolProperty::TemplatePartialSpecialization)) {
    flags |= kSymbolSpecialization;
  }
  if (const clang::FunctionDecl* function = AsFunction(decl)) {
    if (function->isStatic()) flags |= kSymbolStatic;
    if (function->isVirtualAsWritten()) flags |= kSymbolVirtual;
    if (function->isPureVirtual()) flags |= kSymbolPure;
    if (function->isDeleted()) flags |= kSymbolDeleted;
    if (function->isInlineSpecified()) flags |= kSymbolInline;
    if (function->isConstexpr()) flags |= kSymbolConstexpr;
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
    if (method != nullptr && method->isVirtual()) flags |= kSymbolVirtual;
    if (method != nullptr && method->isConst()) flags |= kSymbolConst;
  }
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) {
    if (variable->isStaticDataMember() || variable->getStorageClass() == clang::SC_Static) {
      flags |= kSymbolStatic;
    }
    if (variable->isConstexpr()) flags |= kSymbolConstexpr;
  }
  if (const auto* enumeration = llvm::dyn_cast<clang::EnumDecl>(decl)) {
    if (enumeration->isScoped()) flags |= kSymbolScopedEnum;
  }
  const clang::IdentifierInfo* identifier = decl->getIdentifier();
  if (identifier != nullptr &&
      clang::isReservedInAllContexts(identifier->isReserved(context_.getLangOpts()))) {
    flags |= kSymbolImplementation;
  }
  for (const clang::DeclContext* scope = decl->getDeclContext(); scope != nullptr;
       scope = scope->getParent()) {
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(scope);
    if (space == nullptr || space->isAnonymousNamespace()) continue;
    llvm::StringRef name = space->getName();
    if (name == "detail" || name == "internal" || name == "impl") flags |= kSymbolImplementation;
  }
  return flags;
}

void SymbolPrinter::Describe(const clang::NamedDecl* decl, SymbolFacts* facts) {
  KindOf(decl, &facts->kind);
  switch (decl->getAccess()) {
    case clang::AS_public:
      facts->access = Access::kPublic;
      break;
    case clang::AS_protected:
      facts->access = Access::kProtected;
      break;
    case clang::AS_private:
      facts->access = Access::kPrivate;
      break;
    case clang::AS_none:
      break;
  }
  facts->flags = Flags(decl);
  facts->name = Name(decl);
  facts->scope = Scope(decl);
  facts->signature = Signature(decl);
  facts->type = Type(decl);
  facts->template_parameters = TemplateParameters(decl);
  // What stands before a namespace is about the file: its licence, most often.
  if (facts->kind != SymbolKind::kNamespace) facts->documentation = Documentation(decl);
}

void SymbolPrinter::DescribeMacro(const clang::IdentifierInfo* name, const clang::MacroInfo* macro,
                                  SymbolFacts* facts) {
  facts->kind = SymbolKind::kMacro;
  facts->name = Keep(name->getName(), kMaxSignature);
  if (!macro->isFunctionLike()) return;
  std::string text = "(";
  for (const clang::IdentifierInfo* parameter : macro->params()) {
    if (text.size() > 1) text += ", ";
    text += parameter->getName() == "__VA_ARGS__" ? "..." : parameter->getName().str();
  }
  facts->signature = Keep(text + ")", kMaxSignature);
}

}  // namespace astrolabe
