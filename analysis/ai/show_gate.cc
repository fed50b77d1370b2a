// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/show_gate.h"

#include <cmath>

#include "index/ascii.h"

namespace astrolabe {
namespace {

// What users take of what is shown to them in other tools is a quarter to a third.
constexpr double kUsualShare = 0.3;
constexpr double kWeight = 20;
// Below that a proposal costs more attention than it saves typing.
constexpr double kLeastShare = 0.1;
constexpr uint64_t kTryAgain = 10;

constexpr std::array<std::string_view, kSurenesses> kSurenessNames = {
    "low", "middle", "high", "very_high", "recent_text", "text_elsewhere"};
constexpr std::array<std::string_view, kCursorPlaces> kPlaceNames = {
    "line_begin", "in_name", "member", "in_list", "elsewhere"};

double Drawn(const Outcomes& outcomes, double towards) {
  return (static_cast<double>(outcomes.taken) + kWeight * towards) /
         (static_cast<double>(outcomes.taken + outcomes.passed) + kWeight);
}

Outcomes& At(OutcomeTable& table, const ProposalKind& kind) {
  return table[static_cast<size_t>(kind.sureness)][static_cast<size_t>(kind.place)];
}

}  // namespace

Sureness SurenessOf(double log_probability) {
  const double probability = std::exp(log_probability);
  if (probability >= 0.9) return Sureness::kVeryHigh;
  if (probability >= 0.7) return Sureness::kHigh;
  return probability >= 0.5 ? Sureness::kMiddle : Sureness::kLow;
}

CursorPlace CursorPlaceOf(std::string_view prefix) {
  std::string_view line = prefix.substr(prefix.rfind('\n') + 1);  // npos + 1 is 0
  if (!line.empty() && IsWordByte(line.back())) return CursorPlace::kInName;
  if (line.ends_with('.') || line.ends_with("->") || line.ends_with("::")) {
    return CursorPlace::kMember;
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  if (line.empty()) return CursorPlace::kLineBegin;
  return line.ends_with('(') || line.ends_with(',') ? CursorPlace::kInList
                                                    : CursorPlace::kElsewhere;
}

std::string_view NameOf(Sureness sureness) { return kSurenessNames[static_cast<size_t>(sureness)]; }
std::string_view NameOf(CursorPlace place) { return kPlaceNames[static_cast<size_t>(place)]; }

bool ShowGate::Shows(const ProposalKind& kind) {
  return ExpectedShare(kind) >= kLeastShare || ++hidden_ % kTryAgain == 0;
}

void ShowGate::Learn(const ProposalKind& kind, bool is_taken) {
  for (OutcomeTable* table : {&all_, &learnt_}) {
    Outcomes& outcomes = At(*table, kind);
    ++(is_taken ? outcomes.taken : outcomes.passed);
  }
}

double ShowGate::ExpectedShare(const ProposalKind& kind) const {
  const auto& places = all_[static_cast<size_t>(kind.sureness)];
  Outcomes all;
  for (const Outcomes& outcomes : places) {
    all.taken += outcomes.taken;
    all.passed += outcomes.passed;
  }
  return Drawn(places[static_cast<size_t>(kind.place)], Drawn(all, kUsualShare));
}

}  // namespace astrolabe
