// Streams a segment to disk: sections, block checksums, section table, footer.
//
// Encoders append to out() and call Drain() now and then; so writing needs a fixed buffer, however
// large the section.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/segment.h"
#include "index/segment_builder.h"
#include "index/segment_container.h"

namespace astrolabe {

// One thread at a time. Unless Finish succeeded, the destructor removes the file. Errors are kept
// and reported by Finish, so encoders need not check each step.
class SegmentWriter {
 public:
  // `schema` must outlive the writer.
  SegmentWriter(FileSystem& fs, std::string path, const SegmentSchema& schema = kTextSegmentSchema);
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  // Every section exactly once, one after another.
  void BeginSection(uint32_t id);
  // Where the bytes of the current section go.
  std::string& out() { return buffer_; }
  // Writes out() if it has grown large. Appended bytes can't be looked at afterwards.
  void Drain() {
    if (buffer_.size() >= kDrainBytes) WriteBlocks();
  }
  void EndSection(uint64_t items);

  // BeginSection, the bytes, EndSection.
  void WriteSection(uint32_t id, std::string_view bytes, uint64_t items);

  // Keeps the first error that an encoder finds.
  void Fail(absl::Status status) { status_.Update(std::move(status)); }
  bool ok() const { return status_.ok(); }

  // Completes the file; with `durable` its bytes are fsynced (its name is not: SyncDirectory).
  absl::StatusOr<SegmentInfo> Finish(uint32_t files, uint32_t symbols, bool durable);

 private:
  static constexpr size_t kDrainBytes = 256 * 1024;

  struct SectionRow {
    uint64_t offset = 0;
    uint64_t length = 0;
    uint64_t items = 0;
  };

  void WriteBlocks();
  void AppendToFile(std::string_view bytes);
  uint64_t Position() const { return written_ + buffer_.size(); }

  FileSystem& fs_;
  const std::string path_;
  const SegmentSchema& schema_;
  std::unique_ptr<WritableFile> file_;
  absl::Status status_;
  bool finished_ = false;
  uint64_t written_ = 0;  // bytes before buffer_; a multiple of the checksum block
  std::string buffer_;
  std::string checksums_;
  std::vector<SectionRow> sections_;  // by section id
  uint32_t current_ = 0;
};

}  // namespace astrolabe
