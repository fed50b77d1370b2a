// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/workspace.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "analysis/batch/batch_indexer.h"
#include "analysis/project/spelled_includes.h"
#include "base/strings.h"
#include "base/trace.h"
#include "index/indexer.h"
#include "lsp/cli/semantic_command.h"
#include "lsp/documents/uri.h"
#include "lsp/version.h"

namespace astrolabe::lsp {
namespace {

// A burst of changes (a checkout, a build) is over when nothing has come for so long.
constexpr absl::Duration kQuiet = absl::Milliseconds(300);
constexpr absl::Duration kMaxQuiet = absl::Seconds(3);
// How often to look whether another process has published a new index, and to try to write it ourselves.
constexpr absl::Duration kForeignPoll = absl::Seconds(2);
constexpr int kForeignPollsPerTry = 5;
// Work that is done sooner is not worth showing.
constexpr absl::Duration kUnshown = absl::Milliseconds(300);
constexpr absl::Duration kProgressInterval = absl::Milliseconds(250);
constexpr int kNiceness = 10;

// Links resolved; as it is if that cannot be done.
std::string Canonical(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string result = resolved;
  std::free(resolved);
  return result;
}

// The rest of `path` below `root`, without slash in front; nullopt if it is not below.
std::optional<std::string_view> Below(std::string_view root, std::string_view path) {
  if (root == "/") return path.substr(1);
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (path.empty()) return path;
  if (path.front() != '/') return std::nullopt;
  return path.substr(1);
}

std::string Owner() { return StrCat("astrolabe lsp, process ", getpid()); }

uint32_t Percent(uint64_t done, uint64_t total) {
  return total == 0 ? 0 : static_cast<uint32_t>(std::min<uint64_t>(100, done * 100 / total));
}

}  // namespace

// Shows a run while it lasts. `describe` gives the message and the percentage, or nothing yet.
class Workspace::RunProgress {
 public:
  using Describe = std::function<std::optional<std::pair<std::string, uint32_t>>(double seconds)>;

  RunProgress(Workspace& workspace, std::string title, bool cancellable, Describe describe)
      : workspace_(workspace),
        title_(std::move(title)),
        cancellable_(cancellable),
        describe_(std::move(describe)),
        thread_([this] { Run(); }) {}
  ~RunProgress() {
    done_.Notify();
    thread_.join();
  }

 private:
  void Run() {
    NameThisThread("progress");
    const absl::Time start = absl::Now();
    if (done_.WaitForNotificationWithTimeout(kUnshown)) return;
    std::unique_ptr<WorkDoneProgress> progress = workspace_.hooks_.progress();
    if (progress == nullptr) return;
    progress->Begin(title_, cancellable_);
    if (cancellable_) {
      absl::MutexLock lock(&workspace_.mutex_);
      workspace_.semantic_progress_ = progress->token();
    }
    do {
      if (const auto shown = describe_(absl::ToDoubleSeconds(absl::Now() - start))) {
        progress->Report(shown->first, shown->second);
      }
    } while (!done_.WaitForNotificationWithTimeout(kProgressInterval));
    if (cancellable_) {
      absl::MutexLock lock(&workspace_.mutex_);
      workspace_.semantic_progress_.reset();
    }
    progress->End();
  }

  Workspace& workspace_;
  const std::string title_;
  const bool cancellable_;
  const Describe describe_;
  absl::Notification done_;
  std::thread thread_;
};

Workspace::Workspace(WorkspaceSettings settings, WorkspaceHooks hooks)
    : settings_(std::move(settings)),
      hooks_(std::move(hooks)),
      canonical_root_(Canonical(settings_.root)),
      index_dir_(settings_.index_dir.empty()
                     ? StrCat(canonical_root_ == "/" ? "" : canonical_root_, "/.cache/astrolabe")
                     : settings_.index_dir),
      configured_({.root = canonical_root_, .compile_commands_dir = settings_.compile_commands_dir},
                  hooks_.config) {}

Workspace::~Workspace() {
  Stop();
  for (std::thread* thread : {&files_thread_, &semantics_thread_, &watch_thread_}) {
    if (thread->joinable()) thread->join();
  }
}

void Workspace::Start(bool own_watch) {
  {
    absl::MutexLock lock(&mutex_);
    if (started_ || stopping_) return;
    started_ = true;
    running_ = settings_.background_index ? (own_watch ? 3 : 2) : 1;
  }
  const auto run = [this](const char* name, void (Workspace::*work)()) {
    return std::thread([this, name, work] {
      NameThisThread(name);
      (this->*work)();
      absl::MutexLock lock(&mutex_);
      --running_;
    });
  };
  files_thread_ = run("index-files", &Workspace::FollowFiles);
  if (!settings_.background_index) return;
  semantics_thread_ = run("index-semantics", &Workspace::BuildSemantics);
  if (own_watch) watch_thread_ = run("watch", &Workspace::FollowDisk);
}

void Workspace::Stop() {
  absl::MutexLock lock(&mutex_);
  cancel_ = true;
  cancel_semantics_ = true;
  stopping_ = true;
  if (watcher_ != nullptr) watcher_->Stop();
  if (!started_ && !opened_.HasBeenNotified()) opened_.Notify();
  started_ = true;
}

bool Workspace::WaitStopped(absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  const auto gone = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return running_ == 0; };
  return mutex_.AwaitWithTimeout(absl::Condition(&gone), limit);
}

Indexes Workspace::indexes() const {
  opened_.WaitForNotification();
  absl::MutexLock lock(&mutex_);
  return indexes_;
}

void Workspace::FilesChanged() {
  absl::MutexLock lock(&mutex_);
  files_due_ = true;
}

bool Workspace::CancelProgress(const ProgressToken& token) {
  absl::MutexLock lock(&mutex_);
  if (semantic_progress_ != token) return false;
  cancel_semantics_ = true;
  return true;
}

bool Workspace::Contains(std::string_view path) const {
  return Below(settings_.root, path) || Below(canonical_root_, path);
}

std::string Workspace::IndexPath(std::string_view path) const {
  for (const std::string* root : {&settings_.root, &canonical_root_}) {
    if (const auto below = Below(*root, path)) return std::string(*below);
  }
  return std::string(path);
}

std::string Workspace::ClientPath(std::string_view index_path) const {
  if (index_path.starts_with('/')) return NormalPath(index_path);
  return NormalPath(StrCat(settings_.root, "/", index_path));
}

std::shared_ptr<const ProjectModel> Workspace::ProjectFor(const std::string& path) {
  TraceSpan span("lsp.project");
  absl::StatusOr<std::shared_ptr<ProjectModel>> model = configured_.ModelFor(path);
  if (model.ok()) return *std::move(model);
  if (!told_database_.exchange(true)) Tell(LogLevel::kWarning, ToStd(model.status().message()));
  return nullptr;
}

std::shared_ptr<const Config> Workspace::ConfigOf(const std::string& path) const {
  if (hooks_.config == nullptr) return std::make_shared<const Config>();
  return hooks_.config->For(path);
}

std::optional<CompileCommand> Workspace::CommandFor(const std::string& path) {
  const std::shared_ptr<const ProjectModel> project = ProjectFor(path);
  if (project == nullptr) return std::nullopt;
  CompileCommand command = project->CommandFor(path);
  EditCommand(command);
  return command;
}

void Workspace::Tell(LogLevel level, std::string_view text) const {
  hooks_.tell(level, std::string(text));
}

bool Workspace::Reload() {
  TraceSpan span("lsp.open_index");
  Indexes found;
  const auto tell = [&](const absl::Status& status) {
    if (!absl::IsNotFound(status)) Tell(LogLevel::kWarning, ToStd(status.message()));
  };
  auto snapshot = OpenSnapshot(RealFileSystem(), index_dir_);
  if (snapshot.ok()) {
    found.snapshot = *std::move(snapshot);
  } else {
    tell(snapshot.status());
  }
  auto semantic = OpenSemanticIndex(RealFileSystem(), index_dir_);
  if (semantic.ok()) {
    found.semantic = *std::move(semantic);
  } else {
    tell(semantic.status());
  }
  const auto generation = [](const auto& state) { return state ? state->generation : 0; };
  const auto semantic_generation = [](const auto& state) {
    return state ? state->generation() : 0;
  };
  // Ahead of who is told of the new state, and asks how files are compiled.
  const bool has_database =
      ProjectModel::FindDatabase(
          {.root = canonical_root_, .compile_commands_dir = settings_.compile_commands_dir})
          .has_value();
  bool is_first = false;
  {
    absl::MutexLock lock(&mutex_);
    is_first = found.snapshot != nullptr && indexes_.snapshot == nullptr;
  }
  // Once: a second's work for some ten thousand files.
  if (is_first && !has_database) {
    const auto model = configured_.Own();
    if (model.ok() && (*model)->database_path().empty()) {
      (*model)->GuessFrom(SpelledIncludes(*found.snapshot, canonical_root_));
    }
  }
  absl::MutexLock lock(&mutex_);
  const bool is_new =
      generation(found.snapshot) != generation(indexes_.snapshot) ||
      semantic_generation(found.semantic) != semantic_generation(indexes_.semantic) ||
      (found.snapshot == nullptr) != (indexes_.snapshot == nullptr) ||
      (found.semantic == nullptr) != (indexes_.semantic == nullptr);
  if (is_new) indexes_ = std::move(found);
  return is_new;
}

void Workspace::FollowFiles() {
  Reload();
  opened_.Notify();
  hooks_.index_changed();
  if (!settings_.background_index) return;
  bool is_foreign = false;
  int polls = 0;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (!is_foreign) {
        mutex_.Await(absl::Condition(this, &Workspace::MayWork));
      } else if (!mutex_.AwaitWithTimeout(absl::Condition(this, &Workspace::MayWork),
                                          kForeignPoll) &&
                 ++polls % kForeignPollsPerTry == 0) {
        files_due_ = true;
      }
      if (stopping_) return;
      // Until it is quiet; the first run waits for nothing.
      const absl::Time latest = absl::Now() + kMaxQuiet;
      while (files_due_ && indexes_.snapshot != nullptr && absl::Now() < latest) {
        files_due_ = false;
        if (!mutex_.AwaitWithTimeout(absl::Condition(this, &Workspace::MayWork), kQuiet)) {
          files_due_ = true;
          break;
        }
        if (stopping_) return;
      }
    }
    bool due = false;
    {
      absl::MutexLock lock(&mutex_);
      due = std::exchange(files_due_, false);
    }
    // An index that somebody threw away counts from one again, so what comes next would pass for what is here.
    if (due && !OpenSnapshot(RealFileSystem(), index_dir_).ok() && Reload()) hooks_.index_changed();
    if (due) is_foreign = UpdateFiles();
    if (Reload()) hooks_.index_changed();
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    if (due && !is_foreign) semantics_due_ = true;
  }
}

bool Workspace::UpdateFiles() {
  TraceSpan span("lsp.index_files");
  IndexerOptions options;
  options.root = canonical_root_;
  options.index_dir = index_dir_;
  options.tool_version = kAstrolabeVersion;
  options.owner = Owner();
  options.threads = settings_.threads;
  IndexProgress progress;
  RunProgress shown(*this, "Reading files", false, [&](double) {
    const uint64_t total = progress.files_total;
    const uint64_t done = progress.files_done;
    return std::optional(std::pair(StrCat(done, "/", total, " files"), Percent(done, total)));
  });
  auto report = UpdateIndex(RealFileSystem(), options, &progress, &cancel_);
  if (report.ok()) {
    for (const std::string& note : report->notes) Tell(LogLevel::kWarning, note);
    if (report->changed) {
      Tell(LogLevel::kInfo,
           StrCat("index of ", settings_.root, ": ", report->files, " files, ", report->symbols,
                  " symbols; ", report->files_scanned, " files read"));
    }
    return false;
  }
  if (absl::IsUnavailable(report.status())) {
    Tell(LogLevel::kInfo, StrCat(ToStd(report.status().message()), "; reading along"));
    return true;
  }
  Tell(LogLevel::kWarning,
       StrCat("index of ", settings_.root, ": ", ToStd(report.status().message())));
  return false;
}

void Workspace::BuildSemantics() {
  if (settings_.is_nice) {
    // Of this thread and of the processes that it starts; TBB's workers are older.
    opened_.WaitForNotification();
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
  }
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Workspace::MayBuild));
      if (stopping_) return;
      semantics_due_ = false;
      cancel_semantics_ = false;
    }
    UpdateSemantics();
    if (Reload()) hooks_.index_changed();
  }
}

bool Workspace::UpdateSemantics() {
  if (settings_.program.empty()) return false;
  TraceSpan span("lsp.index_semantics");
  SemanticOptions options;
  options.root = canonical_root_;
  options.index_dir = index_dir_;
  options.tool_version = kAstrolabeVersion;
  options.owner = Owner();
  options.program = settings_.program;
  options.compile_commands_dir = settings_.compile_commands_dir;
  options.query_drivers = settings_.query_drivers;
  options.use_config = settings_.use_config;
  options.threads = settings_.threads;
  SemanticProgress progress;
  RunProgress shown(
      *this, "Indexing", true,
      [&](double seconds) -> std::optional<std::pair<std::string, uint32_t>> {
        const uint32_t done = progress.batch.units_done;
        const uint32_t total = progress.batch.units_total;
        switch (progress.phase) {
          case SemanticProgress::kParsing: {
            const auto rate = static_cast<uint64_t>(done / std::max(seconds, 0.001) * 10);
            return std::pair(StrCat(done, "/", total, " units, ", rate / 10, ".", rate % 10, "/s"),
                             Percent(done, total));
          }
          case SemanticProgress::kScanning:
            return std::pair(StrCat("includes of ", progress.units_scanned.load(), "/",
                                    progress.units_to_scan.load(), " units"),
                             0U);
          case SemanticProgress::kCommitting:
            return std::pair(std::string("writing"), Percent(done, total));
          default:
            return std::nullopt;
        }
      });
  auto report = UpdateSemanticIndex(RealFileSystem(), options, &progress, &cancel_semantics_);
  if (report.ok()) {
    for (const std::string& note : report->notes) Tell(LogLevel::kInfo, note);
    for (const std::string& unit : report->quarantined) Tell(LogLevel::kWarning, unit);
    const uint64_t parsed = report->units - report->units_unchanged;
    if (parsed > 0) {
      Tell(LogLevel::kInfo, StrCat("semantic index of ", settings_.root, ": ", parsed, " of ",
                                   report->units, " units parsed"));
    }
    return false;
  }
  const bool is_foreign = absl::IsUnavailable(report.status());
  if (!absl::IsCancelled(report.status())) {
    Tell(is_foreign ? LogLevel::kInfo : LogLevel::kWarning,
         StrCat("semantic index of ", settings_.root, ": ", ToStd(report.status().message())));
  }
  return is_foreign;
}

void Workspace::FollowDisk() {
  WatchOptions options;
  options.walk.root = canonical_root_;
  IndexerOptions index_options;
  index_options.root = canonical_root_;
  index_options.index_dir = index_dir_;
  options.walk.leave_out = IndexPathInside(index_options);
  auto started = Watcher::Start(std::move(options));
  if (!started.ok()) {
    return Tell(LogLevel::kWarning,
                StrCat("files are not watched: ", ToStd(started.status().message())));
  }
  Watcher* watcher = started->get();
  {
    absl::MutexLock lock(&mutex_);
    watcher_ = *std::move(started);
    if (stopping_) return;
  }
  if (!watcher->polling().ok()) Tell(LogLevel::kWarning, ToStd(watcher->polling().message()));
  while (true) {
    auto batch = watcher->Next();
    if (!batch.ok()) return;
    if (batch->events.empty() && !batch->rescan) continue;
    FilesChanged();
    std::vector<std::string> paths;
    for (const WatchEvent& event : batch->events) paths.push_back(ClientPath(event.path));
    hooks_.files_changed(paths);
  }
}

}  // namespace astrolabe::lsp
