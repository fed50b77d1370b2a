// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <string>

#include "tests/features/completion/completion_run.h"

namespace astrolabe {
namespace {

// "label [parameter]": the active signature with its active parameter.
std::string Active(const SignatureAnswer& answer) {
  if (answer.active_signature >= answer.signatures.size()) return "none";
  const SignatureOption& option = answer.signatures[answer.active_signature];
  if (answer.active_parameter >= option.parameters.size()) return option.label + " []";
  auto [begin, end] = option.parameters[answer.active_parameter];
  return option.label + " [" + option.label.substr(begin, end - begin) + "]";
}

TEST(SignatureHelp, ParametersOfAFunction) {
  const char* begin = "int add(int left, const char *right = nullptr);\nint x = add(";
  EXPECT_EQ(Active(SignatureHelp(std::string(begin) + "^")),
            "add(int left, const char *right = nullptr) -> int [int left]");
  EXPECT_EQ(Active(SignatureHelp(std::string(begin) + "1, ^)")),
            "add(int left, const char *right = nullptr) -> int [const char *right = nullptr]");
}

}  // namespace
}  // namespace astrolabe
