// The symbol model of tier 0: what the outline finds in one file, before anything is stored.
//
// Tier 0 knows names and places, not meanings: a symbol here is a declaration as it is spelled. Plain
// structs, owned by the FileOutline of the file they came from.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace astrolabe {

// Stored in segments as this number: append only (index/FORMAT.md).
enum class SymbolKind : uint8_t {
  kMacro = 0,
  kFunction = 1,
  kMethod = 2,
  kConstructor = 3,
  kDestructor = 4,
  kOperator = 5,
  kConversion = 6,
  kNamespace = 7,
  kNamespaceAlias = 8,
  kClass = 9,
  kStruct = 10,
  kUnion = 11,
  kEnum = 12,
  kEnumerator = 13,
  kVariable = 14,
  kField = 15,
  kTypedef = 16,
  kAlias = 17,
  kConcept = 18,
  kInclude = 19,
};
inline constexpr int kSymbolKindCount = 20;

// "function", "class", …: the spelling of --kind and of JSON output.
std::string_view SymbolKindName(SymbolKind kind);
std::optional<SymbolKind> ParseSymbolKind(std::string_view name);

// 0-based line, and 0-based column in bytes.
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

// One declaration. Views point into the file's text or into the outline's own arena.
//
// `begin` … `end` is the whole declaration (end is one past its last byte: after the closing brace or
// semicolon; for a macro the end of its last line). `name_position` lies inside. Symbols of a file are
// ordered by `begin`, an enclosing one before what it encloses.
struct Symbol {
  std::string_view
      name;  // unqualified: "Get", "~DBImpl", "operator==", "CONFIG_FOO"; of an include the
             // spelled path without its delimiters. Never empty except for anonymous scopes.
  std::string_view
      scope;  // enclosing scope and written qualifier joined by "::", empty at top level:
              // "rocksdb::DBImpl". An anonymous scope contributes "(anonymous)".
  SymbolKind kind = SymbolKind::kVariable;
  bool is_definition = false;  // has a body, an initialiser, or is an `enum`/macro/alias definition
  Position begin;
  Position name_position;
  Position end;
};

}  // namespace astrolabe
