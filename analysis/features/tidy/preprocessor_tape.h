// What the preprocessor did in an open file, kept so that it can be told again.
//
// Checks that look at directives, macros and comments have to hear of them as they come. They are made only when the
// file is parsed, in a process that may die of them, and parsing the file once more for their sake would take as long
// as the parse that the user waits for. So the events of the file itself (not of its headers) are taped, some dozen
// bytes each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "clang/Basic/SourceLocation.h"

namespace clang {
class Preprocessor;
}  // namespace clang

namespace astrolabe {

// One thread. Owned by the preprocessor that it observes.
class PreprocessorTape {
 public:
  virtual ~PreprocessorTape() = default;
  // From now on `file` is the one whose events count; before, it is the main file.
  virtual void Follow(clang::FileID file) = 0;
  // Tells all of it to those observers of the preprocessor that have come since ForgetObservers. Of places in `part`, a
  // beginning of `whole` that was read as a file of its own, it says that they are in `whole`.
  virtual void Play(clang::FileID part, clang::FileID whole) = 0;
};

PreprocessorTape* InstallPreprocessorTape(clang::Preprocessor& preprocessor);

// Nobody hears of the preprocessor's events any more. What they were told stays.
void ForgetObservers(clang::Preprocessor& preprocessor);

}  // namespace astrolabe
