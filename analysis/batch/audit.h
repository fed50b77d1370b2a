// Whether a unit's facts on top of a zygote are those of a parse of its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

struct AuditResult {
  // Facts that one of the parses has and the other not, one line each; the second kind are candidates
  // in dependent expressions, where a header more can bring one more to choose from.
  std::vector<std::string> differences;
  std::vector<std::string> dependent;
};

// Both are encoded shards of the same unit; only its main file is compared.
AuditResult CompareShards(std::string_view on_zygote, std::string_view plain);

}  // namespace astrolabe
