// Finds the matching lines of one text, for one pattern: what SearchText runs in every file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "index/query/literal_finder.h"
#include "index/query/text_search.h"

namespace re2 {
class RE2;
class FilteredRE2;
}  // namespace re2

namespace astrolabe {

// Offsets into the searched text.
struct LineMatch {
  uint32_t line = 0;  // 0-based
  size_t line_begin = 0;
  size_t line_end = 0;  // without the line's end
  size_t match_begin = 0;
  size_t match_end = 0;
};

// Immutable; any number of threads may share one.
class TextMatcher {
 public:
  static absl::StatusOr<std::unique_ptr<TextMatcher>> Create(const TextQuery& query);
  ~TextMatcher();

  // Appends the first match of every matching line, of kReference all matches; at most `limit` (0: all).
  void Match(std::string_view text, size_t limit, std::vector<LineMatch>& matches) const;

 private:
  explicit TextMatcher(const TextQuery& query);
  absl::Status CompileRegex();
  void MatchLiteral(std::string_view text, size_t limit, std::vector<LineMatch>& matches) const;
  void MatchRegex(std::string_view text, size_t limit, std::vector<LineMatch>& matches) const;
  void MatchTokens(std::string_view text, size_t limit, std::vector<LineMatch>& matches) const;
  bool MayMatchRegex(std::string_view text) const;

  const TextMode mode_;
  const bool ignore_case_;
  const std::string pattern_;
  LiteralFinder finder_;
  std::unique_ptr<re2::RE2> regex_;
  // Literals that a match must contain, in the combination that RE2 worked out; empty when there
  // are none.
  std::unique_ptr<re2::FilteredRE2> required_;
  std::vector<LiteralFinder> required_literals_;
};

}  // namespace astrolabe
