// Making facts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/semantic/sample_facts.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "xxhash.h"

namespace astrolabe {

SymbolId IdOf(std::string_view usr) { return XXH3_64bits(usr.data(), usr.size()); }

FileState StateOf(uint64_t digest) {
  return {.size = 100 + digest, .mtime_ns = 1'700'000'000'000'000'000, .digest = digest};
}

FactsBuilder::FactsBuilder(std::string_view path, uint64_t digest, uint64_t variant) {
  facts_.path = Keep(path);
  facts_.state = StateOf(digest);
  facts_.variant = variant;
}

std::string_view FactsBuilder::Declare(uint32_t line, std::string_view scope, std::string_view name,
                                       RoleSet extra, std::string_view documentation) {
  const std::string_view usr = Keep(StrCat("c:", scope, "@", name));
  SymbolFacts symbol;
  symbol.id = IdOf(usr);
  symbol.kind = SymbolKind::kFunction;
  symbol.usr = usr;
  symbol.name = Keep(name);
  symbol.scope = Keep(scope);
  symbol.signature = "(int a)";
  symbol.type = "void";
  symbol.documentation = Keep(documentation);
  facts_.symbols.push_back(symbol);
  Refer(line, 5, usr, static_cast<RoleSet>(kRoleDeclaration | extra), {},
        static_cast<uint32_t>(name.size()));
  return usr;
}

void FactsBuilder::Refer(uint32_t line, uint32_t column, std::string_view usr, RoleSet roles,
                         std::string_view container, uint32_t length) {
  mentions_.push_back({.begin = {line, column},
                       .length = length,
                       .symbol = IdOf(usr),
                       .container = container.empty() ? 0 : IdOf(container),
                       .roles = roles});
}

void FactsBuilder::Relate(std::string_view subject, RelationKind kind, std::string_view object) {
  relations_.push_back({IdOf(subject), IdOf(object), kind});
}

void FactsBuilder::Include(uint32_t line, std::string_view spelled, std::string_view resolved) {
  facts_.includes.push_back(
      {.line = line, .angled = false, .spelled = Keep(spelled), .resolved = Keep(resolved)});
}

uint32_t FactsBuilder::IndexOf(SymbolId id) const {
  if (id == 0) return kNoSymbol;
  auto at = std::lower_bound(facts_.symbol_ids.begin(), facts_.symbol_ids.end(), id);
  return static_cast<uint32_t>(at - facts_.symbol_ids.begin());
}

const FileFacts& FactsBuilder::Build() {
  facts_.symbol_ids.clear();
  auto add = [this](SymbolId id) {
    if (id != 0) facts_.symbol_ids.push_back(id);
  };
  for (const Mention& mention : mentions_) {
    add(mention.symbol);
    add(mention.container);
  }
  for (const Related& relation : relations_) {
    add(relation.subject);
    add(relation.object);
  }
  std::sort(facts_.symbol_ids.begin(), facts_.symbol_ids.end());
  facts_.symbol_ids.erase(std::unique(facts_.symbol_ids.begin(), facts_.symbol_ids.end()),
                          facts_.symbol_ids.end());
  auto by_id = [](const SymbolFacts& a, const SymbolFacts& b) { return a.id < b.id; };
  std::sort(facts_.symbols.begin(), facts_.symbols.end(), by_id);
  facts_.symbols.erase(std::unique(facts_.symbols.begin(), facts_.symbols.end(),
                                   [](const auto& a, const auto& b) { return a.id == b.id; }),
                       facts_.symbols.end());
  facts_.occurrences.clear();
  facts_.extents.clear();
  facts_.relations.clear();
  for (const Mention& mention : mentions_) {
    facts_.occurrences.push_back({.begin = mention.begin,
                                  .length = mention.length,
                                  .symbol = IndexOf(mention.symbol),
                                  .container = IndexOf(mention.container),
                                  .roles = mention.roles});
  }
  std::sort(facts_.occurrences.begin(), facts_.occurrences.end(),
            [](const Occurrence& a, const Occurrence& b) {
              return std::pair(a.begin, a.symbol) < std::pair(b.begin, b.symbol);
            });
  for (uint32_t i = 0; i < facts_.occurrences.size(); ++i) {
    const Occurrence& it = facts_.occurrences[i];
    if ((it.roles & kRoleDeclaration) == 0) continue;
    facts_.extents.push_back(
        {.occurrence = i, .begin = {it.begin.line, 0}, .end = {it.begin.line + 2, 1}});
  }
  for (const Related& relation : relations_) {
    facts_.relations.push_back({.subject = IndexOf(relation.subject),
                                .object = IndexOf(relation.object),
                                .kind = relation.kind});
  }
  std::sort(facts_.relations.begin(), facts_.relations.end());
  return facts_;
}

FileFacts RandomFacts(uint32_t seed, uint32_t size, std::deque<std::string>& strings) {
  std::mt19937 random(seed);
  auto below = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  auto keep = [&strings](std::string text) -> std::string_view {
    return strings.emplace_back(std::move(text));
  };
  FileFacts facts;
  facts.path = keep(StrCat("src/module", seed % 7, "/file", seed, ".cc"));
  facts.state = StateOf(seed + 1);
  facts.variant = random();
  facts.interface = random();

  std::map<SymbolId, SymbolFacts> by_id;
  const uint32_t classes = size / 8 + 1;
  for (uint32_t i = 0; i < size; ++i) {
    const uint32_t owner = below(classes);
    SymbolFacts symbol;
    symbol.scope = keep(StrCat("project::Class", owner));
    symbol.name = keep(StrCat("Method", below(size * 3), i % 5 == 0 ? "Suffix" : ""));
    symbol.usr = keep(
        StrCat("c:@N@project@S@Class", owner, "@F@", symbol.name, "#I#&1$@S@Arg", below(40), "#"));
    symbol.kind = static_cast<SymbolKind>(below(kSymbolKindCount));
    symbol.access = static_cast<Access>(below(4));
    symbol.flags = static_cast<uint16_t>(below(1 << 13));
    symbol.signature = keep(StrCat("(int key, const Arg", below(40), " &value)"));
    symbol.type = below(2) != 0 ? "Status" : "std::string";
    if (below(6) == 0) symbol.template_parameters = "<typename T>";
    if (below(3) == 0) {
      symbol.documentation = keep(StrCat("What method ", i, " does.\nOver two lines, ", random()));
    }
    symbol.id = IdOf(symbol.usr);
    by_id[symbol.id] = symbol;
  }
  for (const auto& [id, symbol] : by_id) {
    facts.symbols.push_back(symbol);
    facts.symbol_ids.push_back(id);
  }
  for (uint32_t i = 0; i < size; ++i) {
    facts.symbol_ids.push_back(IdOf(StrCat("c:@F@shared", below(size * 4))));
  }
  std::sort(facts.symbol_ids.begin(), facts.symbol_ids.end());
  facts.symbol_ids.erase(std::unique(facts.symbol_ids.begin(), facts.symbol_ids.end()),
                         facts.symbol_ids.end());
  const uint32_t symbols = static_cast<uint32_t>(facts.symbol_ids.size());
  if (symbols == 0) return facts;
  Position at;
  uint32_t container = kNoSymbol;
  for (uint32_t i = 0; i < size * 8; ++i) {
    if (below(3) == 0) {
      at = {at.line + 1 + below(3), 2 * below(5)};
    } else {
      at.column += 3 + below(15);
    }
    if (below(20) == 0) container = below(8) == 0 ? kNoSymbol : below(symbols);
    Occurrence it;
    it.begin = at;
    // Half of the references go to a few symbols, as in life.
    it.symbol = below(2) == 0 ? below(std::min(symbols, 12u)) : below(symbols);
    it.length = 3 + it.symbol % 12;
    it.container = container;
    it.roles = kRoleReference;
    if (below(5) == 0) it.roles |= kRoleCall;
    if (below(9) == 0) {
      it.roles = kRoleImplicit | kRoleReference | kRoleCall;
      it.length = 0;
    }
    if (below(7) == 0) {
      it.roles = kRoleDeclaration | kRoleDefinition;
      facts.extents.push_back({.occurrence = i,
                               .begin = {at.line, at.column - std::min(at.column, below(12))},
                               .end = {at.line + below(4), below(40)}});
    }
    facts.occurrences.push_back(it);
  }
  for (uint32_t i = 0; i < size; ++i) {
    facts.relations.push_back({.subject = below(symbols),
                               .object = below(symbols),
                               .kind = static_cast<RelationKind>(below(kRelationKindCount))});
  }
  std::sort(facts.relations.begin(), facts.relations.end());
  for (uint32_t i = 0; i < size / 10; ++i) {
    const std::string_view spelled = keep(StrCat("module", below(9), "/header", below(90), ".h"));
    facts.includes.push_back({.line = i,
                              .angled = below(2) != 0,
                              .spelled = spelled,
                              .resolved = below(4) == 0 ? "" : keep(StrCat("include/", spelled))});
  }
  return facts;
}

bool SameFacts(const FileFacts& a, const FileFacts& b) {
  auto same_symbol = [](const SymbolFacts& x, const SymbolFacts& y) {
    return x.id == y.id && x.kind == y.kind && x.access == y.access && x.flags == y.flags &&
           x.usr == y.usr && x.name == y.name && x.scope == y.scope && x.signature == y.signature &&
           x.type == y.type && x.template_parameters == y.template_parameters &&
           x.documentation == y.documentation;
  };
  auto same_include = [](const IncludeFacts& x, const IncludeFacts& y) {
    return x.line == y.line && x.angled == y.angled && x.spelled == y.spelled &&
           x.resolved == y.resolved;
  };
  return a.path == b.path && a.state == b.state && a.variant == b.variant &&
         a.interface == b.interface && a.symbol_ids == b.symbol_ids &&
         a.occurrences == b.occurrences && a.extents == b.extents && a.relations == b.relations &&
         std::equal(a.symbols.begin(), a.symbols.end(), b.symbols.begin(), b.symbols.end(),
                    same_symbol) &&
         std::equal(a.includes.begin(), a.includes.end(), b.includes.begin(), b.includes.end(),
                    same_include);
}

std::string MakeShard(std::string_view path, uint64_t command,
                      const std::vector<std::pair<std::string, uint64_t>>& closure,
                      const std::vector<std::string>& files, ParseOutcome outcome) {
  Shard shard;
  shard.unit.path = path;
  shard.unit.command_digest = command;
  shard.unit.outcome = outcome;
  for (const auto& [file, digest] : closure) {
    shard.unit.closure.push_back({.path = file, .state = StateOf(digest)});
  }
  for (const std::string& file : files) shard.files.push_back(file);
  return EncodeShard(shard);
}

}  // namespace astrolabe
