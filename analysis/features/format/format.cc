// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/format/format.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "analysis/live/line_index.h"
#include "base/strings.h"
#include "base/text/line_diff.h"
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
    std::vector<CodeEdit> edits;
    if (!after) return edits;
    for (const ByteEdit& edit : DiffTexts(text_, *after)) {
      edits.push_back({{lines_.PlaceOf(static_cast<uint32_t>(edit.range.begin)),
                        lines_.PlaceOf(static_cast<uint32_t>(edit.range.end))},
                       std::string(edit.replacement)});
    }
    return edits;
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

std::string FormatLines(const std::string& path, const std::string& text,
                        const std::vector<ByteRange>& ranges) {
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files = llvm::vfs::getRealFileSystem();
  llvm::Expected<format::FormatStyle> style =
      format::getStyle(format::DefaultFormatStyle, path, "none", text, files.get());
  if (!style) {
    llvm::consumeError(style.takeError());
    return text;
  }
  std::vector<tooling::Range> wanted;
  for (const ByteRange& range : ranges) {
    wanted.emplace_back(static_cast<unsigned>(range.begin),
                        static_cast<unsigned>(range.end - range.begin));
  }
  if (wanted.empty()) return text;
  return Formatted(*style, path, text, wanted, /*sorts_includes=*/false).value_or(text);
}

std::vector<CodeEdit> SortIncludes(const std::string& path, const std::string& text) {
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files = llvm::vfs::getRealFileSystem();
  llvm::Expected<format::FormatStyle> style =
      format::getStyle(format::DefaultFormatStyle, path, "LLVM", text, files.get());
  if (!style) {
    llvm::consumeError(style.takeError());
    return {};
  }
  const tooling::Range all(0, static_cast<unsigned>(text.size()));
  const tooling::Replacements sorted = format::sortIncludes(*style, text, {all}, path);
  llvm::Expected<std::string> after = tooling::applyAllReplacements(text, sorted);
  if (!after) {
    llvm::consumeError(after.takeError());
    return {};
  }
  const LineIndex lines(text);
  std::vector<CodeEdit> edits;
  for (const ByteEdit& edit : DiffTexts(text, *after)) {
    edits.push_back({{lines.PlaceOf(static_cast<uint32_t>(edit.range.begin)),
                      lines.PlaceOf(static_cast<uint32_t>(edit.range.end))},
                     std::string(edit.replacement)});
  }
  return edits;
}

}  // namespace astrolabe
