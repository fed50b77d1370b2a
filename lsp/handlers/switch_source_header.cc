// textDocument/switchSourceHeader (clangd's): from a source to its header and back, by name.
//
// What is beside the file and has its stem; else the file of the workspace with that stem whose path is most
// like it, so that src/a/b.cc meets include/a/b.h and not include/c/b.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/switch_source_header.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "index/query/file_query.h"
#include "lsp/handlers/bind.h"

namespace astrolabe::lsp {
namespace {

constexpr std::string_view kSources[] = {".cc", ".cpp", ".cxx", ".c", ".c++",
                                         ".C",  ".m",   ".mm",  ".cu"};
constexpr std::string_view kHeaders[] = {".h", ".hh",  ".hpp", ".hxx", ".h++",
                                         ".H", ".inc", ".cuh", ".ipp"};

std::span<const std::string_view> OtherSide(std::string_view extension) {
  if (std::ranges::find(kSources, extension) != std::end(kSources)) return kHeaders;
  if (std::ranges::find(kHeaders, extension) != std::end(kHeaders)) return kSources;
  return {};
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
  const auto extensions = OtherSide(file.extension().string());
  std::error_code error;
  for (std::string_view extension : extensions) {
    std::filesystem::path candidate = file;
    candidate.replace_extension(extension);
    if (std::filesystem::is_regular_file(candidate, error)) return candidate.string();
  }
  const std::shared_ptr<Workspace> workspace = session.WorkspaceOf(path);
  if (workspace == nullptr) return {};
  const Indexes indexes = workspace->indexes();
  if (indexes.snapshot == nullptr) return {};
  std::string best;
  size_t best_likeness = 0;
  for (std::string_view extension : extensions) {
    const std::string name = StrCat(file.stem().string(), extension);
    for (const FileHit& hit : FindFiles(*indexes.snapshot, name, 100)) {
      const std::string found = workspace->ClientPath(hit.path);
      if (std::filesystem::path(found).filename() != name) continue;
      const size_t likeness =
          1 + Likeness(file.parent_path(), std::filesystem::path(found).parent_path());
      if (likeness > best_likeness) {
        best = found;
        best_likeness = likeness;
      }
    }
  }
  return best;
}

void BindSwitchSourceHeader(Dispatcher& dispatcher, Session& session) {
  using Result = SwitchSourceHeaderRequest::Result;
  dispatcher.OnRequest<SwitchSourceHeaderRequest>(
      [&](const TextDocumentIdentifier& params, RequestContext context, Reply<Result> reply) {
        auto name = ParseDocumentUri(params.uri);
        if (!name.ok()) return reply(name.status());
        session.Answer("lsp.switchSourceHeader", std::move(context), std::move(reply),
                       [&session, path = name->path](const Work&) -> absl::StatusOr<Result> {
                         const std::string found = CounterpartOf(session, path);
                         return Result(found.empty() ? std::string() : FileUri(found));
                       });
      });
}

}  // namespace astrolabe::lsp
