// Which driver options stay, by Clang's own option table.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/driver_arguments.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Options/Options.h"
#include "llvm/Option/ArgList.h"

namespace astrolabe {
namespace {

namespace options = clang::options;
using llvm::opt::Arg;

std::string_view View(llvm::StringRef text) { return {text.data(), text.size()}; }

bool StartsWithAny(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [text](std::string_view prefix) { return text.starts_with(prefix); });
}

// About the compiled C++20 modules of the project's build: ours are made from their sources (analysis/modules).
bool IsNamedModuleFlag(std::string_view text) {
  bool names_a_module = text.starts_with("-fmodule-file=") && text.find('=', 14) != text.npos;
  return names_a_module || StartsWithAny(text, {"-fmodule-output", "-fprebuilt-module-path",
                                                "-fmodules-ts", "-fmodule-mapper", "-fmodule-only",
                                                "-fmodules-reduced-bmi", "-fdeps-"});
}

// Needs module files or module maps of the project's build; without them each header is read as text.
bool IsModuleFlag(std::string_view spelling) {
  return StartsWithAny(
      spelling,
      {"-fmodule", "-fno-module", "-fcxx-modules", "-fno-cxx-modules", "-fimplicit-module",
       "-fno-implicit-module", "-fprebuilt-module", "-fno-prebuilt-", "-fbuiltin-module-map",
       "-fbuild-session", "-fvalidate-ast", "-fdisable-module-hash", "-fpch-", "-fno-pch-"});
}

// Would load code of the project into our process, or set options of LLVM's that are global to it.
bool IsPluginFlag(std::string_view spelling) {
  return StartsWithAny(spelling, {"-fplugin", "-fpass-plugin", "-load", "-plugin", "-add-plugin",
                                  "-mllvm", "-mmlir", "-analyzer-plugin"});
}

bool IsLauncher(std::string_view program) {
  const std::string_view name = BaseName(program);
  return name == "ccache" || name == "sccache" || name == "distcc" || name == "icecc" ||
         name == "gomacc" || name == "buildcache" || name == "fastbuild" || name == "env";
}

// Collects what stays, in order.
class Reducer {
 public:
  Reducer(const CompileCommand& command, DriverArguments& out) : command_(command), out_(out) {}

  void Run(std::span<const std::string> arguments) {
    std::vector<const char*> argv;
    argv.reserve(arguments.size());
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    unsigned missing_index = 0;
    unsigned missing_count = 0;
    llvm::opt::InputArgList parsed = clang::getDriverOptTable().ParseArgs(
        argv, missing_index, missing_count, llvm::opt::Visibility(options::ClangOption));
    if (missing_count > 0) {
      Note(argv[missing_index], "lacks its value and was dropped");
    }
    CollectIncludeDirectories(parsed);
    for (const Arg* argument : parsed) Take(*argument, parsed);
    TakeFrontEnd();
  }

 private:
  void Note(std::string_view argument, std::string_view what) {
    std::string note = StrCat("'", argument, "' ", what);
    if (noted_.insert(note).second) out_.notes.push_back(std::move(note));
  }

  void Keep(const Arg& argument, const llvm::opt::ArgList& all) {
    llvm::opt::ArgStringList rendered;
    argument.render(all, rendered);
    out_.arguments.insert(out_.arguments.end(), rendered.begin(), rendered.end());
  }

  void CollectIncludeDirectories(const llvm::opt::ArgList& all) {
    for (const Arg* argument :
         all.filtered(options::OPT_I, options::OPT_iquote, options::OPT_isystem)) {
      include_directories_.push_back(AbsolutePath(command_.directory, argument->getValue()));
    }
  }

  void Take(const Arg& argument, const llvm::opt::ArgList& all) {
    const llvm::opt::Option& option = argument.getOption();
    const std::string text = argument.getAsString(all);
    if (option.matches(options::OPT_INPUT)) return TakeInput(text);
    if (IsNamedModuleFlag(text)) return;
    if (option.matches(options::OPT_UNKNOWN)) {
      // Warnings are off anyhow.
      if (!StartsWithAny(text, {"-W", "-fdiagnostics-"})) {
        Note(text, "is not known to Clang and was dropped");
      }
      return;
    }
    const std::string_view spelling = View(argument.getSpelling());
    if (IsModuleFlag(spelling)) {
      return Note(text, "needs the project's own modules or precompiled headers and was dropped");
    }
    if (IsPluginFlag(spelling)) {
      return Note(text, "would load code or set process-wide options and was dropped");
    }
    if (option.matches(options::OPT_include_pch)) {
      return Note(text, "names the project's own precompiled header and was dropped");
    }
    if (option.matches(options::OPT_resource_dir)) {
      return Note(text, "names another compiler's own headers and was dropped");
    }
    if (option.hasFlag(options::Unsupported)) {
      return Note(text, "is not supported by Clang and was dropped");
    }
    // Before the groups below: -Wp, is in one of them.
    if (option.matches(options::OPT_Wp_COMMA)) return TakePreprocessor(argument, all);
    if (option.matches(options::OPT_Xpreprocessor)) return TakePreprocessor(argument, all);
    if (option.matches(options::OPT_Xclang)) {
      front_end_.emplace_back(argument.getValue());
      return;
    }
    if (option.matches(options::OPT_W_Group) || option.matches(options::OPT_W_value_Group)) {
      return TakeWarning(text);
    }
    if (IsAboutOutput(option)) return;
    if (option.matches(options::OPT_std_EQ) && !StandardFits(argument.getValue())) {
      return Note(text, "is not a standard of the file's language and was dropped");
    }
    if (option.matches(options::OPT_include) && !IncludeExists(argument.getValue())) {
      const std::string header = argument.getValue();
      if (PrecompiledExists(header)) {
        return Note(text,
                    "names a header of which only the precompiled form exists and was dropped");
      }
    }
    Keep(argument, all);
  }

  // gcc warns where Clang refuses.
  bool StandardFits(std::string_view standard) const {
    const bool c = out_.language == SourceLanguage::kC || out_.language == SourceLanguage::kObjC;
    return c == (standard.find("++") == standard.npos);
  }

  // Options that say nothing about what the source means.
  static bool IsAboutOutput(const llvm::opt::Option& option) {
    static constexpr options::ID kGroups[] = {
        options::OPT_Action_Group,
        options::OPT_M_Group,
        options::OPT_DebugInfo_Group,
        options::OPT_Link_Group,
        options::OPT_T_Group,
        options::OPT_u_Group,
        options::OPT_R_Group,
        options::OPT_R_value_Group,
        options::OPT_pedantic_Group,
        options::OPT_StaticAnalyzer_Group,
        options::OPT_clang_ignored_f_Group,
        options::OPT_clang_ignored_m_Group,
        options::OPT_clang_ignored_gcc_optimization_f_Group,
        options::OPT_clang_ignored_legacy_options_Group,
        options::OPT_internal_debug_Group,
        options::OPT_o,
        options::OPT_x,
        options::OPT_w,
        options::OPT_pipe,
        options::OPT_v,
        options::OPT__HASH_HASH_HASH,
        options::OPT_save_temps,
        options::OPT_save_temps_EQ,
        options::OPT_L,
        options::OPT_l,
        options::OPT_Wa_COMMA,
        options::OPT_Wl_COMMA,
        options::OPT_Xassembler,
        options::OPT_Xlinker,
        options::OPT_Xanalyzer,
        options::OPT_fuse_ld_EQ,
        options::OPT_rdynamic,
        options::OPT_shared,
        options::OPT_ftime_trace,
        options::OPT_ftime_trace_EQ,
        options::OPT_ftime_report,
        options::OPT_ffunction_sections,
        options::OPT_fno_function_sections,
        options::OPT_fdata_sections,
        options::OPT_fno_data_sections,
        options::OPT_ftest_coverage,
        options::OPT_fprofile_arcs,
        options::OPT_coverage,
        options::OPT_fcolor_diagnostics,
        options::OPT_fno_color_diagnostics,
        options::OPT_fdiagnostics_color_EQ,
        options::OPT_dumpdir,
    };
    return option.hasFlag(options::Ignored) ||
           std::any_of(std::begin(kGroups), std::end(kGroups),
                       [&option](options::ID id) { return option.matches(id); });
  }

  void TakeInput(std::string_view text) {
    if (text == command_.file || AbsolutePath(command_.directory, text) == command_.file) return;
    if (text.starts_with('@')) {
      if (text.ends_with(".modmap")) return;  // CMake's, of flags about compiled modules
      return Note(text, "is a response file that could not be read and was dropped");
    }
    Note(text, "is a further input and was dropped");
  }

  void TakePreprocessor(const Arg& argument, const llvm::opt::ArgList& all) {
    llvm::ArrayRef<const char*> values = argument.getValues();
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string_view value = values[i];
      if (StartsWithAny(value, {"-D", "-U", "-I"}) && value.size() > 2) {
        out_.arguments.emplace_back(value);
      } else if (value.starts_with("-M")) {
        // -Wp,-MMD,FILE: the file is its second value.
        if (i + 1 < values.size() && values[i + 1][0] != '-') ++i;
      } else if (!dependency_file_ && !value.starts_with('-')) {
        Note(argument.getAsString(all), "was not understood and was dropped");
      } else if (value.starts_with('-')) {
        Note(value, "for the preprocessor was not understood and was dropped");
      }
    }
    // -Xpreprocessor -MF -Xpreprocessor FILE: one value each.
    dependency_file_ = values.size() == 1 && std::string_view(values[0]).starts_with("-M");
  }

  // Warnings are not shown, so only those count that turn what is an error by default into none
  // (-Wno-narrowing), and what takes that back.
  void TakeWarning(const std::string& text) {
    std::string_view name = text;
    if (!name.starts_with("-W")) return;
    name.remove_prefix(2);
    const bool off = name.starts_with("no-");
    if (off) name.remove_prefix(3);
    if (name.starts_with("error=")) name.remove_prefix(6);
    if (off ? HasDefaultError(name) : softened_.contains(std::string(name))) {
      if (off) softened_.insert(std::string(name));
      out_.arguments.push_back(text);
    }
  }

  static bool HasDefaultError(std::string_view group) {
    static const clang::DiagnosticIDs& ids = *new clang::DiagnosticIDs();
    llvm::SmallVector<clang::diag::kind, 16> kinds;
    if (ids.getDiagnosticsInGroup(clang::diag::Flavor::WarningOrError, {group.data(), group.size()},
                                  kinds)) {
      return false;
    }
    return std::any_of(kinds.begin(), kinds.end(),
                       [](clang::diag::kind kind) { return ids.isDefaultMappingAsError(kind); });
  }

  bool IncludeExists(const std::string& header) const { return Exists(header, {""}); }
  bool PrecompiledExists(const std::string& header) const {
    return Exists(header, {".gch", ".pch"});
  }
  bool Exists(const std::string& header, std::initializer_list<std::string_view> suffixes) const {
    for (const std::string_view suffix : suffixes) {
      const auto is_there = [&](const std::string& directory) {
        const std::string path = AbsolutePath(directory, header + std::string(suffix));
        return IsRegularFile(path) || (!suffix.empty() && IsDirectory(path));
      };
      if (is_there(command_.directory) ||
          std::any_of(include_directories_.begin(), include_directories_.end(), is_there)) {
        return true;
      }
    }
    return false;
  }

  // What -Xclang hands to the front end.
  void TakeFrontEnd() {
    if (front_end_.empty()) return;
    std::vector<const char*> argv;
    for (const std::string& argument : front_end_) argv.push_back(argument.c_str());
    unsigned missing_index = 0;
    unsigned missing_count = 0;
    llvm::opt::InputArgList parsed = clang::getDriverOptTable().ParseArgs(
        argv, missing_index, missing_count, llvm::opt::Visibility(options::CC1Option));
    if (missing_count > 0) Note(argv[missing_index], "lacks its value and was dropped");
    for (const Arg* argument : parsed) {
      const llvm::opt::Option& option = argument->getOption();
      const std::string text = argument->getAsString(parsed);
      const std::string_view spelling = View(argument->getSpelling());
      if (option.matches(options::OPT_INPUT) || option.matches(options::OPT_UNKNOWN)) {
        Note(StrCat("-Xclang ", text), "is not known to Clang and was dropped");
      } else if (IsModuleFlag(spelling) || option.matches(options::OPT_include_pch)) {
        Note(StrCat("-Xclang ", text),
             "needs the project's own modules or precompiled headers and was dropped");
      } else if (IsPluginFlag(spelling)) {
        Note(StrCat("-Xclang ", text),
             "would load code or set process-wide options and was dropped");
      } else if (option.matches(options::OPT_resource_dir) || IsAboutOutput(option) ||
                 option.matches(options::OPT_W_Group)) {
        continue;
      } else {
        llvm::opt::ArgStringList rendered;
        argument->render(parsed, rendered);
        for (const char* piece : rendered) {
          out_.arguments.emplace_back("-Xclang");
          out_.arguments.emplace_back(piece);
        }
      }
    }
  }

  const CompileCommand& command_;
  DriverArguments& out_;
  std::vector<std::string> include_directories_;
  std::vector<std::string> front_end_;  // values of -Xclang
  bool dependency_file_ = false;        // the last -Xpreprocessor was -M…
  absl::flat_hash_set<std::string> softened_;
  absl::flat_hash_set<std::string> noted_;
};

}  // namespace

absl::StatusOr<DriverArguments> ReduceDriverArguments(const CompileCommand& command) {
  std::span<const std::string> arguments = command.arguments;
  while (arguments.size() > 1 && IsLauncher(arguments[0]) && !arguments[1].starts_with('-')) {
    const bool is_env = BaseName(arguments[0]) == "env";
    arguments = arguments.subspan(1);
    while (is_env && arguments.size() > 1 && arguments[0].find('=') != std::string::npos) {
      arguments = arguments.subspan(1);
    }
  }
  if (arguments.empty()) {
    return absl::InvalidArgumentError(StrCat(command.file, ": its compile command is empty"));
  }
  DriverArguments out;
  out.compiler = arguments[0];
  if (out.compiler.find('/') != std::string::npos) {
    out.compiler = AbsolutePath(command.directory, out.compiler);
  }
  // As the driver would: its input is spelled as in the arguments.
  std::string_view spelled = command.file;
  for (const std::string& argument : arguments.subspan(1)) {
    if (!argument.starts_with('-') && AbsolutePath(command.directory, argument) == command.file) {
      spelled = argument;
      break;
    }
  }
  out.language = LanguageOfCommand(arguments, spelled).language;
  if (out.language == SourceLanguage::kNone) {
    return absl::InvalidArgumentError(
        StrCat(command.file, ": not a C, C++, Objective-C, CUDA or HIP file by its name or -x"));
  }
  Reducer(command, out).Run(arguments.subspan(1));
  return out;
}

std::vector<std::string> PreprocessorArguments(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv;
  argv.reserve(arguments.size());
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  unsigned missing_index = 0;
  unsigned missing_count = 0;
  llvm::opt::InputArgList parsed = clang::getDriverOptTable().ParseArgs(
      argv, missing_index, missing_count, llvm::opt::Visibility(options::ClangOption));
  std::vector<std::string> kept;
  for (const Arg* argument : parsed) {
    const llvm::opt::Option& option = argument->getOption();
    if (option.matches(options::OPT_Preprocessor_Group) ||
        option.matches(options::OPT_IncludePath_Group) ||
        option.matches(options::OPT_clang_i_Group) || option.matches(options::OPT_std_EQ) ||
        option.matches(options::OPT_pthread)) {
      llvm::opt::ArgStringList rendered;
      argument->render(parsed, rendered);
      kept.insert(kept.end(), rendered.begin(), rendered.end());
    }
  }
  return kept;
}

}  // namespace astrolabe
