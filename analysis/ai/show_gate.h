// Whether a proposal is worth showing: by how often the user has taken those like it.
//
// Alike are those that the model is as sure of and that come at the same kind of place. Of each kind is counted how many
// were taken and how many were passed over; the share expected is the one counted, drawn towards that of all that the model
// is as sure of, and this towards what is usual, as if kWeight proposals had been seen of it:
//
//     share(sureness)        = (taken + kWeight * kUsualShare) / (seen + kWeight)
//     share(sureness, place) = (taken + kWeight * share(sureness)) / (seen + kWeight)
//
// So everything is shown at first, and a kind is hidden after fifteen in a row that nobody wanted. Of what is hidden every
// tenth is shown nevertheless, or nobody would ever learn that it is wanted now.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace astrolabe {

// Mean probability of a token, or that it is no model's: text of the document or of another file.
enum class Sureness : uint32_t { kLow, kMiddle, kHigh, kVeryHigh, kRecentText, kTextElsewhere };
enum class CursorPlace : uint32_t { kLineBegin, kInName, kMember, kInList, kElsewhere };
inline constexpr size_t kSurenesses = 6;
inline constexpr size_t kCursorPlaces = 5;

struct ProposalKind {
  Sureness sureness = Sureness::kLow;
  CursorPlace place = CursorPlace::kElsewhere;
};

// `log_probability`: natural, mean of the tokens.
Sureness SurenessOf(double log_probability);
// At the end of `prefix`.
CursorPlace CursorPlaceOf(std::string_view prefix);

// As the file of outcomes and people call them.
std::string_view NameOf(Sureness sureness);
std::string_view NameOf(CursorPlace place);

struct Outcomes {
  uint64_t taken = 0;
  uint64_t passed = 0;  // seen, and not taken
};
using OutcomeTable = std::array<std::array<Outcomes, kCursorPlaces>, kSurenesses>;

// One thread.
class ShowGate {
 public:
  // `before`: what was learnt in other sessions.
  explicit ShowGate(const OutcomeTable& before = {}) : all_(before) {}

  bool Shows(const ProposalKind& kind);
  void Learn(const ProposalKind& kind, bool is_taken);
  double ExpectedShare(const ProposalKind& kind) const;
  // Of this session alone.
  const OutcomeTable& learnt() const { return learnt_; }

 private:
  OutcomeTable all_;
  OutcomeTable learnt_ = {};
  uint64_t hidden_ = 0;
};

}  // namespace astrolabe
