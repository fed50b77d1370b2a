// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/errors.h"

#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

ErrorCode CodeOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return ErrorCode::kInvalidParams;
    case absl::StatusCode::kUnimplemented:
      return ErrorCode::kMethodNotFound;
    case absl::StatusCode::kCancelled:
      return ErrorCode::kRequestCancelled;
    case absl::StatusCode::kAborted:
      return ErrorCode::kContentModified;
    case absl::StatusCode::kUnavailable:
      return ErrorCode::kServerCancelled;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return ErrorCode::kInternalError;
    default:
      return ErrorCode::kRequestFailed;
  }
}

absl::StatusCode CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidParams:
    case ErrorCode::kInvalidRequest:
      return absl::StatusCode::kInvalidArgument;
    case ErrorCode::kMethodNotFound:
      return absl::StatusCode::kUnimplemented;
    case ErrorCode::kRequestCancelled:
      return absl::StatusCode::kCancelled;
    case ErrorCode::kContentModified:
      return absl::StatusCode::kAborted;
    case ErrorCode::kServerCancelled:
      return absl::StatusCode::kUnavailable;
    case ErrorCode::kRequestFailed:
    case ErrorCode::kServerNotInitialized:
      return absl::StatusCode::kFailedPrecondition;
    case ErrorCode::kInternalError:
    case ErrorCode::kParseError:
      return absl::StatusCode::kInternal;
    case ErrorCode::kUnknown:
      break;
  }
  return absl::StatusCode::kUnknown;
}

}  // namespace

ResponseError ErrorFromStatus(const absl::Status& status) {
  return {.code = CodeOf(status.code()), .message = std::string(ToStd(status.message()))};
}

absl::Status StatusFromError(const ResponseError& error) {
  return absl::Status(CodeOf(error.code), ToAbsl(error.message));
}

}  // namespace astrolabe::lsp
