// The numbers and rows of a segment of the semantic index, as index/FORMAT.md lays them out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>

#include "index/manifest.h"
#include "index/segment_container.h"
#include "index/semantic/facts.h"
#include "xxhash.h"

namespace astrolabe {

inline constexpr uint32_t kSemanticFormatVersion = 4;

enum SemanticSectionId : uint32_t {
  kPathBytes = 1,
  kPathOffsets = 2,
  kStateRows = 3,
  kFileRows = 4,
  kFrames = 5,
  kUnitRows = 6,
  kReasonBytes = 7,
  kClosures = 8,
  kSymbolIds = 9,
  kMentionBlocks = 10,
  kMentions = 11,
  kMentionTags = 12,
  kNameHashHighs = 13,
  kNameHashLows = 14,
  kNameSymbols = 15,
};
inline constexpr std::string_view kSemanticSectionNames[] = {"",
                                                             "paths",
                                                             "path offsets",
                                                             "states",
                                                             "files",
                                                             "frames",
                                                             "units",
                                                             "reasons",
                                                             "closures",
                                                             "symbol ids",
                                                             "mention blocks",
                                                             "mentions",
                                                             "mention tags",
                                                             "name hash highs",
                                                             "name hash lows",
                                                             "name symbols"};
inline constexpr SegmentSchema kSemanticSchema = {"ASTROSEM", kSemanticFormatVersion,
                                                  kSemanticSectionNames};
inline constexpr ManifestKind kSemanticManifest = {"astrolabe-semantic", kSemanticFormatVersion};

struct StateRowLayout {
  uint64_t size;
  int64_t mtime_ns;
  uint64_t digest;
  uint32_t path;
  uint32_t zero;
};
static_assert(sizeof(StateRowLayout) == 32);

struct SemanticFileRowLayout {
  uint64_t variant;
  uint32_t state;
  uint32_t owner;   // unit + 1 if these are the facts of its main file, else 0
  uint32_t offset;  // in kFrames: symbols, structure, text
  uint32_t symbols;
  uint32_t structure_packed;
  uint32_t structure_raw;
  uint32_t text_packed;
  uint32_t text_raw;
};
static_assert(sizeof(SemanticFileRowLayout) == 40);

struct UnitRowLayout {
  uint64_t command_digest;
  uint32_t path;
  uint32_t outcome;
  uint32_t errors;
  uint32_t reason_offset;
  uint32_t reason_bytes;
  uint32_t closure_offset;
};
static_assert(sizeof(UnitRowLayout) == 32);

inline constexpr uint32_t kSymbolsPerMentionBlock = 16;

// A mention's tag: the roles that a symbol has in a file, and above them what else the file knows of it,
// so that a question opens only files that have an answer.
inline constexpr uint32_t kMentionDeclares = 1 << 16;   // it has SymbolFacts there
inline constexpr uint32_t kMentionDocuments = 1 << 17;  // with documentation
inline constexpr uint32_t kMentionContainer = 1 << 18;  // of an occurrence
inline constexpr uint32_t MentionSubjectOf(RelationKind kind) {
  return uint32_t{1} << (19 + static_cast<int>(kind));
}
inline constexpr uint32_t MentionObjectOf(RelationKind kind) {
  return uint32_t{1} << (24 + static_cast<int>(kind));
}
static_assert(kRelationKindCount <= 5);

// Bytes of a symbol's number in a file's list.
inline uint32_t SymbolWidth(uint64_t symbols) {
  return symbols <= (1 << 16) ? 2 : symbols <= (1 << 24) ? 3 : 4;
}

// 48 bits: among a million names, one lookup in a hundred million meets a name that it does not mean.
inline uint64_t NameHash(std::string_view name) {
  return XXH3_64bits(name.data(), name.size()) >> 16;
}

}  // namespace astrolabe
