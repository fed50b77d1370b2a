// textDocument/formatting, rangeFormatting, rangesFormatting and onTypeFormatting: clang-format, in a process of its
// own like all that runs LLVM's code on the user's text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {
namespace {

absl::StatusOr<std::vector<TextEdit>> Format(Session& session, LiveDocuments& live,
                                             const DocumentSnapshot& document, Question question,
                                             const Work& work) {
  question.kind = QuestionKind::kFormat;
  question.style = session.options()->fallback_style;
  auto answer = live.Ask<FormatAnswer>(document, std::move(question), work);
  if (!answer.ok()) return answer.status();
  if (!answer->error.empty()) {
    return absl::FailedPreconditionError(
        StrCat("the .clang-format of this file can't be used: ", answer->error));
  }
  std::vector<TextEdit> edits;
  for (CodeEdit& edit : answer->edits) {
    edits.push_back({live.ClientRange(document, edit.range), std::move(edit.text)});
  }
  return edits;
}

// Binds one of the four; `ask` says what is to be formatted.
template <typename Request, typename Ask>
void BindOne(Dispatcher& dispatcher, Session& session, LiveDocuments& live, const char* name,
             Ask ask) {
  OnDocumentRequest<Request>(
      dispatcher, session, name,
      [&session, &live, ask](const typename Request::Params& params,
                             const DocumentSnapshot& document, const Work& work) {
        return Format(session, live, document, ask(live, document, params), work);
      });
}

}  // namespace

void BindFormatting(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  ServerCapabilities& capabilities = session.capabilities();
  capabilities.document_formatting_provider = true;
  capabilities.document_range_formatting_provider =
      DocumentRangeFormattingOptions{.work_done_progress = {}, .ranges_support = true};
  capabilities.document_on_type_formatting_provider = DocumentOnTypeFormattingOptions{
      .first_trigger_character = "\n", .more_trigger_character = {{"}", ";"}}};
  BindOne<DocumentFormattingRequest>(dispatcher, session, live, "lsp.formatting",
                                     [](LiveDocuments&, const DocumentSnapshot&,
                                        const DocumentFormattingParams&) { return Question(); });
  BindOne<DocumentRangeFormattingRequest>(
      dispatcher, session, live, "lsp.rangeFormatting",
      [](LiveDocuments& documents, const DocumentSnapshot& document,
         const DocumentRangeFormattingParams& params) {
        Question question;
        question.ranges = {documents.LiveRange(document, params.range)};
        return question;
      });
  BindOne<DocumentRangesFormattingRequest>(
      dispatcher, session, live, "lsp.rangesFormatting",
      [](LiveDocuments& documents, const DocumentSnapshot& document,
         const DocumentRangesFormattingParams& params) {
        Question question;
        for (const Range& range : params.ranges) {
          question.ranges.push_back(documents.LiveRange(document, range));
        }
        return question;
      });
  BindOne<DocumentOnTypeFormattingRequest>(
      dispatcher, session, live, "lsp.onTypeFormatting",
      [](LiveDocuments& documents, const DocumentSnapshot& document,
         const DocumentOnTypeFormattingParams& params) {
        Question question = documents.QuestionAt(QuestionKind::kFormat, document, params.position);
        question.typed = params.ch;
        return question;
      });
}

}  // namespace astrolabe::lsp
