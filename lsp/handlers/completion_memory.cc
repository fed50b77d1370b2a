// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/completion_memory.h"

#include <algorithm>
#include <utility>

#include "alloc/hash.h"
#include "analysis/features/completion/ranking.h"
#include "index/query/name_matcher.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kAnswersKept = 4;  // an editor shows one list at a time

double MatchOf(const NameMatcher& matcher, std::string_view name) {
  if (matcher.pattern().empty()) return 1;
  const std::optional<float> match = matcher.Match(name);
  return match ? *match : 0;
}

}  // namespace

CompletionPlace PlaceOf(std::string uri, std::string_view text, const CompletionPoint& point) {
  const uint64_t ahead = HashString(text.substr(0, point.begin));
  const uint64_t behind = HashString(text.substr(point.end));
  return {std::move(uri), ahead * 31 + behind, point.begin, point.typed};
}

uint64_t CompletionMemory::Keep(CompletionPlace place, CompletionAnswer answer) {
  absl::MutexLock lock(&mutex_);
  kept_.push_front({++last_, std::move(place), std::move(answer)});
  if (kept_.size() > kAnswersKept) kept_.pop_back();
  return last_;
}

std::optional<CompletionAnswer> CompletionMemory::Narrow(const CompletionPlace& place) const {
  absl::MutexLock lock(&mutex_);
  auto at = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    return !kept.answer.is_incomplete && kept.place.IsSameWord(place) &&
           place.typed.size() > kept.place.typed.size() &&
           place.typed.starts_with(kept.place.typed);
  });
  if (at == kept_.end()) return std::nullopt;
  // Names that begin with an underscore are shown only to who types one.
  if (place.typed.starts_with('_') && !at->place.typed.starts_with('_')) return std::nullopt;
  CompletionAnswer answer = at->answer;
  answer.options.clear();
  const NameMatcher before(at->place.typed);
  const NameMatcher now(place.typed);
  for (const CompletionOption& option : at->answer.options) {
    const double match = MatchOf(now, option.filter);
    if (match == 0) continue;
    answer.options.push_back(option);
    answer.options.back().score *= MatchFactor(match) / MatchFactor(MatchOf(before, option.filter));
  }
  std::ranges::stable_sort(answer.options, std::ranges::greater(), &CompletionOption::score);
  const uint32_t more = static_cast<uint32_t>(place.typed.size() - at->place.typed.size());
  answer.replaced.end.column += more;
  return answer;
}

std::optional<CompletionOption> CompletionMemory::Option(uint64_t answer, size_t option) const {
  absl::MutexLock lock(&mutex_);
  for (const Kept& kept : kept_) {
    if (kept.number != answer || option >= kept.answer.options.size()) continue;
    return kept.answer.options[option];
  }
  return std::nullopt;
}

}  // namespace astrolabe::lsp
