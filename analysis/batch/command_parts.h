// Front-end arguments taken apart into what must be equal, what may differ, and in which way.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace astrolabe {

// A directory to search for headers: the option and the absolute path.
struct SearchEntry {
  std::string option;  // "-I", "-isystem", "-iquote", …
  std::string path;

  friend auto operator<=>(const SearchEntry&, const SearchEntry&) = default;
};

// A macro of the command line: its definition, or nothing if it is undefined there.
using CommandMacros = std::map<std::string, std::optional<std::string>>;

struct CommandParts {
  std::string semantics;  // everything that is not below, as one string to compare
  std::vector<std::string> rest;
  CommandMacros macros;  // name, with the parameters of a function-like one left to the value
  std::vector<SearchEntry> search;  // in order
};

CommandParts SplitCommand(const std::vector<std::string>& cc1, const std::string& directory);

// The front-end arguments that the parts mean.
std::vector<std::string> JoinCommand(const CommandParts& parts);

// Lines that turn `from` into `to`, and the names that they touch.
std::string MacroDifference(const CommandMacros& from, const CommandMacros& to,
                            std::vector<std::string>* names);

}  // namespace astrolabe
