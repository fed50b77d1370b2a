// The command line as data: what `--help` shows, for manual pages and completions.
//
// CLI11's own model says what each command takes; `lsp`, whose flags CLI11 does not read, is told by its flag
// table.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace astrolabe {

struct OptionDoc {
  std::vector<std::string> names;  // with dashes: "-j", "--threads"
  std::string value;               // "FILE"; empty: a switch
  bool value_is_optional = false;
  std::string help;
};

struct ArgumentDoc {
  std::string name;  // "FILE"
  bool is_required = false;
  bool is_list = false;
  std::string help;
};

struct CommandDoc {
  std::string path;  // as it is typed behind "astrolabe": "query symbol"; empty: the program itself
  std::string name;  // the last word of it
  std::string help;
  std::string footer;
  std::vector<OptionDoc> options;
  std::vector<ArgumentDoc> arguments;
  std::vector<CommandDoc> commands;
};

// Of `app` and all below it. Commands of no group are hidden, also here.
CommandDoc DescribeCommands(const CLI::App& app);

// The command itself, then all below it, in their order.
std::vector<const CommandDoc*> AllCommands(const CommandDoc& command);

// Each as the text of a file: astrolabe.1, and what each shell reads.
std::string ManualPage(const CommandDoc& program);
std::string BashCompletion(const CommandDoc& program);
std::string ZshCompletion(const CommandDoc& program);
std::string FishCompletion(const CommandDoc& program);

}  // namespace astrolabe
