// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/audit.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"
#include "alloc/arena.h"
#include "base/strings.h"
#include "index/semantic/shard.h"

namespace astrolabe {
namespace {

// A fact as text that sorts and compares; candidates in a set of their own.
struct FactTexts {
  std::set<std::string> firm;
  std::set<std::string> dependent;
  std::string error;
};

FactTexts TextsOf(std::string_view bytes) {
  FactTexts texts;
  Arena arena;
  absl::StatusOr<Shard> shard = DecodeShard(bytes, arena);
  if (!shard.ok()) {
    texts.error = std::string(shard.status().message());
    return texts;
  }
  for (std::string_view file : shard->files) {
    absl::StatusOr<FileFacts> facts = DecodeFileFacts(file, arena);
    if (!facts.ok()) {
      texts.error = std::string(facts.status().message());
      return texts;
    }
    if (facts->path != shard->unit.path) continue;
    auto name = [&](uint32_t symbol) {
      if (symbol == kNoSymbol) return std::string("-");
      SymbolId id = facts->symbol_ids[symbol];
      for (const SymbolFacts& known : facts->symbols) {
        if (known.id == id) return std::string(known.usr);
      }
      return std::string(absl::StrFormat("%016x", id));
    };
    for (const Occurrence& at : facts->occurrences) {
      std::string text = StrCat(at.begin.line + 1, ":", at.begin.column + 1, "+", at.length, " ",
                                name(at.symbol), " roles ", at.roles, " in ", name(at.container));
      bool candidate = (at.roles & kRoleCandidate) != 0;
      (candidate ? texts.dependent : texts.firm).insert(std::move(text));
    }
    for (const Relation& relation : facts->relations) {
      texts.firm.insert(StrCat("relation ", static_cast<int>(relation.kind), " ",
                               name(relation.subject), " ", name(relation.object)));
    }
    for (const SymbolFacts& symbol : facts->symbols) {
      texts.firm.insert(StrCat("symbol ", symbol.usr, " ", symbol.scope, "::", symbol.name, " ",
                               symbol.type, symbol.signature, symbol.template_parameters, " ",
                               symbol.flags, " ", symbol.documentation));
    }
    for (const IncludeFacts& include : facts->includes) {
      texts.firm.insert(StrCat("include ", include.line + 1, " ", include.resolved));
    }
  }
  return texts;
}

void Compare(const std::set<std::string>& on_zygote, const std::set<std::string>& plain,
             std::vector<std::string>* differences) {
  for (const std::string& fact : on_zygote) {
    if (!plain.contains(fact)) differences->push_back("only on the zygote: " + fact);
  }
  for (const std::string& fact : plain) {
    if (!on_zygote.contains(fact)) differences->push_back("only plainly: " + fact);
  }
}

}  // namespace

AuditResult CompareShards(std::string_view on_zygote, std::string_view plain) {
  FactTexts first = TextsOf(on_zygote);
  FactTexts second = TextsOf(plain);
  AuditResult result;
  for (const std::string& error : {first.error, second.error}) {
    if (!error.empty()) result.differences.push_back(error);
  }
  Compare(first.firm, second.firm, &result.differences);
  Compare(first.dependent, second.dependent, &result.dependent);
  return result;
}

}  // namespace astrolabe
