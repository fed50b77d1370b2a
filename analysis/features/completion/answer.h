// Completion and signature help in a process that has parsed a file's preamble: what analysis/live calls.
//
// A forked child goes on with the running compiler, from within the pragma handler at the fork point:
//
//   completion = EnterCompletion(compiler, request);  // enters the rest of the file
//   …                                                 // return to the parser, which comes to the point
//   bytes = completion->Answer();                     // in EndSourceFileAction; or request.on_answer
//
// Nothing has to be prepared in the process that forks, and its ASTs are not touched by this. If its
// ASTConsumer overrides shouldSkipFunctionBody(), it should return SkipsBodies(preprocessor); the parser itself
// never skips the body with the point in it, nor one whose result the rest of the file depends on (constexpr,
// deduced return type). A header that is not there keeps Clang from entering any other, so the preamble should
// be parsed with DiagnosticsEngine::setFatalsAsError(true).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace clang {
class CompilerInstance;
class Preprocessor;
}  // namespace clang

namespace astrolabe {

struct CompletionRequest {
  std::string path;  // of the file, absolute; its folder is where "…" includes are looked up
  std::string text;  // all of the file as the user sees it
  uint32_t preamble_size = 0;  // bytes of it that the process has parsed
  uint32_t offset = 0;         // of the cursor, in bytes; clamped
  bool signature_help = false;
  size_t limit = 100;  // of options, 0: none; there being more makes the answer incomplete
  bool overloads_apart = false;  // one option for each overload
  // Called as soon as the answer is known, in the middle of parsing: a child may send it and _exit there.
  // It need not be set.
  std::function<void(const std::string& encoded)> on_answer;
};

class CompletionRun {
 public:
  virtual ~CompletionRun() = default;
  // Encode(CompletionAnswer) or Encode(SignatureAnswer); an empty answer if the parser never came to a
  // point where something can be completed.
  virtual std::string Answer() const = 0;
};

// Silences diagnostics and leaves function bodies out from here on, in a process that parses ahead of the point for
// children that complete. EnterCompletion does it for itself.
void PrepareForCompletion(clang::CompilerInstance& compiler);

// Sets the point and enters the part of the file behind the preamble; where the cursor is in the preamble,
// only its line. Diagnostics are silenced from here on. The result outlives the parse. Only in a process
// that is used for nothing else afterwards, once.
std::unique_ptr<CompletionRun> EnterCompletion(clang::CompilerInstance& compiler,
                                               CompletionRequest request);

// Whether completion has been entered: bodies are skipped from there on.
bool SkipsBodies(const clang::Preprocessor& preprocessor);

}  // namespace astrolabe
