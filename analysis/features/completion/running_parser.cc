// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/running_parser.h"

#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Parse/Parser.h"

namespace astrolabe {
namespace {

// The arguments of an explicit instantiation are exempt from access control ([temp.spec.general]), so that
// is where a private member can be named; the friend function hands it out.
template <typename Member, typename Member::Pointer kPointer>
struct Expose {
  friend typename Member::Pointer PointerTo(Member) { return kPointer; }
};

struct SkipFunctionBodies {
  using Pointer = bool clang::Parser::*;
  friend Pointer PointerTo(SkipFunctionBodies);
};
template struct Expose<SkipFunctionBodies, &clang::Parser::SkipFunctionBodies>;

struct PreferredType {
  using Pointer = clang::PreferredTypeBuilder clang::Parser::*;
  friend Pointer PointerTo(PreferredType);
};
template struct Expose<PreferredType, &clang::Parser::PreferredType>;

}  // namespace

void ExpectCompletion(clang::CompilerInstance& compiler) {
  // The parser is the one that makes itself this handler.
  auto* parser = static_cast<clang::Parser*>(compiler.getPreprocessor().getCodeCompletionHandler());
  if (parser == nullptr) return;
  parser->*PointerTo(SkipFunctionBodies()) = true;
  parser->*PointerTo(PreferredType()) =
      clang::PreferredTypeBuilder(&compiler.getASTContext(), /*Enabled=*/true);
}

}  // namespace astrolabe
