// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/scip/symbol_table.h"

#include <algorithm>
#include <cstdio>
#include <tuple>
#include <utility>

#include "alloc/arena.h"
#include "alloc/hash.h"
#include "index/query/semantic_argument.h"
#include "index/scip/symbol_grammar.h"

namespace astrolabe {
namespace {

// Scheme, then no package manager, package or version: C++ has none that a compiler knows of.
constexpr std::string_view kPrefix = "cxx . . . ";
constexpr std::string_view kNameless = "(anonymous)";

ScipSuffix SuffixOf(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::kMacro:
      return ScipSuffix::kMacro;
    case SymbolKind::kFunction:
    case SymbolKind::kMethod:
    case SymbolKind::kConstructor:
    case SymbolKind::kDestructor:
    case SymbolKind::kOperator:
    case SymbolKind::kConversion:
      return ScipSuffix::kMethod;
    case SymbolKind::kNamespace:
    case SymbolKind::kNamespaceAlias:
      return ScipSuffix::kNamespace;
    case SymbolKind::kClass:
    case SymbolKind::kStruct:
    case SymbolKind::kUnion:
    case SymbolKind::kEnum:
    case SymbolKind::kTypedef:
    case SymbolKind::kAlias:
    case SymbolKind::kConcept:
      return ScipSuffix::kType;
    case SymbolKind::kEnumerator:
    case SymbolKind::kVariable:
    case SymbolKind::kField:
    case SymbolKind::kInclude:
      return ScipSuffix::kTerm;
  }
  return ScipSuffix::kTerm;
}

std::string Hex(uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
  return text;
}

// 0: outside of the project, so that its home only matters if nothing inside declares it.
uint8_t RankOf(std::string_view path, bool defines) {
  if (path.starts_with('/')) return 0;
  return defines ? 2 : 1;
}

// Length of the valid UTF-8 sequence at the start of `text`; 0 if there is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF5   ? 0
                        : first >= 0xF0 ? 4
                        : first >= 0xE0 ? 3
                        : first >= 0xC2 ? 2
                                        : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond the last code point.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

}  // namespace

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    valid += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return valid;
}

ScipSymbolTable::ScipSymbolTable(const SemanticIndex& index) {
  Arena arena;
  ForEachPath(index, [&](uint32_t number, const std::vector<IndexedFile>& variants) {
    for (const IndexedFile& file : variants) {
      arena.Reset();
      absl::StatusOr<FileFacts> facts = index.Facts(file.id, arena);
      if (facts.ok()) Add(file, *facts, number);
    }
    return true;
  });
  auto key = [](const FoundRelation& r) { return std::tuple(r.subject, r.object, r.kind); };
  std::sort(relations_.begin(), relations_.end(),
            [&](const FoundRelation& a, const FoundRelation& b) { return key(a) < key(b); });
  relations_.erase(
      std::unique(relations_.begin(), relations_.end(),
                  [&](const FoundRelation& a, const FoundRelation& b) { return key(a) == key(b); }),
      relations_.end());
  FindSharedNames();
}

void ScipSymbolTable::Add(const IndexedFile& file, const FileFacts& facts, uint32_t number) {
  absl::flat_hash_set<SymbolId> defined;
  for (const Occurrence& occurrence : facts.occurrences) {
    if ((occurrence.roles & kRoleDefinition) != 0) {
      defined.insert(facts.symbol_ids[occurrence.symbol]);
    }
  }
  for (const SymbolFacts& symbol : facts.symbols) {
    auto [it, is_new] = rows_.try_emplace(symbol.id);
    Row& row = it->second;
    const uint8_t rank = RankOf(file.path, defined.contains(symbol.id));
    if (is_new) {
      row.scope = strings_.Intern(symbol.scope);
      row.name = strings_.Intern(symbol.name.empty() ? kNameless : symbol.name);
      row.kind = symbol.kind;
      if (SuffixOf(symbol.kind) == ScipSuffix::kType) {
        std::string qualified(symbol.scope);
        if (!qualified.empty()) qualified += "::";
        types_.insert(HashString(qualified + std::string(symbol.name)));
      }
    }
    if (is_new || rank > row.rank) {
      row.home = number;
      row.rank = rank;
    }
    row.documented |= !symbol.documentation.empty();
  }
  for (const Relation& relation : facts.relations) {
    if (relation.kind != RelationKind::kBase && relation.kind != RelationKind::kOverride &&
        relation.kind != RelationKind::kSpecialization) {
      continue;
    }
    relations_.push_back(
        {facts.symbol_ids[relation.subject], facts.symbol_ids[relation.object], relation.kind});
  }
}

ScipSymbolTable::Row* ScipSymbolTable::Find(SymbolId id) {
  auto it = rows_.find(id);
  return it == rows_.end() ? nullptr : &it->second;
}

// Two files may each have their own static variable, a template several partial specialisations. All of
// those with one spelling are told apart by their ids, so that none depends on which came first.
void ScipSymbolTable::FindSharedNames() {
  std::vector<std::pair<uint64_t, SymbolId>> spellings;
  spellings.reserve(rows_.size());
  for (const auto& [id, row] : rows_) {
    if (SuffixOf(row.kind) == ScipSuffix::kMethod) continue;  // has its id in any case
    spellings.emplace_back(HashString(Spell(id, row)), id);
  }
  std::sort(spellings.begin(), spellings.end());
  for (size_t i = 0; i + 1 < spellings.size(); ++i) {
    if (spellings[i].first != spellings[i + 1].first) continue;
    rows_[spellings[i].second].shares_name = true;
    rows_[spellings[i + 1].second].shares_name = true;
  }
}

const std::string& ScipSymbolTable::ScopePrefix(uint32_t scope) {
  auto [it, is_new] = scope_prefixes_.try_emplace(scope);
  std::string& prefix = it->second;
  if (!is_new) return prefix;
  const std::string_view text = strings_.Get(scope);
  for (std::string_view part : SplitQualifiedName(text)) {
    if (part.empty()) continue;
    const size_t end = static_cast<size_t>(part.data() - text.data()) + part.size();
    const std::string_view plain = text.substr(0, end);
    const size_t arguments = part.find('<');
    const bool is_type =
        types_.contains(HashString(plain)) ||
        (arguments != std::string_view::npos && arguments > 0 &&
         types_.contains(HashString(plain.substr(0, end - part.size() + arguments))));
    AppendScipDescriptor(is_type ? ScipSuffix::kType : ScipSuffix::kNamespace, ValidUtf8(part), "",
                         prefix);
  }
  return prefix;
}

std::string ScipSymbolTable::Spell(SymbolId id, const Row& row) {
  std::string symbol(kPrefix);
  symbol += ScopePrefix(row.scope);
  const ScipSuffix suffix = SuffixOf(row.kind);
  if (row.shares_name) AppendScipDescriptor(ScipSuffix::kMeta, Hex(id), "", symbol);
  AppendScipDescriptor(suffix, ValidUtf8(strings_.Get(row.name)),
                       suffix == ScipSuffix::kMethod ? Hex(id) : "", symbol);
  return symbol;
}

std::span<const FoundRelation> ScipSymbolTable::RelationsOf(SymbolId subject) const {
  auto [first, last] = std::equal_range(
      relations_.begin(), relations_.end(), FoundRelation{subject, 0, RelationKind::kBase},
      [](const FoundRelation& a, const FoundRelation& b) { return a.subject < b.subject; });
  return {first, last};
}

}  // namespace astrolabe
