// The fuzzer's entry point, called by libFuzzer (target fuzz_semantic) and by a test over seeds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

// Takes the bytes for what their first four say they are: an encoded shard, encoded facts, or a segment;
// makes the checksums right, so that decoders get to see what is behind them, decodes, stores and
// queries. Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
