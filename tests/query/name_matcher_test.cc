// Which of several names a person means by what they typed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/name_matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace astrolabe {
namespace {

// Scores `names` for `pattern` and expects them to rank as written; a name behind "|" must not match.
void ExpectOrder(std::string_view pattern, const std::vector<std::string>& names) {
  NameMatcher matcher(pattern);
  float last = 2;
  bool must_match = true;
  for (const std::string& name : names) {
    if (name == "|") {
      must_match = false;
      continue;
    }
    std::optional<float> score = matcher.Match(name);
    ASSERT_EQ(score.has_value(), must_match) << pattern << " / " << name;
    if (!score) continue;
    EXPECT_GT(*score, 0) << name;
    EXPECT_LE(*score, 1) << name;
    EXPECT_LT(*score, last) << pattern << " / " << name;
    last = *score;
  }
}

TEST(NameMatcher, ExactThenCaseThenPrefixThenWordsThenInsideThenLetters) {
  ExpectOrder("get", {"get", "Get", "get_page", "getter_functions", "page_get_x", "widget",
                      "grubbed_texts", "|", "teg", "ge"});
}

TEST(NameMatcher, WordStarts) {
  ExpectOrder("schwork", {"schedule_work", "schedule_delayed_work", "|", "work_schedule"});
  ExpectOrder("DBI", {"DBImpl", "|", "Image"});
  ExpectOrder("rfl", {"read_file_list", "surefootedly"});
  ExpectOrder("utf16", {"utf16le", "to_utf16"});
}

TEST(NameMatcher, CaseHints) {
  ExpectOrder("Status", {"Status", "status", "StatusCode", "statusCode"});
}

TEST(NameMatcher, WholeWordsBeatCutOnes) { ExpectOrder("task", {"task_struct", "taskletstruc"}); }

TEST(NameMatcher, OneMistake) {
  ExpectOrder("kmaloc", {"kmalloc", "kmap_local"});
  ExpectOrder("kmallocc", {"kmalloc"});
  ExpectOrder("kamlloc", {"kmalloc"});
  ExpectOrder("schefule_work", {"schedule_work", "|", "schemata_work"});
  ExpectOrder("xmalloc", {"xmalloc", "|", "kmalloc"});  // nobody mistypes the first letter
  ExpectOrder("abx", {"abx", "|", "aby"});              // too short to guess
}

TEST(NameMatcher, LongAndOddNames) {
  NameMatcher empty("");
  EXPECT_TRUE(empty.Match("anything").has_value());
  std::string long_name(5000, 'a');
  EXPECT_TRUE(NameMatcher("aaa").Match(long_name).has_value());
  EXPECT_TRUE(NameMatcher(long_name).Match(long_name + "b").has_value());
  EXPECT_TRUE(NameMatcher(long_name).Match("b" + long_name).has_value());
  EXPECT_FALSE(NameMatcher(long_name).Match("a").has_value());
  EXPECT_FALSE(NameMatcher("abc").Match("").has_value());
  EXPECT_TRUE(NameMatcher("\xFFx").Match("\xFFxy").has_value());
}

}  // namespace
}  // namespace astrolabe
