// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/path_mapping.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "base/strings.h"
#include "lsp/documents/uri.h"
#include "lsp/protocol/json.h"

namespace astrolabe::lsp {
namespace {

constexpr std::string_view kScheme = "file:";
// Members whose strings are text.
constexpr std::string_view kTexts[] = {"text",    "newText", "insertText",
                                       "message", "value",   "label"};

// A path as DocumentName::path spells it: a drive's letter small and without slash in front.
std::string Normal(std::string_view path) {
  std::string slashed(path);
  const bool has_drive = slashed.size() >= 2 && slashed[1] == ':';
  if (has_drive || slashed.starts_with('\\')) std::ranges::replace(slashed, '\\', '/');
  auto name = ParseDocumentUri(FileUri(slashed));
  return name.ok() ? name->path : std::string();
}

bool IsAbsolute(std::string_view path) {
  const bool has_drive = path.size() >= 3 && path[1] == ':' && (path[2] == '/' || path[2] == '\\');
  return has_drive || path.starts_with('/');
}

void MapTree(Json& json, MappingDirection direction, const std::vector<PathMapping>& mappings) {
  if (json.is_string()) {
    if (auto mapped = MapUri(*json.get_ptr<const std::string*>(), direction, mappings)) {
      json = *std::move(mapped);
    }
  } else if (json.is_array()) {
    for (Json& element : json) MapTree(element, direction, mappings);
  } else if (json.is_object()) {
    Json object = Json::object();
    for (auto it = json.begin(); it != json.end(); ++it) {
      const bool is_text =
          it->is_string() && std::ranges::find(kTexts, it.key()) != std::end(kTexts);
      if (!is_text) MapTree(it.value(), direction, mappings);
      auto key = MapUri(it.key(), direction, mappings);
      object[key ? *key : it.key()] = std::move(it.value());
    }
    json = std::move(object);
  }
}

}  // namespace

absl::StatusOr<std::vector<PathMapping>> ParsePathMappings(std::string_view text) {
  std::vector<PathMapping> mappings;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const size_t equals = pair.find('=');
    const std::string_view client = pair.substr(0, equals);
    const std::string_view server =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (!IsAbsolute(client) || !IsAbsolute(server)) {
      return absl::InvalidArgumentError(
          StrCat("expected CLIENT=SERVER, two absolute paths, not \"", pair, "\""));
    }
    mappings.push_back({.client = Normal(client), .server = Normal(server)});
  }
  return mappings;
}

std::optional<std::string> MapUri(std::string_view uri, MappingDirection direction,
                                  const std::vector<PathMapping>& mappings) {
  if (!uri.starts_with(kScheme)) return std::nullopt;
  auto name = ParseDocumentUri(uri);
  if (!name.ok()) return std::nullopt;
  const std::string_view path = name->path;
  for (const PathMapping& mapping : mappings) {
    const bool is_in = direction == MappingDirection::kToServer;
    std::string_view from = is_in ? mapping.client : mapping.server;
    const std::string_view to = is_in ? mapping.server : mapping.client;
    if (from == "/") from = {};
    if (!path.starts_with(from)) continue;
    const std::string_view rest = path.substr(from.size());
    if (!rest.empty() && rest.front() != '/') continue;
    return FileUri(StrCat(to == "/" && !rest.empty() ? std::string_view() : to, rest));
  }
  return std::nullopt;
}

std::string MapMessage(std::string content, MappingDirection direction,
                       const std::vector<PathMapping>& mappings) {
  auto json = ParseJson(content);
  if (!json.ok()) return content;
  MapTree(*json, direction, mappings);
  return DumpJson(*json);
}

}  // namespace astrolabe::lsp
