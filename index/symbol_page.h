// Pages of symbol rows (index/FORMAT.md, "Symbols"): 32 rows in four parts, so that random access
// decodes little and a merge, which changes ids only, copies tags and positions as they are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "index/segment.h"

namespace astrolabe {

// What a position is predicted from: the previous row of the page.
struct PositionState {
  uint32_t begin_line = 0;
  uint32_t begin_column = 0;
  uint32_t name_column = 8;  // after "#define "
};

inline constexpr int kMaxPositionBytes = 1 + 6 * 5;

// Encodes a position to `out` (room for kMaxPositionBytes), updates `state`, and sets `short_form`.
// Returns the end.
uint8_t* EncodePosition(const Position& begin, const Position& name, const Position& end,
                        PositionState& state, bool& short_form, uint8_t* out);

// A page taken apart. `positions` points into the page.
struct PageParts {
  uint32_t rows = 0;
  uint8_t tags[kSymbolsPerPage];
  uint32_t name_ids[kSymbolsPerPage];
  uint32_t scope_ids[kSymbolsPerPage];  // of the rows without kTagSameScope
  uint32_t scope_count = 0;
  std::string_view positions;
};

// False if [p, end) is no page of `rows` rows.
bool SplitPage(const uint8_t* p, const uint8_t* end, uint32_t rows, PageParts* parts);
void AppendPage(const PageParts& parts, std::string& out);

// Decodes a page into rows[0 .. rows). Kinds are valid afterwards, ids are not checked.
bool DecodePage(const uint8_t* p, const uint8_t* end, uint32_t row_count, SymbolRow* rows);

}  // namespace astrolabe
