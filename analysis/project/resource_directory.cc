// Looking for Clang's headers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/resource_directory.h"

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "analysis/project/paths.h"
#include "base/strings.h"
#include "clang/Basic/Version.h"

namespace astrolabe {
namespace {

constexpr std::string_view kMajor = CLANG_VERSION_MAJOR_STRING;

// `folder`/clang/22 in the installation that the program at `path` belongs to, symbolic links followed.
std::string BesideProgram(const std::string& path, std::string_view folder = "lib") {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error) return "";
  return (real.parent_path().parent_path() / folder / "clang" / kMajor).string();
}

}  // namespace

absl::StatusOr<std::string> FindResourceDirectory(const std::string& wanted) {
  std::vector<std::string> places;
  if (!wanted.empty()) {
    places.push_back(wanted);
  } else {
    places.push_back(BesideProgram("/proc/self/exe", "lib/astrolabe"));
    places.push_back(BesideProgram("/proc/self/exe"));
    for (const std::string& root : {StrCat("/usr/lib/llvm-", kMajor), std::string("/usr"),
                                    std::string("/usr/local"), std::string("/opt/llvm")}) {
      places.push_back(StrCat(root, "/lib/clang/", kMajor));
    }
    if (const char* path = std::getenv("PATH")) {
      std::string_view rest = path;
      while (!rest.empty()) {
        const size_t colon = rest.find(':');
        const std::string folder(rest.substr(0, colon));
        rest.remove_prefix(colon == rest.npos ? rest.size() : colon + 1);
        for (const std::string& name : {StrCat("clang-", kMajor), std::string("clang")}) {
          const std::string program = StrCat(folder, "/", name);
          if (IsRegularFile(program)) places.push_back(BesideProgram(program));
        }
      }
    }
  }
  std::string tried;
  for (const std::string& place : places) {
    if (place.empty()) continue;
    if (IsRegularFile(place + "/include/stddef.h")) return place;
    tried += StrCat(tried.empty() ? "" : ", ", place);
  }
  return absl::NotFoundError(
      StrCat("Clang ", kMajor, "'s own headers (include/stddef.h) are in none of ", tried,
             "; install clang-", kMajor, " or libclang-common-", kMajor, "-dev"));
}

}  // namespace astrolabe
