// Messages to stderr, by level.
//
// The header is light on purpose: spdlog and fmt are behind it in one source file. Nothing is set
// up before the first message that is written, and a message below the level costs one relaxed
// load.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <string_view>

#include "absl/status/status.h"
#include "base/strings.h"

namespace astrolabe {

enum class LogLevel { kTrace, kDebug, kInfo, kWarning, kError, kOff };

namespace log_internal {
inline std::atomic<LogLevel> level{LogLevel::kWarning};
void Write(LogLevel level, std::string_view message);
}  // namespace log_internal

// "trace", "debug", "info", "warning" (the level at start), "error" or "off"; InvalidArgument otherwise,
// the message naming these. Any thread, any time.
absl::Status SetLogLevel(std::string_view name);

inline bool LogEnabled(LogLevel level) {
  return level >= log_internal::level.load(std::memory_order_relaxed);
}

// Any thread. Arguments are joined as by StrCat, and only if the message will be written:
// LogInfo("scanned ", count, " files"). A message is one line; line ends inside it stay.
template <typename... Pieces>
void Log(LogLevel level, const Pieces&... pieces) {
  if (LogEnabled(level)) log_internal::Write(level, StrCat(pieces...));
}
template <typename... Pieces>
void LogTrace(const Pieces&... pieces) {
  Log(LogLevel::kTrace, pieces...);
}
template <typename... Pieces>
void LogDebug(const Pieces&... pieces) {
  Log(LogLevel::kDebug, pieces...);
}
template <typename... Pieces>
void LogInfo(const Pieces&... pieces) {
  Log(LogLevel::kInfo, pieces...);
}
template <typename... Pieces>
void LogWarning(const Pieces&... pieces) {
  Log(LogLevel::kWarning, pieces...);
}
template <typename... Pieces>
void LogError(const Pieces&... pieces) {
  Log(LogLevel::kError, pieces...);
}

}  // namespace astrolabe
