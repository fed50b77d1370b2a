// Git's wildcard patterns, case by case; ignore_peers_test asks git itself about random ones.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/glob.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace astrolabe {
namespace {

bool Matches(std::string_view pattern, std::string_view text, Glob::Mode mode) {
  const std::optional<Glob> glob = Glob::Compile(pattern, mode);
  return glob.has_value() && glob->Matches(text);
}
bool Path(std::string_view pattern, std::string_view text) {
  return Matches(pattern, text, Glob::Mode::kPath);
}
bool Name(std::string_view pattern, std::string_view text) {
  return Matches(pattern, text, Glob::Mode::kBasename);
}

TEST(Glob, StarsInNames) {
  EXPECT_TRUE(Name("*", ""));
  EXPECT_TRUE(Name("*.o", ".o"));
  EXPECT_TRUE(Name("*.o", "a.o.o"));
  EXPECT_FALSE(Name("*.o", "a.o.c"));
  EXPECT_TRUE(Name("a*b*c", "aXbXbXc"));
  EXPECT_FALSE(Name("a*b*c", "aXcXb"));
  EXPECT_TRUE(Name("**a", "bba"));
  EXPECT_TRUE(Name("a?c",
                   "a\xff"
                   "c"));
  EXPECT_FALSE(Name("a?", "a"));
}

TEST(Glob, StarsStopAtSlashes) {
  EXPECT_TRUE(Path("a/*", "a/b"));
  EXPECT_FALSE(Path("a/*", "a/b/c"));
  EXPECT_FALSE(Path("a?b", "a/b"));
  EXPECT_FALSE(Path("a[/]b", "a/b"));
  EXPECT_FALSE(Path("a[!x]b", "a/b"));
  EXPECT_TRUE(Path("*/b*/c", "a/bx/c"));
  EXPECT_FALSE(Path("*/b*/c", "a/bx/y/c"));
}

TEST(Glob, DoubleStarsAreWholeComponents) {
  EXPECT_TRUE(Path("**/a", "a"));
  EXPECT_TRUE(Path("**/a", "x/y/a"));
  EXPECT_FALSE(Path("**/a", "x/ya"));
  EXPECT_TRUE(Path("a/**/b", "a/b"));
  EXPECT_TRUE(Path("a/**/b", "a/x/y/b"));
  EXPECT_FALSE(Path("a/**/b", "a/xb"));
  EXPECT_TRUE(Path("a/**", "a/x/y"));
  EXPECT_TRUE(Path("a/**/**/b", "a/b"));
  EXPECT_FALSE(Path("a**b", "a/b"));
  EXPECT_TRUE(Path("x/a**b", "x/a--b"));
  EXPECT_FALSE(Path("x/a**", "x/a/b"));
  EXPECT_TRUE(Path("**/a*c/**/d", "1/abc/2/abc/3/d"));
  EXPECT_TRUE(Path("a/**\\/b", "a/x/b"));
  EXPECT_FALSE(Path("a/**\\/b", "a/b"));
}

TEST(Glob, Classes) {
  EXPECT_TRUE(Name("[a-c]", "b"));
  EXPECT_TRUE(Name("[!a-c]", "d"));
  EXPECT_TRUE(Name("[^a-c]", "d"));
  EXPECT_FALSE(Name("[!a-c]", "a"));
  EXPECT_TRUE(Name("[]a]", "]"));
  EXPECT_TRUE(Name("[!]a]", "b"));
  EXPECT_TRUE(Name("[a-]", "-"));
  EXPECT_TRUE(Name("[-a]", "-"));
  EXPECT_TRUE(Name("[\\]]", "]"));
  EXPECT_TRUE(Name("[\\a-c]", "b"));
  EXPECT_FALSE(Name("[c-a]", "b"));
  EXPECT_TRUE(Name("[[:digit:]x]", "7"));
  EXPECT_TRUE(Name("[[:digit:]x]", "x"));
  EXPECT_FALSE(Name("[[:upper:]]", "a"));
  EXPECT_TRUE(Name("[[:punct:]]", "_"));
  EXPECT_TRUE(Name("[[:a]", ":"));
  EXPECT_TRUE(Name("[[:a]", "["));
  EXPECT_TRUE(Name("[[:digit:]-z]", "-"));
}

TEST(Glob, MalformedPatternsMatchNothing) {
  for (std::string_view pattern : {"[", "[a", "[]", "[!]", "[a-", "[a\\", "a\\", "[[:nonsense:]]",
                                   "[[:digit:", "[[:digit:]"}) {
    EXPECT_FALSE(Glob::Compile(pattern, Glob::Mode::kBasename).has_value()) << pattern;
  }
}

TEST(Glob, EscapesAreLiteral) {
  EXPECT_TRUE(Name("\\*", "*"));
  EXPECT_FALSE(Name("\\*", "a"));
  EXPECT_TRUE(Name("\\!a", "!a"));
  EXPECT_EQ(Glob::Compile("\\#a\\*", Glob::Mode::kBasename)->Literal(), "#a*");
  EXPECT_EQ(Glob::Compile("*.o", Glob::Mode::kBasename)->LiteralSuffix(), ".o");
  EXPECT_EQ(Glob::Compile("*.[ch]", Glob::Mode::kBasename)->LiteralSuffix(), std::nullopt);
}

// Git's matcher takes exponential time here; an ignore file must not hang an indexer.
TEST(Glob, TimeIsBounded) {
  std::string pattern, text;
  for (int i = 0; i < 30; ++i) pattern += "**/a*a*/";
  for (int i = 0; i < 60; ++i) text += "aaaa/aaab/";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(Path(pattern + "b", text + "c"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace astrolabe
