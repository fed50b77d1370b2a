// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/outline.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/batch/preprocessor_record.h"
#include "analysis/features/document/file_offsets.h"
#include "analysis/features/document/written_declarations.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclFriend.h"
#include "clang/AST/DeclObjC.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/IdentifierTable.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/MacroInfo.h"
#include "llvm/Support/raw_ostream.h"

namespace astrolabe {
namespace {

using clang::dyn_cast;
using clang::isa;

// As LSP numbers SymbolKind.
enum Kind : uint32_t {
  kNamespace = 3,
  kClass = 5,
  kMethod = 6,
  kProperty = 7,
  kField = 8,
  kConstructor = 9,
  kEnum = 10,
  kInterface = 11,
  kFunction = 12,
  kVariable = 13,
  kConstant = 14,
  kEnumMember = 22,
  kStruct = 23,
  kOperator = 25,
};

// 0: it is not part of an outline.
uint32_t KindOf(const clang::NamedDecl* declaration) {
  if (isa<clang::NamespaceDecl, clang::NamespaceAliasDecl>(declaration)) return kNamespace;
  if (const auto* record = dyn_cast<clang::RecordDecl>(declaration)) {
    return record->isClass() ? kClass : kStruct;
  }
  if (isa<clang::TypedefNameDecl>(declaration)) return kClass;
  if (isa<clang::EnumDecl>(declaration)) return kEnum;
  if (isa<clang::EnumConstantDecl>(declaration)) return kEnumMember;
  if (isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(declaration)) return kConstructor;
  if (const auto* function = dyn_cast<clang::FunctionDecl>(declaration)) {
    if (function->isOverloadedOperator()) return kOperator;
    return isa<clang::CXXMethodDecl>(function) ? kMethod : kFunction;
  }
  if (isa<clang::FieldDecl>(declaration)) return kField;
  if (const auto* variable = dyn_cast<clang::VarDecl>(declaration)) {
    return variable->isStaticDataMember() ? kField : kVariable;
  }
  if (isa<clang::BindingDecl>(declaration)) return kVariable;
  if (isa<clang::ConceptDecl, clang::ObjCProtocolDecl>(declaration)) return kInterface;
  if (isa<clang::ObjCPropertyDecl, clang::MSPropertyDecl>(declaration)) return kProperty;
  if (isa<clang::ObjCMethodDecl>(declaration)) return kMethod;
  if (isa<clang::ObjCContainerDecl, clang::ObjCCompatibleAliasDecl>(declaration)) return kClass;
  return 0;
}

clang::NestedNameSpecifier QualifierOf(const clang::NamedDecl* declaration) {
  if (const auto* tag = dyn_cast<clang::TagDecl>(declaration)) return tag->getQualifier();
  if (const auto* declarator = dyn_cast<clang::DeclaratorDecl>(declaration)) {
    return declarator->getQualifier();
  }
  return std::nullopt;
}

void PrintArguments(const clang::NamedDecl* declaration, const clang::PrintingPolicy& policy,
                    llvm::raw_ostream& out) {
  const clang::ASTTemplateArgumentListInfo* arguments = nullptr;
  if (const auto* special = dyn_cast<clang::ClassTemplateSpecializationDecl>(declaration)) {
    arguments = special->getTemplateArgsAsWritten();
  } else if (const auto* function = dyn_cast<clang::FunctionDecl>(declaration)) {
    arguments = function->getTemplateSpecializationArgsAsWritten();
  } else if (const auto* variable = dyn_cast<clang::VarTemplateSpecializationDecl>(declaration)) {
    arguments = variable->getTemplateArgsAsWritten();
  }
  if (arguments != nullptr) clang::printTemplateArgumentList(out, arguments->arguments(), policy);
}

// As it is written: with the class of a member that is defined outside of it, with a specialisation's
// arguments.
std::string NameOf(const clang::NamedDecl* declaration, const clang::PrintingPolicy& policy) {
  std::string name;
  llvm::raw_string_ostream out(name);
  if (const auto* space = dyn_cast<clang::NamespaceDecl>(declaration)) {
    if (space->isAnonymousNamespace()) return "(anonymous namespace)";
  }
  if (const auto* tag = dyn_cast<clang::TagDecl>(declaration);
      tag != nullptr && tag->getDeclName().isEmpty()) {
    if (const clang::TypedefNameDecl* alias = tag->getTypedefNameForAnonDecl()) {
      return alias->getNameAsString();
    }
    return "(anonymous " + tag->getKindName().str() + ")";
  }
  if (const auto* category = dyn_cast<clang::ObjCCategoryDecl>(declaration)) {
    if (category->getClassInterface() != nullptr) {
      out << *category->getClassInterface() << "(" << *category << ")";
      return name;
    }
  }
  if (const auto* category = dyn_cast<clang::ObjCCategoryImplDecl>(declaration)) {
    if (category->getClassInterface() != nullptr) {
      out << *category->getClassInterface() << "(" << *category << ")";
      return name;
    }
  }
  if (const auto* method = dyn_cast<clang::ObjCMethodDecl>(declaration)) {
    out << (method->isInstanceMethod() ? "-" : "+") << method->getSelector().getAsString();
    return name;
  }
  if (clang::NestedNameSpecifier qualifier = QualifierOf(declaration)) {
    qualifier.print(out, policy);
  }
  declaration->getDeclName().print(out, policy);
  PrintArguments(declaration, policy, out);
  if (name.empty()) return "(anonymous)";  // a bit field without a name
  return name;
}

std::string DetailOf(const clang::NamedDecl* declaration,
                     const clang::TemplateDecl* with_parameters,
                     const clang::PrintingPolicy& policy) {
  std::string detail;
  llvm::raw_string_ostream out(detail);
  if (with_parameters != nullptr && !isa<clang::ConceptDecl>(with_parameters)) {
    with_parameters->getTemplateParameters()->print(out, declaration->getASTContext(), policy);
  }
  if (const auto* tag = dyn_cast<clang::TagDecl>(declaration)) {
    out << tag->getKindName();
  } else if (isa<clang::ConceptDecl>(declaration)) {
    out << "concept";
  } else if (const auto* alias = dyn_cast<clang::TypedefNameDecl>(declaration)) {
    alias->getUnderlyingType().print(out, policy);
  } else if (isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(declaration)) {
    // What they return is nothing that anybody writes.
    std::string type = clang::cast<clang::FunctionDecl>(declaration)->getType().getAsString(policy);
    llvm::StringRef shown = type;
    shown.consume_front("void ");
    out << shown;
  } else if (const auto* constant = dyn_cast<clang::EnumConstantDecl>(declaration)) {
    out << constant->getInitVal();
  } else if (const auto* property = dyn_cast<clang::ObjCPropertyDecl>(declaration)) {
    property->getType().print(out, policy);
  } else if (const auto* value = dyn_cast<clang::ValueDecl>(declaration)) {
    value->getType().print(out, policy);
  }
  while (!detail.empty() && detail.back() == ' ') detail.pop_back();
  return detail;
}

bool Contains(const CodeRange& outer, const CodeRange& inner) {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}

class Builder {
 public:
  explicit Builder(LiveAst& ast)
      : ast_(ast), offsets_(ast), policy_(ast.context->getPrintingPolicy()) {
    policy_.SuppressTagKeyword = true;
    policy_.SuppressUnwrittenScope = true;
    policy_.TerseOutput = true;
    policy_.PolishForDeclaration = true;
    policy_.AnonymousTagLocations = false;
  }

  void Add(clang::Decl* declaration, std::vector<OutlineItem>& items) {
    if (declaration->isImplicit() || IsInstantiation(declaration)) return;
    if (isa<clang::LinkageSpecDecl, clang::ExportDecl>(declaration)) {
      for (clang::Decl* inner : clang::cast<clang::DeclContext>(declaration)->decls()) {
        Add(inner, items);
      }
      return;
    }
    if (auto* friendly = dyn_cast<clang::FriendDecl>(declaration)) {
      clang::NamedDecl* named = friendly->getFriendDecl();
      const clang::FunctionDecl* function = named == nullptr ? nullptr : named->getAsFunction();
      if (function != nullptr && function->isThisDeclarationADefinition()) Add(named, items);
      return;
    }
    if (auto* bound = dyn_cast<clang::DecompositionDecl>(declaration)) {
      for (clang::BindingDecl* binding : bound->bindings()) Add(binding, items);
      return;
    }
    auto* named = dyn_cast<clang::NamedDecl>(declaration);
    if (named == nullptr) return;
    const auto* with_parameters = dyn_cast<clang::TemplateDecl>(named);
    if (with_parameters != nullptr && with_parameters->getTemplatedDecl() != nullptr) {
      named = with_parameters->getTemplatedDecl();
    }
    uint32_t kind = KindOf(named);
    if (kind == 0 || IsNameOfItsType(named)) return;
    OutlineItem item;
    item.kind = kind;
    std::optional<CodeRange> range = ast_.RangeOf(declaration->getSourceRange());
    if (!range) range = ast_.RangeOf(named->getLocation());
    if (!range) return;
    item.range = *range;
    item.selection = SelectionOf(named, item.range);
    item.name = NameOf(named, policy_);
    item.detail = DetailOf(named, with_parameters, policy_);
    item.is_deprecated = named->isDeprecated();
    if (HasChildren(named)) {
      for (clang::Decl* inner : clang::cast<clang::DeclContext>(named)->decls()) {
        Add(inner, item.children);
      }
    }
    items.push_back(std::move(item));
  }

 private:
  // `typedef struct { … } Name;`: the struct has the name already.
  static bool IsNameOfItsType(const clang::NamedDecl* declaration) {
    const auto* alias = dyn_cast<clang::TypedefNameDecl>(declaration);
    const clang::TagDecl* tag = alias == nullptr ? nullptr : alias->getAnonDeclWithTypedefName();
    return tag != nullptr && tag->getTypedefNameForAnonDecl() == alias;
  }
  static bool HasChildren(const clang::NamedDecl* declaration) {
    if (const auto* special = dyn_cast<clang::ClassTemplateSpecializationDecl>(declaration)) {
      return special->getSpecializationKind() == clang::TSK_ExplicitSpecialization;
    }
    if (const auto* tag = dyn_cast<clang::TagDecl>(declaration)) {
      return tag->isThisDeclarationADefinition();
    }
    return isa<clang::NamespaceDecl, clang::ObjCContainerDecl>(declaration);
  }
  // Its name; of what a macro makes, the place of the macro or of the argument that is the name.
  CodeRange SelectionOf(const clang::NamedDecl* declaration, const CodeRange& range) const {
    clang::SourceLocation location = declaration->getLocation();
    std::optional<CodeRange> selection;
    if (const auto* function = declaration->getAsFunction()) {
      selection = ast_.RangeOf(function->getNameInfo().getSourceRange());
    }
    if (!selection) selection = ast_.RangeOf(location);
    if (std::optional<uint32_t> written = offsets_.Written(location);
        written && location.isMacroID()) {
      uint32_t end = *written;
      while (end < ast_.text.size() && clang::isAsciiIdentifierContinue(ast_.text[end])) ++end;
      selection = CodeRange{ast_.PlaceAt(*written), ast_.PlaceAt(end)};
    }
    if (selection && Contains(range, *selection)) return *selection;
    return {range.begin, range.begin};
  }

  LiveAst& ast_;
  FileOffsets offsets_;
  clang::PrintingPolicy policy_;
};

// Into the innermost namespace or class around it, in order.
void Insert(OutlineItem item, std::vector<OutlineItem>& items) {
  auto next = std::upper_bound(
      items.begin(), items.end(), item,
      [](const OutlineItem& a, const OutlineItem& b) { return a.range.begin < b.range.begin; });
  if (next != items.begin()) {
    OutlineItem& before = *std::prev(next);
    bool takes = before.kind == kNamespace || before.kind == kClass || before.kind == kStruct ||
                 before.kind == kEnum;
    if (takes && Contains(before.range, item.range)) {
      return Insert(std::move(item), before.children);
    }
  }
  items.insert(next, std::move(item));
}

// An empty macro right behind the question whether there is one. Of a header that is open as a file of its
// own the compiler does not say so.
bool IsGuard(const LiveAst& ast, const RecordedMacroUse& use) {
  if (use.macro->isUsedForHeaderGuard()) return true;
  if (!use.macro->tokens_empty() || use.macro->isFunctionLike()) return false;
  uint32_t line = ast.PlaceAt(use.offset).line;
  if (line == 0) return false;
  uint32_t begin = ast.lines[line - 1];
  llvm::StringRef before(ast.text.data() + begin, ast.lines[line] - begin);
  before = before.trim();
  return before.consume_front("#ifndef") && before.trim() == use.name->getName();
}

void AddMacros(LiveAst& ast, std::vector<OutlineItem>& items) {
  if (ast.record == nullptr) return;
  const clang::SourceManager& sources = ast.context->getSourceManager();
  for (clang::FileID part : {ast.preamble, ast.main}) {
    if (part.isInvalid()) continue;
    for (const FileRun* run : ast.record->RunsOf(part)) {
      for (const RecordedMacroUse& use : run->macros) {
        if ((use.roles & kRoleDeclaration) == 0 || IsGuard(ast, use)) continue;
        clang::SourceLocation end = use.macro->getDefinitionEndLoc();
        std::optional<CodeRange> name = ast.RangeOf(use.macro->getDefinitionLoc());
        if (!name || sources.getFileOffset(end) >= ast.text.size()) continue;
        std::optional<CodeRange> range = ast.RangeOf({use.macro->getDefinitionLoc(), end});
        OutlineItem item;
        item.kind = kConstant;
        item.name = use.name->getName().str();
        item.detail = "macro";
        item.selection = *name;
        item.range = range.value_or(*name);
        Insert(std::move(item), items);
      }
    }
  }
}

void Sort(std::vector<OutlineItem>& items) {
  std::stable_sort(items.begin(), items.end(), [](const OutlineItem& a, const OutlineItem& b) {
    return a.range.begin < b.range.begin;
  });
  for (OutlineItem& item : items) Sort(item.children);
}

}  // namespace

OutlineAnswer MakeOutline(LiveAst& ast) {
  OutlineAnswer answer;
  Builder builder(ast);
  for (clang::Decl* declaration : WrittenDeclarations(ast)) {
    builder.Add(declaration, answer.items);
  }
  Sort(answer.items);
  AddMacros(ast, answer.items);
  return answer;
}

}  // namespace astrolabe
