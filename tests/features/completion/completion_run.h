// Completion in this process, in the two steps in which a parsing process does it: the preamble is parsed up
// to a pragma, from within whose handler the rest of the file is entered.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/live/answers.h"

namespace astrolabe {

struct CompletionSetup {
  std::map<std::string, std::string> files;  // by path below /test, the main file's folder
  std::string name = "main.cc";
  std::vector<std::string> flags = {"-std=c++20"};
  size_t limit = 0;
  // Set to true if a body that should not be parsed was.
  bool* has_parsed_other_body = nullptr;
};

// `marked` has one point.
CompletionAnswer Complete(std::string_view marked, const CompletionSetup& setup = {});
SignatureAnswer SignatureHelp(std::string_view marked, const CompletionSetup& setup = {});

}  // namespace astrolabe
