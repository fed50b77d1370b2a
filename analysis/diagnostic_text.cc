// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/diagnostic_text.h"

#include "base/strings.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallString.h"

namespace astrolabe {

std::string DiagnosticText(const clang::Diagnostic& diagnostic) {
  llvm::SmallString<256> text;
  diagnostic.FormatDiagnostic(text);
  const clang::SourceLocation location = diagnostic.getLocation();
  if (!location.isValid() || !diagnostic.hasSourceManager()) return std::string(text);
  const clang::PresumedLoc at = diagnostic.getSourceManager().getPresumedLoc(location);
  if (!at.isValid()) return std::string(text);
  return StrCat(at.getFilename(), ":", at.getLine(), ":", at.getColumn(), ": ", std::string(text));
}

}  // namespace astrolabe
