// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/edit_check.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "analysis/project/paths.h"
#include "analysis/project/source_language.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);
// A file parsed from its first line on, and sources beside it.
constexpr absl::Duration kPatienceForFiles = absl::Seconds(3);
// Sources beside the document that are parsed.
constexpr size_t kMaxSources = 2;

// How messages begin that are about what a template is instantiated with (analysis/features/document/diagnostics.cc).
constexpr std::string_view kInTemplate = "In template: ";

// Whether it writes or removes an #include or a macro, so that the preamble may have to be parsed again.
bool ChangesDirectives(const EditedFile& file) {
  return std::ranges::any_of(file.edits, [&](const FileEdit& edit) {
    const std::string_view before(file.text);
    return edit.text.find('#') != std::string::npos ||
           before.substr(edit.begin, edit.end - edit.begin).find('#') != std::string_view::npos;
  });
}

// The first line behind line `line` that is not blank: where the parser notices what is missing.
uint32_t NextLineOfText(std::string_view text, uint32_t line) {
  uint32_t number = 0;
  for (size_t at = 0; at < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (number > line && text.substr(at, end - at).find_first_not_of(" \t\r") != text.npos) break;
    at = end + 1;
  }
  return number;
}

CodeRange WholeLines(const EditedFile::Lines& lines) {
  return {{lines.first, 0}, {lines.last, UINT32_MAX}};
}

class Checker {
 public:
  Checker(LiveDocuments& live, const DocumentSnapshot& document,
          const std::vector<EditedFile>& files, const Work& work,
          const EditCheckOptions& options = {})
      : live_(live),
        document_(document),
        work_(work),
        baseline_(options.baseline),
        instantiates_(options.instantiates) {
    for (const EditedFile& file : files) {
      if (file.uri == document->name.uri) {
        own_ = &file;
      } else if (IsSourceFile(file.path)) {
        sources_.push_back(&file);
      } else {
        overlay_.push_back({file.path, file.After()});
      }
    }
    const bool is_quick =
        overlay_.empty() && sources_.empty() && (own_ == nullptr || !ChangesDirectives(*own_));
    latest_ = absl::Now() + options.patience.value_or(is_quick ? kPatience : kPatienceForFiles);
  }

  EditCheck Run() {
    if (own_ != nullptr || !overlay_.empty()) CheckDocument();
    for (size_t i = 0; i < std::min(sources_.size(), kMaxSources); ++i) CheckSource(*sources_[i]);
    if (sources_.size() > kMaxSources && check_.not_checked.empty()) {
      check_.not_checked = StrCat(sources_.size() - kMaxSources, " of the files were not parsed");
    }
    return std::move(check_);
  }

  absl::StatusOr<ErrorCounts> ErrorsOfText(const std::string& text, uint32_t line) {
    Question question;
    question.text = text;
    question.ranges.push_back(WholeLines({line, line}));
    const auto said = Parse(std::move(question));
    if (!said) return absl::UnavailableError(check_.not_checked);
    return Counted(*said);
  }

 private:
  void CheckDocument() {
    bool is_complete = true;
    std::optional<ErrorCounts> allowed =
        baseline_ != nullptr ? AllowedByBaseline() : AllowedByDocument(&is_complete);
    if (!allowed) {
      check_.not_checked = "the text has changed meanwhile";
      return;
    }
    Question question;
    question.text = own_ == nullptr ? document_->text.ToString() : own_->After();
    question.files = overlay_;
    if (instantiates_ && own_ != nullptr) {
      for (const EditedFile::Lines& lines : own_->WrittenLines()) {
        question.ranges.push_back(WholeLines(lines));
      }
    }
    const auto said = Parse(std::move(question));
    if (!said) return;
    TakeErrorsAtEdits(*said);
    ErrorCounts errors = Counted(*said);
    // Of the text as it is, the errors of the end of the unit may not be known yet.
    if (!is_complete) {
      std::erase_if(errors, [](const auto& error) { return error.first.starts_with(kInTemplate); });
    }
    for (const auto& [message, count] : *allowed) {
      const auto left = errors.find(message);
      if (left == errors.end() || left->second < count) check_.gone_errors.push_back(message);
    }
    Compare(errors, *std::move(allowed), "");
  }

  // An error that is there already is allowed to stay, wherever it moves.
  std::optional<ErrorCounts> AllowedByDocument(bool* is_complete) {
    const auto known = live_.diagnostics().Await(document_, work_);
    if (!known.ok() || (*known)->generation != document_->generation) return std::nullopt;
    *is_complete = (*known)->complete;
    return ErrorsAmong(**known);
  }

  std::optional<ErrorCounts> AllowedByBaseline() {
    ErrorCounts allowed = baseline_->errors;
    const std::string before = own_ == nullptr ? "" : own_->text;
    const EditedFile::Lines edited = EditedLines();
    const uint32_t behind = NextLineOfText(before, edited.last);
    const auto is_left = [&](uint32_t line) {
      return baseline_->lines.first <= line && line <= baseline_->lines.last &&
             (line < edited.first || line > behind);
    };
    // The usual place is the edit's own line: then nobody waits for the text as it is to be parsed.
    if (baseline_->lines.first >= edited.first && baseline_->lines.last <= behind) return allowed;
    const auto known = live_.diagnostics().Await(document_, work_);
    if (!known.ok() || (*known)->generation != document_->generation) return std::nullopt;
    ErrorCounts left;
    for (const Diagnostic& diagnostic : (*known)->items) {
      const bool is_error = diagnostic.severity == DiagnosticSeverity::kError;
      if (is_error && is_left(diagnostic.range.start.line)) ++left[MessageOf(diagnostic)];
    }
    // One that the text before had as well may be the same.
    const ErrorCounts all = ErrorsAmong(**known);
    for (const auto& [message, count] : left) {
      int& most = allowed[message];
      most = std::max(most, std::min(most + count, all.at(message)));
    }
    return allowed;
  }

  // Of the document as it is.
  EditedFile::Lines EditedLines() const {
    EditedFile::Lines lines{UINT32_MAX, 0};
    if (own_ == nullptr) return lines;
    const auto line_of = [&](size_t at) {
      return static_cast<uint32_t>(
          std::ranges::count(std::string_view(own_->text).substr(0, at), '\n'));
    };
    for (const FileEdit& edit : own_->edits) {
      lines.first = std::min(lines.first, line_of(edit.begin));
      lines.last = std::max(lines.last, line_of(edit.end));
    }
    return lines;
  }

  void TakeErrorsAtEdits(const std::vector<LiveDiagnostic>& said) {
    if (own_ == nullptr) return;
    const std::string after = own_->After();
    std::vector<EditedFile::Lines> written = own_->WrittenLines();
    for (EditedFile::Lines& lines : written) lines.last = NextLineOfText(after, lines.last);
    for (const LiveDiagnostic& diagnostic : said) {
      const uint32_t line = diagnostic.range.begin.line;
      if (std::ranges::any_of(written, [line](const EditedFile::Lines& lines) {
            return lines.first <= line && line <= lines.last;
          })) {
        check_.errors_at_edits.push_back(diagnostic.message);
      }
    }
  }

  void CheckSource(const EditedFile& file) {
    Question question;
    question.other = file.path;
    question.text = file.After();
    question.files = overlay_;
    if (own_ != nullptr && !own_->path.empty()) {
      question.files.push_back({own_->path, own_->After()});
    }
    const auto said = Parse(question);
    if (!said || said->empty()) return;
    const ErrorCounts errors = Counted(*said);
    const std::string where = StrCat("in ", BaseName(file.path), ": ");
    if (file.creates) return Compare(errors, {}, where);
    // Which of them are there already takes a parse of the text as it is.
    Question before;
    before.other = file.path;
    before.text = file.text;
    if (const auto allowed = Parse(std::move(before))) Compare(errors, Counted(*allowed), where);
  }

  static ErrorCounts Counted(const std::vector<LiveDiagnostic>& diagnostics) {
    ErrorCounts errors;
    for (const LiveDiagnostic& diagnostic : diagnostics) ++errors[diagnostic.message];
    return errors;
  }

  // The errors; nothing if it could not be done, and the check says why.
  std::optional<std::vector<LiveDiagnostic>> Parse(Question question) {
    question.kind = QuestionKind::kCheckText;
    const absl::Duration left = std::max(latest_ - absl::Now(), absl::ZeroDuration());
    auto answer = live_.Ask<DiagnosticsAnswer>(document_, std::move(question), work_, left);
    if (!answer.ok()) {
      check_.not_checked = absl::IsDeadlineExceeded(answer.status())
                               ? "the check takes too long"
                               : std::string(answer.status().message());
      return std::nullopt;
    }
    std::erase_if(answer->diagnostics, [](const LiveDiagnostic& diagnostic) {
      // With -Werror. Of a new parameter this is no mistake: who adds it means to use it.
      return diagnostic.code == "unused-parameter" || diagnostic.level != DiagnosticLevel::kError;
    });
    return std::move(answer->diagnostics);
  }

  void Compare(const ErrorCounts& errors, ErrorCounts allowed, const std::string& where) {
    for (const auto& [message, count] : errors) {
      if (count > allowed[message]) check_.new_errors.push_back(where + message);
    }
  }

  LiveDocuments& live_;
  const DocumentSnapshot& document_;
  const Work& work_;
  const EditBaseline* const baseline_;
  const bool instantiates_;
  const EditedFile* own_ = nullptr;
  std::vector<const EditedFile*> sources_;
  std::vector<FileText> overlay_;  // what others may include
  absl::Time latest_;
  EditCheck check_;
};

}  // namespace

EditedFile DocumentToEdit(const DocumentSnapshot& document, std::string text,
                          std::vector<FileEdit> edits) {
  EditedFile file;
  file.uri = document->name.uri;
  file.path = document->name.path;
  file.text = std::move(text);
  file.edits = std::move(edits);
  return file;
}

std::string MessageOf(const Diagnostic& diagnostic) {
  const auto* text = std::get_if<std::string>(&diagnostic.message);
  return text != nullptr ? *text : std::get<MarkupContent>(diagnostic.message).value;
}

std::string EditedFile::After() const {
  std::vector<FileEdit> sorted = edits;
  std::ranges::stable_sort(sorted, {},
                           [](const FileEdit& edit) { return std::pair(edit.begin, edit.end); });
  std::string after;
  size_t copied = 0;
  for (const FileEdit& edit : sorted) {
    const size_t begin = std::clamp(edit.begin, copied, text.size());
    after.append(text, copied, begin - copied);
    after += edit.text;
    copied = std::clamp(edit.end, begin, text.size());
  }
  after.append(text, copied);
  return after;
}

std::vector<EditedFile::Lines> EditedFile::WrittenLines() const {
  std::vector<FileEdit> sorted = edits;
  std::ranges::stable_sort(sorted, {}, &FileEdit::begin);
  std::vector<Lines> written;
  const auto breaks = [](std::string_view piece) {
    return static_cast<uint32_t>(std::ranges::count(piece, '\n'));
  };
  uint32_t line = 0;
  size_t counted = 0;
  for (const FileEdit& edit : sorted) {
    const size_t begin = std::clamp(edit.begin, counted, text.size());
    line += breaks(std::string_view(text).substr(counted, begin - counted));
    const uint32_t first = line;
    line += breaks(edit.text);
    written.push_back({first, line});
    counted = std::clamp(edit.end, begin, text.size());
  }
  return written;
}

ErrorCounts ErrorsAmong(const KnownDiagnostics& known) {
  ErrorCounts errors;
  for (const Diagnostic& diagnostic : known.items) {
    if (diagnostic.severity == DiagnosticSeverity::kError) ++errors[MessageOf(diagnostic)];
  }
  return errors;
}

EditCheck CheckEdits(LiveDocuments& live, const DocumentSnapshot& document,
                     const std::vector<EditedFile>& files, const Work& work,
                     const EditCheckOptions& options) {
  return Checker(live, document, files, work, options).Run();
}

absl::StatusOr<ErrorCounts> ErrorsOf(LiveDocuments& live, const DocumentSnapshot& document,
                                     const std::string& text, uint32_t line, const Work& work) {
  return Checker(live, document, {}, work).ErrorsOfText(text, line);
}

}  // namespace astrolabe::lsp
