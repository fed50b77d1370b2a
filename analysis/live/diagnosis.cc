// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/diagnosis.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "base/log.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// For the diagnostics of one function; those of the whole file are on their way meanwhile.
constexpr absl::Duration kBodyLimit = absl::Seconds(2);
// For clang-tidy, which has a limit of its own of the processor's time (live_server.cc). That one tells which check it was,
// and on a busy machine is met only after minutes.
constexpr absl::Duration kTidyLimit = absl::Minutes(5);
constexpr size_t kMaxCrashedChecks = 3;

// The check of clang-tidy that a process was at when it died, from LLVM's note of what it did; empty: none is known.
std::string CheckInTrace(std::string_view where) {
  size_t begin = where.find('\'');
  if (!where.starts_with("ASTMatcher:") || begin == std::string_view::npos) return "";
  size_t end = where.find('\'', begin + 1);
  if (end == std::string_view::npos) return "";
  return std::string(where.substr(begin + 1, end - begin - 1));
}

LiveDiagnostic Notice(std::string message) {
  LiveDiagnostic diagnostic;
  diagnostic.message = std::move(message);
  diagnostic.code = "astrolabe";
  diagnostic.category = "Astrolabe";
  return diagnostic;
}

LiveDiagnostic InformationNotice(std::string message) {
  LiveDiagnostic diagnostic = Notice(std::move(message));
  diagnostic.level = DiagnosticLevel::kInformation;
  return diagnostic;
}

// The compiler's, and what it can't know: why a module is missing.
void Take(OpenFile& file, std::vector<LiveDiagnostic> diagnostics) {
  file.diagnostics = std::move(diagnostics);
  for (const std::string& problem : file.module_problems) {
    file.diagnostics.push_back(InformationNotice(problem));
  }
}

void Add(OpenFile& file, std::vector<LiveDiagnostic> more) {
  for (LiveDiagnostic& diagnostic : more) file.diagnostics.push_back(std::move(diagnostic));
  std::stable_sort(file.diagnostics.begin(), file.diagnostics.end(),
                   [](const LiveDiagnostic& a, const LiveDiagnostic& b) {
                     return a.range.begin < b.range.begin;
                   });
}

Job JobOf(JobKind kind, const std::string& path, Question question) {
  Job job;
  job.kind = kind;
  job.file = path;
  job.question = Encode(std::move(question));
  return job;
}

}  // namespace

void Diagnosis::SayRefused(const std::string& path, OpenFile& file, const std::string& why) {
  file.diagnostics = {
      Notice(StrCat("this file cannot be parsed: ", why,
                    "; it is tried again when its text or a header of it changes"))};
  Publish(path, file, /*complete=*/true);
}

void Diagnosis::Publish(const std::string& path, OpenFile& file, bool complete) {
  file.is_all_told = complete && !file.AwaitsIncludes();
  options_.on_diagnostics(path, file.generation, file.is_all_told, file.diagnostics);
}

// --- Of one function.

void Diagnosis::StartBodyIfNeeded(const std::string& path, OpenFile& file) {
  if (!file.preamble || !file.ast || !file.is_exact || file.is_evicted) return;
  if (file.body_generation == file.generation || file.ast->generation == file.generation) return;
  StopBody(file);
  file.body_generation = file.generation;
  std::optional<BodyEdit> edit = FindBodyEdit(file.ast->text, file.functions, file.text);
  if (!edit) return;
  file.body_edit = *edit;
  Question question;
  question.kind = QuestionKind::kBodyDiagnostics;
  question.function = edit->function;
  Job job = JobOf(JobKind::kBody, path, std::move(question));
  job.text = file.text;
  job.preamble_size = file.preamble_size;
  file.body_job = jobs_.Start(path, file.preamble->node, std::move(job), kBodyLimit);
}

void Diagnosis::StopBody(OpenFile& file) { jobs_.Kill(file.body_job); }

// Should it have come to nothing, the parse of the whole file tells soon.
void Diagnosis::HandleBodyEnd(const std::string& path, OpenFile& file, const ParseEvent& event) {
  file.body_job = 0;
  if (!event.delivered || file.body_generation != file.generation || !file.ast) return;
  absl::StatusOr<DiagnosticsAnswer> answer = Decode<DiagnosticsAnswer>(event.result.shard);
  bool is_known = file.diagnosed_generation >= file.generation;
  if (!answer.ok() || is_known ||
      !HasSameFunctions(file.body_edit, file.functions, answer->functions)) {
    return;
  }
  file.diagnosed_generation = file.generation;
  options_.on_diagnostics(
      path, file.generation, /*complete=*/false,
      MergeDiagnostics(file.body_edit, path, file.diagnostics, std::move(answer->diagnostics)));
}

// --- Of the file.

void Diagnosis::HandleParsed(const std::string& path, OpenFile& file, const std::string& payload) {
  absl::StatusOr<DiagnosticsAnswer> answer = Decode<DiagnosticsAnswer>(payload);
  if (!answer.ok() || !file.is_exact) return;
  Take(file, std::move(answer->diagnostics));
  file.functions = std::move(answer->functions);
  // Those of a text whose edited function was parsed by itself are out already, with what the end of the unit has to
  // say of the rest.
  if (file.diagnosed_generation >= file.ast->generation) return;
  file.diagnosed_generation = file.ast->generation;
  options_.on_diagnostics(path, file.ast->generation, /*complete=*/false, file.diagnostics);
}

void Diagnosis::Complete(const std::string& path, OpenFile& file) {
  StopCompleting(file);
  Question question;
  question.kind = QuestionKind::kAllDiagnostics;
  question.includes.unused = false;
  if (options_.includes != nullptr) question.includes = options_.includes(path);
  if (options_.tidy != nullptr && options_.tidy(path).is_on) {
    file.ended =
        jobs_.StartNode(path, file.ast->node, JobOf(JobKind::kEnd, path, std::move(question)),
                        file.ast->generation, options_.parse_limit);
    file.completing = file.ended->job;
    return;
  }
  file.completing = jobs_.Start(
      path, file.ast->node, JobOf(JobKind::kAsk, path, std::move(question)), options_.parse_limit);
}

void Diagnosis::StopCompleting(OpenFile& file) {
  jobs_.Kill(file.completing);
  jobs_.Kill(file.tidying);
  jobs_.Drop(file.ended);
}

void Diagnosis::HandleCompletingEnd(const std::string& path, OpenFile& file,
                                    const ParseEvent& event, const std::string& why) {
  file.completing = 0;
  if (!file.ast) return;
  if (event.delivered) {
    absl::StatusOr<DiagnosticsAnswer> answer = Decode<DiagnosticsAnswer>(event.result.shard);
    if (!answer.ok()) return;
    Take(file, std::move(answer->diagnostics));
  } else if (event.lost) {
    return;
  } else {
    LogWarning(path, ": diagnostics are not complete: ", why);
    file.diagnostics.push_back(InformationNotice(
        StrCat("what the end of the file instantiates could not be checked: ", why)));
  }
  if (file.ast->generation != file.generation) return;
  Publish(path, file, /*complete=*/true);
}

// --- clang-tidy, on what the compiler has left at the end of the unit.

bool Diagnosis::HandleReady(const std::string& path, OpenFile& file, const ParseEvent& event) {
  if (!file.ended || file.ended->node != event.node) return false;
  file.ended->ready = true;
  file.completing = 0;
  absl::StatusOr<DiagnosticsAnswer> answer = Decode<DiagnosticsAnswer>(event.ready.payload);
  if (answer.ok() && file.ast) {
    Take(file, std::move(answer->diagnostics));
    if (file.ast->generation == file.generation) Publish(path, file, /*complete=*/false);
  }
  StartTidy(path, file);
  return true;
}

void Diagnosis::StartTidy(const std::string& path, OpenFile& file) {
  Question question;
  question.kind = QuestionKind::kTidy;
  question.tidy = options_.tidy(path);
  question.tidy.without.insert(question.tidy.without.end(), file.crashed_checks.begin(),
                               file.crashed_checks.end());
  file.tidying = jobs_.Start(path, file.ended->node,
                             JobOf(JobKind::kAsk, path, std::move(question)), kTidyLimit);
}

// Whatever has become of it, the compiler's diagnostics stay. A check that was found out is left out from now on.
void Diagnosis::HandleTidyEnd(const std::string& path, OpenFile& file, const ParseEvent& event,
                              const std::string& why) {
  file.tidying = 0;
  if (!file.ast || !file.ended) return;
  bool is_lost = event.lost || event.killed;
  std::string check = is_lost ? "" : CheckInTrace(event.where);
  if (!event.delivered && !check.empty() && file.crashed_checks.size() < kMaxCrashedChecks) {
    LogWarning(path, ": clang-tidy's ", check, ": ", why);
    file.crashed_checks.push_back(check);
    return StartTidy(path, file);
  }
  jobs_.Drop(file.ended);
  if (event.delivered) {
    absl::StatusOr<DiagnosticsAnswer> answer = Decode<DiagnosticsAnswer>(event.result.shard);
    if (answer.ok()) Add(file, std::move(answer->diagnostics));
  } else if (!is_lost) {
    LogWarning(path, ": clang-tidy: ", why);
    file.diagnostics.push_back(InformationNotice(StrCat("clang-tidy's checks say nothing: ", why)));
  }
  for (const std::string& crashed : file.crashed_checks) {
    file.diagnostics.push_back(InformationNotice(StrCat(
        "clang-tidy's check ", crashed,
        " crashed on this file, or took too long, and is left out until it is opened again")));
  }
  if (file.ast->generation != file.generation) return;
  Publish(path, file, /*complete=*/true);
}

bool Diagnosis::HandleEnd(const std::string& path, OpenFile& file, const ParseEvent& event,
                          const std::string& why) {
  if (event.job == file.body_job) {
    HandleBodyEnd(path, file, event);
  } else if (event.job == file.tidying) {
    HandleTidyEnd(path, file, event, why);
  } else {
    if (file.ended && event.job == file.ended->job) jobs_.Forget(file.ended);
    if (event.job != file.completing) return false;
    HandleCompletingEnd(path, file, event, why);
  }
  return true;
}

}  // namespace astrolabe
