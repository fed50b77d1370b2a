// Feeds arbitrary bytes to everything that reads facts, shards and segments of the semantic index.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/semantic/fuzz_semantic.h"

#include <cstring>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "index/block_reader.h"
#include "index/segment_layout.h"
#include "index/semantic/dump.h"
#include "index/semantic/journal.h"
#include "index/semantic/semantic_merge.h"
#include "index/semantic/semantic_snapshot.h"
#include "index/semantic/shard.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

class StringContents final : public FileContents {
 public:
  explicit StringContents(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view bytes() const override { return bytes_; }
  void Evict(size_t, size_t) const override {}

 private:
  const std::string bytes_;
};

void StoreHash(std::string& bytes, size_t at, size_t from, size_t length) {
  const uint64_t hash = XXH3_64bits(bytes.data() + from, length);
  std::memcpy(bytes.data() + at, &hash, sizeof(hash));
}

void ReadFacts(std::string bytes) {
  if (bytes.size() >= 16) StoreHash(bytes, 8, 16, bytes.size() - 16);
  Arena arena;
  absl::StatusOr<FileFacts> facts = DecodeFileFacts(bytes, arena);
  if (!facts.ok()) return;
  // What decodes is safe to print, to encode again and to put into the directory.
  (void)DumpFileFacts(*facts);
  (void)EncodeFileFacts(*facts);
  (void)MakeMentionRows(bytes, arena);
  absl::StatusOr<SplitFacts> split = SplitFileFacts(bytes);
  for (uint32_t number = 0; number < split->symbol_ids && number < 8; ++number) {
    (void)DecodeOneSymbol(*split, number, arena);
  }
}

void ReadShard(std::string bytes) {
  if (bytes.size() >= 16) StoreHash(bytes, 8, 16, bytes.size() - 16);
  Arena arena;
  absl::StatusOr<Shard> shard = DecodeShard(bytes, arena);
  if (!shard.ok()) return;
  (void)DumpShard(bytes);
  for (std::string_view file : shard->files) ReadFacts(std::string(file));
}

// The checksums of a segment, as far as its footer says where they are.
std::string ResealedSegment(std::string bytes) {
  if (bytes.size() < kHeaderBytes + kFooterBytes) return bytes;
  const size_t footer = bytes.size() - kFooterBytes;
  uint64_t checksums_at;
  std::memcpy(&checksums_at, bytes.data() + footer, sizeof(checksums_at));
  if (checksums_at > footer) return bytes;
  for (size_t block = 0; block * kChecksumBlockBytes < checksums_at; ++block) {
    const size_t begin = block * kChecksumBlockBytes;
    const size_t at = checksums_at + block * sizeof(uint64_t);
    if (at + sizeof(uint64_t) > footer) return bytes;
    StoreHash(bytes, at, begin, std::min<size_t>(kChecksumBlockBytes, checksums_at - begin));
  }
  StoreHash(bytes, footer + 32, checksums_at, bytes.size() - checksums_at - 16);
  return bytes;
}

void QueryEverything(const SemanticSnapshot& index) {
  auto visit = [](const FoundOccurrence&) { return true; };
  const SemanticSegment& segment = *index.segments()[0].segment;
  for (uint32_t i = 0; i < segment.symbol_count() && i < 20; ++i) {
    const SymbolId id = segment.Symbol(i);
    index.Occurrences(id, 0, visit);
    index.Contained(id, 0, visit);
    (void)index.Summary(id);
    (void)index.RelationsOf(id, RelationKind::kMember, i % 2 == 0);
  }
  (void)index.FindByName("Get");
  index.ForEachUnit([&](const IndexedUnit& unit) {
    (void)index.Closure(unit.id);
    (void)index.UnitsIncluding(unit.path);
    return true;
  });
  index.ForEachFile([&](const IndexedFile& file) {
    Arena arena;
    (void)index.Facts(file.id, arena);
    (void)index.FindFile(file.path);
    (void)index.At(file.path, {3, 4});
    return true;
  });
}

void ReadSegment(const std::string& bytes) {
  auto segment = SemanticSegment::FromContents(
      "/fuzz.seg", std::make_unique<StringContents>(ResealedSegment(bytes)));
  if (!segment.ok()) return;
  const uint32_t entries = (*segment)->file_count() + (*segment)->unit_count();
  SemanticSnapshot index(1, {{.segment = *segment, .dead = FileSet(entries)}});
  QueryEverything(index);
  // A merge looks at damage() as well, which reading has just left.
  auto again = SemanticSegment::FromContents(
      "/fuzz.seg", std::make_unique<StringContents>(ResealedSegment(bytes)));
  SemanticMerge merge;
  FileSet dead(entries);
  for (uint32_t entry = 0; entry < entries; entry += 3) dead.Insert(entry);
  merge.AddSegment(*again, bytes.size() % 2 == 0 ? FileSet(entries) : dead);
  std::unique_ptr<FileSystem> fs = NewMemoryFileSystem();
  (void)merge.Write(*fs, "/merged.seg");
}

}  // namespace
}  // namespace astrolabe

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace astrolabe;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with("ASTROSEM")) {
    ReadSegment(bytes);
  } else if (bytes.starts_with("ASTROJNL")) {
    (void)ReadJournal(bytes);
  } else if (bytes.starts_with("ASH")) {
    ReadShard(bytes);
  } else {
    ReadFacts(bytes);
  }
  return 0;
}
