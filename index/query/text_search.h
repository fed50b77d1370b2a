// Searches the text of the workspace's source files: literals, words, regular expressions,
// references.
//
// The index narrows, the files answer: candidates come from the Bloom filters (for a word) or are
// all source files, each is read as it is now, and what is reported stands there now. Files are
// searched in parallel and reported in order of path, so that answers stream and two runs give the
// same.
//
// All of it is lexical. A reference is a token that spells the name outside comments and literals;
// whether it means the symbol, only the compiler can say.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/index_store.h"

namespace astrolabe {

enum class TextMode : uint8_t {
  kWord,       // `pattern` as a whole word; it must be one (IsWord in index/words.h)
  kLiteral,    // `pattern` anywhere
  kRegex,      // RE2 syntax, matched line by line
  kReference,  // `pattern`, a name, as a token of code
};

struct TextQuery {
  std::string pattern;
  TextMode mode = TextMode::kLiteral;
  bool ignore_case = false;  // not for kReference; a word then is looked for in all files
  size_t limit = 0;          // matches at most; 0 means all
  int threads = 0;           // 0 means as many as cores
  // Whether to look into a file; unset: all. Called from several threads at once.
  std::function<bool(std::string_view path)> wants_file;
};

// One matching line with its first match, or a match of kReference. Views are valid during the callback.
struct TextMatch {
  std::string_view path;  // relative to the root
  uint32_t line = 0;      // 0-based
  uint32_t column = 0;    // 0-based, in bytes
  uint32_t length = 0;    // of the match, in bytes
  std::string_view text;  // the line without its end
};

struct TextSummary {
  uint64_t matches = 0;
  uint64_t files_matched = 0;
  uint64_t files_searched = 0;  // opened and read
  uint64_t files_unread = 0;    // gone, unreadable or grown too large since they were indexed
  uint64_t bytes_searched = 0;
  bool truncated = false;  // the limit was met, or the search cancelled
};

// Calls `report` on one thread at a time, in order of path and line. InvalidArgument for a pattern
// that cannot be used (the message shows what is wrong in it), NotFound if the root is gone.
// `cancelled` may be null; when it becomes true the search ends within one file per thread.
absl::StatusOr<TextSummary> SearchText(const Snapshot& snapshot, const std::string& root,
                                       const TextQuery& query,
                                       const std::function<void(const TextMatch&)>& report,
                                       const std::atomic<bool>* cancelled = nullptr);

}  // namespace astrolabe
