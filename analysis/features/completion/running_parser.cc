// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/running_parser.h"

#include "analysis/private_member.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Parse/Parser.h"

namespace astrolabe {
namespace {

struct SkipFunctionBodies : PrivateMember<SkipFunctionBodies, bool clang::Parser::*> {};
struct PreferredType : PrivateMember<PreferredType, clang::PreferredTypeBuilder clang::Parser::*> {
};

}  // namespace

template struct Expose<SkipFunctionBodies, &clang::Parser::SkipFunctionBodies>;
template struct Expose<PreferredType, &clang::Parser::PreferredType>;

void ExpectCompletion(clang::CompilerInstance& compiler) {
  // The parser is the one that makes itself this handler.
  auto* parser = static_cast<clang::Parser*>(compiler.getPreprocessor().getCodeCompletionHandler());
  if (parser == nullptr) return;
  parser->*PointerTo(SkipFunctionBodies()) = true;
  parser->*PointerTo(PreferredType()) =
      clang::PreferredTypeBuilder(&compiler.getASTContext(), /*Enabled=*/true);
}

}  // namespace astrolabe
