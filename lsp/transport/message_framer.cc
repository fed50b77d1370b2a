// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/transport/message_framer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/match.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

constexpr std::string_view kLengthHeader = "Content-Length:";
constexpr size_t kKeptCapacity = size_t{1} << 20;  // bytes of buffer that outlast a large message

// Where the header block ends: the offset behind its empty line, npos if it is not there. A line may end
// without its carriage return: people test servers by hand.
size_t EndOfHeaders(std::string_view bytes, size_t from) {
  for (size_t at = bytes.find('\n', from); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    if (bytes.substr(at + 1, 1) == "\n") return at + 2;
    if (bytes.substr(at + 1, 2) == "\r\n") return at + 3;
  }
  return std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The length that a header block gives; nullopt if it gives none, or two that differ.
std::optional<uint64_t> LengthIn(std::string_view headers) {
  std::optional<uint64_t> length;
  while (!headers.empty()) {
    const size_t end = std::min(headers.find('\n'), headers.size() - 1);
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(end + 1);
    if (!absl::StartsWithIgnoreCase(ToAbsl(line), ToAbsl(kLengthHeader))) continue;
    const std::string_view digits = Trim(line.substr(kLengthHeader.size()));
    uint64_t value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || rest != digits.data() + digits.size()) return std::nullopt;
    if (length && *length != value) return std::nullopt;
    length = value;
  }
  return length;
}

// The first offset from `from` on at which a length header, or what there is of one at the end, starts.
size_t FindLengthHeader(std::string_view bytes, size_t from) {
  for (; from < bytes.size(); ++from) {
    const std::string_view rest = bytes.substr(from, kLengthHeader.size());
    if (absl::StartsWithIgnoreCase(ToAbsl(kLengthHeader), ToAbsl(rest))) return from;
  }
  return bytes.size();
}

}  // namespace

void MessageFramer::Feed(std::string_view bytes) {
  const size_t skipped = static_cast<size_t>(std::min<uint64_t>(to_skip_, bytes.size()));
  to_skip_ -= skipped;
  bytes.remove_prefix(skipped);
  if (begin_ >= buffer_.size() / 2) {  // moves each byte once at most, on average
    buffer_.erase(0, begin_);
    begin_ = 0;
    if (buffer_.empty() && buffer_.capacity() > kKeptCapacity) buffer_.shrink_to_fit();
  }
  buffer_.append(bytes);
}

absl::StatusOr<std::optional<std::string>> MessageFramer::Next() {
  if (!content_length_) {
    auto found = ReadHeaders();
    if (!found.ok()) return found.status();
    if (!*found) return std::nullopt;
  }
  const uint64_t length = *content_length_;
  if (length > limit_) {
    content_length_.reset();
    const auto here = static_cast<size_t>(std::min<uint64_t>(length, pending().size()));
    Drop(here);
    to_skip_ = length - here;
    return absl::ResourceExhaustedError(
        StrCat("a message of ", length, " bytes is above the limit of ", limit_, ": skipped"));
  }
  if (pending().size() < length) return std::nullopt;
  std::string content(pending().substr(0, static_cast<size_t>(length)));
  Drop(content.size());
  content_length_.reset();
  return content;
}

absl::StatusOr<bool> MessageFramer::ReadHeaders() {
  for (;;) {
    const std::string_view bytes = pending();
    const size_t end = EndOfHeaders(bytes.substr(0, kMaxHeaderBytes), searched_);
    if (end == std::string_view::npos && bytes.size() < kMaxHeaderBytes) {
      searched_ =
          bytes.size() < 2 ? 0 : bytes.size() - 2;  // what may be the start of an empty line
      return false;
    }
    searched_ = 0;
    if (end != std::string_view::npos) content_length_ = LengthIn(bytes.substr(0, end));
    if (content_length_) {
      resynchronising_ = false;
      Drop(end);
      return true;
    }
    // Go on with the next length header. Only the first of several failures in a row is an error: what
    // follows it is most likely the rest of the same accident.
    Drop(FindLengthHeader(bytes, 1));
    if (!std::exchange(resynchronising_, true)) {
      return absl::DataLossError(StrCat(end == std::string_view::npos
                                            ? "headers without an end"
                                            : "headers without a valid Content-Length",
                                        ": skipped to the next Content-Length"));
    }
  }
}

absl::Status MessageFramer::AtEnd() const {
  if (to_skip_ > 0) return absl::DataLossError("the input ends inside a message above the limit");
  if (content_length_) {
    return absl::DataLossError(StrCat("the input ends inside a message: ", pending().size(), " of ",
                                      *content_length_, " bytes are there"));
  }
  if (!pending().empty())
    return absl::DataLossError("the input ends inside the headers of a message");
  return absl::OkStatus();
}

}  // namespace astrolabe::lsp
