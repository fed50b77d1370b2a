// Cuts a stream of bytes into messages: a block of header lines, an empty line, and as many bytes of
// content as `Content-Length` says. All other headers are ignored.
//
// No bytes make it fail for good. A header block that gives no length, and content above the limit, are
// each reported once; what follows is skipped up to the next thing that looks like a message.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace astrolabe::lsp {

// Bytes of content that a message may have.
inline constexpr size_t kDefaultMessageLimit = size_t{256} << 20;
// Bytes that a header block may have; usual are 25.
inline constexpr size_t kMaxHeaderBytes = 8192;

// One thread at a time.
class MessageFramer {
 public:
  explicit MessageFramer(size_t limit = kDefaultMessageLimit) : limit_(limit) {}

  // Takes the next bytes of the stream, in pieces of any size.
  void Feed(std::string_view bytes);

  // The next whole message, nullopt if it is not there yet. Call until nullopt after each Feed.
  // DataLoss: a bad header block; ResourceExhausted: a message above the limit. Both are skipped, and
  // the next call goes on behind them.
  absl::StatusOr<std::optional<std::string>> Next();

  // OK if the stream may end here; DataLoss, saying what is missing, if it ends inside a message.
  absl::Status AtEnd() const;

 private:
  // Looks for the end of the headers; sets content_length_ when it is there.
  absl::StatusOr<bool> ReadHeaders();
  void Drop(size_t count) { begin_ += count; }
  std::string_view pending() const { return std::string_view(buffer_).substr(begin_); }

  const size_t limit_;
  std::string buffer_;
  size_t begin_ = 0;                        // bytes of the buffer that are done with
  size_t searched_ = 0;                     // bytes behind begin_ that hold no end of headers
  std::optional<uint64_t> content_length_;  // of the message whose headers have been read
  uint64_t to_skip_ = 0;                    // bytes of content above the limit, still to come
  bool resynchronising_ = false;            // after a bad header block, until the next good one
};

}  // namespace astrolabe::lsp
