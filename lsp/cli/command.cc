// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/strings.h"

namespace astrolabe {

void AddWorkspaceOptions(CLI::App& command, WorkspaceOptions& options) {
  command.add_option("--root", options.root,
                     "workspace folder (default: the nearest one upwards with .git, "
                     "compile_commands.json or .clangd)");
  command.add_option("--index-dir", options.index_dir,
                     "where the index is (default: .cache/astrolabe in the root)");
  command.add_flag("--json", options.json, "print JSON: one object, or one a line for lists");
}

void AddRootArgument(CLI::App& command, WorkspaceOptions& options) {
  command.add_option("DIR", options.root, "workspace folder, as --root")
      ->excludes(command.get_option("--root"));
}

absl::Status ResolveWorkspace(WorkspaceOptions& options) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (options.root.empty()) {
    fs::path start = fs::current_path(error);
    if (error) return absl::NotFoundError("the working directory is gone");
    options.root = start.string();
    for (fs::path dir = start;; dir = dir.parent_path()) {
      bool is_root = fs::exists(dir / ".git", error) ||
                     fs::exists(dir / "compile_commands.json", error) ||
                     fs::exists(dir / ".clangd", error);
      if (is_root) {
        options.root = dir.string();
        break;
      }
      if (dir == dir.parent_path()) break;
    }
  }
  fs::path root = fs::canonical(options.root, error);
  if (error) {
    return absl::NotFoundError(StrCat("workspace folder ", options.root, ": ", error.message()));
  }
  if (!fs::is_directory(root, error)) {
    return absl::NotFoundError(StrCat("workspace ", options.root, " is no folder"));
  }
  options.root = root.string();
  if (options.index_dir.empty()) {
    options.index_dir = (root / ".cache" / "astrolabe").string();
  } else {
    options.index_dir = fs::absolute(options.index_dir, error).lexically_normal().string();
    // A trailing slash would make the folder's parent be the folder itself.
    if (options.index_dir.size() > 1 && options.index_dir.back() == '/')
      options.index_dir.pop_back();
  }
  return absl::OkStatus();
}

std::string ParserProgram() {
  if (const char* parser = std::getenv("ASTROLABE_PARSER"); parser != nullptr) return parser;
  std::error_code error;
  std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  // A binary that was replaced while it runs is called "… (deleted)"; the link itself still works.
  return error || !std::filesystem::exists(path, error) ? "/proc/self/exe" : path.string();
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "astrolabe: %s\n", std::string(status.message()).c_str());
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDataLoss:
      return kExitNoIndex;
    case absl::StatusCode::kUnavailable:
      return kExitBusy;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitFailure;
  }
}

}  // namespace astrolabe
