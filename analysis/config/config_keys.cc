// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/config_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "analysis/project/paths.h"
#include "base/strings.h"
#include "llvm/Support/YAMLTraits.h"

namespace astrolabe {
namespace {

using Kind = ConfigValueKind;

std::vector<std::string> Texts(const ConfigSetting& setting) {
  std::vector<std::string> texts;
  for (const ConfigValue& value : setting.values) texts.push_back(value.text);
  return texts;
}

void AddTexts(const ConfigSetting& setting, std::vector<std::string>& all) {
  for (const ConfigValue& value : setting.values) {
    if (std::ranges::find(all, value.text) == all.end()) all.push_back(value.text);
  }
}

void AddPatterns(const ConfigSetting& setting, std::vector<PathPattern>& all) {
  all.insert(all.end(), setting.patterns.begin(), setting.patterns.end());
}

std::string Joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::string_view word : words) text += StrCat(text.empty() ? "" : ", ", word);
  return text;
}

// --- Checks.

bool CheckEndings(ConfigSetting& setting, const ConfigChecks& checks) {
  for (const ConfigValue& value : setting.values) {
    absl::StatusOr<PathPattern> pattern = PathPattern::Ending(value.text);
    if (pattern.ok()) {
      setting.patterns.push_back(*std::move(pattern));
    } else {
      checks.Say(DiagnosticLevel::kError, value.range,
                 StrCat("no regular expression: ", ToStd(pattern.status().message())));
    }
  }
  return !setting.patterns.empty();
}

bool CheckPaths(ConfigSetting& setting, const ConfigChecks& checks) {
  for (const ConfigValue& value : setting.values) {
    absl::StatusOr<PathPattern> pattern = PathPattern::Whole(value.text);
    if (pattern.ok()) {
      setting.patterns.push_back(*std::move(pattern));
    } else {
      checks.Say(DiagnosticLevel::kError, value.range,
                 StrCat("no regular expression: ", ToStd(pattern.status().message())));
    }
  }
  return true;
}

// Makes it absolute.
bool CheckPath(ConfigValue& value, const ConfigChecks& checks) {
  if (value.text.empty()) {
    checks.Say(DiagnosticLevel::kError, value.range, "expected a path");
    return false;
  }
  if (!value.text.starts_with('/') && checks.directory.empty()) {
    checks.Say(DiagnosticLevel::kError, value.range,
               "the path must be absolute, since the user's file is of no folder");
    return false;
  }
  value.text = AbsolutePath(checks.directory.empty() ? "/" : checks.directory, value.text);
  return true;
}

bool CheckDatabase(ConfigSetting& setting, const ConfigChecks& checks) {
  ConfigValue& value = setting.values.front();
  if (value.text == "Ancestors" || value.text == "None") return true;
  if (!CheckPath(value, checks)) return false;
  if (!IsDirectory(value.text) && !IsRegularFile(value.text)) {
    checks.Say(DiagnosticLevel::kWarning, value.range, StrCat("there is no folder ", value.text));
  }
  return true;
}

bool CheckMount(ConfigSetting& setting, const ConfigChecks& checks) {
  ConfigValue& value = setting.values.front();
  if (!CheckPath(value, checks)) return false;
  const bool is_part = !checks.directory.empty() && value.text != checks.directory &&
                       IsWithin(checks.directory, value.text);
  if (is_part) {
    checks.Say(DiagnosticLevel::kInformation, value.range,
               "an index is used for whole workspaces only: unless this is the root of one, it "
               "has no effect here");
  }
  return true;
}

bool CheckBuiltinHeaders(ConfigSetting& setting, const ConfigChecks& checks) {
  if (setting.number != 0) {
    checks.Say(DiagnosticLevel::kInformation, setting.values.front().range,
               "QueryDriver has no effect here: files are always parsed with Clang's own headers "
               "beside those of the compiler");
  }
  return true;
}

bool CheckServer(ConfigSetting& setting, const ConfigChecks& checks) {
  checks.Say(DiagnosticLevel::kInformation, setting.range,
             "index servers are not supported: this has no effect here");
  return false;
}

bool CheckExternal(ConfigSetting& setting, const ConfigChecks& checks) {
  ConfigValue& value = setting.values.front();
  if (llvm::StringRef(value.text).equals_insensitive("none")) return true;
  checks.Say(DiagnosticLevel::kError, value.range,
             "expected None, or a block with File and MountPoint");
  return false;
}

bool CheckExternalFile(ConfigSetting& setting, const ConfigChecks& checks) {
  ConfigValue& value = setting.values.front();
  if (!CheckPath(value, checks)) return false;
  value.name = checks.directory;  // its mount point, unless another is said
  if (IsDirectory(value.text)) return true;
  checks.Say(DiagnosticLevel::kWarning, value.range,
             StrCat(value.text,
                    IsRegularFile(value.text)
                        ? " is no index of ours: expected a folder that `astrolabe index "
                          "--index-dir` has written; indexes of clangd-indexer are not read"
                        : " is not there: expected a folder that `astrolabe index --index-dir` "
                          "has written"));
  return false;
}

bool CheckTidyNames(ConfigSetting& setting, const ConfigChecks& checks) {
  std::erase_if(setting.values, [&](ConfigValue& value) {
    value.text = llvm::StringRef(value.text).trim().str();
    if (value.text.empty() || value.text.starts_with('-') ||
        value.text.find(',') != std::string::npos) {
      checks.Say(DiagnosticLevel::kError, value.range,
                 "expected the name of one check, or a glob; what goes is in Remove");
      return true;
    }
    if (value.text.find('*') != std::string::npos || checks.check_speed == nullptr) return false;
    const std::optional<TidySpeed> speed = checks.check_speed(value.text);
    if (!speed) {
      checks.Say(DiagnosticLevel::kWarning, value.range,
                 StrCat("clang-tidy has no check \"", value.text, "\""));
      return true;
    }
    if (setting.key->name.ends_with("Remove")) return false;
    if (*speed == TidySpeed::kAny) {
      checks.Say(DiagnosticLevel::kWarning, value.range,
                 StrCat(value.text, " is slow: it only runs where FastCheckFilter is None"));
    } else if (*speed == TidySpeed::kLoose) {
      checks.Say(DiagnosticLevel::kWarning, value.range,
                 StrCat(value.text,
                        ": nobody has measured how long it takes; it only runs where "
                        "FastCheckFilter is Loose or None"));
    }
    return false;
  });
  return !setting.values.empty();
}

// What was called so when it was new.
// Among the choices of UnusedIncludes and MissingIncludes.
constexpr uint32_t kStrictIncludes = 0;

bool CheckUnusedIncludes(ConfigSetting& setting, const ConfigChecks& checks) {
  if (setting.number == 2) {
    checks.Say(DiagnosticLevel::kWarning, setting.values.front().range,
               "Experiment is called Strict now");
    setting.number = kStrictIncludes;
  }
  return true;
}

bool CheckTokenNames(ConfigSetting& setting, const ConfigChecks& checks,
                     std::span<const std::string_view> known) {
  for (const ConfigValue& value : setting.values) {
    if (std::ranges::find(known, value.text) != known.end()) continue;
    checks.Say(
        DiagnosticLevel::kInformation, value.range,
        StrCat("no token is of this ", setting.key->name.ends_with("Kinds") ? "kind" : "modifier",
               " here: it has no effect"));
  }
  return true;
}

bool CheckTokenKinds(ConfigSetting& setting, const ConfigChecks& checks) {
  static constexpr std::array<std::string_view, 24> kKinds = {
      "Variable", "LocalVariable", "Parameter", "Function",  "Method",  "StaticMethod",
      "Field",    "StaticField",   "Class",     "Interface", "Enum",    "EnumConstant",
      "Type",     "Typedef",       "Unknown",   "Namespace", "Concept", "TemplateParameter",
      "Macro",    "Modifier",      "Operator",  "Bracket",   "Label",   "InactiveCode"};
  return CheckTokenNames(setting, checks, kKinds);
}

bool CheckTokenModifiers(ConfigSetting& setting, const ConfigChecks& checks) {
  static constexpr std::array<std::string_view, 14> kModifiers = {
      "Declaration",   "Definition", "Deprecated",    "Readonly",       "Static",
      "Abstract",      "Virtual",    "DependentName", "DefaultLibrary", "UsedAsMutableReference",
      "FunctionScope", "ClassScope", "FileScope",     "GlobalScope"};
  return CheckTokenNames(setting, checks, kModifiers);
}

// --- What they do.

// The edit of the fragment that is being applied, which has begun with its first key.
FlagEdit& LastEdit(Config& config) { return config.compile_flags.edits.back(); }

void AddTidy(const ConfigSetting& setting, Config& config, std::string_view prefix) {
  std::string& checks = config.diagnostics.tidy_checks;
  for (const ConfigValue& value : setting.values) {
    checks += StrCat(checks.empty() ? "" : ",", prefix, value.text);
  }
}

void Suppress(const ConfigSetting& setting, Config& config) {
  for (const ConfigValue& value : setting.values) {
    if (value.text == "*") config.diagnostics.suppress_all = true;
    config.diagnostics.suppress.emplace(SuppressedCode(value.text));
  }
}

void SetDatabase(const ConfigSetting& setting, Config& config) {
  const std::string& text = setting.values.front().text;
  auto& flags = config.compile_flags;
  flags.search = text == "Ancestors" ? DatabaseSearch::kAncestors
                 : text == "None"    ? DatabaseSearch::kNone
                                     : DatabaseSearch::kFolder;
  flags.database_folder = flags.search == DatabaseSearch::kFolder ? text : "";
}

void AddNamespaces(const ConfigSetting& setting, Config& config) {
  for (const ConfigValue& value : setting.values) {
    llvm::StringRef name(value.text);
    name.consume_front("::");
    name.consume_back("::");
    config.answers.qualified_namespaces.push_back(name.str());
  }
}

#define ASTROLABE_SET(MEMBER)                                      \
  [](const ConfigSetting& setting, Config& config) {               \
    using Type = std::remove_reference_t<decltype(config.MEMBER)>; \
    config.MEMBER = static_cast<Type>(setting.number);             \
  }

std::vector<ConfigKey> MakeKeys() {
  const std::vector<std::string_view> policies = {"Strict", "None"};
  return {
      {"If.PathMatch", Kind::kList, "", {}, CheckPaths, nullptr},
      {"If.PathExclude", Kind::kList, "", {}, CheckPaths, nullptr},

      {"CompileFlags.Compiler",
       Kind::kText,
       "",
       {},
       nullptr,
       [](const ConfigSetting& setting, Config& config) {
         LastEdit(config).compiler = setting.values.front().text;
       }},
      {"CompileFlags.Remove",
       Kind::kList,
       "",
       {},
       nullptr,
       [](const ConfigSetting& setting, Config& config) {
         LastEdit(config).remove = Texts(setting);
       }},
      {"CompileFlags.Add",
       Kind::kList,
       "",
       {},
       nullptr,
       [](const ConfigSetting& setting, Config& config) { LastEdit(config).add = Texts(setting); }},
      {"CompileFlags.CompilationDatabase",
       Kind::kText,
       "Ancestors",
       {},
       CheckDatabase,
       SetDatabase},
      {"CompileFlags.BuiltinHeaders",
       Kind::kChoice,
       "Clangd",
       {"Clangd", "QueryDriver"},
       CheckBuiltinHeaders,
       [](const ConfigSetting&, Config&) {}},

      {"Index.Background",
       Kind::kChoice,
       "Build",
       {"Skip", "Build"},
       nullptr,
       ASTROLABE_SET(index.background)},
      // Behind Background: only a later fragment can have both, as in clangd.
      {"Index.External",
       Kind::kText,
       "None",
       {},
       CheckExternal,
       [](const ConfigSetting&, Config& config) { config.index.external.reset(); }},
      {"Index.External.File",
       Kind::kText,
       "",
       {},
       CheckExternalFile,
       [](const ConfigSetting& setting, Config& config) {
         config.index.external = {setting.values.front().text, setting.values.front().name};
         config.index.background = false;
       }},
      {"Index.External.MountPoint",
       Kind::kText,
       "",
       {},
       CheckMount,
       [](const ConfigSetting& setting, Config& config) {
         if (config.index.external) {
           config.index.external->mount_point = setting.values.front().text;
         }
       }},
      {"Index.External.Server", Kind::kText, "", {}, CheckServer, nullptr},
      {"Index.StandardLibrary",
       Kind::kFlag,
       "Yes",
       {},
       nullptr,
       ASTROLABE_SET(index.standard_library)},

      {"Style.FullyQualifiedNamespaces", Kind::kList, "", {}, nullptr, AddNamespaces},
      {"Style.QuotedHeaders",
       Kind::kList,
       "",
       {},
       CheckEndings,
       [](const ConfigSetting& setting, Config& config) {
         AddPatterns(setting, config.style.quoted_headers);
       }},
      {"Style.AngledHeaders",
       Kind::kList,
       "",
       {},
       CheckEndings,
       [](const ConfigSetting& setting, Config& config) {
         AddPatterns(setting, config.style.angled_headers);
       }},

      {"Diagnostics.Suppress", Kind::kList, "", {}, nullptr, Suppress},
      {"Diagnostics.ClangTidy.Add",
       Kind::kList,
       "",
       {},
       CheckTidyNames,
       [](const ConfigSetting& setting, Config& config) { AddTidy(setting, config, ""); }},
      {"Diagnostics.ClangTidy.Remove",
       Kind::kList,
       "",
       {},
       CheckTidyNames,
       [](const ConfigSetting& setting, Config& config) { AddTidy(setting, config, "-"); }},
      {"Diagnostics.ClangTidy.CheckOptions",
       Kind::kOptions,
       "",
       {},
       nullptr,
       [](const ConfigSetting& setting, Config& config) {
         for (const ConfigValue& value : setting.values) {
           config.diagnostics.tidy_options[value.name] = value.text;
         }
       }},
      {"Diagnostics.ClangTidy.FastCheckFilter",
       Kind::kChoice,
       "Strict",
       {"Strict", "Loose", "None"},
       nullptr,
       ASTROLABE_SET(diagnostics.tidy_speed)},
      {"Diagnostics.UnusedIncludes",
       Kind::kChoice,
       "Strict",
       {"Strict", "None", "Experiment"},
       CheckUnusedIncludes,
       [](const ConfigSetting& setting, Config& config) {
         config.diagnostics.includes.unused = setting.number == kStrictIncludes;
       }},
      {"Diagnostics.MissingIncludes", Kind::kChoice, "None", policies, nullptr,
       [](const ConfigSetting& setting, Config& config) {
         config.diagnostics.includes.missing = setting.number == kStrictIncludes;
       }},
      {"Diagnostics.Includes.IgnoreHeader",
       Kind::kList,
       "",
       {},
       CheckEndings,
       [](const ConfigSetting& setting, Config& config) {
         AddTexts(setting, config.diagnostics.includes.ignore_headers);
       }},
      {"Diagnostics.Includes.AnalyzeAngledIncludes",
       Kind::kFlag,
       "No",
       {},
       nullptr,
       ASTROLABE_SET(diagnostics.includes.analyze_angled)},

      {"Completion.AllScopes",
       Kind::kFlag,
       "Yes",
       {},
       nullptr,
       ASTROLABE_SET(completion.all_scopes)},
      {"Completion.ArgumentLists",
       Kind::kChoice,
       "FullPlaceholders",
       {"None", "OpenDelimiter", "Delimiters", "FullPlaceholders"},
       nullptr,
       ASTROLABE_SET(completion.argument_lists)},
      {"Completion.HeaderInsertion",
       Kind::kChoice,
       "IWYU",
       {"Never", "IWYU"},
       nullptr,
       ASTROLABE_SET(completion.insert_headers)},
      {"Completion.CodePatterns",
       Kind::kChoice,
       "All",
       {"None", "All"},
       nullptr,
       ASTROLABE_SET(completion.code_patterns)},
      {"Completion.MacroFilter",
       Kind::kChoice,
       "",
       {"ExactPrefix", "FuzzyMatch"},
       nullptr,
       [](const ConfigSetting& setting, Config& config) {
         config.completion.macro_filter = static_cast<MacroFilter>(setting.number);
       }},

      // Not clangd's.
      {"Completion.LanguageModel",
       Kind::kFlag,
       "Yes",
       {},
       nullptr,
       ASTROLABE_SET(completion.language_model)},

      {"InlayHints.Enabled", Kind::kFlag, "Yes", {}, nullptr, ASTROLABE_SET(inlay_hints.enabled)},
      {"InlayHints.ParameterNames",
       Kind::kFlag,
       "Yes",
       {},
       nullptr,
       ASTROLABE_SET(inlay_hints.kinds.parameters)},
      {"InlayHints.DeducedTypes",
       Kind::kFlag,
       "Yes",
       {},
       nullptr,
       ASTROLABE_SET(inlay_hints.kinds.types)},
      {"InlayHints.Designators",
       Kind::kFlag,
       "Yes",
       {},
       nullptr,
       ASTROLABE_SET(inlay_hints.kinds.designators)},
      {"InlayHints.BlockEnd",
       Kind::kFlag,
       "No",
       {},
       nullptr,
       ASTROLABE_SET(inlay_hints.kinds.block_ends)},
      {"InlayHints.DefaultArguments",
       Kind::kFlag,
       "No",
       {},
       nullptr,
       ASTROLABE_SET(inlay_hints.kinds.default_arguments)},
      // Not clangd's.
      {"InlayHints.ImplicitConversions",
       Kind::kFlag,
       "No",
       {},
       nullptr,
       ASTROLABE_SET(inlay_hints.kinds.conversions)},
      {"InlayHints.LambdaCaptures",
       Kind::kFlag,
       "No",
       {},
       nullptr,
       ASTROLABE_SET(inlay_hints.kinds.captures)},
      {"InlayHints.TypeNameLimit",
       Kind::kNumber,
       "32",
       {},
       nullptr,
       ASTROLABE_SET(inlay_hints.kinds.type_name_limit)},

      {"Hover.ShowAKA", Kind::kFlag, "Yes", {}, nullptr, ASTROLABE_SET(answers.show_aka)},
      {"Hover.MacroContentsLimit",
       Kind::kNumber,
       "2048",
       {},
       nullptr,
       ASTROLABE_SET(answers.macro_limit)},

      {"SemanticTokens.DisabledKinds",
       Kind::kList,
       "",
       {},
       CheckTokenKinds,
       [](const ConfigSetting& setting, Config& config) {
         AddTexts(setting, config.semantic_tokens.disabled_kinds);
       }},
      {"SemanticTokens.DisabledModifiers",
       Kind::kList,
       "",
       {},
       CheckTokenModifiers,
       [](const ConfigSetting& setting, Config& config) {
         AddTexts(setting, config.semantic_tokens.disabled_modifiers);
       }},

      {"Documentation.CommentFormat",
       Kind::kChoice,
       "Plaintext",
       {"Plaintext", "Markdown", "Doxygen"},
       nullptr,
       ASTROLABE_SET(answers.comments)},
  };
}

#undef ASTROLABE_SET

// Finds what a flag, number or choice means.
bool Understand(ConfigSetting& setting, const ConfigChecks& checks) {
  const ConfigKey& key = *setting.key;
  if (key.kind == Kind::kList || key.kind == Kind::kOptions) return true;
  const ConfigValue& value = setting.values.front();
  const auto refuse = [&](const std::string& expected) {
    checks.Say(DiagnosticLevel::kWarning, value.range,
               StrCat("expected ", expected, ", not \"", value.text, "\""));
    return false;
  };
  if (key.kind == Kind::kFlag) {
    const std::optional<bool> flag = llvm::yaml::parseBool(value.text);
    if (!flag) return refuse("Yes or No");
    setting.number = *flag ? 1 : 0;
  } else if (key.kind == Kind::kNumber) {
    const char* end = value.text.data() + value.text.size();
    const auto [stopped, error] = std::from_chars(value.text.data(), end, setting.number);
    if (error != std::errc() || stopped != end) return refuse("a number");
  } else if (key.kind == Kind::kChoice) {
    const auto choice = std::ranges::find(key.choices, value.text);
    if (choice == key.choices.end()) return refuse(StrCat("one of ", Joined(key.choices)));
    setting.number = static_cast<uint32_t>(choice - key.choices.begin());
  }
  return true;
}

}  // namespace

void ConfigChecks::Say(DiagnosticLevel level, const CodeRange& range, std::string message) const {
  problems->push_back({range, level, std::move(message)});
}

std::span<const ConfigKey> ConfigKeys() {
  static const auto& keys = *new std::vector<ConfigKey>(MakeKeys());
  return keys;
}

const ConfigKey* FindConfigKey(std::string_view name) {
  const auto found = std::ranges::find(ConfigKeys(), name, &ConfigKey::name);
  return found == ConfigKeys().end() ? nullptr : &*found;
}

std::vector<std::string_view> ConfigKeysIn(std::string_view block) {
  std::vector<std::string_view> names;
  for (const ConfigKey& key : ConfigKeys()) {
    std::string_view name = key.name;
    if (!block.empty()) {
      if (!name.starts_with(block) || name.size() <= block.size() || name[block.size()] != '.') {
        continue;
      }
      name.remove_prefix(block.size() + 1);
    }
    name = name.substr(0, name.find('.'));
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

bool CheckSetting(ConfigSetting& setting, const ConfigChecks& checks) {
  return Understand(setting, checks) &&
         (setting.key->check == nullptr || setting.key->check(setting, checks));
}

}  // namespace astrolabe
