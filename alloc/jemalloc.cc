// jemalloc's control interface, by weak reference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/jemalloc.h"

#include <sys/types.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "base/strings.h"

// As in jemalloc/jemalloc.h, whose own declaration is not weak.
extern "C" int mallctl(const char* name, void* old_value, size_t* old_length, void* new_value,
                       size_t new_length) __attribute__((weak));

namespace astrolabe {
namespace {

// MALLCTL_ARENAS_ALL in jemalloc/jemalloc.h: "every arena" in a control's name.
constexpr const char* kAllArenas = "4096";

absl::Status Control(const std::string& name, void* old_value, size_t* old_length, void* new_value,
                     size_t new_length) {
  if (!JemallocLinked()) {
    return absl::NotFoundError(StrCat("jemalloc is not linked, so there is no ", name));
  }
  const int error = mallctl(name.c_str(), old_value, old_length, new_value, new_length);
  if (error == 0) return absl::OkStatus();
  return absl::InternalError(StrCat("jemalloc: ", name, ": ", std::strerror(error)));
}

absl::Status Do(const std::string& name) { return Control(name, nullptr, nullptr, nullptr, 0); }

template <typename T>
absl::Status Write(const std::string& name, T value) {
  return Control(name, nullptr, nullptr, &value, sizeof value);
}

absl::Status ReadSize(const std::string& name, uint64_t& result) {
  size_t value = 0;
  size_t length = sizeof value;
  absl::Status status = Control(name, &value, &length, nullptr, 0);
  if (status.ok()) result = value;
  return status;
}

}  // namespace

bool JemallocLinked() { return mallctl != nullptr; }

absl::StatusOr<AllocatorStats> ReadAllocatorStats() {
  // Statistics are a snapshot, taken when the epoch is set.
  if (absl::Status status = Write<uint64_t>("epoch", 1); !status.ok()) return status;
  AllocatorStats stats;
  const struct {
    const char* name;
    uint64_t& value;
  } wanted[] = {
      {"stats.allocated", stats.allocated}, {"stats.active", stats.active},
      {"stats.resident", stats.resident},   {"stats.mapped", stats.mapped},
      {"stats.retained", stats.retained},   {"stats.metadata", stats.metadata},
  };
  for (const auto& each : wanted) {
    if (absl::Status status = ReadSize(each.name, each.value); !status.ok()) return status;
  }
  return stats;
}

absl::Status PurgeUnusedPages() {
  if (absl::Status status = Do("thread.tcache.flush"); !status.ok()) return status;
  return Do(StrCat("arena.", kAllArenas, ".purge"));
}

absl::Status SetDirtyPageDecay(int64_t milliseconds) {
  const auto decay = static_cast<ssize_t>(milliseconds);
  absl::Status status = Write(std::string("arenas.dirty_decay_ms"), decay);
  if (!status.ok()) return status;
  unsigned arenas = 0;
  size_t length = sizeof arenas;
  status = Control("arenas.narenas", &arenas, &length, nullptr, 0);
  if (!status.ok()) return status;
  for (unsigned i = 0; i < arenas; ++i) {
    // An arena that no thread has used yet does not exist, and will start with the default above.
    bool initialized = false;
    length = sizeof initialized;
    status = Control(StrCat("arena.", i, ".initialized"), &initialized, &length, nullptr, 0);
    if (status.ok() && initialized) status = Write(StrCat("arena.", i, ".dirty_decay_ms"), decay);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SetBackgroundPurging(bool on) { return Write<bool>("background_thread", on); }

}  // namespace astrolabe
