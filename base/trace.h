// Where the time goes: spans in Chrome's trace format, for chrome://tracing, Perfetto or
// speedscope.
//
// Spans stand in the code for good, so they have to be free while no trace is taken: one relaxed
// load and an untaken branch, 1 ns (0.3 µs a span while one is). The file is complete, valid JSON
// after every write, so a process that is killed leaves a trace that opens; it lacks only what its
// threads had not handed over yet.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace astrolabe {

namespace trace_internal {
// 0: no trace is being taken. Otherwise its number: a span that began in another one is dropped.
inline std::atomic<uint32_t> session{0};
}  // namespace trace_internal

// Starts writing spans of all threads to `path`, replacing what is there. FailedPrecondition if a
// trace is being taken already, otherwise what creating the file failed with.
absl::Status StartTrace(const std::string& path);

// Writes what is left and closes the file; spans still open are not in it. The status is that of
// the first write that failed. FailedPrecondition if no trace is being taken.
absl::Status StopTrace();

// Names the calling thread in traces and, cut to 15 bytes, for the kernel (ps, gdb).
void NameThisThread(std::string_view name);

// The time from construction to destruction, as one event of the thread. Stays on its thread. Names
// and keys must be string literals.
class TraceSpan {
 public:
  explicit TraceSpan(const char* name)
      : session_(trace_internal::session.load(std::memory_order_relaxed)) {
    if (session_ != 0) Begin(name);
  }
  TraceSpan(const char* name, const char* key, std::string_view value) : TraceSpan(name) {
    Arg(key, value);
  }
  TraceSpan(const TraceSpan&) = delete;
  TraceSpan& operator=(const TraceSpan&) = delete;
  ~TraceSpan() {
    if (session_ != 0) End();
  }

  // Shown beside the span.
  void Arg(const char* key, std::string_view value) {
    if (session_ != 0) AppendArg(key, value);
  }
  void Arg(const char* key, int64_t value) {
    if (session_ != 0) AppendArg(key, value);
  }

 private:
  void Begin(const char* name);
  void End();
  void AppendArg(const char* key, std::string_view value);
  void AppendArg(const char* key, int64_t value);

  const uint32_t session_;
  const char* name_ = nullptr;
  int64_t begin_ns_ = 0;
  std::string args_;  // the members of the JSON object
};

// A span of work that is not this thread's (a child process), which ends now and began `seconds` ago. It is
// shown in a track of its own: `lane` numbers those from 0; spans of one lane must not overlap.
void TraceLane(uint32_t lane, const char* name, double seconds, const char* key,
               std::string_view value);

}  // namespace astrolabe
