// Which texts may follow where only certain names can stand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/name_mask.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

const std::vector<std::string>& Names() {
  static const std::vector<std::string>& names = *new std::vector<std::string>(
      SortedNames({"size", "push_back", "push", "size", "", "größe", "begin"}));
  return names;
}

bool Allows(const std::vector<std::string>& pieces) {
  NameMask mask(Names());
  for (const std::string& piece : pieces) {
    if (!mask.Take(piece)) return false;
  }
  return true;
}

TEST(NameMask, BeginningsOfNames) {
  for (const char* piece :
       {"s", "size", "push", "push_", "push_back", "gr", "größe", "size()", "push("}) {
    EXPECT_TRUE(NameMask(Names()).Allows(piece)) << piece;
  }
  for (const char* piece : {"x", "sizes", "pushed", "siz()", " size", "(", "push_back_", "Size"}) {
    EXPECT_FALSE(NameMask(Names()).Allows(piece)) << piece;
  }
}

TEST(NameMask, FollowsPieceByPiece) {
  EXPECT_TRUE(Allows({"pu", "sh", "_back", "(x", ".anything)"}));
  EXPECT_TRUE(Allows({"push", "(", "unknown"}));
  EXPECT_FALSE(Allows({"pu", "t"}));
  EXPECT_FALSE(Allows({"push", "_", "("}));
}

TEST(NameMask, EndsAtANameOnly) {
  NameMask mask(Names());
  EXPECT_FALSE(mask.AllowsEnd());
  ASSERT_TRUE(mask.Take("push"));
  EXPECT_TRUE(mask.AllowsEnd());
  ASSERT_TRUE(mask.Take("_b"));
  EXPECT_FALSE(mask.AllowsEnd());
}

TEST(NameMask, WithoutNamesEverythingGoes) {
  const std::vector<std::string> none;
  EXPECT_TRUE(NameMask(none).Allows("anything at all"));
  EXPECT_TRUE(NameMask(none).AllowsEnd());
}

}  // namespace
}  // namespace astrolabe
