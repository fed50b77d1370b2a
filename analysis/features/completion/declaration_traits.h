// What completion says of a declaration: kind, scope, documentation, and whether its name is one of the
// implementation's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analysis/features/completion/ranking.h"

namespace clang {
class ASTContext;
class DeclContext;
class NamedDecl;
}  // namespace clang

namespace astrolabe {

// As LSP numbers CompletionItemKind.
enum ItemKind : uint32_t {
  kItemText = 1,
  kItemMethod = 2,
  kItemFunction = 3,
  kItemConstructor = 4,
  kItemField = 5,
  kItemVariable = 6,
  kItemClass = 7,
  kItemInterface = 8,
  kItemModule = 9,
  kItemProperty = 10,
  kItemEnum = 13,
  kItemKeyword = 14,
  kItemSnippet = 15,
  kItemFile = 17,
  kItemReference = 18,
  kItemFolder = 19,
  kItemEnumMember = 20,
  kItemConstant = 21,
  kItemStruct = 22,
  kItemOperator = 24,
  kItemTypeParameter = 25,
};

ItemKind ItemKindOf(const clang::NamedDecl& declaration);
OptionCategory CategoryOf(const clang::NamedDecl& declaration);

// "ns::Class::", "" for the global scope; unnamed and inline scopes are left out.
std::string ScopeOf(const clang::DeclContext* context);

// The brief part of the comment at the declaration, or all of it; empty if there is none.
std::string DocumentationOf(const clang::ASTContext& context, const clang::NamedDecl& declaration);

// `__x` and `_X`, which the language reserves for the implementation.
bool IsReservedName(std::string_view name);

}  // namespace astrolabe
