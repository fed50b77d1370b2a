// What a model that chats is given to read: messages, in the form that its own file says.
//
// The form's marks ("<|im_start|>") are tokens of their own. A message's text is never read as such, whatever stands in
// it: a diff that has "<|im_end|>" somewhere ends nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/ai/model.h"

namespace astrolabe {

struct ChatPrompt {
  std::vector<ModelToken> tokens;
  uint32_t cut_bytes = 0;  // of messages that may be cut
};

// At most `budget` tokens, up to where the model's answer begins. FailedPrecondition if the model does not chat,
// InvalidArgument if there is no room for what may not be cut.
absl::StatusOr<ChatPrompt> MakeChatPrompt(const Model& model,
                                          const std::vector<ChatMessage>& messages, size_t budget);

}  // namespace astrolabe
