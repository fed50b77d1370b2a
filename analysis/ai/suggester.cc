// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/suggester.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>

#include "analysis/ai/candidate_text.h"
#include "analysis/ai/recent_text.h"
#include "base/strings.h"
#include "base/text/code_units.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

constexpr size_t kRemembered = 32;
constexpr uint32_t kTokensOfLine = 32;
constexpr uint32_t kTokensOfLines = 128;
// What agreement of candidates is worth, beside the mean log probability of a token.
constexpr double kAgreement = 0.5;

double SecondsSince(absl::Time start) { return absl::ToDoubleSeconds(absl::Now() - start); }

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t bytes = CharacterBytes(text);
    if (bytes == 1 && IsHighByte(text[0])) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

// Below that agreement the default model is right more often (analysis/ai/model/README.md).
constexpr size_t kEnoughAgreement = 12;

// What the document went on with at the last place like this one, as a candidate ahead of the model's.
void AddRecent(const SuggestionRequest& request, Generation* generation) {
  const RecentText recent = ContinuedAsBefore(request.parts.prefix);
  if (recent.agreeing < kEnoughAgreement) return;
  CandidateEnd end(/*is_single_line=*/true,
                   OpenBrackets(request.parts.prefix, request.parts.suffix));
  end.Take(recent.text);
  Candidate candidate;
  candidate.text = std::string(recent.text.substr(0, end.size()));
  generation->candidates.insert(generation->candidates.begin(), std::move(candidate));
}

// The first likeliest candidate, the others ever more daring.
std::vector<double> Temperatures(uint32_t candidates) {
  std::vector<double> temperatures;
  for (uint32_t i = 0; i < candidates; ++i) temperatures.push_back(0.25 * i);
  return temperatures;
}

}  // namespace

absl::StatusOr<std::vector<Suggestion>> Suggester::Suggest(const SuggestionRequest& request,
                                                           const CandidateChecker& check,
                                                           const std::atomic<bool>& stop) {
  {
    absl::MutexLock lock(&mutex_);
    ++counts_.requests;
    if (!request.is_ahead) {
      Learn(shown_.Look(request.document, request.parts.prefix, absl::Now()));
    }
    if (auto known = Recall(request)) {
      ++counts_.remembered;
      Show(request, *known);
      return *std::move(known);
    }
  }
  const absl::Time start = absl::Now();
  absl::StatusOr<Generation> generation = Generate(request, stop);
  if (!generation.ok()) return generation.status();
  AddRecent(request, &*generation);
  std::vector<Suggestion> suggestions = Distinct(*generation, request.parts);
  Hide(request, &suggestions);
  const absl::Time generated = absl::Now();

  std::vector<CandidateCheck> checks(suggestions.size(), CandidateCheck::kNotChecked);
  std::vector<std::thread> checkers;
  for (size_t i = 0; i < suggestions.size(); ++i) {
    checkers.emplace_back([&, i] { checks[i] = check(suggestions[i].text); });
  }
  for (std::thread& checker : checkers) checker.join();
  std::vector<Suggestion> good;
  absl::MutexLock lock(&mutex_);
  counts_.model_seconds += absl::ToDoubleSeconds(generated - start);
  counts_.check_seconds += SecondsSince(generated);
  for (size_t i = 0; i < suggestions.size(); ++i) {
    counts_.refused += checks[i] == CandidateCheck::kNewError ? 1 : 0;
    counts_.not_checked += checks[i] == CandidateCheck::kNotChecked ? 1 : 0;
    if (checks[i] == CandidateCheck::kGood) good.push_back(std::move(suggestions[i]));
  }
  if (stop.load()) return absl::CancelledError("cancelled");
  counts_.shown += good.size();
  Show(request, good);
  remembered_.push_front({request.document, TextMark(request.parts.prefix),
                          TextMark(request.parts.suffix), request.is_single_line, good});
  if (remembered_.size() > kRemembered) remembered_.pop_back();
  return good;
}

std::optional<std::vector<Suggestion>> Suggester::Recall(const SuggestionRequest& request) const {
  const std::string_view prefix = request.parts.prefix;
  const TextMark suffix(request.parts.suffix);
  for (const Remembered& known : remembered_) {
    const bool fits = known.document == request.document && known.suffix == suffix &&
                      known.is_single_line == request.is_single_line && known.prefix.Begins(prefix);
    if (!fits) continue;
    const std::string_view typed = prefix.substr(known.prefix.size());
    std::vector<Suggestion> left;
    for (const Suggestion& suggestion : known.suggestions) {
      if (!suggestion.text.starts_with(typed) || suggestion.text.size() == typed.size()) continue;
      left.push_back(suggestion);
      left.back().text.erase(0, typed.size());
    }
    if (typed.empty() || !left.empty()) return left;
  }
  return std::nullopt;
}

absl::StatusOr<Generation> Suggester::Generate(const SuggestionRequest& request,
                                               const std::atomic<bool>& stop) {
  GenerationRequest wanted;
  wanted.document = request.document;
  wanted.parts = request.parts;
  wanted.is_single_line = request.is_single_line;
  wanted.max_tokens = request.is_single_line ? kTokensOfLine : kTokensOfLines;
  wanted.temperatures = Temperatures(request.candidates);
  wanted.names = request.names;
  wanted.time_limit = request.time_limit;
  uint64_t number = 0;
  absl::StatusOr<Generation> generation =
      model_.GenerateNow(std::move(wanted), stop, [&](uint64_t started) {
        number = started;
        uint64_t older = 0;
        {
          absl::MutexLock lock(&mutex_);
          older = std::exchange(newest_[request.document], number);
        }
        if (older != 0) model_.Cancel(older);
      });
  absl::MutexLock lock(&mutex_);
  auto newest = newest_.find(request.document);
  const bool is_newest = newest != newest_.end() && newest->second == number;
  if (is_newest) newest_.erase(newest);
  if (!generation.ok()) {
    const bool is_cancelled = absl::IsCancelled(generation.status());
    ++(is_cancelled ? counts_.superseded : counts_.failures);
  }
  return generation;
}

std::vector<Suggestion> Suggester::Distinct(const Generation& generation,
                                            const InfillParts& parts) {
  struct Group {
    std::string text;
    double mean = 0;
    int count = 0;
    Sureness sureness = Sureness::kLow;
  };
  std::vector<Group> groups;
  absl::MutexLock lock(&mutex_);
  for (const Candidate& candidate : generation.candidates) {
    ++counts_.candidates;
    const std::string_view text =
        WithoutOverlap(WithoutTrailingSpace(candidate.text), parts.suffix);
    if (WithoutTrailingSpace(text).empty()) {
      ++counts_.empty;
      continue;
    }
    if (!IsUtf8(text)) {
      ++counts_.no_text;
      continue;
    }
    const double mean = candidate.log_probability / std::max(1U, candidate.tokens);
    auto same = std::ranges::find(groups, text, &Group::text);
    if (same == groups.end()) {
      const bool is_recent = candidate.tokens == 0;
      groups.push_back(
          {std::string(text), mean, 1, is_recent ? Sureness::kRecentText : SurenessOf(mean)});
    } else {
      same->mean = std::max(same->mean, mean);
      ++same->count;
      ++counts_.repeated;
    }
  }
  std::vector<Suggestion> suggestions;
  for (Group& group : groups) {
    Suggestion& suggestion = suggestions.emplace_back();
    suggestion.text = std::move(group.text);
    suggestion.score = group.mean + kAgreement * std::log(group.count);
    suggestion.id = ++last_id_;
    suggestion.kind = {group.sureness, CursorPlaceOf(parts.prefix)};
  }
  std::ranges::stable_sort(suggestions, std::ranges::greater(), &Suggestion::score);
  return suggestions;
}

void Suggester::Hide(const SuggestionRequest& request, std::vector<Suggestion>* suggestions) {
  if (request.is_asked_for) return;
  absl::MutexLock lock(&mutex_);
  std::vector<Suggestion> worthwhile;
  for (Suggestion& suggestion : *suggestions) {
    if (gate_.Shows(suggestion.kind)) worthwhile.push_back(std::move(suggestion));
  }
  counts_.hidden += suggestions->size() - worthwhile.size();
  *suggestions = std::move(worthwhile);
}

void Suggester::Show(const SuggestionRequest& request, const std::vector<Suggestion>& suggestions) {
  if (suggestions.empty() || request.is_ahead) return;
  ++counts_.answered;
  // While it is typed on it is still the same that is shown.
  if (shown_.IsShowing(request.document)) return;
  std::vector<ShownProposal> proposals;
  for (const Suggestion& suggestion : suggestions) {
    proposals.push_back({suggestion.id, suggestion.text, suggestion.kind});
  }
  shown_.Show(request.document, request.parts.prefix, std::move(proposals), absl::Now());
}

void Suggester::Learn(const std::optional<ShownOutcome>& outcome) {
  if (!outcome) return;
  switch (outcome->end) {
    case ShownEnd::kTaken:
      ++counts_.taken;
      return gate_.Learn(outcome->kind, true);
    case ShownEnd::kPassed:
      ++counts_.passed;
      return gate_.Learn(outcome->kind, false);
    case ShownEnd::kUnseen:
      ++counts_.unseen;
      return;
  }
}

std::vector<Suggestion> Suggester::Known(const SuggestionRequest& request) {
  absl::MutexLock lock(&mutex_);
  std::vector<Suggestion> known = Recall(request).value_or(std::vector<Suggestion>());
  Learn(shown_.Look(request.document, request.parts.prefix, absl::Now()));
  Show(request, known);
  return known;
}

void Suggester::Taken(uint64_t id) {
  absl::MutexLock lock(&mutex_);
  Learn(shown_.Take(id));
}

OutcomeTable Suggester::learnt() const {
  absl::MutexLock lock(&mutex_);
  return gate_.learnt();
}

SuggestionCounts Suggester::counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace astrolabe
