// textDocument/completion.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstdio>
#include <utility>

#include "lsp/handlers/live.h"

namespace astrolabe::lsp {
namespace {

CompletionItem ClientItem(const CompletionOption& option, size_t rank, const Range& replaced,
                          bool snippets, const LiveDocuments& live,
                          const DocumentSnapshot& document) {
  CompletionItem item;
  item.label = option.label;
  CompletionItemLabelDetails details;
  if (!option.signature.empty()) details.detail = option.signature;
  if (!option.scope.empty()) details.description = option.scope;
  item.label_details = std::move(details);
  item.kind = static_cast<CompletionItemKind>(option.kind);
  if (option.is_deprecated) item.tags = {CompletionItemTag::kDeprecated};
  if (!option.result.empty()) item.detail = option.result;
  if (!option.documentation.empty()) {
    item.documentation = MarkupContent{MarkupKind(MarkupKind::kMarkdown), option.documentation};
  }
  // The order is ours: clients sort by this text, and would sort equal matches by name.
  char sort[16];
  std::snprintf(sort, sizeof(sort), "%06zu", rank);
  item.sort_text = sort;
  item.filter_text = option.filter;
  const bool snippet = snippets && !option.snippet.empty();
  item.insert_text_format = snippet ? InsertTextFormat::kSnippet : InsertTextFormat::kPlainText;
  item.text_edit = TextEdit{replaced, snippet ? option.snippet : option.insert};
  if (!option.edits.empty()) {
    std::vector<TextEdit>& edits = item.additional_text_edits.emplace();
    for (const CodeEdit& edit : option.edits) {
      edits.push_back({live.ClientRange(document, edit.range), edit.text});
    }
  }
  return item;
}

bool TakesSnippets(const Session& session) {
  const auto& text_document = session.client_capabilities().text_document;
  if (!text_document || !text_document->completion) return false;
  const auto& item = text_document->completion->completion_item;
  return item && item->snippet_support.value_or(false);
}

}  // namespace

void BindCompletion(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  CompletionOptions options;
  options.trigger_characters = {".", ">", ":", "\"", "/", "<", "*"};
  session.capabilities().completion_provider = std::move(options);
  using Result = CompletionRequest::Result;
  dispatcher.OnRequest<CompletionRequest>([&](const CompletionParams& params,
                                              RequestContext context, Reply<Result> reply) {
    session.AnswerAbout(
        "lsp.completion", params.text_document.uri, std::move(context), std::move(reply),
        [&live, &session, params](const DocumentSnapshot& document,
                                  const Work& work) -> absl::StatusOr<Result> {
          Question question = live.QuestionAt(QuestionKind::kComplete, document, params.position);
          question.limit = static_cast<uint32_t>(session.options()->limit_results);
          absl::StatusOr<CompletionAnswer> answer =
              live.Ask<CompletionAnswer>(document, std::move(question), work);
          if (!answer.ok()) return answer.status();
          CompletionList list;
          list.is_incomplete = answer->is_incomplete;
          const Range replaced = live.ClientRange(document, answer->replaced);
          const bool snippets = TakesSnippets(session);
          for (size_t rank = 0; rank < answer->options.size(); ++rank) {
            list.items.push_back(
                ClientItem(answer->options[rank], rank, replaced, snippets, live, document));
          }
          return Result(std::move(list));
        });
  });
}

}  // namespace astrolabe::lsp
