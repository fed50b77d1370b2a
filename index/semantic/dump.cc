// Printing facts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/dump.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "index/semantic/shard.h"

namespace astrolabe {
namespace {

struct Named {
  uint32_t bit;
  std::string_view name;
};

constexpr Named kRoleNames[] = {
    {kRoleDeclaration, "declaration"},
    {kRoleDefinition, "definition"},
    {kRoleReference, "reference"},
    {kRoleRead, "read"},
    {kRoleWrite, "write"},
    {kRoleCall, "call"},
    {kRoleDynamic, "dynamic"},
    {kRoleAddressOf, "address"},
    {kRoleImplicit, "implicit"},
    {kRoleMacro, "macro"},
    {kRoleUsing, "using"},
    {kRoleCandidate, "candidate"},
    {kRoleUndefinition, "undefinition"},
    {kRoleLocalOverride, "local override"},
};

constexpr Named kFlagNames[] = {
    {kSymbolDeprecated, "deprecated"},
    {kSymbolStatic, "static"},
    {kSymbolVirtual, "virtual"},
    {kSymbolPure, "pure"},
    {kSymbolConst, "const"},
    {kSymbolDeleted, "deleted"},
    {kSymbolTemplate, "template"},
    {kSymbolSpecialization, "specialization"},
    {kSymbolImplementation, "implementation"},
    {kSymbolInSystemHeader, "system"},
    {kSymbolScopedEnum, "scoped-enum"},
    {kSymbolInline, "inline"},
    {kSymbolConstexpr, "constexpr"},
};

constexpr std::string_view kAccessNames[] = {"", "public", "protected", "private"};
constexpr std::string_view kRelationNames[] = {"base", "override", "specialization", "friend",
                                               "member"};
constexpr std::string_view kOutcomeNames[] = {"zygote", "plain", "failed", "quarantined"};

template <size_t n>
std::string Bits(uint32_t bits, const Named (&names)[n]) {
  std::string text;
  for (const Named& named : names) {
    if ((bits & named.bit) == 0) continue;
    text += StrCat(text.empty() ? "" : "|", named.name);
    bits &= ~named.bit;
  }
  if (bits != 0) text += StrCat(text.empty() ? "" : "|", bits);
  return text;
}

std::string Escaped(std::string_view text) { return absl::Utf8SafeCEscape(ToAbsl(text)); }
std::string Hex(uint64_t value) { return absl::StrCat(absl::Hex(value, absl::kZeroPad16)); }
std::string At(Position at) { return StrCat(at.line, ":", at.column); }

std::string State(const FileState& state) {
  return StrCat("size ", state.size, " mtime ", state.mtime_ns, " digest ", Hex(state.digest));
}

std::string SymbolText(const FileFacts& facts, uint32_t index) {
  if (index == kNoSymbol) return "-";
  if (index >= facts.symbol_ids.size()) return StrCat("#", index);
  const SymbolId id = facts.symbol_ids[index];
  auto at = std::lower_bound(facts.symbols.begin(), facts.symbols.end(), id,
                             [](const SymbolFacts& s, SymbolId wanted) { return s.id < wanted; });
  if (at != facts.symbols.end() && at->id == id) return Escaped(at->usr);
  return Hex(id);
}

void DumpSymbol(const SymbolFacts& symbol, std::string* out) {
  *out += StrCat("symbol ", Escaped(symbol.usr), " id ", Hex(symbol.id), " ",
                 SymbolKindName(symbol.kind), " \"", Escaped(symbol.name), "\"");
  auto field = [out](std::string_view name, std::string_view text) {
    if (!text.empty()) *out += StrCat(" ", name, " \"", Escaped(text), "\"");
  };
  field("scope", symbol.scope);
  field("signature", symbol.signature);
  field("type", symbol.type);
  field("template", symbol.template_parameters);
  field("access", kAccessNames[static_cast<int>(symbol.access)]);
  field("flags", Bits(symbol.flags, kFlagNames));
  field("documentation", symbol.documentation);
  *out += "\n";
}

}  // namespace

std::string DumpFileFacts(const FileFacts& facts) {
  std::string out =
      StrCat("file ", Escaped(facts.path), " ", State(facts.state), " variant ", Hex(facts.variant),
             " interface ", Hex(facts.interface), " symbols ", facts.symbol_ids.size(), "\n");
  for (const IncludeFacts& include : facts.includes) {
    out += StrCat("include ", include.line, " ", include.angled ? "<" : "\"",
                  Escaped(include.spelled), include.angled ? ">" : "\"", " ",
                  include.resolved.empty() ? "-" : Escaped(include.resolved), "\n");
  }
  for (const SymbolFacts& symbol : facts.symbols) DumpSymbol(symbol, &out);
  size_t extent = 0;
  for (size_t i = 0; i < facts.occurrences.size(); ++i) {
    const Occurrence& it = facts.occurrences[i];
    out += StrCat("occurrence ", At(it.begin), "+", it.length, " ", Bits(it.roles, kRoleNames), " ",
                  SymbolText(facts, it.symbol), " in ", SymbolText(facts, it.container));
    for (; extent < facts.extents.size() && facts.extents[extent].occurrence == i; ++extent) {
      out +=
          StrCat(" extent ", At(facts.extents[extent].begin), "-", At(facts.extents[extent].end));
    }
    out += "\n";
  }
  for (const Relation& relation : facts.relations) {
    out += StrCat("relation ", SymbolText(facts, relation.subject), " ",
                  kRelationNames[static_cast<int>(relation.kind)], " ",
                  SymbolText(facts, relation.object), "\n");
  }
  return out;
}

std::string DumpShard(std::string_view encoded) {
  Arena arena;
  absl::StatusOr<Shard> shard = DecodeShard(encoded, arena);
  if (!shard.ok()) return StrCat("error ", ToStd(shard.status().message()), "\n");
  const TranslationUnit& unit = shard->unit;
  std::string out = StrCat("unit ", unit.path.empty() ? "-" : Escaped(unit.path), " command ",
                           Hex(unit.command_digest), " ",
                           kOutcomeNames[static_cast<int>(unit.outcome)], " errors ", unit.errors);
  if (!unit.reason.empty()) out += StrCat(" reason \"", Escaped(unit.reason), "\"");
  out += "\n";
  for (const ClosureFile& file : unit.closure) {
    out += StrCat("closure ", Escaped(file.path), " ", State(file.state), "\n");
  }
  for (std::string_view file : shard->files) {
    absl::StatusOr<FileFacts> facts = DecodeFileFacts(file, arena);
    out += facts.ok() ? DumpFileFacts(*facts)
                      : StrCat("error ", ToStd(facts.status().message()), "\n");
  }
  return out;
}

}  // namespace astrolabe
