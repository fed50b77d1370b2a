// What a GGUF file says of its model ahead of the weights, read without llama.cpp: for choosing among files before any is
// loaded.
//
// The file is untrusted. It is read value by value, lengths are held against what is left of the file, and nothing is kept
// but what GgufHeader has.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace astrolabe {

struct GgufHeader {
  std::string name;                // general.name
  std::string finetune;            // general.finetune: "Instruct", say
  bool has_chat_template = false;  // tokenizer.chat_template
};

// InvalidArgument for what is no GGUF file, or one that ends too early.
absl::StatusOr<GgufHeader> ReadGgufHeader(const std::string& path);

}  // namespace astrolabe
