// Completions for shells.
//
// Each finds out which command the words before the cursor name, then offers its options and the commands below
// it; what is neither is a file. The path of a command is written with slashes: "/query/symbol".
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "lsp/cli/command_doc.h"

namespace astrolabe {
namespace {

constexpr char kHeading[] = "# Written by `astrolabe generate`; changes are lost.\n";

std::string SlashPath(const CommandDoc& command) {
  if (command.path.empty()) return "";
  std::string path = StrCat("/", command.path);
  std::ranges::replace(path, ' ', '/');
  return path;
}

// Between single quotes, as all three shells take it.
std::string Quoted(std::string_view text, std::string_view quote_inside) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += quote_inside;
    } else {
      out += c == '\n' ? ' ' : c;
    }
  }
  return out + "'";
}

// `name` with its help, as zsh's _describe wants it: a colon in the name would end it.
std::string Described(std::string_view name, std::string_view help) {
  std::string escaped;
  for (const char c : name) {
    if (c == ':') escaped += '\\';
    escaped += c;
  }
  return Quoted(StrCat(escaped, ":", help), "'\\''");
}

// Lines of a `case` that follow the words to their command.
std::string WalkToCommand(const CommandDoc& program) {
  std::string lines;
  for (const CommandDoc* command : AllCommands(program)) {
    if (command->path.empty()) continue;
    lines += StrCat("      ", SlashPath(*command), ") command=", SlashPath(*command), " ;;\n");
  }
  return lines;
}

// Of a command in a `case`: the program itself has no path.
std::string PatternOf(const CommandDoc& command) {
  return command.path.empty() ? "''" : SlashPath(command);
}

}  // namespace

std::string BashCompletion(const CommandDoc& program) {
  std::string text = StrCat(kHeading, R"(_astrolabe() {
  local current=${COMP_WORDS[COMP_CWORD]} command= word words=
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $command/$word in
)",
                            WalkToCommand(program), R"(    esac
  done
  case $command in
)");
  for (const CommandDoc* command : AllCommands(program)) {
    std::string words;
    for (const CommandDoc& below : command->commands) words += StrCat(below.name, " ");
    for (const OptionDoc& option : command->options) {
      for (const std::string& name : option.names) words += StrCat(name, " ");
    }
    text += StrCat("    ", PatternOf(*command), ") words=", Quoted(words, "'\\''"), " ;;\n");
  }
  return text + R"(  esac
  # Files, where nothing of ours fits: see -o default.
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o bashdefault -o default -F _astrolabe astrolabe
)";
}

std::string ZshCompletion(const CommandDoc& program) {
  std::string text = StrCat("#compdef astrolabe\n", kHeading, R"(_astrolabe() {
  local command= word
  local -a commands options
  for word in "${(@)words[2,CURRENT-1]}"; do
    case $command/$word in
)",
                            WalkToCommand(program), R"(    esac
  done
  case $command in
)");
  for (const CommandDoc* command : AllCommands(program)) {
    text += StrCat("    ", PatternOf(*command), ")\n      commands=(");
    for (const CommandDoc& below : command->commands) {
      text += StrCat("\n        ", Described(below.name, below.help));
    }
    text += ")\n      options=(";
    for (const OptionDoc& option : command->options) {
      for (const std::string& name : option.names) {
        text += StrCat("\n        ", Described(name, option.help));
      }
    }
    text += ") ;;\n";
  }
  return text + R"(  esac
  (( $#commands )) && _describe command commands
  [[ $words[CURRENT] == -* ]] && _describe -o option options
  (( $#commands )) || _files
}
_astrolabe "$@"
)";
}

std::string FishCompletion(const CommandDoc& program) {
  std::string text = StrCat(kHeading, R"(function __astrolabe_at
  set -l command ''
  for word in (commandline -opc)[2..-1]
    switch $command/$word
)");
  for (const CommandDoc* command : AllCommands(program)) {
    if (command->path.empty()) continue;
    const std::string path = SlashPath(*command);
    text += StrCat("      case ", path, "\n        set command ", path, "\n");
  }
  text += "    end\n  end\n  test \"$command\" = \"$argv[1]\"\nend\n";
  for (const CommandDoc* command : AllCommands(program)) {
    const std::string start =
        StrCat("complete -c astrolabe -n \"__astrolabe_at '", SlashPath(*command), "'\"");
    for (const CommandDoc& below : command->commands) {
      text += StrCat(start, " -f -a ", below.name, " -d ", Quoted(below.help, "\\'"), "\n");
    }
    for (const OptionDoc& option : command->options) {
      text += start;
      for (const std::string& name : option.names) {
        text += name.starts_with("--") ? StrCat(" -l ", name.substr(2))
                                       : StrCat(" -s ", name.substr(1));
      }
      if (!option.value.empty() && !option.value_is_optional) text += " -r";
      text += StrCat(" -d ", Quoted(option.help, "\\'"), "\n");
    }
  }
  return text;
}

}  // namespace astrolabe
