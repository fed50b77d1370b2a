// `a::b::Name` to `Name`, and `using a::b::Name;` ahead of all that uses it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <set>

#include "absl/status/status.h"
#include "analysis/features/document/written_declarations.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/symbols/name_walker.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

// The last name of a qualified one.
struct Qualified {
  TextSpan qualifier;  // "a::b::"
  TextSpan name;
  const clang::NamedDecl* decl = nullptr;
};

// The part ahead of a name, "a::b::"; empty if it has none.
TextSpan QualifierAhead(const std::string& text, uint32_t name) {
  uint32_t begin = name;
  while (begin >= 2 && text.compare(begin - 2, 2, "::") == 0) {
    uint32_t word = begin - 2;
    while (word > 0 && IsNameByte(text[word - 1])) --word;
    begin = word;
  }
  return {begin, name};
}

std::optional<Qualified> QualifiedOf(const LiveAst& ast, const NamePlace& place) {
  const bool is_use = !place.is_declaration && place.standing == NameStanding::kDirect &&
                      place.is_spelled && !place.is_candidate && place.decls.size() == 1;
  if (!is_use) return std::nullopt;
  const clang::NamedDecl* decl = WrittenDecl(place.decls.front());
  const bool is_named =
      decl->getDeclName().isIdentifier() && !llvm::isa<clang::NamespaceDecl>(decl);
  const auto* space =
      llvm::dyn_cast<clang::NamespaceDecl>(decl->getDeclContext()->getRedeclContext());
  if (!is_named || space == nullptr || llvm::isa<clang::EnumConstantDecl>(decl))
    return std::nullopt;
  const TextSpan qualifier = QualifierAhead(ast.text, place.begin);
  const std::string_view text = TextOf(ast, qualifier);
  // `::x` and `a<b>::x` stay.
  if (text.size() < 3 || text.starts_with(":")) return std::nullopt;
  return Qualified{qualifier, {place.begin, place.end}, decl};
}

std::optional<Qualified> Find(const Selection& selection) {
  LiveAst& ast = selection.ast();
  // A header's using is its includers' too.
  if (IsHeader(ast.path) || selection.path().empty()) return std::nullopt;
  if (llvm::isa_and_nonnull<clang::UsingDecl, clang::UsingDirectiveDecl>(
          selection.Innermost<clang::Decl>())) {
    return std::nullopt;
  }
  std::optional<Qualified> found;
  // The cursor may be on the qualifier; the name ends it.
  uint32_t at = selection.span().begin;
  while (at < ast.text.size() && (IsNameByte(ast.text[at]) || ast.text[at] == ':')) ++at;
  if (at == 0) return std::nullopt;
  WalkNames(ast, at - 1, [&](const NamePlace& place) {
    const std::optional<Qualified> qualified = QualifiedOf(ast, place);
    if (qualified && qualified->name.end == at &&
        qualified->qualifier.begin <= selection.span().begin) {
      found = qualified;
    }
  });
  return found;
}

// The namespace block around the selection, or nothing: the file.
const clang::NamespaceDecl* BlockAround(const Selection& selection) {
  return selection.Innermost<clang::NamespaceDecl>();
}

// Whether the style wants names of the namespace, or of one around it, always qualified.
bool IsAlwaysQualified(const clang::NamedDecl* decl, const std::vector<std::string>& namespaces) {
  const std::string name = decl->getQualifiedNameAsString();
  return std::ranges::any_of(
      namespaces, [&](const std::string& space) { return name.starts_with(space + "::"); });
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Qualified> found = Find(selection);
  if (!found || IsAlwaysQualified(found->decl, selection.settings().qualified_namespaces)) {
    return std::nullopt;
  }
  const LiveAst& ast = selection.ast();
  return "add using " + std::string(TextOf(ast, {found->qualifier.begin, found->name.end}));
}

struct Insertion {
  uint32_t offset = 0;
  bool is_there = false;  // such a using is there already
  bool is_group = false;  // beside others
};

// Beside the using declarations that the block begins with, by their order; else ahead of its first declaration.
std::optional<Insertion> PlaceForUsing(LiveAst& ast, const clang::NamespaceDecl* block,
                                       const Qualified& wanted, const std::string& text) {
  std::vector<clang::Decl*> declarations;
  if (block == nullptr) {
    declarations = WrittenDeclarations(ast);
  } else {
    declarations.assign(block->decls_begin(), block->decls_end());
  }
  // Behind what it names.
  const uint32_t known = OffsetOf(ast, wanted.decl->getLocation()).value_or(0);
  std::optional<Insertion> place;
  for (const clang::Decl* decl : declarations) {
    if (decl->isImplicit() || !IsWritten(ast, decl->getSourceRange())) continue;
    const std::optional<TextSpan> span = StatementSpanOf(ast, decl->getSourceRange());
    if (!span || span->begin > wanted.qualifier.begin) break;
    const auto* other = llvm::dyn_cast<clang::UsingDecl>(decl);
    if (other == nullptr) {
      if (!place && span->begin > known) {
        const auto begin = LineBegin(ast.text, BeginWithComments(ast, span->begin));
        if (begin <= wanted.qualifier.begin) place = Insertion{begin};
      }
      continue;
    }
    for (const clang::UsingShadowDecl* shadow : other->shadows()) {
      if (WrittenDecl(shadow->getTargetDecl())->getCanonicalDecl() ==
          wanted.decl->getCanonicalDecl()) {
        return Insertion{.is_there = true};
      }
    }
    const bool is_behind = TextOf(ast, *span) < text;
    if (is_behind || !place || !place->is_group) {
      place = Insertion{is_behind ? LineEnd(ast.text, span->end) : LineBegin(ast.text, span->begin),
                        false, true};
    }
  }
  return place;
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const Qualified found = *Find(selection);
  const clang::NamespaceDecl* block = BlockAround(selection);
  const std::string text =
      "using " + std::string(TextOf(ast, {found.qualifier.begin, found.name.end})) + ";";
  const std::optional<Insertion> place = PlaceForUsing(ast, block, found, text);
  if (!place) return absl::FailedPreconditionError("no place for it was found");
  const clang::DeclContext* context = block != nullptr
                                          ? static_cast<const clang::DeclContext*>(block)
                                          : ast.context->getTranslationUnitDecl();
  if (!place->is_there) {
    for (const clang::NamedDecl* other : context->lookup(found.decl->getDeclName())) {
      if (WrittenDecl(other)->getCanonicalDecl() != found.decl->getCanonicalDecl()) {
        return absl::FailedPreconditionError("something else has this name here");
      }
    }
  }
  TextSpan scope{place->is_there ? 0 : place->offset, static_cast<uint32_t>(ast.text.size())};
  if (block != nullptr) {
    if (const auto span = ExpansionSpan(ast, block->getSourceRange())) {
      scope = {std::max(scope.begin, span->begin), span->end};
    }
  }
  TextChanges changes;
  std::set<uint32_t> seen;
  const std::string qualifier(TextOf(ast, found.qualifier));
  WalkNames(ast, std::nullopt, [&](const NamePlace& name) {
    if (!scope.Holds({name.begin, name.end})) return;
    const std::optional<Qualified> other = QualifiedOf(ast, name);
    const bool is_same = other && TextOf(ast, other->qualifier) == qualifier &&
                         other->decl->getCanonicalDecl() == found.decl->getCanonicalDecl();
    if (is_same && seen.insert(name.begin).second &&
        !std::string_view(ast.text)
             .substr(0, SkipSpaceBack(ast.text, other->qualifier.begin))
             .ends_with("using")) {
      changes.push_back({other->qualifier.begin, other->qualifier.end, ""});
    }
  });
  if (!place->is_there) {
    changes.push_back({place->offset, place->offset, text + (place->is_group ? "\n" : "\n\n")});
  }
  return changes;
}

}  // namespace

extern const Refactoring kAddUsing = {"AddUsing", kRewrite, Offer, Make};

}  // namespace astrolabe
