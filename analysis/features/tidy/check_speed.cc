// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/tidy/check_speed.h"

#include <algorithm>
#include <iterator>

namespace astrolabe {
namespace {

// What clangd 22 answers for each name that `clang-tidy-22 --checks=* --list-checks` prints; all that are not here
// cost less than 8 % of a parse, by its measurements.
constexpr std::string_view kSlow[] = {
    "altera-id-dependent-backward-branch",
    "misc-const-correctness",
    "misc-header-include-cycle",
    "readability-container-size-empty",
};
constexpr std::string_view kNotMeasured[] = {
    "abseil-unchecked-statusor-access",
    "bugprone-bitwise-pointer-cast",
    "bugprone-capturing-this-in-member-variable",
    "bugprone-command-processor",
    "bugprone-copy-constructor-mutates-argument",
    "bugprone-default-operator-new-on-overaligned-type",
    "bugprone-derived-method-shadowing-base-method",
    "bugprone-exception-copy-constructor-throws",
    "bugprone-float-loop-counter",
    "bugprone-incorrect-enable-shared-from-this",
    "bugprone-invalid-enum-default-initialization",
    "bugprone-misleading-setter-of-reference",
    "bugprone-nondeterministic-pointer-iteration-order",
    "bugprone-random-generator-seed",
    "bugprone-raw-memory-call-on-non-trivial-type",
    "bugprone-std-namespace-modification",
    "bugprone-tagged-union-member-count",
    "bugprone-throwing-static-initialization",
    "bugprone-unchecked-string-to-number-conversion",
    "bugprone-unintended-char-ostream-output",
    "cert-arr39-c",
    "cppcoreguidelines-pro-bounds-avoid-unchecked-container-access",
    "cppcoreguidelines-use-enum-class",
    "fuchsia-temporary-objects",
    "google-runtime-float",
    "llvm-prefer-static-over-anonymous-namespace",
    "llvm-use-new-mlir-op-builder",
    "llvm-use-ranges",
    "misc-anonymous-namespace-in-header",
    "misc-multiple-inheritance",
    "misc-override-with-different-visibility",
    "misc-predictable-rand",
    "modernize-avoid-c-style-cast",
    "modernize-avoid-setjmp-longjmp",
    "modernize-avoid-variadic-functions",
    "modernize-use-integer-sign-comparison",
    "modernize-use-scoped-lock",
    "mpi-buffer-deref",
    "mpi-type-mismatch",
    "portability-avoid-pragma-once",
    "portability-template-virtual-member-function",
    "readability-ambiguous-smartptr-reset-call",
    "readability-inconsistent-ifelse-braces",
    "readability-redundant-parentheses",
    "readability-redundant-typename",
    "readability-use-concise-preprocessor-directives",
};

bool Has(const auto& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

CheckSpeed SpeedOfCheck(std::string_view name) {
  if (Has(kSlow, name) || name.starts_with("clang-analyzer-")) return CheckSpeed::kSlow;
  return Has(kNotMeasured, name) ? CheckSpeed::kNotMeasured : CheckSpeed::kFast;
}

}  // namespace astrolabe
