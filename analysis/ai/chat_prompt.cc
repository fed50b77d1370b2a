// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/chat_prompt.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/ai/infill_prompt.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// Stands for a message's text while the model's template is applied. Templates trim white space and look into nothing.
std::string SignOf(size_t message) { return StrCat("\x02message ", message, "\x03"); }

size_t BytesOf(const Model& model, const std::vector<ModelToken>& tokens) {
  size_t bytes = 0;
  for (ModelToken token : tokens) bytes += model.TextOf(token).size();
  return bytes;
}

}  // namespace

absl::StatusOr<ChatPrompt> MakeChatPrompt(const Model& model,
                                          const std::vector<ChatMessage>& messages, size_t budget) {
  std::vector<ChatMessage> with_signs = messages;
  for (size_t i = 0; i < messages.size(); ++i) with_signs[i].text = SignOf(i);
  const absl::StatusOr<std::string> form = model.FormatChat(with_signs);
  if (!form.ok()) return form.status();

  // The template's own pieces around the messages', one more than these.
  std::vector<std::vector<ModelToken>> marks;
  size_t at = 0;
  size_t fixed = 0;
  const auto add_marks = [&](std::string_view piece) {
    fixed += marks.emplace_back(model.TokenizeWithMarks(piece)).size();
  };
  for (size_t i = 0; i < messages.size(); ++i) {
    const std::string sign = SignOf(i);
    const size_t found = form->find(sign, at);
    if (found == form->npos) {
      return absl::FailedPreconditionError(
          StrCat(model.info().path, ": its chat template leaves out the message of the ",
                 messages[i].role));
    }
    add_marks(std::string_view(*form).substr(at, found - at));
    at = found + sign.size();
  }
  add_marks(std::string_view(*form).substr(at));

  std::vector<std::vector<ModelToken>> texts(messages.size());
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].may_be_cut) continue;
    texts[i] = model.Tokenize(messages[i].text);
    fixed += texts[i].size();
  }
  ChatPrompt prompt;
  if (model.marks().begin >= 0) {
    prompt.tokens.push_back(model.marks().begin);
    ++fixed;
  }
  if (fixed > budget) {
    return absl::InvalidArgumentError(
        StrCat("the prompt has ", fixed, " tokens; there is room for ", budget));
  }
  size_t left = budget - fixed;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].may_be_cut) {
      texts[i] = BeginningWithin(model, messages[i].text, left);
      left -= texts[i].size();
      const size_t kept = std::min(BytesOf(model, texts[i]), messages[i].text.size());
      prompt.cut_bytes += static_cast<uint32_t>(messages[i].text.size() - kept);
    }
    for (const std::vector<ModelToken>* tokens : {&marks[i], &texts[i]}) {
      prompt.tokens.insert(prompt.tokens.end(), tokens->begin(), tokens->end());
    }
  }
  prompt.tokens.insert(prompt.tokens.end(), marks.back().begin(), marks.back().end());
  return prompt;
}

}  // namespace astrolabe
