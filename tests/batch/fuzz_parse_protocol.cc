// Feeds arbitrary bytes to what the front and its parsing processes decode of each other.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/batch/fuzz_parse_protocol.h"

#include <cstdlib>
#include <string_view>

#include "analysis/batch/parse_protocol.h"

namespace astrolabe {
namespace {

template <typename Decode, typename Encode>
void Check(std::string_view bytes, Decode decode, Encode encode) {
  auto message = decode(bytes);
  if (!message.ok()) return;
  const std::string encoded = encode(*message);
  auto again = decode(encoded);
  if (!again.ok() || encode(*again) != encoded) std::abort();
}

}  // namespace
}  // namespace astrolabe

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace astrolabe;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      Check(bytes, DecodeHello, EncodeHello);
      break;
    case 1:
      Check(bytes, DecodeJob, EncodeJob);
      break;
    case 2:
      Check(bytes, DecodeReady, EncodeReady);
      break;
    case 3:
      Check(bytes, DecodeEnded, EncodeEnded);
      break;
    default:
      Check(bytes, DecodeResult, EncodeResult);
  }
  return 0;
}
