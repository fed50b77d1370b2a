// What a compiler other than Clang knows by itself: where its headers are, which target it is for,
// which macros it defines.
//
// A cross compiler's headers are where only it knows, so it is asked (-E -v, -dM). That runs a program
// which a file in the workspace names, so it happens only for compilers that the user has allowed by
// name; for all others Clang's own detection has to do. Answers are kept by the compiler's path, size
// and time and by the flags that change them, also on disk, since a cross compiler behind a wrapper
// script takes up to seconds to start.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "index/glob.h"

namespace astrolabe {

struct QueryDriverOptions {
  // Patterns of absolute paths, as in ignore files ("/opt/*/bin/*-gcc", "/usr/bin/**"), of the
  // compilers that may be run. A "," in one separates two.
  std::vector<std::string> allowed;
  std::string cache_directory;  // made when needed; empty: in memory only
  absl::Duration timeout = absl::Seconds(10);
};

struct DriverKnowledge {
  struct Macro {
    std::string name;  // with parameters: "X(a)"
    std::string value;
    friend bool operator==(const Macro&, const Macro&) = default;
  };
  std::string target;                            // "arm-none-eabi"; empty if it does not say
  std::vector<std::string> include_directories;  // in order; absolute, normal
  std::vector<Macro> macros;
  friend bool operator==(const DriverKnowledge&, const DriverKnowledge&) = default;
};

// All members from any number of threads at once.
class QueryDrivers {
 public:
  // InvalidArgument for a pattern that can match nothing.
  static absl::StatusOr<std::unique_ptr<QueryDrivers>> Create(QueryDriverOptions options);

  // What `compiler` (a path, or a name looked up in PATH) says for `language` ("c++", "c", …), with
  // those of `arguments` that bear on it. PermissionDenied if it is not allowed, and then it is not
  // run; else NotFound, DeadlineExceeded, or FailedPrecondition with the end of its own message.
  absl::StatusOr<std::shared_ptr<const DriverKnowledge>> Ask(
      const std::string& directory, const std::string& compiler, std::string_view language,
      const std::vector<std::string>& arguments) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether Ask would run it.
  bool IsAllowed(std::string_view absolute_compiler) const;
  // How often a compiler was really run (both questions count as one).
  size_t runs() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Answer = absl::StatusOr<std::shared_ptr<const DriverKnowledge>>;

  QueryDrivers(QueryDriverOptions options, std::vector<Glob> allowed)
      : options_(std::move(options)), allowed_(std::move(allowed)) {}
  Answer Run(const std::string& program, std::string_view language,
             const std::vector<std::string>& arguments) const;
  std::string CachePath(std::string_view key) const;

  const QueryDriverOptions options_;
  const std::vector<Glob> allowed_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Answer> answers_ ABSL_GUARDED_BY(mutex_);
  size_t runs_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The absolute path of a compiler as commands name it: by a path, which is not looked at, or by what PATH has to run. Empty
// if that has none.
std::string FindProgram(const std::string& directory, const std::string& compiler);

// The two answers of a compiler, parsed: for tests.
void ParseVerboseOutput(std::string_view text, DriverKnowledge& knowledge);
void ParseMacroOutput(std::string_view text, DriverKnowledge& knowledge);

}  // namespace astrolabe
