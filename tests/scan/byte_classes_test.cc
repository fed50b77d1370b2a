// The SIMD classifier against the scalar one and against the definition, on text that hits every
// byte.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/byte_classes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "index/ascii.h"

namespace astrolabe {
namespace {

bool Bit(const uint64_t* bitmap, size_t i) { return (bitmap[i / 64] >> (i % 64) & 1) != 0; }

void ExpectClasses(const std::string& text) {
  ByteClasses fast, scalar;
  fast.Classify(text);
  scalar.ClassifyScalar(text);
  EXPECT_EQ(fast.has_high_bytes(), scalar.has_high_bytes());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool special = c == '"' || c == '\'' || c == '/' || c == '#' || c == '{' || c == '}';
    ASSERT_EQ(Bit(fast.word(), i), IsWordByte(c)) << i;
    ASSERT_EQ(Bit(fast.newline(), i), c == '\n') << i;
    ASSERT_EQ(Bit(fast.special(), i), special) << i;
    ASSERT_EQ(Bit(scalar.word(), i), IsWordByte(c)) << i;
    ASSERT_EQ(Bit(scalar.newline(), i), c == '\n') << i;
    ASSERT_EQ(Bit(scalar.special(), i), special) << i;
  }
}

TEST(ByteClasses, EveryByteInEveryLane) {
  std::string text;
  for (int shift = 0; shift < 3; ++shift) {
    for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
    text += 'x';  // moves the next round to other lanes
  }
  ExpectClasses(text);
}

TEST(ByteClasses, RandomTextOfEveryLength) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 300; ++size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random());
    ExpectClasses(text);
  }
}

TEST(ByteClasses, FindsAcrossBlocks) {
  std::string text = std::string(200, 'a') + " " + std::string(100, 'b');
  ByteClasses classes;
  classes.Classify(text);
  EXPECT_EQ(classes.WordEnd(0), 200u);
  EXPECT_EQ(classes.WordEnd(201), text.size());
  EXPECT_EQ(classes.FindSet(classes.newline(), 0), text.size());
  EXPECT_EQ(classes.FindSet(classes.word(), 200), 201u);
}

TEST(LineMap, AgreesWithCounting) {
  std::mt19937 random(2);
  std::string text(5000, 'x');
  for (char& c : text) {
    if (random() % 9 == 0) c = '\n';
  }
  ByteClasses classes;
  classes.Classify(text);
  LineMap lines;
  lines.Build(classes);
  uint32_t line = 0, column = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    ASSERT_EQ(lines.Line(i), line) << i;
    ASSERT_EQ(lines.Column(i), column) << i;
    if (i < text.size() && text[i] == '\n') {
      ++line;
      column = 0;
    } else {
      ++column;
    }
  }
}

TEST(LineMap, CountsLines) {
  auto count = [](std::string_view text) {
    ByteClasses classes;
    classes.Classify(text);
    LineMap lines;
    lines.Build(classes);
    return lines.line_count();
  };
  EXPECT_EQ(count(""), 0u);
  EXPECT_EQ(count("a"), 1u);
  EXPECT_EQ(count("a\n"), 1u);
  EXPECT_EQ(count("a\nb"), 2u);
  EXPECT_EQ(count(std::string(4096, '\n')), 4096u);
}

}  // namespace
}  // namespace astrolabe
