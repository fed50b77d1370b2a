// How long a symbol query takes inside a running process, over names that are really there.
//
//   symbol_latency INDEX_DIR [COUNT]
//
// Draws COUNT names (default 10,000) evenly from the index and asks for each, then for a misspelt prefix of
// each (a letter dropped, doubled, exchanged with its neighbour or replaced, and the end cut off). Prints one
// JSON object: microseconds at p50, p90, p99 and max for both kinds, and how often the drawn name itself was
// among the first 20 answers. Not a Google Benchmark: what counts is the distribution over queries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "index/index_store.h"
#include "index/query/symbol_query.h"

namespace astrolabe {
namespace {

using Clock = std::chrono::steady_clock;

// Names of symbols that a default query may return; includes and one-letter names tell nothing.
std::vector<std::string> DrawNames(const Snapshot& snapshot, size_t count, std::mt19937& random) {
  std::vector<std::string> names;
  while (names.size() < count) {
    const Segment& segment = *snapshot.segments[random() % snapshot.segments.size()].segment;
    auto symbol = static_cast<uint32_t>(random() % segment.symbol_count());
    SymbolRow row;
    std::string name;
    if (!segment.Symbol(symbol, &row) || row.kind == SymbolKind::kInclude) continue;
    if (!segment.names().Get(row.name_id, &name) || name.size() < 4) continue;
    names.push_back(name);
  }
  return names;
}

std::string MisspeltPrefix(const std::string& name, std::mt19937& random) {
  size_t length = std::max<size_t>(4, name.size() - random() % (name.size() / 2 + 1));
  std::string text = name.substr(0, length);
  size_t at = 1 + random() % (text.size() - 2);
  switch (random() % 4) {
    case 0:
      text.erase(at, 1);
      break;
    case 1:
      text.insert(at, 1, text[at]);
      break;
    case 2:
      std::swap(text[at], text[at + 1]);
      break;
    default:
      text[at] = static_cast<char>('a' + random() % 26);
  }
  return text;
}

struct Distribution {
  std::vector<double> microseconds;
  size_t found = 0;
};

void Ask(const Snapshot& snapshot, const std::string& text, const std::string& wanted,
         Distribution& distribution) {
  SymbolQuery query;
  query.text = text;
  auto start = Clock::now();
  std::vector<SymbolHit> hits = FindSymbols(snapshot, query);
  auto stop = Clock::now();
  distribution.microseconds.push_back(
      std::chrono::duration<double, std::micro>(stop - start).count());
  distribution.found += std::any_of(hits.begin(), hits.end(),
                                    [&](const SymbolHit& hit) { return hit.name == wanted; });
}

void Print(const char* label, Distribution& d, const char* end) {
  std::sort(d.microseconds.begin(), d.microseconds.end());
  auto at = [&](double q) {
    return d.microseconds[static_cast<size_t>(q * static_cast<double>(d.microseconds.size() - 1))];
  };
  std::printf(
      "\"%s\": {\"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f, "
      "\"found\": %.4f}%s",
      label, at(0.5), at(0.9), at(0.99), at(1.0),
      static_cast<double>(d.found) / static_cast<double>(d.microseconds.size()), end);
}

int Run(const std::string& directory, size_t count) {
  auto snapshot = OpenSnapshot(RealFileSystem(), directory);
  if (!snapshot.ok()) {
    std::fprintf(stderr, "%s\n", snapshot.status().ToString().c_str());
    return 1;
  }
  std::mt19937 random(20261121);
  std::vector<std::string> names = DrawNames(**snapshot, count, random);
  Distribution exact, misspelt, all;
  // One untimed round brings the pages in: the figure is that of a server that has been asked before.
  for (int round = 0; round < 2; ++round) {
    exact = misspelt = {};
    std::mt19937 typo(7);
    for (const std::string& name : names) {
      Ask(**snapshot, name, name, exact);
      Ask(**snapshot, MisspeltPrefix(name, typo), name, misspelt);
    }
  }
  all.microseconds = exact.microseconds;
  all.microseconds.insert(all.microseconds.end(), misspelt.microseconds.begin(),
                          misspelt.microseconds.end());
  all.found = exact.found + misspelt.found;
  std::printf("{");
  Print("exact", exact, ", ");
  Print("misspelt", misspelt, ", ");
  Print("all", all, "}\n");
  return 0;
}

}  // namespace
}  // namespace astrolabe

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: symbol_latency INDEX_DIR [COUNT]\n");
    return 2;
  }
  return astrolabe::Run(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10000);
}
