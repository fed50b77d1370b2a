// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/spelled_includes.h"

#include <utility>

#include "base/strings.h"

namespace astrolabe {

std::vector<FileIncludes> SpelledIncludes(const Snapshot& snapshot, const std::string& root) {
  std::vector<FileIncludes> files;
  std::vector<SymbolRow> symbols;
  for (const LiveSegment& live : snapshot.segments) {
    for (StringCursor cursor = live.segment->paths().WalkAll(); cursor.Next();) {
      if (live.dead.Contains(cursor.id())) continue;
      FileIncludes& file = files.emplace_back();
      file.file = StrCat(root, "/", cursor.text());
      live.segment->SymbolsOf(cursor.id(), &symbols);
      for (const SymbolRow& symbol : symbols) {
        if (symbol.kind != SymbolKind::kInclude) continue;
        SpelledInclude include;
        if (live.segment->names().Get(symbol.name_id, &include.path))
          file.includes.push_back(std::move(include));
      }
    }
  }
  return files;
}

}  // namespace astrolabe
