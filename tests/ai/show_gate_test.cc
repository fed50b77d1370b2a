// What is shown, by what was taken before.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/show_gate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "analysis/ai/shown.h"

namespace astrolabe {
namespace {

constexpr ProposalKind kSure = {Sureness::kHigh, CursorPlace::kInList};
constexpr ProposalKind kSureElsewhere = {Sureness::kHigh, CursorPlace::kLineBegin};
constexpr ProposalKind kUnsure = {Sureness::kLow, CursorPlace::kInList};

TEST(ShowGate, ShowsEverythingAtFirst) {
  ShowGate gate;
  EXPECT_TRUE(gate.Shows(kSure));
  EXPECT_TRUE(gate.Shows(kUnsure));
  EXPECT_DOUBLE_EQ(gate.ExpectedShare(kUnsure), 0.3);
}

TEST(ShowGate, HidesWhatNobodyTakes) {
  ShowGate gate;
  int seen = 0;
  while (gate.Shows(kUnsure) && seen < 100) {
    gate.Learn(kUnsure, false);
    ++seen;
  }
  EXPECT_EQ(seen, 15);
  EXPECT_TRUE(gate.Shows(kSure));
}

TEST(ShowGate, TriesWhatItHidesAgain) {
  ShowGate gate;
  for (int i = 0; i < 1000; ++i) gate.Learn(kUnsure, false);
  int shown = 0;
  for (int i = 0; i < 100; ++i) shown += gate.Shows(kUnsure) ? 1 : 0;
  EXPECT_EQ(shown, 10);
  // Taken again, it comes back.
  for (int i = 0; i < 200; ++i) gate.Learn(kUnsure, true);
  EXPECT_TRUE(gate.Shows(kUnsure));
}

// A place that was never seen is as good as the others where the model is as sure.
TEST(ShowGate, LearnsFromAlikePlaces) {
  ShowGate gate;
  for (int i = 0; i < 40; ++i) gate.Learn(kSure, true);
  EXPECT_GT(gate.ExpectedShare(kSureElsewhere), 0.7);
  EXPECT_DOUBLE_EQ(gate.ExpectedShare(kUnsure), 0.3);
}

TEST(ShowGate, BeginsWithWhatWasLearntBefore) {
  ShowGate first;
  for (int i = 0; i < 50; ++i) first.Learn(kUnsure, false);
  ShowGate second(first.learnt());
  EXPECT_DOUBLE_EQ(second.ExpectedShare(kUnsure), first.ExpectedShare(kUnsure));
  second.Learn(kSure, true);
  EXPECT_EQ(second.learnt()[2][3].taken, 1u);
  EXPECT_EQ(second.learnt()[0][3].passed, 0u);  // that is the first one's
}

TEST(ProposalKind, IsHowSureAndWhere) {
  EXPECT_EQ(SurenessOf(0), Sureness::kVeryHigh);
  EXPECT_EQ(SurenessOf(std::log(0.75)), Sureness::kHigh);
  EXPECT_EQ(SurenessOf(std::log(0.55)), Sureness::kMiddle);
  EXPECT_EQ(SurenessOf(-5), Sureness::kLow);
  EXPECT_EQ(CursorPlaceOf(""), CursorPlace::kLineBegin);
  EXPECT_EQ(CursorPlaceOf("int a;\n  "), CursorPlace::kLineBegin);
  EXPECT_EQ(CursorPlaceOf("int a;\n  retu"), CursorPlace::kInName);
  for (const char* prefix : {"box.", "box->", "std::"}) {
    EXPECT_EQ(CursorPlaceOf(prefix), CursorPlace::kMember) << prefix;
  }
  EXPECT_EQ(CursorPlaceOf("f("), CursorPlace::kInList);
  EXPECT_EQ(CursorPlaceOf("f(a, "), CursorPlace::kInList);
  EXPECT_EQ(CursorPlaceOf("a = "), CursorPlace::kElsewhere);
}

class ShownTest : public testing::Test {
 protected:
  ShownTest() { shown_.Show("a.cc", "x = ", {{1, "begin;", kSure}, {2, "end;", kUnsure}}, start_); }
  // "taken high", "passed low", "unseen ..."; "" for nothing.
  std::string After(absl::Duration time, std::string_view prefix) {
    return Text(shown_.Look("a.cc", prefix, start_ + time));
  }
  static std::string Text(const std::optional<ShownOutcome>& outcome) {
    if (!outcome) return "";
    const char* names[] = {"taken", "passed", "unseen"};
    return std::string(names[static_cast<int>(outcome->end)]) + " " +
           std::string(NameOf(outcome->kind.sureness));
  }

  const absl::Time start_ = absl::UnixEpoch();
  ShownProposals shown_;
};

TEST_F(ShownTest, WhatIsTypedOnIsStillShown) {
  EXPECT_EQ(After(absl::Seconds(1), "x = "), "");
  EXPECT_EQ(After(absl::Seconds(2), "x = beg"), "");
  EXPECT_TRUE(shown_.IsShowing("a.cc"));
  EXPECT_EQ(After(absl::Seconds(3), "x = begin;\n"), "taken high");
  EXPECT_FALSE(shown_.IsShowing("a.cc"));
  EXPECT_EQ(After(absl::Seconds(4), "x = begin;\n"), "");
}

TEST_F(ShownTest, AnotherOneMayBeTaken) {
  EXPECT_EQ(After(absl::Seconds(1), "x = end;"), "taken low");
}

TEST_F(ShownTest, WhatWasSeenAndNotTypedIsPassedOver) {
  EXPECT_EQ(After(absl::Seconds(1), "x = y"), "passed high");
}

TEST_F(ShownTest, SoIsWhatWasLeft) { EXPECT_EQ(After(absl::Seconds(1), "z"), "passed high"); }

TEST_F(ShownTest, NobodyReadsSoFast) {
  EXPECT_EQ(After(absl::Milliseconds(200), "x = y"), "unseen high");
}

TEST_F(ShownTest, TheEditorSaysWhatIsTaken) {
  EXPECT_EQ(Text(shown_.Take(2)), "taken low");
  EXPECT_EQ(Text(shown_.Take(2)), "");
  EXPECT_EQ(Text(shown_.Take(7)), "");
  EXPECT_EQ(After(absl::Seconds(1), "x = end;"), "");
}

}  // namespace
}  // namespace astrolabe
