// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/changed_headers.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "alloc/arena.h"

namespace astrolabe {
namespace {

// More changes than this are a change of branch, not an edit.
constexpr size_t kMaxChanges = 200;
// Of the waiting units, so many at most are worth parsing to spare the others.
constexpr size_t kMaxProbeShare = 4;

using RelationText = std::tuple<SymbolId, SymbolId, RelationKind>;

std::set<RelationText> RelationsOf(const FileFacts& facts) {
  std::set<RelationText> relations;
  for (const Relation& relation : facts.relations) {
    relations.emplace(facts.symbol_ids[relation.subject], facts.symbol_ids[relation.object],
                      relation.kind);
  }
  return relations;
}

// All but the documentation, which is the header's own.
bool SameSymbol(const SymbolFacts& a, const SymbolFacts& b) {
  auto rest = [](const SymbolFacts& symbol) {
    return std::tie(symbol.id, symbol.kind, symbol.access, symbol.flags, symbol.name, symbol.scope,
                    symbol.signature, symbol.type, symbol.template_parameters);
  };
  return rest(a) == rest(b);
}

bool SameInclude(const IncludeFacts& a, const IncludeFacts& b) {
  return std::tie(a.angled, a.spelled, a.resolved) == std::tie(b.angled, b.spelled, b.resolved);
}

// The digest says that both declare the same with the same words; the rest catches what a place may have
// become part of, as the USR of `struct {} x;` has the offset in it.
bool SameInterface(const FileFacts& a, const FileFacts& b) {
  return a.interface != 0 && a.interface == b.interface &&
         std::equal(a.symbols.begin(), a.symbols.end(), b.symbols.begin(), b.symbols.end(),
                    SameSymbol) &&
         std::equal(a.includes.begin(), a.includes.end(), b.includes.begin(), b.includes.end(),
                    SameInclude) &&
         RelationsOf(a) == RelationsOf(b);
}

}  // namespace

HeaderVerdict CompareHeader(const SemanticIndex& index, std::string_view path, uint64_t old_digest,
                            uint64_t new_digest) {
  const std::vector<IndexedFile> files = index.FindFile(path);
  bool has_old = false;
  bool is_missing = false;
  Arena arena;
  for (const IndexedFile& before : files) {
    if (before.state.digest != old_digest) continue;
    has_old = true;
    auto after = std::find_if(files.begin(), files.end(), [&](const IndexedFile& file) {
      return file.state.digest == new_digest && file.variant == before.variant;
    });
    if (after == files.end()) {
      is_missing = true;
      continue;
    }
    arena.Reset();
    absl::StatusOr<FileFacts> old_facts = index.Facts(before.id, arena);
    absl::StatusOr<FileFacts> new_facts = index.Facts(after->id, arena);
    if (!old_facts.ok() || !new_facts.ok() || !SameInterface(*old_facts, *new_facts)) {
      return HeaderVerdict::kDifferent;
    }
  }
  if (!has_old) return HeaderVerdict::kDifferent;
  return is_missing ? HeaderVerdict::kUnknown : HeaderVerdict::kSame;
}

uint32_t ChangedHeaders::Add(std::string_view path, uint64_t old_digest, const FileState& now) {
  auto [it, inserted] =
      numbers_.try_emplace({std::string(path), old_digest}, static_cast<uint32_t>(changes_.size()));
  if (inserted) changes_.push_back({std::string(path), old_digest, now});
  return it->second;
}

void ChangedHeaders::Wait(FrontEndCommand command, uint64_t cost, std::vector<uint32_t> changes) {
  waiting_.push_back({std::move(command), cost, std::move(changes)});
}

std::vector<FrontEndCommand> ChangedHeaders::TakeProbes() {
  std::vector<bool> wanted(changes_.size());
  for (size_t i = 0; i < changes_.size(); ++i) {
    wanted[i] = changes_[i].verdict == HeaderVerdict::kUnknown;
  }
  if (changes_.size() > kMaxChanges) return {};
  auto covers = [&](const Waiting& unit) {
    return std::count_if(unit.changes.begin(), unit.changes.end(),
                         [&](uint32_t change) { return bool{wanted[change]}; });
  };
  std::vector<size_t> probes;
  for (;;) {
    auto best =
        std::min_element(waiting_.begin(), waiting_.end(), [&](const Waiting& a, const Waiting& b) {
          return std::make_tuple(-covers(a), a.cost) < std::make_tuple(-covers(b), b.cost);
        });
    if (best == waiting_.end() || covers(*best) == 0) break;
    for (uint32_t change : best->changes) wanted[change] = false;
    probes.push_back(static_cast<size_t>(best - waiting_.begin()));
  }
  if (probes.size() > 1 && probes.size() * kMaxProbeShare > waiting_.size()) return {};
  std::sort(probes.rbegin(), probes.rend());
  std::vector<FrontEndCommand> taken;
  for (size_t probe : probes) {
    taken.push_back(std::move(waiting_[probe].command));
    waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(probe));
  }
  return taken;
}

std::vector<ChangedHeaders::Change> ChangedHeaders::Judge(const SemanticIndex& index,
                                                          std::vector<FrontEndCommand>* stale,
                                                          uint64_t* spared) {
  std::vector<Change> settled;
  for (Change& change : changes_) {
    if (change.verdict != HeaderVerdict::kUnknown) continue;
    change.verdict = CompareHeader(index, change.path, change.old_digest, change.now.digest);
    if (change.verdict == HeaderVerdict::kSame) settled.push_back(change);
  }
  auto has = [&](const Waiting& unit, HeaderVerdict verdict) {
    return std::any_of(unit.changes.begin(), unit.changes.end(),
                       [&](uint32_t change) { return changes_[change].verdict == verdict; });
  };
  std::erase_if(waiting_, [&](Waiting& unit) {
    if (has(unit, HeaderVerdict::kDifferent)) {
      stale->push_back(std::move(unit.command));
      return true;
    }
    if (has(unit, HeaderVerdict::kUnknown)) return false;
    ++*spared;
    return true;
  });
  return settled;
}

std::vector<FrontEndCommand> ChangedHeaders::TakeAll() {
  std::vector<FrontEndCommand> commands;
  for (Waiting& unit : waiting_) commands.push_back(std::move(unit.command));
  waiting_.clear();
  return commands;
}

}  // namespace astrolabe
