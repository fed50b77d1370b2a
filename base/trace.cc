// Each thread formats its events into a buffer of its own and hands it over when it is large, when
// the thread ends or when the trace does. The file is an array of events; every write replaces the
// closing bracket of the one before and brings its own, in one pwrite.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/trace.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "base/errno_status.h"
#include "base/json_text.h"
#include "base/strings.h"
#include "base/unique_fd.h"

namespace astrolabe {
namespace {

constexpr size_t kHandOverBytes = size_t{64} << 10;
constexpr std::string_view kEnd = "\n]\n";

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct ThreadBuffer {
  absl::Mutex mutex;  // contended only while StopTrace collects
  uint32_t session ABSL_GUARDED_BY(mutex) = 0;
  std::string events ABSL_GUARDED_BY(mutex);  // each followed by ",\n"
  std::string thread_name ABSL_GUARDED_BY(mutex);
  const pid_t tid = ::gettid();
};

// The file. Lock order: a ThreadBuffer's mutex before this one.
struct Sink {
  absl::Mutex mutex;
  UniqueFd fd ABSL_GUARDED_BY(mutex);
  std::string path ABSL_GUARDED_BY(mutex);
  uint32_t session ABSL_GUARDED_BY(mutex) = 0;  // the one of `fd`
  uint32_t last_session ABSL_GUARDED_BY(mutex) = 0;
  off_t end ABSL_GUARDED_BY(mutex) = 0;  // where kEnd stands
  bool has_events ABSL_GUARDED_BY(mutex) = false;
  absl::Status status ABSL_GUARDED_BY(mutex);
};

struct Threads {
  absl::Mutex mutex;
  std::vector<std::shared_ptr<ThreadBuffer>> buffers ABSL_GUARDED_BY(mutex);
};

// Made on first use and never destroyed: threads may end after static objects do.
Sink& TheSink() {
  static Sink* const kSink = new Sink;
  return *kSink;
}
Threads& TheThreads() {
  static Threads* const kThreads = new Threads;
  return *kThreads;
}

// What spans read without a lock.
std::atomic<int64_t> start_ns{0};
// A forked child inherits the file; it must not write into its parent's trace.
std::atomic<pid_t> trace_pid{0};

void Write(Sink& sink, std::string_view events) ABSL_EXCLUSIVE_LOCKS_REQUIRED(sink.mutex) {
  if (!events.empty()) events.remove_suffix(2);  // the ",\n" of the last one
  std::string chunk = events.empty() || !sink.has_events ? "" : ",\n";
  chunk.append(events);
  const size_t growth = chunk.size();
  chunk.append(kEnd);
  std::string_view rest = chunk;
  off_t at = sink.end;
  while (sink.status.ok() && !rest.empty()) {
    const ssize_t written = ::pwrite(sink.fd.get(), rest.data(), rest.size(), at);
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
      at += written;
    } else if (errno != EINTR) {
      sink.status = ErrnoStatus(errno, "write trace", sink.path);
    }
  }
  if (!sink.status.ok()) {
    // Back to the last complete state. If even that fails, the status already says what is wrong.
    [[maybe_unused]] const bool restored =
        ::ftruncate(sink.fd.get(), sink.end) == 0 &&
        ::pwrite(sink.fd.get(), kEnd.data(), kEnd.size(), sink.end) > 0;
    return;
  }
  sink.end += static_cast<off_t>(growth);
  sink.has_events = sink.has_events || !events.empty();
}

// Writes out what the buffer holds, unless it is of a trace that has ended.
void HandOver(ThreadBuffer& buffer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(buffer.mutex) {
  if (buffer.events.empty()) return;
  Sink& sink = TheSink();
  absl::MutexLock lock(&sink.mutex);
  if (sink.session == buffer.session && trace_pid.load(std::memory_order_relaxed) == ::getpid()) {
    Write(sink, buffer.events);
  }
  buffer.events.clear();
}

// The calling thread's buffer, registered while the thread lives.
class BufferOwner {
 public:
  BufferOwner() : buffer_(std::make_shared<ThreadBuffer>()) {
    char name[16] = "";
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    {
      absl::MutexLock lock(&buffer_->mutex);
      buffer_->thread_name = name;
    }
    Threads& threads = TheThreads();
    absl::MutexLock lock(&threads.mutex);
    threads.buffers.push_back(buffer_);
  }
  BufferOwner(const BufferOwner&) = delete;
  BufferOwner& operator=(const BufferOwner&) = delete;
  ~BufferOwner() {
    {
      absl::MutexLock lock(&buffer_->mutex);
      HandOver(*buffer_);
    }
    Threads& threads = TheThreads();
    absl::MutexLock lock(&threads.mutex);
    std::erase(threads.buffers, buffer_);
  }
  ThreadBuffer& buffer() { return *buffer_; }

 private:
  const std::shared_ptr<ThreadBuffer> buffer_;
};

ThreadBuffer& ThisThread() {
  thread_local BufferOwner owner;
  return owner.buffer();
}

void AppendThreadName(ThreadBuffer& buffer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(buffer.mutex) {
  absl::StrAppendFormat(&buffer.events,
                        R"({"name":"thread_name","ph":"M","pid":%d,"tid":%d,"args":{"name":)",
                        trace_pid.load(std::memory_order_relaxed), buffer.tid);
  AppendJsonString(buffer.events, buffer.thread_name);
  buffer.events.append("}},\n");
}

constexpr uint32_t kFirstLane = 1u << 23;

void Record(uint32_t session, const char* name, pid_t track, int64_t begin_ns, int64_t end_ns,
            const std::string& args) {
  ThreadBuffer& buffer = ThisThread();
  absl::MutexLock lock(&buffer.mutex);
  // Checked under the lock: StopTrace empties the buffer after it has cleared the session.
  if (trace_internal::session.load(std::memory_order_acquire) != session) return;
  if (buffer.session != session) {
    buffer.session = session;
    buffer.events.clear();
    AppendThreadName(buffer);
  }
  const auto append_us = [&](std::string_view key, int64_t ns) {
    absl::StrAppendFormat(&buffer.events, ",\"%s\":%d.%03d", ToAbsl(key), ns / 1000, ns % 1000);
  };
  buffer.events.append("{\"name\":");
  AppendJsonString(buffer.events, name);
  absl::StrAppendFormat(&buffer.events, R"(,"ph":"X","pid":%d,"tid":%d)",
                        trace_pid.load(std::memory_order_relaxed), track);
  // A span may have begun just before StartTrace took its time.
  append_us("ts", std::max<int64_t>(0, begin_ns - start_ns.load(std::memory_order_relaxed)));
  append_us("dur", end_ns - begin_ns);
  if (!args.empty()) buffer.events.append(",\"args\":{").append(args).push_back('}');
  buffer.events.append("},\n");
  if (buffer.events.size() >= kHandOverBytes) HandOver(buffer);
}

}  // namespace

absl::Status StartTrace(const std::string& path) {
  Sink& sink = TheSink();
  absl::MutexLock lock(&sink.mutex);
  if (sink.session != 0) {
    return absl::FailedPreconditionError(StrCat("a trace to ", sink.path, " is being taken"));
  }
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd.valid()) return ErrnoStatus(errno, "create trace", path);
  sink.fd = std::move(fd);
  sink.path = path;
  sink.status = absl::OkStatus();
  sink.has_events = false;
  sink.end = 0;
  static constexpr std::string_view kBegin = "[\n";
  if (::pwrite(sink.fd.get(), kBegin.data(), kBegin.size(), 0) !=
      static_cast<ssize_t>(kBegin.size())) {
    const absl::Status status = ErrnoStatus(errno != 0 ? errno : EIO, "write trace", path);
    sink.fd.Reset();
    return status;
  }
  sink.end = kBegin.size();
  Write(sink, {});
  if (!sink.status.ok()) {
    sink.fd.Reset();
    return sink.status;
  }
  sink.session = ++sink.last_session;
  start_ns.store(NowNs(), std::memory_order_relaxed);
  trace_pid.store(::getpid(), std::memory_order_relaxed);
  trace_internal::session.store(sink.session, std::memory_order_release);
  return absl::OkStatus();
}

absl::Status StopTrace() {
  if (trace_internal::session.exchange(0, std::memory_order_acq_rel) == 0) {
    return absl::FailedPreconditionError("no trace is being taken");
  }
  std::vector<std::shared_ptr<ThreadBuffer>> buffers;
  {
    Threads& threads = TheThreads();
    absl::MutexLock lock(&threads.mutex);
    buffers = threads.buffers;
  }
  for (const std::shared_ptr<ThreadBuffer>& buffer : buffers) {
    absl::MutexLock lock(&buffer->mutex);
    HandOver(*buffer);
  }
  Sink& sink = TheSink();
  absl::MutexLock lock(&sink.mutex);
  sink.session = 0;
  if (::close(sink.fd.Release()) != 0 && errno != EINTR && sink.status.ok()) {
    sink.status = ErrnoStatus(errno, "close trace", sink.path);
  }
  return sink.status;
}

void NameThisThread(std::string_view name) {
  ::pthread_setname_np(::pthread_self(), std::string(name.substr(0, 15)).c_str());
  ThreadBuffer& buffer = ThisThread();
  absl::MutexLock lock(&buffer.mutex);
  buffer.thread_name = name;
  if (buffer.session != 0) AppendThreadName(buffer);
}

void TraceSpan::Begin(const char* name) {
  name_ = name;
  begin_ns_ = NowNs();
}

void TraceSpan::AppendArg(const char* key, std::string_view value) {
  if (!args_.empty()) args_.push_back(',');
  AppendJsonString(args_, key);
  args_.push_back(':');
  AppendJsonString(args_, value);
}

void TraceSpan::AppendArg(const char* key, int64_t value) {
  if (!args_.empty()) args_.push_back(',');
  AppendJsonString(args_, key);
  absl::StrAppend(&args_, ":", value);
}

void TraceSpan::End() { Record(session_, name_, ThisThread().tid, begin_ns_, NowNs(), args_); }

void TraceLane(uint32_t lane, const char* name, double seconds, const char* key,
               std::string_view value) {
  const uint32_t session = trace_internal::session.load(std::memory_order_relaxed);
  if (session == 0) return;
  std::string args;
  AppendJsonString(args, key);
  args.push_back(':');
  AppendJsonString(args, value);
  const int64_t end_ns = NowNs();
  const auto length_ns = static_cast<int64_t>(seconds * 1e9);
  // Thread ids of the kernel are below this.
  Record(session, name, static_cast<pid_t>(kFirstLane + lane), end_ns - length_ns, end_ns, args);
}

}  // namespace astrolabe
