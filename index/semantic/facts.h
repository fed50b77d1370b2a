// The symbol model of tier 1: what the compiler knows of one file, before and after it is stored.
//
// The unit of the semantic index is a file under one preprocessing: a FileFacts holds everything that
// one parse of one file establishes. A .cc file has one, a header one for each distinct way in which
// it is preprocessed (`variant`). Symbols are joined across files by their id alone, so a file's facts
// never have to be rewritten because another file changed.
//
// Plain structs. Views point into whatever the facts were decoded from or collected into; who fills a
// FileFacts keeps that alive. Lines are 0-based, columns 0-based bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "index/symbol.h"

namespace astrolabe {

// XXH3-64 of a symbol's USR. 0 is no symbol.
using SymbolId = uint64_t;

// What an occurrence of a name does. A set of bits; stored, so append only.
enum Role : uint16_t {
  kRoleDeclaration = 1 << 0,
  kRoleDefinition = 1 << 1,  // always together with kRoleDeclaration
  kRoleReference = 1 << 2,
  kRoleRead = 1 << 3,
  kRoleWrite = 1 << 4,
  kRoleCall = 1 << 5,
  kRoleDynamic = 1 << 6,  // a call that goes through a vtable
  kRoleAddressOf = 1 << 7,
  kRoleImplicit = 1 << 8,       // not spelled: a conversion, an implicit constructor call
  kRoleMacro = 1 << 9,          // the name is produced by a macro expansion that stands here
  kRoleUsing = 1 << 10,         // named in a using declaration or directive
  kRoleCandidate = 1 << 11,     // in a dependent expression: one of the declarations it may mean
  kRoleUndefinition = 1 << 12,  // #undef
  // Declared here is a method that overrides it, of a class in a function, which is no symbol itself.
  kRoleLocalOverride = 1 << 13,
};
using RoleSet = uint16_t;

// How two symbols are related: `subject` KIND `object`. Stored, so append only.
enum class RelationKind : uint8_t {
  kBase = 0,            // subject derives from object
  kOverride = 1,        // subject overrides object
  kSpecialization = 2,  // subject is a specialisation or explicit instantiation of object
  kFriend = 3,          // subject (a record) grants friendship to object
  kMember = 4,          // subject is a member of object (record, enum or namespace)
};
inline constexpr int kRelationKindCount = 5;

enum class Access : uint8_t { kNone = 0, kPublic = 1, kProtected = 2, kPrivate = 3 };

// SymbolFacts::flags. Stored, so append only.
enum SymbolFlag : uint16_t {
  kSymbolDeprecated = 1 << 0,
  kSymbolStatic = 1 << 1,  // static member, or internal linkage
  kSymbolVirtual = 1 << 2,
  kSymbolPure = 1 << 3,
  kSymbolConst = 1 << 4,
  kSymbolDeleted = 1 << 5,
  kSymbolTemplate = 1 << 6,
  kSymbolSpecialization = 1 << 7,
  kSymbolImplementation = 1 << 8,  // a reserved name or a detail namespace: not for completion
  kSymbolInSystemHeader = 1 << 9,
  kSymbolScopedEnum = 1 << 10,
  kSymbolInline = 1 << 11,
  kSymbolConstexpr = 1 << 12,
};

// A symbol as the file that declares it tells. Strings may be empty but for `usr` and `name`.
struct SymbolFacts {
  SymbolId id = 0;
  SymbolKind kind = SymbolKind::kVariable;
  Access access = Access::kNone;
  uint16_t flags = 0;          // SymbolFlag
  std::string_view usr;        // Clang's unified symbol resolution string
  std::string_view name;       // unqualified: "Get", "~DBImpl", "operator==", "(anonymous)"
  std::string_view scope;      // "rocksdb::DBImpl"; as in tier 0
  std::string_view signature;  // "(const Slice &key, int n = 0) const"; functions, macros
  std::string_view type;       // return type of functions, type of variables and aliases
  std::string_view template_parameters;  // "<typename T, int N>"
  std::string_view documentation;        // comment without its markers, lines joined by '\n'
};

inline constexpr uint32_t kNoSymbol = 0xFFFFFFFF;

// A name in the text. `symbol` and `container` index FileFacts::symbol_ids.
struct Occurrence {
  Position begin;
  uint32_t length = 0;  // bytes, on one line; 0 for an implicit one
  uint32_t symbol = 0;
  uint32_t container =
      kNoSymbol;  // innermost function, record, variable … whose declaration holds it
  RoleSet roles = 0;

  friend bool operator==(const Occurrence&, const Occurrence&) = default;
};

// The whole text of a declaration: FileFacts::occurrences[occurrence] is its name.
struct DeclarationExtent {
  uint32_t occurrence = 0;
  Position begin;
  Position end;  // one past the last byte

  friend bool operator==(const DeclarationExtent&, const DeclarationExtent&) = default;
};

struct Relation {
  uint32_t subject = 0;  // indices into FileFacts::symbol_ids
  uint32_t object = 0;
  RelationKind kind = RelationKind::kBase;

  friend auto operator<=>(const Relation&, const Relation&) = default;
};

// An #include directive.
struct IncludeFacts {
  uint32_t line = 0;
  bool angled = false;
  std::string_view spelled;   // without delimiters
  std::string_view resolved;  // path as in FileFacts::path; empty if no such file was found
};

// What identifies the content of a file that a parse has read.
struct FileState {
  uint64_t size = 0;     // bytes
  int64_t mtime_ns = 0;  // since the epoch
  uint64_t digest = 0;   // XXH3-64 of the content

  friend bool operator==(const FileState&, const FileState&) = default;
};

struct FileFacts {
  std::string_view path;  // relative to the workspace's root where inside it, else absolute
  FileState state;
  uint64_t variant =
      0;  // hash of how it was preprocessed; equal facts for equal (content, variant)
  // Of all that files which include this one can see of it: equal for two contents under one variant, it
  // means that their facts are equal, too. 0: not known.
  uint64_t interface = 0;
  // Symbol i has id symbol_ids[i]; ascending, distinct: every symbol that the file mentions.
  std::vector<SymbolId> symbol_ids;
  // Those among them that this file declares, with all that is known; ascending by id.
  std::vector<SymbolFacts> symbols;
  std::vector<Occurrence> occurrences;     // ascending by begin, then symbol
  std::vector<DeclarationExtent> extents;  // ascending by occurrence
  std::vector<Relation> relations;         // ascending
  std::vector<IncludeFacts> includes;      // ascending by line
};

}  // namespace astrolabe
