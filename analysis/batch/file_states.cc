// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/file_states.h"

#include <sys/stat.h>
#include <xxhash.h>

#include "base/strings.h"
#include "base/whole_file.h"

namespace astrolabe {

std::string FileStates::Absolute(std::string_view path) const {
  return path.starts_with('/') ? std::string(path) : StrCat(root_, "/", path);
}

FileStates::Known& FileStates::Look(std::string_view path) {
  auto [it, inserted] = known_.try_emplace(ToAbsl(path));
  Known& known = it->second;
  if (!inserted) return known;
  struct stat st;
  known.exists = ::stat(Absolute(path).c_str(), &st) == 0 && S_ISREG(st.st_mode);
  if (!known.exists) return known;
  known.state.size = static_cast<uint64_t>(st.st_size);
  known.state.mtime_ns = int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec;
  return known;
}

void FileStates::Digest(std::string_view path, Known* known) {
  if (known->has_digest) return;
  known->has_digest = true;
  const std::string bytes = ReadWholeFile(Absolute(path));
  known->state.digest = XXH3_64bits(bytes.data(), bytes.size());
}

bool FileStates::IsCurrent(std::string_view path, const FileState& state) {
  Known& known = Look(path);
  if (!known.exists || known.state.size != state.size) return false;
  if (known.state.mtime_ns == state.mtime_ns) return true;
  Digest(path, &known);
  return known.state.digest == state.digest;
}

std::optional<FileState> FileStates::Read(std::string_view path) {
  Known& known = Look(path);
  if (!known.exists) return std::nullopt;
  Digest(path, &known);
  return known.state;
}

}  // namespace astrolabe
