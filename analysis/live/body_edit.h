// An edit inside the body of one function, and what it means for the diagnostics of the file.
//
// Most edits are of that sort, and nothing outside the body can tell: its text is the same, and what stands in a
// body is invisible elsewhere. So the first diagnostics after such an edit come from a parse that skips all bodies
// but this one, and for the rest of the file the diagnostics from before the edit still hold, moved to where
// their code is now. For RocksDB's db_impl.cc that is a third of the time of a whole parse. The whole parse
// follows and has the last word: what this overlooks (a body that declares a friend, an instantiation that two
// bodies share) is put right by it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/live/answers.h"

namespace astrolabe {

struct BodyEdit {
  FunctionSpan function;  // in the new text
  size_t index = 0;       // among the functions of the old one
  int64_t growth = 0;     // of the text, in bytes
  CodeRange old_range;    // of the function
  CodeRange new_range;
  // What stood at `old_end` and behind stands at `new_end` and behind.
  CodePlace old_end;
  CodePlace new_end;
};

// Nothing if more than one body differs, or anything outside of bodies, or a preprocessor directive.
std::optional<BodyEdit> FindBodyEdit(std::string_view old_text,
                                     const std::vector<FunctionSpan>& functions,
                                     std::string_view new_text);

// Whether a parse of the new text with that one body has found the function, and all others, where they should
// be. Otherwise the edit has opened or closed a brace. Of skipped bodies only where they are is compared.
bool HasSameFunctions(const BodyEdit& edit, const std::vector<FunctionSpan>& before,
                      const std::vector<FunctionSpan>& now);

// `before`: those of the old text; `now`: those of the parse with one body, of which only what is in the function
// counts. `path` is the file's.
std::vector<LiveDiagnostic> MergeDiagnostics(const BodyEdit& edit, const std::string& path,
                                             std::vector<LiveDiagnostic> before,
                                             std::vector<LiveDiagnostic> now);

}  // namespace astrolabe
