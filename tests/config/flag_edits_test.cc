// Compile commands before and after what is configured.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/flag_edits.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

Strings Words(const std::string& text) {
  std::istringstream in(text);
  Strings words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string Edited(const std::string& command, const std::vector<FlagEdit>& edits) {
  CompileCommand compile;
  compile.directory = "/w";
  compile.file = "/w/a.cc";
  compile.arguments = Words(command);
  Config config;
  config.compile_flags.edits = edits;
  ApplyFlagEdits(config, compile);
  std::string text;
  for (const std::string& argument : compile.arguments) {
    text += (text.empty() ? "" : " ") + argument;
  }
  return text;
}

std::string Removed(const std::string& command, const std::string& what) {
  return Edited(command, {{.remove = Words(what)}});
}

TEST(FlagEdits, NothingToDoChangesNothing) {
  EXPECT_EQ(Edited("c++ a.cc -DX", {}), "c++ a.cc -DX");
}

TEST(FlagEdits, WhatIsAddedHoldsForTheFile) {
  EXPECT_EQ(Edited("c++ a.cc -DX", {{.add = {"-UX"}}}), "c++ -DX -UX a.cc");
  EXPECT_EQ(Edited("c++ -x c++ /w/a.cc", {{.add = {"-xc"}}}), "c++ -x c++ -xc /w/a.cc");
  EXPECT_EQ(Edited("c++ -DX -- a.cc", {{.add = {"-UX"}}}), "c++ -DX -UX -- a.cc");
  EXPECT_EQ(Edited("c++ a.cc", {{.compiler = "clang-cl"}}), "clang-cl a.cc");
}

TEST(FlagEdits, AnOptionGoesWithItsValueHoweverItIsSpelled) {
  const char command[] = "c++ -I a -Ib --include-directory=c --include-directory d -isystem e a.cc";
  EXPECT_EQ(Removed(command, "-I"), "c++ -isystem e a.cc");
  EXPECT_EQ(Removed(command, "--include-directory="), "c++ -isystem e a.cc");
  EXPECT_EQ(Removed("c++ -std=c++17 --std=c++20 -DX a.cc", "-std="), "c++ -DX a.cc");
  EXPECT_EQ(Removed("c++ -DX -D Y a.cc", "-D"), "c++ a.cc");
  EXPECT_EQ(Removed("c++ -o x.o -c a.cc", "-o"), "c++ -c a.cc");
}

TEST(FlagEdits, ABeginningOrAWholeArgument) {
  EXPECT_EQ(Removed("c++ -DFOO=1 -DFOO=2 -DFOOD a.cc", "-DFOO=*"), "c++ -DFOOD a.cc");
  EXPECT_EQ(Removed("c++ -Wall -Wextra -w a.cc", "-W*"), "c++ -w a.cc");
  EXPECT_EQ(Removed("c++ -Wall -Wextra a.cc", "-Wall"), "c++ -Wextra a.cc");
  EXPECT_EQ(Removed("c++ -DX -DXY a.cc", "-DX"), "c++ -DXY a.cc");
  EXPECT_EQ(Removed("c++ -fno-such-thing -DX a.cc", "-fno-such-thing"), "c++ -DX a.cc");
  EXPECT_EQ(Removed("c++ -Xclang -fancy -DX a.cc", "-fancy"), "c++ -DX a.cc");
}

TEST(FlagEdits, OneFragmentAfterTheOther) {
  // What a fragment adds it does not remove; a later one may.
  EXPECT_EQ(Edited("c++ -Wall a.cc", {{.remove = {"-W*"}, .add = {"-Wextra"}}}),
            "c++ -Wextra a.cc");
  EXPECT_EQ(Edited("c++ a.cc", {{.add = {"-DX"}}, {.remove = {"-D"}, .add = {"-DY"}}}),
            "c++ -DY a.cc");
}

TEST(FlagEdits, StrangeCommands) {
  EXPECT_EQ(Removed("", "-I"), "");
  EXPECT_EQ(Removed("c++", "-I"), "c++");
  EXPECT_EQ(Removed("c++ a.cc -I", "-I"), "c++ a.cc");  // its value is missing
  EXPECT_EQ(Removed("c++ a.cc -DX", ""), "c++ -DX a.cc");
  EXPECT_EQ(Edited("c++ -DX a.cc", {{.remove = {"", "*", "--"}}}), "c++ -DX a.cc");
}

}  // namespace
}  // namespace astrolabe
