// What a real semantic index holds, section by section, and how long each question takes over it.
//
//   semantic_latency INDEX_DIR/semantic [SAMPLES]
//
// Samples symbols evenly over the index, asks for each by name, for its summary, its occurrences and its
// relations, with every page already in memory, and prints median, 99th percentile and maximum, on the last
// line as one JSON object.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "index/semantic/semantic_snapshot.h"

namespace astrolabe {
namespace {

using Clock = std::chrono::steady_clock;

double MicrosecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

// Members of the JSON object, by Report.
std::string& Members() {
  static std::string& members = *new std::string;
  return members;
}

void Report(const char* what, std::vector<double> micros) {
  if (micros.empty()) return;
  std::sort(micros.begin(), micros.end());
  auto at = [&](double share) {
    return micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  std::printf("%-28s %8zu  p50 %9.1f us  p99 %9.1f us  max %9.1f us\n", what, micros.size(),
              at(0.5), at(0.99), at(1));
  char numbers[128];
  std::snprintf(numbers, sizeof numbers, "{\"p50_us\": %.2f, \"p99_us\": %.2f, \"max_us\": %.2f}",
                at(0.5), at(0.99), at(1));
  Members() += StrCat(Members().empty() ? "" : ", ", "\"", what, "\": ", numbers);
}

template <typename Item>
void Measure(const char* what, const std::vector<Item>& items,
             const std::function<void(const Item&)>& ask) {
  std::vector<double> micros;
  for (const Item& item : items) {
    const Clock::time_point begin = Clock::now();
    ask(item);
    micros.push_back(MicrosecondsSince(begin));
  }
  Report(what, std::move(micros));
}

void PrintSizes(const SemanticSnapshot& index) {
  for (const LiveSemanticSegment& live : index.segments()) {
    std::printf("%s: %lu bytes, %u dead of %u files and units\n", live.segment->path().c_str(),
                static_cast<unsigned long>(live.segment->byte_size()), live.dead.Count(),
                live.dead.capacity());
    uint64_t structure = 0, text = 0, numbers = 0;
    for (uint32_t file = 0; file < live.segment->file_count(); ++file) {
      SemanticFileRowLayout row;
      if (!live.segment->File(file, &row)) continue;
      structure += row.structure_packed;
      text += row.text_packed;
      numbers += uint64_t{row.symbols} * live.segment->symbol_width();
    }
    for (uint32_t id = kPathBytes; id <= kNameSymbols; ++id) {
      const Section& section = live.segment->section(static_cast<SemanticSectionId>(id));
      std::printf(
          "  %-16s %10lu bytes %10lu items\n", std::string(kSemanticSectionNames[id]).c_str(),
          static_cast<unsigned long>(section.length), static_cast<unsigned long>(section.items));
    }
    std::printf("  of the frames: structure %lu, text %lu, symbol numbers %lu bytes\n",
                static_cast<unsigned long>(structure), static_cast<unsigned long>(text),
                static_cast<unsigned long>(numbers));
  }
}

int Main(const std::string& directory, size_t samples) {
  std::vector<double> opening;
  std::shared_ptr<const SemanticIndex> opened;
  for (int round = 0; round < 50; ++round) {
    const Clock::time_point begin = Clock::now();
    absl::StatusOr<std::shared_ptr<const SemanticIndex>> index =
        SemanticIndex::Open(RealFileSystem(), directory);
    if (!index.ok()) {
      std::fprintf(stderr, "%s\n", index.status().ToString().c_str());
      return 1;
    }
    opening.push_back(MicrosecondsSince(begin));
    opened = *std::move(index);
  }
  const auto& index = static_cast<const SemanticSnapshot&>(*opened);
  PrintSizes(index);

  size_t files = 0, occurrences = 0, symbols = 0, mentions = 0, relations = 0, units = 0;
  std::vector<IndexedFile> all_files;
  std::vector<SymbolFacts> declared;
  Arena kept;
  index.ForEachFile([&](const IndexedFile& file) {
    absl::StatusOr<FileFacts> facts = index.Facts(file.id, kept);
    if (!facts.ok()) return true;
    all_files.push_back(file);
    ++files;
    occurrences += facts->occurrences.size();
    symbols += facts->symbols.size();
    mentions += facts->symbol_ids.size();
    relations += facts->relations.size();
    declared.insert(declared.end(), facts->symbols.begin(), facts->symbols.end());
    return true;
  });
  size_t closure_files = 0, without_facts = 0;
  index.ForEachUnit([&](const IndexedUnit& unit) {
    ++units;
    for (const ClosureFile& file : index.Closure(unit.id)) {
      ++closure_files;
      without_facts += index.FindFile(file.path).empty() ? 1 : 0;
    }
    return true;
  });
  std::printf(
      "%zu units reading %zu files (%zu without facts), %zu file facts: %zu occurrences, "
      "%zu declared symbols, %zu mentions, %zu relations\n",
      units, closure_files, without_facts, files, occurrences, symbols, mentions, relations);
  Report("open", opening);

  std::vector<std::string_view> names;
  std::vector<SymbolId> ids;
  const size_t step = std::max<size_t>(1, declared.size() / samples);
  for (size_t i = 0; i < declared.size(); i += step) {
    names.push_back(declared[i].name);
    ids.push_back(declared[i].id);
  }
  // Weighted by how often a name is declared, and each name once.
  std::vector<std::string_view> distinct = names;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Measure<std::string_view>("distinct names, ids", distinct,
                            [&](std::string_view name) { (void)index.FindByName(name); });
  Measure<std::string_view>("distinct names, summaries", distinct, [&](std::string_view name) {
    for (SymbolId id : index.FindByName(name)) (void)index.Summary(id);
  });
  Measure<std::string_view>("by name, ids", names,
                            [&](std::string_view name) { (void)index.FindByName(name); });
  Measure<std::string_view>("by name, with summaries", names, [&](std::string_view name) {
    for (SymbolId id : index.FindByName(name)) (void)index.Summary(id);
  });
  Measure<SymbolId>("summary", ids, [&](SymbolId id) { (void)index.Summary(id); });
  auto visit_all = [](const FoundOccurrence&) { return true; };
  Measure<SymbolId>("definition", ids,
                    [&](SymbolId id) { index.Occurrences(id, kRoleDefinition, visit_all); });
  Measure<SymbolId>("occurrences", ids, [&](SymbolId id) { index.Occurrences(id, 0, visit_all); });
  Measure<SymbolId>("contained", ids, [&](SymbolId id) { index.Contained(id, 0, visit_all); });
  Measure<SymbolId>("overridden by", ids, [&](SymbolId id) {
    (void)index.RelationsOf(id, RelationKind::kOverride, true);
  });
  Measure<IndexedFile>("facts of a file", all_files, [&](const IndexedFile& file) {
    Arena arena;
    (void)index.Facts(file.id, arena);
  });
  Measure<IndexedFile>("symbols at a place", all_files,
                       [&](const IndexedFile& file) { (void)index.At(file.path, {100, 8}); });
  Measure<IndexedFile>("units including", all_files,
                       [&](const IndexedFile& file) { (void)index.UnitsIncluding(file.path); });
  std::vector<double> encoding, decoding, all_encoding;
  size_t encoded_bytes = 0;
  for (const IndexedFile& file : all_files) {
    Arena arena;
    absl::StatusOr<FileFacts> facts = index.Facts(file.id, arena);
    if (!facts.ok()) continue;
    Clock::time_point begin = Clock::now();
    const std::string encoded = EncodeFileFacts(*facts);
    encoding.push_back(MicrosecondsSince(begin));
    encoded_bytes += encoded.size();
    Arena again;
    begin = Clock::now();
    (void)DecodeFileFacts(encoded, again);
    decoding.push_back(MicrosecondsSince(begin));
  }
  double encode_all = 0, decode_all = 0;
  for (double micros : encoding) encode_all += micros;
  for (double micros : decoding) decode_all += micros;
  Report("encode", encoding);
  Report("decode", decoding);
  std::printf("all files: encode %.1f ms, decode %.1f ms, %zu bytes encoded\n", encode_all / 1000,
              decode_all / 1000, encoded_bytes);
  std::printf("{%s}\n", Members().c_str());
  return 0;
}

}  // namespace
}  // namespace astrolabe

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: semantic_latency INDEX_DIR/semantic [SAMPLES]\n");
    return 2;
  }
  return astrolabe::Main(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5000);
}
