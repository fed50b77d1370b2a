// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/path_pattern.h"

#include <re2/re2.h>

#include "absl/status/status.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// Bytes of one compiled expression.
constexpr int64_t kMemory = 4 << 20;

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::StatusOr<PathPattern> PathPattern::Compile(const std::string& text) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);  // a path is any bytes
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  auto compiled = std::make_shared<const RE2>(text, options);
  if (!compiled->ok()) return absl::InvalidArgumentError(compiled->error());
  PathPattern pattern;
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

absl::StatusOr<PathPattern> PathPattern::Whole(const std::string& text) {
  // Alone first, so that a stray parenthesis is not closed by ours.
  if (auto alone = Compile(text); !alone.ok()) return alone.status();
  return Compile(StrCat("^(?:", text, ")$"));
}

absl::StatusOr<PathPattern> PathPattern::Ending(const std::string& text) {
  if (auto alone = Compile(text); !alone.ok()) return alone.status();
  return Compile(StrCat("(?:", text, ")$"));
}

bool PathPattern::Matches(std::string_view path) const {
  return RE2::PartialMatch(Piece(path), *compiled_);
}

}  // namespace astrolabe
