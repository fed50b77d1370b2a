// The errors of JSON-RPC and of the protocol, and what our own become there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "absl/status/status.h"
#include "lsp/protocol/json.h"

namespace astrolabe::lsp {

enum class ErrorCode : int {
  kUnknown = 0,  // of a client's that gave none
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kServerNotInitialized = -32002,
  kRequestFailed = -32803,    // right in form, but it can't be done: the message is for the user
  kServerCancelled = -32802,  // for requests that a server may cancel: the client may ask again
  kContentModified = -32801,
  kRequestCancelled = -32800,
};

struct ResponseError {
  ErrorCode code = ErrorCode::kInternalError;
  std::string message;
  Json data;  // null: none
};

// InvalidArgument: kInvalidParams; Unimplemented: kMethodNotFound; Cancelled: kRequestCancelled; Aborted:
// kContentModified; Unavailable: kServerCancelled; Internal and Unknown: kInternalError; all others:
// kRequestFailed. `status` must not be OK.
ResponseError ErrorFromStatus(const absl::Status& status);

// The way back, for errors that a client answers; codes that we do not know become Unknown.
absl::Status StatusFromError(const ResponseError& error);

}  // namespace astrolabe::lsp
