// Headers that a unit has looked for in vain and that are there now: generated ones, mostly.
//
// What a unit has read says nothing about what it would have liked to read, so this asks its unresolved #include
// lines where a compiler would look today.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "analysis/batch/file_states.h"
#include "analysis/project/compile_command.h"
#include "analysis/project/include_folders.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {

// Reads the facts of each file once. Keeps references to both.
class MissingHeaders {
 public:
  MissingHeaders(const SemanticIndex& index, FileStates& states) : index_(index), states_(states) {}

  // Whether a header that `unit`, or a file that it has read, includes in vain would be found today by `command`.
  bool HaveAppeared(const IndexedUnit& unit, const FrontEndCommand& command);

 private:
  struct Missing {
    std::string spelled;
    bool angled = false;
  };
  // The #include lines of a file that no variant of it resolves.
  const std::vector<Missing>& MissingIn(std::string_view path);

  const SemanticIndex& index_;
  FileStates& states_;
  absl::flat_hash_map<std::string, std::vector<Missing>> missing_;  // by path
};

}  // namespace astrolabe
