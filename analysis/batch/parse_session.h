// One run of Clang's front end in this process, up to the point where it forks or ends.
//
// The run's main buffer is either a file (a plain parse) or a list of #include lines of ours that ends
// in a pragma of ours (a zygote). The pragma's handler is the fork point: the preprocessor is between
// two tokens there, and a forked child goes on by entering another buffer on top. Whoever reaches the
// end of the parse delivers and exits: the AST is never destroyed, since that would touch, and so copy,
// every page of it (0.13 s against 0.007 s for a TU on top of a large zygote).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/batch/preprocessor_record.h"
#include "clang/Basic/SourceLocation.h"

namespace clang {
class CompilerInstance;
class Decl;
class DiagnosticConsumer;
class FunctionDecl;
}  // namespace clang

namespace astrolabe {

// Diagnostics of level error since the last Reset.
struct ErrorLog {
  uint32_t count = 0;
  std::vector<std::string> first;  // "path:line:column: text", a few
  std::vector<uint64_t>
      header_lines;  // of our buffer's #include lines that they came through, 0-based
};

// What the two moments in a run's life get to see. Valid until the process ends.
struct ParseState {
  clang::CompilerInstance* compiler = nullptr;
  PreprocessorRecord* record = nullptr;
  ErrorLog errors;
  // Top-level declarations since the epoch began.
  std::vector<const clang::Decl*> declarations;
  // Functions whose instantiation was asked for since the epoch began.
  std::vector<const clang::FunctionDecl*> instantiated;
  clang::DiagnosticConsumer* listener = nullptr;  // hears what the compiler says as well
  clang::FileID main_id;                          // of the unit
  clang::FileID preamble_id;                      // of an open file's preamble
  // Of a function whose body comes next, and may be skipped as far as Clang is concerned: whether it is. Asked if
  // there is a FrontEndRun::reader; null: none is skipped.
  std::function<bool(const clang::FunctionDecl&)> skips_body;
};

class ParseDelegate {
 public:
  virtual ~ParseDelegate() = default;
  // Before anything is read.
  virtual void AtStart(ParseState& /*state*/) {}
  // At the fork point, in the process that has parsed the headers. Returns in a forked child only,
  // which has called one of the functions below to say what to parse next.
  virtual void AtForkPoint(ParseState& state) = 0;
  // All is parsed. Does not return.
  [[noreturn]] virtual void AtEnd(ParseState& state) = 0;
};

// What to parse, and for whom.
struct FrontEndRun {
  std::vector<std::string> cc1;
  std::string file;                  // empty: a zygote's buffer of `headers`
  std::vector<std::string> headers;  // as written behind #include
  // Parsed instead of what is on disk: path and text. That of `file` is a preamble, and the fork point
  // comes behind it.
  std::vector<std::pair<std::string, std::string>> unsaved;
  // There is no fork point: the text of `file` is all of it.
  bool is_whole = false;
  // Takes the diagnostics besides ErrorLog, and there are warnings and typo correction. Then it is an open file, and
  // up to ContinueBehindPreamble, or of a whole file outside of it and of `unsaved`, function bodies are skipped but
  // for templates', which the file may instantiate: what is in the others it cannot see. May be null.
  clang::DiagnosticConsumer* reader = nullptr;
};

// Returns only if the front end could not even start, with the reason.
std::string RunFrontEnd(const FrontEndRun& run, ParseDelegate& delegate);

// In a forked child at the fork point: what comes next is an epoch of its own that begins with
// `macros` (#define and #undef lines) and goes on with ...
// ... a file. False if it can't be opened. `as_main`: Clang takes it for the main file, behind all that is parsed.
bool ContinueWithFile(ParseState& state, const std::string& file, const std::string& macros,
                      bool as_main = false);
// ... the preamble of an open file, and another fork point. `unsaved` are paths and texts, by turns, of files that
// are open too: those that this process has read already stay as they were.
void ContinueWithPreamble(ParseState& state, const std::string& file, const std::string& preamble,
                          const std::vector<std::string>& unsaved);

// ... the rest of the file whose preamble this process has parsed: `text` is all of it. Its preamble is not
// read again, and locations in the rest are as in `text`. state.preamble_id is where the preamble is.
void ContinueBehindPreamble(ParseState& state, const std::string& file, std::string text,
                            size_t preamble_size);

// ... a beginning of that file, and another fork point behind it.
void ContinueUpTo(ParseState& state, const std::string& file, const std::string& beginning,
                  size_t preamble_size);

// Whether the preprocessor has come across `name` in any file or directive so far.
bool HasSeenIdentifier(ParseState& state, const std::string& name);

}  // namespace astrolabe
