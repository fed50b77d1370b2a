// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/name_matcher.h"

#include <algorithm>
#include <cstdint>

#include "index/ascii.h"
#include "index/word_split.h"

namespace astrolabe {
namespace {

// Whether a word begins at `i`, by the rules of index/word_split.h.
bool StartsWord(std::string_view name, size_t i) {
  char c = name[i];
  if (!IsWordByte(c) || c == '_') return false;
  if (i == 0) return true;
  char before = name[i - 1];
  if (!IsWordByte(before) || before == '_') return true;
  if (IsDigit(c)) return false;
  if (IsDigit(before)) return true;
  if (IsUpper(c)) return !IsUpper(before) || (i + 1 < name.size() && IsLower(name[i + 1]));
  return false;
}

constexpr size_t kMaxName = 127;

// The classes' ranges; a class's best is below the next one's worst.
constexpr float kExact = 1.0F;
constexpr float kExactOtherCase = 0.96F;
constexpr float kPrefix = 0.80F;     // … 0.94
constexpr float kWords = 0.55F;      // … 0.78: only beginnings of words and runs from there
constexpr float kSubstring = 0.40F;  // … 0.54
constexpr float kMistake = 0.58F;    // … 0.78: one mistake, by how much of the name is there
constexpr float kLetters = 0.15F;    // … 0.38

// What an alignment is worth, per letter of the pattern.
constexpr int kAtWordStart = 8;
constexpr int kInRun = 7;
constexpr int kElsewhere = 1;
constexpr int kNo = -100000;

}  // namespace

NameMatcher::NameMatcher(std::string_view pattern) : pattern_(pattern), folded_(FoldCase(pattern)) {
  has_upper_ = std::any_of(pattern_.begin(), pattern_.end(), IsUpper);
}

// Up to 0.02 for letters of the same case. A pattern without capitals hints at nothing.
float NameMatcher::CaseBonus(std::string_view matched) const {
  size_t same = 0;
  for (size_t i = 0; i < matched.size() && i < pattern_.size(); ++i) {
    same += matched[i] == pattern_[i];
  }
  float share = static_cast<float>(same) / static_cast<float>(std::max<size_t>(1, pattern_.size()));
  return has_upper_ ? 0.02F * share : 0.01F * share;
}

std::optional<float> NameMatcher::Match(std::string_view name) const {
  if (pattern_.empty()) return kLetters;
  size_t n = pattern_.size();
  auto equals_folded = [&](size_t at) {
    for (size_t i = 0; i < n; ++i) {
      if (FoldByte(name[at + i]) != folded_[i]) return false;
    }
    return true;
  };
  if (name.size() >= n && equals_folded(0)) {
    if (name.size() == n) return name == pattern_ ? kExact : kExactOtherCase + CaseBonus(name);
    float coverage = static_cast<float>(n) / static_cast<float>(name.size());
    // A prefix that ends where a word ends is more likely meant than one that cuts a word.
    float whole_words = StartsWord(name, n) || name[n] == '_' ? 0.03F : 0.0F;
    return kPrefix + 0.09F * coverage + whole_words + CaseBonus(name.substr(0, n));
  }
  if (n > kMaxPattern) {
    for (size_t at = 1; at + n <= name.size(); ++at) {
      if (equals_folded(at)) return kSubstring;
    }
    return std::nullopt;
  }
  std::optional<float> score = MatchLetters(name);
  // A mistyped beginning of this very name is more likely meant than letters scattered over another
  // one.
  if ((!score || *score < kMistake) && HasWordWithOneMistake(name)) {
    float coverage = static_cast<float>(n) / static_cast<float>(std::max(n, name.size()));
    score = kMistake + 0.20F * coverage * coverage;
  }
  return score;
}

std::optional<float> NameMatcher::MatchLetters(std::string_view whole_name) const {
  std::string_view name = whole_name.substr(0, kMaxName);
  size_t n = pattern_.size();
  size_t m = name.size();
  // Most candidates fail here: are the letters there at all, in order?
  size_t next = 0;
  for (size_t i = 0; i < m && next < n; ++i) next += FoldByte(name[i]) == folded_[next];
  if (next < n) return std::nullopt;

  // matched[j]: best value of pattern[0..i] with pattern[i] aligned to name[j-1]; best[j]: with it
  // aligned anywhere up to there. Two rows are enough.
  std::array<int, kMaxName + 1> matched;
  std::array<int, kMaxName + 1> best;
  std::array<int, kMaxName + 1> previous_matched;
  std::array<int, kMaxName + 1> previous_best;
  std::fill_n(previous_matched.begin(), m + 1, kNo);
  std::fill_n(previous_best.begin(), m + 1, 0);
  for (size_t i = 0; i < n; ++i) {
    matched[0] = kNo;
    best[0] = kNo;
    for (size_t j = 1; j <= m; ++j) {
      matched[j] = kNo;
      if (FoldByte(name[j - 1]) == folded_[i]) {
        int start = StartsWord(name, j - 1) || name[j - 1] == '_' ? kAtWordStart : kElsewhere;
        int jump = previous_best[j - 1] + start;
        int run = previous_matched[j - 1] + std::max(start, kInRun);
        matched[j] = std::max(i == 0 ? start : jump, i == 0 ? kNo : run);
      }
      best[j] = std::max(best[j - 1], matched[j]);
    }
    std::swap(matched, previous_matched);
    std::swap(best, previous_best);
  }
  int value = previous_best[m];
  float quality = static_cast<float>(value) / static_cast<float>(n * kAtWordStart);  // at most 1
  float coverage = static_cast<float>(n) / static_cast<float>(whole_name.size());
  // Every letter in a run that began at a word's start is worth at least kInRun.
  bool words_only = value >= static_cast<int>(n) * kInRun;
  if (words_only) return kWords + 0.12F * quality + 0.09F * coverage;
  // A run that starts inside a word loses only its first letter.
  bool one_run = value >= static_cast<int>(n - 1) * kInRun + kElsewhere;
  if (one_run && n > 1) return kSubstring + 0.06F * quality + 0.07F * coverage;
  return kLetters + 0.15F * std::max(0.0F, quality) + 0.07F * coverage;
}

bool NameMatcher::HasWordWithOneMistake(std::string_view name) const {
  for (size_t start = 0; start < name.size(); ++start) {
    // The cheap test first: it fails nearly everywhere.
    if (FoldByte(name[start]) != folded_[0] || !StartsWord(name, start)) continue;
    if (StartsWithOneMistake(name.substr(start))) return true;
  }
  return false;
}

bool NameMatcher::StartsWithOneMistake(std::string_view text) const {
  const size_t n = pattern_.size();
  if (n < 4) return false;  // everything is one mistake away from three letters
  size_t common = 0;
  while (common < n && common < text.size() && FoldByte(text[common]) == folded_[common]) ++common;
  if (common == 0) return false;  // nobody mistypes the first letter
  auto rest_matches = [&](size_t in_pattern, size_t in_text) {
    while (in_pattern < n && in_text < text.size() &&
           FoldByte(text[in_text]) == folded_[in_pattern]) {
      ++in_pattern;
      ++in_text;
    }
    return in_pattern == n;
  };
  if (rest_matches(common + 1, common)) return true;      // one letter too many
  if (rest_matches(common, common + 1)) return true;      // one too few
  if (rest_matches(common + 1, common + 1)) return true;  // another one
  bool exchanged = common + 1 < n && common + 1 < text.size() &&
                   FoldByte(text[common]) == folded_[common + 1] &&
                   FoldByte(text[common + 1]) == folded_[common];
  return exchanged && rest_matches(common + 2, common + 2);
}

}  // namespace astrolabe
