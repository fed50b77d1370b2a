// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/like_text.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "base/text/agreement.h"
#include "base/whole_file.h"
#include "index/keywords.h"
#include "index/query/text_search.h"
#include "index/visit_names.h"

namespace astrolabe {
namespace {

constexpr size_t kMaxTexts = 4;
constexpr size_t kMaxMatches = 400;
// Shorter ones are in every file.
constexpr size_t kShortestWord = 3;
// The rest of a line that is longer is no code that anybody would type again.
constexpr size_t kLongestText = 200;

// A word in the last lines of a prefix, and what follows it there.
struct Anchor {
  std::string word;
  std::string_view behind;  // up to the prefix's end
};

// The longest word of the last line that says something; of the line ahead of it where the last has none. The word at the
// very end may be half typed.
Anchor AnchorOf(std::string_view prefix) {
  Anchor best;
  size_t end = prefix.size();
  for (int lines = 0; lines < 2 && best.word.empty(); ++lines) {
    const size_t line_break = prefix.substr(0, end).rfind('\n');
    const size_t begin = line_break == prefix.npos ? 0 : line_break + 1;
    VisitNames(prefix.substr(begin, end - begin), [&](std::string_view word, size_t offset) {
      const size_t stop = begin + offset + word.size();
      const bool is_whole = stop < prefix.size();
      if (is_whole && word.size() >= std::max(kShortestWord, best.word.size() + 1) &&
          KeywordOf(word) == Keyword::kNone) {
        best = {std::string(word), prefix.substr(stop)};
      }
    });
    if (line_break == prefix.npos) break;
    end = line_break;
  }
  return best;
}

// Offsets of the beginnings of lines.
std::vector<size_t> LinesOf(std::string_view text) {
  std::vector<size_t> lines = {0};
  for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
    lines.push_back(at + 1);
  }
  return lines;
}

}  // namespace

std::vector<LikeText> FindLikeTexts(const Snapshot& snapshot, const std::string& root,
                                    std::string_view prefix, std::string_view own_path,
                                    absl::Duration time_limit, const std::atomic<bool>* cancelled) {
  const Anchor anchor = AnchorOf(prefix);
  if (anchor.word.empty()) return {};
  const absl::Time deadline = absl::Now() + time_limit;
  TextQuery query;
  query.pattern = anchor.word;
  query.mode = TextMode::kWord;
  query.limit = kMaxMatches;
  query.wants_file = [&](std::string_view path) {
    return path != own_path && absl::Now() < deadline;
  };
  // What is behind the word on its own line tells most places apart before their file is read.
  const std::string on_line =
      StrCat(anchor.word, anchor.behind.substr(0, anchor.behind.find('\n')));
  std::map<std::string, std::vector<uint32_t>> found;  // lines, by path
  const auto note = [&](const TextMatch& match) {
    if (match.text.find(on_line) != match.text.npos) {
      found[std::string(match.path)].push_back(match.line);
    }
  };
  if (!SearchText(snapshot, root, query, note, cancelled).ok()) return {};

  const std::string wanted = StrCat(anchor.word, anchor.behind);
  std::map<std::pair<size_t, std::string>, size_t> places;  // by agreement and text
  for (const auto& [path, lines] : found) {
    if (absl::Now() > deadline || (cancelled != nullptr && *cancelled)) break;
    const std::string text = ReadWholeFile(StrCat(root, "/", path));
    const std::vector<size_t> begins = LinesOf(text);
    for (const uint32_t line : lines) {
      if (line >= begins.size()) break;  // the file has changed since
      const size_t next = line + 1 < begins.size() ? begins[line + 1] : text.size();
      for (size_t at = text.find(wanted, begins[line]); at < next; at = text.find(wanted, at + 1)) {
        const size_t place = at + wanted.size();
        const size_t end = std::min(text.find('\n', place), text.size());
        const size_t agreeing = AgreeingEnd(std::string_view(text).substr(0, place), prefix);
        if (end > place && end - place <= kLongestText) {
          ++places[{agreeing, text.substr(place, end - place)}];
        }
      }
    }
  }
  std::vector<LikeText> texts;
  for (const auto& [alike, count] : places) texts.push_back({alike.second, alike.first, count});
  std::ranges::stable_sort(texts, [](const LikeText& a, const LikeText& b) {
    return std::pair(a.agreeing, a.places) > std::pair(b.agreeing, b.places);
  });
  // The same text may follow places that are less alike.
  std::vector<LikeText> best;
  for (LikeText& text : texts) {
    if (best.size() == kMaxTexts) break;
    const bool is_known = std::ranges::find(best, text.text, &LikeText::text) != best.end();
    if (!is_known) best.push_back(std::move(text));
  }
  return best;
}

}  // namespace astrolabe
