// The parts of an encoded FileFacts, as index/FORMAT.md ("Encoded file facts") lays them out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alloc/arena.h"
#include "index/semantic/facts.h"

namespace astrolabe {

// Changes with every change of what EncodeFileFacts or EncodeShard write.
inline constexpr uint32_t kFactsMagic = 0x02'46'46'41;  // "AFF", version 2
inline constexpr uint32_t kShardMagic = 0x01'48'53'41;  // "ASH", version 1

struct FactsHeaderLayout {
  uint32_t magic;
  uint32_t path_bytes;
  uint64_t checksum;  // XXH3 of everything behind it
  uint64_t size;
  int64_t mtime_ns;
  uint64_t digest;
  uint64_t variant;
  uint32_t symbol_ids;
  uint32_t structure_packed;
  uint32_t structure_raw;
  uint32_t text_packed;
  uint32_t text_raw;
  uint32_t zero;
};
static_assert(sizeof(FactsHeaderLayout) == 72);

// Columns of the two frames, in order.
enum StructureColumn {
  kCounts,  // number of occurrences, extents, relations; then the role sets
  kOccurrenceLines,
  kOccurrenceIndents,
  kOccurrenceGaps,
  kOccurrenceLengths,
  kOccurrenceSymbols,
  kOccurrenceContainers,
  kOccurrenceRoles,
  kExtentOccurrences,
  kExtentBeginLines,
  kExtentBeginColumns,
  kExtentEndLines,
  kExtentEndColumns,
  kRelationSubjects,
  kRelationObjects,
  kRelationKinds,
  kStructureColumnCount
};

enum TextColumn {
  kTextCounts,       // number of symbols, includes; digest of the interface
  kDeclaredSymbols,  // numbers
  kSymbolTags,       // kind | access << 5
  kSymbolFlags,
  kUsrShared,
  kUsrLengths,
  kNamePlaces,
  kSymbolScopes,
  kSignatures,
  kTypes,
  kTemplateParameters,
  kDocumentationLengths,
  kIncludeLines,
  kIncludeTags,
  kIncludeSpelled,
  kIncludeResolved,
  kPoolLengths,
  kUsrBytes,
  kNameBytes,
  kPoolBytes,
  kDocumentationBytes,
  kTextColumnCount
};

// An encoded FileFacts taken apart. Views point into the encoding.
struct SplitFacts {
  std::string_view path;
  FileState state;
  uint64_t variant = 0;
  uint32_t symbol_ids = 0;
  const uint8_t* ids = nullptr;  // u64 each, unaligned, in order of number
  std::string_view structure;    // packed
  std::string_view text;
  uint32_t structure_raw = 0;  // bytes when unpacked
  uint32_t text_raw = 0;
};

// Checks magic, sizes and checksum. DataLoss, saying what is wrong.
absl::StatusOr<SplitFacts> SplitFileFacts(std::string_view bytes);

// Which of its frames to unpack. Without structure there are no occurrences, extents and relations,
// without text no symbols and includes.
struct FactsParts {
  bool structure = true;
  bool text = true;
};

// As DecodeFileFacts, of what was split already. The path is not copied. `index_of_number`, if not null,
// is set to the index in symbol_ids of each of split.ids.
absl::StatusOr<FileFacts> DecodeSplitFacts(const SplitFacts& split, FactsParts parts, Arena& arena,
                                           std::vector<uint32_t>* index_of_number = nullptr);

// The occurrences and extents of `split`, whose text and ids may be missing: `symbol` and `container` are numbers, and those
// of one place are in any order. DataLoss if they do not decode.
absl::StatusOr<FileFacts> DecodeNumberedOccurrences(const SplitFacts& split, Arena& arena);

// What the text of `split`, whose structure and ids may be missing, says of the symbol with `number`; all
// but its id. DataLoss if it does not decode or does not declare it. Views point into `arena`.
absl::StatusOr<SymbolFacts> DecodeOneSymbol(const SplitFacts& split, uint32_t number, Arena& arena);

}  // namespace astrolabe
