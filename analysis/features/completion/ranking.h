// Which option comes first: one number from what is known of it.
//
// The score is the quality of the match with what is typed times the exponential of a weighted sum of
// features (a log-linear model), so weights can be fitted to records of what was chosen, and a weight of
// log(2) reads "twice as good".
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

namespace astrolabe {

// How the type of an option fits the expression that is expected.
enum class TypeFit : uint32_t { kUnknown, kNone, kConvertible, kSame };

// How near the option is declared.
enum class Locality : uint32_t { kLocal, kMember, kFile, kNamespace, kOther };

enum class OptionCategory : uint32_t {
  kVariable,
  kFunction,
  kType,
  kNamespace,
  kEnumerator,
  kKeyword,
  kPattern,
  kOverride,
  kMacro,
  kInclude,
  kSpecial,  // destructors, operators, conversions: hardly ever called by name
};

struct RankingFeatures {
  double match = 1;  // with what is typed, in (0, 1]; 1 if nothing is
  OptionCategory category = OptionCategory::kVariable;
  Locality locality = Locality::kOther;
  TypeFit type = TypeFit::kUnknown;
  uint32_t scopes_outwards =
      0;  // from the cursor to the scope of the declaration, at most kFarScope
  uint32_t sema_priority = 50;  // Clang's, lower is better
  bool expects_value = false;   // an expression of a known type is expected here
  bool is_deprecated = false;
  bool is_in_base = false;
  bool is_reserved = false;  // a name of the implementation
  bool needs_qualifier = false;
  bool needs_edit = false;  // elsewhere in the text, as "." to "->"
  bool is_anything_typed = true;
  static constexpr uint32_t kFarScope = 8;
};

// Natural logarithms of factors.
struct RankingWeights {
  double match = 3.0;  // exponent of the match
  double local = 1.6;
  double member = 1.1;
  double file = 0.7;
  double in_namespace = 0.4;
  double same_type = 1.3;
  double convertible_type = 0.4;
  double wrong_type = -0.7;
  double scope = -0.08;  // for each scope outwards
  double sema_priority = -0.012;
  double keyword = 0;
  double pattern = 0;
  double override_pattern = 0.3;
  double name_space = -0.2;
  double macro = -1.0;
  double special = -3.0;
  double type_for_value = -0.5;
  double deprecated = -1.2;
  double base = -0.2;
  double reserved = -2.0;
  double qualifier = -0.5;
  double edit = -0.8;
  double keyword_untyped = -0.8;  // also of patterns: who wants one types it
};

// Positive; only comparison with others of the same answer has a meaning.
double Score(const RankingFeatures& features, const RankingWeights& weights = {});

}  // namespace astrolabe
