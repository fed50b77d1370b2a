// What the llama.cpp that is linked in was built for. A file of its own: astrolabe-model has none linked in, and brings
// its own answer (model_main.cc).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <ggml-cpu.h>

#include <array>

#include "analysis/ai/processor.h"

namespace astrolabe {
namespace {

struct Instructions {
  const char* name;
  int (*is_wanted)();
};

#if defined(__x86_64__)
constexpr std::array<Instructions, 12> kAll = {{
    {"sse3", ggml_cpu_has_sse3},
    {"ssse3", ggml_cpu_has_ssse3},
    {"avx", ggml_cpu_has_avx},
    {"avx2", ggml_cpu_has_avx2},
    {"bmi2", ggml_cpu_has_bmi2},
    {"fma", ggml_cpu_has_fma},
    {"f16c", ggml_cpu_has_f16c},
    {"avx_vnni", ggml_cpu_has_avx_vnni},
    {"avx512f", ggml_cpu_has_avx512},
    {"avx512_vbmi", ggml_cpu_has_avx512_vbmi},
    {"avx512_vnni", ggml_cpu_has_avx512_vnni},
    {"avx512_bf16", ggml_cpu_has_avx512_bf16},
}};
#else
constexpr std::array<Instructions, 0> kAll = {};
#endif

}  // namespace

std::vector<std::string> WantedInstructions() {
  std::vector<std::string> wanted;
  for (const Instructions& known : kAll) {
    if (known.is_wanted() != 0) wanted.emplace_back(known.name);
  }
  return wanted;
}

}  // namespace astrolabe
