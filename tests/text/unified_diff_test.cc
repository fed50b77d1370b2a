// Diffs that `patch` takes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/unified_diff.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

TEST(UnifiedDiff, NothingForEqualTexts) { EXPECT_EQ(UnifiedDiff("a", "x\n", "x\n"), ""); }

TEST(UnifiedDiff, AChangedLineWithItsContext) {
  EXPECT_EQ(UnifiedDiff("d/a.cc", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"),
            "--- a/d/a.cc\n+++ b/d/a.cc\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, InsertedAndRemovedLines) {
  EXPECT_EQ(UnifiedDiff("a", "1\n2\n", "0\n1\n2\n"),
            "--- a/a\n+++ b/a\n@@ -1,2 +1,3 @@\n+0\n 1\n 2\n");
  EXPECT_EQ(UnifiedDiff("a", "1\n2\n", "2\n"), "--- a/a\n+++ b/a\n@@ -1,2 +1 @@\n-1\n 2\n");
  EXPECT_EQ(UnifiedDiff("a", "1\n", "1\n2\n"), "--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n 1\n+2\n");
  EXPECT_EQ(UnifiedDiff("a", "", "1\n"), "--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+1\n");
  EXPECT_EQ(UnifiedDiff("a", "1\n", ""), "--- a/a\n+++ b/a\n@@ -1 +0,0 @@\n-1\n");
}

TEST(UnifiedDiff, ChangesFarApartAreHunksOfTheirOwn) {
  std::string middle;
  for (char c = 'a'; c < 'k'; ++c) middle += std::string(1, c) + "\n";
  EXPECT_EQ(UnifiedDiff("a", "1\n" + middle + "2\n", "x\n" + middle + "y\nz\n"),
            "--- a/a\n+++ b/a\n@@ -1,4 +1,4 @@\n-1\n+x\n a\n b\n c\n"
            "@@ -9,4 +9,5 @@\n h\n i\n j\n-2\n+y\n+z\n");
}

TEST(UnifiedDiff, NearbyChangesShareAHunk) {
  EXPECT_EQ(UnifiedDiff("a", "1\n2\n3\n", "x\n2\ny\n"),
            "--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n-1\n+x\n 2\n-3\n+y\n");
}

TEST(UnifiedDiff, WithoutAnEndOfLine) {
  EXPECT_EQ(UnifiedDiff("a", "1\n2", "1\n3"),
            "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+3\n"
            "\\ No newline at end of file\n");
}

}  // namespace
}  // namespace astrolabe
