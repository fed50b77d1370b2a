// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/config_diagnostics.h"

#include <utility>

#include "lsp/documents/uri.h"
#include "lsp/protocol/methods.h"
#include "lsp/server/live_documents.h"

namespace astrolabe::lsp {

std::vector<Diagnostic> ConfigDiagnostics::ForClient(const ConfigFile& file) const {
  std::vector<Diagnostic> items;
  for (const ConfigProblem& problem : file.problems) {
    Diagnostic& item = items.emplace_back();
    item.range = live_.ClientLocation({file.path, problem.range}).range;
    item.severity = static_cast<DiagnosticSeverity>(problem.level);
    item.source = "astrolabe";
    item.code = std::string("config");
    item.message = problem.message;
  }
  return items;
}

std::vector<Diagnostic> ConfigDiagnostics::Of(const DocumentSnapshot& document) const {
  return ForClient(session_.configs().Check(document->name.path, document->text.ToString()));
}

void ConfigDiagnostics::Tell(const std::string& path, const DocumentUri& uri,
                             std::vector<Diagnostic> items) {
  {
    absl::MutexLock lock(&mutex_);
    if (items.empty() ? told_.erase(path) == 0 : (told_.insert(path), false)) return;
  }
  session_.client()->Notify<PublishDiagnosticsNotification>(
      {.uri = uri, .version = {}, .diagnostics = std::move(items)});
}

void ConfigDiagnostics::Take(const ConfigFile& file) {
  if (session_.documents().Find(file.path) != nullptr) return;  // its text in the editor counts
  Tell(file.path, FileUri(file.path), ForClient(file));
}

void ConfigDiagnostics::OnDocument(const DocumentSnapshot& document, DocumentEvent event) {
  const auto& capabilities = session_.client_capabilities().text_document;
  const bool client_pulls = capabilities && capabilities->diagnostic;
  const std::string& path = document->name.path;
  if (event == DocumentEvent::kClosed || client_pulls) {
    // What was told of it while it was closed, a client that asks would show twice.
    std::vector<Diagnostic> items;
    if (event == DocumentEvent::kClosed) {
      if (const auto file = session_.configs().Find(path)) items = ForClient(*file);
    }
    return Tell(path, document->name.uri, std::move(items));
  }
  if (event != DocumentEvent::kSaved) Tell(path, document->name.uri, Of(document));
}

}  // namespace astrolabe::lsp
