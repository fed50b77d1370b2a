// From a driver command line to the front end's: what Clang is to be told about a file.
//
// Clang's own driver does it, in this process: it knows where the C++ library is and what -pthread
// defines. A run costs about a millisecond of looking for compilers on disk, so it is done once for
// each set of flags, not for each file; therefore, and because files with the same arguments are
// parsed together, nothing that names the file is left in the result.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "analysis/project/compile_command.h"
#include "analysis/project/query_driver.h"

namespace astrolabe {

struct FrontEndOptions {
  std::string resource_directory;  // empty: FindResourceDirectory
  std::string tool_version;        // part of every digest
  // Asked about compilers that are allowed; must outlive. May be null.
  QueryDrivers* query_drivers = nullptr;
};

// One for a run. All members from any number of threads at once.
class FrontEndCommands {
 public:
  // NotFound if Clang's own headers are nowhere.
  static absl::StatusOr<std::unique_ptr<FrontEndCommands>> Create(FrontEndOptions options);
  ~FrontEndCommands();

  // InvalidArgument if the file is of no language of ours or Clang's driver can do nothing with the
  // command. Flags that it does not take are dropped and noted, never an error. Append the file to
  // `cc1` and give all of it to clang::CompilerInvocation::CreateFromArgs, with `directory` as the
  // working directory of the file system.
  absl::StatusOr<FrontEndCommand> For(const CompileCommand& command) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string& resource_directory() const { return options_.resource_directory; }
  // How often the driver ran.
  size_t driver_runs() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Slot;

  explicit FrontEndCommands(FrontEndOptions options);

  FrontEndOptions options_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<Slot>> slots_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe
