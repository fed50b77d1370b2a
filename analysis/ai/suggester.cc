// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/suggester.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <thread>
#include <utility>

#include "analysis/ai/candidate_text.h"
#include "analysis/ai/known_names.h"
#include "analysis/ai/recent_text.h"
#include "base/strings.h"
#include "base/text/code_units.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

constexpr size_t kRemembered = 32;
constexpr uint32_t kTokensOfLine = 32;
constexpr uint32_t kTokensOfLines = 128;
// What agreement of candidates is worth, beside the mean log probability of a token; and names that stand in the document.
constexpr double kAgreement = 0.5;
constexpr double kKnownNames = 0.3;
// Below that agreement the default model is right more often (analysis/ai/model/README.md).
constexpr size_t kEnoughAgreement = 12;
constexpr size_t kTextsElsewhere = 2;

// Whatever else is asked ends it.
constexpr absl::Duration kTimeToPrepare = absl::Seconds(20);

double SecondsSince(absl::Time start) { return absl::ToDoubleSeconds(absl::Now() - start); }

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t bytes = CharacterBytes(text);
    if (bytes == 1 && IsHighByte(text[0])) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

// The first likeliest candidate, the others ever more daring.
std::vector<double> Temperatures(uint32_t candidates) {
  std::vector<double> temperatures;
  for (uint32_t i = 0; i < candidates; ++i) temperatures.push_back(0.25 * i);
  return temperatures;
}

GenerationRequest ToModel(const SuggestionRequest& request, std::vector<PromptContext> context) {
  GenerationRequest wanted;
  wanted.document = request.document;
  wanted.parts = request.parts;
  wanted.parts.context = std::move(context);
  wanted.is_single_line = request.is_single_line;
  wanted.max_tokens = request.is_single_line ? kTokensOfLine : kTokensOfLines;
  wanted.temperatures = Temperatures(request.candidates);
  wanted.time_limit = request.time_limit;
  return wanted;
}

// One that was never loaded may.
bool MayReadContext(const ModelProcess& model) {
  const std::optional<ModelReady> ready = model.last_ready();
  return !ready || ready->context >= kLeastForContext;
}

// Whether everything that was written was cut off by the deadline.
bool IsCutOff(const Generation& generation) {
  return !generation.candidates.empty() &&
         std::ranges::all_of(generation.candidates, [](const Candidate& candidate) {
           return candidate.end == GenerationEnd::kTime;
         });
}

}  // namespace

// What could be inserted, before anybody has looked whether it fits.
struct Suggester::Draft {
  std::string text;
  double log_probability = 0;  // mean of the tokens'; of text 0 or a little less
  Sureness sureness = Sureness::kLow;
  int model = kNoModel;
};

class Suggester::Attempt {
 public:
  Attempt(Suggester& suggester, const SuggestionRequest& request, SuggestionPlace& place,
          const std::atomic<bool>& stop)
      : suggester_(suggester),
        request_(request),
        place_(place),
        stop_(stop),
        deadline_(absl::Now() + request.time_limit),
        known_names_(request.parts.prefix, request.parts.suffix) {}

  // False if nobody wants what was found.
  bool Run() {
    Begin();
    const bool is_wanted = AskModels();
    if (is_wanted) Judge();  // where no model answered
    End();
    return is_wanted && !stop_.load();
  }

  // Whether some model has answered: then nothing better is to be expected of another try.
  bool has_answer() const { return has_answer_; }

  // The best first.
  std::vector<Suggestion> good() && {
    std::ranges::stable_sort(good_, std::ranges::greater(), &Suggestion::score);
    return std::move(good_);
  }

 private:
  // From now on an older request for the document is superseded.
  void Begin() {
    Running older;
    {
      absl::MutexLock lock(&suggester_.mutex_);
      serial_ = ++suggester_.last_serial_;
      older = std::exchange(suggester_.running_[request_.document], {serial_, nullptr, 0});
    }
    if (older.model != nullptr) older.model->Cancel(older.number);
    texts_elsewhere_ = std::async(std::launch::async, [this] { return place_.TextsElsewhere(); });
  }

  void End() {
    absl::MutexLock lock(&suggester_.mutex_);
    auto running = suggester_.running_.find(request_.document);
    if (running != suggester_.running_.end() && running->second.serial == serial_) {
      suggester_.running_.erase(running);
    }
  }

  // Until one is sure of something. False if the request was cancelled.
  bool AskModels() {
    bool has_failed = false;
    for (size_t model = 0; model < suggester_.models_.size(); ++model) {
      // The user who asks wants the best there is.
      if (has_answer_ && !request_.is_asked_for && IsSureOfOne()) break;
      {
        absl::MutexLock lock(&suggester_.mutex_);
        const absl::Time now = absl::Now();
        if (!suggester_.records_[model].IsWorthAsking(deadline_ - now, now)) continue;
      }
      const absl::Status status = Ask(model);
      if (absl::IsCancelled(status)) return false;
      has_answer_ = has_answer_ || status.ok();
      if (status.ok()) continue;
      has_failed = true;
      if (!absl::IsDeadlineExceeded(status)) place_.ModelFailed(status);
    }
    absl::MutexLock lock(&suggester_.mutex_);
    suggester_.counts_.failures += has_failed && !has_answer_ ? 1 : 0;
    return true;
  }

  bool IsSureOfOne() const {
    return std::ranges::any_of(
        good_, [](const Suggestion& known) { return known.kind.sureness >= Sureness::kHigh; });
  }

  absl::Status Ask(size_t model) {
    const absl::Time start = absl::Now();
    absl::StatusOr<Generation> generation = Generate(model, deadline_ - start);
    const absl::Time now = absl::Now();
    {
      absl::MutexLock lock(&suggester_.mutex_);
      suggester_.counts_.model_seconds += absl::ToDoubleSeconds(now - start);
      ModelRecord& record = suggester_.records_[model];
      if (absl::IsCancelled(generation.status())) {
        ++suggester_.counts_.superseded;
      } else if (absl::IsDeadlineExceeded(generation.status()) ||
                 (generation.ok() && IsCutOff(*generation))) {
        record.Late(now - start, now);
      } else if (!generation.ok()) {
        record.Failed(now);
      } else {
        record.Answered(now - start);
      }
    }
    if (!generation.ok()) return generation.status();
    for (const Candidate& candidate : generation->candidates) {
      const double mean = candidate.log_probability / std::max(1U, candidate.tokens);
      drafts_.push_back({candidate.text, mean, SurenessOf(mean), static_cast<int>(model)});
    }
    Judge();
    return absl::OkStatus();
  }

  absl::StatusOr<Generation> Generate(size_t model, absl::Duration left) {
    ModelProcess& process = *suggester_.models_[model];
    if (!names_) names_ = place_.Names();
    if (!context_ && MayReadContext(process)) context_ = place_.Context();
    GenerationRequest wanted = ToModel(request_, context_.value_or(std::vector<PromptContext>()));
    wanted.names = *names_;
    wanted.time_limit = left;
    return process.GenerateNow(std::move(wanted), stop_, [&](uint64_t number) {
      bool is_newest = false;
      {
        absl::MutexLock lock(&suggester_.mutex_);
        Running& running = suggester_.running_[request_.document];
        is_newest = running.serial <= serial_;
        if (is_newest) running = {serial_, &process, number};
      }
      if (!is_newest) process.Cancel(number);
    });
  }

  // What stands at places like this one, here and elsewhere.
  void AddTexts() {
    const RecentText recent = ContinuedAsBefore(request_.parts.prefix);
    if (recent.agreeing >= kEnoughAgreement) {
      AddText(recent.text, recent.agreeing, Sureness::kRecentText);
    }
    size_t added = 0;
    for (const LikeText& elsewhere : texts_elsewhere_.get()) {
      if (elsewhere.agreeing < kEnoughAgreement || added++ == kTextsElsewhere) break;
      AddText(elsewhere.text, elsewhere.agreeing, Sureness::kTextElsewhere);
    }
  }

  void AddText(std::string_view text, size_t agreeing, Sureness sureness) {
    CandidateEnd end(/*is_single_line=*/true,
                     OpenBrackets(request_.parts.prefix, request_.parts.suffix));
    end.Take(text);
    // Ahead of what models write, and the more alike, the further.
    const double score = -0.1 / static_cast<double>(agreeing);
    drafts_.push_back({std::string(text.substr(0, end.size())), score, sureness, kNoModel});
  }

  // Makes suggestions of those drafts that are new and compile.
  void Judge() {
    if (texts_elsewhere_.valid()) AddTexts();
    std::vector<Suggestion> suggestions = Distinct();
    drafts_.clear();
    Hide(&suggestions);
    if (suggestions.empty()) return;
    const absl::Time start = absl::Now();
    const std::vector<CandidateCheck> checks = CheckAll(suggestions);
    absl::MutexLock lock(&suggester_.mutex_);
    SuggestionCounts& counts = suggester_.counts_;
    counts.check_seconds += SecondsSince(start);
    for (size_t i = 0; i < suggestions.size(); ++i) {
      counts.refused += checks[i] == CandidateCheck::kNewError ? 1 : 0;
      counts.not_checked += checks[i] == CandidateCheck::kNotChecked ? 1 : 0;
      if (checks[i] != CandidateCheck::kGood) continue;
      const int model = suggestions[i].model;
      ++counts.shown;
      if (model != kNoModel) suggester_.records_[static_cast<size_t>(model)].Shown(1);
      good_.push_back(std::move(suggestions[i]));
    }
  }

  // Parallel to the suggestions; as many at a time as there are cores, the best first.
  std::vector<CandidateCheck> CheckAll(const std::vector<Suggestion>& suggestions) {
    std::vector<CandidateCheck> checks(suggestions.size(), CandidateCheck::kNotChecked);
    std::atomic<size_t> next = 0;
    const auto check = [&] {
      for (size_t i = next++; i < suggestions.size(); i = next++) {
        checks[i] = place_.Check(suggestions[i].text);
      }
    };
    std::vector<std::thread> others;
    const size_t cores = std::max(1U, std::thread::hardware_concurrency());
    while (others.size() + 1 < std::min(cores, suggestions.size())) others.emplace_back(check);
    check();
    for (std::thread& other : others) other.join();
    return checks;
  }

  // The drafts as suggestions, those that say the same as one. What another model has found already rises.
  std::vector<Suggestion> Distinct() {
    struct Group {
      Draft draft;
      int count = 1;
    };
    std::vector<Group> groups;
    absl::MutexLock lock(&suggester_.mutex_);
    SuggestionCounts& counts = suggester_.counts_;
    for (Draft& draft : drafts_) {
      ++counts.candidates;
      draft.text = WithoutOverlap(WithoutTrailingSpace(draft.text), request_.parts.suffix);
      if (WithoutTrailingSpace(draft.text).empty()) {
        ++counts.empty;
        continue;
      }
      if (!IsUtf8(draft.text)) {
        ++counts.no_text;
        continue;
      }
      auto same = std::ranges::find_if(
          groups, [&](const Group& group) { return group.draft.text == draft.text; });
      if (same == groups.end()) {
        groups.push_back({std::move(draft)});
        continue;
      }
      ++counts.repeated;
      ++same->count;
      same->draft.log_probability = std::max(same->draft.log_probability, draft.log_probability);
    }
    std::vector<Suggestion> suggestions;
    for (Group& group : groups) {
      const double agreement = kAgreement * std::log(group.count);
      auto known = std::ranges::find(good_, group.draft.text, &Suggestion::text);
      if (known != good_.end()) {
        known->score += kAgreement * std::log(2) + agreement;
        continue;
      }
      Suggestion& suggestion = suggestions.emplace_back();
      suggestion.score = group.draft.log_probability + agreement +
                         kKnownNames * known_names_.ShareIn(group.draft.text);
      suggestion.text = std::move(group.draft.text);
      suggestion.id = ++suggester_.last_id_;
      suggestion.kind = {group.draft.sureness, CursorPlaceOf(request_.parts.prefix)};
      suggestion.model = group.draft.model;
    }
    std::ranges::stable_sort(suggestions, std::ranges::greater(), &Suggestion::score);
    return suggestions;
  }

  // Takes away those that are not worth showing.
  void Hide(std::vector<Suggestion>* suggestions) {
    if (request_.is_asked_for) return;
    absl::MutexLock lock(&suggester_.mutex_);
    suggester_.counts_.hidden += std::erase_if(
        *suggestions, [&](const Suggestion& suggestion) ABSL_EXCLUSIVE_LOCKS_REQUIRED(
                          suggester_.mutex_) { return !suggester_.gate_.Shows(suggestion.kind); });
  }

  Suggester& suggester_;
  const SuggestionRequest& request_;
  SuggestionPlace& place_;
  const std::atomic<bool>& stop_;
  const absl::Time deadline_;
  const KnownNames known_names_;
  uint64_t serial_ = 0;
  bool has_answer_ = false;
  std::optional<std::vector<std::string>> names_;
  std::optional<std::vector<PromptContext>> context_;
  std::future<std::vector<LikeText>> texts_elsewhere_;  // looked for while the first model writes
  std::vector<Draft> drafts_;                           // not judged yet
  std::vector<Suggestion> good_;
};

Suggester::Suggester(std::vector<ModelProcess*> models, const OutcomeTable& before)
    : models_(std::move(models)), records_(models_.size()), gate_(before) {}

absl::StatusOr<std::vector<Suggestion>> Suggester::Suggest(const SuggestionRequest& request,
                                                           SuggestionPlace& place,
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
  Attempt attempt(*this, request, place, stop);
  if (!attempt.Run()) return absl::CancelledError("cancelled");
  const bool is_known = attempt.has_answer();
  std::vector<Suggestion> good = std::move(attempt).good();
  absl::MutexLock lock(&mutex_);
  Show(request, good);
  if (is_known) Remember(request, good);
  return good;
}

void Suggester::Prepare(const SuggestionRequest& request, SuggestionPlace& place,
                        const std::atomic<bool>& stop) {
  const auto runs = [](const ModelProcess* model) { return model->pid() != 0; };
  std::optional<std::vector<PromptContext>> context;
  for (ModelProcess* model : models_) {
    if (!runs(model)) continue;
    if (!context && MayReadContext(*model)) context = place.Context();
    GenerationRequest wanted = ToModel(request, context.value_or(std::vector<PromptContext>()));
    wanted.only_reads = true;
    wanted.time_limit = kTimeToPrepare;
    (void)model->GenerateNow(std::move(wanted), stop);
  }
}

void Suggester::Remember(const SuggestionRequest& request,
                         const std::vector<Suggestion>& suggestions) {
  remembered_.push_front({request.document, TextMark(request.parts.prefix),
                          TextMark(request.parts.suffix), request.is_single_line, suggestions});
  if (remembered_.size() > kRemembered) remembered_.pop_back();
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

void Suggester::Show(const SuggestionRequest& request, const std::vector<Suggestion>& suggestions) {
  if (suggestions.empty() || request.is_ahead) return;
  ++counts_.answered;
  // While it is typed on it is still the same that is shown.
  if (shown_.IsShowing(request.document)) return;
  std::vector<ShownProposal> proposals;
  for (const Suggestion& suggestion : suggestions) {
    proposals.push_back({suggestion.id, suggestion.text, suggestion.kind, suggestion.model});
  }
  shown_.Show(request.document, request.parts.prefix, std::move(proposals), absl::Now());
}

void Suggester::Learn(const std::optional<ShownOutcome>& outcome) {
  if (!outcome) return;
  if (outcome->model != kNoModel && outcome->end != ShownEnd::kUnseen) {
    records_[static_cast<size_t>(outcome->model)].Learn(outcome->end == ShownEnd::kTaken);
  }
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

std::vector<ModelRecordCounts> Suggester::model_counts() const {
  absl::MutexLock lock(&mutex_);
  std::vector<ModelRecordCounts> all;
  for (const ModelRecord& record : records_) all.push_back(record.counts());
  return all;
}

SuggestionCounts Suggester::counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace astrolabe
