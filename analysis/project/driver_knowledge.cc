// Include directories and macros of other compilers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/driver_knowledge.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/TargetParser/Triple.h"

namespace astrolabe {
namespace {

// gcc and Clang each mark the folder of their own headers with one that the others lack.
bool HoldsCompilersOwnHeaders(const std::string& directory) {
  return IsRegularFile(directory + "/stdint-gcc.h") ||
         IsRegularFile(directory + "/__stddef_max_align_t.h") ||
         BaseName(directory) == "include-fixed";
}

// The names that Clang defines by itself for this invocation.
absl::flat_hash_set<std::string> Predefined(const clang::CompilerInvocation& invocation) {
  auto copy = std::make_shared<clang::CompilerInvocation>(invocation);
  copy->getPreprocessorOpts().Macros.clear();
  copy->getPreprocessorOpts().Includes.clear();
  copy->getPreprocessorOpts().MacroIncludes.clear();
  clang::IgnoringDiagConsumer ignore;
  clang::CompilerInstance instance(std::move(copy));
  instance.setVirtualFileSystem(llvm::vfs::createPhysicalFileSystem());
  instance.createDiagnostics(&ignore, /*ShouldOwnClient=*/false);
  absl::flat_hash_set<std::string> names;
  if (!instance.createTarget()) return names;
  instance.createFileManager();
  instance.createSourceManager();
  instance.createPreprocessor(clang::TU_Prefix);
  DriverKnowledge own;
  const std::string& text = instance.getPreprocessor().getPredefines();
  ParseMacroOutput(text, own);
  for (DriverKnowledge::Macro& macro : own.macros) names.insert(std::move(macro.name));
  return names;
}

bool IsAboutTheCompiler(std::string_view name) {
  static constexpr std::string_view kPrefixes[] = {"__GNUC",
                                                   "__GCC_",
                                                   "__GNUG",
                                                   "__VERSION__",
                                                   "__clang",
                                                   "__llvm",
                                                   "__STDC",
                                                   "__cpp_",
                                                   "__cplusplus",
                                                   "__has_",
                                                   "__FLT",
                                                   "__DBL",
                                                   "__LDBL",
                                                   "__DEC",
                                                   "__SIZEOF",
                                                   "__INT",
                                                   "__UINT",
                                                   "__OPTIMIZE",
                                                   "__SCHAR",
                                                   "__SHRT",
                                                   "__LONG",
                                                   "__SIZE",
                                                   "__PTRDIFF",
                                                   "__WCHAR",
                                                   "__WINT",
                                                   "__SIG",
                                                   "__ATOMIC",
                                                   "__FINITE",
                                                   "__FP_",
                                                   "__BIGGEST",
                                                   "__PRAGMA",
                                                   "__NO_INLINE",
                                                   "__CHAR16",
                                                   "__CHAR32",
                                                   "__EXCEPTIONS",
                                                   "__GXX",
                                                   "__DEPRECATED",
                                                   "__BFLT",
                                                   "__REGISTER",
                                                   "__USER_LABEL",
                                                   "__SANITIZE",
                                                   "__BITINT",
                                                   "__HAVE_SPECULATION",
                                                   "__CET__",
                                                   "__SSP",
                                                   "__tune_",
                                                   "__SEG_",
                                                   "_LP64",
                                                   "__strub",
                                                   "__OBJC",
                                                   "__FAST_MATH",
                                                   "__ORDER",
                                                   "__BYTE_ORDER",
                                                   "__FLOAT_WORD",
                                                   "__CHAR_BIT"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::vector<std::string> SearchArguments(const DriverKnowledge& knowledge,
                                         const std::string& resource_directory) {
  std::vector<std::string> arguments = {"-nostdinc", "-nostdinc++"};
  if (!knowledge.target.empty() &&
      llvm::Triple(knowledge.target).getArch() != llvm::Triple::UnknownArch) {
    arguments.push_back(StrCat("--target=", knowledge.target));
  }
  const auto add = [&arguments](const std::string& directory) {
    arguments.insert(arguments.end(), {"-Xclang", "-internal-isystem", "-Xclang", directory});
  };
  bool has_own = false;
  for (const std::string& directory : knowledge.include_directories) {
    if (!HoldsCompilersOwnHeaders(directory)) {
      add(directory);
    } else if (!has_own) {
      add(resource_directory + "/include");
      has_own = true;
    }
  }
  if (!has_own) add(resource_directory + "/include");
  return arguments;
}

void AddMissingMacros(const DriverKnowledge& knowledge, clang::CompilerInvocation& invocation) {
  const absl::flat_hash_set<std::string> predefined = Predefined(invocation);
  if (predefined.empty()) return;
  std::vector<std::pair<std::string, bool>> macros;
  for (const DriverKnowledge::Macro& macro : knowledge.macros) {
    if (predefined.contains(macro.name) || IsAboutTheCompiler(macro.name)) continue;
    macros.emplace_back(StrCat(macro.name, "=", macro.value), false);
  }
  auto& all = invocation.getPreprocessorOpts().Macros;
  all.insert(all.begin(), macros.begin(), macros.end());
}

}  // namespace astrolabe
