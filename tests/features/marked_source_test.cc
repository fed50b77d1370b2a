// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/features/marked_source.h"

#include <gtest/gtest.h>

#include "clang/AST/DeclBase.h"

namespace astrolabe {
namespace {

TEST(MarkedSource, MarksAreTakenOutAndKnown) {
  MarkedSource source("int $def^x;\nint y = [[x]]$end[[;]]^ a[b[c]]");
  EXPECT_EQ(source.text(), "int x;\nint y = x; a[b[c]]");
  EXPECT_EQ(source.Point("def"), (CodePlace{0, 4}));
  EXPECT_EQ(source.Range(), (CodeRange{{1, 8}, {1, 9}}));
  EXPECT_EQ(source.Range("end"), (CodeRange{{1, 9}, {1, 10}}));
  EXPECT_EQ(source.Point(), (CodePlace{1, 10}));
}

TEST(MarkedSource, PlacesOfTheAstAreThoseOfTheText) {
  MarkedSource source("#include \"h.h\"\n$all[[int x = 1]];\n^");
  source.File("h.h", "int in_header;\n");
  bool parsed = false;
  source.Parse([&](LiveAst& ast) {
    parsed = true;
    ASSERT_EQ(ast.declarations.size(), 1u);
    EXPECT_EQ(ast.RangeOf(ast.declarations[0]->getSourceRange()), source.Range("all"));
    EXPECT_EQ(ast.PlaceOf(ast.LocationAt(source.Point())), source.Point());
    EXPECT_EQ(ast.OffsetOf({1, 900}), 25u);
    EXPECT_EQ(ast.OffsetOf({90, 0}), source.text().size());
    EXPECT_NE(ast.sema, nullptr);
  });
  EXPECT_TRUE(parsed);
}

}  // namespace
}  // namespace astrolabe
