// didOpen, didChange, didSave, didClose: the editor's text becomes ours, in the order of the messages.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/bind.h"

namespace astrolabe::lsp {
namespace {

TextPosition PositionFrom(const Position& position) {
  return {.line = position.line, .column = position.character};
}

std::vector<DocumentChange> ChangesFrom(std::vector<TextDocumentContentChangeEvent> events) {
  std::vector<DocumentChange> changes;
  changes.reserve(events.size());
  for (TextDocumentContentChangeEvent& event : events) {
    DocumentChange& change = changes.emplace_back();
    if (auto* part = std::get_if<TextDocumentContentChangePartial>(&event)) {
      change.range = TextRange{PositionFrom(part->range.start), PositionFrom(part->range.end)};
      change.range_length = part->range_length;
      change.text = std::move(part->text);
    } else {
      change.text = std::move(std::get<TextDocumentContentChangeWholeDocument>(event).text);
    }
  }
  return changes;
}

}  // namespace

void BindDocumentSync(Dispatcher& dispatcher, Session& session) {
  dispatcher.OnNotification<DidOpenTextDocumentNotification>([&](DidOpenTextDocumentParams params) {
    const std::string uri = params.text_document.uri;
    auto item = std::make_shared<TextDocumentItem>(std::move(params.text_document));
    session.WriteDocument("lsp.didOpen", uri, DocumentEvent::kOpened, [&session, item] {
      return session.documents().Open(item->uri, item->language_id.value, item->version,
                                      item->text);
    });
  });
  dispatcher.OnNotification<DidChangeTextDocumentNotification>(
      [&](DidChangeTextDocumentParams params) {
        auto changes = std::make_shared<std::vector<DocumentChange>>(
            ChangesFrom(std::move(params.content_changes)));
        session.WriteDocument("lsp.didChange", params.text_document.uri, DocumentEvent::kChanged,
                              [&session, identifier = params.text_document, changes] {
                                return session.documents().Change(identifier.uri,
                                                                  identifier.version, *changes);
                              });
      });
  dispatcher.OnNotification<DidSaveTextDocumentNotification>([&](DidSaveTextDocumentParams params) {
    const std::string uri = params.text_document.uri;
    session.WriteDocument("lsp.didSave", uri, DocumentEvent::kSaved,
                          [&session, params = std::move(params)] {
                            return session.documents().Save(params.text_document.uri, params.text);
                          });
  });
  dispatcher.OnNotification<DidCloseTextDocumentNotification>(
      [&](const DidCloseTextDocumentParams& params) {
        session.WriteDocument("lsp.didClose", params.text_document.uri, DocumentEvent::kClosed,
                              [&session, params]() -> absl::StatusOr<DocumentUpdate> {
                                auto closed = session.documents().Close(params.text_document.uri);
                                if (!closed.ok()) return closed.status();
                                return DocumentUpdate{.document = *std::move(closed), .notes = {}};
                              });
      });
}

}  // namespace astrolabe::lsp
