// The fuzzer's entry point, called by libFuzzer (target fuzz_lsp_server) and by a test over seeds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

// The bytes are read as what a client does, step by step (fuzz_lsp_server.cc). Aborts if a message to the client is
// not JSON, if a request has not exactly one reply, or if the server's text of a document is not the client's. Always
// returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
