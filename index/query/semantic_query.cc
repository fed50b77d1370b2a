// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/semantic_query.h"

#include <algorithm>
#include <future>
#include <memory>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "alloc/arena.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "base/whole_file.h"
#include "index/query/semantic_coverage.h"
#include "index/query/symbol_query.h"
#include "index/query/text_search.h"
#include "index/words.h"

namespace astrolabe {
namespace {

// Declarations that tier 0 contributes for one name.
constexpr size_t kMaxDeclarationsByName = 1000;

// Lines of files, asked for in runs of the same file.
class LineReader {
 public:
  explicit LineReader(const std::string& root) : root_(root) {}

  // Empty if there is no such line.
  std::string Line(const std::string& path, uint32_t line) {
    if (path != path_) {
      path_ = path;
      text_ = ReadWholeFile(AbsolutePath(root_, path));
      starts_.assign(1, 0);
      for (size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
        starts_.push_back(at + 1);
      }
    }
    if (line >= starts_.size()) return {};
    size_t end = line + 1 < starts_.size() ? starts_[line + 1] - 1 : text_.size();
    if (end > starts_[line] && text_[end - 1] == '\r') --end;
    return text_.substr(starts_[line], end - starts_[line]);
  }

 private:
  const std::string& root_;
  std::string path_;
  std::string text_;
  std::vector<size_t> starts_;
};

bool PlaceOrder(const SemanticHit& a, const SemanticHit& b) {
  return std::tie(a.path, a.begin) < std::tie(b.path, b.begin);
}

class Asker {
 public:
  Asker(const QuerySources& sources, const SemanticRequest& request,
        const std::function<void(const SemanticHit&)>& report, const std::atomic<bool>* cancelled)
      : sources_(sources),
        request_(request),
        report_(report),
        cancelled_(cancelled),
        coverage_(sources.semantic, RealFileSystem(), sources.root),
        lines_(sources.root) {
    if (sources.semantic) book_.emplace(*sources.semantic);
  }

  absl::StatusOr<SemanticSummary> Run() {
    ResolvedSymbols resolved = ResolveSymbols(sources_.semantic, book_ ? &*book_ : nullptr,
                                              sources_.root, coverage_, request_.argument);
    summary_.symbols = resolved.symbols;
    summary_.notes = std::move(resolved.notes);
    const bool by_name = sources_.snapshot && NamesSuffice(request_.question);
    if (by_name && sources_.semantic && request_.limit == 0 &&
        request_.question == SemanticQuestion::kReferences) {
      SearchNames(resolved.names);
    }
    for (const SymbolRef& symbol : resolved.symbols) {
      if (Stopped()) break;
      Answer(symbol);
    }
    if (by_name && !Stopped()) {
      absl::Status status = AnswerByName(resolved.names);
      if (!status.ok()) return status;
    }
    if (sources_.semantic && resolved.symbols.empty() && summary_.hits[0] > 0) {
      summary_.notes.emplace_back(
          "the semantic index has no such symbol (it may be local to a function): answered by "
          "name");
    }
    if (stale_hits_ > 0) {
      summary_.notes.push_back(
          StrCat(stale_hits_,
                 " of these lines stand in files that have changed since they were "
                 "indexed: run `astrolabe index`"));
    }
    return std::move(summary_);
  }

 private:
  bool Stopped() const { return summary_.truncated || (cancelled_ && *cancelled_); }

  // False once the answer is full.
  bool Emit(SemanticHit& hit) {
    if (Stopped()) return false;
    if (request_.limit != 0 && summary_.hits[0] + summary_.hits[1] == request_.limit) {
      summary_.truncated = true;
      return false;
    }
    if (request_.with_lines && hit.text.empty() && !hit.path.empty()) {
      hit.text = lines_.Line(hit.path, hit.begin.line);
    }
    stale_hits_ += hit.stale;
    ++summary_.hits[hit.tier];
    report_(hit);
    return true;
  }

  void EmitAll(std::vector<SemanticHit>& hits) {
    for (SemanticHit& hit : hits) {
      if (!Emit(hit)) return;
    }
  }

  SemanticHit HitOf(const SymbolRef& asked, const FoundOccurrence& occurrence) {
    SemanticHit hit;
    hit.asked = asked;
    hit.symbol = book_->Describe(occurrence.symbol);
    if (request_.with_containers) {
      SymbolRef container = book_->Describe(occurrence.container);
      if (container && container->known()) hit.container = std::move(container);
    }
    hit.path = occurrence.path;
    hit.begin = occurrence.begin;
    hit.end = {occurrence.begin.line, occurrence.begin.column + occurrence.length};
    const bool declares = (occurrence.roles & kRoleDeclaration) != 0;
    hit.extent_begin = declares ? occurrence.extent_begin : hit.begin;
    hit.extent_end = declares ? occurrence.extent_end : hit.end;
    hit.roles = occurrence.roles;
    hit.stale = !coverage_.Covers(hit.path);
    return hit;
  }

  // Whether tier 0 answers for a file instead of a tier 1 that has only its past.
  bool LeftToTierZero(std::string_view path) {
    FileLocation location;
    return sources_.snapshot && !coverage_.Covers(path) &&
           FindLiveFile(*sources_.snapshot, path, &location);
  }

  // Whatever takes part in `found` is described in one go: one at a time was half of the time of a question
  // with thousands of answers.
  std::vector<SemanticHit> HitsOf(const SymbolRef& symbol,
                                  const std::vector<FoundOccurrence>& found) {
    std::vector<SymbolId> ids;
    for (const FoundOccurrence& occurrence : found) {
      ids.push_back(occurrence.symbol);
      if (request_.with_containers) ids.push_back(occurrence.container);
    }
    book_->Prepare(std::move(ids));
    std::vector<SemanticHit> hits;
    hits.reserve(found.size());
    for (const FoundOccurrence& occurrence : found) hits.push_back(HitOf(symbol, occurrence));
    return hits;
  }

  std::vector<SemanticHit> HitsOf(const SymbolRef& symbol, RoleSet roles) {
    std::vector<FoundOccurrence> found;
    sources_.semantic->Occurrences(symbol->id, roles, [&](const FoundOccurrence& occurrence) {
      found.push_back(occurrence);
      return !Stopped();
    });
    return HitsOf(symbol, found);
  }

  void References(const SymbolRef& symbol) {
    // One more than wanted, so that it shows that there are more.
    const uint64_t before = summary_.hits[0] + summary_.hits[1];
    const uint64_t enough = request_.limit == 0 ? UINT64_MAX : request_.limit - before + 1;
    std::vector<FoundOccurrence> found;
    sources_.semantic->Occurrences(symbol->id, 0, [&](const FoundOccurrence& occurrence) {
      if (!LeftToTierZero(occurrence.path)) found.push_back(occurrence);
      return !Stopped() && found.size() < enough;
    });
    std::vector<SemanticHit> hits = HitsOf(symbol, found);
    EmitAll(hits);
  }

  void Answer(const SymbolRef& symbol) {
    switch (request_.question) {
      case SemanticQuestion::kDefinition:
      case SemanticQuestion::kDeclaration:
        return Declarations(symbol);
      case SemanticQuestion::kReferences:
        return References(symbol);
      case SemanticQuestion::kCallers: {
        std::vector<SemanticHit> hits = HitsOf(symbol, kRoleCall);
        GroupBy(hits, [](const SemanticHit& hit) { return hit.container ? hit.container->id : 0; });
        return EmitAll(hits);
      }
      case SemanticQuestion::kCallees: {
        std::vector<FoundOccurrence> found;
        sources_.semantic->Contained(symbol->id, kRoleCall, [&](const FoundOccurrence& occurrence) {
          found.push_back(occurrence);
          return !Stopped();
        });
        std::vector<SemanticHit> hits = HitsOf(symbol, found);
        for (SemanticHit& hit : hits) hit.container = symbol;
        GroupBy(hits, [](const SemanticHit& hit) { return hit.symbol->id; });
        return EmitAll(hits);
      }
      case SemanticQuestion::kBases:
        return Related(symbol, RelationKind::kBase, false, HitRelation::kBase);
      case SemanticQuestion::kDerived:
        return Related(symbol, RelationKind::kBase, true, HitRelation::kDerived);
      case SemanticQuestion::kOverrides:
        Related(symbol, RelationKind::kOverride, false, HitRelation::kOverridden);
        return Related(symbol, RelationKind::kOverride, true, HitRelation::kOverrider);
      case SemanticQuestion::kMembers:
        return Members(symbol);
      case SemanticQuestion::kHover: {
        SemanticHit hit = PlaceOf(symbol, symbol);
        Emit(hit);
        return;
      }
    }
  }

  // Lets hits with the same key stand together, the keys in order of their first hit.
  template <typename Key>
  static void GroupBy(std::vector<SemanticHit>& hits, Key key) {
    absl::flat_hash_map<SymbolId, size_t> rank;
    for (const SemanticHit& hit : hits) rank.emplace(key(hit), rank.size());
    std::stable_sort(hits.begin(), hits.end(), [&](const SemanticHit& a, const SemanticHit& b) {
      return rank[key(a)] < rank[key(b)];
    });
  }

  void Declarations(const SymbolRef& symbol) {
    const bool definition = request_.question == SemanticQuestion::kDefinition;
    std::vector<SemanticHit> hits = HitsOf(symbol, definition ? kRoleDefinition : kRoleDeclaration);
    if (definition && hits.empty()) hits = HitsOf(symbol, kRoleDeclaration);
    if (!definition) {
      auto first_definition = std::stable_partition(
          hits.begin(), hits.end(),
          [](const SemanticHit& hit) { return (hit.roles & kRoleDefinition) == 0; });
      if (first_definition != hits.begin()) hits.erase(first_definition, hits.end());
    }
    for (SemanticHit& hit : hits) {
      if (hit.stale && LeftToTierZero(hit.path)) continue;
      if (!Emit(hit)) return;
    }
  }

  // Where a symbol is defined, else declared; best in a file that is as it was indexed.
  SemanticHit PlaceOf(const SymbolRef& asked, const SymbolRef& symbol) {
    SemanticHit best;
    for (RoleSet roles : {kRoleDefinition, kRoleDeclaration}) {
      bool found = false;
      sources_.semantic->Occurrences(symbol->id, roles, [&](const FoundOccurrence& occurrence) {
        SemanticHit hit = HitOf(asked, occurrence);
        const bool current = !hit.stale;
        if (!found || current) best = std::move(hit);
        found = true;
        return !current;
      });
      if (found) break;
    }
    best.asked = asked;
    best.symbol = symbol;
    return best;
  }

  // Relations of `symbol` as object or subject, breadth first if transitive.
  void Related(const SymbolRef& symbol, RelationKind kind, bool as_object, HitRelation relation) {
    std::vector<SemanticHit> hits;
    std::vector<SymbolId> frontier = {symbol->id};
    absl::flat_hash_set<SymbolId> seen = {symbol->id};
    for (uint32_t depth = 1; !frontier.empty() && !Stopped(); ++depth) {
      std::vector<SymbolId> next;
      std::vector<SemanticHit> level;
      for (SymbolId id : frontier) {
        for (const FoundRelation& found : sources_.semantic->RelationsOf(id, kind, as_object)) {
          const SymbolId other = as_object ? found.subject : found.object;
          if (!seen.insert(other).second) continue;
          next.push_back(other);
          level.push_back(PlaceOf(symbol, book_->Describe(other)));
          level.back().relation = relation;
          level.back().depth = depth;
        }
      }
      std::sort(level.begin(), level.end(), PlaceOrder);
      std::move(level.begin(), level.end(), std::back_inserter(hits));
      frontier = request_.transitive ? std::move(next) : std::vector<SymbolId>();
    }
    EmitAll(hits);
  }

  // Members where the files that declare `symbol` have them, each of these files read once: asking for
  // the best place of each of 500 members took 0.2 s. What is declared elsewhere is asked for.
  void Members(const SymbolRef& symbol) {
    absl::flat_hash_map<SymbolId, std::optional<SemanticHit>> members;
    for (const FoundRelation& found :
         sources_.semantic->RelationsOf(symbol->id, RelationKind::kMember, true)) {
      members.try_emplace(found.subject);
    }
    if (members.empty()) return;
    std::set<std::string, std::less<>> paths;
    sources_.semantic->Occurrences(symbol->id, kRoleDeclaration, [&](const FoundOccurrence& found) {
      paths.emplace(found.path);
      return !Stopped();
    });
    Arena arena;
    for (const std::string& path : paths) {
      for (const IndexedFile& file : sources_.semantic->FindFile(path)) {
        arena.Reset();
        absl::StatusOr<FileFacts> facts = sources_.semantic->Facts(file.id, arena);
        if (facts.ok()) AddMembers(symbol, *facts, members);  // else damage() tells
      }
    }
    std::vector<SemanticHit> hits;
    for (auto& [id, hit] : members) {
      hits.push_back(hit ? std::move(*hit) : PlaceOf(symbol, book_->Describe(id)));
      hits.back().relation = HitRelation::kMember;
      hits.back().depth = 1;
    }
    std::sort(hits.begin(), hits.end(), PlaceOrder);
    EmitAll(hits);
  }

  void AddMembers(const SymbolRef& symbol, const FileFacts& facts,
                  absl::flat_hash_map<SymbolId, std::optional<SemanticHit>>& members) {
    for (const SymbolFacts& fact : facts.symbols) {
      if (members.contains(fact.id)) book_->Learn(fact);
    }
    size_t extent = 0;
    for (uint32_t i = 0; i < facts.occurrences.size(); ++i) {
      const Occurrence& occurrence = facts.occurrences[i];
      if ((occurrence.roles & kRoleDeclaration) == 0) continue;
      auto member = members.find(facts.symbol_ids[occurrence.symbol]);
      if (member == members.end()) continue;
      // In a class the first one, which is in its body; in a namespace a definition is worth more.
      const bool defines = (occurrence.roles & kRoleDefinition) != 0;
      const bool worse = member->second && (symbol->kind != SymbolKind::kNamespace || !defines ||
                                            (member->second->roles & kRoleDefinition) != 0);
      if (worse) continue;
      while (extent < facts.extents.size() && facts.extents[extent].occurrence < i) ++extent;
      const bool has_extent =
          extent < facts.extents.size() && facts.extents[extent].occurrence == i;
      FoundOccurrence found;
      found.path = facts.path;
      found.begin = occurrence.begin;
      found.length = occurrence.length;
      found.roles = occurrence.roles;
      found.symbol = member->first;
      found.container = symbol->id;
      found.extent_begin = has_extent ? facts.extents[extent].begin : found.begin;
      found.extent_end = has_extent ? facts.extents[extent].end : found.begin;
      member->second = HitOf(symbol, found);
    }
  }

  absl::Status AnswerByName(const std::vector<NameArgument>& names) {
    if (request_.question != SemanticQuestion::kReferences) {
      for (const NameArgument& name : names) DeclarationsByName(name);
      return absl::OkStatus();
    }
    std::vector<std::string> searched;
    for (const NameArgument& name : names) {
      if (std::find(searched.begin(), searched.end(), name.name) != searched.end()) continue;
      searched.push_back(name.name);
      if (absl::Status status = ReferencesByName(name.name); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // A name that tier 1 does not know may stand in any file.
  bool TierZeroAnswersFor(std::string_view path) {
    return summary_.symbols.empty() || !coverage_.Covers(path);
  }

  // What tier 0 finds of one name, while tier 1 is still asked.
  struct NameSearch {
    std::string name;
    std::vector<SemanticHit> hits;
    std::future<absl::StatusOr<TextSummary>> done;
  };

  // All answers are wanted, thousands of them perhaps: both tiers look for theirs at the same time.
  void SearchNames(const std::vector<NameArgument>& names) {
    for (const NameArgument& name : names) {
      if (!IsWord(name.name) || FindSearch(name.name) != nullptr) continue;
      NameSearch& search = *searches_.emplace_back(std::make_unique<NameSearch>());
      search.name = name.name;
      search.done = std::async(std::launch::async, [this, &search] {
        return SearchName(search.name,
                          [&search](SemanticHit& hit) { search.hits.push_back(std::move(hit)); });
      });
    }
  }

  NameSearch* FindSearch(std::string_view name) {
    for (const std::unique_ptr<NameSearch>& search : searches_) {
      if (search->name == name) return search.get();
    }
    return nullptr;
  }

  // Any thread.
  absl::StatusOr<TextSummary> SearchName(const std::string& name,
                                         const std::function<void(SemanticHit&)>& take) {
    TextQuery query;
    query.pattern = name;
    query.mode = TextMode::kReference;
    query.threads = request_.threads;
    if (request_.limit != 0) {
      query.limit = request_.limit - summary_.hits[0] - summary_.hits[1];
      if (query.limit == 0) query.limit = 1;  // to learn whether there is more
    }
    query.wants_file = [&](std::string_view path) { return TierZeroAnswersFor(path); };
    auto report = [&](const TextMatch& match) {
      SemanticHit hit;
      hit.tier = 0;
      hit.name = name;
      hit.path = match.path;
      hit.begin = {match.line, match.column};
      hit.end = {match.line, match.column + match.length};
      hit.extent_begin = hit.begin;
      hit.extent_end = hit.end;
      hit.text = match.text;
      take(hit);
    };
    return SearchText(*sources_.snapshot, sources_.root, query, report, cancelled_);
  }

  absl::Status ReferencesByName(const std::string& name) {
    // "~DBImpl" and "operator==" are no tokens; tier 1 has said what there is to say.
    if (sources_.semantic && !IsWord(name)) return absl::OkStatus();
    NameSearch* search = FindSearch(name);
    absl::StatusOr<TextSummary> found =
        search != nullptr ? search->done.get()
                          : SearchName(name, [this](SemanticHit& hit) { Emit(hit); });
    if (!found.ok()) return found.status();
    if (search != nullptr) EmitAll(search->hits);
    summary_.files_searched += found->files_searched;
    summary_.truncated |= found->truncated;
    return absl::OkStatus();
  }

  void DeclarationsByName(const NameArgument& name) {
    SymbolQuery query;
    query.text = name.Spelled();
    query.exact = true;
    query.limit = kMaxDeclarationsByName;
    std::vector<SymbolHit> found = FindSymbols(*sources_.snapshot, query);
    std::erase_if(found, [&](const SymbolHit& hit) { return !TierZeroAnswersFor(hit.path); });
    const bool definition = request_.question == SemanticQuestion::kDefinition;
    auto wanted = [&](const SymbolHit& hit) { return hit.is_definition == definition; };
    // What is wanted, or if neither tier has such a thing, what comes nearest.
    const bool any = std::any_of(found.begin(), found.end(), wanted) || summary_.hits[1] > 0;
    if (any) std::erase_if(found, [&](const SymbolHit& hit) { return !wanted(hit); });
    for (SymbolHit& symbol : found) {
      SemanticHit hit;
      hit.tier = 0;
      hit.name = std::move(symbol.name);
      hit.scope = std::move(symbol.scope);
      hit.kind = symbol.kind;
      hit.path = std::move(symbol.path);
      hit.begin = symbol.name_position;
      hit.end = {hit.begin.line, hit.begin.column + static_cast<uint32_t>(hit.name.size())};
      hit.extent_begin = symbol.begin;
      hit.extent_end = symbol.end;
      hit.roles = symbol.is_definition ? kRoleDeclaration | kRoleDefinition : kRoleDeclaration;
      if (!Emit(hit)) return;
    }
  }

  const QuerySources& sources_;
  const SemanticRequest& request_;
  const std::function<void(const SemanticHit&)>& report_;
  const std::atomic<bool>* const cancelled_;
  SemanticCoverage coverage_;
  std::optional<SymbolBook> book_;
  LineReader lines_;
  SemanticSummary summary_;
  uint64_t stale_hits_ = 0;
  // The last, so that none of them outlives what it uses.
  std::vector<std::unique_ptr<NameSearch>> searches_;
};

}  // namespace

bool NamesSuffice(SemanticQuestion question) {
  return question == SemanticQuestion::kDefinition || question == SemanticQuestion::kDeclaration ||
         question == SemanticQuestion::kReferences;
}

absl::StatusOr<SemanticSummary> AskSemantic(const QuerySources& sources,
                                            const SemanticRequest& request,
                                            const std::function<void(const SemanticHit&)>& report,
                                            const std::atomic<bool>* cancelled) {
  if (!sources.semantic && !NamesSuffice(request.question)) {
    return absl::FailedPreconditionError(
        "this question needs the semantic index, and there is none: `astrolabe index` builds it "
        "where "
        "it finds a compile_commands.json");
  }
  return Asker(sources, request, report, cancelled).Run();
}

}  // namespace astrolabe
