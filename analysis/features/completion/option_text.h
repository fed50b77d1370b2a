// From Clang's chunks of a completion to what is shown and what is inserted.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace clang {
class CodeCompletionString;
}

namespace astrolabe {

struct OptionText {
  std::string label;             // the name, with the qualification that has to be inserted with it
  std::string signature;         // what is behind the name
  std::string result;            // type
  std::string snippet;           // the label with placeholders; empty if there are none
  bool takes_arguments = false;  // something can stand between its parentheses
};

OptionText TextOf(const clang::CodeCompletionString& completion);

// Escaped for use in an LSP snippet, inside a placeholder or outside.
std::string SnippetText(std::string_view plain, bool in_placeholder = false);

}  // namespace astrolabe
