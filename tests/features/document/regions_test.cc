// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/regions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/features/document/answer.h"
#include "analysis/features/document/inactive_code.h"
#include "analysis/live/archive.h"
#include "tests/features/document/printing.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

// Ranges of one kind must be exactly those that are marked with its name.
void CheckFolding(const std::string& marked) {
  MarkedSource source(marked);
  source.Parse([&](LiveAst& ast) {
    std::vector<CodeRange> braces, comments, imports, regions;
    for (const FoldingRegion& region : MakeFolding(ast).regions) {
      (region.kind == "comment"   ? comments
       : region.kind == "imports" ? imports
       : region.kind == "region"  ? regions
                                  : braces)
          .push_back(region.range);
    }
    auto expected = [&](const std::string& name) {
      std::vector<CodeRange> ranges = source.Ranges(name);
      std::sort(ranges.begin(), ranges.end());
      return ranges;
    };
    EXPECT_EQ(braces, expected("")) << marked;
    EXPECT_EQ(comments, expected("comment")) << marked;
    EXPECT_EQ(imports, expected("imports")) << marked;
    EXPECT_EQ(regions, expected("region")) << marked;
  });
}

TEST(Folding, Braces) {
  CheckFolding("namespace n {[[\nint f() {[[\n  if (1) {[[\n    return 1;\n  ]]}\n]]}\n]]}\n");
  CheckFolding("int a[] = {[[\n  1,\n  2\n]]};\nint b[] = {1, 2};\n");
  CheckFolding("auto f = [] {[[\n  return '{';  // {\n]]};\n");
}

TEST(Folding, SectionsOfClasses) {
  CheckFolding("class C {[[\n public:[[\n  int a;]]\n protected:[[\n  int b;\n  int c;]]\n]]};\n");
  CheckFolding("struct D : public C {[[\n  int a;\n]]};\n");
}

TEST(Folding, Comments) {
  CheckFolding("/*$comment[[ one\n two ]]*/\nint x;  // alone\n//$comment[[ a\n// b]]\n\n// c\n");
}

TEST(Folding, Includes) {
  CheckFolding(
      "#include <a>$imports[[\n#include <b>\n\n#include \"c\"]]\nint x;\n#include <alone>\n");
}

TEST(Folding, Conditionals) {
  CheckFolding(
      "#if A$region[[\nint a;]]\n#else  // not$region[[\nint b;\nint c;]]\n#endif\n"
      "#pragma region R$region[[\nint d;]]\n#pragma endregion\n");
}

TEST(Folding, BranchesThatOpenTheSameBraceCloseItOnce) {
  MarkedSource source("#if A\nvoid f() {\n#else\nvoid g() {[[\n#endif\n  int x;\n]]}\n");
  source.Parse([&](LiveAst& ast) {
    std::vector<FoldingRegion> regions = MakeFolding(ast).regions;
    ASSERT_EQ(regions.size(), 3u);
    EXPECT_EQ(regions[2].range, source.Range());
  });
}

TEST(Folding, WhatIsNotClosedIsNotFolded) {
  CheckFolding("void f() {\n  int a[] = {[[\n  1 ]]};\n");
  CheckFolding("}\n)\nvoid f() {[[\n (\n ]]}\n#endif\n#else\n");
  CheckFolding("/* never\n ended");
}

// From the innermost on; a line of the file or more is not asked for.
std::vector<std::string> Selected(const std::string& marked) {
  MarkedSource source(marked);
  std::vector<std::string> texts;
  source.Parse([&](LiveAst& ast) {
    RegionsAnswer answer = MakeSelection(ast, source.Point());
    for (size_t i = 0; i < answer.regions.size(); ++i) {
      const CodeRange& range = answer.regions[i].range;
      uint32_t begin = ast.OffsetOf(range.begin);
      texts.push_back(ast.text.substr(begin, ast.OffsetOf(range.end) - begin));
      if (i == 0) continue;
      EXPECT_LE(range.begin, answer.regions[i - 1].range.begin) << marked;
      EXPECT_GE(range.end, answer.regions[i - 1].range.end) << marked;
    }
    EXPECT_FALSE(texts.empty());
    if (!texts.empty()) {
      EXPECT_EQ(texts.back(), ast.text);
    }
  });
  return texts;
}

TEST(Selection, GrowsFromTokenToFile) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(Selected("int g(int, int);\nint f(int a) { return g(a + ^b1, 2); }\nint h;\n")[0],
            "b1");
  EXPECT_EQ(Selected("int g(int, int);\nint f(int a) { return g(^a + 1, 2); }\n"),
            (Texts{"a", "a + 1", "a + 1, 2", "(a + 1, 2)", "g(a + 1, 2)", "return g(a + 1, 2)",
                   "return g(a + 1, 2);", " return g(a + 1, 2); ", "{ return g(a + 1, 2); }",
                   "int f(int a) { return g(a + 1, 2); }",
                   "int g(int, int);\nint f(int a) { return g(a + 1, 2); }\n"}));
}

TEST(Selection, KnowsTypesAndQualifiers) {
  std::vector<std::string> texts = Selected("namespace n { struct S {}; }\nvoid f(n::^S* p) {}\n");
  ASSERT_GE(texts.size(), 4u);
  EXPECT_EQ(texts[0], "S");
  EXPECT_EQ(texts[1], "n::S");
  EXPECT_EQ(texts[2], "n::S*");
  EXPECT_EQ(texts[3], "n::S* p");
}

TEST(Selection, WorksWhereNothingParses) {
  std::vector<std::string> texts = Selected("@@ ( foo [ ^bar ] \n");
  ASSERT_GE(texts.size(), 3u);
  EXPECT_EQ(texts[0], "bar");
  EXPECT_EQ(texts[1], " bar ");
  EXPECT_EQ(texts[2], "[ bar ]");
  for (const char* text : {"^", "^{", "int ^", "#if 0\n^x\n#endif", "// a^ b", "\"a^b\"", "}^{"}) {
    Selected(text);
  }
}

TEST(InactiveCode, LinesBetweenDirectives) {
  MarkedSource source(
      "#if 0\n[[int a;\nint b;]]\n#elif 1\nint c;\n#else\n[[int d;]]\n#endif\n"
      "#ifdef NO \\\n  // longer\n[[x]]\n#endif\n#if 0\n#endif\n#if 1\nint e;\n#endif\n");
  source.Parse([&](LiveAst& ast) {
    std::vector<CodeRange> ranges;
    for (const FoldingRegion& region : MakeInactiveRegions(ast).regions) {
      ranges.push_back(region.range);
    }
    EXPECT_EQ(ranges, source.Ranges());
  });
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
    question.kind = QuestionKind::kOutline;
    EXPECT_EQ(Decode<OutlineAnswer>(AnswerDocumentQuestion(ast, question))->items.size(), 1u);
    question.kind = QuestionKind::kSemanticTokens;
    EXPECT_EQ(Decode<SemanticTokensAnswer>(AnswerDocumentQuestion(ast, question))->tokens.size(),
              2u);
    question.kind = QuestionKind::kFolding;
    EXPECT_EQ(Decode<RegionsAnswer>(AnswerDocumentQuestion(ast, question))->regions.size(), 1u);
    question.kind = QuestionKind::kSelection;
    EXPECT_GE(Decode<RegionsAnswer>(AnswerDocumentQuestion(ast, question))->regions.size(), 4u);
    question.kind = QuestionKind::kInactiveRegions;
    EXPECT_TRUE(Decode<RegionsAnswer>(AnswerDocumentQuestion(ast, question))->regions.empty());
    question.kind = QuestionKind::kHover;
    EXPECT_EQ(AnswerDocumentQuestion(ast, question), "");
  });
}

}  // namespace
}  // namespace astrolabe
