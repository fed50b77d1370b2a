// Reading directories by descriptor: listings, and folders whose path is longer than the kernel
// takes.
//
// The walk and the watcher name everything relative to an open directory, so a path of any length
// works and the kernel resolves one component per file instead of the whole path.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace astrolabe {

// Opens the folder `path` (may end in '/', empty for `base_fd` itself; no limit on its length) for
// listing. With `follow` false a symbolic link in the last component is refused. Invalid with errno
// set on error.
UniqueFd OpenDirectory(int base_fd, std::string_view path, bool follow);

// One entry of a directory. `type` is a DT_ constant of dirent.h, DT_UNKNOWN where the file system
// does not say.
struct DirectoryEntry {
  const char* name = nullptr;  // NUL-terminated, in the listing's memory
  size_t name_length = 0;
  unsigned char type = 0;
};

// Reads whole directories, one after the other, into memory that it keeps. One thread at a time.
class DirectoryListing {
 public:
  DirectoryListing();
  ~DirectoryListing();
  DirectoryListing(const DirectoryListing&) = delete;
  DirectoryListing& operator=(const DirectoryListing&) = delete;

  // Lists the directory open as `fd` from where it stands, without "." and "..", in the file
  // system's order. 0, or an errno; entries() is then what was read before.
  int Read(int fd);

  // Valid until the next Read.
  const std::vector<DirectoryEntry>& entries() const { return entries_; }

 private:
  std::vector<std::unique_ptr<char[]>> buffers_;  // filled with the kernel's records
  std::vector<DirectoryEntry> entries_;
};

}  // namespace astrolabe
