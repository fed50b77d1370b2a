// `astrolabe ai commit-message`: what a model that chats would write about a diff.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>

namespace astrolabe {

struct CommitMessageOptions {
  std::string diff;        // a file, or "-" for standard input; empty: what git has staged
  std::string chat_model;  // ChooseChatModel
  uint32_t context = 0;    // tokens
  uint32_t threads = 0;
};

// Prints the message. The exit code.
int PrintCommitMessage(const CommitMessageOptions& options);

}  // namespace astrolabe
