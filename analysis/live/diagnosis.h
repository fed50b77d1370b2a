// What is said about an open file, in stages.
//
// An edit inside one function is diagnosed by itself, ahead of the file. The parse of the file comes next, then what the
// end of its translation unit instantiates, then clang-tidy, on a process that the end of the unit has left. Whatever
// becomes of a later stage, what the earlier ones have said stays.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/batch/parse_tree.h"
#include "analysis/live/answers.h"
#include "analysis/live/file_jobs.h"
#include "analysis/live/live_files.h"
#include "analysis/live/open_file.h"

namespace astrolabe {

// The live thread. Both are borrowed.
class Diagnosis {
 public:
  Diagnosis(FileJobs& jobs, const LiveOptions& options) : jobs_(jobs), options_(options) {}

  // The text can't be parsed: said where the user looks, until it changes.
  void SayRefused(const std::string& path, OpenFile& file, const std::string& why);
  // There is always more to come while the includes are old.
  void Publish(const std::string& path, OpenFile& file, bool complete);

  // What an edit inside one function has done, if the newest text is such an edit.
  void StartBodyIfNeeded(const std::string& path, OpenFile& file);
  // `payload` is of the process that has parsed all of the text of `file.ast`.
  void HandleParsed(const std::string& path, OpenFile& file, const std::string& payload);
  // What the AST of the newest text has not said yet.
  void Complete(const std::string& path, OpenFile& file);
  void StopBody(OpenFile& file);
  void StopCompleting(OpenFile& file);

  // Whether the node or job was one of these stages. `why` it has ended is for people.
  bool HandleReady(const std::string& path, OpenFile& file, const ParseEvent& event);
  bool HandleEnd(const std::string& path, OpenFile& file, const ParseEvent& event,
                 const std::string& why);

 private:
  void HandleBodyEnd(const std::string& path, OpenFile& file, const ParseEvent& event);
  void HandleCompletingEnd(const std::string& path, OpenFile& file, const ParseEvent& event,
                           const std::string& why);
  void StartTidy(const std::string& path, OpenFile& file);
  void HandleTidyEnd(const std::string& path, OpenFile& file, const ParseEvent& event,
                     const std::string& why);

  FileJobs& jobs_;
  const LiveOptions& options_;
};

}  // namespace astrolabe
