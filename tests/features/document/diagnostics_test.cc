// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/diagnostics.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/features/document/printing.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

std::vector<LiveDiagnostic> DiagnosticsOf(MarkedSource& source) {
  DiagnosticCollector collector;
  std::vector<LiveDiagnostic> found;
  source.Diagnostics(collector).Parse([&](LiveAst& ast) { found = collector.Take(ast); });
  return found;
}

LiveDiagnostic OnlyOneOf(MarkedSource& source) {
  std::vector<LiveDiagnostic> found = DiagnosticsOf(source);
  EXPECT_EQ(found.size(), 1u) << source.text();
  return found.empty() ? LiveDiagnostic() : found[0];
}

// What a fix makes of the text.
std::string Applied(const MarkedSource& source, const DiagnosticFix& fix) {
  std::string text = source.text();
  auto offset = [&](CodePlace place) {
    size_t at = 0;
    for (uint32_t line = 0; line < place.line; ++line) at = source.text().find('\n', at) + 1;
    return at + place.column;
  };
  for (auto edit = fix.edits.rbegin(); edit != fix.edits.rend(); ++edit) {
    size_t begin = offset(edit->range.begin);
    text.replace(begin, offset(edit->range.end) - begin, edit->text);
  }
  return text;
}

TEST(Diagnostics, ErrorStandsAtItsTokenWithClangsName) {
  MarkedSource source("int f() {\n  return [[unknown]] + 1;\n}\n");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range, source.Range());
  EXPECT_EQ(diagnostic.level, DiagnosticLevel::kError);
  EXPECT_EQ(diagnostic.message, "use of undeclared identifier 'unknown'");
  EXPECT_EQ(diagnostic.code, "undeclared_var_use");
  EXPECT_EQ(diagnostic.category, "Semantic Issue");
}

TEST(Diagnostics, RangeIsTheWidestOfTheLineThatCoversTheToken) {
  MarkedSource source(
      "struct A { struct { int value; } inner; } a;\nint f() { return [[a.inner]] ? 1 : 2; }\n");
  EXPECT_EQ(OnlyOneOf(source).range, source.Range());
}

TEST(Diagnostics, WarningHasItsFlagAndTags) {
  MarkedSource source("void f() { int [[x]]; }");
  source.Flags({"-Wall"});
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range, source.Range());
  EXPECT_EQ(diagnostic.level, DiagnosticLevel::kWarning);
  EXPECT_EQ(diagnostic.code, "unused-variable");
  EXPECT_TRUE(diagnostic.is_unused);
  EXPECT_FALSE(diagnostic.is_deprecated);
}

TEST(Diagnostics, UnusedResultIsNotCodeThatCouldGo) {
  MarkedSource source("__attribute__((warn_unused_result)) int f(); void g() { f(); }");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.code, "unused-result");
  EXPECT_FALSE(diagnostic.is_unused);
}

TEST(Diagnostics, DeprecatedIsTaggedAndItsNoteLeadsToTheDeclaration) {
  MarkedSource source("#include \"old.h\"\nvoid g() { [[old]](); }");
  source.File("old.h", "#pragma once\n[[deprecated]] void old();\n");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range, source.Range());
  EXPECT_TRUE(diagnostic.is_deprecated);
  ASSERT_EQ(diagnostic.notes.size(), 1u);
  EXPECT_EQ(diagnostic.notes[0].location.path, "/test/old.h");
  EXPECT_EQ(diagnostic.notes[0].location.range.begin, (CodePlace{1, 2}));
}

TEST(Diagnostics, PromotedWarningIsAnErrorWithItsFlag) {
  MarkedSource source("void f() { int [[x]]; }");
  source.Flags({"-Wall", "-Werror"});
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.level, DiagnosticLevel::kError);
  EXPECT_EQ(diagnostic.code, "unused-variable");
  EXPECT_TRUE(diagnostic.is_unused);
}

TEST(Diagnostics, MissingSemicolonIsShownAndInserted) {
  MarkedSource source("int f() {\n  return [[1]]\n}\n");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range, source.Range());
  ASSERT_EQ(diagnostic.fixes.size(), 1u);
  EXPECT_EQ(diagnostic.fixes[0].title, "insert ';'");
  EXPECT_EQ(Applied(source, diagnostic.fixes[0]), "int f() {\n  return 1;\n}\n");
}

TEST(Diagnostics, MisspelledNameIsChanged) {
  MarkedSource source("int count; int f() { return [[coumt]]; }");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range, source.Range());
  ASSERT_EQ(diagnostic.fixes.size(), 1u);
  EXPECT_EQ(diagnostic.fixes[0].title, "change 'coumt' to 'count'");
  EXPECT_EQ(Applied(source, diagnostic.fixes[0]), "int count; int f() { return count; }");
  ASSERT_EQ(diagnostic.notes.size(), 1u);
  EXPECT_EQ(diagnostic.notes[0].message, "'count' declared here");
}

TEST(Diagnostics, RemovalIsNamedByWhatGoes) {
  MarkedSource source("struct A { void A::[[f]](); };");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  ASSERT_EQ(diagnostic.fixes.size(), 1u);
  EXPECT_EQ(diagnostic.fixes[0].title, "remove 'A::'");
  EXPECT_EQ(Applied(source, diagnostic.fixes[0]), "struct A { void f(); };");
}

TEST(Diagnostics, FixesOfNotesSayWhatTheyAreFor) {
  MarkedSource source("void f(int a, int b) { if (a = b) {} }");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  ASSERT_EQ(diagnostic.fixes.size(), 2u);
  EXPECT_EQ(diagnostic.fixes[0].title,
            "place parentheses around the assignment to silence this warning");
  EXPECT_EQ(Applied(source, diagnostic.fixes[0]), "void f(int a, int b) { if ((a = b)) {} }");
  EXPECT_EQ(diagnostic.fixes[1].title,
            "use '==' to turn this assignment into an equality comparison");
  EXPECT_TRUE(diagnostic.notes.empty());
}

TEST(Diagnostics, NothingIsFixedInsideOfAMacro) {
  MarkedSource source("#define SET(a, b) if (a = b) {}\nvoid f(int a, int b) { [[SET(a, b)]] }");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range.begin, source.Range().begin);
  EXPECT_TRUE(diagnostic.fixes.empty());
}

TEST(Diagnostics, ErrorOfAHeaderStandsAtTheIncludeOnce) {
  MarkedSource source("#include [[\"a.h\"]]\nint x;\n");
  source.File("a.h", "#pragma once\n#include \"b.h\"\n")
      .File("b.h", "int a = no;\nint b = nope;\n");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range, source.Range());
  EXPECT_EQ(diagnostic.message, "In included file: use of undeclared identifier 'no'");
  ASSERT_EQ(diagnostic.notes.size(), 1u);
  EXPECT_EQ(diagnostic.notes[0].location.path, "/test/b.h");
  EXPECT_EQ(diagnostic.notes[0].location.range, (CodeRange{{0, 8}, {0, 10}}));
}

TEST(Diagnostics, IncludeBetweenAnglesIsMarkedWhole) {
  MarkedSource source("#include [[<a.h>]]\nint x;\n");
  source.File("a.h", "int a = no;\n").Flags({"-I/test"});
  EXPECT_EQ(OnlyOneOf(source).range, source.Range());
}

TEST(Diagnostics, WarningsOfHeadersAreTheirOwnBusiness) {
  MarkedSource source("#include \"a.h\"\nint x;\n");
  source.File("a.h", "inline void f() { int x; }\n").Flags({"-Wall"});
  EXPECT_TRUE(DiagnosticsOf(source).empty());
  source.Flags({"-Wall", "-Werror"});
  EXPECT_TRUE(DiagnosticsOf(source).empty());
}

TEST(Diagnostics, ErrorOfAHeadersTemplateStandsWhereItWasInstantiated) {
  MarkedSource source("#include \"a.h\"\nint x = [[twice]](nullptr);\n");
  source.File("a.h", "template <typename T>\nint twice(T t) { return t + t; }\n");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range.begin, source.Range().begin);
  EXPECT_TRUE(diagnostic.message.starts_with("In template: invalid operands"))
      << diagnostic.message;
  ASSERT_GE(diagnostic.notes.size(), 1u);
  EXPECT_EQ(diagnostic.notes[0].location.path, "/test/a.h");
}

TEST(Diagnostics, MissingHeaderIsAnErrorAndWhatFollowsIsStillThere) {
  MarkedSource source("#include [[<none/such.h>]]\nint x;\n");
  LiveDiagnostic diagnostic = OnlyOneOf(source);
  EXPECT_EQ(diagnostic.range, source.Range());
  EXPECT_EQ(diagnostic.level, DiagnosticLevel::kError);
  EXPECT_EQ(diagnostic.code, "pp_file_not_found");
}

TEST(Diagnostics, UnfinishedFileIsNoProblem) {
  for (const char* text :
       {"", "{", "int", "#", "#include", "#include <", "struct A {\n", "/*", "\"", "template <",
        "int f() { return (", "#if", "#if 1\n", "\\", "R\"("}) {
    MarkedSource source(text);
    for (const LiveDiagnostic& diagnostic : DiagnosticsOf(source)) {
      EXPECT_LE(diagnostic.range.begin, diagnostic.range.end) << text;
    }
  }
}

TEST(Diagnostics, AreLimitedAndErrorsComeFirst) {
  std::string text = "void f() {\n";
  for (int i = 0; i < 700; ++i) text += "int x" + std::to_string(i) + ";\n";
  MarkedSource source(text + "}\nint y = unknown;\n");
  source.Flags({"-Wall"});
  std::vector<LiveDiagnostic> found = DiagnosticsOf(source);
  ASSERT_EQ(found.size(), kMaxDiagnostics);
  EXPECT_EQ(found.back().level, DiagnosticLevel::kError);
}

TEST(Diagnostics, AskedAgainTheyAreTheSameUntilReset) {
  MarkedSource source("int x = unknown;");
  DiagnosticCollector collector;
  source.Diagnostics(collector).Parse([&](LiveAst& ast) {
    EXPECT_EQ(collector.Take(ast).size(), 1u);
    EXPECT_EQ(collector.Take(ast).size(), 1u);
    collector.Reset();
    EXPECT_TRUE(collector.Take(ast).empty());
    EXPECT_EQ(collector.getNumErrors(), 0u);
  });
}

}  // namespace
}  // namespace astrolabe
