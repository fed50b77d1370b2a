// Room in the compiler's hash tables, made before forking.
//
// Clang uniques types and names in hash tables whose nodes are chained through the AST itself. When such a
// table grows, every node is touched; in the child of a zygote that copies every page of the shared AST
// that holds one. A child adds few nodes, but each child that crosses the threshold pays for all: 28 % of
// the time of the units of LLVM's libraries went there. So the zygote grows the tables, once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace clang {
class ASTContext;
}  // namespace clang

namespace astrolabe {

// After this a child can add `percent` of the nodes that each table has without making it grow.
void ReserveTypeTables(clang::ASTContext& context, unsigned percent = 50);

}  // namespace astrolabe
