// The front's side of open files: texts in, diagnostics and answers out.
//
// Each open file has a node that has parsed its preamble, on a base of headers shared with others if there is one,
// and one that has parsed the newest text; both are
// replaced as the text changes, and may die at any moment without anybody else noticing (live_server.h).
// Everything here runs on one thread of its own; calls hand over and return at once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "analysis/live/answers.h"
#include "analysis/live/live_command.h"
#include "analysis/live/questions.h"
#include "base/archive.h"

namespace astrolabe {

struct LiveOptions {
  std::string program;  // our own binary
  std::string root;     // of the workspace
  absl::Duration parse_limit = absl::Seconds(60);
  absl::Duration question_limit = absl::Seconds(10);
  uint64_t memory_limit = uint64_t{3} << 30;  // bytes, of one process on top of its parent
  // Files whose ASTs are kept, and those whose preambles are; those asked about last. The others come back when they are
  // asked about, in tenths of a second where they share headers.
  size_t max_asts = 4;
  size_t max_preambles = 6;
  // How to compile a file. Called on the live thread; may take its time.
  std::function<absl::StatusOr<LiveCommand>(const std::string& path)> command;
  // The commands of units in the same folder as a file: with them it may share headers (bases.h). Called on a
  // thread of its own. May be null.
  std::function<std::vector<FrontEndCommand>(const std::string& path)> neighbours;
  // Diagnostics of one generation of a file's text. First those of the parse (`complete` false), then all.
  std::function<void(const std::string& path, uint64_t generation, bool complete,
                     std::vector<LiveDiagnostic> diagnostics)>
      on_diagnostics;
  // What clang-tidy is to do for a file. Called on the live thread; null: nothing.
  std::function<TidySettings(const std::string& path)> tidy;
  // What is said about a file's includes. Called on the live thread; null: nothing.
  std::function<IncludeHygieneOptions(const std::string& path)> includes;
  // What happens to a file, for people: "parsing preamble", "parsing", "idle". May be null.
  std::function<void(const std::string& path, std::string_view state)> on_state;
};

// Any thread. Callbacks come on the live thread and must not block.
class LiveFiles {
 public:
  explicit LiveFiles(LiveOptions options);
  // Fails all questions with Cancelled, ends all processes.
  ~LiveFiles();
  LiveFiles(const LiveFiles&) = delete;
  LiveFiles& operator=(const LiveFiles&) = delete;

  // The file is open and this is its text, newer than all before. `generation` grows.
  void Update(const std::string& path, std::string text, uint64_t generation);
  void Close(const std::string& path);
  // A file, open or not, has changed on disk: preambles that read it are parsed again.
  void FileChanged(const std::string& path);
  // What `tidy` or `includes` says, or what a .clang-tidy file does, may be another thing now.
  void TidyChanged();
  // Commands may be others now: all, or that of one file.
  void CommandsChanged();
  void CommandChanged(const std::string& path);

  // Asks about the newest text at the moment of the call, or a newer one. The answer is Encode(…Answer).
  // NotFound if the file is not open; Unavailable if its parse crashed, hung, or could not begin, with the
  // reason; Cancelled after Cancel.
  using Done = QuestionDone;
  QuestionId Ask(const std::string& path, Question question, Done done);
  void Cancel(QuestionId question);

  template <typename Answer>
  QuestionId AskFor(const std::string& path, Question question,
                    absl::AnyInvocable<void(absl::StatusOr<Answer>)> done) {
    return Ask(path, std::move(question),
               [done = std::move(done)](absl::StatusOr<std::string> bytes) mutable {
                 if (!bytes.ok()) return done(bytes.status());
                 done(Decode<Answer>(*bytes));
               });
  }

  // Bytes of memory of all parsing processes (summed PSS). Takes milliseconds.
  uint64_t MemoryBytes() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace astrolabe
