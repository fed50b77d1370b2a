// astrolabe/reindex: for an index that is thought to be wrong. The server keeps it up to date by itself.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "lsp/cli/semantic_command.h"
#include "lsp/handlers/on_request.h"
#include "lsp/handlers/own_requests.h"
#include "lsp/protocol/own_extensions.h"

namespace astrolabe::lsp {
namespace {

constexpr std::string_view kOwner = "astrolabe lsp, which throws it away";
// Who only commits what it has is soon done; a run of the compiler takes minutes.
constexpr absl::Duration kPatience = absl::Seconds(2);
constexpr absl::Duration kPoll = absl::Milliseconds(50);

absl::StatusOr<std::unique_ptr<FileLock>> Lock(FileSystem& fs, const std::string& path,
                                               const Work& work) {
  const absl::Time end = absl::Now() + kPatience;
  while (true) {
    auto lock = fs.Lock(path, kOwner);
    if (lock.ok() || !absl::IsUnavailable(lock.status()) || work.stop || absl::Now() > end) {
      return lock;
    }
    absl::SleepFor(kPoll);
  }
}

// The manifests are what makes an index; what they named is swept up by the next writer. The locks stay: without them
// two processes would write at a time.
absl::Status ThrowAway(FileSystem& fs, const std::string& index_dir, const Work& work) {
  const std::string semantic_dir = SemanticDirectory(index_dir);
  std::vector<std::unique_ptr<FileLock>> locks;
  for (const std::string& folder : {semantic_dir, index_dir}) {
    if (!fs.Stat(StrCat(folder, "/MANIFEST")).ok()) continue;
    auto lock = Lock(fs, StrCat(folder, "/lock"), work);
    if (!lock.ok()) return lock.status();
    locks.push_back(*std::move(lock));
  }
  for (const std::string& folder : {semantic_dir, index_dir}) {
    const std::string manifest = StrCat(folder, "/MANIFEST");
    if (!fs.Stat(manifest).ok()) continue;
    if (absl::Status status = fs.Remove(manifest); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

void BindReindex(Dispatcher& dispatcher, Session& session) {
  OnPlainRequest<ReindexRequest>(
      dispatcher, session, "lsp.reindex",
      [&session](const ReindexParams& params, const Work& work) -> absl::StatusOr<std::monostate> {
        for (const std::shared_ptr<Workspace>& workspace : session.workspaces()) {
          if (params.anew.value_or(false)) {
            absl::Status status = ThrowAway(RealFileSystem(), workspace->index_dir(), work);
            if (!status.ok()) return status;
          }
          workspace->FilesChanged();
        }
        return std::monostate();
      });
}

}  // namespace astrolabe::lsp
