// What the compiler has to say about an open file, in the form in which an editor shows it.
//
// The file is parsed in parts by a chain of forks (preamble, rest, end of the translation unit), and what
// is said in one part must be there in the next. So the collector keeps what it hears as plain memory and
// raw source locations, which mean the same in every fork, and turns them into places only when asked.
// What stands in a header reaches the user too if it is an error, at the #include that leads there; what
// an instantiation of a header's template says, at the code of the file that asked for it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/features/live_ast.h"
#include "clang/Basic/Diagnostic.h"

namespace astrolabe {

inline constexpr size_t kMaxDiagnostics = 500;

// One thread. Clang calls it while it parses; the DiagnosticsEngine may own it or not.
class DiagnosticCollector : public clang::DiagnosticConsumer {
 public:
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& diagnostic) override;

  // What a check of clang-tidy says; its notes come by HandleDiagnostic.
  void HandleCheck(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& diagnostic,
                   const std::string& check, bool is_error);

  // Forgets all that was said so far.
  void Reset();

  // All that was said since Reset, by place, kMaxDiagnostics at most, errors before warnings when it is
  // more. It stays there and can be asked for again, at any time: `ast` needs its text, files and context,
  // no declarations.
  std::vector<LiveDiagnostic> Take(const LiveAst& ast) const;

  struct Heard {
    unsigned id = 0;
    clang::DiagnosticsEngine::Level level = clang::DiagnosticsEngine::Ignored;
    bool is_promoted = false;  // a warning that -Werror made an error
    clang::SourceLocation location;
    std::string message;
    std::string check;  // of clang-tidy; empty: the compiler's
    std::vector<clang::CharSourceRange> ranges;
    std::vector<clang::FixItHint> fixes;
    std::vector<Heard> notes;
  };

 private:
  std::vector<Heard> heard_;
  bool takes_notes_ = false;  // whether a note now would belong to heard_.back()
};

}  // namespace astrolabe
