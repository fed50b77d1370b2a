// Who calls whom and who derives from whom, as one open file has it: what the hierarchies of calls and types show of
// files that the index does not have, or not as they are in the editor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// `usrs`: as the answers give them. What is called or derived is told once, with all places of calls.
HierarchyAnswer FindHierarchyItems(LiveAst& ast, CodePlace place);
// Bodies of the main file alone: those of headers are not parsed for others.
HierarchyAnswer FindIncomingCalls(LiveAst& ast, const std::vector<std::string>& usrs);
HierarchyAnswer FindOutgoingCalls(LiveAst& ast, const std::vector<std::string>& usrs);
// Classes of headers too.
HierarchyAnswer FindSupertypes(LiveAst& ast, const std::vector<std::string>& usrs);
HierarchyAnswer FindSubtypes(LiveAst& ast, const std::vector<std::string>& usrs);

}  // namespace astrolabe
