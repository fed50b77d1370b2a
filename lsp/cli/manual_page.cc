// The manual page, in the macros of man(7).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <string_view>

#include "base/strings.h"
#include "lsp/cli/command_doc.h"
#include "lsp/version.h"

namespace astrolabe {
namespace {

// Text that means itself: no escape, no request at the beginning of a line, minus signs that can be copied.
std::string Roff(std::string_view text) {
  std::string out;
  bool begins_line = true;
  for (const char c : text) {
    if (begins_line && (c == '.' || c == '\'')) out += "\\&";
    begins_line = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Bold(std::string_view text) { return StrCat("\\fB", Roff(text), "\\fR"); }
std::string Italic(std::string_view text) { return StrCat("\\fI", Roff(text), "\\fR"); }

void AddOption(const OptionDoc& option, std::string& page) {
  page += ".TP\n";
  for (size_t i = 0; i < option.names.size(); ++i) {
    page += StrCat(i == 0 ? "" : ", ", Bold(option.names[i]));
  }
  if (option.value_is_optional) {
    page += StrCat("[=", Italic(option.value), "]");
  } else if (!option.value.empty()) {
    page += StrCat(" ", Italic(option.value));
  }
  page += StrCat("\n", Roff(option.help), "\n");
}

void AddCommand(const CommandDoc& command, std::string& page) {
  std::string line = Bold(StrCat("astrolabe ", command.path));
  if (!command.commands.empty()) line += StrCat(" ", Italic("COMMAND"));
  for (const ArgumentDoc& argument : command.arguments) {
    std::string name = StrCat(Italic(argument.name), argument.is_list ? " ..." : "");
    line += argument.is_required ? StrCat(" ", name) : StrCat(" [", name, "]");
  }
  page += StrCat(".SS ", "\"", command.path, "\"\n", line, "\n.PP\n", Roff(command.help), "\n");
  for (const ArgumentDoc& argument : command.arguments) {
    page += StrCat(".TP\n", Italic(argument.name), "\n", Roff(argument.help), "\n");
  }
  for (const OptionDoc& option : command.options) AddOption(option, page);
  if (!command.footer.empty()) page += StrCat(".PP\n", Roff(command.footer), "\n");
}

}  // namespace

std::string ManualPage(const CommandDoc& program) {
  std::string page = StrCat(
      ".TH ASTROLABE 1 \"\" \"astrolabe ", kAstrolabeVersion, "\" \"User Commands\"\n",
      ".SH NAME\nastrolabe \\- questions about C and C++ workspaces, and a language server\n",
      ".SH SYNOPSIS\n.B astrolabe\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR ...\n", ".SH DESCRIPTION\n",
      Roff(program.help), "\n.SH OPTIONS\n");
  for (const OptionDoc& option : program.options) AddOption(option, page);
  page += ".SH COMMANDS\n";
  for (const CommandDoc* command : AllCommands(program)) {
    if (!command->path.empty()) AddCommand(*command, page);
  }
  page += StrCat(".SH EXIT STATUS\n", Roff(program.footer), "\n");
  page +=
      ".SH FILES\n.TP\n.I .cache/astrolabe/\nthe index, in the root of the workspace\n"
      ".TP\n.I .clangd\nwhat is configured for a folder and those below it, as clangd has it\n"
      ".TP\n.I ~/.local/share/astrolabe/models/\nlanguage models\n"
      ".SH ENVIRONMENT\n.TP\n.B CLANGD_FLAGS\nflags of \\fBastrolabe lsp\\fR ahead of those given\n"
      ".SH SEE ALSO\n.BR clang (1)\n";
  return page;
}

}  // namespace astrolabe
