// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/command_doc.h"

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "lsp/server/flag_table.h"

namespace astrolabe {
namespace {

OptionDoc DescribeOption(const CLI::Option& option) {
  OptionDoc doc;
  for (const std::string& name : option.get_snames()) doc.names.push_back(StrCat("-", name));
  for (const std::string& name : option.get_lnames()) doc.names.push_back(StrCat("--", name));
  if (option.get_items_expected_max() > 0) {
    // "TEXT:FILE" has its checks behind a colon.
    doc.value = option.get_type_name();
    doc.value = doc.value.substr(0, doc.value.find(':'));
    if (doc.value.empty()) doc.value = "VALUE";
  }
  doc.help = option.get_description();
  return doc;
}

std::vector<OptionDoc> ServerOptionDocs() {
  std::vector<OptionDoc> options;
  for (const lsp::ServerFlag& flag : lsp::ServerFlags()) {
    OptionDoc& doc = options.emplace_back();
    doc.names.push_back(StrCat(flag.name.size() == 1 ? "-" : "--", flag.name));
    doc.value_is_optional = flag.value.starts_with('[');
    doc.value = doc.value_is_optional ? flag.value.substr(1, flag.value.size() - 2) : flag.value;
    doc.help = flag.help;
  }
  return options;
}

CommandDoc Describe(const CLI::App& app, const std::string& path) {
  CommandDoc doc;
  doc.path = path;
  doc.name = app.get_name();
  doc.help = app.get_description();
  doc.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_lnames().empty() || !option->get_snames().empty()) {
      doc.options.push_back(DescribeOption(*option));
    } else if (option->get_positional()) {
      doc.arguments.push_back({option->get_name(), option->get_required(),
                               option->get_items_expected_max() > 1, option->get_description()});
    }
  }
  if (path == "lsp") doc.options = ServerOptionDocs();
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    const std::string& name = command->get_name();
    doc.commands.push_back(Describe(*command, path.empty() ? name : StrCat(path, " ", name)));
  }
  return doc;
}

}  // namespace

CommandDoc DescribeCommands(const CLI::App& app) { return Describe(app, ""); }

std::vector<const CommandDoc*> AllCommands(const CommandDoc& command) {
  std::vector<const CommandDoc*> all = {&command};
  for (const CommandDoc& below : command.commands) {
    const std::vector<const CommandDoc*> more = AllCommands(below);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace astrolabe
