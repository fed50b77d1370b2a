// Which words a file has: against a plain reading of the definition.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/words.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "index/ascii.h"

namespace astrolabe {
namespace {

std::set<uint64_t> Collect(std::string text) {
  text.shrink_to_fit();
  ByteClasses classes;
  classes.Classify(text);
  HashSet64 words;
  CollectWords(text, classes, words);
  EXPECT_EQ(std::set<uint64_t>(words.values().begin(), words.values().end()).size(),
            words.values().size());
  return {words.values().begin(), words.values().end()};
}

std::set<uint64_t> Expected(const std::string& text) {
  std::set<uint64_t> hashes;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && IsWordByte(text[end])) ++end;
    std::string run = text.substr(i, end - i);
    if (!run.empty() && !IsDigit(run[0])) {
      hashes.insert(WordHash(run));
      std::string part;
      bool high = false;
      for (char c : run) high |= IsHighByte(c);
      for (char c : run + '\x80') {
        if (!IsHighByte(c)) {
          part += c;
          continue;
        }
        if (high && !part.empty() && !IsDigit(part[0])) hashes.insert(WordHash(part));
        part.clear();
      }
    }
    i = end + 1;
  }
  return hashes;
}

TEST(Words, CodeCommentsAndStrings) {
  std::string text = "int foo; // bar_baz 12ab\nconst char* s = \"qux\";";
  EXPECT_EQ(Collect(text), Expected(text));
  EXPECT_TRUE(Collect(text).count(WordHash("bar_baz")));
  EXPECT_TRUE(Collect(text).count(WordHash("qux")));
  EXPECT_FALSE(Collect(text).count(WordHash("12ab")));
}

TEST(Words, ProseGluedByHighBytes) {
  std::string text =
      "foo\xE2\x80\x94"
      "bar caf\xC3\xA9";
  EXPECT_EQ(Collect(text), Expected(text));
  EXPECT_TRUE(Collect(text).count(WordHash("foo")));
  EXPECT_TRUE(Collect(text).count(WordHash("caf\xC3\xA9")));
}

TEST(Words, RandomText) {
  std::mt19937 random(3);
  const std::string alphabet = "aB_9 \n(\xC3";
  for (int round = 0; round < 400; ++round) {
    std::string text(random() % 400, ' ');
    // Long runs as well as short ones.
    char c = 'a';
    for (char& t : text) {
      if (random() % 4 == 0) c = alphabet[random() % alphabet.size()];
      t = c;
    }
    ASSERT_EQ(Collect(text), Expected(text)) << text;
  }
}

TEST(Words, HashSetGrowsAndClears) {
  HashSet64 set;
  for (uint64_t round = 0; round < 3; ++round) {
    for (uint64_t i = 0; i < 20000; ++i) set.Insert(i * 0x9E3779B97F4A7C15 + round);
    for (uint64_t i = 0; i < 20000; ++i) set.Insert(i * 0x9E3779B97F4A7C15 + round);
    EXPECT_EQ(set.values().size(), 20000u);
    set.Clear();
    EXPECT_TRUE(set.values().empty());
    set.Insert(7);
    EXPECT_EQ(set.values().size(), 1u);
    set.Clear();
  }
}

TEST(Words, IsWord) {
  EXPECT_TRUE(IsWord("foo_1"));
  EXPECT_TRUE(IsWord("_"));
  EXPECT_FALSE(IsWord("1foo"));
  EXPECT_FALSE(IsWord("a-b"));
  EXPECT_FALSE(IsWord(""));
}

}  // namespace
}  // namespace astrolabe
