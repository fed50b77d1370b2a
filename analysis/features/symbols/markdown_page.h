// A hover's text, put together from its parts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <utility>

#include "base/strings.h"

namespace astrolabe {

// Paragraphs with an empty line between them; an empty one is no paragraph.
class MarkdownPage {
 public:
  void Add(const std::string& paragraph) {
    if (paragraph.empty()) return;
    if (!text_.empty()) text_ += "\n\n";
    text_ += paragraph;
  }
  void AddRule() {
    if (!text_.ends_with("---")) Add("---");
  }
  void AddCode(const std::string& code) {
    if (code.empty()) return;
    // A definition that has a fence of its own needs a longer one.
    const char* fence = code.find("```") == std::string::npos ? "```" : "````";
    Add(StrCat(fence, "cpp\n", code, "\n", fence));
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace astrolabe
