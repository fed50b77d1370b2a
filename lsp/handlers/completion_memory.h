// What was completed last, for two questions that need no compiler: the same word with more of it typed, and
// completionItem/resolve.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "analysis/features/completion/completion_point.h"
#include "analysis/live/answers.h"

namespace astrolabe::lsp {

// The word that is completed and everything around it: equal for two moments between which only that word changed.
struct CompletionPlace {
  std::string uri;
  uint64_t around = 0;  // hash of the text without the word
  uint32_t begin = 0;   // of the word, bytes
  std::string typed;

  bool IsSameWord(const CompletionPlace& other) const {
    return begin == other.begin && around == other.around && uri == other.uri;
  }
};

CompletionPlace PlaceOf(std::string uri, std::string_view text, const CompletionPoint& point);

// Any thread.
class CompletionMemory {
 public:
  // A number for Option().
  uint64_t Keep(CompletionPlace place, CompletionAnswer answer) ABSL_LOCKS_EXCLUDED(mutex_);

  // The answer for a word of which more is typed than when a complete answer was kept, ranked anew; who asks for the
  // same again wants to know it from the compiler. Nothing if there
  // is none, or what is typed makes names appear that were left out.
  std::optional<CompletionAnswer> Narrow(const CompletionPlace& place) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // An option of an answer that was kept not long ago.
  std::optional<CompletionOption> Option(uint64_t answer, size_t option) const
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Kept {
    uint64_t number = 0;
    CompletionPlace place;
    CompletionAnswer answer;
  };

  mutable absl::Mutex mutex_;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Kept> kept_ ABSL_GUARDED_BY(mutex_);  // newest first
};

}  // namespace astrolabe::lsp
