// The fuzzer's entry point, called by libFuzzer (target fuzz_segment) and by a test over seeds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

// Takes the bytes for a segment, makes its checksums right so that decoders get to see them, and reads
// everything, merges it and verifies it. Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
