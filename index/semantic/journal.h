// The journal of a writer: the shards added since the last commit, so that a kill loses none.
//
// A header, then records, each appended with one write and checked by its own checksum: whatever a kill
// cuts off is at the end. The journal belongs to one generation of the index and is void under any
// other, so it need not vanish in the same instant in which a commit makes it superfluous.
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

namespace astrolabe {

// Where a record's parts lie in the journal, in bytes.
struct JournalEntry {
  uint64_t shard_offset = 0;
  uint64_t shard_bytes = 0;
  uint64_t rows_offset = 0;  // the MentionRows of all its files, one after another
  uint64_t rows_bytes = 0;
};

// One thread at a time.
class JournalWriter {
 public:
  // Replaces what is at `path`.
  static absl::StatusOr<std::unique_ptr<JournalWriter>> Create(FileSystem& fs,
                                                               const std::string& path,
                                                               std::string_view tool_version,
                                                               uint64_t generation);
  // On return the record survives the end of this process. An error sticks.
  absl::StatusOr<JournalEntry> Append(std::string_view shard, std::string_view rows);

 private:
  explicit JournalWriter(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}

  std::unique_ptr<WritableFile> file_;
  std::string buffer_;  // not yet handed to the file: the header, until the first record
  uint64_t written_ = 0;
};

struct JournalContents {
  std::string tool_version;
  uint64_t generation = 0;
  std::vector<JournalEntry> entries;
  uint64_t torn_bytes = 0;  // behind the last whole record
};

// DataLoss if not even the header is whole.
absl::StatusOr<JournalContents> ReadJournal(std::string_view bytes);

}  // namespace astrolabe
