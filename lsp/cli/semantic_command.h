// The subcommands of `astrolabe query` that ask about symbols and includes: def, decl, refs, callers, …
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/semantic/semantic_index.h"

namespace CLI {
class App;
}  // namespace CLI

namespace astrolabe {

// Adds them to `query`.
void RegisterSemanticQueries(CLI::App& query, int* exit_code);

// Where the semantic index of a workspace is.
inline std::string SemanticDirectory(const std::string& index_dir) {
  return index_dir + "/semantic";
}

// The semantic index beside a workspace's tier-0 index; null if there is none.
absl::StatusOr<std::shared_ptr<const SemanticIndex>> OpenSemanticIndex(
    FileSystem& fs, const std::string& index_dir);

// A path as the user may have typed it, relative to the root where it is inside: first by the working
// directory, and if nothing is there, by the root.
std::string RelativeToRoot(const std::string& path, const std::string& root);

}  // namespace astrolabe
