// Asking compilers, and keeping what they said.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/query_driver.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"
#include "alloc/hash.h"
#include "analysis/project/paths.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "base/subprocess.h"

namespace astrolabe {
namespace {

// First line of a cache file; the number changes with the format.
constexpr std::string_view kCacheHeader = "astrolabe query-driver 1";

// Before the list of include directories.
constexpr std::string_view kListStart = "#include <...> search starts here:";

// The next line of `text`, without its end.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Options whose value is a path, in the next argument or behind "=".
constexpr std::string_view kPaths[] = {"-isysroot", "--sysroot", "--gcc-toolchain"};
// Whose value is the next argument.
constexpr std::string_view kWithValue[] = {"-target", "-arch"};
// Those that stand alone.
constexpr std::string_view kExact[] = {"-nostdinc", "-nostdinc++", "-nostdlibinc", "-ansi",
                                       "-pthread",  "-undef",      "-fno-rtti"};
// Those that carry their value. Left out on purpose: -B and -specs=FILE let the compiler run programs
// of the workspace.
constexpr std::string_view kPrefixes[] = {"-m",
                                          "-std=",
                                          "--std=",
                                          "-O",
                                          "--target=",
                                          "-stdlib=",
                                          "-fno-exceptions",
                                          "-fexceptions",
                                          "-fshort-",
                                          "-fPI",
                                          "-fpi",
                                          "-fsigned-char",
                                          "-fopenmp",
                                          "-ffreestanding",
                                          "-fchar8_t",
                                          "-fno-char8_t",
                                          "-funsigned-char"};

// What of a command changes the compiler's answers, independent of where it runs.
std::vector<std::string> RelevantArguments(const std::string& directory,
                                           const std::vector<std::string>& arguments) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto is = [argument](std::string_view other) { return argument == other; };
    const auto starts = [argument](std::string_view prefix) {
      return argument.starts_with(prefix);
    };
    const auto is_path = [argument](std::string_view option) {
      return argument.starts_with(option) && argument.size() > option.size() &&
             argument[option.size()] == '=';
    };
    if (std::any_of(std::begin(kPaths), std::end(kPaths), is)) {
      if (i + 1 == arguments.size()) break;
      kept.emplace_back(argument);
      kept.push_back(AbsolutePath(directory, arguments[++i]));
    } else if (std::any_of(std::begin(kPaths), std::end(kPaths), is_path)) {
      const size_t value = argument.find('=') + 1;
      kept.push_back(
          StrCat(argument.substr(0, value), AbsolutePath(directory, argument.substr(value))));
    } else if (std::any_of(std::begin(kWithValue), std::end(kWithValue), is)) {
      if (i + 1 == arguments.size()) break;
      kept.emplace_back(argument);
      kept.push_back(arguments[++i]);
    } else if (std::any_of(std::begin(kExact), std::end(kExact), is) ||
               std::any_of(std::begin(kPrefixes), std::end(kPrefixes), starts)) {
      kept.emplace_back(argument);
    }
  }
  return kept;
}

std::string WriteCache(std::string_view key, const DriverKnowledge& knowledge) {
  std::string text = StrCat(kCacheHeader, "\nkey ", key, "\ntarget ", knowledge.target, "\n");
  for (const std::string& directory : knowledge.include_directories) {
    text += StrCat("include ", directory, "\n");
  }
  for (const DriverKnowledge::Macro& macro : knowledge.macros) {
    text += StrCat("macro #define ", macro.name, " ", macro.value, "\n");
  }
  return text + "end\n";
}

// Nothing if it is damaged or about something else.
std::optional<DriverKnowledge> ReadCache(std::string_view key, std::string_view text) {
  DriverKnowledge knowledge;
  if (TakeLine(text) != kCacheHeader || TakeLine(text) != StrCat("key ", key)) return std::nullopt;
  while (!text.empty()) {
    std::string_view line = TakeLine(text);
    if (line == "end" && text.empty()) return knowledge;
    const auto take = [&line](std::string_view prefix) {
      if (!line.starts_with(prefix)) return false;
      line.remove_prefix(prefix.size());
      return true;
    };
    if (take("target ")) {
      knowledge.target = line;
    } else if (take("include ")) {
      if (!line.starts_with('/')) return std::nullopt;
      knowledge.include_directories.emplace_back(line);
    } else if (take("macro ")) {
      ParseMacroOutput(line, knowledge);
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string FindProgram(const std::string& directory, const std::string& compiler) {
  if (compiler.find('/') != std::string::npos) return AbsolutePath(directory, compiler);
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    rest.remove_prefix(colon == rest.npos ? rest.size() : colon + 1);
    // A relative folder in PATH would let the workspace decide what is found.
    if (!folder.starts_with('/')) continue;
    std::string candidate = AbsolutePath(folder, compiler);
    if (IsRegularFile(candidate) && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

void ParseVerboseOutput(std::string_view text, DriverKnowledge& knowledge) {
  bool in_list = false;
  while (!text.empty()) {
    std::string_view line = TakeLine(text);
    if (line.starts_with(kListStart)) {
      in_list = true;
    } else if (line.starts_with("End of search list.")) {
      in_list = false;
    } else if (in_list) {
      while (line.starts_with(' ')) line.remove_prefix(1);
      if (!line.starts_with('/')) continue;
      if (line.ends_with(" (framework directory)")) continue;
      std::string directory = AbsolutePath("/", line);
      std::vector<std::string>& all = knowledge.include_directories;
      if (std::find(all.begin(), all.end(), directory) == all.end()) {
        all.push_back(std::move(directory));
      }
    } else if (line.starts_with("Target: ")) {
      knowledge.target = line.substr(8);
    }
  }
}

void ParseMacroOutput(std::string_view text, DriverKnowledge& knowledge) {
  while (!text.empty()) {
    std::string_view line = TakeLine(text);
    if (!line.starts_with("#define ")) continue;
    line.remove_prefix(8);
    // The name goes to the first blank outside its parameter list.
    size_t end = line.find_first_of(" (");
    if (end != line.npos && line[end] == '(') {
      end = line.find(')', end);
      if (end != line.npos) ++end;
    }
    DriverKnowledge::Macro macro;
    macro.name = line.substr(0, end);
    if (end != line.npos && end < line.size()) macro.value = line.substr(end + 1);
    if (!macro.name.empty()) knowledge.macros.push_back(std::move(macro));
  }
}

absl::StatusOr<std::unique_ptr<QueryDrivers>> QueryDrivers::Create(QueryDriverOptions options) {
  std::vector<Glob> allowed;
  for (const std::string& patterns : options.allowed) {
    std::string_view rest = patterns;
    while (!rest.empty()) {
      const size_t comma = rest.find(',');
      const std::string_view pattern = rest.substr(0, comma);
      rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
      if (pattern.empty()) continue;
      std::optional<Glob> glob = Glob::Compile(pattern, Glob::Mode::kPath);
      if (!glob) {
        return absl::InvalidArgumentError(StrCat(
            "--query-driver: '", pattern, "' can match nothing; give absolute paths with *"));
      }
      allowed.push_back(*std::move(glob));
    }
  }
  return std::unique_ptr<QueryDrivers>(new QueryDrivers(std::move(options), std::move(allowed)));
}

bool QueryDrivers::IsAllowed(std::string_view absolute_compiler) const {
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const Glob& glob) { return glob.Matches(absolute_compiler); });
}

size_t QueryDrivers::runs() const {
  absl::MutexLock lock(&mutex_);
  return runs_;
}

std::string QueryDrivers::CachePath(std::string_view key) const {
  return StrCat(options_.cache_directory, "/", absl::StrFormat("%016x", HashString(key)), ".txt");
}

absl::StatusOr<std::shared_ptr<const DriverKnowledge>> QueryDrivers::Ask(
    const std::string& directory, const std::string& compiler, std::string_view language,
    const std::vector<std::string>& arguments) {
  const std::string program = FindProgram(directory, compiler);
  if (program.empty()) {
    return absl::NotFoundError(StrCat("the compiler ", compiler, " is not in PATH"));
  }
  if (!IsAllowed(program)) {
    return absl::PermissionDeniedError(
        StrCat("the compiler ", program, " is not among those that --query-driver allows to run"));
  }
  absl::StatusOr<FileStat> stat = RealFileSystem().Stat(program);
  if (!stat.ok()) return stat.status();
  const std::vector<std::string> relevant = RelevantArguments(directory, arguments);
  std::string key = StrCat(program, "\t", stat->mtime_ns, "\t", stat->size, "\t", language);
  for (const std::string& argument : relevant) key += StrCat("\t", argument);
  std::replace(key.begin(), key.end(), '\n', ' ');

  // Held while the compiler runs: who else asks the same would only run it again.
  absl::MutexLock lock(&mutex_);
  if (auto found = answers_.find(key); found != answers_.end()) return found->second;
  if (!options_.cache_directory.empty()) {
    absl::StatusOr<std::unique_ptr<FileContents>> cached = RealFileSystem().Map(CachePath(key));
    if (cached.ok()) {
      if (std::optional<DriverKnowledge> knowledge = ReadCache(key, (*cached)->bytes())) {
        return answers_[key] = std::make_shared<const DriverKnowledge>(*std::move(knowledge));
      }
    }
  }
  ++runs_;
  Answer answer = Run(program, language, relevant);
  if (answer.ok() && !options_.cache_directory.empty() &&
      RealFileSystem().CreateDirectories(options_.cache_directory).ok()) {
    // A cache that cannot be written costs time, nothing else.
    AtomicReplace(RealFileSystem(), CachePath(key), WriteCache(key, **answer)).IgnoreError();
  }
  return answers_[key] = std::move(answer);
}

QueryDrivers::Answer QueryDrivers::Run(const std::string& program, std::string_view language,
                                       const std::vector<std::string>& arguments) const {
  const auto ask = [&](std::string_view question) -> absl::StatusOr<RunResult> {
    Command command;
    command.argv = {program, "-E", std::string(question), "-x", std::string(language)};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.argv.emplace_back("/dev/null");
    // Not in the workspace, so that nothing there can get in the compiler's way.
    command.directory = "/";
    // What is parsed below is English.
    command.environment = {{"LC_ALL", "C"}};
    absl::StatusOr<RunResult> result = RunSubprocess(command, {.timeout = options_.timeout});
    if (!result.ok()) return result;
    if (result->timed_out) {
      return absl::DeadlineExceededError(StrCat("the compiler ", program, " did not answer in ",
                                                absl::ToDoubleSeconds(options_.timeout),
                                                " seconds"));
    }
    if (!result->exit.ok()) {
      std::string_view message = result->stderr_bytes;
      if (message.size() > 500) message = message.substr(message.size() - 500);
      return absl::FailedPreconditionError(StrCat("the compiler ", program, " failed with ",
                                                  result->exit.ToString(), ": ", message));
    }
    return result;
  };
  auto knowledge = std::make_shared<DriverKnowledge>();
  absl::StatusOr<RunResult> verbose = ask("-v");
  if (!verbose.ok()) return verbose.status();
  ParseVerboseOutput(verbose->stderr_bytes, *knowledge);
  if (verbose->stderr_bytes.find(kListStart) == std::string::npos) {
    return absl::FailedPreconditionError(
        StrCat("the compiler ", program, " -E -v lists no include directories"));
  }
  absl::StatusOr<RunResult> macros = ask("-dM");
  if (!macros.ok()) return macros.status();
  ParseMacroOutput(macros->stdout_bytes, *knowledge);
  return knowledge;
}

}  // namespace astrolabe
