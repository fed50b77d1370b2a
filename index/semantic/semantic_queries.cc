// Questions about symbols: directory, then the facts of the files that it names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "index/semantic/semantic_snapshot.h"

namespace astrolabe {
namespace {

// Of an arena that one file after the other is unpacked into: most fit. Memory of a file's own would go back to the system
// with the file, and each page of it come anew with the next: a third of the time of a question of many files.
constexpr size_t kUnpackBlock = Arena::kMaxBlock;

constexpr FactsParts kStructureOnly = {.structure = true, .text = false};

constexpr FactsParts kTextOnly = {.structure = false, .text = true};

// A copy that owns its strings.
SymbolSummary Keep(const SymbolFacts& facts) {
  SymbolSummary summary;
  summary.facts = facts;
  std::string_view* const texts[] = {
      &summary.facts.usr,          &summary.facts.name, &summary.facts.scope,
      &summary.facts.signature,    &summary.facts.type, &summary.facts.template_parameters,
      &summary.facts.documentation};
  size_t bytes = 0;
  for (const std::string_view* text : texts) bytes += text->size();
  // A string this long keeps its bytes where they are when it is moved.
  summary.storage.reserve(std::max<size_t>(bytes, 64));
  for (std::string_view* text : texts) {
    const size_t begin = summary.storage.size();
    summary.storage.append(*text);
    *text = std::string_view(summary.storage.data() + begin, text->size());
  }
  return summary;
}

SymbolId IdAt(const FileFacts& facts, uint32_t index) {
  return index == kNoSymbol ? 0 : facts.symbol_ids[index];
}

// The index of `id` in the facts, or kNoSymbol.
uint32_t IndexOf(const FileFacts& facts, SymbolId id) {
  auto at = std::lower_bound(facts.symbol_ids.begin(), facts.symbol_ids.end(), id);
  if (at == facts.symbol_ids.end() || *at != id) return kNoSymbol;
  return static_cast<uint32_t>(at - facts.symbol_ids.begin());
}

// Without symbol and container.
FoundOccurrence FoundPlace(const FileFacts& facts, uint32_t i, std::string_view path) {
  const Occurrence& it = facts.occurrences[i];
  FoundOccurrence found = {.path = path,
                           .begin = it.begin,
                           .length = it.length,
                           .roles = it.roles,
                           .extent_begin = it.begin,
                           .extent_end = it.begin};
  auto extent = std::lower_bound(
      facts.extents.begin(), facts.extents.end(), i,
      [](const DeclarationExtent& e, uint32_t wanted) { return e.occurrence < wanted; });
  if (extent != facts.extents.end() && extent->occurrence == i) {
    found.extent_begin = extent->begin;
    found.extent_end = extent->end;
  }
  return found;
}

FoundOccurrence Found(const FileFacts& facts, uint32_t i, std::string_view path) {
  FoundOccurrence found = FoundPlace(facts, i, path);
  found.symbol = IdAt(facts, facts.occurrences[i].symbol);
  found.container = IdAt(facts, facts.occurrences[i].container);
  return found;
}

// Sorts by place and makes one of what several variants of a header say of the same place.
void MergePlaces(std::vector<FoundOccurrence>& found) {
  auto place = [](const FoundOccurrence& it) { return std::tuple(it.begin, it.symbol, it.length); };
  std::stable_sort(found.begin(), found.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  size_t kept = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    if (kept != 0 && place(found[kept - 1]) == place(found[i])) {
      found[kept - 1].roles |= found[i].roles;
    } else {
      found[kept++] = found[i];
    }
  }
  found.resize(kept);
}

}  // namespace

std::vector<SemanticSnapshot::Hit> SemanticSnapshot::FindMentions(SymbolId id,
                                                                  uint32_t tags) const {
  std::vector<Hit> hits;
  std::vector<Mention> mentions;
  for (const LiveSemanticSegment& live : segments_) {
    std::optional<uint32_t> symbol = live.segment->FindSymbol(id);
    if (!symbol) continue;
    mentions.clear();
    live.segment->Mentions(*symbol, &mentions);
    for (const Mention& mention : mentions) {
      if (!live.FileLives(mention.file) || (tags != 0 && (mention.tag & tags) == 0)) continue;
      IndexedFile indexed;
      if (!IndexedFileAt(live, mention.file, &indexed)) continue;
      hits.push_back({.path = indexed.path,
                      .live = &live,
                      .file = mention.file,
                      .symbol = *symbol,
                      .tag = mention.tag});
    }
  }
  std::stable_sort(hits.begin(), hits.end(),
                   [](const Hit& a, const Hit& b) { return a.path < b.path; });
  return hits;
}

uint32_t SemanticSnapshot::CountMentions(SymbolId id, uint32_t enough) const {
  uint32_t count = 0;
  std::vector<Mention> mentions;
  for (const LiveSemanticSegment& live : segments_) {
    std::optional<uint32_t> symbol = live.segment->FindSymbol(id);
    if (!symbol) continue;
    mentions.clear();
    live.segment->Mentions(*symbol, &mentions);
    for (const Mention& mention : mentions) count += live.FileLives(mention.file) ? 1 : 0;
    if (count >= enough) break;
  }
  return count;
}

std::vector<std::string_view> SemanticSnapshot::DeclaringFiles(SymbolId id) const {
  std::vector<std::string_view> paths;
  for (const Hit& hit : FindMentions(id, kMentionDeclares)) {
    if (paths.empty() || paths.back() != hit.path) paths.push_back(hit.path);
  }
  return paths;
}

// Symbols are told apart by their numbers, and only what is found gets its ids: no table of all ids of a file is made and
// put in order, and no relations.
void SemanticSnapshot::AddOccurrences(const Hit& hit, uint32_t Occurrence::* field, RoleSet roles,
                                      Arena& arena, std::vector<FoundOccurrence>& found) const {
  const SemanticSegment& segment = *hit.live->segment;
  SplitFacts split;
  const std::optional<uint32_t> wanted =
      segment.SplitFor(hit.file, hit.symbol, kStructureOnly, &split);
  if (!wanted) return;
  absl::StatusOr<FileFacts> facts = DecodeNumberedOccurrences(split, arena);
  if (!facts.ok()) return segment.ReportMalformed(ToStd(facts.status().message()));
  const auto id_of = [&](uint32_t number) {
    return number == kNoSymbol ? 0 : segment.SymbolOfFile(hit.file, number);
  };
  for (uint32_t at = 0; at < facts->occurrences.size(); ++at) {
    const Occurrence& it = facts->occurrences[at];
    if (it.*field != *wanted || (roles != 0 && (it.roles & roles) == 0)) continue;
    FoundOccurrence& place = found.emplace_back(FoundPlace(*facts, at, hit.path));
    place.symbol = id_of(it.symbol);
    place.container = id_of(it.container);
  }
}

void SemanticSnapshot::VisitOccurrences(
    SymbolId id, uint32_t Occurrence::* field, uint32_t mention, RoleSet roles,
    const std::function<bool(const FoundOccurrence&)>& visit) const {
  const std::vector<Hit> hits = FindMentions(id, mention);
  std::vector<FoundOccurrence> found;
  Arena arena(nullptr, kUnpackBlock);
  for (size_t i = 0; i < hits.size(); ++i) {
    arena.Reset();
    AddOccurrences(hits[i], field, roles, arena, found);
    if (i + 1 < hits.size() && hits[i + 1].path == hits[i].path) continue;
    MergePlaces(found);
    for (const FoundOccurrence& it : found) {
      if (!visit(it)) return;
    }
    found.clear();
  }
}

void SemanticSnapshot::Occurrences(SymbolId id, RoleSet roles,
                                   const std::function<bool(const FoundOccurrence&)>& visit) const {
  VisitOccurrences(id, &Occurrence::symbol, roles, roles, visit);
}

void SemanticSnapshot::Contained(SymbolId container, RoleSet roles,
                                 const std::function<bool(const FoundOccurrence&)>& visit) const {
  VisitOccurrences(container, &Occurrence::container, kMentionContainer, roles,
                   [&](const FoundOccurrence& it) { return it.symbol == container || visit(it); });
}

std::vector<SymbolId> SemanticSnapshot::FindByName(std::string_view name) const {
  std::vector<SymbolId> found;
  std::vector<uint32_t> symbols;
  std::vector<Mention> mentions;
  for (const LiveSemanticSegment& live : segments_) {
    symbols.clear();
    live.segment->FindName(NameHash(name), &symbols);
    for (uint32_t symbol : symbols) {
      mentions.clear();
      live.segment->Mentions(symbol, &mentions);
      const bool lives =
          std::any_of(mentions.begin(), mentions.end(), [&live](const Mention& mention) {
            return (mention.tag & kMentionDeclares) != 0 && live.FileLives(mention.file);
          });
      const SymbolId id = live.segment->Symbol(symbol);
      if (lives && id != 0) found.push_back(id);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// Unpacks the text of the file up to the one symbol: a third of the time that all of its facts take.
std::optional<SymbolFacts> SemanticSnapshot::LoadSymbol(const Hit& hit, SymbolId id,
                                                        Arena& arena) const {
  const SemanticSegment& segment = *hit.live->segment;
  SplitFacts split;
  std::optional<uint32_t> number = segment.SplitFor(hit.file, hit.symbol, kTextOnly, &split);
  if (!number) return std::nullopt;
  absl::StatusOr<SymbolFacts> facts = DecodeOneSymbol(split, *number, arena);
  if (!facts.ok()) {
    segment.ReportMalformed(ToStd(facts.status().message()));
    return std::nullopt;
  }
  facts->id = id;
  return *facts;
}

std::vector<SemanticSnapshot::Hit> SemanticSnapshot::FindDeclarations(SymbolId id) const {
  std::vector<Hit> hits = FindMentions(id, kMentionDeclares);
  // Documented ones first, then definitions; within each the order of path.
  auto rank = [](const Hit& hit) {
    return (hit.tag & kMentionDocuments) != 0 ? 0 : (hit.tag & kRoleDefinition) != 0 ? 1 : 2;
  };
  std::stable_sort(hits.begin(), hits.end(),
                   [&](const Hit& a, const Hit& b) { return rank(a) < rank(b); });
  return hits;
}

std::optional<SymbolSummary> SemanticSnapshot::Summary(SymbolId id) const {
  Arena arena(nullptr, kUnpackBlock);
  return SummaryIn(arena, id);
}

std::optional<SymbolSummary> SemanticSnapshot::SummaryIn(Arena& arena, SymbolId id) const {
  for (const Hit& hit : FindDeclarations(id)) {
    arena.Reset();
    if (std::optional<SymbolFacts> found = LoadSymbol(hit, id, arena)) return Keep(*found);
  }
  return std::nullopt;
}

void SemanticSnapshot::Summaries(std::span<const SymbolId> ids,
                                 const std::function<void(SymbolSummary)>& visit) const {
  // Unpacking all that a file declares costs as much as unpacking it so many times up to one symbol.
  constexpr size_t kFewSymbols = 4;
  struct Wanted {
    SymbolId id = 0;
    const LiveSemanticSegment* live = nullptr;
    uint32_t file = 0;
    auto place() const { return std::tuple(live, file, id); }
  };
  std::vector<Wanted> wanted;
  for (SymbolId id : ids) {
    const std::vector<Hit> hits = FindDeclarations(id);
    if (!hits.empty()) wanted.push_back({id, hits.front().live, hits.front().file});
  }
  std::sort(wanted.begin(), wanted.end(),
            [](const Wanted& a, const Wanted& b) { return a.place() < b.place(); });
  Arena arena(nullptr, kUnpackBlock);
  Arena arena_of_one(nullptr, kUnpackBlock);
  for (size_t begin = 0, end = 0; begin < wanted.size(); begin = end) {
    const Wanted& first = wanted[begin];
    while (end < wanted.size() && wanted[end].live == first.live &&
           wanted[end].file == first.file) {
      ++end;
    }
    FileFacts facts;
    if (end - begin >= kFewSymbols) {
      arena.Reset();
      absl::StatusOr<FileFacts> loaded = Load(*first.live, first.file, kTextOnly, arena);
      if (loaded.ok()) facts = *std::move(loaded);
    }
    for (size_t i = begin; i < end; ++i) {
      const SymbolId id = wanted[i].id;
      auto at = std::lower_bound(
          facts.symbols.begin(), facts.symbols.end(), id,
          [](const SymbolFacts& symbol, SymbolId other) { return symbol.id < other; });
      if (at != facts.symbols.end() && at->id == id) {
        visit(Keep(*at));
      } else if (std::optional<SymbolSummary> summary = SummaryIn(arena_of_one, id)) {
        visit(*std::move(summary));
      }
    }
  }
}

std::vector<FoundRelation> SemanticSnapshot::RelationsOf(SymbolId id, RelationKind kind,
                                                         bool as_object) const {
  std::vector<FoundRelation> found;
  Arena arena(nullptr, kUnpackBlock);
  for (const Hit& hit :
       FindMentions(id, as_object ? MentionObjectOf(kind) : MentionSubjectOf(kind))) {
    arena.Reset();
    absl::StatusOr<FileFacts> facts = Load(*hit.live, hit.file, kStructureOnly, arena);
    if (!facts.ok()) continue;
    const uint32_t symbol = IndexOf(*facts, id);
    for (const Relation& relation : facts->relations) {
      if (relation.kind != kind || (as_object ? relation.object : relation.subject) != symbol) {
        continue;
      }
      found.push_back({.subject = IdAt(*facts, relation.subject),
                       .object = IdAt(*facts, relation.object),
                       .kind = kind});
    }
  }
  auto pair = [](const FoundRelation& it) { return std::pair(it.subject, it.object); };
  std::sort(found.begin(), found.end(),
            [&](const auto& a, const auto& b) { return pair(a) < pair(b); });
  found.erase(std::unique(found.begin(), found.end(),
                          [&](const auto& a, const auto& b) { return pair(a) == pair(b); }),
              found.end());
  return found;
}

std::vector<FoundOccurrence> SemanticSnapshot::At(std::string_view path, Position position) const {
  std::vector<FoundOccurrence> found;
  Arena arena(nullptr, kUnpackBlock);
  for (const LiveSemanticSegment& live : segments_) {
    std::optional<uint32_t> known = live.segment->FindPath(path);
    if (!known) continue;
    // The caller's path may not outlive the answer; the segment's does.
    const std::string_view stored = live.segment->Path(*known);
    const IdRange files = live.segment->FilesOf(live.segment->StatesOf(*known));
    for (uint32_t file = files.begin; file < files.end; ++file) {
      if (!live.FileLives(file)) continue;
      arena.Reset();
      absl::StatusOr<FileFacts> facts = Load(live, file, kStructureOnly, arena);
      if (!facts.ok()) continue;
      for (uint32_t i = 0; i < facts->occurrences.size(); ++i) {
        const Occurrence& it = facts->occurrences[i];
        if (it.begin > position) break;
        const uint32_t inside = position.column - it.begin.column;
        if (it.begin.line != position.line || (inside >= it.length && inside != 0)) continue;
        found.push_back(Found(*facts, i, stored));
      }
    }
  }
  MergePlaces(found);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return (a.roles & kRoleImplicit) < (b.roles & kRoleImplicit);
  });
  return found;
}

}  // namespace astrolabe
