// What the rest of a file says about names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/word_context.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe {
namespace {

WordContext ContextAt(std::string marked) {
  const size_t at = marked.find('^');
  marked.erase(at, 1);
  return {marked, FindCompletionPoint(marked, static_cast<uint32_t>(at))};
}

TEST(WordContext, CountsWhatStandsBehindTheSameTokens) {
  WordContext context = ContextAt(
      "versions_->Recover(); versions_->Recover(); other->Recover(); int Recover;\n"
      "other->Close(); versions_->^;");
  WordUse recover = context.Of("Recover");
  EXPECT_EQ(recover.in_file, 4U);
  EXPECT_EQ(recover.behind_token, 3U);
  EXPECT_EQ(recover.behind_tokens, 2U);
  EXPECT_EQ(context.Of("Close").behind_token, 1U);
  EXPECT_EQ(context.Of("Close").behind_tokens, 0U);
  EXPECT_EQ(context.Of("Absent").in_file, 0U);
}

TEST(WordContext, TheWordAtTheCursorDoesNotCount) {
  EXPECT_EQ(ContextAt("int a = val^ue;").Of("value").in_file, 0U);
  EXPECT_EQ(ContextAt("int a = val^ue + value;").Of("value").in_file, 1U);
}

TEST(WordContext, NearIsMoreThanFar) {
  std::string far = "int early;\n";
  for (int i = 0; i < 300; ++i) far += "f(1);\n";
  WordContext context = ContextAt(far + "int late;\n^");
  EXPECT_GT(context.Of("late").nearness, 2 * context.Of("early").nearness);
  EXPECT_GT(context.Of("early").nearness, 0);
}

TEST(WordContext, LeavesCommentsAndLiteralsOut) {
  WordContext context = ContextAt(
      "// comment one\n/* comment two */ const char* s = \"text \\\" text\"; char c = 'c'; int n = "
      "1'000; n ^");
  for (const char* word : {"comment", "one", "two", "text", "000"}) {
    EXPECT_EQ(context.Of(word).in_file, 0U) << word;
  }
  EXPECT_EQ(context.Of("n").in_file, 2U);
}

TEST(WordContext, AnyTextWillDo) {
  for (const char* text : {"^", "\"open^", "/* open^", "'^", "a::^", "x\xff\xfe^", "//^"}) {
    EXPECT_EQ(ContextAt(text).Of("absent").in_file, 0U) << text;
  }
}

}  // namespace
}  // namespace astrolabe
