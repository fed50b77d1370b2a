// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/session.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "analysis/features/tidy/tidy_speed.h"
#include "base/strings.h"
#include "lsp/version.h"

namespace astrolabe::lsp {
namespace {

// Of requests that are at work; those that wait for a parse come on top (Scheduler::Waiting).
constexpr size_t kRequestThreads = 12;

MessageType MessageTypeOf(LogLevel level) {
  if (level >= LogLevel::kError) return MessageType::kError;
  if (level == LogLevel::kWarning) return MessageType::kWarning;
  return MessageType::kInfo;
}

// What the workspace's index is made of, as the client is to watch it.
constexpr std::string_view kWatchedGlobs[] = {
    "**/*.{c,cc,cpp,cxx,c++,C,m,mm,cu,h,hh,hpp,hxx,h++,H,inc,inl,ipp,tcc,cuh,def}",
    "**/compile_commands.json",
    "**/compile_flags.txt",
    "**/.gitignore",
    "**/.clang-tidy",
    "**/.clangd"};

std::string AbsoluteOr(const std::string& path) {
  if (path.empty()) return path;
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

// The folder from `path` upwards that looks like a project's; empty if none does. One for which a database is named
// that stands elsewhere needs no such look: it is the database's folder, or the one that has it as its build folder, or
// else just the file's.
std::string ProjectAround(const std::string& path, const std::string& compile_commands_dir) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (fs::path folder = fs::path(path).parent_path();; folder = folder.parent_path()) {
    for (const char* mark : {".git", "compile_commands.json", "compile_flags.txt", ".clangd"}) {
      if (fs::exists(folder / mark, error)) return folder.string();
    }
    if (folder == folder.parent_path()) break;
  }
  if (compile_commands_dir.empty()) return {};
  const fs::path own = fs::path(path).parent_path();
  fs::path database = compile_commands_dir;
  if (!database.has_filename()) database = database.parent_path();
  for (const fs::path& folder : {database, database.parent_path()}) {
    const bool has_file = std::ranges::mismatch(folder, own).in1 == folder.end();
    if (has_file && folder.has_relative_path()) return folder.string();
  }
  return own.string();
}

}  // namespace

Session::Session(ServerOptions options, std::string program, std::shared_ptr<Client> client)
    : client_(std::move(client)),
      program_(std::move(program)),
      scheduler_(std::make_shared<Scheduler>(SchedulerOptions{.threads = kRequestThreads})) {
  options.compile_commands_dir = AbsoluteOr(options.compile_commands_dir);
  options.index_dir = AbsoluteOr(options.index_dir);
  ConfigOptions config;
  config.enabled = options.enable_config;
  config.user_file = UserConfigPath();
  config.check_speed = WeakestFilterOf;
  config.on_read = [this](const ConfigFile& file, bool is_change) { ConfigRead(file, is_change); };
  configs_ = std::make_unique<ConfigProvider>(std::move(config));
  options_ = std::make_shared<const ServerOptions>(std::move(options));
}

Session::~Session() {
  client_watch_.reset();
  Shutdown();
  End();
  std::vector<std::shared_ptr<Workspace>> last;  // outlives the lock: their threads may ask us
  absl::MutexLock lock(&mutex_);
  last.swap(workspaces_);
}

PositionEncoding Session::ChooseEncoding() const {
  if (const auto forced = options()->encoding) return *forced;
  std::vector<std::string> offered;
  if (client_capabilities_.general && client_capabilities_.general->position_encodings) {
    for (const auto& kind : *client_capabilities_.general->position_encodings) {
      offered.push_back(kind.value);
    }
  } else if (client_capabilities_.offset_encoding) {
    offered = *client_capabilities_.offset_encoding;
  }
  for (PositionEncoding encoding :
       {PositionEncoding::kUtf8, PositionEncoding::kUtf16, PositionEncoding::kUtf32}) {
    if (std::ranges::find(offered, PositionEncodingName(encoding)) != offered.end()) {
      return encoding;
    }
  }
  return PositionEncoding::kUtf16;
}

InitializeResult Session::Initialize(const InitializeParams& params) {
  client_capabilities_ = params.capabilities;
  if (params.trace) client_->SetTrace(*params.trace);
  if (params.process_id && client_gone_) {
    client_watch_ = ProcessWatch::Start(*params.process_id, [this] {
      LogInfo("the client's process has ended");
      client_gone_();
    });
  }
  documents_.SetEncoding(ChooseEncoding());
  if (!params.initialization_options.is_null()) {
    auto given = FromJson<ClangdOptions>(params.initialization_options, "initializationOptions");
    if (given.ok()) {
      ServerOptions options = *this->options();
      ApplyClientOptions(*given, options);
      options.compile_commands_dir = AbsoluteOr(options.compile_commands_dir);
      absl::MutexLock lock(&mutex_);
      options_ = std::make_shared<const ServerOptions>(std::move(options));
    } else {
      LogWarning("ignored: ", ToStd(given.status().message()));
    }
  }
  std::vector<std::string> roots;
  if (params.workspace_folders && *params.workspace_folders) {
    for (const WorkspaceFolder& folder : **params.workspace_folders) roots.push_back(folder.uri);
  } else if (params.root_uri) {
    roots.push_back(*params.root_uri);
  } else if (params.root_path && *params.root_path && (*params.root_path)->starts_with('/')) {
    roots.push_back(FileUri(**params.root_path));
  }
  for (const std::string& uri : roots) AddFolder(uri);

  ServerCapabilities capabilities = capabilities_;
  capabilities.position_encoding = PositionEncodingName(encoding());
  TextDocumentSyncOptions sync;
  sync.open_close = true;
  sync.change = TextDocumentSyncKind::kIncremental;
  sync.save = SaveOptions{.include_text = true};
  capabilities.text_document_sync = sync;
  WorkspaceFoldersServerCapabilities folders;
  folders.supported = true;
  folders.change_notifications = true;
  if (!capabilities.workspace) capabilities.workspace.emplace();
  capabilities.workspace->workspace_folders = folders;
  InitializeResult result;
  result.capabilities = std::move(capabilities);
  result.server_info = ServerInfo{.name = "astrolabe", .version = std::string(kAstrolabeVersion)};
  if (client_capabilities_.offset_encoding) {
    result.offset_encoding = PositionEncodingName(encoding());
  }
  return result;
}

void Session::Initialized() {
  bool client_watches = false;
  if (const auto& workspace = client_capabilities_.workspace) {
    const auto& watched = workspace->did_change_watched_files;
    client_watches = watched && watched->dynamic_registration.value_or(false);
  }
  std::vector<std::shared_ptr<Workspace>> waiting;
  {
    absl::MutexLock lock(&mutex_);
    if (initialized_ || shut_down_) return;
    initialized_ = true;
    waiting = workspaces_;
  }
  for (const auto& workspace : waiting) workspace->Start(!client_watches);
  std::vector<ConfigFile> early;
  {
    absl::MutexLock lock(&mutex_);
    early.swap(early_configs_);
  }
  for (const ConfigFile& file : early) ConfigRead(file, /*is_change=*/false);
  for (const std::string& warning : options()->warnings) Tell(LogLevel::kWarning, warning);
  if (!client_watches) return;
  DidChangeWatchedFilesRegistrationOptions watch;
  for (std::string_view glob : kWatchedGlobs) {
    watch.watchers.push_back({.glob_pattern = std::string(glob)});
  }
  RegistrationParams registration;
  registration.registrations.push_back(
      {.id = "watched-files",
       .method = std::string(DidChangeWatchedFilesNotification::kMethod),
       .register_options = ToJson(watch)});
  client_->Call<RegistrationRequest>(
      registration, [](const absl::StatusOr<std::monostate>& result) {
        if (!result.ok())
          LogWarning("the client watches no files: ", ToStd(result.status().message()));
      });
}

void Session::ConfigRead(const ConfigFile& file, bool is_change) {
  {
    absl::MutexLock lock(&mutex_);
    if (shut_down_) return;
    if (!initialized_) {
      early_configs_.push_back(file);
      return;
    }
  }
  for (const auto& listener : config_listeners_) listener(file, is_change);
  if (!is_change) return;
  // Units may be compiled in another way now, or be left out.
  for (const auto& workspace : workspaces()) {
    const bool is_for_it = file.directory.empty() || workspace->Contains(file.directory) ||
                           StrCat(workspace->root(), "/").starts_with(StrCat(file.directory, "/"));
    if (!is_for_it) continue;
    workspace->FilesChanged();
    if (SettingsFor(workspace->root()) != workspace->settings()) {
      Tell(LogLevel::kInfo, StrCat(workspace->root(),
                                   ": which index is used is decided when the "
                                   "server starts; restart it to use the one of ",
                                   file.path));
    }
  }
}

WorkspaceSettings Session::SettingsFor(const std::string& root) const {
  const std::shared_ptr<const ServerOptions> options = this->options();
  WorkspaceSettings settings;
  settings.root = root;
  settings.index_dir = options->index_dir;
  settings.compile_commands_dir = options->compile_commands_dir;
  settings.query_drivers = options->query_drivers;
  settings.program = program_;
  settings.threads = options->threads;
  settings.background_index = options->background_index;
  settings.is_nice = options->background_index_is_nice;
  settings.use_config = options->enable_config;
  // An index that is kept elsewhere, for all of the root.
  const std::shared_ptr<const Config> config = ConfigOf(root + "/");
  if (const auto& external = config->index.external) {
    if (settings.index_dir.empty()) settings.index_dir = external->folder;
    if (!config->index.background) settings.background_index = false;
  }
  return settings;
}

std::shared_ptr<Workspace> Session::StartWorkspace(const std::string& root) {
  WorkspaceHooks hooks;
  hooks.tell = [this](LogLevel level, const std::string& text) { Tell(level, text); };
  hooks.progress = [this]() -> std::unique_ptr<WorkDoneProgress> {
    const auto& window = client_capabilities_.window;
    if (!window || !window->work_done_progress.value_or(false)) return nullptr;
    return WorkDoneProgress::Create(client_);
  };
  hooks.index_changed = [this] {
    for (const auto& listener : index_listeners_) listener();
  };
  hooks.config = configs_.get();
  hooks.files_changed = [this](const std::vector<std::string>& paths) {
    configs_->FilesChanged(paths);
    for (const auto& listener : files_listeners_) listener(paths);
  };
  return std::make_shared<Workspace>(SettingsFor(root), std::move(hooks));
}

void Session::AddFolder(std::string_view uri) {
  auto name = ParseDocumentUri(uri);
  if (!name.ok() || name->path.empty()) {
    return Tell(LogLevel::kWarning, StrCat("no folder: ", uri));
  }
  bool start = false;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& workspace : workspaces_) {
      if (workspace->root() == name->path) return;
    }
    start = initialized_;
  }
  std::shared_ptr<Workspace> workspace = StartWorkspace(name->path);
  {
    absl::MutexLock lock(&mutex_);
    if (shut_down_) return;
    workspaces_.push_back(workspace);
  }
  if (!start) return;  // `initialized` does
  const auto& capabilities = client_capabilities_.workspace;
  const bool client_watches =
      capabilities && capabilities->did_change_watched_files &&
      capabilities->did_change_watched_files->dynamic_registration.value_or(false);
  workspace->Start(!client_watches);
  for (const auto& listener : configuration_listeners_) listener();
}

void Session::RemoveFolder(std::string_view uri) {
  auto name = ParseDocumentUri(uri);
  if (!name.ok()) return;
  std::shared_ptr<Workspace> gone;
  {
    absl::MutexLock lock(&mutex_);
    for (auto it = workspaces_.begin(); it != workspaces_.end(); ++it) {
      if ((*it)->root() != name->path) continue;
      gone = *it;
      workspaces_.erase(it);
      break;
    }
  }
  if (gone == nullptr) return;
  gone->Stop();
  // Its end may take a second: not on the thread that reads.
  scheduler_->Submit({.name = "lsp.remove_folder",
                      .priority = TaskPriority::kBackground,
                      .run = [gone](const CancelToken&) mutable { gone.reset(); }});
  for (const auto& listener : configuration_listeners_) listener();
}

void Session::Configure(const LspAny& settings) {
  if (!settings.is_object()) return;
  auto given = FromJson<ClangdOptions>(settings, "settings");
  if (!given.ok()) return LogWarning("ignored: ", ToStd(given.status().message()));
  ServerOptions options = *this->options();
  const std::string folder = options.compile_commands_dir;
  ApplyClientOptions(*given, options);
  options.compile_commands_dir = AbsoluteOr(options.compile_commands_dir);
  const bool is_elsewhere = options.compile_commands_dir != folder;
  {
    absl::MutexLock lock(&mutex_);
    options_ = std::make_shared<const ServerOptions>(std::move(options));
  }
  if (is_elsewhere) {
    // Another database is another project: the workspaces start over.
    std::vector<std::string> roots;
    for (const auto& workspace : workspaces()) roots.push_back(FileUri(workspace->root()));
    for (const std::string& root : roots) {
      RemoveFolder(root);
      AddFolder(root);
    }
  }
  for (const auto& listener : configuration_listeners_) listener();
}

void Session::FilesChanged(const std::vector<std::string>& paths) {
  configs_->FilesChanged(paths);
  for (const auto& workspace : workspaces()) {
    for (const std::string& path : paths) {
      if (!workspace->Contains(path)) continue;
      workspace->FilesChanged();
      break;
    }
  }
  for (const auto& listener : files_listeners_) listener(paths);
}

void Session::CancelProgress(const ProgressToken& token) {
  for (const auto& workspace : workspaces()) {
    if (workspace->CancelProgress(token)) return;
  }
}

void Session::Shutdown() {
  {
    absl::MutexLock lock(&mutex_);
    shut_down_ = true;
  }
  for (const auto& workspace : workspaces()) workspace->Stop();
}

bool Session::WaitStopped(absl::Duration limit) {
  const absl::Time end = absl::Now() + limit;
  for (const auto& workspace : workspaces()) {
    if (!workspace->WaitStopped(end - absl::Now())) return false;
  }
  return true;
}

void Session::End() {
  {
    absl::MutexLock lock(&work_mutex_);
    ended_ = true;
    for (std::atomic<bool>* stop : stops_) *stop = true;
  }
  scheduler_->Shutdown(Scheduler::Drain::kDrop);
}

std::shared_ptr<const ServerOptions> Session::options() const {
  absl::MutexLock lock(&mutex_);
  return options_;
}

std::vector<std::shared_ptr<Workspace>> Session::workspaces() const {
  absl::MutexLock lock(&mutex_);
  return workspaces_;
}

std::shared_ptr<Workspace> Session::WorkspaceOf(std::string_view path) const {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<Workspace> best;
  for (const auto& workspace : workspaces_) {
    if (workspace->Contains(path) &&
        (best == nullptr || workspace->root().size() > best->root().size())) {
      best = workspace;
    }
  }
  if (best == nullptr && !workspaces_.empty()) best = workspaces_.front();
  return best;
}

Places Session::NewPlaces() const {
  return Places(documents_, [this](const std::string& path) {
    const std::shared_ptr<Workspace> workspace = WorkspaceOf(path);
    if (workspace == nullptr) return false;
    const std::shared_ptr<const Snapshot> snapshot = workspace->indexes().snapshot;
    return snapshot != nullptr && IsAscii(*snapshot, workspace->IndexPath(path));
  });
}

void Session::Tell(LogLevel level, const std::string& text) {
  Log(level, text);
  if (level < LogLevel::kInfo) return;
  client_->Notify<LogMessageNotification>({.type = MessageTypeOf(level), .message = text});
}

void Session::AdoptRootOf(const std::string& path) {
  if (path.empty() || !workspaces().empty()) return;
  const std::string root = ProjectAround(path, options()->compile_commands_dir);
  if (!root.empty()) AddFolder(FileUri(root));
}

void Session::WriteDocument(const char* name, const std::string& uri, DocumentEvent event,
                            std::function<absl::StatusOr<DocumentUpdate>()> write) {
  auto document = ParseDocumentUri(uri);
  if (!document.ok()) {
    return Tell(LogLevel::kWarning, std::string(ToStd(document.status().message())));
  }
  if (event == DocumentEvent::kOpened) AdoptRootOf(document->path);
  uint64_t number = 0;
  {
    absl::MutexLock lock(&writes_mutex_);
    number = ++last_write_;
    writes_.insert(number);
  }
  Task task{.name = name, .lane = document->key(), .is_write = true};
  task.run = [this, event, number, write = std::move(write)](const CancelToken&) {
    absl::StatusOr<DocumentUpdate> update = write();
    EndWrite(number);
    if (!update.ok()) {
      return Tell(LogLevel::kWarning, std::string(ToStd(update.status().message())));
    }
    for (const std::string& note : update->notes) Tell(LogLevel::kWarning, note);
    for (const auto& listener : listeners_) listener(update->document, event);
    if (event == DocumentEvent::kSaved) FilesChanged({update->document->name.path});
  };
  task.dropped = [this, number](DropReason) { EndWrite(number); };
  scheduler_->Submit(std::move(task));
}

void Session::EndWrite(uint64_t number) {
  absl::MutexLock lock(&writes_mutex_);
  writes_.erase(number);
}

// This blocks one of the scheduler's threads, but never the last one: what is waited for started or was ready
// before this did, and writes come before all else.
void Session::AwaitWrites(uint64_t last) {
  absl::MutexLock lock(&writes_mutex_);
  const auto done = [&]() ABSL_SHARED_LOCKS_REQUIRED(writes_mutex_) {
    return writes_.empty() || *writes_.begin() > last;
  };
  writes_mutex_.Await(absl::Condition(&done));
}

void Session::Submit(const char* name, const std::string& lane, RequestContext context,
                     std::function<void()> pin, std::function<void(const Work&)> run,
                     std::function<void(const absl::Status&)> drop) {
  struct Submitted {
    explicit Submitted(RequestContext the_context) : context(std::move(the_context)) {}
    RequestContext context;
    std::atomic<bool> stop = false;
    std::atomic<TaskId> task = 0;
  };
  auto submitted = std::make_shared<Submitted>(std::move(context));
  // Not the other way round: the request keeps its callback, and the callback the request.
  submitted->context.OnCancel(
      [weak = std::weak_ptr<Submitted>(submitted), scheduler = std::weak_ptr(scheduler_)] {
        const auto cancelled = weak.lock();
        if (cancelled == nullptr) return;
        cancelled->stop = true;
        if (const auto owner = scheduler.lock()) owner->Cancel(cancelled->task);
      });
  Task task{.name = name, .lane = lane, .pin = std::move(pin)};
  uint64_t writes = 0;
  if (lane.empty()) {
    absl::MutexLock lock(&writes_mutex_);
    writes = last_write_;
  }
  task.run = [this, submitted, writes, run = std::move(run)](const CancelToken&) {
    AwaitWrites(writes);
    {
      absl::MutexLock lock(&work_mutex_);
      if (ended_) submitted->stop = true;
      stops_.insert(&submitted->stop);
    }
    if (!submitted->stop) run(Work{.context = submitted->context, .stop = submitted->stop});
    absl::MutexLock lock(&work_mutex_);
    stops_.erase(&submitted->stop);
  };
  task.dropped = [submitted, drop = std::move(drop)](DropReason reason) {
    drop(reason == DropReason::kCancelled ? absl::CancelledError("cancelled by the client")
                                          : absl::UnavailableError("the server shuts down"));
  };
  submitted->task = scheduler_->Submit(std::move(task));
}

}  // namespace astrolabe::lsp
