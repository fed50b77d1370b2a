// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/comment_text.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kMaxLine = 100;
constexpr std::string_view kSpace = " \t\r\f\v";

std::string_view Trimmed(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
  // A backslash at its end would take the next line in.
  while (!line.empty() && (kSpace.find(line.back()) != kSpace.npos || line.back() == '\\')) {
    line.remove_suffix(1);
  }
  return line;
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(Trimmed(text.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

bool TakePrefix(std::string_view prefix, std::string_view* line) {
  if (!line->starts_with(prefix)) return false;
  line->remove_prefix(prefix.size());
  return true;
}

// The text of the first comment that has a line of its own, by lines.
std::vector<std::string_view> FirstComment(const std::vector<std::string_view>& lines) {
  std::vector<std::string_view> text;
  bool is_block = false;
  for (std::string_view line : lines) {
    if (is_block) {
      const size_t end = line.find("*/");
      is_block = end == line.npos;
      line = line.substr(0, end);
      TakePrefix("*", &line);
    } else if (TakePrefix("//", &line)) {
      while (TakePrefix("/", &line) || TakePrefix("!", &line)) {
      }
    } else if (text.empty() && TakePrefix("/*", &line)) {
      while (TakePrefix("*", &line) && !line.starts_with("/")) {
      }
      const size_t end = line.find("*/");
      is_block = end == line.npos && line != "/";
      line = line == "/" ? "" : line.substr(0, end);
    } else if (text.empty()) {
      continue;  // what is said ahead of it
    } else {
      break;
    }
    text.push_back(Trimmed(line));
  }
  return text;
}

std::vector<std::string_view> FirstParagraph(const std::vector<std::string_view>& lines) {
  const auto begin = std::ranges::find_if_not(lines, &std::string_view::empty);
  return {begin,
          std::find_if(begin, lines.end(), [](std::string_view line) { return line.empty(); })};
}

void AddLines(std::string_view text, std::string_view begin, std::string* comment) {
  do {
    size_t end = text.size();
    if (begin.size() + 1 + end > kMaxLine) {
      const size_t room = kMaxLine > begin.size() + 1 ? kMaxLine - begin.size() - 1 : 1;
      end = text.rfind(' ', room);
      if (end == text.npos || end == 0) end = std::min(text.find(' ', room), text.size());
    }
    const std::string_view line = Trimmed(text.substr(0, end));
    *comment += StrCat(begin, line.empty() ? "" : " ", line, "\n");
    text = Trimmed(text.substr(end));
  } while (!text.empty());
}

}  // namespace

std::string_view CommentMarkOf(std::string_view text) {
  size_t of_two = 0;
  size_t of_three = 0;
  for (std::string_view line : LinesOf(text)) {
    if (!line.starts_with("//")) continue;
    ++(line.starts_with("///") ? of_three : of_two);
  }
  return of_two > of_three ? "//" : "///";
}

std::string CommentOfAnswer(std::string_view answer, std::string_view mark,
                            std::string_view indentation) {
  const std::vector<std::string_view> lines = LinesOf(answer);
  std::vector<std::string_view> text = FirstComment(lines);
  if (text.empty()) text = FirstParagraph(lines);
  while (!text.empty() && text.back().empty()) text.pop_back();
  text.erase(text.begin(), std::ranges::find_if_not(text, &std::string_view::empty));
  std::string comment;
  for (std::string_view line : text) AddLines(line, StrCat(indentation, mark), &comment);
  return comment;
}

}  // namespace astrolabe::lsp
