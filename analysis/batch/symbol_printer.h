// The words of a declaration: what SymbolFacts says of it besides its identity.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "alloc/arena.h"
#include "clang/AST/PrettyPrinter.h"
#include "index/semantic/facts.h"

namespace clang {
class ASTContext;
class Decl;
class IdentifierInfo;
class MacroInfo;
class NamedDecl;
}  // namespace clang

namespace astrolabe {

// One thread, one ASTContext. What it fills in lives in `arena`.
class SymbolPrinter {
 public:
  SymbolPrinter(clang::ASTContext& context, Arena& arena);

  // False for what is no symbol of the index (parameters, template parameters, using declarations).
  static bool KindOf(const clang::Decl* decl, SymbolKind* kind);

  // Unqualified, empty if it has none; of constructors and destructors with the name of the class as it is, and
  // not with the parameters of its template.
  static std::string NameOf(const clang::NamedDecl* decl, const clang::PrintingPolicy& policy);

  // Everything but `id` and `usr`.
  void Describe(const clang::NamedDecl* decl, SymbolFacts* facts);
  void DescribeMacro(const clang::IdentifierInfo* name, const clang::MacroInfo* macro,
                     SymbolFacts* facts);

 private:
  std::string_view Scope(const clang::NamedDecl* decl);
  std::string_view Name(const clang::NamedDecl* decl);
  std::string_view Signature(const clang::NamedDecl* decl);
  std::string_view Type(const clang::NamedDecl* decl);
  std::string_view TemplateParameters(const clang::NamedDecl* decl);
  bool IsFarFromComments(const clang::NamedDecl* decl) const;
  std::string_view Documentation(const clang::NamedDecl* decl);
  uint16_t Flags(const clang::NamedDecl* decl);
  std::string_view Keep(llvm::StringRef text, size_t limit);

  clang::ASTContext& context_;
  Arena& arena_;
  clang::PrintingPolicy policy_;
};

}  // namespace astrolabe
