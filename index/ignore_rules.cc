// Parses ignore files, finds those that apply, and asks them in git's order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/ignore_rules.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "base/unique_fd.h"

namespace astrolabe {
namespace {

// An ignore file beyond this is no ignore file; refused with EFBIG rather than read into memory.
constexpr size_t kMaxIgnoreFileBytes = size_t{16} << 20;

constexpr std::string_view kGlobSpecial = "*?[\\";

// Unescaped trailing spaces are no part of a pattern. Tabs are, to git.
std::string_view TrimTrailingSpaces(std::string_view line) {
  size_t spaces = std::string_view::npos;  // where the current run of spaces starts
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') {
      if (spaces == std::string_view::npos) spaces = i;
    } else {
      if (line[i] == '\\' && ++i == line.size()) return line;
      spaces = std::string_view::npos;
    }
  }
  return spaces == std::string_view::npos ? line : line.substr(0, spaces);
}

// 0 or an errno. `flags` are added to those of a plain read.
int ReadWholeFile(int directory_fd, const std::string& path, int flags, std::string* text) {
  const UniqueFd fd(openat(directory_fd, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags));
  if (!fd.valid()) return errno;
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return EISDIR;
  text->clear();
  char buffer[4096];
  for (;;) {
    const ssize_t got = read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    text->append(buffer, static_cast<size_t>(got));
    if (text->size() > kMaxIgnoreFileBytes) return EFBIG;
  }
}

IgnoreFile ReadIgnoreFile(int directory_fd, const std::string& path, int flags,
                          std::string_view name, std::vector<IgnoreFileError>* errors) {
  std::string text;
  const int error = ReadWholeFile(directory_fd, path, flags, &text);
  // Not there, a directory of that name, or a symbolic link where git follows none: no rules, no
  // error.
  const bool absent = error == ENOENT || error == ENOTDIR || error == EISDIR || error == ELOOP;
  if (error != 0 && !absent) errors->push_back({.name = name, .error = error});
  return error == 0 ? IgnoreFile::Parse(text) : IgnoreFile();
}

std::string FirstLine(std::string text) {
  text.resize(std::min(text.size(), text.find_first_of("\r\n")));
  return text;
}

// Where the repository of a directory with a `.git` keeps info/exclude, relative to the directory
// or absolute.
// `.git` may be a file that names another place (submodules), which may itself name one shared with
// other worktrees.
std::string GitExcludePath(int directory_fd) {
  std::string text;
  if (ReadWholeFile(directory_fd, ".git", 0, &text) != 0) return ".git/info/exclude";
  constexpr std::string_view kGitDir = "gitdir: ";
  if (text.compare(0, kGitDir.size(), kGitDir) != 0) return ".git/info/exclude";
  std::string git_dir = FirstLine(text.substr(kGitDir.size()));
  if (ReadWholeFile(directory_fd, git_dir + "/commondir", 0, &text) == 0) {
    const std::string common = FirstLine(text);
    git_dir = common.substr(0, 1) == "/" ? common : StrCat(git_dir, "/", common);
  }
  return git_dir + "/info/exclude";
}

bool Exists(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0;
}

}  // namespace

IgnoreFile IgnoreFile::Parse(std::string_view text) {
  IgnoreFile file;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    if (line.back() == '\r') line.remove_suffix(1);
    line = line.substr(0, line.find('\0'));
    file.AddLine(TrimTrailingSpaces(line));
  }
  // From the last to the first, so that Match can stop early.
  std::reverse(file.globs_.begin(), file.globs_.end());
  return file;
}

void IgnoreFile::AddLine(std::string_view line) {
  const bool negated = !line.empty() && line[0] == '!';
  if (negated) line.remove_prefix(1);
  const bool directory_only = !line.empty() && line.back() == '/';
  if (directory_only) line.remove_suffix(1);
  if (line.empty()) return;

  GlobPattern pattern{.line = static_cast<int32_t>(negated_.size()),
                      .directory_only = directory_only,
                      .basename = line.find('/') == std::string_view::npos,
                      .prefix = {},
                      .glob = *Glob::Compile("", Glob::Mode::kPath)};
  if (!pattern.basename) {
    if (line[0] == '/') line.remove_prefix(1);
    pattern.prefix = std::string(line.substr(0, line.find_first_of(kGlobSpecial)));
  }
  std::optional<Glob> glob =
      Glob::Compile(line.substr(pattern.prefix.size()),
                    pattern.basename ? Glob::Mode::kBasename : Glob::Mode::kPath);
  if (!glob.has_value()) return;

  if (const std::optional<std::string> literal = glob->Literal()) {
    Note(pattern.basename ? basenames_ : paths_, pattern.prefix + *literal, pattern.line,
         directory_only);
  } else if (const std::optional<std::string> suffix = glob->LiteralSuffix();
             pattern.basename && suffix.has_value() && suffix->substr(0, 1) == ".") {
    Note(suffixes_, *suffix, pattern.line, directory_only);
    longest_suffix_ = std::max(longest_suffix_, suffix->size());
  } else {
    pattern.glob = *std::move(glob);
    globs_.push_back(std::move(pattern));
  }
  negated_.push_back(negated);
}

void IgnoreFile::Note(Table& table, const std::string& text, int32_t line, bool directory_only) {
  Lines& lines = table[text];
  (directory_only ? lines.directory_only : lines.any) = line;
}

IgnoreVerdict IgnoreFile::Match(std::string_view path, size_t name, bool is_directory) const {
  if (negated_.empty()) return IgnoreVerdict::kNone;
  const std::string_view basename = path.substr(name);
  int32_t best = -1;
  const auto look_up = [&](const Table& table, std::string_view text) {
    const auto found = table.find(ToAbsl(text));
    if (found == table.end()) return;
    best = std::max(best, found->second.any);
    if (is_directory) best = std::max(best, found->second.directory_only);
  };
  if (!basenames_.empty()) look_up(basenames_, basename);
  if (!paths_.empty()) look_up(paths_, path);
  if (!suffixes_.empty()) {
    for (size_t dot = basename.find('.'); dot != std::string_view::npos;
         dot = basename.find('.', dot + 1)) {
      if (basename.size() - dot <= longest_suffix_) look_up(suffixes_, basename.substr(dot));
    }
  }
  for (const GlobPattern& pattern : globs_) {
    if (pattern.line < best) break;
    if (pattern.directory_only && !is_directory) continue;
    const std::string_view text = pattern.basename ? basename : path;
    if (text.substr(0, pattern.prefix.size()) != pattern.prefix) continue;
    if (pattern.glob.Matches(text.substr(pattern.prefix.size()))) {
      best = pattern.line;
      break;
    }
  }
  if (best < 0) return IgnoreVerdict::kNone;
  return negated_[static_cast<size_t>(best)] ? IgnoreVerdict::kInclude : IgnoreVerdict::kExclude;
}

void IgnoreFileNames::See(std::string_view name) {
  if (name.empty() || name[0] != '.') return;
  if (name == ".ignore") dot_ignore = true;
  if (name == ".gitignore") gitignore = true;
  if (name == ".git") dot_git = true;
}

IgnoreRules::IgnoreRules(const std::string& root) {
  char* const resolved = realpath(root.c_str(), nullptr);
  if (resolved == nullptr) return;
  const std::string absolute = resolved;
  std::free(resolved);

  // The top of the repository: the nearest folder, upwards, with a `.git`. It may be the root.
  std::string top = absolute;
  while (!Exists(top + "/.git")) {
    if (top.empty() || top == "/") return;
    top.resize(top.rfind('/'));
  }
  in_repository_ = true;
  if (top == absolute) return;
  prefix_ = absolute.substr(top.size() + 1) + "/";

  std::vector<IgnoreFileError> unreadable;  // above the root, so no part of the walk's report
  for (size_t base_length = 0; base_length < prefix_.size();
       base_length = prefix_.find('/', base_length) + 1) {
    const std::string folder = StrCat(top, "/", prefix_.substr(0, base_length));
    const UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) continue;
    const IgnoreFileNames names{.dot_ignore = true, .gitignore = true, .dot_git = base_length == 0};
    above_root_ = Enter(above_root_, fd.get(), base_length, names, &unreadable);
  }
}

const IgnoreScope* IgnoreRules::Enter(const IgnoreScope* parent, int directory_fd,
                                      size_t base_length, const IgnoreFileNames& names,
                                      std::vector<IgnoreFileError>* errors) {
  if (!names.any()) return parent;
  const bool outer = parent != nullptr ? parent->in_repository : in_repository_;
  IgnoreScope scope{.parent = parent,
                    .base_length = base_length,
                    .is_git_top = names.dot_git,
                    .in_repository = outer || names.dot_git};
  if (names.dot_ignore) {
    scope.dot_ignore = ReadIgnoreFile(directory_fd, ".ignore", 0, ".ignore", errors);
  }
  if (names.gitignore && scope.in_repository) {
    scope.gitignore = ReadIgnoreFile(directory_fd, ".gitignore", O_NOFOLLOW, ".gitignore", errors);
  }
  if (names.dot_git) {
    scope.git_exclude =
        ReadIgnoreFile(directory_fd, GitExcludePath(directory_fd), 0, ".git/info/exclude", errors);
  }
  if (!scope.is_git_top && scope.dot_ignore.empty() && scope.gitignore.empty()) return parent;
  absl::MutexLock lock(&mutex_);
  scopes_.push_back(std::move(scope));
  return &scopes_.back();
}

IgnoreVerdict IgnoreRules::Match(const IgnoreScope* scope, std::string_view full_path, size_t name,
                                 bool is_directory) {
  IgnoreVerdict git = IgnoreVerdict::kNone;
  bool git_decided = false;
  for (; scope != nullptr; scope = scope->parent) {
    const auto ask = [&](const IgnoreFile& file) {
      return file.Match(full_path.substr(scope->base_length), name - scope->base_length,
                        is_directory);
    };
    const IgnoreVerdict verdict = ask(scope->dot_ignore);
    if (verdict != IgnoreVerdict::kNone) return verdict;
    if (git_decided) continue;  // only a `.ignore` further up can still say otherwise
    git = ask(scope->gitignore);
    if (git == IgnoreVerdict::kNone && scope->is_git_top) git = ask(scope->git_exclude);
    git_decided = git != IgnoreVerdict::kNone || scope->is_git_top;
  }
  return git;
}

bool IgnoreRules::LeavesOut(const IgnoreScope* scope, std::string_view full_path, size_t name,
                            bool is_directory, bool hidden) {
  const IgnoreVerdict verdict = Match(scope, full_path, name, is_directory);
  if (verdict == IgnoreVerdict::kExclude) return true;
  return !hidden && full_path[name] == '.' && verdict != IgnoreVerdict::kInclude;
}

}  // namespace astrolabe
