// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/ranking.h"

#include <algorithm>
#include <cmath>

namespace astrolabe {
namespace {

double OfLocality(Locality locality, const RankingWeights& weights) {
  switch (locality) {
    case Locality::kLocal:
      return weights.local;
    case Locality::kMember:
      return weights.member;
    case Locality::kFile:
      return weights.file;
    case Locality::kNamespace:
      return weights.in_namespace;
    case Locality::kOther:
      return 0;
  }
  return 0;
}

double OfType(TypeFit type, const RankingWeights& weights) {
  switch (type) {
    case TypeFit::kUnknown:
      return 0;
    case TypeFit::kNone:
      return weights.wrong_type;
    case TypeFit::kConvertible:
      return weights.convertible_type;
    case TypeFit::kSame:
      return weights.same_type;
  }
  return 0;
}

double OfCategory(OptionCategory category, bool expects_value, const RankingWeights& weights) {
  switch (category) {
    case OptionCategory::kVariable:
    case OptionCategory::kFunction:
    case OptionCategory::kEnumerator:
    case OptionCategory::kInclude:
      return 0;
    case OptionCategory::kType:
      return expects_value ? weights.type_for_value : 0;
    case OptionCategory::kNamespace:
      return weights.name_space;
    case OptionCategory::kKeyword:
      return weights.keyword;
    case OptionCategory::kPattern:
      return weights.pattern;
    case OptionCategory::kOverride:
      return weights.override_pattern;
    case OptionCategory::kMacro:
      return weights.macro;
    case OptionCategory::kSpecial:
      return weights.special;
  }
  return 0;
}

double OfUse(const WordUse& use, const RankingWeights& weights) {
  static constexpr uint32_t kMost = 30;  // what is everywhere is not wanted everywhere
  auto logarithm = [](uint32_t count) { return std::log1p(std::min(count, kMost)); };
  return weights.nearness * use.nearness + weights.in_file * logarithm(use.in_file) +
         weights.behind_token * logarithm(use.behind_token) +
         weights.behind_tokens * logarithm(use.behind_tokens);
}

}  // namespace

double Score(const RankingFeatures& features, const RankingWeights& weights) {
  double sum = OfLocality(features.locality, weights) + OfType(features.type, weights) +
               OfCategory(features.category, features.expects_value, weights);
  sum += weights.scope * std::min(features.scopes_outwards, RankingFeatures::kFarScope);
  sum += weights.sema_priority * features.sema_priority;
  if (features.is_same_case) sum += weights.same_case;
  if (features.is_deprecated) sum += weights.deprecated;
  if (features.is_in_base) sum += weights.base;
  if (features.is_reserved) sum += weights.reserved;
  bool is_keyword = features.category == OptionCategory::kKeyword ||
                    features.category == OptionCategory::kPattern;
  if (is_keyword && !features.is_anything_typed) sum += weights.keyword_untyped;
  if (features.needs_edit) sum += weights.edit;
  if (features.needs_include) sum += weights.include;
  if (features.needs_qualifier) sum += weights.qualifier;
  if (features.next == NextFit::kYes) sum += weights.next_fits;
  if (features.next == NextFit::kNo) sum += weights.next_misfits;
  sum += OfUse(features.use, weights);
  return MatchFactor(features.match, weights) * std::exp(sum);
}

double MatchFactor(double match, const RankingWeights& weights) {
  return std::pow(std::clamp(match, 1e-3, 1.0), weights.match);
}

double UseFactor(uint32_t mentions, const RankingWeights& weights) {
  return std::exp(weights.uses * std::log1p(std::min(mentions, 1000U)));
}

}  // namespace astrolabe
