// A word that is typed on, without the compiler.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/completion_memory.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace astrolabe::lsp {
namespace {

CompletionPlace Place(std::string marked) {
  const size_t at = marked.find('^');
  marked.erase(at, 1);
  return PlaceOf("file:///a.cc", marked, FindCompletionPoint(marked, static_cast<uint32_t>(at)));
}

CompletionAnswer AnswerOf(const std::vector<std::string>& names) {
  CompletionAnswer answer;
  double score = 10;
  for (const std::string& name : names) {
    CompletionOption option;
    option.label = option.filter = name;
    option.score = score;
    answer.options.push_back(option);
    score -= 1;
  }
  return answer;
}

std::string Labels(const std::optional<CompletionAnswer>& answer) {
  if (!answer) return "(asks)";
  std::string labels;
  for (const CompletionOption& option : answer->options) labels += option.label + " ";
  return labels;
}

TEST(CompletionMemory, MoreOfTheSameWordNarrowsACompleteAnswer) {
  CompletionMemory memory;
  memory.Keep(Place("x = s.^ + 1;"), AnswerOf({"front", "size", "swap", "data"}));
  EXPECT_EQ(Labels(memory.Narrow(Place("x = s.s^ + 1;"))), "size swap ");
  EXPECT_EQ(Labels(memory.Narrow(Place("x = s.sw^ + 1;"))), "swap ");
  EXPECT_EQ(Labels(memory.Narrow(Place("x = s.zzz^ + 1;"))), "");
}

TEST(CompletionMemory, TheRangeGrowsWithTheWord) {
  CompletionMemory memory;
  CompletionAnswer answer = AnswerOf({"size"});
  answer.replaced = {{0, 6}, {0, 6}};
  memory.Keep(Place("x = s.^;"), answer);
  EXPECT_EQ(memory.Narrow(Place("x = s.si^;"))->replaced, (CodeRange{{0, 6}, {0, 8}}));
}

TEST(CompletionMemory, AnotherPlaceIsAskedAnew) {
  CompletionMemory memory;
  memory.Keep(Place("x = s.s^;"), AnswerOf({"size", "swap"}));
  EXPECT_EQ(Labels(memory.Narrow(Place("x = t.s^;"))), "(asks)")
      << "the text around it is another one";
  EXPECT_EQ(Labels(memory.Narrow(Place("x = s.^;"))), "(asks)") << "less is typed";
  EXPECT_EQ(Labels(memory.Narrow(Place("x = s.w^;"))), "(asks)") << "something else is typed";
}

TEST(CompletionMemory, WhatWasLeftOutMayAppear) {
  CompletionMemory memory;
  CompletionAnswer cut = AnswerOf({"size"});
  cut.is_incomplete = true;
  memory.Keep(Place("x = s.^;"), cut);
  EXPECT_EQ(Labels(memory.Narrow(Place("x = s.s^;"))), "(asks)");
  memory.Keep(Place("y = s.^;"), AnswerOf({"size"}));
  EXPECT_EQ(Labels(memory.Narrow(Place("y = s._^;"))), "(asks)");
}

TEST(CompletionMemory, RemembersOptionsOfTheLastAnswers) {
  CompletionMemory memory;
  const uint64_t first = memory.Keep(Place("a.^"), AnswerOf({"one", "two"}));
  ASSERT_TRUE(memory.Option(first, 1).has_value());
  EXPECT_EQ(memory.Option(first, 1)->label, "two");
  EXPECT_FALSE(memory.Option(first, 2).has_value());
  for (int i = 0; i < 10; ++i) memory.Keep(Place("b.^"), AnswerOf({"three"}));
  EXPECT_FALSE(memory.Option(first, 1).has_value());
}

}  // namespace
}  // namespace astrolabe::lsp
