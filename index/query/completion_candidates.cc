// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/completion_candidates.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "index/language.h"
#include "index/query/symbol_query.h"

namespace astrolabe {
namespace {

// Overloads, forward declarations and members come with the names and are dropped.
constexpr size_t kHitsPerCandidate = 8;

constexpr uint32_t Bit(SymbolKind kind) { return 1U << static_cast<uint32_t>(kind); }
constexpr uint32_t kTypes = Bit(SymbolKind::kClass) | Bit(SymbolKind::kStruct) |
                            Bit(SymbolKind::kUnion) | Bit(SymbolKind::kEnum);
constexpr uint32_t kWanted = kTypes | Bit(SymbolKind::kMacro) | Bit(SymbolKind::kFunction) |
                             Bit(SymbolKind::kVariable) | Bit(SymbolKind::kTypedef) |
                             Bit(SymbolKind::kAlias) | Bit(SymbolKind::kConcept) |
                             Bit(SymbolKind::kEnumerator);

class CandidateSearch {
 public:
  CandidateSearch(const Snapshot& snapshot, const CandidateQuery& query)
      : snapshot_(snapshot), query_(query) {}

  std::vector<CompletionCandidate> Run() {
    if (query_.typed.empty() || query_.limit == 0) return {};
    if (query_.any_scope) {
      Ask(query_.typed);
    } else {
      for (const std::string& scope : query_.scopes) Ask(StrCat("::", scope, query_.typed));
    }
    std::vector<CompletionCandidate> answer;
    answer.reserve(found_.size());
    for (auto& [key, found] : found_) answer.push_back(std::move(found.candidate));
    std::stable_sort(answer.begin(), answer.end(),
                     [](const CompletionCandidate& a, const CompletionCandidate& b) {
                       return a.match > b.match;
                     });
    if (answer.size() > query_.limit) answer.resize(query_.limit);
    return answer;
  }

 private:
  struct Found {
    CompletionCandidate candidate;
    bool is_definition = false;
  };

  void Ask(const std::string& text) {
    SymbolQuery asked;
    asked.text = text;
    asked.limit = query_.limit * kHitsPerCandidate;
    asked.kinds = kWanted;
    asked.near_path = query_.near_path;
    for (SymbolHit& hit : FindSymbols(snapshot_, asked)) Take(std::move(hit));
  }

  void Take(SymbolHit hit) {
    if (!IsHeaderName(hit.path)) return;
    const bool is_type = (kTypes & Bit(hit.kind)) != 0;
    // A header that only announces a class does not provide it.
    if (is_type && !hit.is_definition) return;
    if (hit.kind == SymbolKind::kMacro) {
      hit.scope.clear();  // whatever it stands in
      // An include guard.
      if (hit.name.ends_with("_H") || hit.name.ends_with("_H_") || hit.name.ends_with("_HPP"))
        return;
    } else if (!IsNamespace(hit.scope)) {
      return;
    }
    std::string scope = hit.scope.empty() ? "" : StrCat(hit.scope, "::");
    auto [it, is_new] = found_.try_emplace({scope, hit.name});
    Found& found = it->second;
    // The definition of what can have one, then the shorter path: the public header rather than a detail.
    const bool is_better =
        std::tuple(!is_type || hit.is_definition, -static_cast<int64_t>(hit.path.size())) >
        std::tuple(!is_type || found.is_definition,
                   -static_cast<int64_t>(found.candidate.header.size()));
    if (!is_new && !is_better) {
      found.candidate.match = std::max(found.candidate.match, hit.score);
      return;
    }
    const float match = is_new ? hit.score : std::max(found.candidate.match, hit.score);
    found.is_definition = hit.is_definition;
    found.candidate = {.name = hit.name,
                       .scope = std::move(scope),
                       .kind = hit.kind,
                       .header = std::move(hit.path),
                       .match = match};
  }

  // Whether a scope as the scanner writes it consists of namespaces that can be named.
  bool IsNamespace(const std::string& scope) {
    if (scope.empty()) return true;
    auto [it, is_new] = namespaces_.try_emplace(scope, false);
    if (!is_new) return it->second;
    if (scope.find('(') != std::string::npos || scope.find('<') != std::string::npos) return false;
    SymbolQuery asked;
    asked.text = StrCat("::", scope);
    asked.exact = true;
    asked.kinds = Bit(SymbolKind::kNamespace);
    asked.limit = 1;
    it->second = !FindSymbols(snapshot_, asked).empty();
    return it->second;
  }

  const Snapshot& snapshot_;
  const CandidateQuery& query_;
  std::map<std::pair<std::string, std::string>, Found> found_;  // by scope and name
  std::map<std::string, bool> namespaces_;
};

}  // namespace

std::vector<CompletionCandidate> FindCompletionCandidates(const Snapshot& snapshot,
                                                          const CandidateQuery& query) {
  return CandidateSearch(snapshot, query).Run();
}

}  // namespace astrolabe
