// Gathers scanned files in memory and writes them as one segment.
//
// Each scanning thread owns a builder with a share of the memory budget: AddFile until
// memory_bytes() has reached it, Write, Reset, go on; index/merge.h makes one segment of the
// pieces. Everything is kept in its final size class from the start (positions encoded, filters as
// bits, names once), about 20 bytes a symbol and the text of the distinct names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/segment.h"
#include "index/symbol.h"

namespace astrolabe {

// What was written. `path` is where; the rest is what the manifest needs.
struct SegmentInfo {
  std::string path;
  uint64_t bytes = 0;
  uint64_t identity = 0;
  uint32_t files = 0;
  uint32_t symbols = 0;
};

// One thread at a time.
class SegmentBuilder {
 public:
  SegmentBuilder();
  ~SegmentBuilder();
  SegmentBuilder(const SegmentBuilder&) = delete;
  SegmentBuilder& operator=(const SegmentBuilder&) = delete;

  // Adds a file under its path relative to the root. Symbols are in the order of the file; nothing
  // that the views point to is kept. `word_hashes` are the distinct WordHashes of the file; its
  // filter is written if record.flags has kFileScanned. InvalidArgument for an empty path, one
  // above kMaxStringBytes or one added before.
  absl::Status AddFile(std::string_view path, const FileRecord& record,
                       std::span<const Symbol> symbols, std::span<const uint64_t> word_hashes);

  bool empty() const;
  // What the builder holds now, in bytes. Write needs up to half as much again.
  size_t memory_bytes() const;

  // Writes a segment at `path`, without fsync: IndexWriter::Commit makes segments durable. The order of
  // AddFile does not matter, equal files give equal bytes. On error nothing is left at `path`. The
  // builder is empty afterwards either way, with its memory kept for the next round.
  absl::StatusOr<SegmentInfo> Write(FileSystem& fs, const std::string& path);

  // The same for a segment that is only written to be merged: it has no words, and its filters lie as a
  // merge wants them. For what is handed to IndexWriter::Commit; a third faster.
  absl::StatusOr<SegmentInfo> WritePiece(FileSystem& fs, const std::string& path);

  // Forgets all files.
  void Reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace astrolabe
