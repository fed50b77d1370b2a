// The keys of .clangd files: what may stand behind them, and what they do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/config/config.h"

namespace astrolabe {

struct ConfigProblem {
  CodeRange range;  // columns are bytes
  DiagnosticLevel level = DiagnosticLevel::kError;
  std::string message;
};

// As written.
struct ConfigValue {
  std::string text;
  std::string name;  // of one of CheckOptions
  CodeRange range;
};

enum class ConfigValueKind : uint8_t { kText, kList, kFlag, kNumber, kChoice, kOptions };

struct ConfigKey;

struct ConfigSetting {
  const ConfigKey* key = nullptr;
  CodeRange range;                  // of the key
  std::vector<ConfigValue> values;  // one, unless it is a list
  // What the value was found to mean: of a flag 0 or 1, a number, the place in `choices`.
  uint32_t number = 0;
  std::vector<PathPattern> patterns;
};

// What is known of a check of clang-tidy by its name; nullopt: there is none.
using CheckSpeedOf = std::function<std::optional<TidySpeed>(std::string_view name)>;

// What the values of a file are looked at with.
struct ConfigChecks {
  std::string directory;     // of the file, which its paths are relative to; empty: the user's file
  CheckSpeedOf check_speed;  // the weakest filter that a check passes; null: any name will do
  std::vector<ConfigProblem>* problems = nullptr;

  void Say(DiagnosticLevel level, const CodeRange& range, std::string message) const;
};

struct ConfigKey {
  std::string_view name;  // with its blocks: "Diagnostics.ClangTidy.Add"
  ConfigValueKind kind = ConfigValueKind::kText;
  std::string_view default_text;  // as `astrolabe config` prints it
  std::vector<std::string_view> choices;
  // Looks at what is particular to the key; may take values away. False: it does not count. May be null.
  bool (*check)(ConfigSetting& setting, const ConfigChecks& checks) = nullptr;
  void (*apply)(const ConfigSetting& setting, Config& config) = nullptr;
};

std::span<const ConfigKey> ConfigKeys();

// The key of this name; null if there is none.
const ConfigKey* FindConfigKey(std::string_view name);

// What may follow "Diagnostics." there: the names of keys and blocks.
std::vector<std::string_view> ConfigKeysIn(std::string_view block);

// Whether the setting means anything; says what is wrong with it.
bool CheckSetting(ConfigSetting& setting, const ConfigChecks& checks);

}  // namespace astrolabe
