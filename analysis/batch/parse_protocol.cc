// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/parse_protocol.h"

#include "base/wire.h"

namespace astrolabe {
namespace {

template <typename T>
absl::StatusOr<T> Checked(const WireReader& reader, T message) {
  if (!reader.ok()) return absl::DataLossError("a message of a parsing process is damaged");
  return message;
}

}  // namespace

std::string_view ResultStatusName(ResultStatus status) {
  switch (status) {
    case ResultStatus::kOk:
      return "ok";
    case ResultStatus::kErrors:
      return "errors";
    case ResultStatus::kClosure:
      return "other files read";
    case ResultStatus::kMacroMisfit:
      return "a header would see other macros";
    case ResultStatus::kSpurious:
      return "name of a header not included";
    case ResultStatus::kChangedMacro:
      return "macro defined otherwise";
    case ResultStatus::kUnreadable:
      return "unreadable";
  }
  return "unknown";
}

bool MakesNode(JobKind kind) {
  return kind == JobKind::kZygote || kind == JobKind::kPreamble || kind == JobKind::kBase ||
         kind == JobKind::kWarm || kind == JobKind::kOpen || kind == JobKind::kPrefix ||
         kind == JobKind::kEnd;
}

std::string EncodeHello(const Hello& hello) {
  WireWriter out;
  out.String(hello.workspace_root);
  out.Number(hello.memory_limit);
  return std::move(out.bytes());
}

absl::StatusOr<Hello> DecodeHello(std::string_view bytes) {
  WireReader in(bytes);
  Hello hello;
  hello.workspace_root = in.String();
  hello.memory_limit = in.Number();
  return Checked(in, std::move(hello));
}

std::string EncodeJob(const Job& job) {
  WireWriter out;
  out.Number(job.number);
  out.Number(static_cast<uint64_t>(job.kind));
  out.String(job.file);
  out.String(job.directory);
  out.Strings(job.cc1);
  out.String(job.macros);
  out.Strings(job.headers);
  out.Number(job.command_digest);
  out.String(job.reason);
  out.Numbers(job.expected_closure);
  out.Strings(job.changed_macros);
  out.String(job.text);
  out.Number(job.preamble_size);
  out.Strings(job.unsaved);
  out.String(job.tidy);
  out.String(job.question);
  return std::move(out.bytes());
}

absl::StatusOr<Job> DecodeJob(std::string_view bytes) {
  WireReader in(bytes);
  Job job;
  job.number = static_cast<uint32_t>(in.Number());
  job.kind = static_cast<JobKind>(in.Number());
  job.file = in.String();
  job.directory = in.String();
  job.cc1 = in.Strings();
  job.macros = in.String();
  job.headers = in.Strings();
  job.command_digest = in.Number();
  job.reason = in.String();
  job.expected_closure = in.Numbers();
  job.changed_macros = in.Strings();
  job.text = in.String();
  job.preamble_size = in.Number();
  job.unsaved = in.Strings();
  job.tidy = in.String();
  job.question = in.String();
  return Checked(in, std::move(job));
}

std::string EncodeReady(const Ready& ready) {
  WireWriter out;
  out.Numbers(ready.bad_headers);
  out.Strings(ready.errors);
  out.Real(ready.seconds);
  out.Real(ready.cpu_seconds);
  out.Number(ready.resident_bytes);
  out.String(ready.payload);
  return std::move(out.bytes());
}

absl::StatusOr<Ready> DecodeReady(std::string_view bytes) {
  WireReader in(bytes);
  Ready ready;
  ready.bad_headers = in.Numbers();
  ready.errors = in.Strings();
  ready.seconds = in.Real();
  ready.cpu_seconds = in.Real();
  ready.resident_bytes = in.Number();
  ready.payload = in.String();
  return Checked(in, std::move(ready));
}

std::string EncodeEnded(const Ended& ended) {
  WireWriter out;
  out.Number(ended.job);
  out.Number(static_cast<uint64_t>(int64_t{ended.exit_code}));
  out.Number(static_cast<uint64_t>(int64_t{ended.signal}));
  out.Real(ended.cpu_seconds);
  return std::move(out.bytes());
}

absl::StatusOr<Ended> DecodeEnded(std::string_view bytes) {
  WireReader in(bytes);
  Ended ended;
  ended.job = static_cast<uint32_t>(in.Number());
  ended.exit_code = static_cast<int>(in.Number());
  ended.signal = static_cast<int>(in.Number());
  ended.cpu_seconds = in.Real();
  return Checked(in, ended);
}

std::string EncodeResult(const JobResult& result) {
  WireWriter out;
  out.Number(static_cast<uint64_t>(result.status));
  out.String(result.reason);
  out.Number(result.error_count);
  out.Strings(result.errors);
  out.Number(result.dropped_candidates);
  out.Real(result.parse_seconds);
  out.Real(result.collect_seconds);
  out.String(result.shard);
  return std::move(out.bytes());
}

absl::StatusOr<JobResult> DecodeResult(std::string_view bytes) {
  WireReader in(bytes);
  JobResult result;
  uint64_t status = in.Number();
  if (status > static_cast<uint64_t>(ResultStatus::kUnreadable)) {
    return absl::DataLossError("a result of a parsing process is damaged");
  }
  result.status = static_cast<ResultStatus>(status);
  result.reason = in.String();
  result.error_count = static_cast<uint32_t>(in.Number());
  result.errors = in.Strings();
  result.dropped_candidates = static_cast<uint32_t>(in.Number());
  result.parse_seconds = in.Real();
  result.collect_seconds = in.Real();
  result.shard = in.String();
  return Checked(in, std::move(result));
}

}  // namespace astrolabe
