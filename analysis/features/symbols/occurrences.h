// Where the open file names each symbol: every name of it once, by symbol.
//
// An editor asks for highlights at each move of the cursor, and a walk over a large file's AST with the USR of
// every declaration that it meets takes 10 ms. The AST does not change, so one walk does for all questions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/features/live_ast.h"

namespace clang {
class NamedDecl;
}

namespace astrolabe {

struct LiveOccurrence {
  uint32_t begin = 0;  // offsets in LiveAst::text
  uint32_t end = 0;
  ReferenceKind kind = ReferenceKind::kText;
  bool is_spelled = true;  // false: a macro that is expanded here produced it
  bool is_declaration = false;
  bool is_definition = false;
  const clang::NamedDecl* container = nullptr;  // function or class around it
};

class Occurrences {
 public:
  // Of `ast`, made when they are first asked for; they live as long as it does.
  static const Occurrences& In(LiveAst& ast);

  // In no particular order, some more than once; empty for symbols that are not named. Not of macros.
  const std::vector<LiveOccurrence>& Of(const std::string& usr) const;

 private:
  std::unordered_map<std::string, std::vector<LiveOccurrence>> by_usr_;
};

}  // namespace astrolabe
