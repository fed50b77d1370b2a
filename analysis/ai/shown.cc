// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/shown.h"

#include <algorithm>
#include <utility>

namespace astrolabe {
namespace {

// It takes that long to see that there is something and what.
constexpr absl::Duration kToRead = absl::Milliseconds(500);

}  // namespace

void ShownProposals::Show(const std::string& document, std::string_view prefix,
                          std::vector<ShownProposal> proposals, absl::Time now) {
  places_[document] = {TextMark(prefix), std::move(proposals), now};
}

std::optional<ShownOutcome> ShownProposals::Look(const std::string& document,
                                                 std::string_view prefix, absl::Time now) {
  const auto found = places_.find(document);
  if (found == places_.end()) return std::nullopt;
  const Place& place = found->second;
  const ShownProposal& first = place.proposals.front();
  ShownOutcome outcome = {now - place.since < kToRead ? ShownEnd::kUnseen : ShownEnd::kPassed,
                          first.kind, first.model};
  if (place.prefix.Begins(prefix)) {
    const std::string_view typed = prefix.substr(place.prefix.size());
    const auto taken = std::ranges::find_if(place.proposals, [&](const ShownProposal& proposal) {
      return typed.starts_with(proposal.text);
    });
    if (taken != place.proposals.end()) {
      outcome = {ShownEnd::kTaken, taken->kind, taken->model};
    } else if (std::ranges::any_of(place.proposals, [&](const ShownProposal& proposal) {
                 return proposal.text.starts_with(typed);
               })) {
      return std::nullopt;
    }
  }
  places_.erase(found);
  return outcome;
}

std::optional<ShownOutcome> ShownProposals::Take(uint64_t id) {
  for (auto it = places_.begin(); it != places_.end(); ++it) {
    for (const ShownProposal& proposal : it->second.proposals) {
      if (proposal.id != id) continue;
      const ShownOutcome outcome = {ShownEnd::kTaken, proposal.kind, proposal.model};
      places_.erase(it);
      return outcome;
    }
  }
  return std::nullopt;
}

}  // namespace astrolabe
