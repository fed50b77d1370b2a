// What became of the proposals that were shown: taken, passed over, or gone before anybody could have read them.
//
// An editor says when one is taken, by the command that comes with it. One that is typed to its end, or inserted without that
// command, is seen from the text at the next request.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "analysis/ai/show_gate.h"
#include "analysis/ai/text_mark.h"

namespace astrolabe {

inline constexpr int kNoModel = -1;

struct ShownProposal {
  uint64_t id = 0;
  std::string text;
  ProposalKind kind;
  int model = kNoModel;  // whose it is, by its place among those that are asked
};

enum class ShownEnd { kTaken, kPassed, kUnseen };
struct ShownOutcome {
  ShownEnd end = ShownEnd::kUnseen;
  ProposalKind kind;
  int model = kNoModel;
};

// One thread.
class ShownProposals {
 public:
  // They are shown behind `prefix`, the first one before the others can be asked for. Not empty.
  void Show(const std::string& document, std::string_view prefix,
            std::vector<ShownProposal> proposals, absl::Time now);
  bool IsShowing(const std::string& document) const { return places_.contains(document); }
  // The text ahead of the cursor is this now. Nothing while what is shown there is being typed, or nothing is.
  std::optional<ShownOutcome> Look(const std::string& document, std::string_view prefix,
                                   absl::Time now);
  // The editor says so. Nothing if it is known already.
  std::optional<ShownOutcome> Take(uint64_t id);

 private:
  struct Place {
    TextMark prefix;
    std::vector<ShownProposal> proposals;
    absl::Time since;
  };

  std::map<std::string, Place> places_;  // by document
};

}  // namespace astrolabe
