// Which units and files of the semantic index still count.
//
// A unit counts until it is replaced or removed, its main file's facts as long as it does, and a header's
// facts as long as a unit that counts has read the header with that content. Contents are compared by
// digest: touching a file changes nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "index/segment.h"
#include "index/semantic/semantic_segment.h"
#include "xxhash.h"

namespace astrolabe {

// 64-bit hashes that stand for what they hash, as SymbolId does.
using KeySet = absl::flat_hash_set<uint64_t>;

inline uint64_t UnitKey(std::string_view path, uint64_t command_digest) {
  return XXH3_64bits_withSeed(path.data(), path.size(), command_digest);
}
inline uint64_t ContentKey(std::string_view path, uint64_t digest) {
  return XXH3_64bits_withSeed(path.data(), path.size(), digest);
}
inline uint64_t HeaderKey(uint64_t content_key, uint64_t variant) {
  return XXH3_64bits_withSeed(&content_key, sizeof(content_key), variant);
}

// Adds to `dead` the units of `segment` whose key is in `replaced`, and to `read` the contents that its
// other units have read. DataLoss if the segment is damaged.
absl::Status MarkUnits(const SemanticSegment& segment, const KeySet& replaced, FileSet* dead,
                       KeySet* read);

// Adds to `dead` the files of `segment` that no unit keeps alive, once `read` is complete. Headers whose
// key is in `promised` stay nevertheless; those that are in `read` are no longer promised.
absl::Status MarkFiles(const SemanticSegment& segment, const KeySet& read, KeySet* promised,
                       FileSet* dead);

// Adds the keys of the living headers' facts to `headers` and of all living facts to `contents`; either
// may be null.
absl::Status CollectFiles(const SemanticSegment& segment, const FileSet& dead, KeySet* headers,
                          KeySet* contents);

// Adds to `dead` the living units of `segment` that have read something which is not in `contents`.
absl::Status MarkIncompleteUnits(const SemanticSegment& segment, const KeySet& contents,
                                 FileSet* dead);

}  // namespace astrolabe
