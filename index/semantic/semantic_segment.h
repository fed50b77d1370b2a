// One immutable segment of the semantic index, read from a mapped file.
//
// Holds files (a path in a state, preprocessed in one way) with their facts, the translation units and
// what each has read, and a directory of all symbols: which files mention each, in which roles. Facts
// stay packed until somebody asks for them.
//
// Ids are dense, start at 0 and mean something in their own segment only: paths bytewise, states by
// path, files by state, units by path, symbols by SymbolId. As in index/segment.h damage makes a read
// yield nothing and is remembered.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alloc/arena.h"
#include "base/file_system.h"
#include "index/segment_container.h"
#include "index/semantic/facts.h"
#include "index/semantic/facts_layout.h"
#include "index/semantic/semantic_layout.h"
#include "index/semantic/shard.h"
#include "index/string_table.h"

namespace astrolabe {

struct Mention {
  uint32_t file = 0;
  uint32_t tag = 0;  // roles, and kMention… of semantic_layout.h
};

// The files that a unit has read, as states of its segment.
struct StoredClosure {
  std::optional<uint32_t> main;
  std::vector<IdRange> others;  // ascending
};

// Immutable; thread-safe. Views live as long as it.
class SemanticSegment {
 public:
  // NotFound if there is no file; FailedPrecondition if its format version is another one; DataLoss
  // if it is damaged in a way that shows without reading it.
  static absl::StatusOr<std::shared_ptr<const SemanticSegment>> Open(FileSystem& fs,
                                                                     const std::string& path);
  static absl::StatusOr<std::shared_ptr<const SemanticSegment>> FromContents(
      const std::string& path, std::unique_ptr<FileContents> contents);

  const std::string& path() const { return container_.reader->path(); }
  uint64_t byte_size() const { return container_.bytes; }
  uint64_t identity() const { return container_.identity; }
  absl::Status damage() const { return container_.reader->damage(); }
  // Verifies every checksum, giving the memory back on the way.
  absl::Status VerifyChecksums() const { return container_.reader->VerifyAll(); }
  // Name and size in bytes of section `id`, from 1 to kNameSymbols.
  const Section& section(SemanticSectionId id) const { return container_.sections[id]; }

  uint32_t path_count() const { return Items(kPathBytes); }
  uint32_t state_count() const { return Items(kStateRows); }
  uint32_t file_count() const { return Items(kFileRows); }
  uint32_t unit_count() const { return Items(kUnitRows); }
  uint32_t symbol_count() const { return Items(kSymbolIds); }

  // False, or an empty view, if the id is out of range or the bytes are damaged.
  std::string_view Path(uint32_t path) const;
  bool State(uint32_t state, StateRowLayout* row) const;
  bool File(uint32_t file, SemanticFileRowLayout* row) const;
  bool Unit(uint32_t unit, UnitRowLayout* row) const;
  std::string_view Reason(const UnitRowLayout& row) const;
  bool Closure(const UnitRowLayout& row, StoredClosure* closure) const;
  // The same of a state, path included.
  bool LoadState(uint32_t state, ClosureFile* file) const;

  std::optional<uint32_t> FindPath(std::string_view path) const;
  IdRange StatesOf(uint32_t path) const;
  IdRange FilesOf(IdRange states) const;
  IdRange UnitsOf(uint32_t path) const;

  // 0 on damage.
  SymbolId Symbol(uint32_t symbol) const;
  std::optional<uint32_t> FindSymbol(SymbolId id) const;
  // Appends the mentions of a symbol, ascending by file.
  bool Mentions(uint32_t symbol, std::vector<Mention>* mentions) const;
  // Appends the symbols that a file declares under a name with this NameHash.
  void FindName(uint64_t name_hash, std::vector<uint32_t>* symbols) const;
  // The i-th of the names, ascending by hash.
  uint32_t name_count() const { return Items(kNameSymbols); }
  bool Name(uint32_t i, uint64_t* name_hash, uint32_t* symbol) const;

  // The symbols of a file's facts, in order of number, in `width` bytes each.
  const uint8_t* FileSymbols(const SemanticFileRowLayout& row) const;
  uint32_t symbol_width() const { return SymbolWidth(symbol_count()); }
  // A file's facts, taken apart; ids are in `arena`. Frames of parts not asked for are empty.
  bool Split(uint32_t file, FactsParts parts, Arena& arena, SplitFacts* split) const;
  // The same without ids; returns the number that `symbol` has there, if it is there.
  std::optional<uint32_t> SplitFor(uint32_t file, uint32_t symbol, FactsParts parts,
                                   SplitFacts* split) const;
  // The symbol with this number in a file's facts; 0 if there is none.
  SymbolId SymbolOfFile(uint32_t file, uint32_t number) const;
  // Both frames as they lie.
  bool Frames(const SemanticFileRowLayout& row, std::string_view* structure,
              std::string_view* text) const;

  void ReportMalformed(std::string_view what) const { container_.reader->ReportMalformed(what); }

 private:
  SemanticSegment() = default;
  uint32_t Items(SemanticSectionId id) const {
    return static_cast<uint32_t>(container_.sections[id].items);
  }
  // All of a file's facts but ids and frames.
  bool SplitHeader(uint32_t file, SemanticFileRowLayout* row, SplitFacts* split) const;
  bool SplitFrames(const SemanticFileRowLayout& row, FactsParts parts, SplitFacts* split) const;
  bool Frame(uint64_t offset, uint32_t bytes, std::string_view* frame) const;
  template <typename Row>
  bool ReadRow(SemanticSectionId id, uint32_t i, Row* row) const;
  // The first row in [0, count) of which `before` is not true.
  template <typename Before>
  static uint32_t PartitionPoint(uint32_t count, Before before);

  SegmentContainer container_;
};

}  // namespace astrolabe
