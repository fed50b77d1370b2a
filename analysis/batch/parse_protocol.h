// What the front and its parsing processes say to each other.
//
// Parsing processes form a tree. The root is this program started anew (`astrolabe --parse-server`),
// single-threaded, with nothing parsed. Any process of the tree that waits for work is a node and has
// a socket of its own to the front, over which it takes jobs; each job is a fork:
//
//   kPlain    (root)    parse one TU from its first line
//   kAudit    (root)    the same, but deliver the facts of its main file alone, whoever has claimed what
//   kZygote   (root)    become a node that has parsed a list of headers
//   kUnit     (zygote)  parse one TU on top of what is parsed already
//   kHeaders  (zygote)  deliver the facts of the headers that the node itself has parsed
//   kBase     (root)    become a node that has parsed headers which several open files share
//   kPreamble (root, base) become a node that has parsed the preamble of an open file
//   kWarm     (preamble) become a node that has also instantiated what the headers have left to the end
//   kOpen     (preamble) become a node that has parsed the rest of it, and tell its diagnostics
//   kRead     (open)    answer a question about the open file in the node itself, without a fork: 1 ms instead
//                       of 17. A node that crashes or hangs with it is replaced, and the question put by kAsk
//   kAsk      (open)    answer a question about the open file in a child, which may spoil the AST
//   kEnd      (open)    become a node that has instantiated all of it, and tell all diagnostics; its kAsk is for
//                       clang-tidy
//   kBody     (preamble) parse the rest of it, or of its function bodies one alone, and tell its diagnostics
//   kWhole    (root)    parse a file from its first line, it and others with texts that they are to have, and tell its
//                       diagnostics
//   kText     (root)    answer a question about an open file that its text alone decides: formatting
//   kPrefix   (preamble) become a node that has parsed the file up to a declaration, function bodies left out
//   kComplete (preamble, prefix) answer a question that needs a parse up to a place: completion, signatures
//
// A job's result comes in a memory file that the front hands over with it; that it has ended, and how,
// its parent reports. Messages are frames (base/frame.h), their payloads as in base/wire.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/frame.h"

namespace astrolabe {

// Of frames.
enum class MessageType : uint32_t {
  // Front to node.
  kHello = 1,
  kJob = 2,
  kKill = 3,  // payload: the job's number
  // Node to front.
  kReady = 10,
  kEnded = 11,
};

// First message to the root; its descriptor is the claim table's.
struct Hello {
  std::string workspace_root;
  uint64_t memory_limit = 0;  // bytes that a job may allocate on top of its parent
};

enum class JobKind : uint32_t {
  kPlain,
  kAudit,
  kZygote,
  kUnit,
  kHeaders,
  kBase,
  kPreamble,
  kWarm,
  kOpen,
  kRead,
  kAsk,
  kBody,
  kText,
  kComplete,
  kPrefix,
  kEnd,
  kWhole,
};

// Whether a job of this kind becomes a node.
bool MakesNode(JobKind kind);

// Its descriptors are [result, log] memory files, and for those that become nodes instead of the result
// the new node's socket.
struct Job {
  uint32_t number = 0;  // not 0
  JobKind kind = JobKind::kPlain;
  std::string file;              // kPlain, kUnit: absolute
  std::string directory;         // kPlain, kZygote: to work in
  std::vector<std::string> cc1;  // kPlain, kZygote
  // #define and #undef lines by which the job differs from its parent; kUnit.
  std::string macros;
  std::vector<std::string> headers;  // kZygote, kBase: as written behind #include
  uint64_t command_digest = 0;       // kPlain, kUnit
  std::string reason;                // kPlain: why it is not on a zygote
  // kUnit: XXH3 of the path of every file that the unit is known to include, ascending.
  std::vector<uint64_t> expected_closure;
  // kUnit: names whose definition differs from the parent's. Had the parent come across one
  // of them, what it parsed is not what the unit would have.
  std::vector<std::string> changed_macros;
  // kPreamble: the preamble; kPrefix: a beginning of the file; kWhole: all of it; kOpen, kBody, kText, kComplete: the whole text of it, of which so
  // many bytes the node has parsed.
  std::string text;
  uint64_t preamble_size = 0;
  std::vector<std::string>
      unsaved;  // kPreamble, kWhole: paths and texts of other open files, by turns
  // kPlain, kZygote, kUnit, kHeaders: run clang-tidy instead of collecting facts (analysis/features/tidy/
  // unit_tidy.h); encoded.
  std::string tidy;
  std::string question;  // kRead, kAsk, kBody, kText, kComplete: encoded (analysis/live/answers.h)
};

// A zygote has parsed its headers and waits.
struct Ready {
  // Indices of headers that brought an error: the node must not be used, but started again without.
  std::vector<uint64_t> bad_headers;
  std::vector<std::string> errors;  // the first few, as text
  double seconds = 0;               // since the job began
  double cpu_seconds = 0;           // of the processor
  uint64_t resident_bytes = 0;
  std::string
      payload;  // kPreamble, kOpen, kEnd: what it has to say, encoded (analysis/live/answers.h)
};

struct Ended {
  uint32_t job = 0;
  int exit_code = -1;  // -1: a signal ended it
  int signal = 0;
  double cpu_seconds = 0;
};

enum class ResultStatus : uint32_t {
  kOk = 0,
  // Only a zygote's child: the unit has to be parsed plainly.
  kErrors = 1,        // it has errors; whether they are its own, the plain parse tells
  kClosure = 2,       // it did not read the files that it reads alone
  kMacroMisfit = 3,   // one of its headers, alone, would have found other macros defined
  kSpurious = 4,      // a name means something in a header that it does not include
  kChangedMacro = 5,  // a macro that differs was seen by the headers
  // Any child.
  kUnreadable = 6,  // the file or the command could not be used at all
};
std::string_view ResultStatusName(ResultStatus status);

struct JobResult {
  ResultStatus status = ResultStatus::kOk;
  std::string reason;  // one line; empty for kOk
  uint32_t error_count = 0;
  std::vector<std::string> errors;  // the first few, as "path:line:column: text"
  uint32_t dropped_candidates = 0;
  double parse_seconds = 0;
  double collect_seconds = 0;
  std::string
      shard;  // encoded; of kRead, kAsk, kBody, kText and kComplete the answer; empty unless kOk
};

// Exit codes of a job besides 0.
inline constexpr int kExitOutOfMemory = 42;
inline constexpr int kExitBadJob = 43;

std::string EncodeHello(const Hello& hello);
std::string EncodeJob(const Job& job);
std::string EncodeReady(const Ready& ready);
std::string EncodeEnded(const Ended& ended);
std::string EncodeResult(const JobResult& result);
absl::StatusOr<Hello> DecodeHello(std::string_view bytes);
absl::StatusOr<Job> DecodeJob(std::string_view bytes);
absl::StatusOr<Ready> DecodeReady(std::string_view bytes);
absl::StatusOr<Ended> DecodeEnded(std::string_view bytes);
absl::StatusOr<JobResult> DecodeResult(std::string_view bytes);

}  // namespace astrolabe
