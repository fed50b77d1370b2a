// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/diagnostic_names.h"

#include "clang/Basic/AllDiagnostics.h"

namespace astrolabe {

std::string_view DiagnosticName(unsigned id) {
  std::string_view name;
  switch (id) {
// Generated with Clang from its tables, one DIAG(name, …) a diagnostic.
#define DIAG(NAME, ...)   \
  case clang::diag::NAME: \
    name = #NAME;         \
    break;
#include "clang/Basic/DiagnosticASTKinds.inc"
#include "clang/Basic/DiagnosticAnalysisKinds.inc"
#include "clang/Basic/DiagnosticCommentKinds.inc"
#include "clang/Basic/DiagnosticCommonKinds.inc"
#include "clang/Basic/DiagnosticDriverKinds.inc"
#include "clang/Basic/DiagnosticFrontendKinds.inc"
#include "clang/Basic/DiagnosticLexKinds.inc"
#include "clang/Basic/DiagnosticParseKinds.inc"
#include "clang/Basic/DiagnosticSemaKinds.inc"
#include "clang/Basic/DiagnosticSerializationKinds.inc"
#undef DIAG
    default:
      break;
  }
  if (name.starts_with("err_")) name.remove_prefix(4);
  return name;
}

}  // namespace astrolabe
