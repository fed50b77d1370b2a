// What is said on a machine that llama.cpp was not built for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/processor.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace astrolabe {
namespace {

TEST(CheckProcessor, NamesWhatIsMissing) {
  const auto has = [](std::string_view name) { return name == "avx2"; };
  EXPECT_TRUE(CheckProcessor({}, has).ok());
  EXPECT_TRUE(CheckProcessor({"avx2"}, has).ok());
  const absl::Status status = CheckProcessor({"avx512f", "avx2", "fma"}, has);
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_NE(status.message().find("with avx512f, fma, which this one lacks"),
            absl::string_view::npos)
      << status;
}

// These tests run where llama.cpp was built.
TEST(HasInstructions, ThisMachineHasWhatItWasBuiltFor) {
  for (const std::string& name : WantedInstructions()) EXPECT_TRUE(HasInstructions(name)) << name;
}

TEST(HasInstructions, IsWhatTheKernelSays) {
  std::ifstream file("/proc/cpuinfo");
  std::string flags;
  while (!flags.starts_with("flags") && std::getline(file, flags)) {
  }
  if (!flags.starts_with("flags")) GTEST_SKIP() << "a processor of another family";
  flags += ' ';
  for (const char* name : {"ssse3", "avx", "avx2", "bmi2", "fma", "f16c", "avx512f", "avx512_vnni",
                           "avx512_bf16", "avx_vnni"}) {
    const bool is_told = flags.find(" " + std::string(name) + " ") != std::string::npos;
    EXPECT_EQ(HasInstructions(name), is_told) << name;
  }
}

TEST(HasInstructions, SomeCanBeTakenAway) {
  setenv("ASTROLABE_PROCESSOR_LACKS", "avx2,sse3", 1);
  EXPECT_FALSE(HasInstructions("avx2"));
  EXPECT_FALSE(HasInstructions("sse3"));
  EXPECT_TRUE(HasInstructions("something new"));
  unsetenv("ASTROLABE_PROCESSOR_LACKS");
}

}  // namespace
}  // namespace astrolabe
