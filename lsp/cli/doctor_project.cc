// How the workspace is compiled: what `astrolabe doctor` says of the database and of configuration files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "analysis/batch/project_commands.h"
#include "analysis/features/tidy/tidy_speed.h"
#include "analysis/project/driver_arguments.h"
#include "analysis/project/include_folders.h"
#include "analysis/project/paths.h"
#include "analysis/project/query_driver.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "base/whole_file.h"
#include "index/include_line.h"
#include "index/indexer.h"
#include "index/lexer.h"
#include "index/walk.h"
#include "lsp/cli/doctor.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

constexpr size_t kExamples = 5;
// Of so many files #include lines are read: a second's work.
constexpr size_t kMaxFilesRead = 20'000;
// So many of a workspace's sources may lack an entry without reproach: tests of other platforms, examples.
constexpr double kUsualShareWithoutEntry = 0.1;

constexpr char kHowToMakeDatabase[] =
    "let your build system write one: CMake with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, Meson by "
    "itself, make with "
    "`bear -- make`; then put it (or a link to it) into the workspace or its build folder, or name "
    "its folder by "
    "--compile-commands-dir";

void AddExample(std::vector<std::string>& examples, std::string example) {
  if (examples.size() < kExamples) examples.push_back(std::move(example));
}

// "1 source file", "12 source files".
std::string Counted(uint64_t count, std::string_view what) {
  return StrCat(WithThousands(count), " ", what, count == 1 ? "" : "s");
}

// Sources of the workspace that are compiled for themselves, relative to its root.
std::vector<std::string> UnitsOf(const SemanticOptions& options) {
  std::vector<std::string> units;
  WalkOptions walk;
  walk.root = options.root;
  walk.leave_out = IndexPathInside({.root = options.root, .index_dir = options.index_dir});
  absl::StatusOr<WalkResult> result = Walk(walk);
  if (!result.ok()) return units;
  for (const WalkEntry& entry : result->entries) {
    if (entry.is_source && IsSourceFile(entry.path)) units.emplace_back(entry.path);
  }
  return units;
}

void CheckConfiguration(const SemanticOptions& options, const std::vector<std::string>& units,
                        Findings& findings) {
  ConfigOptions config_options;
  config_options.enabled = options.use_config;
  config_options.user_file = UserConfigPath();
  config_options.check_speed = WeakestFilterOf;
  config_options.max_age = absl::InfiniteDuration();
  std::vector<std::string> errors;
  std::vector<std::string> others;
  config_options.on_read = [&](const ConfigFile& file, bool) {
    for (const ConfigProblem& problem : file.problems) {
      (problem.level == DiagnosticLevel::kError ? errors : others)
          .push_back(DescribeProblem(file, problem));
    }
  };
  ConfigProvider provider(std::move(config_options));
  provider.For(options.root + "/");
  // Every folder's own file, each once.
  std::set<std::string_view> folders;
  for (const std::string& unit : units) {
    if (folders.insert(ParentPath(unit)).second) provider.For(StrCat(options.root, "/", unit));
  }
  if (!errors.empty() || !others.empty()) {
    std::vector<std::string> all = errors;
    all.insert(all.end(), others.begin(), others.end());
    const size_t count = all.size();
    all.resize(std::min(all.size(), kExamples));
    findings.push_back(
        {errors.empty() ? FindingLevel::kNote : FindingLevel::kProblem, "config",
         StrCat("There ", count == 1 ? "is " : "are ", Counted(count, "mistake"),
                " in configuration files (.clangd); what is wrong there has no effect."),
         "correct the lines named here; `astrolabe config FILE` shows what counts for a file",
         all});
    return;
  }
  findings.push_back(
      {FindingLevel::kFine, "config", "Configuration files have no mistakes.", "", {}});
}

// What of its entries cannot be used. False if none is left.
bool CheckEntries(const CompilationDatabase& database, Findings& findings) {
  const CompilationDatabase::Counters& counters = database.counters();
  if (counters.entries == 0) {
    findings.push_back(
        {FindingLevel::kProblem,
         "database-empty",
         StrCat(database.path(), " lists no file at all."),
         StrCat("configure or build the project again and look whether the file fills; ",
                kHowToMakeDatabase),
         {}});
    return false;
  }
  auto notes_about = [&](std::string_view words) {
    std::vector<std::string> examples;
    for (const std::string& note : database.notes()) {
      if (note.find(words) != note.npos) AddExample(examples, note);
    }
    return examples;
  };
  auto complain = [&](size_t count, const char* check, const char* one, const char* many,
                      const char* words, const char* advice) {
    if (count == 0) return;
    findings.push_back({FindingLevel::kProblem, check,
                        StrCat("Of the database's ", WithThousands(counters.entries), " entries, ",
                               WithThousands(count), " ", count == 1 ? one : many),
                        advice, notes_about(words)});
  };
  complain(counters.missing_file, "stale-entries", "names a file that is not there.",
           "name files that are not there.", "the file is not there",
           "if they were deleted or renamed, configure the project again; if the build generates "
           "them, build once");
  complain(counters.missing_directory, "stale-entries",
           "names a folder to compile in that is not there, and is left out.",
           "name a folder to compile in that is not there, and are left out.", "its directory",
           "the database is from another place or an old build: configure the project again here");
  complain(counters.malformed, "malformed-entries", "cannot be understood, and is left out.",
           "cannot be understood, and are left out.", "malformed",
           "have the database written again by the build system");
  complain(counters.missing_response_files, "response-files",
           "names a response file (@file) that is not there; its flags are missing.",
           "name response files (@file) that are not there; their flags are missing.",
           "response file", "build once, so that the build system writes them");
  return counters.used > 0;
}

// Which sources a build has made for itself: CMake's CMakeCXXCompilerId.cpp, Meson's sanitycheckcpp.cc.
class MadeByBuild {
 public:
  explicit MadeByBuild(std::string root) : root_(std::move(root)) {}

  // `folder` is relative to the root. The root may be configured in place: it is no such folder itself.
  bool Holds(std::string_view folder) {
    if (folder.empty() || folder == "/") return false;
    const auto [at, is_new] = known_.try_emplace(std::string(folder));
    if (!is_new) return at->second;
    const std::string_view name = BaseName(folder);
    bool is_made = name == "CMakeFiles" || name == "meson-private" ||
                   IsBuildFolder(StrCat(root_, "/", folder));
    if (!is_made) {
      const size_t slash = folder.rfind('/');
      is_made = slash != folder.npos && Holds(folder.substr(0, slash));
    }
    return known_[std::string(folder)] = is_made;
  }

 private:
  static bool IsBuildFolder(const std::string& folder) {
    return IsRegularFile(StrCat(folder, "/CMakeCache.txt")) ||
           IsRegularFile(StrCat(folder, "/build.ninja")) ||
           IsDirectory(StrCat(folder, "/meson-info"));
  }

  const std::string root_;
  std::map<std::string, bool, std::less<>> known_;
};

void CheckSourcesWithoutEntry(const SemanticOptions& options, const CompilationDatabase& database,
                              const std::vector<std::string>& units, Findings& findings) {
  std::vector<std::string> examples;
  size_t without = 0;
  size_t made = 0;
  MadeByBuild made_by_build(options.root);
  for (const std::string& unit : units) {
    if (database.Find(StrCat(options.root, "/", unit))) continue;
    if (const size_t slash = unit.rfind('/');
        slash != unit.npos && made_by_build.Holds(unit.substr(0, slash))) {
      ++made;
      continue;
    }
    ++without;
    AddExample(examples, unit);
  }
  if (without == 0) {
    findings.push_back({FindingLevel::kFine,
                        "entries",
                        StrCat("All ", Counted(units.size() - made, "source file"),
                               " of the workspace have an entry."),
                        "",
                        {}});
    return;
  }
  const bool is_usual = static_cast<double>(without) <
                        kUsualShareWithoutEntry * static_cast<double>(units.size() - made);
  findings.push_back(
      {is_usual ? FindingLevel::kNote : FindingLevel::kProblem, "sources-without-entry",
       StrCat(without, " of ", Counted(units.size() - made, "source file"),
              " are not in the compilation database: their flags are guessed from similar files, "
              "and they are not in the semantic index."),
       "if they belong to the build, switch on what builds them (tests, examples) and configure "
       "again",
       examples});
}

// What is the matter with a compiler; empty if nothing is.
std::string TroubleWith(const std::string& compiler, const std::string& directory,
                        const std::string& root) {
  const std::string path = FindProgram(directory, compiler);
  if (!IsRegularFile(path)) return "it is not there";
  if (access(path.c_str(), X_OK) != 0) return "it may not be run";
  // Whoever wrote the workspace is not to choose what runs here.
  if (IsWithin(root, path)) return "";
  const absl::StatusOr<RunResult> run =
      RunSubprocess({.argv = {path, "--version"}}, {.timeout = absl::Seconds(10)});
  if (!run.ok()) return std::string(ToStd(run.status().message()));
  if (run->timed_out) return "it did not answer `--version` in 10 seconds";
  if (!run->exit.ok()) return StrCat("`--version` ended with ", run->exit.ToString());
  return "";
}

void CheckCompilers(const SemanticOptions& options, const CompilationDatabase& database,
                    Findings& findings) {
  std::map<std::string, std::pair<std::string, size_t>>
      compilers;  // to the directory of the first, and entries
  for (size_t i = 0; i < database.size(); ++i) {
    const CompileCommand command = database.at(i);
    const absl::StatusOr<DriverArguments> reduced = ReduceDriverArguments(command);
    if (!reduced.ok() || reduced->compiler.empty()) continue;
    ++compilers.try_emplace(reduced->compiler, command.directory, 0).first->second.second;
  }
  std::vector<std::string> examples;
  for (const auto& [compiler, use] : compilers) {
    const std::string trouble = TroubleWith(compiler, use.first, options.root);
    if (trouble.empty()) continue;
    AddExample(examples, StrCat(compiler, " (", Counted(use.second, "file"), "): ", trouble));
  }
  if (examples.empty()) {
    findings.push_back({FindingLevel::kFine,
                        "compiler",
                        StrCat(Counted(compilers.size(), "compiler"), " of the database answered."),
                        "",
                        {}});
    return;
  }
  findings.push_back({FindingLevel::kProblem, "compiler",
                      "A compiler that the database names does not answer; the headers that come "
                      "with it may not be found.",
                      "install it, or configure the project again with a compiler that is there",
                      examples});
}

// The #include lines of files that a build cannot do without, against the folders in which it would look.
class HeaderSearch {
 public:
  HeaderSearch(const SemanticOptions& options, Project& project)
      : options_(options), project_(project) {}

  void Run(const CompilationDatabase& database) {
    for (size_t i = 0; i < database.size() && read_.size() < kMaxFilesRead; ++i) {
      absl::StatusOr<CompileCommand> command = project_.configured->CommandFor(database.FileAt(i));
      if (!command.ok()) continue;
      const absl::StatusOr<FrontEndCommand> front_end = project_.front_end->For(*command);
      if (!front_end.ok()) continue;
      Visit(front_end->file, IncludeFoldersOf(front_end->cc1, front_end->directory));
    }
  }

  const std::map<std::string, std::string>& missing() const { return missing_; }

 private:
  bool Exists(const std::string& path) {
    const auto [at, is_new] = exists_.try_emplace(path);
    if (is_new) at->second = IsRegularFile(path);
    return at->second;
  }

  void Visit(const std::string& first, const std::vector<IncludeFolder>& folders) {
    std::vector<std::string> waiting = {first};
    while (!waiting.empty() && read_.size() < kMaxFilesRead) {
      const std::string file = std::move(waiting.back());
      waiting.pop_back();
      if (!read_.insert(file).second) continue;
      for (const std::string& spelled : AlwaysIncluded(ReadWholeFile(file))) {
        std::string found;
        const std::string beside = AbsolutePath(ParentPath(file), spelled);
        if (Exists(beside)) found = beside;
        for (size_t i = 0; i < folders.size() && found.empty(); ++i) {
          const std::string path = AbsolutePath(folders[i].path, spelled);
          if (Exists(path)) found = path;
        }
        if (found.empty()) {
          missing_.try_emplace(spelled, file);
        } else if (IsWithin(options_.root, found)) {
          waiting.push_back(std::move(found));
        }
      }
    }
  }

  // What stands between quotes in #include directives under no condition, the include guard's aside. Those in
  // angle brackets are mostly the compiler's own, of which nobody but it knows where they are.
  static std::vector<std::string> AlwaysIncluded(const std::string& text) {
    std::vector<std::string> included;
    ByteClasses classes;
    classes.Classify(text);
    Lexer lexer(text, classes);
    int depth = 0;
    int always = 0;
    bool is_first = true;
    for (Token token = lexer.Next(); !token.Is(TokenKind::kEnd); token = lexer.Next()) {
      if (!token.Is(TokenKind::kHash)) continue;
      token = lexer.Next();
      const std::string_view name = lexer.Text(token);
      if (name == "if" || name == "ifdef" || name == "ifndef") {
        ++depth;
        if (is_first && name == "ifndef") always = 1;
      } else if (name == "endif") {
        --depth;
      } else if (name == "include" && depth <= always) {
        token = lexer.Next();
        const std::string_view spelled = lexer.Text(token);
        if (spelled.starts_with('"')) included.emplace_back(WithoutDelimiters(spelled));
      }
      is_first = false;
      if (token.Is(TokenKind::kEnd)) break;
    }
    return included;
  }

  const SemanticOptions& options_;
  Project& project_;
  absl::flat_hash_set<std::string> read_;
  absl::flat_hash_map<std::string, bool> exists_;
  std::map<std::string, std::string> missing_;  // as it is spelled, to the first file that wants it
};

void CheckHeaders(const SemanticOptions& options, Project& project,
                  const CompilationDatabase& database, Findings& findings) {
  HeaderSearch search(options, project);
  search.Run(database);
  if (search.missing().empty()) {
    findings.push_back(
        {FindingLevel::kFine, "headers", "Headers included by \"...\" are all there.", "", {}});
    return;
  }
  std::vector<std::string> examples;
  for (const auto& [spelled, file] : search.missing()) {
    AddExample(examples, StrCat("\"", spelled, "\", included by ", file));
  }
  const size_t count = search.missing().size();
  findings.push_back({FindingLevel::kProblem, "missing-headers",
                      StrCat(Counted(count, "header"), count == 1 ? " is" : " are",
                             " included and nowhere to be found; what they declare is unknown."),
                      "if the build generates them (protobuf, configure, Qt), build once; else "
                      "install the library they "
                      "belong to, or correct the include folders",
                      examples});
}

}  // namespace

void CheckProject(const SemanticOptions& options, Findings& findings) {
  const std::vector<std::string> units = UnitsOf(options);
  CheckConfiguration(options, units, findings);
  absl::StatusOr<Project> project = LoadProject(RealFileSystem(), options);
  if (!project.ok()) {
    findings.push_back(
        {FindingLevel::kProblem,
         "database-unreadable",
         StrCat("How the files are compiled cannot be read: ", ToStd(project.status().message())),
         kHowToMakeDatabase,
         {}});
    return;
  }
  const std::string path = project->model->database_path();
  if (path.empty()) {
    if (units.empty()) {
      findings.push_back({FindingLevel::kNote,
                          "no-sources",
                          StrCat("There is no C or C++ source file in ", options.root, "."),
                          "name the folder of your project: astrolabe doctor FOLDER",
                          {}});
      return;
    }
    findings.push_back(
        {FindingLevel::kProblem,
         "no-database",
         StrCat("There is no compile_commands.json or compile_flags.txt for ", options.root,
                ": flags are guessed, and definitions and references are found by name alone."),
         kHowToMakeDatabase,
         {}});
    return;
  }
  const std::shared_ptr<const CompilationDatabase> database = project->model->database();
  if (database == nullptr) {
    findings.push_back({FindingLevel::kFine,
                        "database",
                        StrCat("All files are compiled by the flags in ", path, "."),
                        "",
                        {}});
    return;
  }
  if (!CheckEntries(*database, findings)) return;
  findings.push_back({FindingLevel::kFine,
                      "database",
                      StrCat(path, " lists ", Counted(database->size(), "file"), "."),
                      "",
                      {}});
  CheckSourcesWithoutEntry(options, *database, units, findings);
  CheckCompilers(options, *database, findings);
  CheckHeaders(options, *project, *database, findings);
}

}  // namespace astrolabe
