// Opening a container: the tail is verified at once, the blocks when they are read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/segment_container.h"

#include <utility>

#include "base/strings.h"
#include "index/segment_layout.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

absl::Status Damaged(const std::string& path, std::string_view what) {
  return absl::DataLossError(
      StrCat(path, ": ", what, "; run `astrolabe index` to rebuild what it held"));
}

// What the footer says, with everything after the checksummed blocks verified.
struct Tail {
  uint64_t checksums_at = 0;
  uint64_t identity = 0;
  const uint8_t* section_rows = nullptr;
};

absl::StatusOr<Tail> ReadTail(const std::string& path, std::string_view bytes,
                              const SegmentSchema& schema) {
  const uint32_t section_count = schema.section_count();
  const uint8_t* data = reinterpret_cast<const uint8_t*>(bytes.data());
  if (bytes.size() < kHeaderBytes + section_count * kSectionRowBytes + kFooterBytes ||
      bytes.substr(0, schema.magic.size()) != schema.magic) {
    return Damaged(path, "this is no segment, or only the beginning of one");
  }
  uint32_t version = LoadAs<uint32_t>(data + 8);
  if (version != schema.version) {
    return absl::FailedPreconditionError(StrCat(path, ": the segment has format version ", version,
                                                ", this program reads ", schema.version,
                                                "; run `astrolabe index` to build the index anew"));
  }
  const uint8_t* footer = data + bytes.size() - kFooterBytes;
  if (bytes.substr(bytes.size() - kFooterMagic.size()) != kFooterMagic ||
      LoadAs<uint32_t>(footer + 8) != section_count ||
      LoadAs<uint32_t>(footer + 12) != schema.version ||
      LoadAs<uint64_t>(footer + 16) != bytes.size()) {
    return Damaged(path, "the footer is missing or damaged: the file was cut or overwritten");
  }
  Tail tail;
  tail.checksums_at = LoadAs<uint64_t>(footer);
  tail.identity = LoadAs<uint64_t>(footer + 32);
  uint64_t fixed = section_count * kSectionRowBytes + kFooterBytes;
  uint64_t blocks = tail.checksums_at / kChecksumBlockBytes +
                    (tail.checksums_at % kChecksumBlockBytes != 0 ? 1 : 0);
  if (tail.checksums_at < kHeaderBytes || tail.checksums_at > bytes.size() - fixed ||
      tail.checksums_at + blocks * sizeof(uint64_t) + fixed != bytes.size()) {
    return Damaged(path, "the footer contradicts the size of the file");
  }
  const uint8_t* checksums = data + tail.checksums_at;
  uint64_t hashed = bytes.size() - tail.checksums_at - 16;
  if (XXH3_64bits(checksums, hashed) != tail.identity) {
    return Damaged(path, "the checksum table does not have its checksum");
  }
  tail.section_rows = footer - section_count * kSectionRowBytes;
  return tail;
}

}  // namespace

absl::StatusOr<SegmentContainer> OpenContainer(const std::string& path,
                                               std::unique_ptr<FileContents> contents,
                                               const SegmentSchema& schema) {
  std::string_view bytes = contents->bytes();
  absl::StatusOr<Tail> tail = ReadTail(path, bytes, schema);
  if (!tail.ok()) return tail.status();
  SegmentContainer container;
  container.bytes = bytes.size();
  container.identity = tail->identity;
  const uint8_t* checksums = reinterpret_cast<const uint8_t*>(bytes.data()) + tail->checksums_at;
  container.reader =
      std::make_unique<BlockReader>(path, std::move(contents), tail->checksums_at, checksums);
  container.sections.resize(schema.section_names.size());
  for (uint32_t i = 0; i < schema.section_count(); ++i) {
    const uint8_t* row = tail->section_rows + i * kSectionRowBytes;
    Section section = {.reader = container.reader.get(),
                       .offset = LoadAs<uint64_t>(row + 8),
                       .length = LoadAs<uint64_t>(row + 16),
                       .items = LoadAs<uint64_t>(row + 24)};
    if (LoadAs<uint32_t>(row) != i + 1 || section.length > UINT32_MAX ||
        section.offset > tail->checksums_at ||
        section.length > tail->checksums_at - section.offset) {
      return Damaged(path, "the section table makes no sense");
    }
    container.sections[i + 1] = section;
  }
  return container;
}

}  // namespace astrolabe
