// How the semantic index grows: shards come in one by one, survive a kill at once, and become a segment
// when committed.
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
#include "index/semantic/semantic_index.h"
#include "index/semantic/shard.h"

namespace astrolabe {

struct SemanticWriterOptions {
  std::string tool_version;  // a journal or index of another version is discarded, notes() says so
  std::string owner;         // for the lock file: "astrolabe index, process 4711"
};

// The right to write the semantic index in one folder. One thread at a time.
//
// Liveness: a unit is known by path and command digest; its newest shard replaces its older ones. The
// facts of a file live as long as (1) a living unit has the file in its closure with that very state,
// and (2) for the unit's own main file, it came with the unit's newest shard. Commit computes this; what
// is dead is dropped by merges.
class SemanticWriter {
 public:
  // Creates the folder if needed and takes the lock: Unavailable, naming the holder, if another writer
  // has it. Damage is repaired by dropping what is damaged; notes() says so. Shards that a killed
  // writer had added and not committed are there again: see `recovered`.
  static absl::StatusOr<std::unique_ptr<SemanticWriter>> Open(FileSystem& fs,
                                                              const std::string& directory,
                                                              SemanticWriterOptions options);
  virtual ~SemanticWriter() = default;

  // The last committed state; null before the first commit.
  virtual std::shared_ptr<const SemanticIndex> index() const = 0;
  virtual const std::vector<std::string>& notes() const = 0;
  // Shards found in the journal of a killed writer; Open has committed them already.
  virtual size_t recovered() const = 0;

  // Whether facts for this header, content and variant are in the index or among the shards added. The
  // facts of main files do not count: they come with their unit, and go with it. Once this has said
  // yes, a commit does not drop those facts before a unit has read them: a parse may count on them.
  virtual bool HasFacts(std::string_view path, uint64_t digest, uint64_t variant) const = 0;

  // Validates the encoded shard (every file is decoded once) and appends it to the journal; then it
  // survives a kill of this process at any moment (not a loss of power). InvalidArgument if the bytes
  // are no valid shard: nothing is added, the index is as it was.
  virtual absl::Status Add(std::string_view encoded_shard) = 0;
  // The unit no longer exists (with this command), or must be parsed again: it dies at the commit.
  virtual void Remove(std::string_view unit_path, uint64_t command_digest) = 0;

  // `path` was read with the content `digest`, is `now` what it is, and has the same meaning for whoever
  // includes it: from the next commit on, units that have read the old content count as having read the
  // new one, whose facts must have been added. The facts of the old one die. Rewrites the segments that
  // hold such units.
  virtual void Retarget(std::string_view path, uint64_t digest, const FileState& now) = 0;

  // Builds a segment of everything added, merges where the policy asks for it, publishes atomically.
  // On error the old state stays current, and the journal keeps what was added.
  virtual absl::Status Commit() = 0;
};

}  // namespace astrolabe
