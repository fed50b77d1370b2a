// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/process_memory.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "base/strings.h"

namespace astrolabe {
namespace {

// The number behind `key` in a file of "Key:  number kB" lines, in bytes.
uint64_t KilobyteField(const std::string& path, std::string_view key) {
  std::ifstream in(path);
  std::string line;
  while (std::getline(in, line)) {
    if (!line.starts_with(key)) continue;
    return std::strtoull(line.c_str() + key.size(), nullptr, 10) * 1024;
  }
  return 0;
}

void AddTree(pid_t pid, std::vector<pid_t>* pids) {
  pids->push_back(pid);
  std::ifstream in(StrCat("/proc/", pid, "/task/", pid, "/children"));
  pid_t child;
  while (in >> child) AddTree(child, pids);
}

}  // namespace

uint64_t TreePssBytes(pid_t root) {
  std::vector<pid_t> pids = {getpid()};
  if (root > 0) AddTree(root, &pids);
  uint64_t sum = 0;
  for (pid_t pid : pids) sum += KilobyteField(StrCat("/proc/", pid, "/smaps_rollup"), "Pss:");
  return sum;
}

bool MemoryIsShort() {
  uint64_t total = KilobyteField("/proc/meminfo", "MemTotal:");
  uint64_t available = KilobyteField("/proc/meminfo", "MemAvailable:");
  return total > 0 && available < total / 10;
}

}  // namespace astrolabe
