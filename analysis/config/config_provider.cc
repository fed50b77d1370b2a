// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/config_provider.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/time/clock.h"
#include "analysis/project/paths.h"
#include "base/log.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constexpr std::string_view kName = ".clangd";
// Of different sets of fragments; more come of files that change again and again.
constexpr size_t kMaxConfigs = 256;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// One byte more than may be is enough to say that it is too large.
std::string ReadStart(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxConfigBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(0, in.gcount())));
  return text;
}

std::string ValueText(const ConfigSetting& setting) {
  std::string text;
  for (const ConfigValue& value : setting.values) {
    const bool is_option = setting.key->kind == ConfigValueKind::kOptions;
    text += StrCat(text.empty() ? "" : ", ", is_option ? StrCat(value.name, "=") : "", value.text);
  }
  return text;
}

bool IsExternal(const ConfigSetting& setting) {
  return setting.key->name.starts_with("Index.External.");
}

// The place of what the fragment's index is for. Null if it has no index.
const std::string* MountOf(const ConfigFragment& fragment) {
  const std::string* mount = nullptr;
  for (const ConfigSetting& setting : fragment.settings) {
    if (setting.key->name == "Index.External.File") mount = &setting.values.front().name;
    if (setting.key->name == "Index.External.MountPoint") mount = &setting.values.front().text;
  }
  return mount;
}

bool IsMounted(const ConfigFragment& fragment, std::string_view path) {
  const std::string* mount = MountOf(fragment);
  if (mount == nullptr) return false;
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return IsWithin(*mount, path);
}

void Apply(const ConfigFile& file, const ConfigFragment& fragment, bool is_mounted,
           Config& config) {
  config.compile_flags.edits.emplace_back();
  for (const ConfigSetting& setting : fragment.settings) {
    if (IsExternal(setting) && !is_mounted) continue;
    setting.key->apply(setting, config);
    config.sources.push_back(
        {setting.key->name, ValueText(setting), file.path, setting.range.begin.line + 1});
  }
  const FlagEdit& edit = config.compile_flags.edits.back();
  if (edit.compiler.empty() && edit.remove.empty() && edit.add.empty()) {
    config.compile_flags.edits.pop_back();
  }
}

}  // namespace

std::string UserConfigPath() {
#if defined(_WIN32)
  const std::string folder = Environment("LocalAppData");
#elif defined(__APPLE__)
  const std::string home = Environment("HOME");
  const std::string folder = home.empty() ? "" : StrCat(home, "/Library/Preferences");
#else
  std::string folder = Environment("XDG_CONFIG_HOME");
  const std::string home = Environment("HOME");
  if (folder.empty() && !home.empty()) folder = StrCat(home, "/.config");
#endif
  return folder.empty() ? "" : AbsolutePath("/", StrCat(folder, "/clangd/config.yaml"));
}

ConfigProvider::Stamp ConfigProvider::StampOf(const std::string& path) {
  struct stat info{};
  // A folder of that name was clangd's own once; opening a pipe would wait for its writer.
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  return {true, static_cast<uint64_t>(info.st_size),
          int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_ino};
}

std::string ConfigProvider::DirectoryOf(const std::string& config_path) const {
  return config_path == options_.user_file ? "" : std::string(ParentPath(config_path));
}

std::shared_ptr<const ConfigFile> ConfigProvider::LookAt(
    const std::string& path, const std::string& directory,
    std::vector<std::pair<ConfigFile, bool>>& read) {
  auto [it, is_first] = known_.try_emplace(path);
  Known& known = it->second;
  const absl::Time now = absl::Now();
  if (!is_first && options_.max_age > absl::ZeroDuration() &&
      now - known.looked_at < options_.max_age) {
    return known.file;
  }
  known.looked_at = now;
  const Stamp stamp = StampOf(path);
  if (!is_first && stamp == known.stamp) return known.file;
  known.stamp = stamp;
  const bool was_there = known.file != nullptr;
  if (!stamp.is_there) {
    known.text.clear();
    known.file = nullptr;
    if (was_there) read.emplace_back(ConfigFile{.path = path, .directory = directory}, true);
    return nullptr;
  }
  std::string text = ReadStart(path);
  if (was_there && text == known.text) return known.file;
  known.text = std::move(text);
  known.file = std::make_shared<const ConfigFile>(
      ReadConfigText(known.text, path, directory, options_.check_speed));
  read.emplace_back(*known.file, !is_first);
  return known.file;
}

void ConfigProvider::Tell(const std::vector<std::pair<ConfigFile, bool>>& read) const {
  for (const auto& [file, is_change] : read) {
    for (const ConfigProblem& problem : file.problems) LogInfo(DescribeProblem(file, problem));
    if (options_.on_read) options_.on_read(file, is_change);
  }
}

ConfigProvider::Files ConfigProvider::Look(const std::string& path) {
  Files files;
  if (!options_.enabled || !path.starts_with('/')) return files;
  std::vector<std::pair<ConfigFile, bool>> read;
  {
    absl::MutexLock lock(&mutex_);
    const auto add = [&](const std::string& file, const std::string& directory)
                         ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                           if (auto found = LookAt(file, directory, read)) {
                             files.push_back(std::move(found));
                           }
                         };
    for (size_t slash = 0; slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const std::string folder = slash == 0 ? "/" : path.substr(0, slash);
      add(StrCat(path.substr(0, slash), "/", kName), folder);
    }
    if (!options_.user_file.empty()) add(options_.user_file, "");
  }
  Tell(read);
  return files;
}

std::vector<std::shared_ptr<const ConfigFile>> ConfigProvider::FilesFor(const std::string& path) {
  return Look(path);
}

std::shared_ptr<const Config> ConfigProvider::For(const std::string& path) {
  Files files = Look(path);
  std::vector<const void*> key;
  struct Step {
    const ConfigFile* file;
    const ConfigFragment* fragment;
    bool is_mounted;
  };
  std::vector<Step> steps;
  for (const auto& file : files) {
    for (const ConfigFragment& fragment : file->fragments) {
      if (!fragment.AppliesTo(path, file->directory)) continue;
      const bool is_mounted = IsMounted(fragment, path);
      steps.push_back({file.get(), &fragment, is_mounted});
      key.push_back(&fragment);
      if (is_mounted) key.push_back(nullptr);
    }
  }
  absl::MutexLock lock(&mutex_);
  if (const auto found = configs_.find(key); found != configs_.end()) return found->second.second;
  auto config = std::make_shared<Config>();
  for (const Step& step : steps) Apply(*step.file, *step.fragment, step.is_mounted, *config);
  if (configs_.size() >= kMaxConfigs) configs_.clear();
  // The files are kept with it: no other fragment comes to stand where theirs do.
  configs_.emplace(std::move(key), std::pair(std::move(files), config));
  return config;
}

std::shared_ptr<const ConfigFile> ConfigProvider::Find(const std::string& path) {
  if (!IsConfigFile(path)) return nullptr;
  std::vector<std::pair<ConfigFile, bool>> read;
  std::shared_ptr<const ConfigFile> found;
  {
    absl::MutexLock lock(&mutex_);
    found = LookAt(path, DirectoryOf(path), read);
  }
  Tell(read);
  return found;
}

ConfigFile ConfigProvider::Check(const std::string& path, std::string_view text) const {
  return ReadConfigText(text, path, DirectoryOf(path), options_.check_speed);
}

void ConfigProvider::FilesChanged(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (!IsConfigFile(path)) continue;
    {
      absl::MutexLock lock(&mutex_);
      // Of one that nobody has asked about nothing depends.
      const auto known = known_.find(path);
      if (known == known_.end()) continue;
      known->second.looked_at = absl::InfinitePast();
      known->second.stamp.inode = 0;  // a write within the clock's step leaves the time as it was
    }
    Find(path);
  }
}

}  // namespace astrolabe
