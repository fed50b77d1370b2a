// Proposals at a cursor: of the text that stands at places like this one, and of models; cut to what makes sense there,
// checked by the compiler, ranked. What was proposed is remembered, and goes on being proposed while the user types it. What
// becomes of it is noted (shown.h), and proposals like those that nobody takes are not made any more (show_gate.h).
//
// The models are asked one after the other, the quickest first, until one is sure enough of something that compiles, all
// within one deadline; one that fails or is too slow is passed over for a while (model_record.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "analysis/ai/generation.h"
#include "analysis/ai/infill_prompt.h"
#include "analysis/ai/model_process.h"
#include "analysis/ai/model_record.h"
#include "analysis/ai/show_gate.h"
#include "analysis/ai/shown.h"
#include "analysis/ai/text_mark.h"
#include "index/query/like_text.h"

namespace astrolabe {

struct SuggestionRequest {
  std::string document;  // which it is, for the model's state and for what is remembered
  InfillParts parts;
  bool is_single_line = true;
  bool is_asked_for = false;  // by the user, not by typing: then nothing is hidden
  bool is_ahead = false;      // to be remembered for later: nothing is shown now
  uint32_t candidates = 4;    // of each model
  absl::Duration time_limit = absl::Milliseconds(1500);  // of all models together
};

struct Suggestion {
  std::string text;  // to be inserted at the cursor
  // Higher is better: mean of the tokens' log probabilities, and how many candidates agree.
  double score = 0;
  uint64_t id = 0;  // the same while it is typed on
  ProposalKind kind;
  int model = kNoModel;
};

// What the compiler says of the document with a candidate in it.
enum class CandidateCheck { kGood, kNewError, kNotChecked };

// The place of a request, as it is seen from outside. Asked only where nothing is remembered; by several threads.
class SuggestionPlace {
 public:
  virtual ~SuggestionPlace() = default;
  // GenerationRequest::names.
  virtual std::vector<std::string> Names() = 0;
  // Of other files, the most alike first.
  virtual std::vector<LikeText> TextsElsewhere() = 0;
  // InfillParts::context.
  virtual std::vector<PromptContext> Context() = 0;
  // Called for several candidates at the same time.
  virtual CandidateCheck Check(const std::string& candidate) = 0;
  // A model that was asked did not answer.
  virtual void ModelFailed(const absl::Status& failure) = 0;
};

// What became of requests and candidates so far.
struct SuggestionCounts {
  uint64_t requests = 0;
  uint64_t remembered = 0;  // known without the model
  uint64_t answered = 0;    // with something to show
  uint64_t failures = 0;    // no model that was asked has answered
  uint64_t superseded = 0;  // by a newer request for the document
  uint64_t candidates = 0;  // that models wrote; of those:
  uint64_t empty = 0;
  uint64_t no_text = 0;  // no UTF-8
  uint64_t repeated = 0;
  uint64_t refused = 0;      // brought an error
  uint64_t not_checked = 0;  // in time: not shown either
  uint64_t hidden = 0;       // since the user takes none like it
  uint64_t shown = 0;
  // Of what was shown at a place, once it is known:
  uint64_t taken = 0;   // by a key, or typed to its end
  uint64_t passed = 0;  // there was time to read it, and something else was written
  uint64_t unseen = 0;  // there was none
  double model_seconds = 0;
  double check_seconds = 0;
};

// Any thread. Of requests for one document the newest wins.
class Suggester {
 public:
  // Models are borrowed, the quickest first. `before`: what was learnt in other sessions.
  explicit Suggester(std::vector<ModelProcess*> models, const OutcomeTable& before = {});

  // The best first; none where nothing good was found. An error only for what nobody wants any more: Cancelled, once `stop`
  // is set or a newer request came.
  absl::StatusOr<std::vector<Suggestion>> Suggest(const SuggestionRequest& request,
                                                  SuggestionPlace& place,
                                                  const std::atomic<bool>& stop)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Lets those models that run read what they would be given for this place, so that they can write at once when they are
  // asked. Ends early once `stop` is set.
  void Prepare(const SuggestionRequest& request, SuggestionPlace& place,
               const std::atomic<bool>& stop);

  // What is remembered for this place, the best first, without asking a model. It is to be shown.
  std::vector<Suggestion> Known(const SuggestionRequest& request) ABSL_LOCKS_EXCLUDED(mutex_);
  // The editor says that the user has taken it.
  void Taken(uint64_t id) ABSL_LOCKS_EXCLUDED(mutex_);

  SuggestionCounts counts() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Parallel to the models.
  std::vector<ModelRecordCounts> model_counts() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Of this session alone.
  OutcomeTable learnt() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // What was proposed at a place.
  struct Remembered {
    std::string document;
    TextMark prefix;
    TextMark suffix;
    bool is_single_line = true;
    std::vector<Suggestion> suggestions;
  };
  // The newest request for a document, while models are asked.
  struct Running {
    uint64_t serial = 0;
    ModelProcess* model = nullptr;  // that works on it; null: none does now
    uint64_t number = 0;            // of its generation there
  };
  struct Draft;
  class Attempt;  // one request's way through the models

  // What is left of an earlier answer, if the user has typed the beginning of it since; nullopt if there is none.
  std::optional<std::vector<Suggestion>> Recall(const SuggestionRequest& request) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remember(const SuggestionRequest& request, const std::vector<Suggestion>& suggestions)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Show(const SuggestionRequest& request, const std::vector<Suggestion>& suggestions)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Learn(const std::optional<ShownOutcome>& outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<ModelProcess*> models_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Running> running_ ABSL_GUARDED_BY(mutex_);  // by document
  uint64_t last_serial_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<ModelRecord> records_ ABSL_GUARDED_BY(mutex_);   // parallel to models_
  std::deque<Remembered> remembered_ ABSL_GUARDED_BY(mutex_);  // the newest first
  ShowGate gate_ ABSL_GUARDED_BY(mutex_);
  ShownProposals shown_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  SuggestionCounts counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe
