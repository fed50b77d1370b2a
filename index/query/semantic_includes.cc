// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/semantic_includes.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "alloc/arena.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "index/query/semantic_coverage.h"
#include "index/query/symbol_query.h"
#include "index/word_split.h"

namespace astrolabe {
namespace {

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Whether an include spelled so may mean the file: "../db/db.h" and "db/db.h" may mean "x/db/db.h".
bool MayMean(std::string_view spelled, std::string_view path) {
  while (spelled.starts_with("./") || spelled.starts_with("../")) {
    spelled.remove_prefix(spelled.find('/') + 1);
  }
  if (!path.ends_with(spelled) || spelled.empty()) return false;
  return path.size() == spelled.size() || path[path.size() - spelled.size() - 1] == '/';
}

void SortUnique(std::vector<IncludeHit>& hits) {
  auto key = [](const IncludeHit& hit) {
    return std::tie(hit.path, hit.line, hit.spelled, hit.resolved);
  };
  std::sort(hits.begin(), hits.end(),
            [&](const IncludeHit& a, const IncludeHit& b) { return key(a) < key(b); });
  hits.erase(
      std::unique(hits.begin(), hits.end(),
                  [&](const IncludeHit& a, const IncludeHit& b) { return key(a) == key(b); }),
      hits.end());
}

// Appends what tier 1 knows of one file's directives, all variants; only those that `wanted` takes.
template <typename Wanted>
void AddFromFacts(const SemanticIndex& index, std::string_view path, Wanted wanted,
                  std::vector<IncludeHit>& hits) {
  for (const IndexedFile& file : index.FindFile(path)) {
    Arena arena;
    absl::StatusOr<FileFacts> facts = index.Facts(file.id, arena);
    if (!facts.ok()) continue;  // damage() tells
    for (const IncludeFacts& include : facts->includes) {
      if (!wanted(include)) continue;
      hits.push_back({1, std::string(path), include.line, std::string(include.spelled),
                      include.angled, std::string(include.resolved)});
    }
  }
}

// Names of a segment that are the file's name or end in "/" and it, found through the rarest word of it.
std::vector<uint32_t> NamesEndingWith(const Segment& segment, std::string_view file_name) {
  std::vector<WordRange> ranges;
  SplitWords(file_name, ranges);
  std::optional<uint32_t> rarest;
  uint32_t fewest = 0;
  for (const WordRange& range : ranges) {
    const std::string word = FoldCase(file_name.substr(range.begin, range.end - range.begin));
    std::optional<uint32_t> id = segment.words().Find(word);
    if (!id) return {};
    const uint32_t count = segment.WordPostingCount({*id, *id + 1});
    if (!rarest || count < fewest) std::tie(rarest, fewest) = std::tuple(id, count);
  }
  std::vector<uint32_t> names;
  if (!rarest) return names;
  std::string name;
  for (WordCursor cursor = segment.NamesWithWord(*rarest); cursor.Next();) {
    if (!segment.names().Get(cursor.name_id(), &name)) continue;
    if (NameOf(name) == file_name) names.push_back(cursor.name_id());
  }
  return names;
}

// Tier 0's directives that spell the file's name, in whatever folder.
std::vector<IncludeHit> SpelledIncluders(const Snapshot& snapshot, std::string_view file_name) {
  std::vector<IncludeHit> hits;
  for (const LiveSegment& live : snapshot.segments) {
    const Segment& segment = *live.segment;
    for (uint32_t name : NamesEndingWith(segment, file_name)) {
      for (PostingCursor cursor = segment.Postings(name); cursor.Next();) {
        if (cursor.posting().kind != SymbolKind::kInclude) continue;
        SymbolRow row;
        const uint32_t file = segment.FileOfSymbol(cursor.posting().symbol_id);
        IncludeHit hit;
        hit.tier = 0;
        if (live.dead.Contains(file) || !segment.Symbol(cursor.posting().symbol_id, &row) ||
            !segment.paths().Get(file, &hit.path) || !segment.names().Get(name, &hit.spelled)) {
          continue;
        }
        hit.line = row.name_position.line;
        hits.push_back(std::move(hit));
      }
    }
  }
  return hits;
}

bool InTierZero(const QuerySources& sources, std::string_view path) {
  FileLocation location;
  return sources.snapshot && FindLiveFile(*sources.snapshot, path, &location);
}

IncludeAnswer UnitsReading(const SemanticIndex& index, const std::string& path) {
  IncludeAnswer answer;
  const std::vector<uint32_t> units = index.UnitsIncluding(path);
  answer.known = !units.empty() || !index.FindFile(path).empty();
  const absl::flat_hash_set<uint32_t> wanted(units.begin(), units.end());
  index.ForEachUnit([&](const IndexedUnit& unit) {
    if (wanted.contains(unit.id) && unit.path != path) {
      answer.hits.push_back({1, std::string(unit.path), IncludeHit::kNoLine, {}, false, path});
    }
    return true;
  });
  SortUnique(answer.hits);
  return answer;
}

bool IsUnit(const SemanticIndex& index, std::string_view path) {
  bool is_unit = false;
  index.ForEachUnit([&](const IndexedUnit& unit) {
    is_unit = unit.path == path;
    return !is_unit;
  });
  return is_unit;
}

}  // namespace

IncludeAnswer FindIncludes(const QuerySources& sources, const std::string& path) {
  IncludeAnswer answer;
  SemanticCoverage coverage(sources.semantic, RealFileSystem(), sources.root);
  if (coverage.Covers(path) ||
      (coverage.Of(path) == SemanticCoverage::State::kChanged && !InTierZero(sources, path))) {
    answer.known = true;
    AddFromFacts(*sources.semantic, path, [](const IncludeFacts&) { return true; }, answer.hits);
    SortUnique(answer.hits);
    if (!coverage.Covers(path)) {
      answer.notes.push_back(StrCat(path, " has changed since it was indexed"));
    }
    return answer;
  }
  answer.known = InTierZero(sources, path);
  if (!answer.known) return answer;
  for (SymbolHit& symbol : OutlineOf(*sources.snapshot, path)) {
    if (symbol.kind != SymbolKind::kInclude) continue;
    answer.hits.push_back({0, path, symbol.name_position.line, std::move(symbol.name), false, {}});
  }
  return answer;
}

IncludeAnswer FindIncluders(const QuerySources& sources, const std::string& path, bool transitive) {
  if (transitive && sources.semantic) return UnitsReading(*sources.semantic, path);
  IncludeAnswer answer;
  SemanticCoverage coverage(sources.semantic, RealFileSystem(), sources.root);
  answer.known = InTierZero(sources, path) || coverage.Of(path) != SemanticCoverage::State::kAbsent;
  auto means_it = [&](const IncludeFacts& include) { return include.resolved == path; };

  // Tier 0 finds who can mean the file at all; tier 1 decides where it can.
  absl::flat_hash_set<std::string> decided;
  if (sources.snapshot) {
    for (IncludeHit& hit : SpelledIncluders(*sources.snapshot, NameOf(path))) {
      if (coverage.Covers(hit.path)) {
        if (decided.insert(hit.path).second) {
          AddFromFacts(*sources.semantic, hit.path, means_it, answer.hits);
        }
      } else if (MayMean(hit.spelled, path)) {
        answer.hits.push_back(std::move(hit));
      }
    }
  }
  // Who imports a module does not spell its interface's name. That is a unit, as headers are not.
  if (sources.semantic && IsUnit(*sources.semantic, path)) {
    for (const IncludeHit& unit : UnitsReading(*sources.semantic, path).hits) {
      if (coverage.Covers(unit.path) && decided.insert(unit.path).second) {
        AddFromFacts(*sources.semantic, unit.path, means_it, answer.hits);
      }
    }
  }
  // What tier 0 has never seen: headers of the system, and generated files that git ignores. Only the
  // system includes the system's headers.
  if (sources.semantic) {
    const bool outside = path.starts_with('/');
    std::string last;
    sources.semantic->ForEachFile([&](const IndexedFile& file) {
      if (file.path == last) return true;
      last = file.path;
      const bool may = outside || !file.path.starts_with('/');
      if (may && !decided.contains(last) && !InTierZero(sources, file.path)) {
        AddFromFacts(*sources.semantic, file.path, means_it, answer.hits);
      }
      return true;
    });
  }
  SortUnique(answer.hits);
  return answer;
}

}  // namespace astrolabe
