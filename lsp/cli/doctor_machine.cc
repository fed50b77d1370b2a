// The machine: what `astrolabe doctor` says of what comes with the program and of the system's limits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <sys/resource.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "analysis/ai/model_files.h"
#include "analysis/project/resource_directory.h"
#include "base/strings.h"
#include "index/walk.h"
#include "lsp/cli/doctor.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

// Segments and pipes of an index run, with room.
constexpr uint64_t kEnoughDescriptors = 512;

void CheckClangsHeaders(Findings& findings) {
  const absl::StatusOr<std::string> folder = FindResourceDirectory("");
  if (folder.ok()) {
    findings.push_back({FindingLevel::kFine,
                        "clang-headers",
                        StrCat("Clang's own headers are in ", *folder, "."),
                        "",
                        {}});
    return;
  }
  findings.push_back(
      {FindingLevel::kProblem,
       "clang-headers",
       "Clang's own headers (stddef.h and the like) are not there: nothing can be parsed.",
       std::string(ToStd(folder.status().message())),
       {}});
}

void CheckModel(Findings& findings) {
  const absl::StatusOr<std::string> model = ChooseModel("");
  if (!model.ok()) {
    findings.push_back(
        {FindingLevel::kNote,
         "model",
         "There is no language model, so no inline completion; all else works.",
         StrCat("put a GGUF file that can fill in the middle into ", ModelFolders().front()),
         {}});
    return;
  }
  char magic[4] = {};
  std::ifstream(*model, std::ios::binary).read(magic, sizeof magic);
  if (std::string_view(magic, sizeof magic) == "GGUF") {
    findings.push_back(
        {FindingLevel::kFine, "model", StrCat("The language model is ", *model, "."), "", {}});
    return;
  }
  findings.push_back({FindingLevel::kProblem,
                      "model",
                      StrCat("The language model ", *model, " cannot be read as a GGUF file."),
                      "fetch it again, or remove it; `astrolabe ai models` lists what is found, "
                      "the first one is used",
                      {}});
}

std::optional<uint64_t> KernelNumber(const char* path) {
  uint64_t number = 0;
  if (std::ifstream(path) >> number) return number;
  return std::nullopt;
}

void CheckLimits(const SemanticOptions& options, Findings& findings) {
  const size_t before = findings.size();
  rlimit descriptors = {};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur < kEnoughDescriptors) {
    findings.push_back({FindingLevel::kProblem,
                        "open-files",
                        StrCat("A process may open only ", descriptors.rlim_cur,
                               " files here; indexing may fail for want of more."),
                        "raise it where you start the editor: ulimit -n 4096",
                        {}});
  }
  WalkOptions walk;
  walk.root = options.root;
  const absl::StatusOr<WalkResult> result = Walk(walk);
  const std::optional<uint64_t> watches = KernelNumber("/proc/sys/fs/inotify/max_user_watches");
  if (result.ok() && watches && *watches < result->directories) {
    findings.push_back(
        {FindingLevel::kProblem,
         "watches",
         StrCat("The workspace has ", WithThousands(result->directories),
                " folders, but the system lets you watch only ", WithThousands(*watches),
                " for changes; the others are looked at every few seconds instead, which is slow."),
         StrCat("as root: sysctl fs.inotify.max_user_watches=", 2 * result->directories),
         {}});
  }
  const std::optional<uint64_t> instances = KernelNumber("/proc/sys/fs/inotify/max_user_instances");
  if (instances && *instances < 16) {
    findings.push_back({FindingLevel::kProblem,
                        "watches",
                        StrCat("The system lets you have only ", *instances,
                               " watchers of files; editors need some as well."),
                        "as root: sysctl fs.inotify.max_user_instances=128",
                        {}});
  }
  if (findings.size() == before) {
    findings.push_back(
        {FindingLevel::kFine, "limits", "Open files and watched folders are not short.", "", {}});
  }
}

}  // namespace

void CheckMachine(const SemanticOptions& options, Findings& findings) {
  CheckClangsHeaders(findings);
  CheckModel(findings);
  CheckLimits(options, findings);
}

}  // namespace astrolabe
