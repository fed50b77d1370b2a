// Which header a document includes for what another one declares, and how it spells that.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/query/include_pragmas.h"
#include "lsp/handlers/include_insertion.h"
#include "lsp/server/workspace.h"

namespace astrolabe::lsp {

// Of one request; one thread. `text` is borrowed.
class IncludeChoice {
 public:
  // `path` and `text` are the document's.
  IncludeChoice(std::shared_ptr<Workspace> workspace, const Indexes& indexes, std::string path,
                std::string_view text);

  // With delimiters; empty if no folder of the search path has it. `header` as the index has paths.
  std::string Spell(const std::string& header);

 private:
  const std::shared_ptr<Workspace> workspace_;
  const std::string path_;
  const std::string_view text_;
  const std::shared_ptr<const Config> config_;
  PublicHeaders public_headers_;
  std::optional<std::vector<IncludeFolder>> folders_;  // once they are asked for
};

}  // namespace astrolabe::lsp
