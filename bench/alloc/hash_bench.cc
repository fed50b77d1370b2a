// HashString against XXH3 and absl's hash, by length of the name. The next length depends on the last
// hash, so that latency counts, as it does in a lookup.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <xxhash.h>

#include <string>
#include <string_view>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "alloc/hash.h"
#include "benchmark/benchmark.h"

namespace astrolabe {
namespace {

uint64_t Ours(std::string_view text) { return HashString(text); }
uint64_t Xxh3(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }
uint64_t Absl(std::string_view text) {
  return absl::Hash<absl::string_view>()(absl::string_view(text.data(), text.size()));
}

template <uint64_t (*kHash)(std::string_view)>
void BM_Hash(benchmark::State& state) {
  const std::string text(static_cast<size_t>(state.range(0)) + 1, 'x');
  size_t offset = 0;
  for (auto _ : state) {
    offset = kHash(std::string_view(text).substr(offset, text.size() - 1)) & 1;
    benchmark::DoNotOptimize(offset);
  }
}
BENCHMARK(BM_Hash<Ours>)->Arg(4)->Arg(12)->Arg(24)->Arg(40)->Arg(60);
BENCHMARK(BM_Hash<Xxh3>)->Arg(4)->Arg(12)->Arg(24)->Arg(40)->Arg(60);
BENCHMARK(BM_Hash<Absl>)->Arg(4)->Arg(12)->Arg(24)->Arg(40)->Arg(60);

}  // namespace
}  // namespace astrolabe
