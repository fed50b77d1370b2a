// The numbers of index/FORMAT.md that more than one file needs, and the rows of fixed size.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace astrolabe {

static_assert(std::endian::native == std::endian::little, "segments are read as they lie");

inline constexpr std::string_view kFooterMagic = "ASTROEND";
inline constexpr uint64_t kHeaderBytes = 64;
inline constexpr uint64_t kFooterBytes = 48;
inline constexpr uint64_t kSectionRowBytes = 32;

enum SectionId : uint32_t {
  kPaths = 1,
  kPathBlocks = 2,
  kFiles = 3,
  kNames = 4,
  kNameBlocks = 5,
  kPostings = 6,
  kPostingBlocks = 7,
  kWords = 8,
  kWordBlocks = 9,
  kWordLists = 10,
  kWordPostings = 11,
  kScopes = 12,
  kScopeBlocks = 13,
  kSymbols = 14,
  kSymbolPages = 15,
  kFilterClasses = 16,
  kFilterColumns = 17,
  kFilterBits = 18,
};
inline constexpr uint32_t kSectionCount = 18;
inline constexpr std::string_view kSectionNames[kSectionCount + 1] = {"",
                                                                      "paths",
                                                                      "path blocks",
                                                                      "files",
                                                                      "names",
                                                                      "name blocks",
                                                                      "postings",
                                                                      "posting blocks",
                                                                      "words",
                                                                      "word blocks",
                                                                      "word lists",
                                                                      "word postings",
                                                                      "scopes",
                                                                      "scope blocks",
                                                                      "symbols",
                                                                      "symbol pages",
                                                                      "filter classes",
                                                                      "filter columns",
                                                                      "filter bits"};

// Tags of symbols and postings.
inline constexpr uint8_t kTagKindMask = 0x1F;
inline constexpr uint8_t kTagDefinition = 0x20;
inline constexpr uint8_t kTagMorePostings = 0x40;
inline constexpr uint8_t kTagShortForm = 0x40;
inline constexpr uint8_t kTagSameScope = 0x80;

struct FileRowLayout {
  uint64_t size;
  int64_t mtime_ns;
  uint64_t inode;
  uint64_t digest;
  uint32_t line_count;
  uint32_t flags;
  uint32_t first_symbol;
  uint32_t first_page;
};
static_assert(sizeof(FileRowLayout) == 48);

struct WordListLayout {
  uint32_t offset;
  uint32_t postings_before;
};
static_assert(sizeof(WordListLayout) == 8);

enum FilterLayout : uint32_t { kFiltersByFile = 0, kFiltersByBit = 1 };

struct FilterClassLayout {
  uint32_t num_blocks;
  uint32_t files;
  uint32_t first_column;
  uint32_t layout;
  uint64_t offset;
};
static_assert(sizeof(FilterClassLayout) == 24);

template <typename T>
T LoadAs(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

template <typename T>
void AppendAs(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace astrolabe
