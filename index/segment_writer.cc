// The container of index/FORMAT.md, written front to back.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/segment_writer.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/strings.h"
#include "index/block_reader.h"
#include "index/segment_layout.h"
#include "xxhash.h"

namespace astrolabe {

SegmentWriter::SegmentWriter(FileSystem& fs, std::string path, const SegmentSchema& schema)
    : fs_(fs), path_(std::move(path)), schema_(schema), sections_(schema.section_names.size()) {
  absl::StatusOr<std::unique_ptr<WritableFile>> file = fs_.Create(path_);
  if (file.ok()) {
    file_ = *std::move(file);
  } else {
    status_ = file.status();
  }
  buffer_.reserve(kDrainBytes + kDrainBytes / 4);
  buffer_.append(schema_.magic);
  AppendAs(buffer_, schema_.version);
  AppendAs(buffer_, static_cast<uint32_t>(kHeaderBytes));
  buffer_.resize(kHeaderBytes, '\0');
}

SegmentWriter::~SegmentWriter() {
  if (finished_ || file_ == nullptr) return;
  file_.reset();
  // What can't be removed is not named by a manifest either, and the next writer tries again.
  fs_.Remove(path_).IgnoreError();
}

void SegmentWriter::AppendToFile(std::string_view bytes) {
  if (status_.ok()) status_ = file_->Append(bytes);
}

void SegmentWriter::WriteBlocks() {
  size_t whole = buffer_.size() / kChecksumBlockBytes * kChecksumBlockBytes;
  for (size_t at = 0; at < whole; at += kChecksumBlockBytes) {
    AppendAs(checksums_, XXH3_64bits(buffer_.data() + at, kChecksumBlockBytes));
  }
  AppendToFile(std::string_view(buffer_).substr(0, whole));
  buffer_.erase(0, whole);
  written_ += whole;
}

void SegmentWriter::BeginSection(uint32_t id) {
  buffer_.resize((buffer_.size() + 7) / 8 * 8, '\0');
  current_ = id;
  sections_[id].offset = Position();
}

void SegmentWriter::EndSection(uint64_t items) {
  SectionRow& section = sections_[current_];
  section.length = Position() - section.offset;
  section.items = items;
  if (section.length > UINT32_MAX) {
    Fail(absl::ResourceExhaustedError(StrCat(
        path_, ": section \"", schema_.section_names[current_], "\" would be ", section.length,
        " bytes, the format allows 4 GiB; index parts of the workspace separately")));
  }
  Drain();
}

void SegmentWriter::WriteSection(uint32_t id, std::string_view bytes, uint64_t items) {
  BeginSection(id);
  for (size_t at = 0; at < bytes.size(); at += kDrainBytes) {
    out().append(bytes.substr(at, kDrainBytes));
    Drain();
  }
  EndSection(items);
}

absl::StatusOr<SegmentInfo> SegmentWriter::Finish(uint32_t files, uint32_t symbols, bool durable) {
  if (!status_.ok()) return status_;
  buffer_.resize((buffer_.size() + 7) / 8 * 8, '\0');
  WriteBlocks();
  if (!buffer_.empty()) AppendAs(checksums_, XXH3_64bits(buffer_.data(), buffer_.size()));
  uint64_t checksums_at = Position();
  AppendToFile(buffer_);

  std::string tail = std::move(checksums_);
  for (uint32_t id = 1; id <= schema_.section_count(); ++id) {
    assert(sections_[id].offset != 0);
    AppendAs(tail, id);
    AppendAs(tail, uint32_t{0});
    AppendAs(tail, sections_[id].offset);
    AppendAs(tail, sections_[id].length);
    AppendAs(tail, sections_[id].items);
  }
  SegmentInfo info;
  info.bytes = checksums_at + tail.size() + kFooterBytes;
  AppendAs(tail, checksums_at);
  AppendAs(tail, schema_.section_count());
  AppendAs(tail, schema_.version);
  AppendAs(tail, info.bytes);
  AppendAs(tail, uint64_t{0});
  info.identity = XXH3_64bits(tail.data(), tail.size());
  AppendAs(tail, info.identity);
  tail.append(kFooterMagic);
  AppendToFile(tail);

  if (status_.ok() && durable) status_ = file_->Sync();
  if (status_.ok()) status_ = file_->Close();
  if (!status_.ok()) return status_;
  finished_ = true;
  info.path = path_;
  info.files = files;
  info.symbols = symbols;
  return info;
}

}  // namespace astrolabe
