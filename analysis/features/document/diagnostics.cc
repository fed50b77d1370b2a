// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/diagnostics.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "analysis/features/document/diagnostic_names.h"
#include "analysis/live/live_command.h"
#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Basic/DiagnosticLex.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/SmallString.h"

namespace astrolabe {
namespace {

using Heard = DiagnosticCollector::Heard;

// Far more than is shown: warnings of headers are among them, and go only when the file is known.
constexpr size_t kMaxHeard = 8 * kMaxDiagnostics;
constexpr size_t kMaxNotes = 30;  // candidates of an overloaded operator<< are hundreds

struct OffsetRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// One diagnostic after the other, from source locations to places.
class Maker {
 public:
  explicit Maker(const LiveAst& ast)
      : ast_(ast),
        sources_(ast.context->getSourceManager()),
        language_(ast.context->getLangOpts()),
        ids_(*ast.context->getDiagnostics().getDiagnosticIDs()) {}

  // Nothing if it is none of this file's business.
  std::optional<LiveDiagnostic> Make(const Heard& heard);

 private:
  bool IsInFile(clang::SourceLocation location) const {
    return location.isValid() && ast_.IsInFile(sources_.getFileID(sources_.getFileLoc(location)));
  }
  // In what follows the preamble in its buffer, which is ours and not the file's: the fork point.
  bool IsBehindPreamble(clang::SourceLocation location) const {
    auto [id, offset] = sources_.getDecomposedLoc(sources_.getFileLoc(location));
    return id == ast_.preamble && offset > ast_.preamble_size;
  }
  CodeRange PlacesOf(OffsetRange range) const {
    return {ast_.PlaceAt(range.begin), ast_.PlaceAt(range.end)};
  }
  CodeRange RangeOf(const Heard& heard) const;
  OffsetRange TokenAt(uint32_t offset) const;
  std::optional<OffsetRange> InFile(clang::CharSourceRange range) const;
  bool IsOfContext(const Heard& heard) const;
  const Heard* InstantiationIn(const Heard& heard) const;
  clang::SourceLocation IncludeOf(clang::SourceLocation location) const;
  std::optional<CodeLocation> LocationOf(const Heard& heard) const;
  std::optional<CodeEdit> EditOf(const clang::FixItHint& hint) const;
  void AddFix(const Heard& heard, bool is_note, LiveDiagnostic& diagnostic) const;
  std::string TitleOf(const CodeEdit& edit) const;
  void NameWarning(const Heard& heard, LiveDiagnostic& diagnostic) const;
  std::string_view TextOf(CodeRange range) const {
    uint32_t begin = ast_.OffsetOf(range.begin);
    return std::string_view(ast_.text).substr(begin, ast_.OffsetOf(range.end) - begin);
  }

  const LiveAst& ast_;
  const clang::SourceManager& sources_;
  const clang::LangOptions& language_;
  clang::DiagnosticIDs& ids_;
  std::set<uint32_t> includes_with_error_;  // by offset
};

// The offsets in the file's text that a range covers; of macro expansions, their places in the file.
std::optional<OffsetRange> Maker::InFile(clang::CharSourceRange range) const {
  if (range.isInvalid()) return std::nullopt;
  clang::SourceLocation last = range.getEnd();
  if (last.isMacroID()) {
    last = sources_.isMacroArgExpansion(last) ? sources_.getFileLoc(last)
                                              : sources_.getExpansionRange(last).getEnd();
  }
  auto [begin_id, begin] = sources_.getDecomposedLoc(sources_.getFileLoc(range.getBegin()));
  auto [end_id, end] = sources_.getDecomposedLoc(sources_.getFileLoc(last));
  if (!ast_.IsInFile(begin_id) || begin_id != end_id) return std::nullopt;
  bool is_token = range.isTokenRange() || range.getEnd().isMacroID();
  if (is_token) end = TokenAt(end).end;
  if (end < begin || end > ast_.text.size()) return std::nullopt;
  return OffsetRange{begin, end};
}

// The token that begins at `offset` or is around it. Where none begins, as behind a statement without its
// semicolon, the one that ends there: an empty range is hard to see.
OffsetRange Maker::TokenAt(uint32_t offset) const {
  std::string_view text = ast_.text;
  if (offset > text.size())
    return {static_cast<uint32_t>(text.size()), static_cast<uint32_t>(text.size())};
  auto is_word = [&](uint32_t at) {
    return clang::isAsciiIdentifierContinue(text[at], /*AllowDollar=*/true);
  };
  if (offset < text.size() && clang::isWhitespace(text[offset]) == 0) {
    clang::Lexer lexer(clang::SourceLocation(), language_, text.data(), text.data() + offset,
                       text.data() + text.size());
    lexer.SetCommentRetentionState(true);
    clang::Token token;
    lexer.LexFromRawLexer(token);
    uint32_t end = std::min<uint32_t>(offset + token.getLength(), text.size());
    // The name of a header between angles is no token for the lexer outside of its directive.
    size_t line = text.rfind('\n', offset);
    std::string_view ahead = text.substr(line + 1, offset - line - 1);
    if (text[offset] == '<' && ahead.find('#') < ahead.find("include")) {
      size_t close = text.find_first_of(">\n", offset);
      if (close != std::string_view::npos && text[close] == '>') end = close + 1;
    }
    return {offset, std::max(end, offset + 1)};
  }
  if (offset == 0 || clang::isWhitespace(text[offset - 1]) != 0) return {offset, offset};
  uint32_t begin = offset - 1;
  while (begin > 0 && is_word(begin) && is_word(begin - 1)) --begin;
  return {begin, offset};
}

// The token at the location, or the widest of the diagnostic's own ranges around it on its line.
CodeRange Maker::RangeOf(const Heard& heard) const {
  auto [id, offset] = sources_.getDecomposedLoc(sources_.getFileLoc(heard.location));
  if (id == ast_.preamble) offset = std::min(offset, ast_.preamble_size);
  OffsetRange token = TokenAt(offset);
  CodeRange best = PlacesOf(token);
  std::vector<clang::CharSourceRange> ranges = heard.ranges;
  for (const clang::FixItHint& hint : heard.fixes) ranges.push_back(hint.RemoveRange);
  for (clang::CharSourceRange range : ranges) {
    std::optional<OffsetRange> found = InFile(range);
    if (!found || found->begin > offset || found->end < token.end || found->end <= offset) continue;
    CodeRange places = PlacesOf(*found);
    if (places.begin.line != places.end.line) continue;
    if (places.end.column - places.begin.column > best.end.column - best.begin.column) {
      best = places;
    }
  }
  return best;
}

// A header that is included inside a namespace ends inside it: the closing bracket is in the unit that it is
// parsed for, of which only what stands ahead of the header is there (LiveCommand::context).
bool Maker::IsOfContext(const Heard& heard) const {
  if (!heard.message.starts_with("expected '}'")) return false;
  return std::any_of(heard.notes.begin(), heard.notes.end(), [&](const Heard& note) {
    clang::SourceLocation place = sources_.getFileLoc(note.location);
    return place.isValid() && note.message.starts_with("to match this '{'") &&
           sources_.getFilename(place).ends_with(kContextSuffix);
  });
}

// The note that says which code of this file wanted the instantiation in which it went wrong.
const Heard* Maker::InstantiationIn(const Heard& heard) const {
  for (const Heard& note : heard.notes) {
    if (note.message.starts_with("in instantiation of") && IsInFile(note.location)) return &note;
  }
  return nullptr;
}

// Where the file includes what leads to a location in another one; invalid if it does not.
clang::SourceLocation Maker::IncludeOf(clang::SourceLocation location) const {
  clang::SourceLocation at = sources_.getFileLoc(location);
  while (at.isValid() && !IsInFile(at)) at = sources_.getIncludeLoc(sources_.getFileID(at));
  return at;
}

std::optional<CodeLocation> Maker::LocationOf(const Heard& heard) const {
  if (heard.location.isInvalid()) return std::nullopt;
  if (IsInFile(heard.location)) return CodeLocation{ast_.path, RangeOf(heard)};
  return ast_.LocationOf(sources_.getFileLoc(heard.location));
}

std::optional<CodeEdit> Maker::EditOf(const clang::FixItHint& hint) const {
  // In a macro's body it would change all its uses.
  if (hint.RemoveRange.getBegin().isMacroID() || hint.RemoveRange.getEnd().isMacroID()) {
    return std::nullopt;
  }
  auto [id, begin] = sources_.getDecomposedLoc(hint.RemoveRange.getBegin());
  auto [end_id, end] = sources_.getDecomposedLoc(hint.RemoveRange.getEnd());
  if (!ast_.IsInFile(id) || id != end_id) return std::nullopt;
  if (hint.RemoveRange.isTokenRange()) end = TokenAt(end).end;
  if (end < begin || end > ast_.text.size()) return std::nullopt;
  CodeEdit edit{PlacesOf({begin, end}), hint.CodeToInsert};
  if (hint.InsertFromRange.isValid()) {
    std::optional<OffsetRange> from = InFile(hint.InsertFromRange);
    if (!from) return std::nullopt;
    edit.text = ast_.text.substr(from->begin, from->end - from->begin);
  }
  if (edit.text == TextOf(edit.range)) return std::nullopt;
  return edit;
}

std::string Shortened(std::string_view text) {
  constexpr size_t kMax = 40;
  size_t line = text.find('\n');
  if (line == std::string_view::npos && text.size() <= kMax) return std::string(text);
  size_t end = std::min(line, kMax);
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // inside UTF-8
  return std::string(text.substr(0, end)) + "…";
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && clang::isWhitespace(text.front()) != 0) text.remove_prefix(1);
  while (!text.empty() && clang::isWhitespace(text.back()) != 0) text.remove_suffix(1);
  return text;
}

std::string Maker::TitleOf(const CodeEdit& edit) const {
  std::string_view removed = Trimmed(TextOf(edit.range));
  std::string_view inserted = Trimmed(edit.text);
  if (removed.empty()) return "insert '" + Shortened(inserted) + "'";
  if (inserted.empty()) return "remove '" + Shortened(removed) + "'";
  return "change '" + Shortened(removed) + "' to '" + Shortened(inserted) + "'";
}

// All hints of one message belong together: they are one fix, or none if one of them cannot be made.
void Maker::AddFix(const Heard& heard, bool is_note, LiveDiagnostic& diagnostic) const {
  DiagnosticFix fix;
  for (const clang::FixItHint& hint : heard.fixes) {
    std::optional<CodeEdit> edit = EditOf(hint);
    if (!edit) return;
    fix.edits.push_back(std::move(*edit));
  }
  if (fix.edits.empty()) return;
  // Notes say what the fix is for: "place parentheses around the assignment to silence this warning".
  if (is_note || fix.edits.size() > 1) {
    fix.title = heard.message;
  } else {
    fix.title = TitleOf(fix.edits[0]);
  }
  diagnostic.fixes.push_back(std::move(fix));
}

DiagnosticLevel LevelOf(clang::DiagnosticsEngine::Level level) {
  switch (level) {
    case clang::DiagnosticsEngine::Fatal:
    case clang::DiagnosticsEngine::Error:
      return DiagnosticLevel::kError;
    case clang::DiagnosticsEngine::Warning:
      return DiagnosticLevel::kWarning;
    default:
      return DiagnosticLevel::kInformation;
  }
}

// Whether it is code that could go as it stands, and not a value that should have been used.
bool IsAboutUnused(std::string_view flag) {
  if (flag.starts_with("unreachable-code")) return true;
  return flag.starts_with("unused-") && flag != "unused-result" && flag != "unused-value" &&
         flag != "unused-volatile-lvalue" && flag != "unused-command-line-argument";
}

void Maker::NameWarning(const Heard& heard, LiveDiagnostic& diagnostic) const {
  std::string_view flag = ids_.getWarningOptionForDiag(heard.id);
  diagnostic.name = DiagnosticName(heard.id);
  diagnostic.code = flag.empty() ? diagnostic.name : flag;
  if (diagnostic.code.empty()) diagnostic.code = std::to_string(heard.id);
  diagnostic.category = clang::DiagnosticIDs::getCategoryNameFromID(
                            clang::DiagnosticIDs::getCategoryNumberForDiag(heard.id))
                            .str();
  diagnostic.is_unused = IsAboutUnused(flag);
  diagnostic.is_deprecated = flag.starts_with("deprecated");
}

void NameCheck(const Heard& heard, LiveDiagnostic& diagnostic) {
  diagnostic.code = heard.check;
  diagnostic.category = kTidyCategory;
  diagnostic.is_unused = heard.check.starts_with("misc-unused-");
  diagnostic.is_deprecated = heard.check.starts_with("modernize-deprecated-");
}

std::optional<LiveDiagnostic> Maker::Make(const Heard& heard) {
  LiveDiagnostic diagnostic;
  diagnostic.level = LevelOf(heard.level);
  diagnostic.message = heard.message;
  bool is_error = diagnostic.level == DiagnosticLevel::kError && !heard.is_promoted;
  if (IsOfContext(heard)) return std::nullopt;
  if (heard.location.isInvalid()) {
    // Of the command line, say. Without it nothing else may make sense.
    if (!is_error) return std::nullopt;
  } else if (IsInFile(heard.location)) {
    if (!is_error && IsBehindPreamble(heard.location)) return std::nullopt;
    diagnostic.range = RangeOf(heard);
  } else if (const Heard* wanted = InstantiationIn(heard)) {
    diagnostic.range = RangeOf(*wanted);
    diagnostic.message = "In template: " + heard.message;
  } else {
    if (!is_error) return std::nullopt;
    clang::SourceLocation include = IncludeOf(heard.location);
    if (include.isInvalid()) return std::nullopt;
    uint32_t offset = sources_.getFileOffset(include);
    if (!includes_with_error_.insert(offset).second) return std::nullopt;
    diagnostic.range = PlacesOf(TokenAt(offset));
    diagnostic.message = "In included file: " + heard.message;
  }
  if (heard.location.isValid() && !IsInFile(heard.location)) {
    if (std::optional<CodeLocation> real = LocationOf(heard)) {
      diagnostic.notes.push_back({std::move(*real), "error occurred here"});
      if (!is_error) diagnostic.notes.back().message = "warning occurred here";
    }
  }
  if (heard.check.empty()) {
    NameWarning(heard, diagnostic);
  } else {
    NameCheck(heard, diagnostic);
  }
  AddFix(heard, /*is_note=*/false, diagnostic);
  for (const Heard& note : heard.notes) {
    size_t fixes = diagnostic.fixes.size();
    AddFix(note, /*is_note=*/true, diagnostic);
    if (diagnostic.fixes.size() > fixes) continue;  // it is the fix's title now
    if (std::optional<CodeLocation> location = LocationOf(note)) {
      diagnostic.notes.push_back({std::move(*location), note.message});
    }
  }
  return diagnostic;
}

}  // namespace

void DiagnosticCollector::HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                                           const clang::Diagnostic& diagnostic) {
  DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
  if (level == clang::DiagnosticsEngine::Ignored) return;
  bool is_note = level == clang::DiagnosticsEngine::Note;
  if (is_note && (!takes_notes_ || heard_.back().notes.size() >= kMaxNotes)) return;
  if (!is_note) {
    takes_notes_ =
        heard_.size() < kMaxHeard && diagnostic.getID() != clang::diag::fatal_too_many_errors;
    if (!takes_notes_) return;
  }
  Heard heard;
  heard.id = diagnostic.getID();
  heard.level = level;
  heard.is_promoted = level >= clang::DiagnosticsEngine::Error &&
                      diagnostic.getDiags()->getDiagnosticIDs()->isWarningOrExtension(heard.id) &&
                      !diagnostic.getDiags()->getDiagnosticIDs()->isDefaultMappingAsError(heard.id);
  heard.location = diagnostic.getLocation();
  llvm::SmallString<256> message;
  diagnostic.FormatDiagnostic(message);
  heard.message = message.str().str();
  heard.ranges.assign(diagnostic.getRanges().begin(), diagnostic.getRanges().end());
  heard.fixes.assign(diagnostic.getFixItHints().begin(), diagnostic.getFixItHints().end());
  std::vector<Heard>& list = is_note ? heard_.back().notes : heard_;
  list.push_back(std::move(heard));
}

void DiagnosticCollector::HandleCheck(clang::DiagnosticsEngine::Level level,
                                      const clang::Diagnostic& diagnostic, const std::string& check,
                                      bool is_error) {
  HandleDiagnostic(level, diagnostic);
  if (!takes_notes_) return;
  Heard& heard = heard_.back();
  heard.check = check;
  // clang-tidy puts the check's name behind what the check says.
  std::string suffix = StrCat(" [", check, "]");
  if (heard.message.ends_with(suffix)) {
    heard.message.resize(heard.message.size() - suffix.size());
  }
  if (!is_error || level != clang::DiagnosticsEngine::Warning) return;
  heard.level = clang::DiagnosticsEngine::Error;
  heard.is_promoted = true;
}

void DiagnosticCollector::Reset() {
  clear();
  heard_.clear();
  takes_notes_ = false;
}

std::vector<LiveDiagnostic> DiagnosticCollector::Take(const LiveAst& ast) const {
  std::vector<LiveDiagnostic> diagnostics;
  if (ast.context == nullptr) return diagnostics;
  Maker maker(ast);
  // Two instantiations of one template say the same twice.
  std::set<std::tuple<CodeRange, std::string>> seen;
  for (const Heard& heard : heard_) {
    std::optional<LiveDiagnostic> diagnostic = maker.Make(heard);
    if (!diagnostic || !seen.emplace(diagnostic->range, diagnostic->message).second) continue;
    diagnostics.push_back(std::move(*diagnostic));
  }
  if (diagnostics.size() > kMaxDiagnostics) {
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [](const auto& a, const auto& b) { return a.level < b.level; });
    diagnostics.resize(kMaxDiagnostics);
  }
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const auto& a, const auto& b) { return a.range.begin < b.range.begin; });
  return diagnostics;
}

}  // namespace astrolabe
