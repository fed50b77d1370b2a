// Running Clang's driver, and taking out of its answer what is not about the source's meaning.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/front_end_command.h"

#include <utility>
#include <vector>

#include "analysis/clang_version.h"
#include "analysis/project/driver_arguments.h"
#include "analysis/project/driver_knowledge.h"
#include "analysis/project/paths.h"
#include "analysis/project/resource_directory.h"
#include "base/refused_calls.h"
#include "base/strings.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/TargetInfo.h"
#include "clang/Driver/CreateInvocationFromArgs.h"
#include "clang/Driver/ToolChain.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/TargetParser/Host.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

// What the driver and the front end's option parser complain about, as notes.
class NoteTaker : public clang::DiagnosticConsumer {
 public:
  explicit NoteTaker(std::vector<std::string>& notes) : notes_(notes) {}
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& diagnostic) override {
    DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
    // Its warnings are about flags without effect.
    if (level < clang::DiagnosticsEngine::Error) return;
    llvm::SmallString<128> text;
    diagnostic.FormatDiagnostic(text);
    notes_.push_back(StrCat("Clang's driver: ", std::string_view(text.data(), text.size())));
  }

 private:
  std::vector<std::string>& notes_;
};

std::unique_ptr<clang::CompilerInvocation> RunDriver(const std::string& directory,
                                                     const std::vector<std::string>& command,
                                                     std::vector<std::string>& notes) {
  clang::DiagnosticOptions diagnostic_options;
  NoteTaker note_taker(notes);
  auto diagnostics = llvm::makeIntrusiveRefCnt<clang::DiagnosticsEngine>(
      clang::DiagnosticIDs::create(), diagnostic_options, &note_taker, /*ShouldOwnClient=*/false);
  // A file system with a working directory of its own: the process has only one.
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files = llvm::vfs::createPhysicalFileSystem();
  if (std::error_code error = files->setCurrentWorkingDirectory(directory)) {
    // Relative paths then lead nowhere, which is not the driver's concern yet.
    notes.push_back(StrCat("the directory ", directory, ": ", error.message()));
  }
  std::vector<const char*> argv;
  argv.reserve(command.size());
  for (const std::string& argument : command) argv.push_back(argument.c_str());
  clang::CreateInvocationOptions options;
  options.Diags = diagnostics;
  options.VFS = files;
  options.RecoverOnError = true;
  options.ProbePrecompiled = false;
  // Clang's driver does more than it is asked for: it writes what -MJ names, and for some targets it starts a program to
  // learn the processor (amdgpu-arch, which -B may place in the workspace). Such flags can be in a configuration file
  // (--config) and behind -Xarch_host too, so it is not flags alone that keep it from that.
  std::unique_ptr<clang::CompilerInvocation> invocation;
  RunConfined([&] { invocation = clang::createInvocation(argv, options); });
  return invocation;
}

// Leaves of an invocation what the meaning of the source depends on.
void KeepSemantics(clang::CompilerInvocation& invocation) {
  clang::FrontendOptions& front_end = invocation.getFrontendOpts();
  front_end.Inputs.clear();
  front_end.OutputFile.clear();
  front_end.ProgramAction = clang::frontend::ParseSyntaxOnly;
  front_end.ActionName.clear();
  front_end.PluginArgs.clear();
  front_end.AddPluginActions.clear();
  front_end.Plugins.clear();
  front_end.LLVMArgs.clear();
  front_end.MLIRArgs.clear();
  front_end.ModuleMapFiles.clear();
  front_end.ModuleFiles.clear();
  front_end.ModulesEmbedFiles.clear();
  front_end.ASTMergeFiles.clear();
  front_end.StatsFile.clear();
  front_end.TimeTracePath.clear();
  front_end.ModuleOutputPath.clear();
  front_end.DumpMinimizationHintsPath.clear();
  front_end.SymbolGraphOutputDir.clear();
  front_end.EmitSymbolGraph = false;
  front_end.CodeCompletionAt = clang::ParsedSourceLocation();
  front_end.OverrideRecordLayoutsFile.clear();
  front_end.DisableFree = false;
  front_end.ShowStats = false;
  front_end.SkipFunctionBodies = false;

  clang::CodeGenOptions& code = invocation.getCodeGenOpts();
  code.setDebugInfo(llvm::codegenoptions::NoDebugInfo);
  code.setDebuggerTuning(llvm::DebuggerKind::Default);
  code.DwarfVersion = 0;
  code.DebugCompilationDir.clear();
  code.CoverageCompilationDir.clear();
  code.CoverageDataFile.clear();
  code.CoverageNotesFile.clear();
  code.DebugPrefixMap.clear();
  code.CoveragePrefixMap.clear();
  code.DwarfDebugFlags.clear();
  code.RecordCommandLine.clear();
  code.MainFileName.clear();
  code.SplitDwarfFile.clear();
  code.SplitDwarfOutput.clear();
  code.OptRecordFile.clear();
  code.SaveTempsFilePrefix.clear();
  code.StackUsageOutput.clear();
  code.ThinLinkBitcodeFile.clear();
  code.AsSecureLogFile.clear();
  code.DIBugsReportFilePath.clear();
  code.TimePasses = false;
  code.PassPlugins.clear();
  code.CmdArgs.clear();

  clang::DiagnosticOptions& diagnostics = invocation.getDiagnosticOpts();
  const std::vector<std::string> warnings = std::move(diagnostics.Warnings);
  diagnostics = clang::DiagnosticOptions();
  diagnostics.Warnings = warnings;
  diagnostics.IgnoreWarnings = true;

  invocation.getDependencyOutputOpts() = clang::DependencyOutputOptions();
  invocation.getHeaderSearchOpts().ModuleCachePath.clear();
  invocation.getHeaderSearchOpts().ModuleUserBuildPath.clear();
  invocation.getPreprocessorOpts().ImplicitPCHInclude.clear();
}

// A CPU or feature that the target does not have would fail the parse as a whole.
void CheckTarget(clang::CompilerInvocation& invocation, std::vector<std::string>& notes) {
  clang::DiagnosticOptions diagnostic_options;
  std::vector<std::string> complaints;
  NoteTaker note_taker(complaints);
  clang::DiagnosticsEngine diagnostics(clang::DiagnosticIDs::create(), diagnostic_options,
                                       &note_taker, /*ShouldOwnClient=*/false);
  const auto exists = [&diagnostics](clang::TargetOptions options) {
    return llvm::IntrusiveRefCntPtr<clang::TargetInfo>(
               clang::TargetInfo::CreateTargetInfo(diagnostics, options)) != nullptr;
  };
  if (exists(invocation.getTargetOpts())) return;
  clang::TargetOptions& target = invocation.getTargetOpts();
  notes.push_back(StrCat("the target's CPU and features were dropped: ",
                         complaints.empty() ? "Clang does not have it" : complaints.front()));
  target.CPU.clear();
  target.TuneCPU.clear();
  target.ABI.clear();
  target.Features.clear();
  target.FeaturesAsWritten.clear();
  if (!exists(target)) {
    target.Triple = llvm::sys::getDefaultTargetTriple();
    notes.push_back(StrCat("the target was replaced by ", target.Triple));
  }
}

// The compiler by the folder that it really is in, as Clang's driver sees itself: it looks for headers
// beside it. The name stays, since it decides the language and the target.
std::string InstalledAs(const std::string& compiler) {
  std::string path = compiler;
  if (path.find('/') == std::string::npos) {
    llvm::ErrorOr<std::string> found = llvm::sys::findProgramByName(path);
    path = found ? *found : StrCat("/usr/bin/", path);
  }
  llvm::SmallString<256> real;
  if (llvm::sys::fs::real_path(path, real)) return path;
  return StrCat(ParentPath(std::string_view(real.data(), real.size())), "/", BaseName(path));
}

// The target that a cross compiler's name starts with: aarch64-linux-gnu-g++. Empty if none.
std::string TargetOfName(const std::string& compiler) {
  std::string prefix =
      clang::driver::ToolChain::getTargetAndModeFromProgramName(BaseName(compiler)).TargetPrefix;
  if (prefix.empty() || llvm::Triple(prefix).getArch() == llvm::Triple::UnknownArch) return "";
  return prefix;
}

// Gives the compiler's own include directories, which the driver spells by way of "..", their plain
// names where these are the same directories.
void NormaliseIncludeDirectories(clang::CompilerInvocation& invocation) {
  for (auto& entry : invocation.getHeaderSearchOpts().UserEntries) {
    if (!llvm::StringRef(entry.Path).starts_with("/")) continue;
    std::string normal = AbsolutePath("/", entry.Path);
    bool same = false;
    if (!llvm::sys::fs::equivalent(entry.Path, normal, same) && same) entry.Path = normal;
  }
}

uint64_t Digest(const std::string& directory, const std::vector<std::string>& cc1,
                const std::string& tool_version) {
  std::string bytes = StrCat(tool_version, std::string_view("\0", 1), ClangVersion(),
                             std::string_view("\0", 1), directory);
  for (const std::string& argument : cc1) {
    bytes += '\0';
    bytes += argument;
  }
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace

// What one set of flags gave. Filled once, under its mutex, while others wait for it.
struct FrontEndCommands::Slot {
  absl::Mutex mutex;
  bool done ABSL_GUARDED_BY(mutex) = false;
  absl::Status status ABSL_GUARDED_BY(mutex);
  SharedArguments cc1 ABSL_GUARDED_BY(mutex);
  std::vector<std::string> notes ABSL_GUARDED_BY(mutex);
  uint64_t digest ABSL_GUARDED_BY(mutex) = 0;

  // Null if nothing is known: Clang's own detection then has to do.
  std::shared_ptr<const DriverKnowledge> AskCompiler(const DriverArguments& driver,
                                                     const std::string& directory,
                                                     const FrontEndOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (options.query_drivers == nullptr) return nullptr;
    auto answer = options.query_drivers->Ask(directory, driver.compiler,
                                             LanguageSpecifier(driver.language), driver.arguments);
    if (answer.ok()) return *std::move(answer);
    // Not being allowed is the normal case.
    if (!absl::IsPermissionDenied(answer.status())) {
      notes.push_back(
          StrCat(ToStd(answer.status().message()), "; Clang's own include directories are used"));
    }
    return nullptr;
  }

  void Fill(const DriverArguments& driver, const std::string& directory,
            const FrontEndOptions& options) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    const std::shared_ptr<const DriverKnowledge> knowledge =
        AskCompiler(driver, directory, options);
    const auto command = [&](const std::vector<std::string>& arguments) {
      std::vector<std::string> all = {InstalledAs(driver.compiler)};
      const std::string target = TargetOfName(driver.compiler);
      // Before the arguments: one of theirs wins.
      if (!target.empty()) all.push_back(StrCat("--target=", target));
      if (knowledge != nullptr) {
        const std::vector<std::string> search =
            SearchArguments(*knowledge, options.resource_directory);
        all.insert(all.end(), search.begin(), search.end());
      }
      all.insert(all.end(), arguments.begin(), arguments.end());
      if (driver.language == SourceLanguage::kCuda || driver.language == SourceLanguage::kHip) {
        // One of the compilations that the driver would make of the file, and without the device's
        // bitcode, which only code generation needs.
        all.insert(all.end(), {"--offload-host-only", "-nogpulib", "--no-cuda-version-check"});
      }
      all.insert(all.end(), {StrCat("-resource-dir=", options.resource_directory), "-fsyntax-only",
                             "-x", std::string(LanguageSpecifier(driver.language)), "--", "input"});
      return all;
    };
    std::unique_ptr<clang::CompilerInvocation> invocation =
        RunDriver(directory, command(driver.arguments), notes);
    if (invocation == nullptr) {
      notes.emplace_back("only the flags of the preprocessor and the language were kept");
      invocation = RunDriver(directory, command(PreprocessorArguments(driver.arguments)), notes);
    }
    if (invocation == nullptr) {
      status = absl::InvalidArgumentError(
          StrCat("Clang's driver makes nothing of the flags (", notes.front(), ")"));
      return;
    }
    KeepSemantics(*invocation);
    NormaliseIncludeDirectories(*invocation);
    CheckTarget(*invocation, notes);
    if (knowledge != nullptr) AddMissingMacros(*knowledge, *invocation);
    cc1 = invocation->getCC1CommandLine();
    digest = Digest(directory, cc1, options.tool_version);
  }
};

FrontEndCommands::FrontEndCommands(FrontEndOptions options) : options_(std::move(options)) {}
FrontEndCommands::~FrontEndCommands() = default;

absl::StatusOr<std::unique_ptr<FrontEndCommands>> FrontEndCommands::Create(
    FrontEndOptions options) {
  absl::StatusOr<std::string> resources = FindResourceDirectory(options.resource_directory);
  if (!resources.ok()) return resources.status();
  options.resource_directory = *std::move(resources);
  return std::unique_ptr<FrontEndCommands>(new FrontEndCommands(std::move(options)));
}

absl::StatusOr<FrontEndCommand> FrontEndCommands::For(const CompileCommand& command) {
  absl::StatusOr<DriverArguments> driver = ReduceDriverArguments(command);
  if (!driver.ok()) return driver.status();
  std::string key = StrCat(command.directory, std::string_view("\0", 1), driver->compiler,
                           std::string_view("\0", 1), LanguageSpecifier(driver->language));
  for (const std::string& argument : driver->arguments) {
    key += '\0';
    key += argument;
  }
  std::shared_ptr<Slot> slot;
  {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<Slot>& place = slots_[key];
    if (place == nullptr) place = std::make_shared<Slot>();
    slot = place;
  }
  FrontEndCommand result;
  result.file = command.file;
  result.directory = command.directory;
  result.notes = std::move(driver->notes);
  absl::MutexLock lock(&slot->mutex);
  if (!slot->done) {
    slot->Fill(*driver, command.directory, options_);
    slot->done = true;
  }
  if (!slot->status.ok()) {
    return absl::InvalidArgumentError(StrCat(command.file, ": ", ToStd(slot->status.message())));
  }
  result.cc1 = slot->cc1;
  result.notes.insert(result.notes.end(), slot->notes.begin(), slot->notes.end());
  result.digest = slot->digest;
  return result;
}

size_t FrontEndCommands::driver_runs() const {
  absl::MutexLock lock(&mutex_);
  return slots_.size();
}

}  // namespace astrolabe
