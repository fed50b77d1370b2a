// How names are cut into words, as a table of examples.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/word_split.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace astrolabe {
namespace {

std::string Words(std::string_view name) {
  std::vector<WordRange> ranges;
  SplitWords(name, ranges);
  std::string joined;
  for (WordRange range : ranges) {
    if (!joined.empty()) joined += ' ';
    joined += FoldCase(name.substr(range.begin, range.end - range.begin));
  }
  return joined;
}

TEST(SplitWords, Examples) {
  EXPECT_EQ(Words(""), "");
  EXPECT_EQ(Words("_"), "");
  EXPECT_EQ(Words("get"), "get");
  EXPECT_EQ(Words("fileName"), "file name");
  EXPECT_EQ(Words("HTTPServer"), "http server");
  EXPECT_EQ(Words("XMLHttpRequest"), "xml http request");
  EXPECT_EQ(Words("__get_user_pages"), "get user pages");
  EXPECT_EQ(Words("utf8_to_utf16le"), "utf8 to utf16 le");
  EXPECT_EQ(Words("i2c_add_driver"), "i2 c add driver");
  EXPECT_EQ(Words("I2C_ADD_DRIVER"), "i2 c add driver");
  EXPECT_EQ(Words("regBIF_CFG_DEV0_EPF0"), "reg bif cfg dev0 epf0");
  EXPECT_EQ(Words("~DBImpl"), "db impl");
  EXPECT_EQ(Words("operator=="), "operator");
  EXPECT_EQ(Words("linux/slab.h"), "linux slab h");
  EXPECT_EQ(Words("größeÄndern"), "größeÄndern");
  EXPECT_EQ(Words("ABc"), "a bc");
  EXPECT_EQ(Words("aB"), "a b");
}

TEST(SplitWords, ResumesAfterAnyWord) {
  // What the index builder relies on: cutting the rest of a name gives the rest of its words.
  for (std::string_view name : {"HTTPServer2Go_fooBAR9x", "a1B2c3", "ABCdEFg__h"}) {
    std::vector<WordRange> all, rest;
    SplitWords(name, all);
    for (size_t i = 0; i < all.size(); ++i) {
      SplitWords(name.substr(all[i].end), rest);
      ASSERT_EQ(rest.size(), all.size() - i - 1) << name;
      for (size_t k = 0; k < rest.size(); ++k) {
        EXPECT_EQ(rest[k].begin + all[i].end, all[i + 1 + k].begin) << name;
      }
    }
  }
}

TEST(CompareFolded, OrdersByFoldedThenRaw) {
  EXPECT_LT(CompareFolded("Foo", "foo"), 0);
  EXPECT_LT(CompareFolded("foo", "FOOD"), 0);
  EXPECT_GT(CompareFolded("b", "A"), 0);
  EXPECT_EQ(CompareFolded("same_and_long_name", "same_and_long_name"), 0);
  EXPECT_LT(CompareFolded("same_and_LONG_name", "same_and_long_name"), 0);
  EXPECT_LT(CompareFolded("same_and_LONG_nama", "same_and_long_nambZ"), 0);
  EXPECT_LT(CompareFolded("z", "\xC3\xA9"), 0);
  // '[' to '`' lie between the cases and must not be folded.
  EXPECT_LT(CompareFolded("abcdefg_", "abcdefgZ"), 0);
  EXPECT_LT(CompareFolded("abcdefg_", "abcdefgz"), 0);
  EXPECT_LT(CompareFolded("abcdefg9", "abcdefg["), 0);
}

TEST(FoldEightBytes, AgreesWithFoldByte) {
  for (int c = 0; c < 256; ++c) {
    uint64_t bytes = 0x0101010101010101u * static_cast<uint64_t>(c);
    uint64_t folded =
        0x0101010101010101u * static_cast<unsigned char>(FoldByte(static_cast<char>(c)));
    EXPECT_EQ(FoldEightBytes(bytes), folded) << c;
  }
}

}  // namespace
}  // namespace astrolabe
