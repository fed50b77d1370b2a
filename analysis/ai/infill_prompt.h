// What a model is given to read: the text around the cursor and what else may help, cut to what it can read.
//
// The cut is made by whole lines, at multiples of kAnchorLines lines of the document, so that from one keystroke to the
// next the prompt begins alike and what the model has computed of it is used again. Where the model was trained so, the
// suffix comes first: it stays, while the prefix grows at its end.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/ai/model.h"

namespace astrolabe {

inline constexpr size_t kAnchorLines = 16;
// Tokens of a prompt from which on it has room for context. A smaller one is better spent on the document itself.
inline constexpr size_t kLeastForContext = 768;

// Another piece of code that may help.
struct PromptContext {
  std::string path;
  std::string text;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, text);
  }
};

struct InfillParts {
  std::string path;                    // of the document, as a person would write it
  std::string prefix;                  // its text up to the cursor
  std::string suffix;                  // and from there
  std::vector<PromptContext> context;  // the most helpful one first
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, prefix, suffix, context);
  }
};

// At most `budget` tokens. A model that knows no infilling gets the prefix alone.
std::vector<ModelToken> InfillPrompt(const Model& model, const InfillParts& parts, size_t budget);

// The end of `text`, at most `bytes` long, from the beginning of a line whose number is a multiple of kAnchorLines; from
// any byte (of no UTF-8 sequence's middle) where the lines are too long for that.
std::string_view AnchoredEnd(std::string_view text, size_t bytes);

// The tokens of the beginning of `text` that fit into `budget`: of whole lines, unless the first one is too long.
std::vector<ModelToken> BeginningWithin(const Model& model, std::string_view text, size_t budget);

}  // namespace astrolabe
