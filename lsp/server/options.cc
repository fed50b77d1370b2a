// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/options.h"

#include <charconv>
#include <functional>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "base/strings.h"
#include "lsp/server/flag_table.h"

namespace astrolabe::lsp {
namespace {

using Setter = absl::Status (*)(std::string_view value, ServerOptions& options);

struct Flag {
  std::string_view name;
  std::string_view value;  // how --help calls it; empty: a switch; in brackets: it may be left out
  std::string_view help;
  Setter set;  // null: accepted, and without effect
};

absl::Status Expected(std::string_view what, std::string_view value) {
  return absl::InvalidArgumentError(StrCat("expected ", what, ", not \"", value, "\""));
}

std::optional<bool> ParseBool(std::string_view value) {
  for (std::string_view yes : {"", "1", "true", "TRUE", "True", "on"}) {
    if (value == yes) return true;
  }
  for (std::string_view no : {"0", "false", "FALSE", "False", "off"}) {
    if (value == no) return false;
  }
  return std::nullopt;
}

template <bool ServerOptions::* member>
absl::Status SetBool(std::string_view value, ServerOptions& options) {
  const std::optional<bool> parsed = ParseBool(value);
  if (!parsed) return Expected("a boolean", value);
  options.*member = *parsed;
  return absl::OkStatus();
}

template <std::string ServerOptions::* member>
absl::Status SetText(std::string_view value, ServerOptions& options) {
  options.*member = value;
  return absl::OkStatus();
}

template <auto member>
absl::Status SetNumber(std::string_view value, ServerOptions& options) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number > 1'000'000'000) {
    return Expected("a number", value);
  }
  options.*member = static_cast<std::remove_reference_t<decltype(options.*member)>>(number);
  return absl::OkStatus();
}

absl::Status SetLog(std::string_view value, ServerOptions& options) {
  options.log_level = value == "verbose" ? "debug" : std::string(value);
  return absl::OkStatus();
}

absl::Status SetEncoding(std::string_view value, ServerOptions& options) {
  for (PositionEncoding encoding :
       {PositionEncoding::kUtf8, PositionEncoding::kUtf16, PositionEncoding::kUtf32}) {
    if (value == PositionEncodingName(encoding)) {
      options.encoding = encoding;
      return absl::OkStatus();
    }
  }
  return Expected("utf-8, utf-16 or utf-32", value);
}

absl::Status SetHeaderInsertion(std::string_view value, ServerOptions& options) {
  if (value != "iwyu" && value != "never") return Expected("iwyu or never", value);
  options.header_insertion = value == "iwyu";
  return absl::OkStatus();
}

absl::Status SetCompletionStyle(std::string_view value, ServerOptions& options) {
  if (value != "detailed" && value != "bundled") return Expected("detailed or bundled", value);
  options.detailed_completion = value == "detailed";
  return absl::OkStatus();
}

absl::Status SetIndexPriority(std::string_view value, ServerOptions& options) {
  if (value != "background" && value != "low" && value != "normal") {
    return Expected("background, low or normal", value);
  }
  options.background_index_is_nice = value != "normal";
  return absl::OkStatus();
}

absl::Status SetCommandSource(std::string_view value, ServerOptions& options) {
  if (value != "lsp" && value != "filesystem") return Expected("lsp or filesystem", value);
  options.commands_from_client_only = value == "lsp";
  return absl::OkStatus();
}

absl::Status SetPathMappings(std::string_view value, ServerOptions& options) {
  auto mappings = ParsePathMappings(value);
  if (!mappings.ok()) return mappings.status();
  options.path_mappings = *std::move(mappings);
  return absl::OkStatus();
}

absl::Status SetCheck(std::string_view value, ServerOptions& options) {
  options.check = value;
  return absl::OkStatus();
}

absl::Status SetInputStyle(std::string_view value, ServerOptions& options) {
  if (value != "standard" && value != "delimited") return Expected("standard or delimited", value);
  if (value == "delimited") {
    options.warnings.emplace_back(
        "--input-style=delimited: messages are read as the protocol has them");
  }
  return absl::OkStatus();
}

absl::Status SetNothing(std::string_view, ServerOptions&) { return absl::OkStatus(); }

// Values are checked where they are used, as a folder may come into being later.
constexpr Flag kFlags[] = {
    {"compile-commands-dir", "DIR", "folder of compile_commands.json (default: looked for)",
     SetText<&ServerOptions::compile_commands_dir>},
    {"query-driver", "GLOBS",
     "comma-separated globs of compilers that may be asked for their include paths",
     SetText<&ServerOptions::query_drivers>},
    {"resource-dir", "DIR", "Clang's own headers", SetText<&ServerOptions::resource_dir>},
    {"index-dir", "DIR", "where the index is (default: .cache/astrolabe in the root)",
     SetText<&ServerOptions::index_dir>},
    {"background-index", "", "index the workspace in the background (default: yes)",
     SetBool<&ServerOptions::background_index>},
    {"background-index-priority", "PRIORITY", "background, low (default) or normal",
     SetIndexPriority},
    {"j", "N", "threads and processes for indexing (default: all cores)",
     SetNumber<&ServerOptions::threads>},
    {"limit-results", "N", "of completion and symbol search; 0: no limit (default: 100)",
     SetNumber<&ServerOptions::limit_results>},
    {"limit-references", "N", "0: no limit (default: 1000)",
     SetNumber<&ServerOptions::limit_references>},
    {"header-insertion", "WHEN", "iwyu (default) or never", SetHeaderInsertion},
    {"completion-style", "STYLE", "detailed or bundled (default)", SetCompletionStyle},
    {"all-scopes-completion", "", "complete names that need a qualification (default: yes)",
     SetBool<&ServerOptions::all_scopes_completion>},
    {"function-arg-placeholders", "", "complete calls with placeholders (default: yes)",
     SetBool<&ServerOptions::function_arg_placeholders>},
    {"clang-tidy", "", "clang-tidy's checks (default: yes)", SetBool<&ServerOptions::clang_tidy>},
    {"fallback-style", "STYLE", "of clang-format where there is no .clang-format",
     SetText<&ServerOptions::fallback_style>},
    {"ai", "", "inline completion by a language model on this machine (default: yes)",
     SetBool<&ServerOptions::ai>},
    {"ai-model", "FILE[,FILE]",
     "GGUF files, asked in that order until one is sure (default: the first of `astrolabe ai "
     "models` and the one that "
     "comes with astrolabe, the smaller first)",
     SetText<&ServerOptions::ai_model>},
    {"ai-chat-model", "FILE",
     "the model that is told in words what to write, an instruct one (default: the first of "
     "`astrolabe ai models` that chats)",
     SetText<&ServerOptions::ai_chat_model>},
    {"offset-encoding", "ENCODING", "utf-8, utf-16 or utf-32, whatever the client offers",
     SetEncoding},
    {"log", "LEVEL", "error, warning, info (default), verbose, trace or off", SetLog},
    {"trace", "FILE", "write a Chrome trace", SetText<&ServerOptions::trace_file>},
    {"pretty", "", "JSON with line breaks", SetBool<&ServerOptions::pretty>},
    {"path-mappings", "CLIENT=SERVER,…", "the client's paths and ours, the first that fits counts",
     SetPathMappings},
    {"input-mirror-file", "FILE", "write a copy of all that the client sends",
     SetText<&ServerOptions::input_mirror_file>},
    {"input-style", "STYLE", "standard", SetInputStyle},
    {"stdio", "", "standard input and output, as always: clients of all servers give it",
     SetNothing},
    {"compile_args_from", "WHERE",
     "lsp: commands come from the client alone; filesystem (default): from databases too",
     SetCommandSource},
    {"enable-config", "", "read .clangd files and the user's configuration (default: yes)",
     SetBool<&ServerOptions::enable_config>},
    {"check", "[FILE]", "parse one file, ask about its names, print what is wrong, and exit",
     SetCheck},
    {"version", "", "print the version", SetBool<&ServerOptions::show_version>},
    {"help", "", "print this", SetBool<&ServerOptions::show_help>},
    {"h", "", "print this", SetBool<&ServerOptions::show_help>},
    {"help-hidden", "", "print this", SetBool<&ServerOptions::show_help>},
    {"help-list", "", "print this", SetBool<&ServerOptions::show_help>},
    {"help-list-hidden", "", "print this", SetBool<&ServerOptions::show_help>},
    // clangd's that change nothing here.
    {"header-insertion-decorators", "", "", nullptr},
    {"import-insertions", "", "", nullptr},
    {"rename-file-limit", "N", "", nullptr},
    {"ranking-model", "MODEL", "", nullptr},
    {"completion-parse", "WHEN", "", nullptr},
    {"include-ineligible-results", "", "", nullptr},
    {"hidden-features", "", "", nullptr},
    {"include-cleaner-stdlib", "", "", nullptr},
    {"pch-storage", "WHERE", "", nullptr},
    {"malloc-trim", "", "", nullptr},
    {"use-dirty-headers", "", "", nullptr},
    {"parse-forwarding-functions", "", "", nullptr},
    {"limit-symbol-results", "N", "", nullptr},
    {"project-root", "DIR", "", nullptr},
    {"remote-index-address", "ADDRESS", "", nullptr},
    {"crash-pragmas", "", "", nullptr},
    {"lit-test", "", "", nullptr},
    {"sync", "", "", nullptr},
    {"async-preamble", "", "", nullptr},
    {"cross-file-rename", "", "", nullptr},
    {"suggest-missing-includes", "", "", nullptr},
    {"folding-ranges", "", "", nullptr},
    {"inlay-hints", "", "", nullptr},
    {"recovery-ast", "", "", nullptr},
    {"static-func-full-module-prefix", "", "", nullptr},
    {"tweaks", "LIST", "", nullptr},
    {"index", "", "", nullptr},
    {"index-file", "FILE", "", nullptr},
    {"clang-tidy-checks", "CHECKS", "", nullptr},
    {"experimental-modules-support", "", "", nullptr},
    {"recovery-ast-type", "", "", nullptr},
    {"collect-main-file-refs", "", "", nullptr},
    {"debug-origin", "", "", nullptr},
    {"enable-test-uri-scheme", "", "", nullptr},
    {"print-options", "", "", nullptr},
    {"print-all-options", "", "", nullptr},
    {"strong-workspace-mode", "", "", nullptr},
    {"check-lines", "[RANGE]", "", nullptr},
    {"check-locations", "", "", nullptr},
    {"check-completion", "", "", nullptr},
    {"check-tidy-time", "CHECKS", "", nullptr},
    {"check-warnings", "", "", nullptr},
};

const Flag* FindFlag(std::string_view name) {
  for (const Flag& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<ServerOptions> ParseServerFlags(const std::vector<std::string>& arguments) {
  ServerOptions options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    const std::string_view shown = argument;
    if (!argument.starts_with('-') || argument.size() < 2) {
      return absl::InvalidArgumentError(StrCat("unexpected argument: ", shown));
    }
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    const size_t equals = argument.find('=');
    std::string_view name = argument.substr(0, equals);
    std::optional<std::string> value;
    if (equals != std::string_view::npos) value = std::string(argument.substr(equals + 1));
    // -j4
    if (name.size() > 1 && name[0] == 'j' && !value &&
        name.find_first_not_of("0123456789", 1) == std::string_view::npos) {
      value = std::string(name.substr(1));
      name = "j";
    }
    const Flag* flag = FindFlag(name);
    if (flag == nullptr) {
      return absl::InvalidArgumentError(
          StrCat("unknown flag: ", shown, " (`astrolabe lsp --help` lists them)"));
    }
    if (!flag->value.empty() && !flag->value.starts_with('[') && !value) {
      if (i + 1 == arguments.size()) {
        return absl::InvalidArgumentError(StrCat(shown, ": a value is missing"));
      }
      value = arguments[++i];
    }
    if (flag->set == nullptr) {
      options.warnings.push_back(StrCat(shown, ": accepted and without effect"));
      continue;
    }
    if (absl::Status status = flag->set(value.value_or(""), options); !status.ok()) {
      return absl::InvalidArgumentError(StrCat(shown, ": ", ToStd(status.message())));
    }
  }
  return options;
}

std::vector<std::string> SplitFlags(std::string_view text) {
  std::vector<std::string> flags;
  bool in_flag = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_flag = false;
      continue;
    }
    if (!std::exchange(in_flag, true)) flags.emplace_back();
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      flags.back() += text[++i];
    } else {
      flags.back() += c;
    }
  }
  return flags;
}

std::vector<ServerFlag> ServerFlags() {
  std::vector<ServerFlag> flags;
  for (const Flag& flag : kFlags) {
    if (flag.set != nullptr) flags.push_back({flag.name, flag.value, flag.help});
  }
  return flags;
}

std::string DescribeServerFlags() {
  std::string text =
      "A language server for C and C++, over standard input and output.\n"
      "Usage: astrolabe lsp [FLAGS]\n\nFlags, as clangd has them:\n";
  std::string ignored;
  for (const Flag& flag : kFlags) {
    if (flag.set == nullptr) {
      ignored += StrCat(ignored.empty() ? "" : " ", flag.name);
      continue;
    }
    std::string left = StrCat(flag.name.size() == 1 ? "  -" : "  --", flag.name);
    if (flag.value.starts_with('[')) {
      left += StrCat("[=", flag.value.substr(1));
    } else if (!flag.value.empty()) {
      left += StrCat(flag.name.size() == 1 ? " " : "=", flag.value);
    }
    left.resize(std::max<size_t>(left.size() + 1, 36), ' ');
    text += StrCat(left, flag.help, "\n");
  }
  return StrCat(text, "\nAccepted and without effect: ", ignored, "\n");
}

void ApplyClientOptions(const ClangdOptions& given, ServerOptions& options) {
  if (given.compilation_database_path) {
    options.compile_commands_dir = *given.compilation_database_path;
  }
  if (given.fallback_flags) options.fallback_flags = *given.fallback_flags;
  if (given.clangd_file_status) options.file_status = *given.clangd_file_status;
  if (given.compilation_database_changes) {
    for (const auto& [path, command] : *given.compilation_database_changes) {
      options.compile_commands[path] = command;
    }
  }
}

}  // namespace astrolabe::lsp
