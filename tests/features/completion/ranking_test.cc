// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/ranking.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

TEST(Ranking, WhatIsTypedCountsMostThenTypeThenNearness) {
  RankingFeatures prefix{.match = 0.85, .locality = Locality::kOther};
  RankingFeatures scattered{.match = 0.25, .locality = Locality::kLocal, .type = TypeFit::kSame};
  EXPECT_GT(Score(prefix), Score(scattered));
  EXPECT_GT(Score({.type = TypeFit::kSame}), Score({.type = TypeFit::kConvertible}));
  EXPECT_GT(Score({.type = TypeFit::kConvertible}), Score({.type = TypeFit::kNone}));
  EXPECT_GT(Score({.locality = Locality::kLocal}), Score({.locality = Locality::kMember}));
  EXPECT_GT(Score({.locality = Locality::kFile}), Score({.locality = Locality::kOther}));
  EXPECT_GT(Score({.scopes_outwards = 1}), Score({.scopes_outwards = 2}));
  EXPECT_EQ(Score({.scopes_outwards = 8}), Score({.scopes_outwards = 100}));
}

TEST(Ranking, WhatTheFileUsesComesFirst) {
  WordUse used{.in_file = 3, .nearness = 0.1F};
  WordUse behind{.in_file = 3, .behind_token = 3, .behind_tokens = 3, .nearness = 0.1F};
  EXPECT_GT(Score({.use = used}), Score({}));
  EXPECT_GT(Score({.use = behind}), Score({.use = used}));
  EXPECT_GT(Score({.use = {.in_file = 3, .nearness = 0.9F}}), Score({.use = used}));
  EXPECT_GT(UseFactor(100), UseFactor(2));
}

TEST(Ranking, WhatGoesWithTheTextBehindTheCursorComesFirst) {
  EXPECT_GT(Score({.next = NextFit::kYes}), Score({}));
  EXPECT_LT(Score({.next = NextFit::kNo}), Score({}));
}

TEST(Ranking, ANameWithoutItsIncludeComesBehindOneThatIsThere) {
  EXPECT_LT(Score({.needs_include = true}), Score({}));
  EXPECT_GT(Score({.is_same_case = true}), Score({}));
}

TEST(Ranking, WhatIsHardlyEverMeantComesLast) {
  double plain = Score({});
  EXPECT_LT(Score({.is_deprecated = true}), plain);
  EXPECT_LT(Score({.is_reserved = true}), plain);
  EXPECT_LT(Score({.is_in_base = true}), plain);
  EXPECT_LT(Score({.category = OptionCategory::kSpecial}), Score({.is_deprecated = true}));
}

TEST(Ranking, WeightsCanBeReplaced) {
  RankingWeights weights;
  weights.deprecated = 2;
  EXPECT_GT(Score({.is_deprecated = true}, weights), Score({}, weights));
}

}  // namespace
}  // namespace astrolabe
