// One root folder of the session: its index, kept up to date, and how its files are compiled.
//
// Answers come from the index that was published last, whatever goes on behind it. Two threads keep it up to
// date: one for tier 0 (the walk and the scan take seconds, so each change on disk starts them anew), one for
// tier 1 (minutes, in processes of low priority, cancellable by the client). The index is the one of `astrolabe
// index` in the same folder; if another process is writing it, we read along and try again now and then.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "analysis/config/configured_project.h"
#include "analysis/project/command_inference.h"
#include "base/file_system.h"
#include "base/log.h"
#include "index/index_store.h"
#include "index/query/semantic_query.h"
#include "index/semantic/semantic_index.h"
#include "index/watch.h"
#include "lsp/server/progress.h"

namespace astrolabe::lsp {

struct WorkspaceSettings {
  std::string root;                  // as the client names it: absolute, normal
  std::string index_dir;             // empty: .cache/astrolabe in the root
  std::string compile_commands_dir;  // empty: found
  std::string query_drivers;
  std::string program;  // our own binary; empty: no semantic index is built
  int threads = 0;      // 0: as many as cores
  bool background_index = true;
  bool is_nice = true;  // the semantic index is built at low priority
  bool use_config = true;

  friend bool operator==(const WorkspaceSettings&, const WorkspaceSettings&) = default;
};

// What the background work tells. Called from its threads; must outlive the workspace.
struct WorkspaceHooks {
  std::function<void(LogLevel, std::string)> tell;
  // A new piece of work that the user may watch; null where the client does not show it.
  std::function<std::unique_ptr<WorkDoneProgress>()> progress;
  // A new state of the index is published.
  std::function<void()> index_changed;
  // Files below the root have changed, seen by our own watching of them. Paths are absolute.
  std::function<void(const std::vector<std::string>& paths)> files_changed;
  // What is configured for its files. May be null: nothing is.
  ConfigProvider* config = nullptr;
};

// One state of both tiers. Either may be missing.
struct Indexes {
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const SemanticIndex> semantic;
};

// Any thread, but for Start, Stop and the destructor, which are for the owner.
class Workspace {
 public:
  Workspace(WorkspaceSettings settings, WorkspaceHooks hooks);
  // Stops, and waits until the threads are gone.
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // Opens the index and, unless told otherwise, brings it up to date from now on; all in the background.
  // `own_watch`: follow the files ourselves, as the client does not.
  void Start(bool own_watch);
  // The background work begins to end.
  void Stop();
  // Whether it has ended within `limit`.
  bool WaitStopped(absl::Duration limit);

  // The state to answer from. Waits for the first one to be opened: milliseconds after Start.
  Indexes indexes() const;
  // Whether there is one, so that indexes() does not wait.
  bool IsOpened() const { return opened_.HasBeenNotified(); }
  // Whether all files were scanned before: what tier 0 does not know then, it will not know soon. Does not wait.
  bool HasNames() const { return IsOpened() && indexes().snapshot != nullptr; }
  // Files below the root have changed on disk.
  void FilesChanged();
  // The client does not want the work with this token any more. Whether it is ours.
  bool CancelProgress(const ProgressToken& token);

  const WorkspaceSettings& settings() const { return settings_; }
  const std::string& root() const { return settings_.root; }
  const std::string& index_dir() const { return index_dir_; }
  bool Contains(std::string_view path) const;
  // An absolute path as the index has it (relative to the root where inside), and back as the client has it.
  std::string IndexPath(std::string_view path) const;
  std::string ClientPath(std::string_view index_path) const;
  QuerySources Sources(const Indexes& indexes) const {
    return {indexes.semantic.get(), indexes.snapshot.get(), canonical_root_};
  }
  // How files are compiled; loaded on first use, which for a large database takes a second. Null if the
  // database cannot be read (it was told).
  std::shared_ptr<const ProjectModel> project() { return ProjectFor(settings_.root + "/"); }
  // By the database that is configured for the file, if another is.
  std::shared_ptr<const ProjectModel> ProjectFor(const std::string& path);
  // Of a file, as it is configured; nothing where ProjectFor is null.
  std::optional<CompileCommand> CommandFor(const std::string& path);
  // Nothing is configured without a provider.
  std::shared_ptr<const Config> ConfigOf(const std::string& path) const;
  // Edits a command that is from elsewhere as its file is configured.
  void EditCommand(CompileCommand& command) const { configured_.Edit(command); }

 private:
  class RunProgress;

  void FollowFiles();
  void BuildSemantics();
  void FollowDisk();
  // One run. Whether another process writes the index.
  bool UpdateFiles();
  bool UpdateSemantics();
  // Opens what is published; whether that is new.
  bool Reload();
  void Tell(LogLevel level, std::string_view text) const;
  bool MayWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || files_due_; }
  bool MayBuild() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || semantics_due_; }

  const WorkspaceSettings settings_;
  const WorkspaceHooks hooks_;
  const std::string canonical_root_;  // links resolved, as the index has it
  const std::string index_dir_;

  mutable absl::Notification opened_;
  std::atomic<bool> cancel_{false};            // everything
  std::atomic<bool> cancel_semantics_{false};  // what runs of tier 1
  mutable absl::Mutex mutex_;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool files_due_ ABSL_GUARDED_BY(mutex_) = true;
  bool semantics_due_ ABSL_GUARDED_BY(mutex_) = false;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;  // threads
  Indexes indexes_ ABSL_GUARDED_BY(mutex_);
  std::optional<ProgressToken> semantic_progress_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Watcher> watcher_ ABSL_GUARDED_BY(mutex_);

  ConfiguredProject configured_;
  std::atomic<bool> told_database_{false};  // that it can't be read

  std::thread files_thread_;
  std::thread semantics_thread_;
  std::thread watch_thread_;
};

}  // namespace astrolabe::lsp
