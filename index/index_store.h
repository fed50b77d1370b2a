// The folder that holds an index: how readers see one consistent state and how the one writer
// replaces it.
//
// A reader takes a Snapshot: the segments of one manifest, mapped, immutable. It stays valid
// whatever the writer does, since unlinked files live as long as their mappings. The writer holds a
// lock file, writes new segments beside the old ones and commits by replacing the manifest; a crash
// or a full disk at any moment leaves the old state or the new one (tests/segment breaks every
// single operation).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/file_system.h"
#include "index/manifest.h"
#include "index/segment.h"
#include "index/segment_builder.h"

namespace astrolabe {

// One segment of a snapshot; `dead` holds files that no longer exist or that a newer segment has.
struct LiveSegment {
  std::shared_ptr<const Segment> segment;
  FileSet dead;
};

// One state of the index. Immutable; thread-safe; keeps its segments mapped.
struct Snapshot {
  uint64_t generation = 0;
  std::string root;
  std::vector<LiveSegment> segments;

  // What reads of any segment stumbled over: OK or the first DataLoss.
  absl::Status damage() const;
};

// Where a file is: `file` in snapshot.segments[segment].
struct FileLocation {
  uint32_t segment = 0;
  uint32_t file = 0;
};

// Finds a live file by path. False if the index has none.
bool FindLiveFile(const Snapshot& snapshot, std::string_view path, FileLocation* location);

// Whether a file is known to be ASCII, so that its columns are the same in every encoding.
bool IsAscii(const Snapshot& snapshot, std::string_view path);

// Opens the current state for reading. NotFound if there is no index in `directory`;
// FailedPrecondition if it has another format version; DataLoss if the manifest or a segment's tail
// is damaged (the message says which file, and that `astrolabe index` rebuilds it).
absl::StatusOr<std::shared_ptr<const Snapshot>> OpenSnapshot(FileSystem& fs,
                                                             const std::string& directory);

struct IndexWriterOptions {
  std::string root;          // written into the manifest
  std::string tool_version;  // likewise
  std::string owner;         // who we are, for the lock file: "astrolabe index, process 4711"
  // Verify every block of every segment on opening, so that damage is repaired by this run. Linux's
  // index takes tens of milliseconds; memory is given back on the way.
  bool verify = true;
};

// What one commit changes. New segments supersede older ones: a path of `added` that is alive in
// an older segment dies there by itself.
struct IndexChange {
  std::vector<SegmentInfo>
      added;  // written at NewSegmentPath()s; their live paths must be distinct
  std::vector<std::string> deleted;  // paths that no longer exist
};

// The right to write one index. One thread at a time, except NewSegmentPath.
class IndexWriter {
 public:
  // Creates the folder if needed and takes the lock: Unavailable, naming the holder, if another
  // writer has it. An index of another format version or with a damaged manifest is treated as
  // empty, a damaged segment is moved to quarantine/ and its files are missing from the snapshot,
  // so that the caller sees them as new; notes() says so. Removes what crashed writers left.
  static absl::StatusOr<std::unique_ptr<IndexWriter>> Open(FileSystem& fs,
                                                           const std::string& directory,
                                                           IndexWriterOptions options);
  ~IndexWriter();

  // The last committed state; never null. To compare the workspace against.
  std::shared_ptr<const Snapshot> snapshot() const { return snapshot_; }
  // What opening repaired, one sentence each, for the user.
  const std::vector<std::string>& notes() const { return notes_; }

  // A fresh path inside the folder for SegmentBuilder::Write. Thread-safe.
  std::string NewSegmentPath() ABSL_LOCKS_EXCLUDED(path_mutex_);

  // Makes the change the current state, merging segments where the policy (PlanMerge) asks for it.
  // On error the old state stays current, here and on disk, and the files of change.added are
  // removed.
  absl::Status Commit(const IndexChange& change);

  // Merges everything into one segment, if there is more than one or something is dead.
  absl::Status Compact();

 private:
  IndexWriter(FileSystem& fs, std::string directory, IndexWriterOptions options);
  absl::Status Load();
  absl::Status QuarantineAndPublish(std::vector<LiveSegment> good,
                                    const std::vector<std::string>& damaged_names);
  void RemoveOrphans();
  absl::StatusOr<std::vector<LiveSegment>> Apply(const IndexChange& change);
  absl::StatusOr<LiveSegment> Merge(std::vector<LiveSegment> inputs);
  absl::Status Publish(std::vector<LiveSegment> segments);
  void RemoveUnlessPublished(const std::vector<LiveSegment>& segments);
  std::string PathOf(std::string_view name) const;

  FileSystem& fs_;
  const std::string directory_;
  const IndexWriterOptions options_;
  std::unique_ptr<FileLock> lock_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::string> notes_;
  absl::Mutex path_mutex_;
  uint64_t next_segment_ ABSL_GUARDED_BY(path_mutex_) = 0;
};

// Which of the current segments to merge with `added_bytes` of new ones, as ascending indices.
// Keeps segments in tiers of a factor of four with at most three in each, so that a query looks at
// few and every symbol is rewritten a logarithmic number of times. A segment of which over a third
// is dead joins in.
std::vector<size_t> PlanMerge(std::span<const LiveSegment> segments, uint64_t added_bytes);

// The same policy for any kind of segment.
struct MergeCandidate {
  double live_bytes = 0;
  double dead_share = 0;  // 0 to 1
};
std::vector<size_t> PlanMerge(std::span<const MergeCandidate> segments, uint64_t added_bytes);

}  // namespace astrolabe
