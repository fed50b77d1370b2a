// The SIMD search against std::string::find, on text made to nearly match everywhere.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/literal_finder.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "index/word_split.h"

namespace astrolabe {
namespace {

std::string RandomText(std::mt19937& random, size_t size, std::string_view alphabet) {
  std::string text(size, ' ');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  text.shrink_to_fit();
  return text;
}

TEST(LiteralFinder, AgreesWithStringFind) {
  std::mt19937 random(4);
  for (int round = 0; round < 3000; ++round) {
    std::string text = RandomText(random, random() % 200, "abAB_\n");
    std::string literal = RandomText(random, 1 + random() % 5, "abAB_");
    size_t from = random() % (text.size() + 2);
    LiteralFinder finder(literal);
    ASSERT_EQ(finder.Find(text, from), text.find(literal, from)) << text << " / " << literal;
    ASSERT_EQ(finder.FindScalar(text, from), text.find(literal, from));
    LiteralFinder folded(literal, true);
    size_t expected = FoldCase(text).find(FoldCase(literal), from);
    ASSERT_EQ(folded.Find(text, from), expected) << text << " / " << literal;
    ASSERT_EQ(folded.FindScalar(text, from), expected);
  }
}

TEST(LiteralFinder, FoldsLettersOnly) {
  // '[' and '{', '@' and '`' differ in the bit that folds letters.
  EXPECT_EQ(LiteralFinder("[", true).Find("{["), 1u);
  EXPECT_EQ(LiteralFinder("@x", true).Find("`x @X"), 3u);
}

TEST(LiteralFinder, EdgesOfTheText) {
  std::string text(64, 'x');
  text += "needle";
  EXPECT_EQ(LiteralFinder("needle").Find(text), 64u);
  EXPECT_EQ(LiteralFinder("needles").Find(text), std::string::npos);
  EXPECT_EQ(LiteralFinder("needle").Find("needl"), std::string::npos);
  EXPECT_EQ(LiteralFinder("needle").Find(""), std::string::npos);
}

}  // namespace
}  // namespace astrolabe
