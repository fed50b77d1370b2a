// What is configured for a file: .clangd files with the keys of clangd 22, and the user's own file.
//
// Files above it count, the outermost first, then the user's. A file (config_file.h) is read once into fragments, one
// a YAML document; those whose conditions the path meets are applied one after the other (config_provider.h). What
// each key means to us stands in one table (config_keys.cc).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/config/path_pattern.h"
#include "analysis/live/answers.h"

namespace astrolabe {

// What one fragment does to a compile command, in this order.
struct FlagEdit {
  std::string compiler;  // in place of the command's; empty: as it is
  std::vector<std::string> remove;
  std::vector<std::string> add;
};

enum class DatabaseSearch : uint8_t { kAncestors, kFolder, kNone };

enum class ArgumentLists : uint8_t { kNone, kOpenDelimiter, kDelimiters, kFullPlaceholders };
enum class MacroFilter : uint8_t { kExactPrefix, kFuzzyMatch };

struct ExternalIndex {
  std::string folder;       // absolute: an index directory of ours
  std::string mount_point;  // absolute: the root of what it knows
};

// Where a value is from.
struct ConfigSource {
  std::string_view key;  // "Diagnostics.Suppress"
  std::string value;     // as written, lists joined with ", "
  std::string path;
  uint32_t line = 0;  // 1-based
};

// For one file. The defaults are clangd's.
struct Config {
  struct {
    std::vector<FlagEdit> edits;
    DatabaseSearch search = DatabaseSearch::kAncestors;
    std::string database_folder;  // kFolder; absolute
  } compile_flags;
  struct {
    bool background = true;
    std::optional<ExternalIndex> external;
    bool standard_library = true;
  } index;
  struct {
    std::vector<PathPattern> quoted_headers;  // of their paths
    std::vector<PathPattern> angled_headers;
  } style;
  struct {
    bool suppress_all = false;
    std::set<std::string, std::less<>> suppress;  // without "-W" and "err_"
    std::string tidy_checks;                      // globs, comma-separated
    std::map<std::string, std::string> tidy_options;
    TidySpeed tidy_speed = TidySpeed::kStrict;
    IncludeHygieneOptions includes;
  } diagnostics;
  struct {
    bool all_scopes = true;
    ArgumentLists argument_lists = ArgumentLists::kFullPlaceholders;
    bool insert_headers = true;
    bool code_patterns = true;
    std::optional<MacroFilter> macro_filter;  // not said: the ranking's business
    bool language_model = true;               // may propose inline completions
  } completion;
  struct {
    bool enabled = true;
    HintSettings kinds;
  } inlay_hints;
  struct {
    std::vector<std::string> disabled_kinds;
    std::vector<std::string> disabled_modifiers;
  } semantic_tokens;
  AnswerSettings answers;  // hover, documentation, and what of style the AST's side needs

  // All that was written, in the order in which it was applied.
  std::vector<ConfigSource> sources;

  bool Suppresses(const LiveDiagnostic& diagnostic) const;
};

// Whether both have been told the same by keys that begin so.
bool SaySame(const Config& a, const Config& b, std::string_view keys);

// A diagnostic's code as .clangd files may spell it: without "-W" and "err_".
std::string_view SuppressedCode(std::string_view code);

// Whether any of them matches the whole path or the end of it.
bool MatchesAny(const std::vector<PathPattern>& patterns, std::string_view path);

}  // namespace astrolabe
