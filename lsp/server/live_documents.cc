// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/live_documents.h"

#include <optional>
#include <utility>

#include "absl/synchronization/notification.h"
#include "analysis/config/flag_edits.h"
#include "lsp/documents/uri.h"
#include "lsp/protocol/clangd_extensions.h"
#include "lsp/server/current_document.h"
#include "lsp/server/open_file_command.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

constexpr absl::Duration kCancelInterval = absl::Milliseconds(5);

bool HasDatabase(Workspace& workspace, const std::string& path) {
  const std::shared_ptr<const ProjectModel> project = workspace.ProjectFor(path);
  return project != nullptr && !project->database_path().empty();
}

}  // namespace

LiveDocuments::LiveDocuments(Session& session)
    : session_(session),
      diagnostics_(session, *this),
      opening_(session),
      config_diagnostics_(session, *this),
      modules_(session, [this](const std::string& path) {
        absl::MutexLock lock(&mutex_);
        if (files_ != nullptr) files_->CommandChanged(path);
      }) {
  session_.OnDocument([this](const DocumentSnapshot& document, DocumentEvent event) {
    OnDocument(document, event);
  });
  session_.OnFilesChanged([this](const std::vector<std::string>& paths) { FilesChanged(paths); });
  session_.OnConfigRead([this](const ConfigFile& file, bool is_change) {
    config_diagnostics_.Take(file);
    if (is_change) ConfigChanged();
  });
  session_.OnIndexChanged([this] { TryUnitsAgain(); });
  session_.OnConfigured([this] {
    absl::MutexLock lock(&mutex_);
    if (files_ != nullptr) files_->CommandsChanged();
  });
}

LiveDocuments::~LiveDocuments() {
  // Both ask for the other to their end.
  std::unique_ptr<LiveFiles> files;  // outlives the lock
  absl::MutexLock lock(&mutex_);
  files = std::move(files_);
}

LiveFiles& LiveDocuments::files() {
  absl::MutexLock lock(&mutex_);
  if (files_ != nullptr) return *files_;
  LiveOptions options;
  options.program = session_.program();
  std::shared_ptr<Workspace> workspace = session_.WorkspaceOf("");
  if (workspace != nullptr) options.root = workspace->root();
  options.command = [this](const std::string& path) { return CommandFor(path); };
  options.neighbours = [this](const std::string& path) { return CommandsBeside(path); };
  options.tidy = [this](const std::string& path) {
    const std::shared_ptr<const Config> config = session_.ConfigOf(path);
    TidySettings settings;
    settings.is_on = session_.options()->clang_tidy && !config->diagnostics.suppress_all;
    settings.checks = config->diagnostics.tidy_checks;
    settings.options.assign(config->diagnostics.tidy_options.begin(),
                            config->diagnostics.tidy_options.end());
    settings.speed = config->diagnostics.tidy_speed;
    return settings;
  };
  options.includes = [this](const std::string& path) {
    return session_.ConfigOf(path)->diagnostics.includes;
  };
  options.on_diagnostics = [this](const std::string& path, uint64_t generation, bool complete,
                                  const std::vector<LiveDiagnostic>& diagnostics) {
    diagnostics_.Take(path, generation, complete, diagnostics);
    if (!complete) TellInactiveRegions(path);
  };
  options.on_state = [this](const std::string& path, std::string_view state) {
    opening_.Take(path, state);
    if (!session_.options()->file_status) return;
    if (state == "parsing") state = "parsing main file";  // as clangd calls it
    session_.client()->Notify<FileStatusNotification>(
        {.uri = FileUri(path), .state = std::string(state)});
  };
  files_ = std::make_unique<LiveFiles>(std::move(options));
  return *files_;
}

void LiveDocuments::TellInactiveRegions(const std::string& path) {
  const auto& capabilities = session_.client_capabilities().text_document;
  if (!capabilities || !capabilities->inactive_regions_capabilities ||
      !capabilities->inactive_regions_capabilities->inactive_regions.value_or(false)) {
    return;
  }
  const DocumentSnapshot document = session_.documents().Find(path);
  if (document == nullptr) return;
  Question question;
  question.kind = QuestionKind::kInactiveRegions;
  files().AskFor<InactiveRegionsAnswer>(path, question, [this, document](auto answer) {
    // Of an older text: those of the newer one are on their way.
    if (!answer.ok() || session_.documents().Find(document->name.path) != document) return;
    InactiveRegionsParams params;
    params.text_document.uri = document->name.uri;
    params.text_document.version = static_cast<int32_t>(document->version);
    for (const CodeRange& region : answer->regions) {
      params.regions.push_back(ClientRange(document, region));
    }
    session_.client()->Notify<InactiveRegionsNotification>(params);
  });
}

absl::StatusOr<FrontEndCommands*> LiveDocuments::front_end() {
  absl::MutexLock lock(&mutex_);
  if (front_end_ == nullptr) {
    FrontEndOptions options;
    options.resource_directory = session_.options()->resource_dir;
    if (!session_.options()->query_drivers.empty()) {
      QueryDriverOptions driver_options;
      driver_options.allowed = {session_.options()->query_drivers};
      if (auto workspace = session_.WorkspaceOf("")) {
        driver_options.cache_directory = workspace->index_dir() + "/drivers";
      }
      absl::StatusOr<std::unique_ptr<QueryDrivers>> drivers =
          QueryDrivers::Create(std::move(driver_options));
      if (!drivers.ok()) return drivers.status();
      drivers_ = *std::move(drivers);
      options.query_drivers = drivers_.get();
    }
    absl::StatusOr<std::unique_ptr<FrontEndCommands>> made =
        FrontEndCommands::Create(std::move(options));
    if (!made.ok()) return made.status();
    front_end_ = *std::move(made);
  }
  return front_end_.get();
}

std::vector<FrontEndCommand> LiveDocuments::CommandsBeside(const std::string& path) {
  // More would say little more about what files of this folder include.
  constexpr size_t kEnough = 64;
  std::vector<FrontEndCommand> commands;
  std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(path);
  std::shared_ptr<const ProjectModel> project =
      workspace == nullptr ? nullptr : workspace->ProjectFor(path);
  absl::StatusOr<FrontEndCommands*> front_end = this->front_end();
  if (project == nullptr || !front_end.ok()) return commands;
  for (CompileCommand& command : project->CommandsBeside(path, kEnough)) {
    ApplyFlagEdits(*session_.ConfigOf(command.file), command);
    absl::StatusOr<FrontEndCommand> translated = (*front_end)->For(command);
    if (translated.ok()) commands.push_back(*std::move(translated));
  }
  return commands;
}

absl::StatusOr<LiveCommand> LiveDocuments::CommandFor(const std::string& path) {
  absl::StatusOr<FrontEndCommands*> front_end = this->front_end();
  if (!front_end.ok()) return front_end.status();
  std::shared_ptr<const Config> config = session_.ConfigOf(path);
  {
    // Ahead of the look: an index that comes in between is looked at once more.
    absl::MutexLock lock(&mutex_);
    without_unit_.insert(path);
    used_[path] = std::move(config);
  }
  // Without a database the include folders are guessed from what the files spell, once they are read.
  const std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(path);
  const bool is_settled =
      workspace == nullptr || workspace->HasNames() || HasDatabase(*workspace, path);
  absl::StatusOr<LiveCommand> command = CommandForOpenFile(session_, **front_end, path);
  if (command.ok()) modules_.Complete(**front_end, *command);
  if (!command.ok() || command->lacks_unit || !is_settled) return command;
  absl::MutexLock lock(&mutex_);
  without_unit_.erase(path);
  return command;
}

void LiveDocuments::TryUnitsAgain() {
  absl::MutexLock lock(&mutex_);
  if (files_ == nullptr) return;
  for (const std::string& path : without_unit_) files_->CommandChanged(path);
}

void LiveDocuments::OnDocument(const DocumentSnapshot& document, DocumentEvent event) {
  const std::string& path = document->name.path;
  if (path.empty()) return;  // of no file: nothing says how to compile it
  if (session_.configs().IsConfigFile(path)) return config_diagnostics_.OnDocument(document, event);
  switch (event) {
    case DocumentEvent::kOpened:
    case DocumentEvent::kChanged: {
      std::string text = document->text.ToString();
      const bool imports_others = modules_.TakeText(path, text);
      files().Update(path, std::move(text), document->generation);
      if (imports_others) files().CommandChanged(path);
      break;
    }
    case DocumentEvent::kSaved:
      break;  // FilesChanged tells
    case DocumentEvent::kClosed:
      files().Close(path);
      {
        absl::MutexLock lock(&mutex_);
        without_unit_.erase(path);
        used_.erase(path);
      }
      modules_.Forget(path);
      diagnostics_.Forget(document);
      opening_.Forget(path);
      break;
  }
}

absl::StatusOr<std::string> LiveDocuments::AskForBytes(const DocumentSnapshot& document,
                                                       Question question, const Work& work,
                                                       absl::Duration patience) {
  if (document->name.path.empty()) {
    return absl::UnavailableError("only files can be parsed");
  }
  if (session_.configs().IsConfigFile(document->name.path)) {
    return absl::UnavailableError("a configuration file is no source");
  }
  question.settings = session_.ConfigOf(document->name.path)->answers;
  // The answer may come after we have gone.
  struct Waiting {
    absl::Notification done;
    absl::StatusOr<std::string> answer = absl::UnknownError("no answer");
  };
  auto waiting = std::make_shared<Waiting>();
  absl::Time start = absl::Now();
  LiveFiles& live = files();
  QuestionId id = live.Ask(document->name.path, std::move(question),
                           [waiting](absl::StatusOr<std::string> answer) {
                             waiting->answer = std::move(answer);
                             waiting->done.Notify();
                           });
  // A parse that takes long, or for ever, must not keep others from their answers.
  const Scheduler::Waiting waits(session_.scheduler());
  while (!waiting->done.WaitForNotificationWithTimeout(kCancelInterval)) {
    if (work.stop) {
      live.Cancel(id);
      return absl::CancelledError("cancelled by the client");
    }
    if (absl::Now() - start > patience) {
      live.Cancel(id);
      return absl::DeadlineExceededError("the file is still being parsed");
    }
  }
  return waiting->answer;
}

Question LiveDocuments::QuestionAt(QuestionKind kind, const DocumentSnapshot& document,
                                   const Position& position) const {
  Question question;
  question.kind = kind;
  question.place = LiveRange(document, {position, position}).begin;
  return question;
}

CodeRange LiveDocuments::LiveRange(const DocumentSnapshot& document, const Range& range) const {
  const auto place = [&](const Position& position) -> CodePlace {
    const size_t offset = OffsetOfClient(document->text, position, session_.encoding());
    const TextPosition at = PositionOf(document->text, offset, PositionEncoding::kUtf8);
    return {at.line, at.column};
  };
  return {place(range.start), place(range.end)};
}

Range LiveDocuments::ClientRange(const DocumentSnapshot& document, const CodeRange& range) const {
  const auto offset = [&](const CodePlace& place) {
    return OffsetOf(document->text, {place.line, place.column}, PositionEncoding::kUtf8).offset;
  };
  return lsp::ClientRange(document->text, {offset(range.begin), offset(range.end)},
                          session_.encoding());
}

Location LiveDocuments::ClientLocation(const CodeLocation& location) const {
  const DocumentSnapshot document = CurrentDocument(session_.documents(), location.path);
  return {.uri = document->name.uri, .range = ClientRange(document, location.range)};
}

void LiveDocuments::FilesChanged(const std::vector<std::string>& paths) {
  absl::MutexLock lock(&mutex_);
  if (files_ == nullptr) return;
  bool are_commands = false;
  bool are_checks = false;
  for (const std::string& path : paths) {
    are_commands |=
        path.ends_with("/compile_commands.json") || path.ends_with("/compile_flags.txt");
    are_checks |= path.ends_with("/.clang-tidy");
    files_->FileChanged(path);
  }
  modules_.FilesChanged();
  if (are_commands) files_->CommandsChanged();
  if (are_checks && !are_commands) files_->TidyChanged();
}

void LiveDocuments::ConfigChanged() {
  std::map<std::string, std::shared_ptr<const Config>> used;
  {
    absl::MutexLock lock(&mutex_);
    if (files_ == nullptr) return;
    used = used_;
  }
  std::vector<std::string> with_other_flags;
  bool are_checks = false;
  for (const auto& [path, before] : used) {
    const std::shared_ptr<const Config> now = session_.ConfigOf(path);
    if (now == before) continue;
    if (!SaySame(*now, *before, "CompileFlags.")) with_other_flags.push_back(path);
    are_checks = are_checks || !SaySame(*now, *before, "Diagnostics.");
    absl::MutexLock lock(&mutex_);
    if (const auto it = used_.find(path); it != used_.end()) it->second = now;
  }
  {
    absl::MutexLock lock(&mutex_);
    for (const std::string& path : with_other_flags) files_->CommandChanged(path);
    if (are_checks) files_->TidyChanged();
  }
  diagnostics_.Refresh();
  const auto& capabilities = session_.client_capabilities().workspace;
  if (!capabilities) return;
  const auto is_supported = [](const auto& refresh) {
    return refresh && refresh->refresh_support.value_or(false);
  };
  const auto ignore = [](const absl::StatusOr<std::monostate>&) {};
  if (is_supported(capabilities->inlay_hint)) {
    session_.client()->Call<InlayHintRefreshRequest>({}, ignore);
  }
  if (is_supported(capabilities->semantic_tokens)) {
    session_.client()->Call<SemanticTokensRefreshRequest>({}, ignore);
  }
}

uint64_t LiveDocuments::MemoryBytes() const {
  absl::MutexLock lock(&mutex_);
  return files_ == nullptr ? 0 : files_->MemoryBytes();
}

}  // namespace astrolabe::lsp
