// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/config_file.h"

#include <algorithm>
#include <utility>

#include "analysis/config/config_yaml.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "llvm/Support/ConvertUTF.h"

namespace astrolabe {
namespace {

// A document's own text: from behind the "---" ahead of it up to the next one.
std::vector<std::pair<size_t, size_t>> DocumentsOf(std::string_view text) {
  std::vector<std::pair<size_t, size_t>> documents;
  size_t begin = 0;
  for (size_t line = 0; line < text.size();) {
    size_t next = text.find('\n', line);
    next = next == text.npos ? text.size() : next + 1;
    const std::string_view mark = text.substr(line, 4);
    const bool is_mark =
        mark.starts_with("---") &&
        (mark.size() == 3 || std::string_view(" \t\r\n").find(mark[3]) != mark.npos);
    if (is_mark && line > begin) {
      documents.emplace_back(begin, line);
      begin = line;
    }
    line = next;
  }
  documents.emplace_back(begin, text.size());
  return documents;
}

// Bytes that are no UTF-8 or no text, zeros, as question marks, and the place of the first one.
std::string WithoutBadBytes(std::string_view text, size_t* first) {
  std::string good(text);
  *first = text.npos;
  const auto* at = reinterpret_cast<const llvm::UTF8*>(good.data());
  const auto* end = at + good.size();
  while (at < end) {
    const unsigned length = llvm::getNumBytesForUTF8(*at);
    if (*at != 0 && length <= static_cast<size_t>(end - at) && llvm::isLegalUTF8Sequence(at, end)) {
      at += length;
      continue;
    }
    const size_t place = at - reinterpret_cast<const llvm::UTF8*>(good.data());
    *first = std::min(*first, place);
    good[place] = '?';
    ++at;
  }
  return good;
}

const ConfigSetting* Find(const ConfigFragment& fragment, std::string_view key) {
  const auto found = std::ranges::find_if(
      fragment.settings, [&](const ConfigSetting& setting) { return setting.key->name == key; });
  return found == fragment.settings.end() ? nullptr : &*found;
}

// What no key can know alone.
void CheckTogether(ConfigFragment& fragment, const ConfigChecks& checks) {
  const ConfigSetting* mount = Find(fragment, "Index.External.MountPoint");
  const ConfigSetting* file = Find(fragment, "Index.External.File");
  if (file != nullptr && mount == nullptr && checks.directory.empty()) {
    checks.Say(DiagnosticLevel::kError, file->range,
               "MountPoint is needed beside it: the user's file is of no folder");
    std::erase_if(fragment.settings,
                  [&](const ConfigSetting& setting) { return &setting == file; });
  } else if (mount != nullptr && file == nullptr) {
    checks.Say(DiagnosticLevel::kWarning, mount->range, "without File it has no effect");
  }
}

// Moves the conditions out of the settings, and checks all others.
void Settle(ConfigFragment& fragment, const ConfigChecks& checks) {
  std::vector<ConfigSetting> settings;
  for (ConfigSetting& setting : fragment.settings) {
    const bool is_match = setting.key->name == "If.PathMatch";
    const bool is_exclude = setting.key->name == "If.PathExclude";
    if (!CheckSetting(setting, checks)) continue;
    if (is_match || is_exclude) {
      (is_match ? fragment.has_path_match : fragment.has_path_exclude) = !setting.values.empty();
      (is_match ? fragment.path_match : fragment.path_exclude) = std::move(setting.patterns);
    } else if (setting.key->apply != nullptr) {
      settings.push_back(std::move(setting));
    }
  }
  std::ranges::stable_sort(settings, {}, &ConfigSetting::key);
  fragment.settings = std::move(settings);
  CheckTogether(fragment, checks);
}

}  // namespace

bool ConfigFragment::AppliesTo(std::string_view path, std::string_view directory) const {
  if (is_unknown) return false;
  if (!has_path_match && !has_path_exclude) return true;
  if (path.ends_with('/')) return false;
  if (!directory.empty()) {
    if (!IsWithin(directory, path)) return false;
    path.remove_prefix(directory == "/" ? 1 : directory.size() + 1);
  }
  if (has_path_match && !MatchesAny(path_match, path)) return false;
  return !MatchesAny(path_exclude, path);
}

ConfigFile ReadConfigText(std::string_view text, std::string path, std::string directory,
                          const CheckSpeedOf& check_speed) {
  ConfigFile file{.path = std::move(path), .directory = std::move(directory)};
  ConfigChecks checks{file.directory, check_speed, &file.problems};
  if (text.size() > kMaxConfigBytes) {
    checks.Say(DiagnosticLevel::kError, {},
               StrCat("this file has ", text.size(), " bytes and is not read: a configuration has ",
                      kMaxConfigBytes, " at most"));
    return file;
  }
  size_t bad = 0;
  const std::string good = WithoutBadBytes(text, &bad);
  const LineIndex lines(good);
  if (bad != text.npos) {
    const CodePlace place = lines.PlaceOf(static_cast<uint32_t>(bad));
    checks.Say(DiagnosticLevel::kError, {place, {place.line, place.column + 1}},
               "this is not UTF-8; such bytes count as question marks");
  }
  for (const auto& [begin, end] : DocumentsOf(good)) {
    std::optional<ConfigFragment> fragment = ReadYamlDocument(good, begin, end, lines, checks);
    if (!fragment) continue;
    Settle(*fragment, checks);
    file.fragments.push_back(*std::move(fragment));
  }
  std::ranges::stable_sort(file.problems, {},
                           [](const ConfigProblem& problem) { return problem.range.begin; });
  return file;
}

const char* LevelName(DiagnosticLevel level) {
  switch (level) {
    case DiagnosticLevel::kError:
      return "error";
    case DiagnosticLevel::kWarning:
      return "warning";
    default:
      return "information";
  }
}

std::string DescribeProblem(const ConfigFile& file, const ConfigProblem& problem) {
  return StrCat(file.path, ":", problem.range.begin.line + 1, ":", problem.range.begin.column + 1,
                ": ", LevelName(problem.level), ": ", problem.message);
}

bool IsConfigPath(std::string_view path, std::string_view user_file) {
  return path.ends_with("/.clangd") || (!user_file.empty() && path == user_file);
}

}  // namespace astrolabe
