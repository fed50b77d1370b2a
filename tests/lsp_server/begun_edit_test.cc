// Which lines an edit has changed, and which ones it belongs to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/begun_edit.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

// "first-last_before>last_after"
std::string Changed(std::string_view before, std::string_view after) {
  const ChangedLines lines = LinesOfChange(before, after);
  return StrCat(lines.first, "-", lines.last_before, ">", lines.last_after);
}

TEST(LinesOfChange, AreThoseOfTheEdit) {
  EXPECT_EQ(Changed("a\nb\nc\n", "a\nbb\nc\n"), "1-1>1");
  EXPECT_EQ(Changed("a\nb\nc\n", "a\n\nc\n"), "1-1>1");
  EXPECT_EQ(Changed("a\nb\nc\n", "a\nbx\nyc\n"), "1-2>2");
  EXPECT_EQ(Changed("a;\nb;\n", "a;\nx;\nb;\n"), "0-1>2");  // behind a; or ahead of b
  EXPECT_EQ(Changed("a\nb\nc\n", "c\n"), "0-2>0");
  EXPECT_EQ(Changed("", "a\nb"), "0-0>1");
  EXPECT_EQ(Changed("a", "a"), "0-0>0");
}

// A line break among line breaks could be any of them.
TEST(LinesOfChange, AreAllWhereItCouldHaveBeen) {
  EXPECT_EQ(Changed("a\n\nb\n", "a\n\n\nb\n"), "0-2>3");
  EXPECT_EQ(Changed("x\nx\nx\n", "x\nx\n"), "0-3>2");
}

std::string Grown(EditedFile::Lines lines, std::string_view before, std::string_view after) {
  const auto grown = GrownBy(lines, LinesOfChange(before, after));
  return grown ? StrCat(grown->first, "-", grown->last) : "elsewhere";
}

TEST(GrownBy, WhatIsTypedOnBelongsToIt) {
  EXPECT_EQ(Grown({1, 1}, "a\nb\nc\n", "a\nbb\nc\n"), "1-1");
  EXPECT_EQ(Grown({1, 1}, "a;\nf(\nc;\n", "a;\nf(\n  x\nc;\n"), "1-3");
  EXPECT_EQ(Grown({0, 2}, "a\nb\nc\nd\n", "a\nc\nd\n"), "0-1");
  EXPECT_EQ(Grown({1, 1}, "a;\nb;\nc;\n", "a;\nb;\nc+;\n"), "elsewhere");
  EXPECT_EQ(Grown({1, 2}, "a;\nb;\nc;\n", "a+;\nb;\nc;\n"), "elsewhere");
}

}  // namespace
}  // namespace astrolabe::lsp
