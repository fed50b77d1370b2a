// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/generation.h"

#include <algorithm>

namespace astrolabe {
namespace {

constexpr size_t kMaxCandidates = 64;

}  // namespace

absl::StatusOr<NumberedGeneration> DecodeGeneration(std::string_view bytes) {
  absl::StatusOr<NumberedGeneration> read = Decode<NumberedGeneration>(bytes);
  if (!read.ok()) return read;
  const std::vector<Candidate>& candidates = read->second.candidates;
  const bool is_sane = candidates.size() <= kMaxCandidates &&
                       std::ranges::all_of(candidates, [](const Candidate& candidate) {
                         return candidate.end <= GenerationEnd::kNames;
                       });
  if (!is_sane) return absl::DataLossError("the model's process delivers nonsense");
  return read;
}

}  // namespace astrolabe
