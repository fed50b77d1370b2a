// The bytes of a segment, handed out only after their checksum has been verified.
//
// Opening an index must not read all of it, so each 64 KiB block is hashed when it is first touched
// (5 us or so a block) and a bit remembers it. Damage is not an error of every single read: the
// read yields nothing and the first damage is kept, so that decoders stay simple ("no bytes, stop")
// and whoever ran a query looks at damage() once at its end.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/file_system.h"

namespace astrolabe {

inline constexpr uint64_t kChecksumBlockBytes = 64 * 1024;

// Thread-safe. Owns the mapping.
class BlockReader {
 public:
  // The first `covered` bytes of `contents` are covered by `checksums`, one u64 for each started
  // block, which lie in `contents` too and have been verified. `path` is for messages.
  BlockReader(std::string path, std::unique_ptr<FileContents> contents, uint64_t covered,
              const uint8_t* checksums);

  // [offset, offset + length), or nullptr if it is not all covered or a block of it is damaged.
  // Valid as long as the reader. `length` may be zero.
  const uint8_t* Read(uint64_t offset, uint64_t length) const {
    if (offset > covered_ || length > covered_ - offset) return OutOfRange(offset, length);
    const uint8_t* at = data_ + offset;
    if (length == 0) return at;
    uint64_t first = offset / kChecksumBlockBytes;
    uint64_t last = (offset + length - 1) / kChecksumBlockBytes;
    if (first == last && IsVerified(first)) return at;
    return EnsureVerified(first, last) ? at : nullptr;
  }

  // Records that bytes with a good checksum make no sense (a bug, or a forged file).
  void ReportMalformed(std::string_view what) const;

  // Verifies every block, giving the memory of each back after it.
  absl::Status VerifyAll() const;

  // Tells the kernel that the whole blocks in [offset, offset + length) will not be read again
  // soon.
  void Evict(uint64_t offset, uint64_t length) const;

  // OK, or DataLoss naming the file and the first damaged block that a Read met.
  absl::Status damage() const;

  const std::string& path() const { return path_; }
  uint64_t covered() const { return covered_; }

 private:
  bool IsVerified(uint64_t block) const {
    return (verified_[block / 64].load(std::memory_order_relaxed) >> (block % 64) & 1) != 0;
  }
  const uint8_t* OutOfRange(uint64_t offset, uint64_t length) const;
  bool EnsureVerified(uint64_t first, uint64_t last) const;
  bool BlockIsGood(uint64_t block) const;
  void Report(std::string_view message) const;

  const std::string path_;
  const std::unique_ptr<FileContents> contents_;
  const uint8_t* const data_;
  const uint64_t covered_;
  const uint8_t* const checksums_;
  // A set bit says only that the immutable bytes below hash right, so relaxed order is enough.
  mutable std::vector<std::atomic<uint64_t>> verified_;
  mutable std::atomic<bool> damaged_{false};
  mutable absl::Mutex mutex_;
  mutable absl::Status damage_ ABSL_GUARDED_BY(mutex_);
};

// One section of a segment. Copyable; must not outlive the reader.
struct Section {
  const BlockReader* reader = nullptr;
  uint64_t offset = 0;
  uint64_t length = 0;
  uint64_t items = 0;

  // As BlockReader::Read, relative to and inside the section.
  const uint8_t* Read(uint64_t begin, uint64_t size) const {
    if (begin > length || size > length - begin) {
      reader->ReportMalformed("offset outside its section");
      return nullptr;
    }
    return reader->Read(offset + begin, size);
  }
  // The i-th u32 of the section. False on damage.
  bool ReadU32(uint64_t i, uint32_t* value) const;
};

}  // namespace astrolabe
