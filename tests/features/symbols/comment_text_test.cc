// Comments as their authors see them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/comment_text.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

std::string Doxygen(const std::string& comment) {
  return CommentMarkdown(comment, CommentFormat::kDoxygen);
}

TEST(CommentText, PlainTextShowsWhatIsWritten) {
  EXPECT_EQ(CommentMarkdown("a *b*\nc_d <e>", CommentFormat::kPlain), "a \\*b\\*  \nc\\_d \\<e>");
}

TEST(CommentText, MarkdownStaysAsItIs) {
  EXPECT_EQ(CommentMarkdown("a *b*\n- c", CommentFormat::kMarkdown), "a *b*\n- c");
}

TEST(CommentText, ParametersAreAList) {
  EXPECT_EQ(Doxygen("\\brief Opens it.\n\nMore.\n\n@param[in] path where\n  it is\n@param mode\n"
                    "@tparam T what\n@return the file\n@throws Error if not\n@note slow"),
            "Opens it.\n\nMore.\n\n**Parameters:**\n- `path`: where\n  it is\n- `mode`\n\n"
            "**Template parameters:**\n- `T`: what\n\n**Returns:** the file\n\n**Throws:**\n"
            "- `Error`: if not\n\n**Note:** slow");
}

TEST(CommentText, WordsAreMarked) {
  EXPECT_EQ(Doxygen("Takes \\p a, \\a b and @c c(). \\b Never \\ref d."),
            "Takes `a`, *b* and `c()`. **Never** d.");
  EXPECT_EQ(Doxygen("a@example.org \\unknown 50\\% C:\\p"), "a@example.org \\unknown 50\\% C:\\p");
}

TEST(CommentText, CodeIsCode) {
  EXPECT_EQ(Doxygen("As in\n\\code\n  \\p x();\n\\endcode\nor"),
            "As in\n\n```cpp\n  \\p x();\n```\n\nor");
  EXPECT_EQ(Doxygen("\\code{.cpp}\nx();"), "```cpp\nx();\n```");
}

TEST(CommentText, WhatIsNotFinished) {
  for (const char* text : {"", "\\", "@", "\\p", "@param", "\\code", "\\b ", "\\ref", "\\n"}) {
    Doxygen(text);
  }
  EXPECT_EQ(Doxygen("@param"), "**Parameters:**\n- ``");
}

}  // namespace
}  // namespace astrolabe
