// How well a name answers what a person typed.
//
// The score orders a completion-like list: what one means comes first. In descending order: the
// very name; the name in another case; a prefix; words' beginnings ("schwork" for schedule_work,
// "DBI" for DBImpl) and, among them by how much of the name it covers, a prefix with one typing
// mistake; the text inside the name; its letters in order. Inside a class, fewer skipped letters,
// matching case and shorter names win. An alignment by dynamic programming scores the looser
// classes, as clangd's FuzzyMatch does; the bonuses are ours.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace astrolabe {

// Compares one pattern with many names. Immutable, so any number of threads may share it.
class NameMatcher {
 public:
  static constexpr size_t kMaxPattern = 63;  // longer patterns match by prefix and substring only

  explicit NameMatcher(std::string_view pattern);

  // In (0, 1], or nothing when `name` does not match even with one mistake.
  std::optional<float> Match(std::string_view name) const;

  // Whether the pattern becomes a prefix of `text` by one insertion, deletion, replacement or exchange of
  // neighbours behind its first letter. False for patterns shorter than four letters.
  bool StartsWithOneMistake(std::string_view text) const;

  std::string_view pattern() const { return pattern_; }
  std::string_view folded() const { return folded_; }

 private:
  float CaseBonus(std::string_view matched) const;
  std::optional<float> MatchLetters(std::string_view name) const;
  bool HasWordWithOneMistake(std::string_view name) const;

  std::string pattern_;
  std::string folded_;
  bool has_upper_ = false;
};

}  // namespace astrolabe
