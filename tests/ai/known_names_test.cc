// How much of a proposal is made of names that stand around it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/known_names.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe {
namespace {

TEST(KnownNames, TheShareOfThoseThatStandAround) {
  const KnownNames known("int first = 1; /* third */ x = ", "; return second_1;");
  EXPECT_DOUBLE_EQ(known.ShareIn("first + second_1"), 1);
  EXPECT_DOUBLE_EQ(known.ShareIn("first + fourth"), 0.5);
  EXPECT_DOUBLE_EQ(known.ShareIn("Call(third, fir, second)"), 0.25);
  EXPECT_DOUBLE_EQ(known.ShareIn("42 + 0x1f - 7u"), 1);
  EXPECT_DOUBLE_EQ(known.ShareIn(""), 1);
}

TEST(KnownNames, LooksNotTooFar) {
  const std::string far(30'000, ' ');
  const std::string prefix = "int distant;" + far;
  const KnownNames known(prefix, far + "int as_distant;");
  EXPECT_DOUBLE_EQ(known.ShareIn("distant + as_distant"), 0);
}

}  // namespace
}  // namespace astrolabe
