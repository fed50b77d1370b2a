// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/format/format.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "analysis/live/line_index.h"
#include "base/strings.h"
#include "clang/Format/Format.h"
#include "clang/Tooling/Core/Replacement.h"
#include "llvm/Support/VirtualFileSystem.h"

namespace astrolabe {
namespace {

namespace format = clang::format;
namespace tooling = clang::tooling;

// Stands in the new line while its indentation is found out. A comment: its line is joined with no other.
constexpr std::string_view kPlaceholder = "// astrolabe_on_type_placeholder";

// What `text` is after formatting the ranges; nothing if the style is of no use to this file.
std::optional<std::string> Formatted(const format::FormatStyle& style, const std::string& path,
                                     const std::string& text,
                                     const std::vector<tooling::Range>& ranges,
                                     bool sorts_includes) {
  tooling::Replacements all;
  if (sorts_includes) all = format::sortIncludes(style, text, ranges, path);
  llvm::Expected<std::string> sorted = tooling::applyAllReplacements(text, all);
  if (!sorted) {
    llvm::consumeError(sorted.takeError());
    return std::nullopt;
  }
  const std::vector<tooling::Range> moved = tooling::calculateRangesAfterReplacements(all, ranges);
  const tooling::Replacements changes = format::reformat(style, *sorted, moved, path);
  llvm::Expected<std::string> done = tooling::applyAllReplacements(*sorted, changes);
  if (!done) {
    llvm::consumeError(done.takeError());
    return std::nullopt;
  }
  return *std::move(done);
}

// Edits line by line: an editor keeps its cursor and folds where lines stay as they are.
class LineEdits {
 public:
  static std::vector<CodeEdit> Between(std::string_view from, std::string_view to) {
    LineEdits edits(from, to);
    edits.Make();
    return std::move(edits.edits_);
  }

 private:
  LineEdits(std::string_view from, std::string_view to)
      : from_text_(from), to_text_(to), from_(Lines(from)), to_(Lines(to)) {}

  static std::vector<std::string_view> Lines(std::string_view text) {
    std::vector<std::string_view> lines;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
      lines.push_back(text.substr(at, end - at));
      at = end;
    }
    return lines;
  }

  static std::string Code(std::string_view text) {
    std::string code(text);
    std::erase_if(code, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
    return code;
  }

  // Formatting moves white space: lines are aligned by the code that has passed. Where that differs (sorted
  // includes, wrapped comments) the rest is one edit.
  void Make() {
    size_t a = 0;
    size_t b = 0;
    while (a < from_.size() || b < to_.size()) {
      if (a < from_.size() && b < to_.size() && from_[a] == to_[b]) {
        ++a;
        ++b;
        continue;
      }
      const size_t a_begin = a;
      const size_t b_begin = b;
      std::string passed_a;
      std::string passed_b;
      do {
        const bool a_is_behind = passed_a.size() <= passed_b.size();
        if ((a_is_behind && a < from_.size()) || b >= to_.size()) {
          passed_a += Code(from_[a++]);
        } else {
          passed_b += Code(to_[b++]);
        }
        const bool rest_is_alike =
            a == from_.size() || b == to_.size() || from_[a] == to_[b] || !Code(from_[a]).empty();
        if (passed_a == passed_b && rest_is_alike) break;
      } while (a < from_.size() || b < to_.size());
      Add(a_begin, a, b_begin, b);
    }
  }

  void Add(size_t a_begin, size_t a_end, size_t b_begin, size_t b_end) {
    std::string text;
    for (size_t b = b_begin; b < b_end; ++b) text += to_[b];
    std::string_view old;
    const char* start =
        a_begin < from_.size() ? from_[a_begin].data() : from_text_.data() + from_text_.size();
    for (size_t a = a_begin; a < a_end; ++a) {
      old = std::string_view(start, old.size() + from_[a].size());
    }
    // What both have at their ends is left alone.
    size_t same = 0;
    while (same < old.size() && same < text.size() && old[same] == text[same]) ++same;
    size_t tail = 0;
    while (tail < old.size() - same && tail < text.size() - same &&
           old[old.size() - 1 - tail] == text[text.size() - 1 - tail]) {
      ++tail;
    }
    const size_t begin = static_cast<size_t>(start - from_text_.data()) + same;
    const size_t end = static_cast<size_t>(start - from_text_.data()) + old.size() - tail;
    edits_.push_back(
        {{index_.PlaceOf(static_cast<uint32_t>(begin)), index_.PlaceOf(static_cast<uint32_t>(end))},
         text.substr(same, text.size() - same - tail)});
  }

  const std::string_view from_text_;
  const std::string_view to_text_;
  const LineIndex index_{from_text_};
  const std::vector<std::string_view> from_;
  const std::vector<std::string_view> to_;
  std::vector<CodeEdit> edits_;
};

class Formatter {
 public:
  Formatter(format::FormatStyle style, const std::string& path, const std::string& text)
      : style_(std::move(style)), path_(path), text_(text), lines_(text) {}

  std::vector<CodeEdit> Ranges(const std::vector<CodeRange>& wanted) {
    std::vector<tooling::Range> ranges;
    for (const CodeRange& range : wanted) {
      const uint32_t begin = lines_.OffsetOf(range.begin);
      ranges.emplace_back(begin, lines_.OffsetOf(range.end) - begin);
    }
    if (ranges.empty()) ranges.emplace_back(0, text_.size());
    return Edits(Formatted(style_, path_, text_, ranges, /*sorts_includes=*/true));
  }

  std::vector<CodeEdit> Typed(const std::string& character, CodePlace place) {
    if (place.line >= lines_.size()) return {};
    if (character == "\n") return NewLine(place);
    uint32_t first = place.line;
    if (character == "}") first = LineOfBrace(lines_.OffsetOf(place));
    const uint32_t begin = lines_[first];
    const uint32_t end = lines_.OffsetOf({place.line, UINT32_MAX});
    return Edits(Formatted(style_, path_, text_, {tooling::Range(begin, end - begin)}, false));
  }

 private:
  std::vector<CodeEdit> Edits(const std::optional<std::string>& after) const {
    if (!after) return {};
    return LineEdits::Between(text_, *after);
  }

  std::string_view LineText(uint32_t line) const {
    const uint32_t begin = lines_[line];
    const uint32_t end = lines_.OffsetOf({line, UINT32_MAX});
    return std::string_view(text_).substr(begin, end - begin);
  }

  // The line with the brace that the one just ahead of `offset` closes; counted, comments and all: a line too many
  // is formatted at worst.
  uint32_t LineOfBrace(uint32_t offset) const {
    int depth = 0;
    for (uint32_t at = std::min<uint32_t>(offset, static_cast<uint32_t>(text_.size())); at-- > 0;) {
      if (text_[at] == '}') ++depth;
      if (text_[at] == '{' && --depth <= 0) return lines_.PlaceOf(at).line;
    }
    return lines_.PlaceOf(offset).line;
  }

  // The line that was left is formatted, the new one indented; a comment for documentation goes on.
  std::vector<CodeEdit> NewLine(CodePlace place) {
    if (place.line == 0) return {};
    const std::string_view before = LineText(place.line - 1);
    const std::string_view here = LineText(place.line);
    const size_t first = before.find_first_not_of(" \t");
    const std::string_view comment =
        first == std::string_view::npos ? std::string_view() : before.substr(first);
    const size_t code = std::min(here.find_first_not_of(" \t\r"), here.size());
    for (std::string_view prefix : {"///", "//!"}) {
      if (!comment.starts_with(prefix) || comment.starts_with("////")) continue;
      std::string text = StrCat(before.substr(0, first), prefix, " ");
      return {{{{place.line, 0}, {place.line, static_cast<uint32_t>(code)}}, std::move(text)}};
    }
    const uint32_t begin = lines_[place.line];
    std::string with_placeholder = text_;
    const bool is_empty = code == here.size();
    if (is_empty) with_placeholder.replace(begin, code, kPlaceholder);
    const uint32_t from = lines_[place.line - 1];
    const uint32_t length =
        begin - from + static_cast<uint32_t>(is_empty ? kPlaceholder.size() : here.size());
    std::optional<std::string> after =
        Formatted(style_, path_, with_placeholder, {tooling::Range(from, length)}, false);
    if (!after) return {};
    if (is_empty) {
      const size_t at = after->find(kPlaceholder);
      if (at == std::string::npos) return {};
      after->erase(at, kPlaceholder.size());
    }
    return Edits(after);
  }

  const format::FormatStyle style_;
  const std::string& path_;
  const std::string& text_;
  const LineIndex lines_;
};

}  // namespace

FormatAnswer FormatText(const std::string& path, const std::string& text,
                        const Question& question) {
  FormatAnswer answer;
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files = llvm::vfs::getRealFileSystem();
  llvm::Expected<format::FormatStyle> style = format::getStyle(
      format::DefaultFormatStyle, path,
      question.style.empty() ? std::string(format::DefaultFallbackStyle) : question.style, text,
      files.get());
  if (!style) {
    answer.error = llvm::toString(style.takeError());
    return answer;
  }
  Formatter formatter(*style, path, text);
  answer.edits = question.typed.empty() ? formatter.Ranges(question.ranges)
                                        : formatter.Typed(question.typed, question.place);
  return answer;
}

}  // namespace astrolabe
