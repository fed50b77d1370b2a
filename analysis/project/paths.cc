// Normal paths, by component.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/paths.h"

#include <sys/stat.h>

namespace astrolabe {
namespace {

void AppendComponents(std::string_view path, std::string& out) {
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      const size_t cut = out.rfind('/');
      if (cut != out.npos) out.resize(cut);
      continue;
    }
    out += '/';
    out += part;
  }
}

}  // namespace

std::string AbsolutePath(std::string_view directory, std::string_view path) {
  std::string out;
  out.reserve(directory.size() + path.size() + 1);
  if (!path.starts_with('/')) AppendComponents(directory, out);
  AppendComponents(path, out);
  if (out.empty()) out = "/";
  return out;
}

std::string_view ParentPath(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == path.npos) return {};
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view Extension(std::string_view path) {
  const std::string_view name = BaseName(path);
  const size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return {};
  return name.substr(dot + 1);
}

std::string_view Stem(std::string_view path) {
  const std::string_view name = BaseName(path);
  const size_t dot = name.rfind('.');
  return dot == name.npos || dot == 0 ? name : name.substr(0, dot);
}

bool IsWithin(std::string_view folder, std::string_view path) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool IsRegularFile(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool IsDirectory(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace astrolabe
