// Compiled module interfaces on disk, each made once for everything that it depends on.
//
// The name of a compiled interface says what it was made from (arguments, and the contents of each file that was read),
// so whoever has been told of it may go on reading while a newer one is made, and importers have other arguments exactly
// when something has changed. Beside each stands a record of its inputs, by which the next run knows whether it still
// holds. What nobody has used for a week is removed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "analysis/project/compile_command.h"

namespace astrolabe {

struct ModuleStoreOptions {
  std::string program;    // our own binary
  std::string directory;  // absolute; made when it is needed
  absl::Duration build_limit = absl::Seconds(120);
};

struct StoredModule {
  std::string path;                 // of the compiled interface
  std::vector<std::string> errors;  // of its source
};

// Any thread, any number of processes with the same directory.
class ModuleStore {
 public:
  explicit ModuleStore(ModuleStoreOptions options) : options_(std::move(options)) {}

  // The interface of the module `name` that `unit` declares, built now if what there is does not hold. `imported` are
  // arguments for the modules that it imports (ModuleFileArgument). Errors as of BuildModule, and of the file system.
  absl::StatusOr<StoredModule> Get(std::string_view name, const FrontEndCommand& unit,
                                   const std::vector<std::string>& imported,
                                   const std::atomic<bool>* cancelled);

  uint32_t builds() const { return builds_; }
  // Removes what was used last more than `age` ago.
  void RemoveOld(absl::Duration age = absl::Hours(24 * 7)) const;

 private:
  const ModuleStoreOptions options_;
  std::atomic<uint32_t> builds_ = 0;
};

// Where the modules of a workspace are, beside its index: the batch and the server share them.
std::string ModuleDirectory(std::string_view index_dir);

// What tells Clang's front end where the interface of a module is.
std::string ModuleFileArgument(std::string_view name, std::string_view path);

}  // namespace astrolabe
