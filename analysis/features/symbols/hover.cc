// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/hover.h"

#include <utility>
#include <vector>

#include "analysis/features/symbols/comment_text.h"
#include "analysis/features/symbols/hover_text.h"
#include "analysis/features/symbols/markdown_page.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "analysis/features/symbols/target_at.h"
#include "analysis/features/symbols/text_tokens.h"
#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/IdentifierTable.h"
#include "clang/Basic/Specifiers.h"

namespace astrolabe {
namespace {

std::string Labelled(const char* label, const std::string& code) {
  return code.empty() ? "" : StrCat(label, ": `", code, "`");
}

std::string AccessText(const clang::NamedDecl* decl) {
  if (!llvm::isa<clang::TagDecl>(decl->getDeclContext())) return "";
  switch (decl->getAccess()) {
    case clang::AS_public:
      return "public: ";
    case clang::AS_protected:
      return "protected: ";
    case clang::AS_private:
      return "private: ";
    case clang::AS_none:
      break;
  }
  return "";
}

clang::QualType TypeToTell(const clang::NamedDecl* decl) {
  if (const auto* alias = llvm::dyn_cast<clang::TypedefNameDecl>(decl)) {
    return alias->getUnderlyingType();
  }
  if (llvm::isa<clang::FunctionDecl, clang::EnumConstantDecl, clang::ConceptDecl>(decl)) return {};
  const auto* value = llvm::dyn_cast<clang::ValueDecl>(decl);
  return value == nullptr ? clang::QualType() : value->getType();
}

void AddFunction(const LiveAst& ast, const clang::FunctionDecl* function,
                 const AnswerSettings& settings, MarkdownPage& page) {
  bool has_result = !llvm::isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(function);
  if (has_result)
    page.Add(Labelled("Returns", TypeText(ast, function->getReturnType(), settings.show_aka)));
  if (function->getNumParams() == 0) return;
  clang::PrintingPolicy policy = ast.context->getPrintingPolicy();
  policy.SuppressTagKeyword = true;
  std::string list = "Parameters:";
  for (const clang::ParmVarDecl* parameter : function->parameters()) {
    std::string text;
    llvm::raw_string_ostream out(text);
    parameter->getType().print(out, policy, parameter->getName());
    list += StrCat("\n- `", text, "`");
  }
  page.Add(list);
}

// `used` is what the name stands for here, an instantiation perhaps; `decl` what was written.
void AddDeclaration(LiveAst& ast, const clang::NamedDecl* decl, const clang::NamedDecl* used,
                    const NamePlace& name, const AnswerSettings& settings, MarkdownPage& page) {
  page.Add(StrCat("### ", KindText(decl), " `", NameOf(decl), "`"));
  std::string provider = ProviderText(ast, decl->getLocation());
  if (!provider.empty()) page.Add(StrCat("provided by `", provider, "`"));
  page.AddRule();
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(used)) {
    AddFunction(ast, function, settings, page);
  }
  page.Add(Labelled("Type", TypeText(ast, TypeToTell(used), settings.show_aka)));
  page.Add(Labelled("Value", ValueText(ast, used)));
  page.Add(LayoutText(ast, used));
  if (name.passed_as != nullptr) page.Add(PassingText(ast, name.passed_as));
  page.Add(CommentMarkdown(DocumentationText(ast, decl), settings.comments));
  page.AddRule();
  std::string scope = ScopeOf(decl);
  std::string where;
  if (scope.size() > 2) {
    const char* what = llvm::isa<clang::TagDecl>(decl->getDeclContext()) ? "// In "
                       : llvm::isa<clang::FunctionDecl>(decl->getDeclContext())
                           ? "// In "
                           : "// In namespace ";
    where = StrCat(what, scope.substr(0, scope.size() - 2), "\n");
  }
  page.AddCode(StrCat(where, AccessText(decl), DefinitionText(ast, decl)));
}

void AddMacro(LiveAst& ast, const MacroPlace& macro, const AnswerSettings& settings,
              MarkdownPage& page) {
  page.Add(StrCat("### macro `", std::string(macro.name->getName()), "`"));
  std::optional<CodeLocation> where = MacroNameLocation(ast, macro);
  if (where.has_value()) {
    std::string provider = ProviderText(ast, macro.macro->getDefinitionLoc());
    if (!provider.empty()) page.Add(StrCat("provided by `", provider, "`"));
  }
  page.AddRule();
  std::string code = MacroDefinitionText(ast, macro, settings.macro_limit);
  std::string expansion = MacroExpansionText(ast, macro, settings.macro_limit);
  if (!expansion.empty()) {
    if (!code.empty()) code += "\n\n";
    code += StrCat("// Expands to\n", expansion);
  }
  page.AddCode(code);
}

void AddDeduced(LiveAst& ast, const std::string& word, clang::QualType type,
                const AnswerSettings& settings, MarkdownPage& page) {
  page.Add(StrCat("### ", word == "this" ? "pointer" : "type", " `", word, "`"));
  page.AddRule();
  page.Add(
      Labelled(word == "this" ? "Type" : "Stands for", TypeText(ast, type, settings.show_aka)));
  const clang::TagDecl* tag = type->getAsTagDecl();
  if (tag == nullptr) return;
  const auto* written = WrittenDecl(tag);
  const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(tag);
  if (record != nullptr && record->isLambda()) return;
  page.Add(LayoutText(ast, tag));
  page.Add(CommentMarkdown(DocumentationText(ast, written), settings.comments));
  page.AddRule();
  page.AddCode(DefinitionText(ast, written));
}

}  // namespace

HoverAnswer MakeHover(LiveAst& ast, CodePlace place, const AnswerSettings& settings) {
  HoverAnswer answer;
  std::optional<CodeTarget> target = FindTargetAt(ast, place);
  if (!target.has_value()) return answer;
  answer.range = target->range;
  MarkdownPage page;
  if (target->module.has_value()) {
    if (!target->module->interface) return {};
    answer.name = target->module->name;
    page.Add(StrCat("### module `", target->module->name, "`"));
    page.Add(StrCat("`", target->module->interface->path, "`"));
  } else if (target->include.has_value()) {
    if (target->include->path.empty()) return {};
    answer.name = target->include->spelled;
    page.Add(StrCat("### header `", target->include->spelled, "`"));
    page.Add(StrCat("`", target->include->path, "`"));
  } else if (target->macro.has_value()) {
    answer.name = target->macro->name->getName().str();
    AddMacro(ast, *target->macro, settings, page);
  } else if (target->name.standing == NameStanding::kDeduced) {
    answer.name = ast.text.substr(target->name.begin, target->name.end - target->name.begin);
    AddDeduced(ast, answer.name, target->name.deduced, settings, page);
  } else if (!target->decls.empty()) {
    const clang::NamedDecl* decl = target->decls.front();
    const clang::NamedDecl* used = decl;
    if (target->decls.size() == 1 && WrittenDecl(target->name.decls.front()) == decl) {
      used = target->name.decls.front();
      if (llvm::isa<clang::TemplateDecl>(used)) used = decl;
    }
    answer.name = NameOf(decl);
    AddDeclaration(ast, decl, used, target->name, settings, page);
    if (!target->name.deduced.isNull()) {
      page.Add(Labelled("Deduced", TypeText(ast, target->name.deduced, settings.show_aka)));
    }
    if (target->decls.size() > 1) page.Add(StrCat("and ", target->decls.size() - 1, " more"));
  } else {
    return {};
  }
  answer.markdown = page.Take();
  return answer;
}

}  // namespace astrolabe
