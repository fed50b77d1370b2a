// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/chat_answer.h"

#include "analysis/ai/candidate_text.h"

namespace astrolabe {
namespace {

constexpr std::string_view kFence = "```";

// The next fence that begins its line; npos if there is none.
size_t FindFence(std::string_view text, size_t from) {
  for (size_t at = text.find(kFence, from); at != text.npos; at = text.find(kFence, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') return at;
  }
  return text.npos;
}

}  // namespace

std::string_view FencedText(std::string_view answer) {
  if (const size_t begin = FindFence(answer, 0); begin != answer.npos) {
    const size_t line_end = answer.find('\n', begin);
    answer.remove_prefix(line_end == answer.npos ? answer.size() : line_end + 1);
    answer = answer.substr(0, FindFence(answer, 0));
  }
  answer = WithoutTrailingSpace(answer);
  // The first line keeps its indentation.
  const size_t text = answer.find_first_not_of(" \t\r\n");
  if (text == answer.npos) return {};
  const size_t line_break = answer.substr(0, text).rfind('\n');
  if (line_break != answer.npos) answer.remove_prefix(line_break + 1);
  return answer;
}

}  // namespace astrolabe
