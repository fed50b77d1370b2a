// What a file's facts mean for the directory of symbols.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <utility>

#include "index/semantic/semantic_merge.h"

namespace astrolabe {

absl::StatusOr<std::vector<MentionRow>> MakeMentionRows(std::string_view encoded, Arena& scratch) {
  absl::StatusOr<SplitFacts> split = SplitFileFacts(encoded);
  if (!split.ok()) return split.status();
  std::vector<uint32_t> index_of_number;
  absl::StatusOr<FileFacts> facts = DecodeSplitFacts(*split, {}, scratch, &index_of_number);
  if (!facts.ok()) return facts.status();

  std::vector<MentionRow> by_index(facts->symbol_ids.size(), MentionRow{});
  for (size_t i = 0; i < by_index.size(); ++i) by_index[i].id = facts->symbol_ids[i];
  for (const Occurrence& it : facts->occurrences) {
    by_index[it.symbol].tag |= it.roles;
    if (it.container != kNoSymbol) by_index[it.container].tag |= kMentionContainer;
  }
  for (const Relation& relation : facts->relations) {
    by_index[relation.subject].tag |= MentionSubjectOf(relation.kind);
    by_index[relation.object].tag |= MentionObjectOf(relation.kind);
  }
  size_t at = 0;
  for (const SymbolFacts& symbol : facts->symbols) {
    while (facts->symbol_ids[at] != symbol.id) ++at;
    by_index[at].tag |= kMentionDeclares;
    if (!symbol.documentation.empty()) by_index[at].tag |= kMentionDocuments;
    // 0 says that there is none; the one name in 2^48 that hashes to it is not found.
    by_index[at].name_hash = NameHash(symbol.name);
  }
  std::vector<MentionRow> rows;
  rows.reserve(by_index.size());
  for (uint32_t index : index_of_number) rows.push_back(by_index[index]);
  return rows;
}

}  // namespace astrolabe
