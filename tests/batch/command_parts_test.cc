// Front-end arguments taken apart and put together again.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/command_parts.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

using Arguments = std::vector<std::string>;

TEST(CommandParts, MacrosSearchAndTheRest) {
  CommandParts parts =
      SplitCommand({"-triple", "x86_64", "-D", "A=1", "-DB", "-UC", "-Iinc", "-isystem", "/sys",
                    "-iquote", "../q", "-std=c++20", "-internal-isystem", "/usr/include"},
                   "/w/build");
  EXPECT_EQ(parts.rest,
            (Arguments{"-triple", "x86_64", "-std=c++20", "-internal-isystem", "/usr/include"}));
  EXPECT_EQ(parts.macros, (CommandMacros{{"A", " 1"}, {"B", " 1"}, {"C", std::nullopt}}));
  EXPECT_EQ(parts.search, (std::vector<SearchEntry>{
                              {"-I", "/w/build/inc"}, {"-isystem", "/sys"}, {"-iquote", "/w/q"}}));
}

TEST(CommandParts, JoinedAndSplitAgainTheyAreTheSame) {
  for (const Arguments& cc1 : std::vector<Arguments>{
           {},
           {"-DA", "-DB=", "-DC=x y=z", "-DF(a,b)=a + b", "-DG()", "-UH"},
           {"-I.", "-I", "..", "-isystem", "s", "-idirafter", "d", "-iwithprefixbefore", "p"},
           {"-DA=\"quoted \\\"text\\\"\"", "-DÜ=ü", "-std=c++20"},
           {"-include", "/abs/config.h", "-DA=1", "-DA=2"},
       }) {
    CommandParts parts = SplitCommand(cc1, "/w");
    Arguments joined = JoinCommand(parts);
    CommandParts again = SplitCommand(joined, "/elsewhere");
    EXPECT_EQ(again.macros, parts.macros);
    EXPECT_EQ(again.search, parts.search);
    EXPECT_EQ(again.rest, parts.rest);
    EXPECT_EQ(again.semantics, parts.semantics);
    EXPECT_EQ(JoinCommand(again), joined);
  }
}

TEST(CommandParts, TheLastDefinitionHolds) {
  CommandParts parts = SplitCommand({"-DA=1", "-UA", "-DB", "-UB", "-DB=3"}, "/w");
  EXPECT_EQ(parts.macros, (CommandMacros{{"A", std::nullopt}, {"B", " 3"}}));
}

TEST(CommandParts, ADefinitionEndsWithItsLine) {
  EXPECT_EQ(SplitCommand({"-DA=1\n#define EVIL"}, "/w").macros, (CommandMacros{{"A", " 1"}}));
}

TEST(CommandParts, SearchDirectoriesOnce) {
  EXPECT_EQ(SplitCommand({"-Ia", "-I", "./a", "-I/w/a", "-isystem", "a"}, "/w").search,
            (std::vector<SearchEntry>{{"-I", "/w/a"}, {"-isystem", "/w/a"}}));
}

TEST(CommandParts, AnOptionWithoutItsValueIsLeftAlone) {
  EXPECT_EQ(SplitCommand({"-isystem"}, "/w").rest, (Arguments{"-isystem"}));
  EXPECT_EQ(SplitCommand({"-D"}, "/w").rest, (Arguments{"-D"}));
}

TEST(CommandParts, TheFolderMattersWhereAForcedIncludeIsRelative) {
  Arguments relative = {"-include", "config.h"};
  EXPECT_NE(SplitCommand(relative, "/a").semantics, SplitCommand(relative, "/b").semantics);
  Arguments absolute = {"-include", "/config.h"};
  EXPECT_EQ(SplitCommand(absolute, "/a").semantics, SplitCommand(absolute, "/b").semantics);
  // What is only searched has become absolute.
  EXPECT_EQ(SplitCommand({"-Iinc"}, "/a").semantics, SplitCommand({"-Iinc"}, "/b").semantics);
}

TEST(CommandParts, OtherFlagsAreOtherSemantics) {
  EXPECT_NE(SplitCommand({"-std=c++17"}, "/w").semantics,
            SplitCommand({"-std=c++20"}, "/w").semantics);
  // Two arguments are not one.
  EXPECT_NE(SplitCommand({"-a", "-b"}, "/w").semantics, SplitCommand({"-a-b"}, "/w").semantics);
}

TEST(MacroDifference, WhatIsMissingChangedNewOrTheSame) {
  Arguments names;
  std::string lines = MacroDifference(
      {{"CHANGED", " 1"}, {"GONE", " 1"}, {"SAME", " 1"}, {"UNDEFINED", " 1"}},
      {{"CHANGED", " 2"}, {"NEW", "(x) x"}, {"SAME", " 1"}, {"UNDEFINED", std::nullopt}}, &names);
  EXPECT_EQ(lines,
            "#undef GONE\n"
            "#undef CHANGED\n#define CHANGED 2\n"
            "#undef NEW\n#define NEW(x) x\n"
            "#undef UNDEFINED\n");
  EXPECT_EQ(names, (Arguments{"GONE", "CHANGED", "NEW", "UNDEFINED"}));
}

TEST(MacroDifference, NothingBetweenEquals) {
  Arguments names;
  CommandMacros macros = {{"A", " 1"}, {"B", std::nullopt}};
  EXPECT_EQ(MacroDifference(macros, macros, &names), "");
  EXPECT_TRUE(names.empty());
}

}  // namespace
}  // namespace astrolabe
