// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/infill_prompt.h"

#include <algorithm>

#include "base/strings.h"
#include "base/text/code_units.h"

namespace astrolabe {
namespace {

// Of what the marks leave: what stands behind the cursor says less than what stands before it.
constexpr size_t kSuffixShare = 4;
constexpr size_t kContextShare = 3;
// Text of more than so many bytes a token is not even tokenized.
constexpr size_t kBytesPerToken = 6;

// The tokens of the end of `text` that fit.
std::vector<ModelToken> EndWithin(const Model& model, std::string_view text, size_t budget) {
  std::vector<ModelToken> tokens;
  size_t bytes = budget * kBytesPerToken;
  for (;;) {
    const std::string_view end = AnchoredEnd(text, bytes);
    tokens = model.Tokenize(end);
    if (tokens.size() <= budget) return tokens;
    const size_t enough = end.size() * budget / tokens.size();
    if (enough == 0 || end.empty()) break;
    bytes = std::min(enough, end.size() - 1);
  }
  return {};
}

void Append(const std::vector<ModelToken>& more, std::vector<ModelToken>* tokens) {
  tokens->insert(tokens->end(), more.begin(), more.end());
}

}  // namespace

std::string_view AnchoredEnd(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  const size_t earliest = text.size() - bytes;
  size_t line = 0;
  for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
    ++line;
    if (at + 1 >= earliest && line % kAnchorLines == 0) return text.substr(at + 1);
  }
  size_t begin = earliest;
  while (!IsBoundary(text, begin)) ++begin;
  return text.substr(begin);
}

std::vector<ModelToken> BeginningWithin(const Model& model, std::string_view text, size_t budget) {
  size_t bytes = std::min(text.size(), budget * kBytesPerToken);
  while (bytes > 0) {
    if (bytes < text.size()) {
      const size_t line = text.rfind('\n', bytes - 1);
      if (line != text.npos && line > 0) bytes = line + 1;
      while (!IsBoundary(text, bytes)) --bytes;
    }
    std::vector<ModelToken> tokens = model.Tokenize(text.substr(0, bytes));
    if (tokens.size() <= budget) return tokens;
    bytes = std::min(bytes - 1, bytes * budget / tokens.size());
  }
  return {};
}

std::vector<ModelToken> InfillPrompt(const Model& model, const InfillParts& parts, size_t budget) {
  const MarkTokens& marks = model.marks();
  std::vector<ModelToken> prompt;
  if (marks.begin >= 0) prompt.push_back(marks.begin);
  constexpr size_t kMarks = 5;
  if (budget <= prompt.size() + kMarks) return prompt;
  size_t left = budget - prompt.size() - kMarks;
  if (!model.info().infills) {
    Append(EndWithin(model, parts.prefix, left), &prompt);
    return prompt;
  }
  const std::vector<ModelToken> suffix = BeginningWithin(model, parts.suffix, left / kSuffixShare);
  left -= suffix.size();
  if (marks.file >= 0 && budget >= kLeastForContext) {
    size_t context_left = left / kContextShare;
    for (const PromptContext& context : parts.context) {
      const std::vector<ModelToken> text =
          BeginningWithin(model, StrCat(context.path, "\n", context.text, "\n"), context_left);
      if (text.empty()) continue;
      prompt.push_back(marks.file);
      Append(text, &prompt);
      const size_t added = text.size() + 1;
      left -= added;
      context_left -= std::min(added, context_left);
    }
  }
  const std::vector<ModelToken> prefix = EndWithin(model, parts.prefix, left);
  if (model.info().suffix_first) {
    prompt.push_back(marks.suffix);
    Append(suffix, &prompt);
    prompt.push_back(marks.prefix);
    Append(prefix, &prompt);
  } else {
    prompt.push_back(marks.prefix);
    Append(prefix, &prompt);
    prompt.push_back(marks.suffix);
    Append(suffix, &prompt);
  }
  if (!model.info().joins_prefix) prompt.push_back(marks.middle);
  return prompt;
}

}  // namespace astrolabe
