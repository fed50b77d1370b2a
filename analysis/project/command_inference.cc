// Finding databases, and commands for files that have none.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/command_inference.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "analysis/project/paths.h"
#include "base/log.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constexpr std::string_view kDatabaseName = "compile_commands.json";
constexpr std::string_view kFlagsName = "compile_flags.txt";
// More entries of one stem or folder than this are not compared with each other.
constexpr size_t kMaxCompared = 64;

// The database in `folder`, if any; of the two the one that says more.
std::optional<std::string> DatabaseIn(const std::string& folder) {
  for (const std::string_view name : {kDatabaseName, kFlagsName}) {
    std::string path = AbsolutePath(folder, name);
    if (IsRegularFile(path)) return path;
  }
  return std::nullopt;
}

// Whether a database is what `place` names, or in the folder that it names.
bool IsAt(std::string_view place, std::string_view database) {
  return database == place || ParentPath(database) == place;
}

// Of the build folders in `root` the one whose database was written last.
std::optional<std::string> NewestInBuildFolders(const std::string& root) {
  std::optional<std::string> best;
  int64_t best_time = 0;
  absl::StatusOr<std::vector<std::string>> names = RealFileSystem().List(root);
  if (!names.ok()) return best;
  for (const std::string& name : *names) {
    if (!name.starts_with("build") && !name.starts_with("cmake-build") &&
        !name.starts_with("out")) {
      continue;
    }
    const std::string folder = AbsolutePath(root, name);
    // build/, and what presets make of it: build/release/.
    std::vector<std::string> folders = {folder};
    if (absl::StatusOr<std::vector<std::string>> inner = RealFileSystem().List(folder);
        inner.ok()) {
      for (const std::string& sub : *inner) folders.push_back(AbsolutePath(folder, sub));
    }
    for (const std::string& candidate : folders) {
      std::string path = AbsolutePath(candidate, kDatabaseName);
      absl::StatusOr<FileStat> stat = RealFileSystem().Stat(path);
      if (!stat.ok() || stat->is_directory) continue;
      if (!best || stat->mtime_ns > best_time) {
        best = std::move(path);
        best_time = stat->mtime_ns;
      }
    }
  }
  return best;
}

// Folders that hold the halves of one thing: foo.cc in src/, foo.h in include/.
bool IsHalf(std::string_view component) {
  static constexpr std::array<std::string_view, 9> kHalves = {
      "src", "source", "sources", "include", "inc", "headers", "lib", "public", "private"};
  return std::find(kHalves.begin(), kHalves.end(), component) != kHalves.end();
}

// `folder` with such components left out.
std::string WithoutHalves(std::string_view folder) {
  std::string out;
  while (!folder.empty()) {
    const size_t slash = folder.find('/');
    const std::string_view part = folder.substr(0, slash);
    folder.remove_prefix(slash == folder.npos ? folder.size() : slash + 1);
    if (part.empty() || IsHalf(part)) continue;
    out += '/';
    out += part;
  }
  return out;
}

size_t CommonPrefix(std::string_view a, std::string_view b) {
  return std::mismatch(a.begin(), a.begin() + std::min(a.size(), b.size()), b.begin()).first -
         a.begin();
}

size_t CommonComponents(std::string_view a, std::string_view b) {
  size_t common = CommonPrefix(a, b);
  // Only whole components count.
  if (!((common == a.size() || a[common] == '/') && (common == b.size() || b[common] == '/'))) {
    common = a.substr(0, common).rfind('/');
    if (common == a.npos) return 0;
  }
  return std::count(a.begin(), a.begin() + common, '/');
}

// Whether a command for `source` can serve `wanted`. A header's ".h" says nothing about C or C++.
bool LanguagesFit(LanguageGuess wanted, SourceLanguage source) {
  if (wanted.language == SourceLanguage::kNone) return true;
  if (wanted.is_header && wanted.language == SourceLanguage::kC) return true;
  if (wanted.is_header && wanted.language == SourceLanguage::kCxx) {
    return source != SourceLanguage::kC && source != SourceLanguage::kObjC;
  }
  return wanted.language == source;
}

}  // namespace

CompileCommand TransferCommand(const CompileCommand& command, const std::string& file) {
  CompileCommand out;
  out.file = file;
  out.directory = command.directory;
  const std::vector<std::string>& from = command.arguments;
  std::string_view spelled;
  for (size_t i = 1; i < from.size(); ++i) {
    if (!from[i].empty() && from[i][0] != '-' &&
        AbsolutePath(command.directory, from[i]) == command.file) {
      spelled = from[i];
    }
  }
  for (size_t i = 0; i < from.size(); ++i) {
    const std::string& argument = from[i];
    if (i > 0 && (argument == "-o" || argument == "-x")) {
      ++i;
    } else if (i == 0 || (argument != spelled && argument != "-c" && argument != "--")) {
      out.arguments.push_back(argument);
    }
  }
  const SourceLanguage language =
      LanguageOfCommand(from, spelled.empty() ? std::string_view(command.file) : spelled).language;
  const LanguageGuess natural = LanguageOfFile(file);
  // A header is in the language of who includes it; a source in its own.
  const SourceLanguage wanted =
      natural.language == SourceLanguage::kNone || natural.is_header ? language : natural.language;
  if (wanted != SourceLanguage::kNone) {
    out.arguments.emplace_back("-x");
    out.arguments.emplace_back(LanguageSpecifier(wanted));
  }
  out.arguments.push_back(file);
  return out;
}

std::optional<std::string> ProjectModel::FindDatabase(const ProjectOptions& options) {
  if (options.without_database) return std::nullopt;
  if (!options.compile_commands_dir.empty()) {
    const std::string place = AbsolutePath(options.root, options.compile_commands_dir);
    const std::string_view name = BaseName(place);
    if (name.ends_with(".json") || name == kFlagsName) {
      if (IsRegularFile(place)) return place;
    } else if (std::optional<std::string> found = DatabaseIn(place)) {
      return found;
    }
    // As clangd does where the folder is not there.
  }
  const std::string root = AbsolutePath("/", options.root);
  if (std::optional<std::string> found = DatabaseIn(root)) return found;
  if (std::optional<std::string> found = NewestInBuildFolders(root)) return found;
  for (std::string folder = root; folder != "/";) {
    folder = std::string(ParentPath(folder));
    if (std::optional<std::string> found = DatabaseIn(folder)) return found;
  }
  return std::nullopt;
}

absl::StatusOr<std::shared_ptr<const ProjectModel::Loaded>> ProjectModel::Read(
    const ProjectOptions& options) {
  auto loaded = std::make_shared<Loaded>();
  std::optional<std::string> path = FindDatabase(options);
  if (const std::string place = AbsolutePath(options.root, options.compile_commands_dir);
      !options.compile_commands_dir.empty() && !(path && IsAt(place, *path))) {
    LogWarning("no ", kDatabaseName, " or ", kFlagsName, " in ", place,
               ", the folder that --compile-commands-dir names: ",
               path ? StrCat(*path, " is used") : "none is used");
  }
  if (!path) return loaded;
  loaded->path = *std::move(path);
  if (BaseName(loaded->path) == kFlagsName) {
    absl::StatusOr<FileStat> stamp = RealFileSystem().Stat(loaded->path);
    if (!stamp.ok()) return stamp.status();
    loaded->flags_stamp = *stamp;
    absl::StatusOr<std::vector<std::string>> flags = ReadCompileFlags(loaded->path);
    if (!flags.ok()) return flags.status();
    loaded->flags = *std::move(flags);
    return loaded;
  }
  absl::StatusOr<CompilationDatabase> database = CompilationDatabase::Load(loaded->path);
  if (!database.ok()) return database.status();
  loaded->database = std::make_shared<const CompilationDatabase>(*std::move(database));
  for (size_t i = 0; i < loaded->database->size(); ++i) {
    const std::string file = loaded->database->FileAt(i);
    loaded->by_stem[std::string(Stem(file))].push_back(i);
    loaded->by_folder[std::string(ParentPath(file))].push_back(i);
  }
  return loaded;
}

absl::StatusOr<std::unique_ptr<ProjectModel>> ProjectModel::Load(ProjectOptions options) {
  absl::StatusOr<std::shared_ptr<const Loaded>> loaded = Read(options);
  if (!loaded.ok()) return loaded.status();
  std::unique_ptr<ProjectModel> model(new ProjectModel(std::move(options)));
  absl::MutexLock lock(&model->mutex_);
  model->loaded_ = *std::move(loaded);
  return model;
}

std::string ProjectModel::database_path() const {
  absl::MutexLock lock(&mutex_);
  return loaded_->path;
}

std::shared_ptr<const CompilationDatabase> ProjectModel::database() const {
  absl::MutexLock lock(&mutex_);
  return loaded_->database;
}

std::vector<std::string> ProjectModel::notes() const {
  absl::MutexLock lock(&mutex_);
  if (loaded_->database == nullptr) return {};
  return loaded_->database->notes();
}

void ProjectModel::SetIncluders(IncludersOf includers) {
  absl::MutexLock lock(&mutex_);
  includers_ = std::move(includers);
}

void ProjectModel::GuessFrom(std::span<const FileIncludes> files) {
  auto directories =
      std::make_shared<const std::vector<std::string>>(GuessIncludeDirectories(files));
  absl::MutexLock lock(&mutex_);
  guessed_directories_ = std::move(directories);
}

CompileCommand ProjectModel::CommandFor(const std::string& file) const {
  std::shared_ptr<const Loaded> loaded;
  std::shared_ptr<const std::vector<std::string>> directories;
  IncludersOf includers;
  {
    absl::MutexLock lock(&mutex_);
    loaded = loaded_;
    directories = guessed_directories_;
    includers = includers_;
  }
  const std::string normal = AbsolutePath(options_.root, file);
  if (loaded->database != nullptr) {
    if (std::optional<size_t> entry = loaded->database->Find(normal)) {
      return loaded->database->at(*entry);
    }
    std::optional<CompileCommand> command = FromIncluder(*loaded, includers, normal);
    if (!command) command = FromNeighbour(*loaded, normal);
    if (command) {
      command->arguments.insert(command->arguments.end() - 1, options_.extra_arguments.begin(),
                                options_.extra_arguments.end());
      return *std::move(command);
    }
  } else if (!loaded->path.empty()) {
    return FromFlags(*loaded, normal);
  }
  return Guess(*directories, normal);
}

CompileCommand ProjectModel::FromFlags(const Loaded& loaded, const std::string& file) const {
  CompileCommand command;
  command.file = file;
  command.directory = std::string(ParentPath(loaded.path));
  command.arguments.push_back(options_.fallback_compiler);
  command.arguments.insert(command.arguments.end(), loaded.flags.begin(), loaded.flags.end());
  command.arguments.insert(command.arguments.end(), options_.extra_arguments.begin(),
                           options_.extra_arguments.end());
  command.arguments.push_back(file);
  command.origin = CommandOrigin::kCompileFlags;
  command.reason = StrCat("the flags of ", loaded.path);
  return command;
}

std::optional<CompileCommand> ProjectModel::FromIncluder(const Loaded& loaded,
                                                         const IncludersOf& includers,
                                                         const std::string& file) const {
  const LanguageGuess wanted = LanguageOfFile(file);
  if (!includers || (wanted.language != SourceLanguage::kNone && !wanted.is_header)) {
    return std::nullopt;
  }
  std::optional<size_t> best;
  std::tuple<bool, size_t> best_score;
  size_t position = 0;
  // The one of the same name knows the header best; then the graph's own order counts, but a neighbour
  // says more than a test at the other end of the workspace.
  for (const std::string& includer : includers(file)) {
    if (++position > kMaxCompared) break;
    std::optional<size_t> entry = loaded.database->Find(includer);
    if (!entry || !LanguagesFit(wanted, LanguageOfFile(includer).language)) continue;
    const std::tuple<bool, size_t> score(Stem(includer) == Stem(file),
                                         CommonComponents(includer, file));
    if (!best || score > best_score) {
      best = entry;
      best_score = score;
    }
  }
  if (!best) return std::nullopt;
  const CompileCommand source = loaded.database->at(*best);
  CompileCommand command = TransferCommand(source, file);
  command.origin = CommandOrigin::kIncluder;
  command.reason =
      StrCat("the command of ", source.file, ", which includes it (", source.reason, ")");
  return command;
}

std::optional<CompileCommand> ProjectModel::FromNeighbour(const Loaded& loaded,
                                                          const std::string& file) const {
  if (loaded.database->size() == 0) return std::nullopt;
  const LanguageGuess wanted = LanguageOfFile(file);
  const auto take = [&](size_t entry, std::string_view why) {
    const CompileCommand source = loaded.database->at(entry);
    CompileCommand command = TransferCommand(source, file);
    command.origin = CommandOrigin::kNeighbour;
    command.reason = StrCat("the command of ", source.file, ", ", why, " (", source.reason, ")");
    return command;
  };
  const auto fits = [&](const std::string& other) {
    return LanguagesFit(wanted, LanguageOfFile(other).language);
  };
  // The most similar of some entries: components in common, then bytes of the name.
  const auto best_of = [&](const std::vector<size_t>& entries,
                           const auto& accept) -> std::optional<size_t> {
    std::optional<size_t> best;
    std::tuple<size_t, size_t> best_score;
    for (const size_t entry : entries) {
      const std::string other = loaded.database->FileAt(entry);
      if (!fits(other) || !accept(other)) continue;
      const std::tuple<size_t, size_t> score(CommonComponents(other, file),
                                             CommonPrefix(BaseName(other), BaseName(file)));
      if (!best || score > best_score) {
        best = entry;
        best_score = score;
      }
    }
    return best;
  };
  if (auto same = loaded.by_stem.find(std::string(Stem(file))); same != loaded.by_stem.end()) {
    const std::string_view folder = ParentPath(file);
    const std::string reduced = WithoutHalves(folder);
    const auto beside = [&](const std::string& other) {
      return ParentPath(other) == folder || ParentPath(ParentPath(other)) == folder ||
             ParentPath(folder) == ParentPath(other) || WithoutHalves(ParentPath(other)) == reduced;
    };
    if (std::optional<size_t> entry = best_of(same->second, beside)) {
      return take(*entry, "which has the same name beside it");
    }
  }
  // Folders upwards; in the nearest that has a fitting entry in it or below, the most similar.
  std::string_view folder = ParentPath(file);
  while (true) {
    if (auto in = loaded.by_folder.find(std::string(folder)); in != loaded.by_folder.end()) {
      std::vector<size_t> some = in->second;
      if (std::optional<size_t> entry = best_of(some, [](const std::string&) { return true; })) {
        return take(*entry, "the nearest file with a command");
      }
    }
    // Below it: the folder's children that hold entries, first by name for a stable answer.
    std::optional<std::string> child;
    for (const auto& [other, entries] : loaded.by_folder) {
      if (!IsWithin(folder, other) || (child && *child <= other)) continue;
      if (std::any_of(entries.begin(), entries.end(),
                      [&](size_t entry) { return fits(loaded.database->FileAt(entry)); })) {
        child = other;
      }
    }
    if (child) {
      const std::vector<size_t>& entries = loaded.by_folder.find(*child)->second;
      if (std::optional<size_t> entry = best_of(entries, [](const std::string&) { return true; })) {
        return take(*entry, "the nearest file with a command");
      }
    }
    if (folder == "/" || folder.empty()) break;
    folder = ParentPath(folder);
  }
  return std::nullopt;
}

CompileCommand ProjectModel::Guess(const std::vector<std::string>& directories,
                                   const std::string& file) const {
  CompileCommand command;
  command.file = file;
  command.directory = AbsolutePath("/", options_.root);
  command.arguments.push_back(options_.fallback_compiler);
  LanguageGuess language = LanguageOfFile(file);
  // C++ reads most C headers; the other way round nothing works.
  if (language.language == SourceLanguage::kNone ||
      (language.is_header && language.language == SourceLanguage::kC)) {
    language.language = SourceLanguage::kCxx;
  }
  std::string_view standard;
  switch (language.language) {
    case SourceLanguage::kC:
    case SourceLanguage::kObjC:
      standard = "-std=gnu17";
      break;
    case SourceLanguage::kCxx:
    case SourceLanguage::kObjCxx:
      standard = "-std=gnu++20";
      break;
    default:
      break;
  }
  command.arguments.emplace_back("-x");
  command.arguments.emplace_back(LanguageSpecifier(language.language));
  if (!standard.empty()) command.arguments.emplace_back(standard);
  for (const std::string& directory : directories) {
    command.arguments.push_back(StrCat("-I", directory));
  }
  command.arguments.insert(command.arguments.end(), options_.extra_arguments.begin(),
                           options_.extra_arguments.end());
  command.arguments.push_back(file);
  command.origin = CommandOrigin::kGuess;
  command.reason = StrCat("a guess, as there is no database with a fitting entry: ",
                          LanguageSpecifier(language.language), " by its name");
  if (!directories.empty()) {
    command.reason +=
        StrCat(", ", directories.size(),
               directories.size() == 1 ? " include directory" : " include directories",
               " by what the workspace includes");
  }
  return command;
}

std::vector<CompileCommand> ProjectModel::CommandsBeside(const std::string& file,
                                                         size_t limit) const {
  std::shared_ptr<const Loaded> loaded;
  {
    absl::MutexLock lock(&mutex_);
    loaded = loaded_;
  }
  std::vector<CompileCommand> commands;
  auto beside = loaded->by_folder.find(std::string(ParentPath(file)));
  if (beside == loaded->by_folder.end()) return commands;
  for (size_t entry : beside->second) {
    if (commands.size() == limit) break;
    if (loaded->database->FileAt(entry) != file) commands.push_back(loaded->database->at(entry));
  }
  return commands;
}

bool ProjectModel::ChangedOnDisk() const {
  std::shared_ptr<const Loaded> loaded;
  {
    absl::MutexLock lock(&mutex_);
    loaded = loaded_;
  }
  if (FindDatabase(options_).value_or("") != loaded->path) return true;
  if (loaded->database != nullptr) return loaded->database->ChangedOnDisk();
  if (loaded->path.empty()) return false;
  absl::StatusOr<FileStat> now = RealFileSystem().Stat(loaded->path);
  return !now.ok() || *now != loaded->flags_stamp;
}

absl::Status ProjectModel::Reload() {
  absl::StatusOr<std::shared_ptr<const Loaded>> loaded = Read(options_);
  if (!loaded.ok()) return loaded.status();
  absl::MutexLock lock(&mutex_);
  loaded_ = *std::move(loaded);
  return absl::OkStatus();
}

}  // namespace astrolabe
