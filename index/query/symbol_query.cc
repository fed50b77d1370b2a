// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/symbol_query.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "index/query/name_matcher.h"
#include "index/query/spelling.h"
#include "index/word_split.h"

namespace astrolabe {
namespace {

// How much one circle may look at, per segment. Together they bound the worst query (bench/query).
constexpr uint32_t kMaxPrefixNames = 512;
constexpr uint32_t kMaxVerifiedNames = 250;
constexpr uint32_t kMaxVerifiedOfCut = 80;     // for each way to cut the text in two
constexpr uint32_t kMaxListedNames = 100'000;  // ids read from the lists of a piece's words
constexpr size_t kMaxMeantWords = 32;          // that a mistyped word may stand for
constexpr uint32_t kMaxMeantNames = 64;        // that start with the corrected text
constexpr uint32_t kMaxNamesOfMeantWord = 1000;
constexpr uint32_t kMaxPostingsPerName = 2048;
constexpr size_t kMinPiece = 2;

// What is added to a name's score for what the symbol is: enough to order equals, too little to
// move a name past a better matching one.
constexpr float kNameWeight = 0.96F;
constexpr float kDefinitionBonus = 0.012F;
constexpr float kNearBonus = 0.016F;

float KindBonus(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::kClass:
    case SymbolKind::kStruct:
    case SymbolKind::kUnion:
    case SymbolKind::kEnum:
    case SymbolKind::kConcept:
      return 0.012F;
    case SymbolKind::kFunction:
    case SymbolKind::kMethod:
    case SymbolKind::kNamespace:
    case SymbolKind::kTypedef:
    case SymbolKind::kAlias:
      return 0.011F;
    case SymbolKind::kMacro:
    case SymbolKind::kConstructor:
    case SymbolKind::kOperator:
    case SymbolKind::kConversion:
      return 0.009F;
    case SymbolKind::kVariable:
    case SymbolKind::kEnumerator:
    case SymbolKind::kDestructor:
    case SymbolKind::kNamespaceAlias:
      return 0.006F;
    case SymbolKind::kField:
      return 0.004F;
    case SymbolKind::kInclude:
      return 0.0F;
  }
  return 0.0F;
}

struct ScoredName {
  uint32_t name_id;
  float score;
};

// One symbol that may be in the answer.
struct Candidate {
  float score;
  uint32_t segment;
  uint32_t symbol;
};

bool Better(const Candidate& a, const Candidate& b) {
  return std::tie(b.score, a.segment, a.symbol) < std::tie(a.score, b.segment, b.symbol);
}

// The components of "a::b<c>::d" without template arguments.
std::vector<std::string_view> SplitScope(std::string_view scope) {
  std::vector<std::string_view> parts;
  while (!scope.empty()) {
    size_t separator = scope.find("::");
    std::string_view part = scope.substr(0, separator);
    part = part.substr(0, part.find('<'));
    if (!part.empty()) parts.push_back(part);
    if (separator == std::string_view::npos) break;
    scope.remove_prefix(separator + 2);
  }
  return parts;
}

bool EqualFolded(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return FoldByte(x) == FoldByte(y);
         });
}

// How many leading folders two relative paths share.
size_t SharedFolders(std::string_view a, std::string_view b) {
  size_t shared = 0;
  for (size_t i = 0; i < a.size() && i < b.size() && a[i] == b[i]; ++i) shared += a[i] == '/';
  return shared;
}

// Everything of a hit but its path and score. False on damage.
bool FillHit(const Segment& segment, uint32_t file, const SymbolRow& row, SymbolHit& hit) {
  FileRow file_row;
  if (!segment.File(file, &file_row)) return false;
  hit.is_in_ascii_file = (file_row.record.flags & kFileAscii) != 0;
  if (!segment.names().Get(row.name_id, &hit.name)) return false;
  if (!segment.scopes().Get(row.scope_id, &hit.scope)) return false;
  hit.kind = row.kind;
  hit.is_definition = row.is_definition;
  hit.begin = row.begin;
  hit.name_position = row.name_position;
  hit.end = row.end;
  return true;
}

// One query's work over all segments.
class SymbolSearch {
 public:
  SymbolSearch(const Snapshot& snapshot, const SymbolQuery& query)
      : snapshot_(snapshot), query_(query) {
    std::string_view text = query.text;
    anchored_ = text.starts_with("::");
    size_t separator = text.rfind("::");
    if (separator != std::string_view::npos && separator + 2 < text.size()) {
      scope_ = SplitScope(text.substr(0, separator));
      text.remove_prefix(separator + 2);
    } else if (separator != std::string_view::npos) {
      text.remove_suffix(2);  // "Foo::" asks for Foo
    }
    matcher_ = NameMatcher(text);
  }

  std::vector<SymbolHit> Run() {
    if (query_.limit == 0 || matcher_.pattern().empty()) return {};
    Look(&SymbolSearch::LookByPrefix);
    if (!query_.exact && candidates_.size() < query_.limit) {
      const bool prefix_found = !candidates_.empty();
      Look(&SymbolSearch::LookByWords);
      // Who typed the start of an existing name made no mistake.
      if (!prefix_found) Look(&SymbolSearch::LookByMistake);
      if (!prefix_found && candidates_.size() < query_.limit) Look(&SymbolSearch::LookByPieces);
      if (candidates_.empty()) Look(&SymbolSearch::LookByBeginning);
    }
    return Resolve();
  }

 private:
  void Look(void (SymbolSearch::*circle)(const Segment&)) {
    for (uint32_t s = 0; s < snapshot_.segments.size(); ++s) {
      names_.clear();
      (this->*circle)(*snapshot_.segments[s].segment);
      AddSymbols(s);
    }
  }

  void LookByPrefix(const Segment& segment) {
    const StringTable& names = segment.names();
    if (query_.exact) {
      if (std::optional<uint32_t> id = names.Find(matcher_.pattern()))
        names_.push_back({*id, 1.0F});
      return;
    }
    IdRange range = names.WithPrefix(matcher_.pattern());
    range.end = std::min(range.end, range.begin + kMaxPrefixNames);
    for (StringCursor cursor = names.Walk(range); cursor.Next();) {
      if (std::optional<float> score = matcher_.Match(cursor.text())) {
        names_.push_back({cursor.id(), *score});
      }
    }
  }

  void LookByWords(const Segment& segment) {
    LookByPrefixesOfWords(segment, Words(matcher_.pattern()));
  }

  // "schwork": no word starts so, but one starts with "sch" and one with "work".
  void LookByPieces(const Segment& segment) {
    const std::string text(matcher_.folded());
    if (text.size() < 2 * kMinPiece || text.find('_') != std::string::npos) return;
    struct Cut {
      size_t at;
      uint32_t cost;
    };
    std::vector<Cut> cuts;
    for (size_t at = kMinPiece; at + kMinPiece <= text.size(); ++at) {
      uint32_t left = CountStartingWith(segment, text.substr(0, at));
      if (left == 0) break;  // longer beginnings are not there either
      uint32_t right = CountStartingWith(segment, text.substr(at));
      if (right != 0) cuts.push_back({at, std::min(left, right)});
    }
    // The rarest pieces say most; three cuts bound the work.
    std::sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) {
      return std::tie(a.cost, a.at) < std::tie(b.cost, b.at);
    });
    if (cuts.size() > 3) cuts.resize(3);
    for (const Cut& cut : cuts) {
      LookByPrefixesOfWords(segment, {text.substr(0, cut.at), text.substr(cut.at)},
                            kMaxVerifiedOfCut);
    }
  }

  // "updidx" for UpdateIndex: the longest beginning that some word has, the rest as letters in order.
  void LookByBeginning(const Segment& segment) {
    std::string beginning(matcher_.folded());
    while (beginning.size() >= kMinPiece && CountStartingWith(segment, beginning) == 0) {
      beginning.pop_back();
    }
    if (beginning.size() >= kMinPiece) LookByPrefixesOfWords(segment, {beginning});
  }

  // One mistake in one of the text's words. The text as it was meant, with each word that the
  // mistyped one may stand for, as a prefix; for a single word, all names with that word as well.
  void LookByMistake(const Segment& segment) {
    const std::string_view text = matcher_.folded();
    std::vector<WordRange> ranges;
    SplitWords(matcher_.pattern(), ranges);
    for (const WordRange& range : ranges) {
      const std::string piece(text.substr(range.begin, range.end - range.begin));
      if (piece.size() < 4) continue;
      std::vector<uint32_t> ids;
      for (const MeantWord& word : WordsMeant(segment, piece, kMaxMeantWords)) {
        std::string corrected(text.substr(0, range.begin));
        corrected += word.text;
        corrected += text.substr(range.end);
        IdRange names = segment.names().WithPrefix(corrected);
        names.end = std::min(names.end, names.begin + kMaxMeantNames);
        for (uint32_t name = names.begin; name < names.end; ++name) ids.push_back(name);
        if (ranges.size() > 1) continue;
        ForEachName(segment, {word.id, word.id + 1}, kMaxNamesOfMeantWord,
                    [&](uint32_t name) { ids.push_back(name); });
      }
      Verify(segment, std::move(ids), kMaxVerifiedNames);
    }
  }

  // Names that have, for each of `pieces`, a word that starts with it.
  void LookByPrefixesOfWords(const Segment& segment, const std::vector<std::string>& pieces,
                             uint32_t max_verified = kMaxVerifiedNames) {
    struct Piece {
      IdRange words;
      uint32_t count;
    };
    std::vector<Piece> found;
    for (const std::string& piece : pieces) {
      IdRange range = segment.words().WithPrefix(piece);
      uint32_t count = segment.WordPostingCount(range);
      if (count > 0) found.push_back({range, count});
    }
    if (found.empty()) return;
    std::sort(found.begin(), found.end(),
              [](const Piece& a, const Piece& b) { return a.count < b.count; });
    // The rarest piece is listed; the next rarest then thins it out. With an answer at hand that ranks
    // higher anyway, common words are not worth their time.
    uint32_t budget = candidates_.empty() ? kMaxListedNames : kMaxListedNames / 8;
    if (found[0].count > budget && !candidates_.empty()) return;
    if (found.size() == 1)
      budget = std::min(budget, 16 * max_verified);  // nothing will thin it out
    std::vector<uint32_t> ids;
    ForEachName(segment, found[0].words, budget, [&](uint32_t name) { ids.push_back(name); });
    for (size_t i = 1; i < found.size() && ids.size() > max_verified; ++i) {
      if (found[i].count > 4 * budget) break;
      ids = NamesInBoth(segment, ids, found[i].words, 4 * budget);
    }
    Verify(segment, std::move(ids), max_verified);
  }

  // Calls visit(name id) for the names that contain one of `words`, a name once for each, at most `budget`
  // times.
  template <typename Visit>
  static void ForEachName(const Segment& segment, IdRange words, uint32_t budget, Visit visit) {
    for (uint32_t word = words.begin; word < words.end; ++word) {
      for (WordCursor c = segment.NamesWithWord(word); c.Next();) {
        if (budget-- == 0) return;
        visit(c.name_id());
      }
    }
  }

  // Those of `ids` that contain one of `words`. A bitmap over all names, half a megabyte for Linux, beats
  // sorting both sides by far; it is cleared by what set it.
  static std::vector<uint32_t> NamesInBoth(const Segment& segment, const std::vector<uint32_t>& ids,
                                           IdRange words, uint32_t budget) {
    thread_local std::vector<uint64_t> wanted;
    if (wanted.size() * 64 < segment.names().size()) wanted.resize(segment.names().size() / 64 + 1);
    for (uint32_t id : ids) wanted[id / 64] |= uint64_t{1} << (id % 64);
    std::vector<uint32_t> both;
    ForEachName(segment, words, budget, [&](uint32_t name) {
      uint64_t& word = wanted[name / 64];
      const uint64_t bit = uint64_t{1} << (name % 64);
      if ((word & bit) == 0) return;
      word &= ~bit;  // once is enough
      both.push_back(name);
    });
    for (uint32_t id : ids) wanted[id / 64] = 0;
    return both;
  }

  void Verify(const Segment& segment, std::vector<uint32_t> ids, uint32_t max_verified) {
    if (ids.size() > max_verified) {
      // Evenly thinned, so that not only the first letters of the alphabet are seen.
      for (uint32_t i = 0; i < max_verified; ++i) {
        ids[i] = ids[size_t{i} * ids.size() / max_verified];
      }
      ids.resize(max_verified);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::string name;
    for (uint32_t id : ids) {
      if (!segment.names().Get(id, &name)) continue;
      if (std::optional<float> score = matcher_.Match(name)) names_.push_back({id, *score});
    }
  }

  static uint32_t CountStartingWith(const Segment& segment, const std::string& prefix) {
    return segment.WordPostingCount(segment.words().WithPrefix(prefix));
  }

  static std::vector<std::string> Words(std::string_view text) {
    std::vector<WordRange> ranges;
    SplitWords(text, ranges);
    std::vector<std::string> words;
    for (const WordRange& r : ranges)
      words.push_back(FoldCase(text.substr(r.begin, r.end - r.begin)));
    return words;
  }

  bool WantsKind(SymbolKind kind) const {
    if (query_.kinds == 0) return kind != SymbolKind::kInclude;
    return (query_.kinds >> static_cast<unsigned>(kind) & 1) != 0;
  }

  // The factor for a symbol's scope: 1 when it ends with the one asked for, 0 when it lacks it.
  float ScopeFactor(const Segment& segment, uint32_t scope_id) {
    if (scope_.empty() && !anchored_) return 1.0F;
    std::string scope;
    if (!segment.scopes().Get(scope_id, &scope)) return 0.0F;
    std::vector<std::string_view> parts = SplitScope(scope);
    if (anchored_ && parts.size() != scope_.size()) return 0.0F;
    size_t next = 0;
    size_t last = 0;
    for (size_t i = 0; i < parts.size() && next < scope_.size(); ++i) {
      if (!EqualFolded(parts[i], scope_[next])) continue;
      ++next;
      last = i;
    }
    if (next < scope_.size()) return 0.0F;
    return last + 1 == parts.size() || scope_.empty() ? 1.0F : 0.9F;
  }

  // Turns names_ into candidates; the best names first, so that enough is enough.
  void AddSymbols(uint32_t segment_index) {
    const LiveSegment& live = snapshot_.segments[segment_index];
    const Segment& segment = *live.segment;
    std::sort(names_.begin(), names_.end(), [](const ScoredName& a, const ScoredName& b) {
      return std::tie(b.score, a.name_id) < std::tie(a.score, b.name_id);
    });
    names_.erase(std::unique(names_.begin(), names_.end(),
                             [](const ScoredName& a, const ScoredName& b) {
                               return a.name_id == b.name_id;
                             }),
                 names_.end());
    const bool check_scope = !scope_.empty() || anchored_;
    const bool check_dead = live.dead.capacity() > 0;
    const bool near = !query_.near_path.empty();
    const size_t wanted_folders = SharedFolders(query_.near_path, query_.near_path);
    for (const ScoredName& name : names_) {
      float base = name.score * kNameWeight;
      // No bonus lifts a symbol of this name into an answer that better names have filled.
      if (candidates_.size() >= 4 * query_.limit &&
          base + kDefinitionBonus + kNearBonus + 0.012F < WorstWanted()) {
        break;
      }
      uint32_t seen = 0;
      for (PostingCursor c = segment.Postings(name.name_id); seen < kMaxPostingsPerName && c.Next();
           ++seen) {
        const Posting& posting = c.posting();
        if (!WantsKind(posting.kind)) continue;
        Candidate candidate{base + KindBonus(posting.kind), segment_index, posting.symbol_id};
        if (posting.is_definition) candidate.score += kDefinitionBonus;
        if (check_scope) {
          SymbolRow row;
          if (!segment.Symbol(posting.symbol_id, &row)) continue;
          float factor = ScopeFactor(segment, row.scope_id);
          if (factor == 0.0F) continue;
          candidate.score *= factor;
        }
        if (check_dead || near) {
          uint32_t file = segment.FileOfSymbol(posting.symbol_id);
          if (live.dead.Contains(file)) continue;
          std::string path;
          if (near && segment.paths().Get(file, &path)) {
            float share = static_cast<float>(SharedFolders(path, query_.near_path)) /
                          static_cast<float>(std::max<size_t>(1, wanted_folders));
            candidate.score += kNearBonus * std::min(1.0F, share);
          }
        }
        candidates_.push_back(candidate);
      }
      if (candidates_.size() > 64 * query_.limit) Trim();
    }
    Trim();
  }

  void Trim() {
    // The same symbol may come from two circles; the first is at least as good.
    std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return std::tie(a.segment, a.symbol, b.score) < std::tie(b.segment, b.symbol, a.score);
    });
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end(),
                                  [](const Candidate& a, const Candidate& b) {
                                    return a.segment == b.segment && a.symbol == b.symbol;
                                  }),
                      candidates_.end());
    std::sort(candidates_.begin(), candidates_.end(), Better);
    size_t keep = 4 * query_.limit;
    if (candidates_.size() > keep) candidates_.resize(keep);
  }

  float WorstWanted() const {
    float worst = std::numeric_limits<float>::max();
    size_t n = std::min(candidates_.size(), query_.limit);
    for (size_t i = 0; i < n; ++i) worst = std::min(worst, candidates_[i].score);
    return worst;
  }

  std::vector<SymbolHit> Resolve() {
    std::vector<SymbolHit> hits;
    // Beyond the limit only what ties with the last one can still come in, by its path.
    const float worst = WorstWanted();
    for (const Candidate& candidate : candidates_) {
      if (candidate.score < worst) break;
      const Segment& segment = *snapshot_.segments[candidate.segment].segment;
      SymbolRow row;
      SymbolHit hit;
      const uint32_t file = segment.FileOfSymbol(candidate.symbol);
      if (!segment.Symbol(candidate.symbol, &row) || !FillHit(segment, file, row, hit)) continue;
      if (!segment.paths().Get(file, &hit.path)) continue;
      hit.score = std::min(1.0F, candidate.score);
      hits.push_back(std::move(hit));
    }
    std::sort(hits.begin(), hits.end(), [](const SymbolHit& a, const SymbolHit& b) {
      return std::tie(b.score, a.path, a.name_position, a.name) <
             std::tie(a.score, b.path, b.name_position, b.name);
    });
    if (hits.size() > query_.limit) hits.resize(query_.limit);
    return hits;
  }

  const Snapshot& snapshot_;
  const SymbolQuery& query_;
  NameMatcher matcher_{""};
  std::vector<std::string_view> scope_;  // views into query_.text
  bool anchored_ = false;
  std::vector<ScoredName> names_;  // of the segment being looked at
  std::vector<Candidate> candidates_;
};

}  // namespace

std::vector<SymbolHit> FindSymbols(const Snapshot& snapshot, const SymbolQuery& query) {
  return SymbolSearch(snapshot, query).Run();
}

std::vector<SymbolHit> OutlineOf(const Snapshot& snapshot, std::string_view path) {
  std::vector<SymbolHit> hits;
  FileLocation location;
  if (!FindLiveFile(snapshot, path, &location)) return hits;
  const Segment& segment = *snapshot.segments[location.segment].segment;
  std::vector<SymbolRow> rows;
  segment.SymbolsOf(location.file, &rows);
  for (const SymbolRow& row : rows) {
    SymbolHit hit;
    hit.path = path;
    if (!FillHit(segment, location.file, row, hit)) continue;
    hit.score = 1.0F;
    hits.push_back(std::move(hit));
  }
  return hits;
}

}  // namespace astrolabe
