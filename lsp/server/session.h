// One client's session: what handlers work with.
//
// A handler (lsp/handlers/) is bound to the dispatcher with the session beside it, and asks the session for
// the document as it was when the request came, the workspace that a file belongs to and its index, and a
// thread to work on. It never touches the transport, and does nothing long on the thread that reads.
//
//   void BindHover(Dispatcher& dispatcher, Session& session) {
//     session.capabilities().hover_provider = true;
//     dispatcher.OnRequest<HoverRequest>([&](HoverParams params, RequestContext context,
//                                            Reply<HoverRequest::Result> reply) {
//       session.AnswerAbout("hover", params.text_document.uri, std::move(context), std::move(reply),
//           [position = params.position](const DocumentSnapshot& document, const Work& work)
//               -> absl::StatusOr<HoverRequest::Result> { … });
//     });
//   }
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "analysis/config/config_provider.h"
#include "lsp/documents/document_store.h"
#include "lsp/protocol/methods.h"
#include "lsp/protocol/types_json.h"
#include "lsp/server/client.h"
#include "lsp/server/incoming_request.h"
#include "lsp/server/options.h"
#include "lsp/server/places.h"
#include "lsp/server/process_watch.h"
#include "lsp/server/scheduler.h"
#include "lsp/server/workspace.h"

namespace astrolabe::lsp {

// A request on the thread that answers it.
struct Work {
  const RequestContext& context;
  // Set when nobody wants the answer any more (the client has its error then): for functions that take a
  // flag. To be looked at at least every 10 ms.
  const std::atomic<bool>& stop;
};

enum class DocumentEvent : uint8_t { kOpened, kChanged, kSaved, kClosed };

// Any thread, unless it says otherwise. Binding comes first and ends before the first message.
class Session {
 public:
  Session(ServerOptions options, std::string program, std::shared_ptr<Client> client);
  // Ends all work; waits for what runs.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // ---- While binding.

  // What `initialize` will announce: who binds a method says so here.
  ServerCapabilities& capabilities() { return capabilities_; }
  // Called after each change of a document in its lane, in order; so it must be short. kClosed brings the
  // last state.
  using DocumentListener = std::function<void(const DocumentSnapshot&, DocumentEvent)>;
  void OnDocument(DocumentListener listener) { listeners_.push_back(std::move(listener)); }
  // Called when a new state of some workspace's index can be read: answers may be better now.
  void OnIndexChanged(std::function<void()> listener) {
    index_listeners_.push_back(std::move(listener));
  }
  // Called when files were saved or have changed on disk, with absolute paths; may be called for one change
  // more than once.
  using FilesListener = std::function<void(const std::vector<std::string>& paths)>;
  void OnFilesChanged(FilesListener listener) { files_listeners_.push_back(std::move(listener)); }
  // Called when options (fallback flags, compile commands) or roots have changed.
  void OnConfigured(std::function<void()> listener) {
    configuration_listeners_.push_back(std::move(listener));
  }
  // Called when a configuration file was read, on any thread: `is_change` if not for the first time. Not before
  // `initialized`.
  using ConfigListener = std::function<void(const ConfigFile& file, bool is_change)>;
  void OnConfigRead(ConfigListener listener) { config_listeners_.push_back(std::move(listener)); }

  // Called, from a thread of its own, when the client's process has ended (InitializeParams.process_id).
  void OnClientGone(std::function<void()> listener) { client_gone_ = std::move(listener); }

  // ---- The session's course; only on the thread that reads.

  InitializeResult Initialize(const InitializeParams& params);
  void Initialized();
  // A null or unknown shape changes nothing.
  void Configure(const LspAny& settings);
  void AddFolder(std::string_view uri);
  void RemoveFolder(std::string_view uri);
  // Whatever the client or a save tells of files on disk.
  void FilesChanged(const std::vector<std::string>& paths);
  void CancelProgress(const ProgressToken& token);
  // No more background work; documents stay.
  void Shutdown();
  // Whether that has ended within `limit`.
  bool WaitStopped(absl::Duration limit);
  // No more tasks: those that wait are dropped, those that run are told to stop and waited for. From then on
  // nothing that was bound is called any more, so what it refers to may go. The destructor does this too.
  void End();

  // ---- For handlers.

  const std::shared_ptr<Client>& client() const { return client_; }
  DocumentStore& documents() { return documents_; }
  const DocumentStore& documents() const { return documents_; }
  Scheduler& scheduler() { return *scheduler_; }
  PositionEncoding encoding() const { return documents_.encoding(); }
  // As they are now.
  std::shared_ptr<const ServerOptions> options() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The client's; good from `initialize` on.
  const ClientCapabilities& client_capabilities() const { return client_capabilities_; }
  const std::string& program() const { return program_; }

  std::vector<std::shared_ptr<Workspace>> workspaces() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The innermost one that holds `path`; for a file outside of all (a system header) the first. Null if there
  // is none at all.
  std::shared_ptr<Workspace> WorkspaceOf(std::string_view path) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Of one answer, that of now; the session outlives it.
  Places NewPlaces() const;

  // What is configured for a file; looked at on disk whenever it is asked for.
  std::shared_ptr<const Config> ConfigOf(const std::string& path) const {
    return configs_->For(path);
  }
  ConfigProvider& configs() const { return *configs_; }

  // To the log, and from info on to the client's (window/logMessage).
  void Tell(LogLevel level, const std::string& text);

  // Writes a document: `write` in the document's lane, behind all that came before. For didOpen and its kin.
  void WriteDocument(const char* name, const std::string& uri, DocumentEvent event,
                     std::function<absl::StatusOr<DocumentUpdate>()> write);

  // Answers a request about an open document: handler(snapshot, work), on a thread of the scheduler, with the
  // state that the messages before the request have left. An error of a document that is not open is the
  // answer. A client that cancels has its answer at once.
  template <typename Result, typename Handler>
  void AnswerAbout(const char* name, const std::string& uri, RequestContext context,
                   Reply<Result> reply, Handler handler) {
    auto document = ParseDocumentUri(uri);
    if (!document.ok()) return reply(document.status());
    auto answer = std::make_shared<Reply<Result>>(std::move(reply));
    auto pinned = std::make_shared<absl::StatusOr<DocumentSnapshot>>(
        absl::CancelledError("the server shuts down"));
    Submit(
        name, document->key(), std::move(context),
        [this, uri, pinned] { *pinned = documents_.Get(uri); },
        [answer, pinned, handler = std::move(handler)](const Work& work) mutable {
          if (!pinned->ok()) return (*answer)(pinned->status());
          (*answer)(handler(**pinned, work));
        },
        [answer](const absl::Status& status) { (*answer)(status); });
  }

  // The same for a request about no document: handler(work). Sees the state of all documents that the messages
  // before the request have left, or a newer one.
  template <typename Result, typename Handler>
  void Answer(const char* name, RequestContext context, Reply<Result> reply, Handler handler) {
    auto answer = std::make_shared<Reply<Result>>(std::move(reply));
    Submit(
        name, {}, std::move(context), nullptr,
        [answer, handler = std::move(handler)](const Work& work) mutable {
          (*answer)(handler(work));
        },
        [answer](const absl::Status& status) { (*answer)(status); });
  }

 private:
  void Submit(const char* name, const std::string& lane, RequestContext context,
              std::function<void()> pin, std::function<void(const Work&)> run,
              std::function<void(const absl::Status&)> drop);
  // Waits until every write that was submitted up to number `last` is done.
  void AwaitWrites(uint64_t last) ABSL_LOCKS_EXCLUDED(writes_mutex_);
  void EndWrite(uint64_t number) ABSL_LOCKS_EXCLUDED(writes_mutex_);
  WorkspaceSettings SettingsFor(const std::string& root) const;
  void ConfigRead(const ConfigFile& file, bool is_change) ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<Workspace> StartWorkspace(const std::string& root);
  // A file was opened while there is no root at all: the project around it becomes one.
  void AdoptRootOf(const std::string& path);
  PositionEncoding ChooseEncoding() const;

  const std::shared_ptr<Client> client_;
  const std::string program_;
  DocumentStore documents_;
  const std::shared_ptr<Scheduler> scheduler_;
  ServerCapabilities capabilities_;
  ClientCapabilities client_capabilities_;
  std::vector<DocumentListener> listeners_;
  std::vector<std::function<void()>> index_listeners_;
  std::vector<FilesListener> files_listeners_;
  std::vector<std::function<void()>> configuration_listeners_;
  std::function<void()> client_gone_;
  std::unique_ptr<ProcessWatch> client_watch_;

  absl::Mutex writes_mutex_;
  uint64_t last_write_ ABSL_GUARDED_BY(writes_mutex_) = 0;
  std::set<uint64_t> writes_ ABSL_GUARDED_BY(writes_mutex_);  // submitted and not done

  absl::Mutex work_mutex_;
  bool ended_ ABSL_GUARDED_BY(work_mutex_) = false;
  std::set<std::atomic<bool>*> stops_ ABSL_GUARDED_BY(work_mutex_);  // of requests at work

  mutable absl::Mutex mutex_;
  std::shared_ptr<const ServerOptions> options_ ABSL_GUARDED_BY(mutex_);
  bool initialized_ ABSL_GUARDED_BY(mutex_) = false;
  bool shut_down_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<Workspace>> workspaces_ ABSL_GUARDED_BY(mutex_);

  std::unique_ptr<ConfigProvider> configs_;  // set once, by the constructor; workspaces use it
  std::vector<ConfigListener> config_listeners_;
  std::vector<ConfigFile> early_configs_ ABSL_GUARDED_BY(mutex_);  // read before `initialized`
};

}  // namespace astrolabe::lsp
