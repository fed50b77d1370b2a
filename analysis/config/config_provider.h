// The configuration of any file, read from disk and kept.
//
// Files that say the same are one: two paths that meet the same conditions have the same Config, by pointer, and it
// stays the same as long as no text of its files changes. So whoever has used one knows by comparing whether it still
// holds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "analysis/config/config.h"
#include "analysis/config/config_file.h"

namespace astrolabe {

struct ConfigOptions {
  bool enabled = true;    // false: every Config is the default
  std::string user_file;  // absolute; empty: none
  // How long a file is taken for unchanged. Zero: looked at by its time and size whenever it is asked for.
  absl::Duration max_age = absl::ZeroDuration();
  CheckSpeedOf check_speed;
  // A file was read: for the first time, or because it had changed, come or gone (then it has no fragments and no
  // problems). Called by whoever asked, without a lock. May be null.
  std::function<void(const ConfigFile& file, bool is_change)> on_read;
};

// $XDG_CONFIG_HOME/clangd/config.yaml or what the platform has in its place; empty where there is no home.
std::string UserConfigPath();

// Any thread.
class ConfigProvider {
 public:
  explicit ConfigProvider(ConfigOptions options) : options_(std::move(options)) {}

  // Of a file, by its absolute path; it need not exist. Of a folder where it ends with '/': what holds for all in it.
  // Never null.
  std::shared_ptr<const Config> For(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  // The files that were read for a path, in the order in which they count.
  std::vector<std::shared_ptr<const ConfigFile>> FilesFor(const std::string& path)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // One of them, if it is one of ours; null if it is not there.
  std::shared_ptr<const ConfigFile> Find(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  // What of the problems a text has that would be the file's.
  ConfigFile Check(const std::string& path, std::string_view text) const;

  // Whether a path is that of a configuration file.
  bool IsConfigFile(std::string_view path) const {
    return options_.enabled && IsConfigPath(path, options_.user_file);
  }
  // Some files have changed on disk: those of ours among them are looked at now, whatever their age.
  void FilesChanged(const std::vector<std::string>& paths) ABSL_LOCKS_EXCLUDED(mutex_);

  const ConfigOptions& options() const { return options_; }

 private:
  // What identifies a state on disk.
  struct Stamp {
    bool is_there = false;
    uint64_t size = 0;
    int64_t mtime_ns = 0;
    uint64_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Known {
    Stamp stamp;
    absl::Time looked_at = absl::InfinitePast();
    std::string text;
    std::shared_ptr<const ConfigFile> file;  // null: it is not there
  };
  using Files = std::vector<std::shared_ptr<const ConfigFile>>;

  static Stamp StampOf(const std::string& path);
  // The files of a path, as they are now.
  Files Look(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  // Null if it is not there. Adds to `read` what has to be told.
  std::shared_ptr<const ConfigFile> LookAt(const std::string& path, const std::string& directory,
                                           std::vector<std::pair<ConfigFile, bool>>& read)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tell(const std::vector<std::pair<ConfigFile, bool>>& read) const;
  std::string DirectoryOf(const std::string& config_path) const;

  const ConfigOptions options_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
  // By what applies: fragments, and their parts that depend on the path.
  std::map<std::vector<const void*>, std::pair<Files, std::shared_ptr<const Config>>> configs_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe
