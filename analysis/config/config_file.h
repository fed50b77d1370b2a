// A .clangd file: YAML in, fragments and problems out.
//
// Each document of the file is read by itself, so that one that is broken costs no other. YAML is LLVM's
// (llvm/Support/YAMLParser.h), which expands no aliases; what nests deeper than people write is not given to it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/config/config_keys.h"

namespace astrolabe {

// Bytes. A larger file is no configuration.
inline constexpr size_t kMaxConfigBytes = 1'000'000;

// One document.
struct ConfigFragment {
  // Which paths it is for, relative to its file's folder: one of these, if there are any, and none of those.
  std::vector<PathPattern> path_match;
  std::vector<PathPattern> path_exclude;
  bool has_path_match = false;  // even if none of them could be read
  bool has_path_exclude = false;
  bool is_unknown = false;  // its conditions have a key that we do not know: it is for no path
  std::vector<ConfigSetting> settings;

  // `path` is absolute; one that ends with '/' is no file, which no condition is met by. `directory` is the fragment's
  // file's, empty for the user's.
  bool AppliesTo(std::string_view path, std::string_view directory) const;
};

struct ConfigFile {
  std::string path;       // absolute
  std::string directory;  // that it is for, with all below; empty: the user's, for all
  std::vector<ConfigFragment> fragments;
  std::vector<ConfigProblem> problems;  // by place
};

// Never fails: what is wrong is among the problems.
ConfigFile ReadConfigText(std::string_view text, std::string path, std::string directory,
                          const CheckSpeedOf& check_speed);

// "error", "warning" or "information".
const char* LevelName(DiagnosticLevel level);

// "/w/.clangd:3:7: error: …", line and column from 1.
std::string DescribeProblem(const ConfigFile& file, const ConfigProblem& problem);

// ".clangd" or the user's file, by its name.
bool IsConfigPath(std::string_view path, std::string_view user_file);

}  // namespace astrolabe
