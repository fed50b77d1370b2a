// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/ai_speed.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/strings.h"
#include "lsp/cli/command.h"

namespace astrolabe {

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto at = values.begin() + std::lround(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

absl::StatusOr<ModelSpeed> MeasureSpeed(ModelProcess& process, uint32_t context, uint32_t runs) {
  std::vector<double> read;
  std::vector<double> written;
  for (uint32_t run = 0; run < runs; ++run) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    GenerationRequest request;
    request.document = StrCat("run ", run);  // nothing to go on from
    request.raw_prompt = StrCat("int value", run, " = 0;\n");
    request.is_single_line = false;
    request.max_tokens = 64;
    // Whatever the vocabulary, a token is at least a byte.
    const std::string_view line = "void Call(int value);\n";
    while (request.raw_prompt.size() + line.size() + request.max_tokens < context) {
      request.raw_prompt += line;
    }
    request.time_limit = absl::Seconds(120);
    absl::StatusOr<Generation> generation = process.GenerateNow(std::move(request));
    if (!generation.ok()) return generation.status();
    const GenerationCost& cost = generation->cost;
    read.push_back((cost.prompt_tokens - cost.reused_tokens) / cost.prompt_seconds);
    if (cost.generated_tokens < 2) continue;  // it said that it was done
    written.push_back((cost.generated_tokens - 1) /
                      (cost.total_seconds - cost.first_token_seconds));
  }
  return ModelSpeed{Median(read), Median(written), Quantile(read, 1), Quantile(written, 1)};
}

}  // namespace astrolabe
