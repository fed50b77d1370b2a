// What other files go on with at places that are like one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/like_text.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

class LikeTextTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) { workspace_.Write(path, text); }

  std::vector<LikeText> Find(const std::string& prefix, absl::Duration limit = absl::Seconds(10)) {
    workspace_.Index();
    snapshot_ = workspace_.Open();
    return FindLikeTexts(*snapshot_, workspace_.root(), prefix, "own.cc", limit);
  }
  std::vector<std::string> Texts(const std::string& prefix) {
    std::vector<std::string> texts;
    for (const LikeText& text : Find(prefix)) texts.push_back(text.text);
    return texts;
  }

  using Lines = std::vector<std::string>;
  TempWorkspace workspace_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(LikeTextTest, TheLongestAgreementFirstThenTheMostUsual) {
  Write("a.cc", "  s = db->Get(options, key, &value);\n");
  Write("b.cc", "  s = db->Get(options, other);\n  x = db->Get(options, third);\n");
  Write("c.cc", "  s = db->Get(options, other);\n");
  Write("own.cc", "  s = db->Get(options, own);\n");
  const std::vector<LikeText> found = Find("\n  s = db->Get(options, ");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].text, "other);");
  EXPECT_EQ(found[0].places, 2u);
  EXPECT_EQ(found[0].agreeing, std::string("  s = db->Get(options, ").size());
  EXPECT_EQ(found[1].text, "key, &value);");
  EXPECT_EQ(found[2].text, "third);");
  EXPECT_EQ(found[2].agreeing, std::string(" = db->Get(options, ").size());
}

TEST_F(LikeTextTest, AHalfTypedNameIsNotLookedForAsAWord) {
  Write("a.cc", "  pool.Submit(std::move(task));\n");
  EXPECT_EQ(Texts("  pool.Sub"), Lines{"mit(std::move(task));"});
  EXPECT_EQ(Texts("  pool.Subx"), Lines{});
}

// A line that has just begun is told by the one ahead of it.
TEST_F(LikeTextTest, LooksAtTheLineAhead) {
  Write("a.cc", "  mutex_.Lock();\n  ++waiting_;\n  mutex_.Unlock();\n");
  EXPECT_EQ(Texts("  mutex_.Lock();\n  "), Lines{"++waiting_;"});
  EXPECT_EQ(Texts("  mutex_.Lock();\n\t"), Lines{});
}

TEST_F(LikeTextTest, NothingToLookFor) {
  Write("a.cc", "  return a;\nreturn_value = 3;\n");
  for (const char* prefix : {"", "\n", "  return ", "x = ", "12345 ", "return_value"}) {
    EXPECT_EQ(Texts(prefix), Lines{}) << prefix;
  }
  EXPECT_EQ(Texts("return_value = 3;"), Lines{});  // nothing follows there
  EXPECT_EQ(Texts("return_value "), Lines{"= 3;"});
}

TEST_F(LikeTextTest, EndsInTimeAndWhenToldTo) {
  Write("a.cc", "int wanted_name = 1;\n");
  EXPECT_EQ(Find("int wanted_name ", absl::ZeroDuration()).size(), 0u);
  const std::atomic<bool> cancelled = true;
  EXPECT_EQ(FindLikeTexts(*snapshot_, workspace_.root(), "int wanted_name ", "own.cc",
                          absl::Seconds(10), &cancelled)
                .size(),
            0u);
}

// Only what is there now counts.
TEST_F(LikeTextTest, FilesThatChangedOrAreGone) {
  Write("a.cc", "\n\n\nint wanted_name = 1;\n");
  workspace_.Index();
  snapshot_ = workspace_.Open();
  Write("a.cc", "int wanted_name = 2;\n");
  const auto now =
      FindLikeTexts(*snapshot_, workspace_.root(), "int wanted_name ", "own.cc", absl::Seconds(10));
  ASSERT_EQ(now.size(), 1u);
  EXPECT_EQ(now[0].text, "= 2;");
}

}  // namespace
}  // namespace astrolabe
