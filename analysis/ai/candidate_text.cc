// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/candidate_text.h"

#include <algorithm>

namespace astrolabe {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

char OpeningOf(char closing) {
  switch (closing) {
    case ')':
      return '(';
    case ']':
      return '[';
    case '}':
      return '{';
    default:
      return 0;
  }
}

// Whether each bracket has its other one: a candidate has closed what it has opened, so "f()" ahead of ");" says nothing
// again.
bool IsBalanced(std::string_view text) {
  std::string open;
  for (char byte : text) {
    if (byte == '(' || byte == '[' || byte == '{') open += byte;
    const char opening = OpeningOf(byte);
    if (opening == 0) continue;
    if (open.empty() || open.back() != opening) return false;
    open.pop_back();
  }
  return open.empty();
}

}  // namespace

std::string OpenBrackets(std::string_view prefix, std::string_view suffix) {
  // From behind the last line that ends a statement or begins a block.
  size_t begin = prefix.size();
  while (begin > 0) {
    const std::string_view before = WithoutTrailingSpace(prefix.substr(0, begin));
    const bool is_line_begin = begin == prefix.size() ? false : prefix[begin - 1] == '\n';
    if (is_line_begin && (before.empty() || before.ends_with(';') || before.ends_with('{') ||
                          before.ends_with('}') || before.ends_with(':'))) {
      break;
    }
    begin = begin < 2 ? 0 : prefix.rfind('\n', begin - 2) + 1;
  }
  std::string open;
  const auto take = [&open](std::string_view text) {
    for (char byte : text) {
      if (byte == '(' || byte == '[' || byte == '{') open += byte;
      const char opening = OpeningOf(byte);
      if (opening != 0 && !open.empty() && open.back() == opening) open.pop_back();
    }
  };
  take(prefix.substr(begin));
  take(suffix.substr(0, std::min(suffix.find('\n'), suffix.size())));
  return open;
}

bool CandidateEnd::Take(std::string_view piece) {
  for (char byte : piece) {
    if (!TakeByte(byte)) return false;
    ++size_;
  }
  return true;
}

bool CandidateEnd::TakeByte(char byte) {
  const char before = before_;
  before_ = byte;
  if (byte == '\n') {
    if (is_single_line_ && has_text_) return false;
    if (comment_ == Comment::kLine) comment_ = Comment::kNone;
    quote_ = 0;  // of a literal that was never closed
    escaped_ = false;
  }
  if (!IsSpace(byte)) has_text_ = true;
  if (comment_ == Comment::kBlock) {
    if (before == '*' && byte == '/') comment_ = Comment::kNone;
    return true;
  }
  if (comment_ == Comment::kLine) return true;
  if (quote_ != 0) {
    if (escaped_) {
      escaped_ = false;
    } else if (byte == '\\') {
      escaped_ = true;
    } else if (byte == quote_) {
      quote_ = 0;
    }
    return true;
  }
  if (byte == '"' || byte == '\'') {
    quote_ = byte;
  } else if (before == '/' && byte == '/') {
    comment_ = Comment::kLine;
  } else if (before == '/' && byte == '*') {
    comment_ = Comment::kBlock;
  } else if (byte == '(' || byte == '[' || byte == '{') {
    open_ += byte;
  } else if (const char opening = OpeningOf(byte)) {
    if (open_.empty() || open_.back() != opening) return false;
    open_.pop_back();
  }
  return true;
}

std::string_view WithoutOverlap(std::string_view candidate, std::string_view suffix) {
  std::string_view rest = suffix.substr(0, std::min(suffix.find('\n'), suffix.size()));
  rest = WithoutTrailingSpace(rest);
  for (size_t size = std::min(candidate.size(), rest.size()); size > 0; --size) {
    const std::string_view again = rest.substr(0, size);
    if (candidate.ends_with(again) && IsBalanced(again)) {
      return candidate.substr(0, candidate.size() - size);
    }
  }
  return candidate;
}

std::string_view WithoutTrailingSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace astrolabe
