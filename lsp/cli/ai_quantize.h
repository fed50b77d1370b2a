// `astrolabe ai quantize`: a smaller model from a larger one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>

namespace astrolabe {

struct QuantizeArguments {
  std::string in;
  std::string out;
  std::string type = "auto";  // or QuantizeType::name
  uint32_t threads = 0;       // 0: as many as cores
  bool requantizes = false;   // QuantizeJob::requantizes
  bool replaces = false;      // `out` may be there
  bool json = false;
};

// The exit code.
int RunAiQuantize(const QuantizeArguments& arguments);

}  // namespace astrolabe
