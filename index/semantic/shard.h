// A shard: what one parse contributes to the index, and how it travels from the process that parsed to
// the one that keeps the index.
//
// A shard is bytes of an untrusted process: a compiler that has crashed or lost its mind may write
// anything. So decoding checks every offset, length and index, and an encoded shard or file that
// decodes is safe to store and to query, whatever it says. The encoding is in index/FORMAT.md.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alloc/arena.h"
#include "index/semantic/facts.h"

namespace astrolabe {

// How the facts of a translation unit came to be. Stored, so append only.
enum class ParseOutcome : uint8_t {
  kZygote = 0,       // in a child of a zygote
  kPlain = 1,        // alone, from its first line
  kFailed = 2,       // no facts: it could not be parsed at all
  kQuarantined = 3,  // no facts: its parse crashed, hung or ran out of memory
};

// One file that a translation unit has read.
struct ClosureFile {
  std::string_view path;  // as FileFacts::path
  FileState state;
};

// What the index keeps of a translation unit besides its facts.
struct TranslationUnit {
  std::string_view path;        // main file, as FileFacts::path
  uint64_t command_digest = 0;  // of everything in its command line that can change its facts
  ParseOutcome outcome = ParseOutcome::kPlain;
  std::string_view reason;  // why it was not served by a zygote, or what went wrong; may be empty
  uint32_t errors = 0;      // diagnostics of level error
  std::vector<ClosureFile> closure;  // every file read, the main file first; then ascending by path
};

// An encoded FileFacts: self-contained, checked by its own checksum, stored as it is.
//
// Strings and numbers are compressed (zstd), so this costs CPU time where it is called: in the
// child that parsed. Deterministic: equal facts give equal bytes.
std::string EncodeFileFacts(const FileFacts& facts);

// Everything of `bytes`, its views pointing into `arena`. DataLoss, saying what is wrong, unless it is
// an encoding whose every index is in range and whose orders hold.
absl::StatusOr<FileFacts> DecodeFileFacts(std::string_view bytes, Arena& arena);

// The two parts of a shard, each encoded FileFacts a view of its own.
struct Shard {
  TranslationUnit unit;  // path empty: a zygote's shard, whose headers belong to no single unit
  std::vector<std::string_view> files;  // encoded FileFacts
};

std::string EncodeShard(const Shard& shard);

// The unit's views point into `arena`, the files' into `bytes`. Does not decode the files.
absl::StatusOr<Shard> DecodeShard(std::string_view bytes, Arena& arena);

}  // namespace astrolabe
