// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/model_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/strings.h"

namespace astrolabe {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> ModelsIn(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".gguf") files.push_back(it->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<std::string> ModelFolders() {
  std::vector<std::string> folders;
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  if (data != nullptr && *data == '/') {
    folders.push_back(StrCat(data, "/astrolabe/models"));
  } else if (home != nullptr && *home == '/') {
    folders.push_back(StrCat(home, "/.local/share/astrolabe/models"));
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    folders.push_back((program.parent_path().parent_path() / "share/astrolabe/models").string());
  }
  folders.emplace_back(ASTROLABE_MODEL_FOLDER);
  return folders;
}

std::vector<std::string> FindModels() {
  std::vector<std::string> all;
  for (const std::string& folder : ModelFolders()) {
    for (std::string& file : ModelsIn(folder)) all.push_back(std::move(file));
  }
  return all;
}

absl::StatusOr<std::string> ChooseModel(const std::string& wanted) {
  if (!wanted.empty()) {
    std::error_code error;
    const std::string path = fs::absolute(wanted, error).string();
    if (!fs::is_directory(path, error)) return path;
    const std::vector<std::string> files = ModelsIn(path);
    if (!files.empty()) return files.front();
    return absl::NotFoundError(StrCat("no GGUF file in the folder ", path));
  }
  const std::vector<std::string> files = FindModels();
  if (!files.empty()) return files.front();
  return absl::NotFoundError(
      StrCat("no model: put a GGUF file into ", ModelFolders().front(), " or name one by --model"));
}

}  // namespace astrolabe
