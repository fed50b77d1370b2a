// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/type_tables.h"

#include <algorithm>

#include "analysis/private_member.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclarationName.h"
#include "clang/AST/Type.h"
#include "llvm/ADT/FoldingSet.h"

namespace astrolabe {
namespace {

template <typename T>
using Set = llvm::FoldingSet<T>;
template <typename T>
using ContextSet = llvm::ContextualFoldingSet<T, clang::ASTContext&>;

// Those that grow with the code; what is left out has a handful of nodes in any program.
#define ASTROLABE_TYPE_TABLES(X)                                                         \
  X(ExtQualNodes, Set<clang::ExtQuals>)                                                  \
  X(PointerTypes, Set<clang::PointerType>)                                               \
  X(LValueReferenceTypes, Set<clang::LValueReferenceType>)                               \
  X(RValueReferenceTypes, Set<clang::RValueReferenceType>)                               \
  X(MemberPointerTypes, Set<clang::MemberPointerType>)                                   \
  X(ConstantArrayTypes, ContextSet<clang::ConstantArrayType>)                            \
  X(FunctionProtoTypes, ContextSet<clang::FunctionProtoType>)                            \
  X(DependentDecltypeTypes, ContextSet<clang::DependentDecltypeType>)                    \
  X(TemplateTypeParmTypes, Set<clang::TemplateTypeParmType>)                             \
  X(SubstTemplateTypeParmTypes, Set<clang::SubstTemplateTypeParmType>)                   \
  X(TemplateSpecializationTypes, ContextSet<clang::TemplateSpecializationType>)          \
  X(ParenTypes, Set<clang::ParenType>)                                                   \
  X(TagTypes, Set<clang::TagTypeFoldingSetPlaceholder>)                                  \
  X(UnresolvedUsingTypes, Set<clang::FoldingSetPlaceholder<clang::UnresolvedUsingType>>) \
  X(UsingTypes, Set<clang::UsingType>)                                                   \
  X(TypedefTypes, Set<clang::FoldingSetPlaceholder<clang::TypedefType>>)                 \
  X(DependentNameTypes, Set<clang::DependentNameType>)                                   \
  X(PackExpansionTypes, Set<clang::PackExpansionType>)                                   \
  X(DeducedTemplateSpecializationTypes, Set<clang::DeducedTemplateSpecializationType>)   \
  X(AttributedTypes, Set<clang::AttributedType>)                                         \
  X(QualifiedTemplateNames, Set<clang::QualifiedTemplateName>)                           \
  X(DependentTemplateNames, Set<clang::DependentTemplateName>)                           \
  X(NamespaceAndPrefixStorages, Set<clang::NamespaceAndPrefixStorage>)
#define ASTROLABE_NAME_TABLES(X)                                  \
  X(CXXConstructorNames, Set<clang::detail::CXXSpecialNameExtra>) \
  X(CXXDestructorNames, Set<clang::detail::CXXSpecialNameExtra>)  \
  X(CXXDeductionGuideNames, Set<clang::detail::CXXDeductionGuideNameExtra>)

// The tables are private members, and no public call makes them grow.
#define ASTROLABE_TYPE_MEMBER(member, Table) \
  struct member##Tag : PrivateMember<member##Tag, Table clang::ASTContext::*> {};
#define ASTROLABE_NAME_MEMBER(member, Table) \
  struct member##Tag : PrivateMember<member##Tag, Table clang::DeclarationNameTable::*> {};
ASTROLABE_TYPE_TABLES(ASTROLABE_TYPE_MEMBER)
ASTROLABE_NAME_TABLES(ASTROLABE_NAME_MEMBER)

}  // namespace

#define ASTROLABE_EXPOSE_TYPE(member, Table) \
  template struct Expose<member##Tag, &clang::ASTContext::member>;
#define ASTROLABE_EXPOSE_NAME(member, Table) \
  template struct Expose<member##Tag, &clang::DeclarationNameTable::member>;
ASTROLABE_TYPE_TABLES(ASTROLABE_EXPOSE_TYPE)
ASTROLABE_NAME_TABLES(ASTROLABE_EXPOSE_NAME)

namespace {

template <typename Table>
void Reserve(Table& table, unsigned percent) {
  constexpr unsigned kSmall = 256;  // its nodes fit in a few pages
  if (table.size() >= kSmall) table.reserve(table.size() + table.size() * percent / 100);
}

}  // namespace

void ReserveTypeTables(clang::ASTContext& context, unsigned percent) {
#define ASTROLABE_RESERVE(member, Table) Reserve(context.*PointerTo(member##Tag()), percent);
  ASTROLABE_TYPE_TABLES(ASTROLABE_RESERVE)
#undef ASTROLABE_RESERVE
#define ASTROLABE_RESERVE(member, Table) \
  Reserve(context.DeclarationNames.*PointerTo(member##Tag()), percent);
  ASTROLABE_NAME_TABLES(ASTROLABE_RESERVE)
#undef ASTROLABE_RESERVE
}

}  // namespace astrolabe
