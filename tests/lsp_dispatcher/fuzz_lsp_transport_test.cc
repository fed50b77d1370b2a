// The fuzzer's checks over a real session, cut and damaged at every byte.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/strings.h"
#include "tests/lsp_dispatcher/fuzz_lsp_transport.h"

namespace astrolabe::lsp {
namespace {

std::string Framed(std::string_view content) {
  return StrCat("Content-Length: ", content.size(), "\r\n\r\n", content);
}

std::string Session() {
  return Framed(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}})") +
         Framed(R"({"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{"textDocument":)"
                R"({"uri":"a"},"position":{"line":0,"character":1}}})") +
         Framed(R"({"jsonrpc":"2.0","id":"c","method":"textDocument/completion","params":)"
                R"({"textDocument":{"uri":"a"},"position":{"line":0,"character":1}}})") +
         Framed(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"c"}})") +
         Framed(R"({"jsonrpc":"2.0","id":3,"method":"shutdown"})") +
         Framed(R"({"jsonrpc":"2.0","method":"exit"})");
}

void Feed(const std::string& session, char piece) {
  const std::string input = piece + session;
  EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size()),
            0);
}

TEST(FuzzLspTransport, ASessionCutAnywhere) {
  const std::string session = Session();
  for (size_t size = 0; size <= session.size(); ++size) Feed(session.substr(0, size), 0);
  Feed(session, 1);
}

TEST(FuzzLspTransport, ASessionWithOneByteChanged) {
  const std::string session = Session();
  for (size_t at = 0; at < session.size(); ++at) {
    for (char byte : {'\0', '\n', '"', '9', '}'}) {
      std::string damaged = session;
      damaged[at] = byte;
      Feed(damaged, 0);
    }
  }
}

}  // namespace
}  // namespace astrolabe::lsp
