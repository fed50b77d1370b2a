// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/inactive_code.h"

#include <gtest/gtest.h>

#include "analysis/features/document/answer.h"
#include "base/archive.h"
#include "tests/features/document/printing.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

TEST(InactiveCode, LinesBetweenDirectives) {
  MarkedSource source(
      "#if 0\n[[int a;\nint b;]]\n#elif 1\nint c;\n#else\n[[int d;]]\n#endif\n"
      "#ifdef NO \\\n  // longer\n[[x]]\n#endif\n#if 0\n#endif\n#if 1\nint e;\n#endif\n");
  source.Parse([&](LiveAst& ast) { EXPECT_EQ(MakeInactiveRegions(ast).regions, source.Ranges()); });
}

TEST(InactiveCode, OfHeadersIsTheirOwn) {
  MarkedSource source("#include \"a.h\"\nint x;\n");
  source.File("a.h", "#if 0\nint a;\n#endif\n");
  source.Parse([&](LiveAst& ast) { EXPECT_TRUE(MakeInactiveRegions(ast).regions.empty()); });
}

TEST(DocumentAnswer, IsTheEncodedAnswerOfItsKind) {
  MarkedSource source("void f() {\n  int ^x;\n}\n");
  source.Parse([&](LiveAst& ast) {
    Question question;
    question.place = source.Point();
    question.kind = QuestionKind::kSemanticTokens;
    EXPECT_EQ(Decode<SemanticTokensAnswer>(AnswerDocumentQuestion(ast, question))->tokens.size(),
              2u);
    question.kind = QuestionKind::kInactiveRegions;
    EXPECT_TRUE(
        Decode<InactiveRegionsAnswer>(AnswerDocumentQuestion(ast, question))->regions.empty());
    question.kind = QuestionKind::kHover;
    EXPECT_EQ(AnswerDocumentQuestion(ast, question), "");
  });
}

}  // namespace
}  // namespace astrolabe
