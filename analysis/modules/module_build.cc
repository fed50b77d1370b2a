// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/modules/module_build.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <utility>

#include "analysis/batch/parse_node.h"
#include "analysis/diagnostic_text.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "base/wire.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Serialization/ASTWriter.h"
#include "llvm/Support/VirtualFileSystem.h"

namespace astrolabe {
namespace {

constexpr size_t kErrorsKept = 5;
constexpr absl::Duration kCancelInterval = absl::Milliseconds(50);
constexpr rlim_t kMemoryLimit = rlim_t{4} << 30;  // bytes, on top of the program itself

class ErrorKeeper : public clang::DiagnosticConsumer {
 public:
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& diagnostic) override {
    DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
    if (level < clang::DiagnosticsEngine::Error || errors.size() >= kErrorsKept) return;
    errors.push_back(DiagnosticText(diagnostic));
  }

  std::vector<std::string> errors;
};

// Of a module with errors Clang's own writes nothing.
class InterfaceWriter : public clang::CXX20ModulesGenerator {
 public:
  explicit InterfaceWriter(clang::CompilerInstance& compiler)
      : CXX20ModulesGenerator(compiler.getPreprocessor(), compiler.getModuleCache(),
                              compiler.getFrontendOpts().OutputFile, compiler.getCodeGenOpts(),
                              /*GeneratingReducedBMI=*/true, /*AllowASTWithErrors=*/true) {}
};

// Takes down what was read before the compiler forgets it.
class Compile : public clang::GenerateModuleInterfaceAction {
 public:
  explicit Compile(std::string directory) : directory_(std::move(directory)) {}

  void EndSourceFileAction() override {
    const clang::SourceManager& sources = getCompilerInstance().getSourceManager();
    for (auto file = sources.fileinfo_begin(); file != sources.fileinfo_end(); ++file) {
      llvm::StringRef name = file->first.getName();
      inputs.insert(AbsolutePath(directory_, {name.data(), name.size()}));
    }
    GenerateModuleInterfaceAction::EndSourceFileAction();
  }
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler,
                                                        llvm::StringRef) override {
    return std::make_unique<InterfaceWriter>(compiler);
  }

  std::set<std::string> inputs;

 private:
  const std::string directory_;
};

BuiltModule CompileInterface(const ModuleBuild& build) {
  BuiltModule built;
  ErrorKeeper keeper;
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files = llvm::vfs::getRealFileSystem();
  clang::DiagnosticOptions options;
  auto diagnostics = clang::CompilerInstance::createDiagnostics(*files, options, &keeper,
                                                                /*ShouldOwnClient=*/false);
  std::vector<const char*> arguments;
  for (const std::string& argument : build.cc1) arguments.push_back(argument.c_str());
  auto invocation = std::make_shared<clang::CompilerInvocation>();
  if (!clang::CompilerInvocation::CreateFromArgs(*invocation, arguments, *diagnostics)) {
    built.errors = std::move(keeper.errors);
    return built;
  }
  keeper.errors.clear();
  clang::FrontendOptions& front_end = invocation->getFrontendOpts();
  front_end.Inputs = {{build.file, clang::InputKind(clang::Language::CXX)}};
  front_end.OutputFile = build.output;
  front_end.ProgramAction = clang::frontend::GenerateReducedModuleInterface;
  front_end.AllowPCMWithCompilerErrors = true;
  front_end.DisableFree = true;
  // As RunFrontEnd has it for those who import.
  invocation->getLangOpts().CommentOpts.ParseAllComments = true;
  invocation->getDiagnosticOpts().IgnoreWarnings = true;
  clang::CompilerInstance compiler(invocation);
  compiler.createVirtualFileSystem(files, &keeper);
  compiler.createDiagnostics(&keeper, /*ShouldOwnClient=*/false);
  compiler.getDiagnostics().setFatalsAsError(true);
  compiler.createFileManager();
  compiler.createSourceManager();
  Compile action(build.directory);
  compiler.ExecuteAction(action);
  built.inputs.assign(action.inputs.begin(), action.inputs.end());
  built.errors = std::move(keeper.errors);
  return built;
}

// All that a process says, to the end of its output.
absl::StatusOr<std::string> ReadAnswer(Subprocess& process, absl::Time deadline,
                                       const std::atomic<bool>* cancelled) {
  std::string answer;
  char buffer[1 << 12];
  for (;;) {
    const absl::Time next = std::min(deadline, absl::Now() + kCancelInterval);
    absl::StatusOr<size_t> size = process.Read(Subprocess::Stream::kStdout, buffer, next);
    if (size.ok() && *size == 0) return answer;
    if (size.ok()) {
      answer.append(buffer, *size);
    } else if (!absl::IsDeadlineExceeded(size.status()) || absl::Now() >= deadline) {
      return size.status();
    }
    if (cancelled != nullptr && *cancelled) return absl::CancelledError("cancelled");
  }
}

std::string ReadStandardInput() {
  std::string bytes;
  char buffer[1 << 16];
  for (size_t size; (size = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
    bytes.append(buffer, size);
  }
  return bytes;
}

}  // namespace

absl::StatusOr<BuiltModule> BuildModule(const std::string& program, const ModuleBuild& build,
                                        absl::Duration limit, const std::atomic<bool>* cancelled) {
  WireWriter request;
  request.String(build.file);
  request.String(build.directory);
  request.Strings(build.cc1);
  request.String(build.output);
  absl::StatusOr<std::unique_ptr<Subprocess>> process = Subprocess::Start(
      {.argv = {program, kModuleBuildArgument}, .directory = "/", .environment = {}},
      StderrMode::kDiscard);
  if (!process.ok()) return process.status();
  const absl::Time deadline = absl::Now() + limit;
  // Should it not take all, its end says why.
  (*process)->Write(request.bytes(), deadline).IgnoreError();
  (*process)->CloseStdin();
  absl::StatusOr<std::string> answer = ReadAnswer(**process, deadline, cancelled);
  if (absl::IsDeadlineExceeded(answer.status())) {
    return absl::AbortedError(StrCat("stopped after ", absl::FormatDuration(limit)));
  }
  if (!answer.ok()) return answer.status();
  absl::StatusOr<ExitStatus> exit = (*process)->Wait(deadline);
  if (!exit.ok()) return exit.status();
  if (exit->signal != 0) {
    return absl::AbortedError(StrCat("the compiler ended with ", exit->ToString()));
  }
  WireReader reader(*answer);
  BuiltModule built;
  built.inputs = reader.Strings();
  built.errors = reader.Strings();
  if (!reader.ok()) return absl::AbortedError(exit->ToString());
  if (::access(build.output.c_str(), R_OK) != 0) {
    return absl::InvalidArgumentError(built.errors.empty() ? "nothing was written"
                                                           : built.errors.front());
  }
  return built;
}

int RunModuleBuild() {
  rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  rlimit memory;
  memory.rlim_cur = memory.rlim_max = ProcessBytes(/*resident=*/false) + kMemoryLimit;
  setrlimit(RLIMIT_AS, &memory);
  const std::string bytes = ReadStandardInput();
  WireReader reader(bytes);
  ModuleBuild build;
  build.file = reader.String();
  build.directory = reader.String();
  build.cc1 = reader.Strings();
  build.output = reader.String();
  if (!reader.ok()) return 2;
  // Relative paths of the command then lead where the project means.
  if (::chdir(build.directory.c_str()) != 0) build.directory = "/";
  const BuiltModule built = CompileInterface(build);
  WireWriter answer;
  answer.Strings(built.inputs);
  answer.Strings(built.errors);
  std::fwrite(answer.bytes().data(), 1, answer.bytes().size(), stdout);
  std::fflush(stdout);
  std::_Exit(0);  // what Clang holds is the system's to take back
}

}  // namespace astrolabe
