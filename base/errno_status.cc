// One table: errno, status code, advice.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/errno_status.h"

#include <cassert>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/strings.h"

namespace astrolabe {
namespace {

struct Meaning {
  absl::StatusCode code;
  std::string_view advice;  // follows the kernel's words; may be empty
};

Meaning MeaningOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {absl::StatusCode::kNotFound, ""};
    case EACCES:
    case EPERM:
      return {absl::StatusCode::kPermissionDenied, "; check its permissions"};
    case EROFS:
      return {absl::StatusCode::kPermissionDenied, "; choose a place that can be written to"};
    case ENOSPC:
    case EDQUOT:
      return {absl::StatusCode::kResourceExhausted, "; free some space there"};
    case EMFILE:
    case ENFILE:
      return {absl::StatusCode::kResourceExhausted, "; raise the limit on open files (ulimit -n)"};
    case ENOMEM:
      return {absl::StatusCode::kResourceExhausted, "; free some memory"};
    case EFBIG:
      return {absl::StatusCode::kResourceExhausted, "; raise the limit on file sizes (ulimit -f)"};
    case EEXIST:
      return {absl::StatusCode::kAlreadyExists, ""};
    case EIO:
      return {absl::StatusCode::kDataLoss, "; the disk may be failing: see the kernel's log"};
    case ENAMETOOLONG:
    case ELOOP:
    case EISDIR:
    case EINVAL:
      return {absl::StatusCode::kInvalidArgument, ""};
    case ENOTEMPTY:
      return {absl::StatusCode::kFailedPrecondition, ""};
    default:
      return {absl::StatusCode::kUnavailable, ""};
  }
}

}  // namespace

absl::Status ErrnoStatus(int error, std::string_view action, std::string_view path) {
  assert(error != 0);
  const Meaning meaning = MeaningOf(error);
  // std::error_code's message and not strerror: that one is not thread-safe.
  return absl::Status(meaning.code, StrCat("cannot ", action, " ", path, ": ",
                                           std::generic_category().message(error), meaning.advice));
}

}  // namespace astrolabe
