// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/hover_text.h"

#include <vector>

#include "analysis/features/module_comments.h"
#include "analysis/features/symbols/include_lines.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/ASTDiagnostic.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RawCommentList.h"
#include "clang/AST/RecordLayout.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace astrolabe {
namespace {

// Bytes; what is longer nobody reads beside the pointer.
constexpr size_t kMaxDocumentation = 4000;
constexpr size_t kMaxDefinition = 4000;
constexpr size_t kMaxInitializer = 200;
constexpr size_t kMaxValue = 200;
constexpr int kMaxExpandedTokens = 4000;

clang::PrintingPolicy Policy(const LiveAst& ast) {
  clang::PrintingPolicy policy = ast.context->getPrintingPolicy();
  policy.SuppressTagKeyword = true;
  policy.SuppressUnwrittenScope = true;
  policy.AnonymousTagLocations = false;
  policy.TerseOutput = true;
  policy.PolishForDeclaration = true;
  policy.ConstantsAsWritten = true;
  policy.SuppressTemplateArgsInCXXConstructors = true;
  policy.CleanUglifiedParameters = true;
  return policy;
}

std::string Bytes(uint64_t bits) {
  std::string text;
  if (bits / 8 > 0 || bits == 0) text = StrCat(bits / 8, bits / 8 == 1 ? " byte" : " bytes");
  if (bits % 8 > 0) {
    text += StrCat(text.empty() ? "" : " and ", bits % 8, bits % 8 == 1 ? " bit" : " bits");
  }
  return text;
}

std::string FieldLayout(const clang::ASTContext& context, const clang::FieldDecl* field) {
  const clang::RecordDecl* record = field->getParent();
  if (record->isInvalidDecl() || !record->isCompleteDefinition() || record->isDependentType() ||
      field->isInvalidDecl() || field->getType()->isIncompleteType()) {
    return "";
  }
  for (const clang::FieldDecl* other : record->fields()) {
    if (other->isInvalidDecl()) return "";
  }
  const clang::ASTRecordLayout& layout = context.getASTRecordLayout(record);
  uint64_t offset = layout.getFieldOffset(field->getFieldIndex());
  uint64_t size = field->isBitField() ? field->getBitWidthValue()
                                      : context.getTypeSize(field->getType().getNonReferenceType());
  if (field->getType()->isReferenceType()) size = context.getTypeSize(context.VoidPtrTy);
  std::string text = StrCat("Offset: ", Bytes(offset), ", size: ", Bytes(size));
  uint64_t next = context.toBits(layout.getSize());
  if (field->getFieldIndex() + 1 < layout.getFieldCount()) {
    next = layout.getFieldOffset(field->getFieldIndex() + 1);
  }
  if (!record->isUnion() && next > offset + size) {
    text += StrCat(" (+", Bytes(next - offset - size), " padding)");
  }
  if (!field->isBitField()) {
    text += StrCat(", alignment: ", Bytes(context.toBits(context.getDeclAlign(field))));
  }
  return text;
}

// Whether the compiler can lay it out without an assertion in its way.
bool HasSize(clang::QualType type) {
  if (type.isNull() || type->isDependentType() || type->isIncompleteType() ||
      type->isUndeducedType() || type->isFunctionType()) {
    return false;
  }
  const auto* record = type->getAsRecordDecl();
  return record == nullptr || !record->isInvalidDecl();
}

std::string Trimmed(std::string text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (text[limit] & 0xC0) == 0x80) --limit;
  text.resize(limit);
  return text + "…";
}

std::string WithinLimit(std::string text, size_t limit) {
  return limit == 0 ? text : Trimmed(std::move(text), limit);
}

}  // namespace

std::string KindText(const clang::NamedDecl* decl) {
  if (llvm::isa<clang::NamespaceDecl>(decl)) return "namespace";
  if (llvm::isa<clang::NamespaceAliasDecl>(decl)) return "namespace alias";
  if (llvm::isa<clang::ConceptDecl>(decl)) return "concept";
  if (llvm::isa<clang::LabelDecl>(decl)) return "label";
  if (decl->isTemplateParameter()) return "template parameter";
  if (llvm::isa<clang::EnumConstantDecl>(decl)) return "enumerator";
  if (llvm::isa<clang::FieldDecl, clang::IndirectFieldDecl>(decl)) return "field";
  if (llvm::isa<clang::BindingDecl>(decl)) return "structured binding";
  if (llvm::isa<clang::ParmVarDecl>(decl)) return "parameter";
  if (const auto* enumeration = llvm::dyn_cast<clang::EnumDecl>(decl)) {
    return enumeration->isScoped() ? "enum class" : "enum";
  }
  std::string prefix;
  if (decl->getDescribedTemplate() != nullptr) prefix = "template ";
  if (const auto* tag = llvm::dyn_cast<clang::TagDecl>(decl)) {
    return StrCat(prefix, std::string(tag->getKindName()));
  }
  if (llvm::isa<clang::TypedefNameDecl>(decl)) return prefix + "type alias";
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) {
    if (variable->isStaticDataMember()) return prefix + "static field";
    if (variable->isConstexpr()) return prefix + "constant";
    return prefix + (variable->isLocalVarDecl() ? "local variable" : "variable");
  }
  if (llvm::isa<clang::CXXConstructorDecl>(decl)) return prefix + "constructor";
  if (llvm::isa<clang::CXXDestructorDecl>(decl)) return prefix + "destructor";
  if (llvm::isa<clang::CXXConversionDecl>(decl)) return prefix + "conversion";
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(decl)) {
    if (method->isStatic()) return prefix + "static method";
    if (method->isPureVirtual()) return "pure virtual method";
    return prefix + (method->isVirtual() ? "virtual method" : "method");
  }
  if (llvm::isa<clang::FunctionDecl>(decl)) return prefix + "function";
  return "declaration";
}

std::string TypeText(const LiveAst& ast, clang::QualType type, bool show_aka) {
  if (type.isNull()) return "";
  clang::PrintingPolicy policy = Policy(ast);
  std::string written = type.getAsString(policy);
  if (!show_aka) return written;
  bool tells_more = false;
  clang::QualType plain = clang::desugarForDiagnostic(*ast.context, type, tells_more);
  std::string other = plain.getAsString(policy);
  if (!tells_more || other == written) return written;
  return StrCat(written, " (aka ", other, ")");
}

std::string ValueText(const LiveAst& ast, const clang::NamedDecl* decl) {
  llvm::APSInt number;
  bool is_number = false;
  std::string text;
  if (const auto* enumerator = llvm::dyn_cast<clang::EnumConstantDecl>(decl)) {
    number = enumerator->getInitVal();
    is_number = true;
  } else if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) {
    const clang::Expr* init = variable->getAnyInitializer();
    clang::QualType type = variable->getType();
    bool is_fixed = variable->isConstexpr() || type.isConstQualified();
    if (init == nullptr || !is_fixed || init->isValueDependent() || init->containsErrors() ||
        type->isDependentType() || variable->isInvalidDecl() ||
        llvm::isa<clang::ParmVarDecl>(decl)) {
      return "";
    }
    const clang::APValue* value = variable->evaluateValue();
    if (value == nullptr || !value->hasValue()) return "";
    if (value->isInt() && !type->isBooleanType() && !type->isAnyCharacterType()) {
      number = value->getInt();
      is_number = true;
    } else {
      text = value->getAsString(*ast.context, type.getNonReferenceType());
    }
  }
  if (!is_number) return Trimmed(text, kMaxValue);
  llvm::SmallString<32> digits;
  number.toString(digits, 10);
  text = std::string(digits);
  if (number.isNegative() || number.ult(10)) return text;
  llvm::SmallString<32> hex;
  number.toString(hex, 16, /*Signed=*/false);
  return StrCat(text, " (0x", std::string(llvm::StringRef(hex).lower()), ")");
}

std::string LayoutText(const LiveAst& ast, const clang::NamedDecl* decl) {
  const clang::ASTContext& context = *ast.context;
  if (const auto* field = llvm::dyn_cast<clang::FieldDecl>(decl))
    return FieldLayout(context, field);
  clang::QualType type;
  if (const auto* tag = llvm::dyn_cast<clang::TagDecl>(decl)) {
    if (tag->isInvalidDecl() || tag->getDefinition() == nullptr) return "";
    type = context.getCanonicalTagType(tag);
  } else if (const auto* alias = llvm::dyn_cast<clang::TypedefNameDecl>(decl)) {
    type = alias->getUnderlyingType();
  }
  if (!HasSize(type)) return "";
  type = type.getNonReferenceType();
  if (!HasSize(type)) return "";
  return StrCat("Size: ", Bytes(context.getTypeSize(type)),
                ", alignment: ", Bytes(context.getTypeAlign(type)));
}

std::string DocumentationText(const LiveAst& ast, const clang::NamedDecl* decl) {
  // What stands before a namespace is about the file.
  if (llvm::isa<clang::NamespaceDecl>(decl) || decl->isTemplateParameter()) return "";
  std::vector<const clang::NamedDecl*> candidates = {decl};
  if (const clang::TemplateDecl* of = decl->getDescribedTemplate()) candidates.push_back(of);
  for (const clang::Decl* other : decl->redecls()) {
    candidates.push_back(llvm::cast<clang::NamedDecl>(other));
  }
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(decl)) {
    candidates.insert(candidates.end(), method->begin_overridden_methods(),
                      method->end_overridden_methods());
  }
  for (const clang::NamedDecl* candidate : candidates) {
    LoadModuleComments(*ast.context, *candidate);
    const clang::RawComment* comment = ast.context->getRawCommentForDeclNoCache(candidate);
    if (comment == nullptr) continue;
    std::string text =
        comment->getFormattedText(ast.context->getSourceManager(), ast.context->getDiagnostics());
    return Trimmed(llvm::StringRef(text).trim().str(), kMaxDocumentation);
  }
  return "";
}

std::string DefinitionText(const LiveAst& ast, const clang::NamedDecl* decl) {
  clang::PrintingPolicy policy = Policy(ast);
  // Outside its class it would name the class once more.
  const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl);
  if (function != nullptr && function->isOutOfLine()) decl = function->getCanonicalDecl();
  const clang::NamedDecl* whole = decl;
  if (const clang::TemplateDecl* of = decl->getDescribedTemplate()) whole = of;
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) {
    const clang::Expr* init = variable->getInit();
    clang::CharSourceRange range = clang::CharSourceRange::getTokenRange(
        init != nullptr ? init->getSourceRange() : clang::SourceRange());
    llvm::StringRef written = clang::Lexer::getSourceText(range, ast.context->getSourceManager(),
                                                          ast.context->getLangOpts());
    if (written.size() > kMaxInitializer || written.contains('\n'))
      policy.SuppressInitializers = true;
    if (llvm::isa_and_nonnull<clang::CXXConstructExpr>(init) && written.empty()) {
      policy.SuppressInitializers = true;
    }
  }
  std::string text;
  llvm::raw_string_ostream out(text);
  if (const auto* binding = llvm::dyn_cast<clang::BindingDecl>(decl)) {
    binding->getType().print(out, policy, binding->getName());
  } else if (llvm::isa<clang::LabelDecl>(decl)) {
    out << decl->getName() << ':';
  } else {
    whole->print(out, policy);
  }
  return Trimmed(llvm::StringRef(text).rtrim().str(), kMaxDefinition);
}

std::string PassingText(const LiveAst& ast, const clang::ParmVarDecl* parameter) {
  clang::QualType type = parameter->getType();
  std::string how = "Passed by value";
  if (type->isReferenceType()) {
    how = type->getPointeeType().isConstQualified() ? "Passed by const reference"
                                                    : "Passed by reference";
  }
  if (!parameter->getName().empty()) how += StrCat(" as `", std::string(parameter->getName()), "`");
  std::string type_text = type.getAsString(Policy(ast));
  return StrCat(how, " (`", type_text, "`)");
}

std::string ProviderText(LiveAst& ast, clang::SourceLocation declared) {
  const clang::SourceManager& sources = ast.context->getSourceManager();
  if (declared.isInvalid()) return "";
  clang::FileID id = sources.getFileID(sources.getFileLoc(declared));
  if (ast.IsInFile(id)) return "";
  std::vector<IncludeLine> lines = FindIncludeLines(ast);
  // From the file that declares it up the chain of those that include it, to one that is included here.
  for (int depth = 0; id.isValid() && depth < 200; ++depth) {
    clang::OptionalFileEntryRef entry = sources.getFileEntryRefForID(id);
    if (!entry) return "";
    llvm::SmallString<256> path(entry->getName());
    sources.getFileManager().makeAbsolutePath(path);
    llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
    for (const IncludeLine& line : lines) {
      if (line.path == path.str()) return line.spelled;
    }
    clang::SourceLocation from = sources.getIncludeLoc(id);
    if (from.isInvalid()) return "";
    id = sources.getFileID(from);
  }
  return "";
}

std::string MacroDefinitionText(LiveAst& ast, const MacroPlace& place, size_t limit) {
  const clang::SourceManager& sources = ast.context->getSourceManager();
  clang::SourceLocation begin = place.macro->getDefinitionLoc();
  if (place.macro->isBuiltinMacro() || begin.isInvalid()) return "";
  clang::CharSourceRange range =
      clang::CharSourceRange::getTokenRange(begin, place.macro->getDefinitionEndLoc());
  llvm::StringRef text = clang::Lexer::getSourceText(range, sources, ast.context->getLangOpts());
  if (text.empty()) return "";
  return WithinLimit(StrCat("#define ", std::string(text)), limit);
}

std::string MacroExpansionText(LiveAst& ast, const MacroPlace& place, size_t limit) {
  clang::Preprocessor& preprocessor = *ast.preprocessor;
  if (place.is_definition || preprocessor.getMacroInfo(place.name) != place.macro) return "";
  // Not asked for the tokens of a directive: they are not expanded, or not for the program.
  size_t line_begin = ast.text.rfind('\n', place.begin);
  line_begin = line_begin == std::string::npos ? 0 : line_begin + 1;
  llvm::StringRef before = llvm::StringRef(ast.text).slice(line_begin, place.begin).ltrim();
  if (before.starts_with("#")) return "";

  // The tokens of the use, up to the closing parenthesis.
  clang::SourceLocation location = ast.LocationAt(ast.PlaceAt(place.begin));
  if (location.isInvalid()) return "";
  const char* text = ast.text.data();
  clang::Lexer lexer(location.getLocWithOffset(-static_cast<int>(place.begin)),
                     ast.context->getLangOpts(), text, text + place.begin, text + ast.text.size());
  std::vector<clang::Token> tokens;
  int depth = 0;
  while (static_cast<int>(tokens.size()) < kMaxExpandedTokens) {
    clang::Token token;
    bool at_end = lexer.LexFromRawLexer(token);
    if (token.is(clang::tok::eof)) return "";
    if (tokens.size() == 1 && place.macro->isFunctionLike() && token.isNot(clang::tok::l_paren)) {
      return "";
    }
    if (token.is(clang::tok::l_paren)) ++depth;
    if (token.is(clang::tok::r_paren)) --depth;
    // Its bytes are those of our text, not of the compiler's buffer.
    if (token.is(clang::tok::raw_identifier)) preprocessor.LookUpIdentifierInfo(token);
    tokens.push_back(token);
    if (!place.macro->isFunctionLike() || (tokens.size() > 1 && depth == 0)) break;
    if (at_end) return "";
  }
  clang::Token end;
  end.startToken();
  end.setKind(clang::tok::eof);
  end.setLocation(location);
  tokens.push_back(end);

  clang::DiagnosticsEngine& diagnostics = preprocessor.getDiagnostics();
  bool was_quiet = diagnostics.getSuppressAllDiagnostics();
  diagnostics.setSuppressAllDiagnostics(true);
  preprocessor.EnterTokenStream(tokens, /*DisableMacroExpansion=*/false, /*IsReinject=*/false);
  std::string expansion;
  for (int i = 0; i < kMaxExpandedTokens; ++i) {
    clang::Token token;
    preprocessor.Lex(token);
    if (token.is(clang::tok::eof)) break;
    if (token.isAnnotation()) continue;
    if (limit > 0 && expansion.size() > limit) continue;
    if (!expansion.empty() && (token.hasLeadingSpace() || token.isAtStartOfLine()))
      expansion += ' ';
    expansion += preprocessor.getSpelling(token);
  }
  diagnostics.setSuppressAllDiagnostics(was_quiet);
  return WithinLimit(std::move(expansion), limit);
}

}  // namespace astrolabe
