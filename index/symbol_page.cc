// Encoding and decoding of symbol pages.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/symbol_page.h"

#include <cstring>

#include "index/segment_layout.h"
#include "index/varint.h"

namespace astrolabe {
namespace {

enum ShapeBit : uint8_t {
  kNameOnBeginLine = 1,
  kSameBeginColumn = 2,
  kSameNameColumn = 4,
  kEndOnNameLine = 8,
};

const uint8_t* DecodePosition(const uint8_t* p, const uint8_t* end, bool short_form,
                              PositionState& state, SymbolRow* row) {
  uint8_t shape = kNameOnBeginLine | kSameBeginColumn | kSameNameColumn | kEndOnNameLine;
  if (!short_form) {
    if (p == end) return nullptr;
    shape = *p++;
  }
  uint32_t value;
  p = DecodeVarint32(p, end, &value);
  if (p == nullptr) return nullptr;
  row->begin.line = state.begin_line + value;
  row->begin.column = state.begin_column;
  row->name_position.line = row->begin.line;
  row->name_position.column = state.name_column;
  if ((shape & kSameBeginColumn) == 0) {
    p = DecodeVarint32(p, end, &row->begin.column);
    if (p == nullptr) return nullptr;
  }
  if ((shape & kNameOnBeginLine) == 0) {
    p = DecodeVarint32(p, end, &value);
    if (p == nullptr) return nullptr;
    row->name_position.line += value;
  }
  if ((shape & kSameNameColumn) == 0) {
    p = DecodeVarint32(p, end, &row->name_position.column);
    if (p == nullptr) return nullptr;
  }
  row->end.line = row->name_position.line;
  uint32_t column_base = row->name_position.column;
  if ((shape & kEndOnNameLine) == 0) {
    p = DecodeVarint32(p, end, &value);
    if (p == nullptr) return nullptr;
    row->end.line += value;
    column_base = 0;
  }
  p = DecodeVarint32(p, end, &value);
  row->end.column = column_base + value;
  state = {row->begin.line, row->begin.column, row->name_position.column};
  return p;
}

}  // namespace

uint8_t* EncodePosition(const Position& begin, const Position& name, const Position& end,
                        PositionState& state, bool& short_form, uint8_t* out) {
  uint8_t shape = static_cast<uint8_t>((name.line == begin.line ? kNameOnBeginLine : 0) |
                                       (begin.column == state.begin_column ? kSameBeginColumn : 0) |
                                       (name.column == state.name_column ? kSameNameColumn : 0) |
                                       (end.line == name.line ? kEndOnNameLine : 0));
  short_form = shape == (kNameOnBeginLine | kSameBeginColumn | kSameNameColumn | kEndOnNameLine);
  if (!short_form) *out++ = shape;
  out = EncodeVarint(begin.line - state.begin_line, out);
  if ((shape & kSameBeginColumn) == 0) out = EncodeVarint(begin.column, out);
  if ((shape & kNameOnBeginLine) == 0) out = EncodeVarint(name.line - begin.line, out);
  if ((shape & kSameNameColumn) == 0) out = EncodeVarint(name.column, out);
  if ((shape & kEndOnNameLine) == 0) {
    out = EncodeVarint(end.line - name.line, out);
    out = EncodeVarint(end.column, out);
  } else {
    out = EncodeVarint(end.column - name.column, out);
  }
  state = {begin.line, begin.column, name.column};
  return out;
}

bool SplitPage(const uint8_t* p, const uint8_t* end, uint32_t rows, PageParts* parts) {
  if (rows > kSymbolsPerPage || static_cast<size_t>(end - p) < rows) return false;
  parts->rows = rows;
  std::memcpy(parts->tags, p, rows);
  p += rows;
  uint32_t name_id = 0;
  for (uint32_t i = 0; i < rows; ++i) {
    uint32_t difference;
    p = DecodeVarint32(p, end, &difference);
    if (p == nullptr) return false;
    name_id += UnZigZag(difference);
    parts->name_ids[i] = name_id;
  }
  parts->scope_count = 0;
  for (uint32_t i = 0; i < rows; ++i) {
    if ((parts->tags[i] & kTagSameScope) != 0) continue;
    p = DecodeVarint32(p, end, &parts->scope_ids[parts->scope_count++]);
    if (p == nullptr) return false;
  }
  parts->positions = {reinterpret_cast<const char*>(p), static_cast<size_t>(end - p)};
  return true;
}

void AppendPage(const PageParts& parts, std::string& out) {
  uint8_t buffer[kSymbolsPerPage * (1 + 2 * kMaxVarint32Bytes)];
  std::memcpy(buffer, parts.tags, parts.rows);
  uint8_t* end = buffer + parts.rows;
  uint32_t previous = 0;
  for (uint32_t i = 0; i < parts.rows; ++i) {
    end = EncodeVarint(ZigZag(parts.name_ids[i] - previous), end);
    previous = parts.name_ids[i];
  }
  for (uint32_t i = 0; i < parts.scope_count; ++i) end = EncodeVarint(parts.scope_ids[i], end);
  out.append(reinterpret_cast<const char*>(buffer), static_cast<size_t>(end - buffer));
  out.append(parts.positions);
}

bool DecodePage(const uint8_t* p, const uint8_t* end, uint32_t row_count, SymbolRow* rows) {
  PageParts parts;
  if (!SplitPage(p, end, row_count, &parts)) return false;
  p = reinterpret_cast<const uint8_t*>(parts.positions.data());
  PositionState state;
  uint32_t scope = 0;
  uint32_t next_scope = 0;
  for (uint32_t i = 0; i < row_count; ++i) {
    uint8_t tag = parts.tags[i];
    if ((tag & kTagKindMask) >= kSymbolKindCount) return false;
    if ((tag & kTagSameScope) == 0) scope = parts.scope_ids[next_scope++];
    rows[i].name_id = parts.name_ids[i];
    rows[i].scope_id = scope;
    rows[i].kind = static_cast<SymbolKind>(tag & kTagKindMask);
    rows[i].is_definition = (tag & kTagDefinition) != 0;
    p = DecodePosition(p, end, (tag & kTagShortForm) != 0, state, &rows[i]);
    if (p == nullptr) return false;
  }
  return p == end;
}

}  // namespace astrolabe
