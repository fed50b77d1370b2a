// Builds a segment of the semantic index out of new shards and of older segments, leaving out what is dead.
//
// Frames are copied as they lie. What has to be made anew is the directory (symbols are numbered within a
// segment) and the tables of paths and states. Memory: some 40 bytes for each mention of new files, 4
// bytes for each symbol of the older segments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alloc/arena.h"
#include "index/segment.h"
#include "index/segment_builder.h"
#include "index/segment_writer.h"
#include "index/semantic/facts_layout.h"
#include "index/semantic/semantic_segment.h"
#include "index/semantic/shard.h"

namespace astrolabe {

// What the directory needs to know of a symbol in a new file. As it lies in the journal.
struct MentionRow {
  SymbolId id;
  uint64_t name_hash;  // NameHash, or 0 if the file does not declare it
  uint32_t tag;        // as Mention::tag
  uint32_t zero;
};
static_assert(sizeof(MentionRow) == 24);

// The rows of a file's symbols, in order of number. DataLoss if `encoded` does not decode.
absl::StatusOr<std::vector<MentionRow>> MakeMentionRows(std::string_view encoded, Arena& scratch);

// A file that was read with the content `digest` by units that now count as having read `now`.
struct RetargetedFile {
  std::string path;
  uint64_t digest = 0;
  FileState now;
};

// One thread at a time; used once. What the views and segments point to must outlive Write.
class SemanticMerge {
 public:
  static constexpr uint32_t kNoOwner = 0xFFFFFFFF;

  // Ahead of all that is added. No facts of the old content may be added.
  void Retarget(const RetargetedFile& file);
  // What is not in `dead` (files, then units, by segment-wide entry) takes part.
  void AddSegment(std::shared_ptr<const SemanticSegment> segment, const FileSet& dead);
  // The unit of an encoded shard; returns its id for AddFile.
  absl::StatusOr<uint32_t> AddUnit(std::string_view encoded_shard);
  // `mentions` are the MentionRows of the encoded facts, unaligned. `owner` is the unit whose main file
  // this is, or kNoOwner.
  absl::Status AddFile(std::string_view encoded, std::string_view mentions, uint32_t owner);

  // Whether there is nothing to write.
  bool empty() const { return files_.empty() && units_.empty(); }

  // Writes and fsyncs the segment at `path`. On an error nothing is left there.
  absl::StatusOr<SegmentInfo> Write(FileSystem& fs, const std::string& path);

 private:
  struct Source {
    std::shared_ptr<const SemanticSegment> segment;
    std::vector<uint32_t> state_keys;  // by state, kNone until used
    std::vector<uint32_t> new_files;   // by file: id in the result
    std::vector<uint32_t> new_symbols;
  };
  struct StateKey {
    uint32_t path = 0;  // in path_names_
    FileState state;
  };
  struct UnitEntry {
    uint32_t path = 0;  // in path_names_
    uint64_t command_digest = 0;
    uint32_t source = kNew;
    uint32_t id = 0;         // in its source
    std::string_view shard;  // of a new one
  };
  struct FileEntry {
    uint32_t state = 0;         // key
    uint32_t owner = kNoOwner;  // in units_
    uint32_t source = kNew;
    uint32_t id = 0;  // in its source
    uint64_t variant = 0;
    // Of a new one.
    SplitFacts split;
    std::string_view mentions;
    uint32_t first_slot = 0;  // of its mentions, in order of adding
  };
  struct NewMention {
    SymbolId id = 0;
    uint32_t slot = 0;
    uint32_t file = 0;  // id in the result
    uint32_t row = 0;   // in its file
  };
  struct NameEntry {
    uint64_t hash = 0;
    uint32_t symbol = 0;
    friend auto operator<=>(const NameEntry&, const NameEntry&) = default;
  };
  static constexpr uint32_t kNew = 0xFFFFFFFF;
  static constexpr uint32_t kNone = 0xFFFFFFFF;

  uint32_t InternPath(std::string_view path);
  uint32_t InternState(std::string_view path, const FileState& state);
  uint32_t SourceState(Source& source, uint32_t state);
  // The states of a unit's closure as keys, the main file first; `has_main` tells whether there is one.
  absl::Status ClosureKeys(const UnitEntry& unit, std::vector<uint32_t>* keys);

  void OrderPathsAndStates();
  void OrderFilesAndUnits();
  void WritePaths(SegmentWriter& out);
  void WriteUnits(SegmentWriter& out);
  void BuildDirectory();
  void AddMentions(SymbolId id, std::vector<Mention>& mentions);
  void BuildNames();
  void WriteDirectory(SegmentWriter& out);
  void WriteFiles(SegmentWriter& out);
  const MentionRow LoadMention(const FileEntry& file, uint32_t row) const;

  Arena arena_;    // paths of new files
  Arena scratch_;  // one shard at a time
  std::vector<Source> sources_;
  std::vector<UnitEntry> units_;
  std::vector<FileEntry> files_;
  uint32_t slots_ = 0;

  std::vector<std::string_view> path_names_;
  absl::flat_hash_map<uint64_t, uint32_t> path_keys_;  // by XXH3 of the path
  std::vector<StateKey> states_;
  absl::flat_hash_map<uint64_t, FileState> retargets_;  // by ContentKey
  absl::flat_hash_map<uint64_t, uint32_t> state_keys_;  // by hash of path and state

  std::vector<uint32_t> path_order_, path_rank_;  // keys in order, and their places there
  std::vector<uint32_t> state_order_, state_rank_;
  std::vector<uint32_t> file_order_;
  std::vector<uint32_t> unit_order_, unit_rank_;

  std::vector<SymbolId> symbols_;
  std::vector<bool> declared_;            // by symbol: by a living file
  std::vector<uint32_t> symbol_of_slot_;  // of new mentions
  std::string mentions_;
  std::string mention_blocks_;
  std::vector<uint32_t> tags_;
  absl::flat_hash_map<uint32_t, uint32_t> tag_ids_;
  std::vector<NameEntry> names_;
};

}  // namespace astrolabe
