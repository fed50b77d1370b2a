// The source that belongs to a header, with its text: most of what the header declares is defined there.
//
// An editor asks for code actions at each move of the cursor, and each such question about a header takes the text of
// its source along. So the text is read when the file has changed, not when it is asked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "analysis/live/answers.h"
#include "base/file_system.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Remembers one source: the one that was asked for last. Any thread.
class HeaderSource {
 public:
  // Nothing if the document is no header, or has no source of a size that people write.
  std::vector<FileText> Of(Session& session, const DocumentSnapshot& document)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // What a text is the text of.
  struct State {
    std::string path;
    uint64_t generation = 0;  // of what is open
    FileStat on_disk;         // of what is not

    friend bool operator==(const State&, const State&) = default;
  };

  absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  std::string text_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
