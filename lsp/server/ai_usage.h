// What language models did, for `astrolabe ai status`: each server that has asked one keeps a small file of counts, which
// stays when the server has ended.
//
// $XDG_STATE_HOME/astrolabe/ai/TIME-PID.json (~/.local/state without that variable) is one object, rewritten with each answer;
// TIME-PID-chat.json the same of the model that chats:
//
//   version       2
//   pid, started_ticks  the server, and when it was started in the kernel's ticks since boot: another process may have its
//                 number by now
//   started       Unix time, seconds
//   root          its first workspace; may be empty
//   models        of each that is asked, the quickest first: path, name, bytes, pid (0: not running), offline; `record` and
//                 `processes` are numbers alone: ModelRecordCounts, ModelCounts
//   suggestions   numbers alone: SuggestionCounts
//   outcomes      OutcomeTable: numbers that are not 0, as "SURENESS/PLACE/taken" and ".../passed" (show_gate.h)
//
// Numbers only, of code nothing. What was learnt in all of them the next server begins with. A file that is no such object
// counts as none. After 30 days it is removed.
//
//   1  the first
//   2  several models
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "analysis/ai/model_process.h"
#include "analysis/ai/suggester.h"
#include "lsp/protocol/json.h"

namespace astrolabe::lsp {

// Empty if there is no place for it: no home.
std::string AiUsageFolder();

// This server's file. Any thread.
class AiUsageFile {
 public:
  // Removes what is too old; writes nothing yet.
  // `name`: of one of several models, at the end of the file's.
  AiUsageFile(const std::string& folder, std::string root, const std::string& name = "");

  // A disk that refuses loses the counts, and nothing else.
  // The models are the suggester's.
  void Write(const Suggester& suggester, const std::vector<std::unique_ptr<ModelProcess>>& models)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::string root_;
  std::string path_;  // empty: nowhere
  int64_t started_ = 0;
  absl::Mutex mutex_;
};

// Of all servers, the last one started first.
std::vector<Json> ReadAiUsage(const std::string& folder);

// Whether the server of such an object runs.
bool IsRunning(const Json& usage);

// What all of them have learnt.
OutcomeTable LearntIn(const std::vector<Json>& usage);

// Adds the numbers of `more` to those of `sum`; "most_…" is the larger of the two.
void AddNumbers(const Json& more, Json* sum);

}  // namespace astrolabe::lsp
