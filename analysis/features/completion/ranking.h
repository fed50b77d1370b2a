// Which option comes first: one number from what is known of it.
//
// The score is the quality of the match with what is typed times the exponential of a weighted sum of
// features (a log-linear model), so weights can be fitted to records of what was chosen, and a weight of
// log(2) reads "twice as good".
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

#include "analysis/features/completion/word_context.h"

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

enum class NextFit : uint32_t { kUnknown, kNo, kYes };

struct RankingFeatures {
  double match = 1;           // with what is typed, in (0, 1]; 1 if nothing is
  bool is_same_case = false;  // what is typed is its beginning, letter for letter
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
  bool needs_edit = false;     // elsewhere in the text, as "." to "->"
  bool needs_include = false;  // no included header declares it
  bool is_anything_typed = true;
  // Whether it goes with what stands behind the cursor already: "(" behind a callable, "::" behind a scope.
  NextFit next = NextFit::kUnknown;
  WordUse use;  // of its name in the rest of the file
  static constexpr uint32_t kFarScope = 8;
};

// Natural logarithms of factors.
struct RankingWeights {
  double match = 3.0;  // exponent of the match
  double same_case = 0.7;
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
  double include = -1.5;
  double uses =
      0.2;  // times the logarithm of one more than the files of the workspace that mention it
  double keyword_untyped = -0.8;  // also of patterns: who wants one types it
  double next_fits = 0.5;
  double next_misfits = -1.5;
  double nearness = 1.0;  // times WordUse::nearness
  // Times the logarithm of one more than the count, capped.
  double in_file = 0.35;
  double behind_token = 0.3;
  double behind_tokens = 0.8;
};

// What is known only later, as factors of a score: how many files of the workspace mention the option, and how well
// its name matches when more of it is typed.
double UseFactor(uint32_t mentions, const RankingWeights& weights = {});
double MatchFactor(double match, const RankingWeights& weights = {});

// Positive; only comparison with others of the same answer has a meaning.
double Score(const RankingFeatures& features, const RankingWeights& weights = {});

}  // namespace astrolabe
