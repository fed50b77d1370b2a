// EncodeFileFacts: numbers the symbols in order of appearance, then writes everything as differences
// to what a reader could have guessed.
//
// What the guesses are is in index/FORMAT.md, "Encoded file facts"; decode_facts.cc makes the same.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "absl/container/flat_hash_map.h"
#include "alloc/hash.h"
#include "index/segment_layout.h"
#include "index/semantic/columns.h"
#include "index/semantic/facts_layout.h"
#include "index/semantic/shard.h"
#include "index/string_table.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

constexpr uint32_t kUnnumbered = 0xFFFFFFFF;

struct HashOfString {
  size_t operator()(std::string_view text) const { return HashString(text); }
};

class FactsEncoder {
 public:
  explicit FactsEncoder(const FileFacts& facts) : facts_(facts) {}

  std::string Encode();

 private:
  void NumberSymbols();
  void EncodeOccurrences();
  void EncodeDeclaredSymbols();
  void EncodeExtents();
  void EncodeRelations();
  void EncodeSymbols();
  void EncodeIncludes();
  uint32_t RoleCode(RoleSet roles);
  void AddPooled(TextColumn column, std::string_view text);

  const FileFacts& facts_;
  std::vector<uint32_t> number_of_;  // by index in symbol_ids
  std::vector<uint32_t> by_number_;  // the reverse
  // SymbolFacts in order of number.
  std::vector<std::pair<uint32_t, const SymbolFacts*>> declared_;
  std::vector<RoleSet> role_sets_;
  absl::flat_hash_map<std::string_view, uint32_t, HashOfString> pool_;
  std::array<ColumnWriter, kStructureColumnCount> structure_;
  std::array<ColumnWriter, kTextColumnCount> text_;
};

void FactsEncoder::NumberSymbols() {
  const size_t count = facts_.symbol_ids.size();
  number_of_.assign(count, kUnnumbered);
  by_number_.reserve(count);
  auto number = [this](uint32_t symbol) {
    if (number_of_[symbol] != kUnnumbered) return;
    number_of_[symbol] = static_cast<uint32_t>(by_number_.size());
    by_number_.push_back(symbol);
  };
  for (const Occurrence& occurrence : facts_.occurrences) {
    assert(occurrence.symbol < count);
    number(occurrence.symbol);
  }
  for (uint32_t symbol = 0; symbol < count; ++symbol) number(symbol);
}

// A file has few distinct role sets, so looking through them is fastest.
uint32_t FactsEncoder::RoleCode(RoleSet roles) {
  auto at = std::find(role_sets_.begin(), role_sets_.end(), roles);
  if (at == role_sets_.end()) {
    role_sets_.push_back(roles);
    return static_cast<uint32_t>(role_sets_.size() - 1);
  }
  return static_cast<uint32_t>(at - role_sets_.begin());
}

void FactsEncoder::EncodeOccurrences() {
  std::vector<uint32_t> last_length(facts_.symbol_ids.size());
  Position last;
  uint32_t last_end = 0;  // column
  uint32_t indent = 0;
  uint32_t next_number = 0;
  uint32_t container = kNoSymbol;
  for (const Occurrence& it : facts_.occurrences) {
    const uint32_t lines = it.begin.line - last.line;
    structure_[kOccurrenceLines].Add(lines);
    if (lines != 0) {
      structure_[kOccurrenceIndents].AddSigned(it.begin.column - indent);
      indent = it.begin.column;
    } else {
      structure_[kOccurrenceGaps].AddSigned(it.begin.column - last_end);
    }
    last = it.begin;
    last_end = it.begin.column + it.length;

    const uint32_t number = number_of_[it.symbol];
    if (number == next_number) {
      structure_[kOccurrenceSymbols].Add(0);
      ++next_number;
    } else {
      structure_[kOccurrenceSymbols].Add(next_number - number);
    }
    if ((it.roles & kRoleImplicit) != 0) {
      structure_[kOccurrenceLengths].AddSigned(it.length);
    } else {
      structure_[kOccurrenceLengths].AddSigned(it.length - last_length[number]);
      last_length[number] = it.length;
    }

    if (it.container == container) {
      structure_[kOccurrenceContainers].Add(0);
    } else if (it.container == kNoSymbol) {
      structure_[kOccurrenceContainers].Add(1);
    } else {
      assert(it.container < number_of_.size());
      structure_[kOccurrenceContainers].Add(uint64_t{2} +
                                            ZigZag(next_number - number_of_[it.container]));
    }
    container = it.container;
    structure_[kOccurrenceRoles].Add(RoleCode(it.roles));
  }
}

void FactsEncoder::EncodeDeclaredSymbols() {
  size_t at = 0;
  for (const SymbolFacts& symbol : facts_.symbols) {
    while (at < facts_.symbol_ids.size() && facts_.symbol_ids[at] != symbol.id) ++at;
    assert(at < facts_.symbol_ids.size());
    declared_.emplace_back(number_of_[at], &symbol);
  }
  std::sort(declared_.begin(), declared_.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  uint32_t expected = 0;
  for (const auto& [number, symbol] : declared_) {
    text_[kDeclaredSymbols].Add(number - expected);
    expected = number + 1;
  }
}

void FactsEncoder::EncodeExtents() {
  uint32_t expected = 0;
  for (const DeclarationExtent& extent : facts_.extents) {
    assert(extent.occurrence < facts_.occurrences.size());
    while (expected < facts_.occurrences.size() &&
           (facts_.occurrences[expected].roles & kRoleDeclaration) == 0) {
      ++expected;
    }
    structure_[kExtentOccurrences].AddSigned(extent.occurrence - expected);
    expected = extent.occurrence + 1;

    const Occurrence& name = facts_.occurrences[extent.occurrence];
    const uint32_t lines_before = name.begin.line - extent.begin.line;
    structure_[kExtentBeginLines].AddSigned(lines_before);
    structure_[kExtentBeginColumns].AddSigned(
        lines_before == 0 ? name.begin.column - extent.begin.column : extent.begin.column);
    const uint32_t lines_after = extent.end.line - name.begin.line;
    structure_[kExtentEndLines].AddSigned(lines_after);
    structure_[kExtentEndColumns].AddSigned(
        lines_after == 0 ? extent.end.column - name.begin.column - name.length
                         : extent.end.column - extent.begin.column);
  }
}

void FactsEncoder::EncodeRelations() {
  std::vector<Relation> relations = facts_.relations;
  for (Relation& relation : relations) {
    assert(relation.subject < number_of_.size() && relation.object < number_of_.size());
    relation.subject = number_of_[relation.subject];
    relation.object = number_of_[relation.object];
  }
  std::sort(relations.begin(), relations.end());
  uint32_t subject = 0;
  uint32_t object = 0;
  for (const Relation& relation : relations) {
    structure_[kRelationSubjects].Add(relation.subject - subject);
    structure_[kRelationObjects].AddSigned(relation.object - object);
    structure_[kRelationKinds].Add(static_cast<uint8_t>(relation.kind));
    subject = relation.subject;
    object = relation.object;
  }
}

// 0 for a string that is new in the pool, else how many strings ago it was new.
void FactsEncoder::AddPooled(TextColumn column, std::string_view text) {
  const uint32_t size = static_cast<uint32_t>(pool_.size());
  auto [at, is_new] = pool_.try_emplace(text, size);
  text_[column].Add(is_new ? 0 : size - at->second);
  if (!is_new) return;
  text_[kPoolLengths].Add(text.size());
  text_[kPoolBytes].AddText(text);
}

void FactsEncoder::EncodeSymbols() {
  std::string_view previous_usr;
  for (const auto& [number, symbol] : declared_) {
    text_[kSymbolTags].Add(static_cast<uint32_t>(symbol->kind) |
                           static_cast<uint32_t>(symbol->access) << 5);
    text_[kSymbolFlags].Add(symbol->flags);
    const uint32_t shared = CommonPrefix(previous_usr, symbol->usr);
    text_[kUsrShared].Add(shared);
    text_[kUsrLengths].Add(symbol->usr.size() - shared);
    text_[kUsrBytes].AddText(symbol->usr.substr(shared));
    previous_usr = symbol->usr;

    const size_t place = symbol->usr.rfind(symbol->name);
    if (place == std::string_view::npos) {
      text_[kNamePlaces].Add(0);
    } else {
      text_[kNamePlaces].Add(uint64_t{1} + ZigZag(static_cast<uint32_t>(place) - shared));
    }
    text_[kNamePlaces].Add(symbol->name.size());
    if (place == std::string_view::npos) text_[kNameBytes].AddText(symbol->name);

    AddPooled(kSymbolScopes, symbol->scope);
    AddPooled(kSignatures, symbol->signature);
    AddPooled(kTypes, symbol->type);
    AddPooled(kTemplateParameters, symbol->template_parameters);
    text_[kDocumentationLengths].Add(symbol->documentation.size());
    text_[kDocumentationBytes].AddText(symbol->documentation);
  }
}

void FactsEncoder::EncodeIncludes() {
  uint32_t line = 0;
  for (const IncludeFacts& include : facts_.includes) {
    text_[kIncludeLines].Add(include.line - line);
    line = include.line;
    // A resolved path mostly ends with what was spelled; what is before it repeats.
    const bool ends = include.resolved.ends_with(include.spelled);
    text_[kIncludeTags].Add((include.angled ? 1u : 0u) | (ends ? 2u : 0u));
    AddPooled(kIncludeSpelled, include.spelled);
    AddPooled(
        kIncludeResolved,
        include.resolved.substr(0, include.resolved.size() - (ends ? include.spelled.size() : 0)));
  }
}

std::string FactsEncoder::Encode() {
  NumberSymbols();
  EncodeOccurrences();
  EncodeDeclaredSymbols();
  EncodeExtents();
  EncodeRelations();
  EncodeSymbols();
  EncodeIncludes();
  ColumnWriter& counts = structure_[kCounts];
  counts.Add(facts_.occurrences.size());
  counts.Add(facts_.extents.size());
  counts.Add(facts_.relations.size());
  counts.Add(role_sets_.size());
  for (RoleSet roles : role_sets_) counts.Add(roles);
  text_[kTextCounts].Add(declared_.size());
  text_[kTextCounts].Add(facts_.includes.size());
  text_[kTextCounts].AddFixed64(facts_.interface);

  std::string out(sizeof(FactsHeaderLayout), '\0');
  out.append(facts_.path);
  for (uint32_t symbol : by_number_) AppendAs(out, facts_.symbol_ids[symbol]);
  const FrameSizes structure = PackColumns(structure_, out);
  const FrameSizes text = PackColumns(text_, out);
  FactsHeaderLayout header = {
      .magic = kFactsMagic,
      .path_bytes = static_cast<uint32_t>(facts_.path.size()),
      .checksum = 0,
      .size = facts_.state.size,
      .mtime_ns = facts_.state.mtime_ns,
      .digest = facts_.state.digest,
      .variant = facts_.variant,
      .symbol_ids = static_cast<uint32_t>(facts_.symbol_ids.size()),
      .structure_packed = structure.packed,
      .structure_raw = structure.raw,
      .text_packed = text.packed,
      .text_raw = text.raw,
      .zero = 0,
  };
  std::memcpy(out.data(), &header, sizeof(header));
  constexpr size_t kChecked = offsetof(FactsHeaderLayout, checksum) + sizeof(header.checksum);
  header.checksum = XXH3_64bits(out.data() + kChecked, out.size() - kChecked);
  std::memcpy(out.data(), &header, sizeof(header));
  return out;
}

}  // namespace

std::string EncodeFileFacts(const FileFacts& facts) { return FactsEncoder(facts).Encode(); }

}  // namespace astrolabe
