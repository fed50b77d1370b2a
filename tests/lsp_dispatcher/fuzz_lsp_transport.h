// The fuzzer's entry point, called by libFuzzer (target fuzz_lsp_transport) and by a test over seeds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

// The bytes are what a client writes; the first one says in pieces of what size they arrive. Aborts if
// a message to the client is not JSON, or if a request that reached a handler has not exactly one reply.
// Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
