// The session from `initialize` to `exit`, and what changes in between: configuration, folders, files on disk.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/bind.h"

namespace astrolabe::lsp {

void BindLifecycle(Dispatcher& dispatcher, Session& session) {
  dispatcher.OnRequest<InitializeRequest>(
      [&](const InitializeParams& params, const RequestContext&, Reply<InitializeResult> reply) {
        reply(session.Initialize(params));
      });
  dispatcher.OnNotification<InitializedNotification>(
      [&](const InitializedParams&) { session.Initialized(); });
  dispatcher.OnRequest<ShutdownRequest>(
      [&](std::monostate, const RequestContext&, Reply<std::monostate> reply) {
        session.Shutdown();
        reply(std::monostate());
      });
  dispatcher.OnNotification<SetTraceNotification>(
      [&](const SetTraceParams& params) { session.client()->SetTrace(params.value); });
  dispatcher.OnNotification<DidChangeConfigurationNotification>(
      [&](const DidChangeConfigurationParams& params) { session.Configure(params.settings); });
  dispatcher.OnNotification<DidChangeWorkspaceFoldersNotification>(
      [&](const DidChangeWorkspaceFoldersParams& params) {
        for (const WorkspaceFolder& folder : params.event.removed) session.RemoveFolder(folder.uri);
        for (const WorkspaceFolder& folder : params.event.added) session.AddFolder(folder.uri);
      });
  dispatcher.OnNotification<DidChangeWatchedFilesNotification>(
      [&](const DidChangeWatchedFilesParams& params) {
        std::vector<std::string> paths;
        for (const FileEvent& event : params.changes) {
          auto name = ParseDocumentUri(event.uri);
          if (name.ok() && !name->path.empty()) paths.push_back(std::move(name->path));
        }
        session.FilesChanged(paths);
      });
  dispatcher.OnNotification<WorkDoneProgressCancelNotification>(
      [&](const WorkDoneProgressCancelParams& params) { session.CancelProgress(params.token); });
}

}  // namespace astrolabe::lsp
