// What the text itself would go on with.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/recent_text.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe {
namespace {

TEST(RecentText, TheLongestAgreementAndOfThoseTheLastPlace) {
  const RecentText found = ContinuedAsBefore(
      "case kOne: return Name(1);\n"
      "case kTwo: return Name(2);\n"
      "x: return Name(3);\n"
      "case kTwo: retu");
  EXPECT_EQ(found.text, "rn Name(2);");
  EXPECT_EQ(found.agreeing, 18u);  // "case kTwo: retu" and what ends the line before
  EXPECT_EQ(ContinuedAsBefore("a = 1;\na = 2;\na = ").text, "2;");
}

TEST(RecentText, ThereMayBeNone) {
  EXPECT_EQ(ContinuedAsBefore("").text, "");
  EXPECT_EQ(ContinuedAsBefore("x").text, "");
  EXPECT_EQ(ContinuedAsBefore("abc").agreeing, 0u);
  EXPECT_EQ(ContinuedAsBefore("same\nsame").agreeing, 0u);  // that one is at the end of its line
}

TEST(RecentText, LooksNotTooFar) {
  EXPECT_EQ(ContinuedAsBefore("unique_name = 1;\n" + std::string(30'000, ' ') + "unique_na").text,
            "");
}

}  // namespace
}  // namespace astrolabe
