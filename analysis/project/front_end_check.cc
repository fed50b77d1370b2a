// The check.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/front_end_check.h"

#include <string>
#include <vector>

#include "base/strings.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/TargetInfo.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/TextDiagnosticBuffer.h"

namespace astrolabe {

absl::Status CheckFrontEndCommand(const FrontEndCommand& command) {
  clang::DiagnosticOptions options;
  clang::TextDiagnosticBuffer buffer;
  clang::DiagnosticsEngine diagnostics(clang::DiagnosticIDs::create(), options, &buffer,
                                       /*ShouldOwnClient=*/false);
  std::vector<const char*> argv;
  for (const std::string& argument : command.cc1) argv.push_back(argument.c_str());
  clang::CompilerInvocation invocation;
  bool good = clang::CompilerInvocation::CreateFromArgs(invocation, argv, diagnostics);
  if (good) {
    const llvm::IntrusiveRefCntPtr<clang::TargetInfo> target(
        clang::TargetInfo::CreateTargetInfo(diagnostics, invocation.getTargetOpts()));
    good = target != nullptr;
  }
  if (!good || buffer.getNumErrors() > 0) {
    return absl::InvalidArgumentError(
        StrCat(command.file, ": Clang does not take its front-end arguments: ",
               buffer.err_begin() == buffer.err_end() ? "" : buffer.err_begin()->second));
  }
  return absl::OkStatus();
}

}  // namespace astrolabe
