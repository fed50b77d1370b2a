// A TextBuffer against what one would do without it: a std::string that is spliced at each edit, copied for
// each snapshot, and walked for each position. Texts of 1 MB and 20 MB (the argument), lines of C++, one in
// 50 with a character that is not ASCII. Ratios are those of items_per_second.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "base/text/code_units.h"
#include "base/text/line_diff.h"
#include "base/text/position.h"
#include "base/text/text_buffer.h"
#include "benchmark/benchmark.h"

namespace astrolabe {
namespace {

constexpr PositionEncoding kEncoding = PositionEncoding::kUtf16;

std::string MakeText(size_t megabytes) {
  std::string text;
  std::mt19937 random(1);
  while (text.size() < megabytes << 20) {
    text.append(random() % 4 * 2, ' ');
    text += random() % 50 == 0 ? "// Größe" : "const size_t value_";
    text += std::to_string(random());
    text += " = Compute(first, second);\n";
  }
  return text;
}

// Edits at random places, a few bytes each, in place of as many.
void BM_EditRope(benchmark::State& state) {
  TextBuffer text(MakeText(state.range(0)));
  std::mt19937 random(2);
  for (auto _ : state) {
    const size_t at = random() % text.size();
    text = text.Replace(at, at + random() % 8, std::string_view("abcdefgh", random() % 8));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EditRope)->Arg(1)->Arg(20);

void BM_EditString(benchmark::State& state) {
  std::string text = MakeText(state.range(0));
  std::mt19937 random(2);
  for (auto _ : state) {
    const size_t at = random() % text.size();
    text.replace(at, random() % 8, std::string_view("abcdefgh", random() % 8));
    benchmark::DoNotOptimize(text.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EditString)->Arg(1)->Arg(20);

// What a server does at each keystroke: find the place, insert a letter, leave the text as it was to requests
// that still read it.
void BM_TypeRope(benchmark::State& state) {
  TextBuffer text(MakeText(state.range(0)));
  TextPosition cursor = PositionOf(text, text.size() / 2, kEncoding);
  for (auto _ : state) {
    const TextBuffer snapshot = text;
    const size_t at = OffsetOf(text, cursor, kEncoding).offset;
    text = text.Replace(at, at, "x");
    ++cursor.column;
    benchmark::DoNotOptimize(snapshot);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_TypeRope)->Arg(1)->Arg(20);

// Lines by memchr, the fastest that a flat text without an index can be.
size_t OffsetInString(std::string_view text, TextPosition position) {
  size_t at = 0;
  for (uint32_t line = 0; line < position.line; ++line) at = text.find('\n', at) + 1;
  const size_t end = std::min(text.find('\n', at), text.size());
  return at + BytesOfUnits(text.substr(at, end - at), position.column, kEncoding);
}

void BM_TypeString(benchmark::State& state) {
  auto text = std::make_shared<std::string>(MakeText(state.range(0)));
  TextPosition cursor = PositionOf(TextBuffer(*text), text->size() / 2, kEncoding);
  for (auto _ : state) {
    const std::shared_ptr<std::string> snapshot = text;
    const size_t at = OffsetInString(*text, cursor);
    text = std::make_shared<std::string>(*snapshot);
    text->insert(at, 1, 'x');
    ++cursor.column;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_TypeString)->Arg(1)->Arg(20);

void BM_OffsetOfRope(benchmark::State& state) {
  const TextBuffer text(MakeText(state.range(0)));
  std::mt19937 random(3);
  for (auto _ : state) {
    const TextPosition position = {static_cast<uint32_t>(random() % text.line_count()),
                                   static_cast<uint32_t>(random() % 40)};
    benchmark::DoNotOptimize(OffsetOf(text, position, kEncoding));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_OffsetOfRope)->Arg(1)->Arg(20);

void BM_OffsetOfString(benchmark::State& state) {
  const std::string text = MakeText(state.range(0));
  const size_t lines = std::count(text.begin(), text.end(), '\n');
  std::mt19937 random(3);
  for (auto _ : state) {
    const TextPosition position = {static_cast<uint32_t>(random() % lines),
                                   static_cast<uint32_t>(random() % 40)};
    benchmark::DoNotOptimize(OffsetInString(text, position));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_OffsetOfString)->Arg(1)->Arg(20);

void BM_PositionOfRope(benchmark::State& state) {
  const TextBuffer text(MakeText(state.range(0)));
  std::mt19937 random(4);
  for (auto _ : state) {
    benchmark::DoNotOptimize(PositionOf(text, random() % text.size(), kEncoding));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_PositionOfRope)->Arg(1)->Arg(20);

void BM_PositionOfString(benchmark::State& state) {
  const std::string text = MakeText(state.range(0));
  std::mt19937 random(4);
  for (auto _ : state) {
    const std::string_view before = std::string_view(text).substr(0, random() % text.size());
    benchmark::DoNotOptimize(std::count(before.begin(), before.end(), '\n'));
    benchmark::DoNotOptimize(CountUnits(before.substr(before.rfind('\n') + 1), kEncoding));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_PositionOfString)->Arg(1)->Arg(20);

// didOpen, and what a child that parses is given.
void BM_Build(benchmark::State& state) {
  const std::string text = MakeText(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(TextBuffer(text));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_Build)->Arg(1)->Arg(20);

void BM_ToString(benchmark::State& state) {
  const TextBuffer text(MakeText(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(text.ToString());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_ToString)->Arg(1)->Arg(20);

// A didChange with the whole text, in which ten lines differ.
void BM_DiffTexts(benchmark::State& state) {
  const std::string before = MakeText(state.range(0));
  std::string after = before;
  for (size_t i = 0; i < 10; ++i) after.insert(after.size() / 10 * i, "changed");
  for (auto _ : state) benchmark::DoNotOptimize(DiffTexts(before, after));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(before.size()));
}
BENCHMARK(BM_DiffTexts)->Arg(1)->Arg(20);

}  // namespace
}  // namespace astrolabe
