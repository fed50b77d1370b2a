// Writing and reading the journal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/journal.h"

#include <cstring>
#include <utility>

#include "index/segment_layout.h"
#include "index/semantic/semantic_layout.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

constexpr std::string_view kJournalMagic = "ASTROJNL";

struct JournalHeaderLayout {
  char magic[8];
  uint64_t checksum;  // XXH3 of the rest of the header, tool version included
  uint32_t version;
  uint32_t tool_bytes;
  uint64_t generation;
};
static_assert(sizeof(JournalHeaderLayout) == 32);

struct RecordLayout {
  uint64_t checksum;  // XXH3 of everything behind it
  uint64_t shard_bytes;
  uint64_t rows_bytes;
};
static_assert(sizeof(RecordLayout) == 24);

constexpr size_t kHeaderChecked = 16;  // where a header's checksummed bytes begin
constexpr size_t kRecordChecked = 8;

void StoreChecksum(std::string& out, size_t at, size_t from) {
  const uint64_t checksum = XXH3_64bits(out.data() + from, out.size() - from);
  std::memcpy(out.data() + at, &checksum, sizeof(checksum));
}

}  // namespace

absl::StatusOr<std::unique_ptr<JournalWriter>> JournalWriter::Create(FileSystem& fs,
                                                                     const std::string& path,
                                                                     std::string_view tool_version,
                                                                     uint64_t generation) {
  absl::StatusOr<std::unique_ptr<WritableFile>> file = fs.Create(path);
  if (!file.ok()) return file.status();
  std::unique_ptr<JournalWriter> journal(new JournalWriter(*std::move(file)));
  JournalHeaderLayout header = {};
  std::memcpy(header.magic, kJournalMagic.data(), sizeof(header.magic));
  header.version = kSemanticFormatVersion;
  header.tool_bytes = static_cast<uint32_t>(tool_version.size());
  header.generation = generation;
  AppendAs(journal->buffer_, header);
  journal->buffer_.append(tool_version);
  StoreChecksum(journal->buffer_, offsetof(JournalHeaderLayout, checksum), kHeaderChecked);
  return journal;
}

absl::StatusOr<JournalEntry> JournalWriter::Append(std::string_view shard, std::string_view rows) {
  std::string record;
  record.reserve(sizeof(RecordLayout) + shard.size() + rows.size());
  AppendAs(record,
           RecordLayout{.checksum = 0, .shard_bytes = shard.size(), .rows_bytes = rows.size()});
  record.append(shard);
  record.append(rows);
  StoreChecksum(record, 0, kRecordChecked);

  JournalEntry entry;
  entry.shard_offset = written_ + buffer_.size() + sizeof(RecordLayout);
  entry.shard_bytes = shard.size();
  entry.rows_offset = entry.shard_offset + shard.size();
  entry.rows_bytes = rows.size();
  buffer_.append(record);
  absl::Status status = file_->Append(buffer_);
  if (status.ok()) status = file_->Flush();
  if (!status.ok()) return status;
  written_ += buffer_.size();
  buffer_.clear();
  return entry;
}

absl::StatusOr<JournalContents> ReadJournal(std::string_view bytes) {
  JournalHeaderLayout header;
  auto damaged = [] { return absl::DataLossError("the journal's header is damaged"); };
  if (bytes.size() < sizeof(header)) return damaged();
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::string_view(header.magic, sizeof(header.magic)) != kJournalMagic ||
      header.version != kSemanticFormatVersion ||
      header.tool_bytes > bytes.size() - sizeof(header)) {
    return damaged();
  }
  const size_t header_bytes = sizeof(header) + header.tool_bytes;
  if (XXH3_64bits(bytes.data() + kHeaderChecked, header_bytes - kHeaderChecked) !=
      header.checksum) {
    return damaged();
  }
  JournalContents contents;
  contents.tool_version = bytes.substr(sizeof(header), header.tool_bytes);
  contents.generation = header.generation;
  for (uint64_t at = header_bytes; at < bytes.size();) {
    const uint64_t left = bytes.size() - at;
    contents.torn_bytes = left;
    RecordLayout record;
    if (left < sizeof(record)) break;
    std::memcpy(&record, bytes.data() + at, sizeof(record));
    const uint64_t payload = left - sizeof(record);
    if (record.shard_bytes > payload || record.rows_bytes > payload - record.shard_bytes) break;
    const uint64_t record_bytes = sizeof(record) + record.shard_bytes + record.rows_bytes;
    if (XXH3_64bits(bytes.data() + at + kRecordChecked, record_bytes - kRecordChecked) !=
        record.checksum) {
      break;
    }
    const uint64_t shard_offset = at + sizeof(record);
    contents.entries.push_back({.shard_offset = shard_offset,
                                .shard_bytes = record.shard_bytes,
                                .rows_offset = shard_offset + record.shard_bytes,
                                .rows_bytes = record.rows_bytes});
    contents.torn_bytes = 0;
    at += record_bytes;
  }
  return contents;
}

}  // namespace astrolabe
