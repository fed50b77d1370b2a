// What of an answer was asked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/chat_answer.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

TEST(FencedText, AllOfAnAnswerWithoutFences) {
  EXPECT_EQ(FencedText("int x;"), "int x;");
  EXPECT_EQ(FencedText("\n\n  int x;\n\n"), "  int x;");
  EXPECT_EQ(FencedText("a ``` b"), "a ``` b");
  EXPECT_EQ(FencedText(" \n"), "");
  EXPECT_EQ(FencedText(""), "");
}

TEST(FencedText, WhatStandsBetweenTheFirstTwo) {
  EXPECT_EQ(FencedText("Here it is:\n```cpp\nint x;\n\nint y;\n```\nIt works.\n```\nno\n```"),
            "int x;\n\nint y;");
  EXPECT_EQ(FencedText("```\n  int x;\n```"), "  int x;");
}

TEST(FencedText, AnAnswerThatWasCutGoesToItsEnd) {
  EXPECT_EQ(FencedText("```cpp\nint x;\nint"), "int x;\nint");
  EXPECT_EQ(FencedText("```cpp"), "");
}

}  // namespace
}  // namespace astrolabe
