// Expanding response files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/response_file.h"

#include <algorithm>
#include <memory>

#include "analysis/project/paths.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/StringSaver.h"

namespace astrolabe {
namespace {

constexpr size_t kMaxDepth = 20;
constexpr size_t kMaxFiles = 1000;

bool IsResponseFile(std::string_view argument) {
  return argument.size() > 1 && argument[0] == '@' && !argument.ends_with(".modmap");
}

struct Expansion {
  const std::string& directory;
  std::vector<std::string>& problems;
  size_t files = 0;

  void Append(std::string argument, size_t depth, std::vector<std::string>& out) {
    if (!IsResponseFile(argument)) {
      out.push_back(std::move(argument));
      return;
    }
    const std::string path = AbsolutePath(directory, std::string_view(argument).substr(1));
    if (depth == kMaxDepth || files == kMaxFiles) {
      problems.push_back(StrCat(
          "response file ", path, ": ",
          depth == kMaxDepth ? "nested more than 20 deep" : "one of more than 1000 in a command"));
      out.push_back(std::move(argument));
      return;
    }
    ++files;
    absl::StatusOr<std::unique_ptr<FileContents>> contents = RealFileSystem().Map(path);
    if (!contents.ok()) {
      problems.push_back(StrCat("response file ", path, ": ", ToStd(contents.status().message())));
      out.push_back(std::move(argument));
      return;
    }
    for (std::string& inner : SplitCommandLine((*contents)->bytes())) {
      Append(std::move(inner), depth + 1, out);
    }
  }
};

}  // namespace

std::vector<std::string> SplitCommandLine(std::string_view line) {
  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  llvm::SmallVector<const char*, 64> pieces;
  llvm::cl::TokenizeGNUCommandLine({line.data(), line.size()}, saver, pieces);
  return {pieces.begin(), pieces.end()};
}

void ExpandResponseFiles(const std::string& directory, std::vector<std::string>& arguments,
                         std::vector<std::string>& problems) {
  if (std::none_of(arguments.begin(), arguments.end(), IsResponseFile)) return;
  Expansion expansion{directory, problems};
  std::vector<std::string> out;
  for (std::string& argument : arguments) expansion.Append(std::move(argument), 0, out);
  arguments = std::move(out);
}

}  // namespace astrolabe
