// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/model_files.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_split.h"
#include "analysis/ai/gguf_header.h"
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

std::string Lower(std::string text) {
  for (char& byte : text) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return text;
}

// By their makers' habit; a base model may have a chat template as well, and then chats badly.
bool IsForChat(const std::string& path, const GgufHeader& header) {
  const std::string said =
      Lower(StrCat(header.finetune, " ", header.name, " ", fs::path(path).filename().string()));
  return header.has_chat_template &&
         (said.find("instruct") != said.npos || said.find("chat") != said.npos);
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
  std::vector<std::string> files;
  if (!wanted.empty()) {
    std::error_code error;
    const std::string path = fs::absolute(wanted, error).string();
    if (!fs::is_directory(path, error)) return path;
    files = ModelsIn(path);
    if (files.empty()) return absl::NotFoundError(StrCat("no GGUF file in the folder ", path));
  } else {
    files = FindModels();
  }
  for (const std::string& file : files) {
    const absl::StatusOr<GgufHeader> header = ReadGgufHeader(file);
    if (!header.ok() || !IsForChat(file, *header)) return file;
  }
  if (!files.empty()) return files.front();
  return absl::NotFoundError(
      StrCat("no model: put a GGUF file into ", ModelFolders().front(), " or name one by --model"));
}

absl::StatusOr<std::vector<std::string>> ChooseModels(const std::string& wanted) {
  std::vector<std::string> models;
  if (!wanted.empty()) {
    for (const absl::string_view one : absl::StrSplit(wanted, ',', absl::SkipWhitespace())) {
      absl::StatusOr<std::string> model = ChooseModel(std::string(one));
      if (!model.ok()) return model.status();
      models.push_back(*std::move(model));
    }
    if (!models.empty()) return models;
  }
  absl::StatusOr<std::string> first = ChooseModel("");
  if (!first.ok()) return first.status();
  models.push_back(*std::move(first));
  const std::vector<std::string> folders = ModelFolders();
  for (auto folder = folders.begin() + 1; folder != folders.end() && models.size() < 2; ++folder) {
    for (const std::string& file : ModelsIn(*folder)) {
      const absl::StatusOr<GgufHeader> header = ReadGgufHeader(file);
      if (!header.ok() || IsForChat(file, *header)) continue;
      if (file != models.front()) models.push_back(file);
      break;
    }
  }
  std::error_code error;
  std::ranges::stable_sort(models, {},
                           [&](const std::string& file) { return fs::file_size(file, error); });
  return models;
}

bool HasChatTemplate(const std::string& path) {
  const absl::StatusOr<GgufHeader> header = ReadGgufHeader(path);
  return header.ok() && header->has_chat_template;
}

absl::StatusOr<std::string> ChooseChatModel(const std::string& wanted, const std::string& flag) {
  std::vector<std::string> files;
  std::string where = ModelFolders().front();
  if (wanted.empty()) {
    files = FindModels();
  } else {
    std::error_code error;
    const std::string path = fs::absolute(wanted, error).string();
    if (!fs::is_directory(path, error)) {
      const absl::StatusOr<GgufHeader> header = ReadGgufHeader(path);
      if (!header.ok()) return header.status();
      if (header->has_chat_template) return path;
      return absl::FailedPreconditionError(
          StrCat(path, " has no chat template: name an instruct model by ", flag));
    }
    files = ModelsIn(path);
    where = path;
  }
  std::string first;
  for (const std::string& file : files) {
    const absl::StatusOr<GgufHeader> header = ReadGgufHeader(file);
    if (!header.ok() || !header->has_chat_template) continue;
    if (IsForChat(file, *header)) return file;
    if (first.empty()) first = file;
  }
  if (!first.empty()) return first;
  return absl::NotFoundError(
      StrCat("this needs a model that chats: put an instruct model (a GGUF file with a chat "
             "template) into ",
             where, " or name one by ", flag));
}

}  // namespace astrolabe
