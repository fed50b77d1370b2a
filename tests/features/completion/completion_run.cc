// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/features/completion/completion_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "analysis/features/completion/answer.h"
#include "base/archive.h"
#include "base/strings.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclGroup.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/TargetInfo.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/Pragma.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

constexpr char kPragma[] = "astrolabe_test_point";

struct Drive {
  CompletionRequest request;
  std::unique_ptr<CompletionRun> run;
  std::string answer;
  bool has_parsed_other_body = false;
};

class Pragma : public clang::PragmaHandler {
 public:
  Pragma(Drive& drive, clang::CompilerInstance& compiler)
      : PragmaHandler(kPragma), drive_(drive), compiler_(compiler) {}

  void HandlePragma(clang::Preprocessor& preprocessor, clang::PragmaIntroducer,
                    clang::Token&) override {
    clang::Token token;
    do {
      preprocessor.LexUnexpandedToken(token);
    } while (token.isNot(clang::tok::eod));
    drive_.run = EnterCompletion(compiler_, drive_.request);
  }

 private:
  Drive& drive_;
  clang::CompilerInstance& compiler_;
};

class Consumer : public clang::ASTConsumer {
 public:
  Consumer(Drive& drive, clang::Preprocessor& preprocessor)
      : drive_(drive), preprocessor_(preprocessor) {}
  bool shouldSkipFunctionBody(clang::Decl*) override { return SkipsBodies(preprocessor_); }
  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    for (const clang::Decl* declaration : group) {
      const auto* function = llvm::dyn_cast<clang::FunctionDecl>(declaration);
      if (function != nullptr && function->getNameAsString() == "other" &&
          function->getBody() != nullptr && preprocessor_.isCodeCompletionEnabled()) {
        drive_.has_parsed_other_body = true;
      }
    }
    return true;
  }

 private:
  Drive& drive_;
  clang::Preprocessor& preprocessor_;
};

class Action : public clang::ASTFrontendAction {
 public:
  explicit Action(Drive& drive) : drive_(drive) {}

 protected:
  bool BeginInvocation(clang::CompilerInstance& compiler) override {
    compiler.getLangOpts().CommentOpts.ParseAllComments = true;
    return true;
  }
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler,
                                                        llvm::StringRef) override {
    compiler.getDiagnostics().setFatalsAsError(true);
    compiler.getPreprocessor().AddPragmaHandler(new Pragma(drive_, compiler));
    return std::make_unique<Consumer>(drive_, compiler.getPreprocessor());
  }
  clang::TranslationUnitKind getTranslationUnitKind() override { return clang::TU_Prefix; }
  void EndSourceFileAction() override {
    if (drive_.run != nullptr) drive_.answer = drive_.run->Answer();
  }

 private:
  Drive& drive_;
};

// Up to behind the last #include: a conditional may be open behind it.
uint32_t PreambleSize(const std::string& text) {
  clang::LangOptions language;
  language.CPlusPlus = true;
  std::string preamble = text.substr(0, clang::Lexer::ComputePreamble(text, language).Size);
  size_t include = preamble.rfind("#include");
  if (include == std::string::npos) return 0;
  return static_cast<uint32_t>(std::min(preamble.find('\n', include), preamble.size()));
}

uint32_t OffsetOf(const std::string& text, CodePlace place) {
  size_t offset = 0;
  for (uint32_t line = 0; line < place.line; ++line) offset = text.find('\n', offset) + 1;
  return static_cast<uint32_t>(offset + place.column);
}

template <typename Answer>
Answer Run(std::string_view marked, const CompletionSetup& setup, bool signature_help) {
  MarkedSource source(marked);
  const std::string& text = source.text();
  std::string path = StrCat("/test/", setup.name);
  std::optional<std::string> delivered;
  Drive drive;
  drive.request = {.path = path,
                   .text = text,
                   .preamble_size = PreambleSize(text),
                   .offset = OffsetOf(text, source.Point()),
                   .signature_help = signature_help,
                   .limit = setup.limit,
                   .on_answer = [&](const std::string& encoded) {
                     EXPECT_FALSE(delivered.has_value()) << "two answers";
                     delivered = encoded;
                   }};
  std::vector<std::string> command = {"clang", "-fsyntax-only", "-working-directory=/test",
                                      "-resource-dir=/usr/lib/llvm-22/lib/clang/22"};
  command.insert(command.end(), setup.flags.begin(), setup.flags.end());
  command.push_back(path);
  auto memory = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  auto overlay =
      llvm::makeIntrusiveRefCnt<llvm::vfs::OverlayFileSystem>(llvm::vfs::getRealFileSystem());
  overlay->pushOverlay(memory);
  auto add = [&](const std::string& file, const std::string& content) {
    memory->addFile(file, 0, llvm::MemoryBuffer::getMemBufferCopy(content, file));
  };
  add(path, StrCat(text.substr(0, drive.request.preamble_size), "\n;\n#pragma ", kPragma, "\n"));
  for (const auto& [file, content] : setup.files) add(StrCat("/test/", file), content);
  auto files = llvm::makeIntrusiveRefCnt<clang::FileManager>(clang::FileSystemOptions(), overlay);
  clang::tooling::ToolInvocation invocation(command, std::make_unique<Action>(drive), files.get());
  clang::IgnoringDiagConsumer quiet;
  invocation.setDiagnosticConsumer(&quiet);
  invocation.run();
  if (delivered.has_value()) {
    EXPECT_EQ(*delivered, drive.answer);
  }
  if (setup.has_parsed_other_body != nullptr) {
    *setup.has_parsed_other_body = drive.has_parsed_other_body;
  }
  absl::StatusOr<Answer> answer = Decode<Answer>(drive.answer);
  if (!answer.ok()) {
    ADD_FAILURE() << answer.status();
    return {};
  }
  return *std::move(answer);
}

}  // namespace

CompletionAnswer Complete(std::string_view marked, const CompletionSetup& setup) {
  return Run<CompletionAnswer>(marked, setup, /*signature_help=*/false);
}

SignatureAnswer SignatureHelp(std::string_view marked, const CompletionSetup& setup) {
  return Run<SignatureAnswer>(marked, setup, /*signature_help=*/true);
}

}  // namespace astrolabe
