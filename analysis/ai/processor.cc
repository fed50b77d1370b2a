// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/processor.h"

#include <array>
#include <cstdlib>

#include "base/strings.h"

namespace astrolabe {
namespace {

struct Instructions {
  const char* name;
  bool (*is_there)();
};

#if defined(__x86_64__)
// __builtin_cpu_supports wants a literal; it asks the kernel as well, which has to save the registers.
#define ASTROLABE_HAS(name) [] { return __builtin_cpu_supports(name) != 0; }
constexpr std::array<Instructions, 12> kAll = {{
    {"sse3", ASTROLABE_HAS("sse3")},
    {"ssse3", ASTROLABE_HAS("ssse3")},
    {"avx", ASTROLABE_HAS("avx")},
    {"avx2", ASTROLABE_HAS("avx2")},
    {"bmi2", ASTROLABE_HAS("bmi2")},
    {"fma", ASTROLABE_HAS("fma")},
    {"f16c", ASTROLABE_HAS("f16c")},
    {"avx_vnni", ASTROLABE_HAS("avxvnni")},
    {"avx512f", ASTROLABE_HAS("avx512f")},
    {"avx512_vbmi", ASTROLABE_HAS("avx512vbmi")},
    {"avx512_vnni", ASTROLABE_HAS("avx512vnni")},
    {"avx512_bf16", ASTROLABE_HAS("avx512bf16")},
}};
#undef ASTROLABE_HAS
#else
constexpr std::array<Instructions, 0> kAll = {};
#endif

bool IsTakenAway(std::string_view name) {
  const char* given = std::getenv("ASTROLABE_PROCESSOR_LACKS");
  if (given == nullptr) return false;
  const std::string lacks = StrCat(",", given, ",");
  return lacks.find(StrCat(",", name, ",")) != std::string::npos;
}

}  // namespace

bool HasInstructions(std::string_view name) {
  if (IsTakenAway(name)) return false;
  for (const Instructions& known : kAll) {
    if (known.name == name) return known.is_there();
  }
  return true;
}

absl::Status CheckProcessor(const std::vector<std::string>& wanted,
                            const std::function<bool(std::string_view)>& has) {
  std::string missing;
  for (const std::string& name : wanted) {
    if (!has(name)) missing += StrCat(missing.empty() ? "" : ", ", name);
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      StrCat("language models need another build on this machine: llama.cpp was built for a "
             "processor with ",
             missing, ", which this one lacks (build Astrolabe here, or --ai=0)"));
}

}  // namespace astrolabe
