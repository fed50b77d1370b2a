// `--path-mappings`: the client sees the workspace under other paths than we do, as an editor outside of a
// container does.
//
// All that is a file's URI in a message is translated on its way in and out, values and names of members alike;
// nothing behind the transport knows of it. Texts of documents are left alone, whatever they look like.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace astrolabe::lsp {

// Absolute and normal folders or files, as DocumentName::path has them.
struct PathMapping {
  std::string client;
  std::string server;

  friend bool operator==(const PathMapping&, const PathMapping&) = default;
};

enum class MappingDirection { kToServer, kToClient };

// "/client=/server,C:\client2=/server2", as clangd has it. InvalidArgument, naming the part, for one that is no
// pair of absolute paths.
absl::StatusOr<std::vector<PathMapping>> ParsePathMappings(std::string_view text);

// The URI on the other side by the first mapping that fits; nothing if none does or it is no file's.
std::optional<std::string> MapUri(std::string_view uri, MappingDirection direction,
                                  const std::vector<PathMapping>& mappings);

// The message with its URIs translated; as it is if it is no JSON.
std::string MapMessage(std::string content, MappingDirection direction,
                       const std::vector<PathMapping>& mappings);

}  // namespace astrolabe::lsp
