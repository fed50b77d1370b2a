// `astrolabe config`: what is configured for a file, where each value is from, and what is wrong with the files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/config/config_provider.h"
#include "analysis/features/tidy/tidy_speed.h"
#include "base/strings.h"
#include "lsp/cli/command.h"
#include "lsp/cli/json.h"

namespace astrolabe {
namespace {

struct ConfigArguments {
  std::string file;
  bool json = false;
};

// What counts for a key, and who says so.
struct ConfiguredValue {
  std::string_view key;
  std::string_view value;
  const ConfigSource* source = nullptr;  // null: the default
};

// In the order of the keys. Of a list all sources count, of anything else the last.
std::vector<ConfiguredValue> ValuesOf(const Config& config) {
  std::vector<ConfiguredValue> values;
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.apply == nullptr) continue;
    const bool is_list =
        key.kind == ConfigValueKind::kList || key.kind == ConfigValueKind::kOptions;
    const size_t first = values.size();
    for (const ConfigSource& source : config.sources) {
      if (source.key != key.name) continue;
      if (!is_list) values.resize(first);
      values.push_back({key.name, source.value, &source});
    }
    if (values.size() == first && !key.default_text.empty()) {
      values.push_back({key.name, key.default_text, nullptr});
    }
  }
  return values;
}

void PrintText(const std::string& path, const Config& config,
               const std::vector<std::shared_ptr<const ConfigFile>>& files) {
  std::printf("%s\n", path.c_str());
  for (const auto& file : files) {
    std::printf("  reads %s%s\n", file->path.c_str(),
                file->directory.empty() ? " (the user's)" : "");
  }
  if (files.empty()) std::printf("  no configuration file\n");
  for (const auto& [key, value, source] : ValuesOf(config)) {
    const std::string origin =
        source == nullptr ? "default" : StrCat(source->path, ":", source->line);
    std::printf("%s\n", StrCat(key, ": ", value, "  # ", origin).c_str());
  }
  for (const auto& file : files) {
    for (const ConfigProblem& problem : file->problems) {
      std::printf("%s\n", DescribeProblem(*file, problem).c_str());
    }
  }
}

void PrintJson(const std::string& path, const Config& config,
               const std::vector<std::shared_ptr<const ConfigFile>>& files) {
  OrderedJson read = OrderedJson::array();
  OrderedJson problems = OrderedJson::array();
  for (const auto& file : files) {
    read.push_back(file->path);
    for (const ConfigProblem& problem : file->problems) {
      problems.push_back({{"file", file->path},
                          {"line", problem.range.begin.line + 1},
                          {"column", problem.range.begin.column + 1},
                          {"level", LevelName(problem.level)},
                          {"message", problem.message}});
    }
  }
  OrderedJson values = OrderedJson::array();
  for (const auto& [key, value, source] : ValuesOf(config)) {
    OrderedJson& said = values.emplace_back(OrderedJson{{"key", key}, {"value", value}});
    if (source == nullptr) continue;
    said["file"] = source->path;
    said["line"] = source->line;
  }
  PrintJsonLine({{"path", path}, {"files", read}, {"values", values}, {"problems", problems}});
}

int RunConfig(const ConfigArguments& arguments) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(arguments.file, error);
  if (error) return Fail(absl::NotFoundError("the working directory is gone"));
  std::string asked = path.lexically_normal().string();
  // What holds for all in a folder.
  if (std::filesystem::is_directory(path, error) && !asked.ends_with('/')) asked += '/';
  ConfigOptions options;
  options.user_file = UserConfigPath();
  options.check_speed = WeakestFilterOf;
  options.max_age = absl::InfiniteDuration();
  ConfigProvider provider(std::move(options));
  const std::shared_ptr<const Config> config = provider.For(asked);
  const auto files = provider.FilesFor(asked);
  (arguments.json ? PrintJson : PrintText)(asked, *config, files);
  const bool is_wrong = std::ranges::any_of(files, [](const auto& file) {
    return std::ranges::any_of(file->problems, [](const ConfigProblem& problem) {
      return problem.level == DiagnosticLevel::kError;
    });
  });
  return is_wrong ? kExitNothingFound : kExitOk;
}

}  // namespace

void RegisterConfigCommand(CLI::App& app, int* exit_code) {
  auto arguments = std::make_shared<ConfigArguments>();
  CLI::App* command = app.add_subcommand(
      "config", "what .clangd files and the user's configuration say for a file, and where");
  command->add_option("FILE", arguments->file, "path (default: the working directory)")
      ->default_val(".");
  command->add_flag("--json", arguments->json, "print JSON: one object");
  command->footer("Exit code 1: one of the files has an error.");
  command->callback([=] { *exit_code = RunConfig(*arguments); });
}

}  // namespace astrolabe
