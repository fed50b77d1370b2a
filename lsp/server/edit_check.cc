// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/edit_check.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "analysis/live/line_index.h"

namespace astrolabe::lsp {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);

std::string TextOf(const Diagnostic& diagnostic) {
  const auto* text = std::get_if<std::string>(&diagnostic.message);
  return text != nullptr ? *text : std::get<MarkupContent>(diagnostic.message).value;
}

std::string Edited(const std::string& text, std::vector<CodeEdit> edits) {
  std::ranges::sort(edits, {}, &CodeEdit::range);
  const LineIndex lines(text);
  std::string after;
  uint32_t copied = 0;
  for (const CodeEdit& edit : edits) {
    const uint32_t begin = std::max(copied, lines.OffsetOf(edit.range.begin));
    after.append(text, copied, begin - copied);
    after += edit.text;
    copied = std::max(begin, lines.OffsetOf(edit.range.end));
  }
  after.append(text, copied);
  return after;
}

}  // namespace

EditCheck CheckEdits(LiveDocuments& live, const DocumentSnapshot& document,
                     const std::vector<CodeEdit>& edits, const Work& work) {
  EditCheck check;
  const auto known = live.diagnostics().Await(document, work);
  if (!known.ok() || (*known)->generation != document->generation) {
    check.not_checked = "the text has changed meanwhile";
    return check;
  }
  // An error that is there already is allowed to stay, wherever it moves.
  std::map<std::string, int> allowed;
  for (const Diagnostic& diagnostic : (*known)->items) {
    if (diagnostic.severity == DiagnosticSeverity::kError) ++allowed[TextOf(diagnostic)];
  }
  Question question;
  question.kind = QuestionKind::kCheckText;
  question.text = Edited(document->text.ToString(), edits);
  const auto answer = live.Ask<DiagnosticsAnswer>(document, std::move(question), work, kPatience);
  if (!answer.ok()) {
    check.not_checked = absl::IsDeadlineExceeded(answer.status())
                            ? "it takes longer than a second"
                            : std::string(answer.status().message());
    return check;
  }
  for (const LiveDiagnostic& diagnostic : answer->diagnostics) {
    if (diagnostic.level == DiagnosticLevel::kError && --allowed[diagnostic.message] < 0) {
      check.new_errors.push_back(diagnostic.message);
    }
  }
  return check;
}

}  // namespace astrolabe::lsp
