// Headers that have changed, and whether anybody but themselves has to notice.
//
// Most edits of a header change a comment or the inside of a function, and the hundreds of units that
// include it would be parsed again to say what they said before. So a few of them are parsed first, as
// probes: when every preprocessing of the header that the index knows has come up with the same interface
// (FileFacts::interface) and the same declarations, the other units are left alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "analysis/project/front_end_command.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {

enum class HeaderVerdict {
  kUnknown,  // some preprocessing of it has not been seen with the new content
  kSame,
  kDifferent,
};

// What the index, which knows the old content of a header, and of the new one what probes have found,
// tells of them. The facts must not be those of a unit's main file.
HeaderVerdict CompareHeader(const SemanticIndex& index, std::string_view path, uint64_t old_digest,
                            uint64_t new_digest);

// The changed headers of one run, and the units that would be current but for them. One thread.
class ChangedHeaders {
 public:
  struct Change {
    std::string path;  // as FileFacts::path
    uint64_t old_digest = 0;
    FileState now;
    HeaderVerdict verdict = HeaderVerdict::kUnknown;
  };

  // The number of the change from `old_digest` to `now`.
  uint32_t Add(std::string_view path, uint64_t old_digest, const FileState& now);
  void Wait(FrontEndCommand command, uint64_t cost, std::vector<uint32_t> changes);

  // Takes units out of the waiting ones, such that every change whose verdict is not known is in at least
  // one of them; nothing if that would not be few enough to be worth it.
  std::vector<FrontEndCommand> TakeProbes();

  // Settles by the index what it can. Returns the changes that are now known to make no difference; units
  // that wait for no others have left, and `*spared` counts them. Units that have to be parsed are appended
  // to `*stale`.
  std::vector<Change> Judge(const SemanticIndex& index, std::vector<FrontEndCommand>* stale,
                            uint64_t* spared);

  // Everybody who still waits.
  std::vector<FrontEndCommand> TakeAll();
  bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    FrontEndCommand command;
    uint64_t cost = 0;  // bytes of the main file
    std::vector<uint32_t> changes;
  };

  std::vector<Change> changes_;
  absl::flat_hash_map<std::pair<std::string, uint64_t>, uint32_t> numbers_;
  std::vector<Waiting> waiting_;
};

}  // namespace astrolabe
