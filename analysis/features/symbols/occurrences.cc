// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/occurrences.h"

#include <memory>

#include "analysis/features/symbols/name_walker.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "llvm/ADT/DenseMap.h"

namespace astrolabe {

const Occurrences& Occurrences::In(LiveAst& ast) {
  if (ast.occurrences != nullptr) return *ast.occurrences;
  auto made = std::make_shared<Occurrences>();
  llvm::DenseMap<const clang::NamedDecl*, std::vector<std::vector<LiveOccurrence>*>> of_decl;
  WalkNames(ast, std::nullopt, [&](const NamePlace& place) {
    if (place.standing == NameStanding::kKeyword) return;
    for (const clang::NamedDecl* decl : place.decls) {
      auto [it, is_new] = of_decl.try_emplace(decl);
      std::vector<std::vector<LiveOccurrence>*>& of = it->second;
      if (is_new) {
        of.push_back(&made->by_usr_[SymbolKey(decl)]);
        for (const std::string& key : KeysOfOverridden(decl)) of.push_back(&made->by_usr_[key]);
      }
      for (std::vector<LiveOccurrence>* occurrences : of) {
        occurrences->push_back({place.begin, place.end, place.kind, place.is_spelled,
                                place.is_declaration, place.is_definition, place.container});
      }
    }
  });
  ast.occurrences = std::move(made);
  return *ast.occurrences;
}

const std::vector<LiveOccurrence>& Occurrences::Of(const std::string& usr) const {
  static const std::vector<LiveOccurrence> kNone;
  const auto it = by_usr_.find(usr);
  return it == by_usr_.end() ? kNone : it->second;
}

}  // namespace astrolabe
