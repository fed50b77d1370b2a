// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/semantic_symbols.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "base/whole_file.h"
#include "index/ascii.h"
#include "index/file_scanner.h"

namespace astrolabe {
namespace {

// The identifier that covers a position of a file; empty if there is none.
std::string WordAt(const std::string& path, Position position) {
  const std::string text = ReadWholeFile(path);
  size_t begin = 0;
  for (uint32_t line = 0; line < position.line; ++line) {
    begin = text.find('\n', begin);
    if (begin == std::string::npos) return {};
    ++begin;
  }
  const size_t line_end = std::min(text.find('\n', begin), text.size());
  if (position.column > line_end - begin) return {};
  size_t from = begin + position.column;
  size_t to = from;
  while (from > begin && IsWordByte(text[from - 1])) --from;
  while (to < line_end && IsWordByte(text[to])) ++to;
  return text.substr(from, to - from);
}

void ResolveName(const SemanticIndex& index, SymbolBook& book, const NameArgument& name,
                 std::vector<SymbolRef>& symbols) {
  std::vector<SymbolRef> containing;
  const std::vector<SymbolId> ids = index.FindByName(name.name);
  book.Prepare(ids);
  for (SymbolId id : ids) {
    SymbolRef symbol = book.Describe(id);
    if (!symbol->known()) continue;
    switch (FitScope(name, symbol->scope)) {
      case ScopeFit::kEndsWith:
        symbols.push_back(std::move(symbol));
        break;
      case ScopeFit::kContains:
        containing.push_back(std::move(symbol));
        break;
      case ScopeFit::kNone:
        break;
    }
  }
  if (symbols.empty()) symbols = std::move(containing);
}

SymbolRef Copy(const SymbolFacts& facts) {
  auto description = std::make_shared<SymbolDescription>();
  description->id = facts.id;
  description->kind = facts.kind;
  description->access = facts.access;
  description->flags = facts.flags;
  description->usr = facts.usr;
  description->name = facts.name;
  description->scope = facts.scope;
  description->signature = facts.signature;
  description->type = facts.type;
  description->template_parameters = facts.template_parameters;
  description->documentation = facts.documentation;
  return description;
}

}  // namespace

SymbolRef SymbolBook::Describe(SymbolId id) {
  if (id == 0) return nullptr;
  SymbolRef& ref = known_[id];
  if (ref) return ref;
  std::optional<SymbolSummary> summary = index_.Summary(id);
  if (summary) return ref = Copy(summary->facts);
  auto unknown = std::make_shared<SymbolDescription>();
  unknown->id = id;
  return ref = std::move(unknown);
}

void SymbolBook::Prepare(std::vector<SymbolId> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::erase_if(ids, [this](SymbolId id) { return id == 0 || known_.contains(id); });
  index_.Summaries(ids, [this](const SymbolSummary& summary) { Learn(summary.facts); });
}

SymbolRef SymbolBook::Learn(const SymbolFacts& facts) {
  SymbolRef& ref = known_[facts.id];
  if (!ref) ref = Copy(facts);
  return ref;
}

ResolvedSymbols ResolveSymbols(const SemanticIndex* index, SymbolBook* book,
                               const std::string& root, SemanticCoverage& coverage,
                               const SymbolArgument& argument) {
  ResolvedSymbols resolved;
  if (const auto* usr = std::get_if<UsrArgument>(&argument)) {
    // A symbol's id is the XXH3 of its USR, as a file's digest is of its content.
    SymbolRef symbol = index ? book->Describe(ContentDigest(usr->usr)) : nullptr;
    if (symbol && symbol->known()) resolved.symbols.push_back(std::move(symbol));
  } else if (const auto* place = std::get_if<PlaceArgument>(&argument)) {
    if (coverage.Covers(place->path)) {
      const std::vector<FoundOccurrence> found = index->At(place->path, place->position);
      const bool spelled = std::any_of(found.begin(), found.end(), [](const FoundOccurrence& o) {
        return (o.roles & kRoleImplicit) == 0;
      });
      for (const FoundOccurrence& occurrence : found) {
        if (spelled && (occurrence.roles & kRoleImplicit) != 0) continue;
        SymbolRef symbol = book->Describe(occurrence.symbol);
        if (symbol->known()) resolved.symbols.push_back(std::move(symbol));
      }
      if (resolved.symbols.empty()) {
        resolved.notes.push_back(StrCat("no symbol of the index stands at ", place->path, ":",
                                        place->position.line + 1, ":", place->position.column + 1,
                                        " (what is local to a function is not in the index)"));
      }
    } else {
      NameArgument name;
      name.name = WordAt(AbsolutePath(root, place->path), place->position);
      if (name.name.empty()) {
        resolved.notes.push_back(StrCat("no name stands at ", place->path, ":",
                                        place->position.line + 1, ":", place->position.column + 1));
      } else {
        if (index) {
          const bool changed = coverage.Of(place->path) == SemanticCoverage::State::kChanged;
          resolved.notes.push_back(StrCat(
              place->path,
              changed ? " has changed since it was indexed" : " is not in the semantic index",
              ": every symbol named ", name.name, " is meant"));
          ResolveName(*index, *book, name, resolved.symbols);
        }
        if (resolved.symbols.empty()) resolved.names.push_back(std::move(name));
      }
    }
  } else {
    const auto& name = std::get<NameArgument>(argument);
    if (index) ResolveName(*index, *book, name, resolved.symbols);
    resolved.names.push_back(name);
  }
  auto order = [](const SymbolRef& a, const SymbolRef& b) {
    return std::tie(a->scope, a->name, a->signature, a->id) <
           std::tie(b->scope, b->name, b->signature, b->id);
  };
  std::sort(resolved.symbols.begin(), resolved.symbols.end(), order);
  resolved.symbols.erase(std::unique(resolved.symbols.begin(), resolved.symbols.end()),
                         resolved.symbols.end());
  if (resolved.names.empty()) {
    for (const SymbolRef& symbol : resolved.symbols) {
      NameArgument name;
      name.name = symbol->name;
      name.scope = ScopeComponents(symbol->scope);
      const bool seen = std::any_of(
          resolved.names.begin(), resolved.names.end(),
          [&](const NameArgument& n) { return n.name == name.name && n.scope == name.scope; });
      if (!seen) resolved.names.push_back(std::move(name));
    }
  }
  return resolved;
}

}  // namespace astrolabe
