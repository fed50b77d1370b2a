// The fuzzer's entry point, called by libFuzzer (target fuzz_parse_protocol) and by a test over seeds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

// The first byte chooses the message, the rest is decoded as one. What decodes must survive being
// encoded and decoded again; aborts if it does not. Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
