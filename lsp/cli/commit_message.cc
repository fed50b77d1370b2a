// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/commit_message.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/ai/chat_answer.h"
#include "analysis/ai/model_files.h"
#include "analysis/ai/model_process.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "base/whole_file.h"
#include "lsp/cli/command.h"

namespace astrolabe {
namespace {

constexpr absl::Duration kTimeForGit = absl::Seconds(30);
constexpr absl::Duration kTimeForModel = absl::Minutes(3);
constexpr uint32_t kTokensOfMessage = 256;
// Of the list that stays when the diff is cut.
constexpr size_t kMaxFiles = 30;

constexpr std::string_view kTask =
    "You write commit messages. The user gives you a diff, you answer with the message alone: a "
    "subject line of at most 72 characters in the imperative mood that says what the change does, "
    "and, where the diff needs explaining, an empty line and a few lines that say why. No "
    "Markdown, no quotes, nothing about yourself.";

absl::StatusOr<RunResult> RunGit(std::vector<std::string> argv) {
  RunOptions limits;
  limits.timeout = kTimeForGit;
  return RunSubprocess({.argv = std::move(argv), .directory = "", .environment = {}}, limits);
}

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

absl::StatusOr<std::string> StagedDiff() {
  absl::StatusOr<RunResult> result =
      RunGit({"git", "diff", "--cached", "--no-color", "--no-ext-diff"});
  if (!result.ok()) return result.status();
  if (result->timed_out) return absl::DeadlineExceededError("git diff --cached took too long");
  if (result->exit.ok()) return std::move(result->stdout_bytes);
  // Outside of a repository `git diff` is another command, which complains of --cached.
  const absl::StatusOr<RunResult> repository = RunGit({"git", "rev-parse", "--git-dir"});
  if (repository.ok() && !repository->timed_out && !repository->exit.ok()) {
    return absl::FailedPreconditionError(
        StrCat("git has no repository here (", FirstLine(repository->stderr_bytes),
               "): run it in the one with the change, or give a diff by --diff"));
  }
  return absl::FailedPreconditionError(
      StrCat("git diff --cached: ", FirstLine(result->stderr_bytes)));
}

absl::StatusOr<std::string> DiffOf(const std::string& source) {
  if (source.empty()) return StagedDiff();
  if (source == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::string diff = ReadWholeFile(source);
  if (diff.empty()) return absl::NotFoundError(StrCat("nothing to read in ", source));
  return diff;
}

// The files that it is about, one a line.
std::string FilesOf(std::string_view diff) {
  constexpr std::string_view kHead = "diff --git a/";
  std::string files;
  size_t count = 0;
  for (size_t at = 0; at < diff.size();) {
    const size_t end = std::min(diff.find('\n', at), diff.size());
    const std::string_view line = diff.substr(at, end - at);
    if (line.starts_with(kHead) && ++count <= kMaxFiles) {
      files += StrCat("\n", line.substr(kHead.size(), line.find(" b/") - kHead.size()));
    }
    at = end + 1;
  }
  if (count > kMaxFiles) files += StrCat("\nand ", count - kMaxFiles, " more");
  return files;
}

}  // namespace

int PrintCommitMessage(const CommitMessageOptions& options) {
  const absl::StatusOr<std::string> diff = DiffOf(options.diff);
  if (!diff.ok()) {
    Fail(diff.status());
    return kExitFailure;
  }
  if (diff->find_first_not_of(" \t\r\n") == std::string::npos) {
    std::fprintf(
        stderr, "astrolabe: %s\n",
        options.diff.empty()
            ? "nothing is staged: choose what to commit by `git add`, or give a diff by --diff"
            : "the diff is empty");
    return kExitNothingFound;
  }
  absl::StatusOr<std::string> model = ChooseChatModel(options.chat_model, "--chat-model");
  if (!model.ok()) {
    Fail(model.status());
    return kExitFailure;
  }
  ModelProcessOptions process;
  process.program = ParserProgram();
  process.setting.path = *std::move(model);
  process.setting.context = options.context;
  process.setting.threads = options.threads;
  ModelProcess chat(std::move(process));
  GenerationRequest request;
  request.document = "commit message";
  std::string task(kTask);
  if (const std::string files = FilesOf(*diff); !files.empty()) {
    task += StrCat("\n\nThe diff changes these files:", files);
  }
  request.messages = {{.role = "system", .text = std::move(task)},
                      {.role = "user", .text = *diff, .may_be_cut = true}};
  request.max_tokens = kTokensOfMessage;
  request.time_limit = kTimeForModel;
  const absl::StatusOr<Generation> answer = chat.GenerateNow(std::move(request), Interrupted());
  if (Interrupted()) return kExitInterrupted;
  if (!answer.ok()) {
    Fail(answer.status());
    return kExitFailure;
  }
  if (answer->cost.cut_bytes > 0) {
    std::fprintf(stderr,
                 "astrolabe: the model could not read the last %u of the diff's %zu bytes; "
                 "--context lets it read more\n",
                 answer->cost.cut_bytes, diff->size());
  }
  const Candidate& candidate = answer->candidates.front();
  if (candidate.end == GenerationEnd::kTime) {
    Fail(absl::DeadlineExceededError("the model took too long"));
    return kExitFailure;
  }
  const std::string message(FencedText(candidate.text));
  if (message.empty()) {
    std::fprintf(stderr, "astrolabe: the model wrote nothing\n");
    return kExitNothingFound;
  }
  if (candidate.end == GenerationEnd::kTokens) {
    std::fprintf(stderr, "astrolabe: the message ends after %u tokens, before the model was done\n",
                 candidate.tokens);
  }
  std::printf("%s\n", message.c_str());
  return kExitOk;
}

}  // namespace astrolabe
