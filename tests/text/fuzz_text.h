// The fuzzer's entry point, called by libFuzzer (target fuzz_text) and by a test over random bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

// The bytes are read as a list of edits, done to a TextBuffer and to a std::string; aborts if the two ever
// differ, in their bytes or in where a position is, or if a diff of two states is wrong. Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
