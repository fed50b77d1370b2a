// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/text_matcher.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/strings.h"
#include "index/ascii.h"
#include "index/byte_classes.h"
#include "index/lexer.h"
#include "index/words.h"

namespace astrolabe {
namespace {

// Shorter required literals are in every file and would only cost time.
constexpr int kMinRequiredLiteral = 3;

// Walks a text from match to match and keeps count of the lines passed.
class LineCursor {
 public:
  explicit LineCursor(std::string_view text) : text_(text) {}

  // The line that holds `offset`; offsets must not descend.
  LineMatch LineOf(size_t offset, size_t length) {
    while (true) {
      size_t newline = text_.find('\n', line_begin_);
      if (newline == std::string_view::npos || newline >= offset) {
        LineMatch match;
        match.line = line_;
        match.line_begin = line_begin_;
        next_line_ = newline == std::string_view::npos ? text_.size() : newline + 1;
        match.line_end = newline == std::string_view::npos ? text_.size() : newline;
        if (match.line_end > line_begin_ && text_[match.line_end - 1] == '\r') --match.line_end;
        match.match_begin = offset;
        match.match_end = std::min(offset + length, text_.size());
        return match;
      }
      line_begin_ = newline + 1;
      ++line_;
    }
  }
  // Where the search goes on behind the last line returned.
  size_t next_line() const { return next_line_; }

 private:
  std::string_view text_;
  size_t line_begin_ = 0;
  size_t next_line_ = 0;
  uint32_t line_ = 0;
};

bool IsWholeWord(std::string_view text, size_t at, size_t length) {
  return (at == 0 || !IsWordByte(text[at - 1])) &&
         (at + length >= text.size() || !IsWordByte(text[at + length]));
}

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

TextMatcher::TextMatcher(const TextQuery& query)
    : mode_(query.mode),
      ignore_case_(query.ignore_case && query.mode != TextMode::kReference),
      pattern_(query.pattern),
      finder_(query.pattern, ignore_case_) {}

TextMatcher::~TextMatcher() = default;

absl::StatusOr<std::unique_ptr<TextMatcher>> TextMatcher::Create(const TextQuery& query) {
  if (query.pattern.empty()) return absl::InvalidArgumentError("the text to search for is empty");
  if (query.pattern.find('\n') != std::string::npos && query.mode != TextMode::kRegex) {
    return absl::InvalidArgumentError("the text to search for must not span lines");
  }
  bool needs_word = query.mode == TextMode::kWord || query.mode == TextMode::kReference;
  if (needs_word && !IsWord(query.pattern)) {
    return absl::InvalidArgumentError(StrCat("not an identifier: \"", query.pattern, "\""));
  }
  std::unique_ptr<TextMatcher> matcher(new TextMatcher(query));
  if (query.mode == TextMode::kRegex) {
    if (absl::Status status = matcher->CompileRegex(); !status.ok()) return status;
  }
  return matcher;
}

absl::Status TextMatcher::CompileRegex() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignore_case_);
  options.set_never_nl(true);  // line by line, whatever the pattern says
  const std::string by_line = StrCat("(?m)", pattern_);
  regex_ = std::make_unique<re2::RE2>(by_line, options);
  if (!regex_->ok()) {
    return absl::InvalidArgumentError(
        StrCat("regular expression \"", pattern_, "\": ", regex_->error()));
  }
  auto required = std::make_unique<re2::FilteredRE2>(kMinRequiredLiteral);
  int id = 0;
  std::vector<std::string> atoms;
  if (required->Add(by_line, options, &id) != re2::RE2::NoError) return absl::OkStatus();
  required->Compile(&atoms);
  // Without atoms the filter lets everything pass.
  if (atoms.empty()) return absl::OkStatus();
  for (const std::string& atom : atoms) required_literals_.emplace_back(atom, true);
  required_ = std::move(required);
  return absl::OkStatus();
}

bool TextMatcher::MayMatchRegex(std::string_view text) const {
  if (!required_) return true;
  std::vector<int> present;
  for (size_t i = 0; i < required_literals_.size(); ++i) {
    if (required_literals_[i].Find(text) != std::string_view::npos) {
      present.push_back(static_cast<int>(i));
    }
  }
  std::vector<int> possible;
  required_->AllPotentials(present, &possible);
  return !possible.empty();
}

void TextMatcher::Match(std::string_view text, size_t limit,
                        std::vector<LineMatch>& matches) const {
  switch (mode_) {
    case TextMode::kWord:
    case TextMode::kLiteral:
      return MatchLiteral(text, limit, matches);
    case TextMode::kRegex:
      return MatchRegex(text, limit, matches);
    case TextMode::kReference:
      return MatchTokens(text, limit, matches);
  }
}

void TextMatcher::MatchLiteral(std::string_view text, size_t limit,
                               std::vector<LineMatch>& matches) const {
  LineCursor lines(text);
  size_t from = 0;
  while (limit == 0 || matches.size() < limit) {
    size_t at = finder_.Find(text, from);
    if (at == std::string_view::npos) return;
    if (mode_ == TextMode::kWord && !IsWholeWord(text, at, pattern_.size())) {
      from = at + 1;
      continue;
    }
    matches.push_back(lines.LineOf(at, pattern_.size()));
    from = lines.next_line();
  }
}

void TextMatcher::MatchRegex(std::string_view text, size_t limit,
                             std::vector<LineMatch>& matches) const {
  if (!MayMatchRegex(text)) return;
  LineCursor lines(text);
  size_t from = 0;
  re2::StringPiece found;
  while (from <= text.size() && (limit == 0 || matches.size() < limit)) {
    if (!regex_->Match(Piece(text), from, text.size(), re2::RE2::UNANCHORED, &found, 1)) return;
    size_t at = static_cast<size_t>(found.data() - text.data());
    if (at >= text.size() && found.empty()) return;  // an empty match behind the last line
    matches.push_back(lines.LineOf(at, found.size()));
    from = lines.next_line();
    if (from >= text.size()) return;
  }
}

void TextMatcher::MatchTokens(std::string_view text, size_t limit,
                              std::vector<LineMatch>& matches) const {
  // Most candidates of the filters have the word; those that don't needn't be lexed. A name spliced
  // by a backslash-newline is the one thing that the plain text hides, and is left out.
  size_t first = finder_.Find(text);
  while (first != std::string_view::npos && !IsWholeWord(text, first, pattern_.size())) {
    first = finder_.Find(text, first + 1);
  }
  if (first == std::string_view::npos) return;
  thread_local ByteClasses classes;
  classes.Classify(text);
  LineCursor lines(text);
  Lexer lexer(text, classes);
  for (Token token = lexer.Next(); !token.Is(TokenKind::kEnd); token = lexer.Next()) {
    if (!token.Is(TokenKind::kIdentifier) || lexer.Text(token) != pattern_) continue;
    matches.push_back(lines.LineOf(token.offset, token.length));
    if (limit != 0 && matches.size() >= limit) return;
  }
}

}  // namespace astrolabe
