// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/claim_table.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "base/errno_status.h"

namespace astrolabe {
namespace {

constexpr size_t kMaxProbes = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<ClaimTable>> ClaimTable::Create(size_t keys) {
  size_t count = std::bit_ceil(std::max<size_t>(keys * 2, 4096));
  UniqueFd descriptor(memfd_create("astrolabe-claims", MFD_CLOEXEC));
  if (!descriptor.valid() ||
      ftruncate(descriptor.get(), static_cast<off_t>(count * sizeof(Slot))) != 0) {
    return ErrnoStatus(errno, "make shared memory for", "the parsing processes");
  }
  return Map(std::move(descriptor));
}

absl::StatusOr<std::unique_ptr<ClaimTable>> ClaimTable::Map(UniqueFd descriptor) {
  struct stat st;
  if (fstat(descriptor.get(), &st) != 0) return ErrnoStatus(errno, "map", "the claim table");
  void* memory = mmap(nullptr, static_cast<size_t>(st.st_size), PROT_READ | PROT_WRITE, MAP_SHARED,
                      descriptor.get(), 0);
  if (memory == MAP_FAILED) return ErrnoStatus(errno, "map", "the claim table");
  return std::unique_ptr<ClaimTable>(
      new ClaimTable(std::move(descriptor), static_cast<Slot*>(memory),
                     static_cast<size_t>(st.st_size) / sizeof(Slot)));
}

ClaimTable::~ClaimTable() { munmap(slots_, count_ * sizeof(Slot)); }

bool ClaimTable::Claim(uint64_t key, uint32_t job) {
  if (key == 0) key = 1;
  for (size_t probe = 0; probe < kMaxProbes; ++probe) {
    Slot& slot = slots_[(key + probe) & (count_ - 1)];
    uint64_t found = slot.key.load();
    if (found == 0 && slot.key.compare_exchange_strong(found, key)) found = key;
    if (found != key) continue;
    uint32_t nobody = 0;
    return slot.job.compare_exchange_strong(nobody, job);
  }
  return true;
}

void ClaimTable::Release(uint32_t job) {
  for (size_t i = 0; i < count_; ++i) {
    uint32_t expected = job;
    slots_[i].job.compare_exchange_strong(expected, 0);
  }
}

uint64_t ClaimKey(std::string_view path, uint64_t digest, uint64_t variant) {
  uint64_t parts[3] = {XXH3_64bits(path.data(), path.size()), digest, variant};
  return XXH3_64bits(parts, sizeof(parts));
}

}  // namespace astrolabe
