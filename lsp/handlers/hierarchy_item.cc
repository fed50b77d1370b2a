// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/hierarchy_item.h"

#include "absl/status/status.h"

namespace astrolabe::lsp {

Json KeyData(const Workspace& workspace, const std::string& usr, const std::string& name) {
  return {{"root", workspace.root()}, {"usr", usr}, {"name", name}};
}

absl::StatusOr<HierarchyKey> KeyFrom(Session& session, const Json& data) {
  const auto text = [&](const char* member) -> std::string {
    if (!data.is_object()) return {};
    const auto it = data.find(member);
    return it != data.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  HierarchyKey key;
  key.usr = text("usr");
  key.name = text("name");
  const std::string root = text("root");
  for (const auto& workspace : session.workspaces()) {
    if (workspace->root() == root) key.workspace = workspace;
  }
  if (key.workspace == nullptr || key.name.empty()) {
    return absl::InvalidArgumentError(
        "item.data: expected what the prepare request gave (its folder may have been closed)");
  }
  return key;
}

absl::StatusOr<std::optional<SemanticHit>> PlaceOfSymbol(const Workspace& workspace,
                                                         const Indexes& indexes,
                                                         const std::string& usr, const Work& work) {
  SemanticRequest request;
  request.question = SemanticQuestion::kHover;
  request.argument = UsrArgument{usr};
  request.limit = 1;
  auto answer = Ask(workspace, indexes, std::move(request), work);
  if (!answer.ok()) return answer.status();
  if (answer->hits.empty()) return std::optional<SemanticHit>();
  return std::optional(std::move(answer->hits.front()));
}

}  // namespace astrolabe::lsp
