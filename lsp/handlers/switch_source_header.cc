// textDocument/switchSourceHeader (clangd's): from a source to its header and back, by name.
//
// What is beside the file and has its stem; else the file of the workspace with that stem whose path is most
// like it, so that src/a/b.cc meets include/a/b.h and not include/c/b.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/switch_source_header.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "index/language.h"
#include "index/query/file_query.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/on_request.h"

namespace astrolabe::lsp {
namespace {

// The endings that the other side of a file may have, the likeliest first.
std::vector<std::string_view> OtherSide(std::string_view path) {
  std::vector<std::string_view> endings;
  const auto add = [&](SourceRole role) {
    std::ranges::copy(EndingsOf(role), std::back_inserter(endings));
  };
  switch (RoleOfFileName(path)) {
    case SourceRole::kNone:
      break;
    case SourceRole::kUnit:
      add(SourceRole::kHeader);
      add(SourceRole::kPart);
      break;
    case SourceRole::kHeader:
    case SourceRole::kPart:
      add(SourceRole::kUnit);
      break;
  }
  return endings;
}

// Folders that two paths share, from the end and from the start.
size_t Likeness(const std::filesystem::path& a, const std::filesystem::path& b) {
  const std::vector<std::filesystem::path> left(a.begin(), a.end());
  const std::vector<std::filesystem::path> right(b.begin(), b.end());
  size_t front = 0;
  while (front < left.size() && front < right.size() && left[front] == right[front]) ++front;
  size_t back = 0;
  while (back < left.size() && back < right.size() &&
         left[left.size() - 1 - back] == right[right.size() - 1 - back]) {
    ++back;
  }
  return front + back * 2;  // the end of a path says more than its start
}

}  // namespace

std::string CounterpartOf(Session& session, const std::string& path) {
  const std::filesystem::path file(path);
  const std::vector<std::string_view> endings = OtherSide(path);
  std::error_code error;
  for (std::string_view ending : endings) {
    std::filesystem::path candidate = file;
    candidate.replace_extension(ending);
    if (std::filesystem::is_regular_file(candidate, error)) return candidate.string();
  }
  if (endings.empty()) return {};
  const std::shared_ptr<Workspace> workspace = session.WorkspaceOf(path);
  if (workspace == nullptr) return {};
  const Indexes indexes = workspace->indexes();
  if (indexes.snapshot == nullptr) return {};
  // How unlike its path is, how unusual its ending, and its path for a stable answer.
  using Candidate = std::tuple<ptrdiff_t, ptrdiff_t, std::string>;
  std::optional<Candidate> best;
  for (const std::string& hit : FilesOfStem(*indexes.snapshot, file.stem().string())) {
    const auto ending =
        std::ranges::find(endings, std::string_view(hit).substr(hit.rfind('.') + 1));
    if (ending == endings.end()) continue;
    std::string found = workspace->ClientPath(hit);
    const size_t likeness =
        Likeness(file.parent_path(), std::filesystem::path(found).parent_path());
    Candidate candidate(-static_cast<ptrdiff_t>(likeness), ending - endings.begin(),
                        std::move(found));
    if (!best || candidate < *best) best = std::move(candidate);
  }
  return best ? std::get<std::string>(*std::move(best)) : std::string();
}

void BindSwitchSourceHeader(Dispatcher& dispatcher, Session& session) {
  OnPlainRequest<SwitchSourceHeaderRequest>(
      dispatcher, session, "lsp.switchSourceHeader",
      [&session](const TextDocumentIdentifier& params, const Work&) -> absl::StatusOr<std::string> {
        auto name = ParseDocumentUri(params.uri);
        if (!name.ok()) return name.status();
        const std::string found = CounterpartOf(session, name->path);
        return found.empty() ? std::string() : FileUri(found);
      });
}

}  // namespace astrolabe::lsp
