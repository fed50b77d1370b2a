// Lazy verification of a segment's blocks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/block_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/strings.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

// How much VerifyAll reads before it gives the memory back.
constexpr uint64_t kEvictBytes = 4 * 1024 * 1024;

}  // namespace

BlockReader::BlockReader(std::string path, std::unique_ptr<FileContents> contents, uint64_t covered,
                         const uint8_t* checksums)
    : path_(std::move(path)),
      contents_(std::move(contents)),
      data_(reinterpret_cast<const uint8_t*>(contents_->bytes().data())),
      covered_(covered),
      checksums_(checksums),
      verified_((covered + kChecksumBlockBytes - 1) / kChecksumBlockBytes / 64 + 1) {}

const uint8_t* BlockReader::OutOfRange(uint64_t offset, uint64_t length) const {
  Report(StrCat("a read of ", length, " bytes at ", offset, " is outside the file"));
  return nullptr;
}

bool BlockReader::BlockIsGood(uint64_t block) const {
  uint64_t offset = block * kChecksumBlockBytes;
  uint64_t length = std::min(kChecksumBlockBytes, covered_ - offset);
  uint64_t expected;
  std::memcpy(&expected, checksums_ + block * sizeof(expected), sizeof(expected));
  if (XXH3_64bits(data_ + offset, length) == expected) return true;
  Report(
      StrCat("block ", block, " (", length, " bytes at ", offset, ") does not have its checksum"));
  return false;
}

bool BlockReader::EnsureVerified(uint64_t first, uint64_t last) const {
  for (uint64_t block = first; block <= last; ++block) {
    if (IsVerified(block)) continue;
    if (!BlockIsGood(block)) return false;
    verified_[block / 64].fetch_or(uint64_t{1} << (block % 64), std::memory_order_relaxed);
  }
  return true;
}

void BlockReader::Report(std::string_view message) const {
  if (damaged_.exchange(true, std::memory_order_relaxed)) return;
  absl::MutexLock lock(&mutex_);
  damage_ = absl::DataLossError(
      StrCat(path_, ": ", message, "; run `astrolabe index` to rebuild what it held"));
}

void BlockReader::ReportMalformed(std::string_view what) const { Report(std::string(what)); }

absl::Status BlockReader::VerifyAll() const {
  uint64_t blocks = (covered_ + kChecksumBlockBytes - 1) / kChecksumBlockBytes;
  uint64_t step = kEvictBytes / kChecksumBlockBytes;
  for (uint64_t first = 0; first < blocks; first += step) {
    uint64_t last = std::min(blocks, first + step) - 1;
    for (uint64_t block = first; block <= last; ++block) {
      if (!BlockIsGood(block)) return damage();
    }
    contents_->Evict(first * kChecksumBlockBytes, (last - first + 1) * kChecksumBlockBytes);
  }
  return damage();
}

void BlockReader::Evict(uint64_t offset, uint64_t length) const {
  uint64_t begin = (offset + kChecksumBlockBytes - 1) / kChecksumBlockBytes * kChecksumBlockBytes;
  uint64_t end = (offset + length) / kChecksumBlockBytes * kChecksumBlockBytes;
  if (begin < end && end <= covered_) contents_->Evict(begin, end - begin);
}

absl::Status BlockReader::damage() const {
  if (!damaged_.load(std::memory_order_relaxed)) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  // Another thread may be between raising the flag and storing the message.
  return damage_.ok() ? absl::DataLossError(StrCat(path_, ": damaged")) : damage_;
}

bool Section::ReadU32(uint64_t i, uint32_t* value) const {
  const uint8_t* at = Read(i * sizeof(uint32_t), sizeof(uint32_t));
  if (at == nullptr) return false;
  std::memcpy(value, at, sizeof(*value));
  return true;
}

}  // namespace astrolabe
