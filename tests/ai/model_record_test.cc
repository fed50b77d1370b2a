// Which model is asked, by how it has done.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/model_record.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

class ModelRecordTest : public testing::Test {
 protected:
  bool IsWorthAsking(absl::Duration left = absl::Milliseconds(500)) {
    return record_.IsWorthAsking(left, now_);
  }

  ModelRecord record_;
  absl::Time now_ = absl::UnixEpoch();
};

TEST_F(ModelRecordTest, OneThatNobodyKnowsIsAsked) {
  EXPECT_TRUE(IsWorthAsking(absl::Milliseconds(1)));
  EXPECT_EQ(record_.counts().asked, 1u);
}

TEST_F(ModelRecordTest, OneThatFailsIsPassedOverEverLonger) {
  record_.Failed(now_);
  EXPECT_FALSE(IsWorthAsking());
  now_ += absl::Seconds(1);
  EXPECT_TRUE(IsWorthAsking());
  record_.Failed(now_);
  now_ += absl::Seconds(1);
  EXPECT_FALSE(IsWorthAsking());
  now_ += absl::Seconds(1);
  EXPECT_TRUE(IsWorthAsking());
  for (int i = 0; i < 100; ++i) record_.Failed(now_);
  now_ += absl::Seconds(65);
  EXPECT_TRUE(IsWorthAsking());
  record_.Answered(absl::Milliseconds(100));
  record_.Failed(now_);
  now_ += absl::Seconds(1);
  EXPECT_TRUE(IsWorthAsking());  // it begins anew
  EXPECT_EQ(record_.counts().passed_over, 2u);
  EXPECT_EQ(record_.counts().failures, 103u);
}

TEST_F(ModelRecordTest, OneThatIsTooSlowIsTriedAgainLater) {
  record_.Answered(absl::Milliseconds(800));
  EXPECT_TRUE(IsWorthAsking(absl::Seconds(1)));
  EXPECT_FALSE(IsWorthAsking(absl::Milliseconds(500)));
  now_ += absl::Milliseconds(999);
  EXPECT_FALSE(IsWorthAsking(absl::Milliseconds(500)));
  now_ += absl::Milliseconds(1);
  EXPECT_TRUE(IsWorthAsking(absl::Milliseconds(500)));
  record_.Late(absl::Milliseconds(500), now_);
  now_ += absl::Seconds(1);
  EXPECT_FALSE(IsWorthAsking(absl::Milliseconds(500)));
  now_ += absl::Seconds(1);
  EXPECT_TRUE(IsWorthAsking(absl::Milliseconds(500)));
  // What it is expected to take follows what it took.
  for (int i = 0; i < 20; ++i) record_.Answered(absl::Milliseconds(100));
  EXPECT_NEAR(record_.counts().expected_seconds, 0.1, 0.01);
  EXPECT_TRUE(IsWorthAsking(absl::Milliseconds(200)));
}

}  // namespace
}  // namespace astrolabe
