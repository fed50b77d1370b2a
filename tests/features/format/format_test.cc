// Formatting of whole texts, ranges, and while one types. Expectations are texts after the edits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/format/format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "analysis/live/line_index.h"

namespace astrolabe {
namespace {

std::string Applied(std::string text, std::vector<CodeEdit> edits) {
  LineIndex lines(text);
  std::sort(edits.begin(), edits.end(),
            [](const CodeEdit& a, const CodeEdit& b) { return b.range.begin < a.range.begin; });
  for (const CodeEdit& edit : edits) {
    uint32_t begin = lines.OffsetOf(edit.range.begin);
    text.replace(begin, lines.OffsetOf(edit.range.end) - begin, edit.text);
  }
  return text;
}

std::string Formatted(const std::string& text, const Question& question = {},
                      const std::string& path = "/nowhere/a.cc") {
  FormatAnswer answer = FormatText(path, text, question);
  EXPECT_EQ(answer.error, "");
  return Applied(text, std::move(answer.edits));
}

// After `character` was typed at the ^.
std::string Typed(std::string marked, const std::string& character) {
  size_t at = marked.find('^');
  marked.erase(at, 1);
  Question question;
  question.typed = character;
  question.place = PlaceIn(marked, at);
  return Formatted(marked, question);
}

TEST(Format, AllOfIt) {
  EXPECT_EQ(Formatted("int  f( ){return 1 ;}\nint g ;\n"), "int f() { return 1; }\nint g;\n");
  EXPECT_EQ(Formatted("#include \"b.h\"\n#include \"a.h\"\nint  x;\n"),
            "#include \"a.h\"\n#include \"b.h\"\nint x;\n");
  EXPECT_EQ(Formatted(""), "");
  EXPECT_EQ(Formatted("int x"), "int x");
}

TEST(Format, LinesThatAreGoodAreNotTouched) {
  FormatAnswer answer = FormatText("/nowhere/a.cc", "int a;\nint  b;\nint c;\nint  d;\n", {});
  ASSERT_EQ(answer.edits.size(), 2u);
  EXPECT_EQ(answer.edits[0].range, (CodeRange{{1, 4}, {1, 5}}));
  EXPECT_EQ(answer.edits[1].range.begin.line, 3u);
  EXPECT_TRUE(FormatText("/nowhere/a.cc", "int a;\n", {}).edits.empty());
}

TEST(Format, ARange) {
  Question question;
  question.ranges = {{{1, 0}, {1, 3}}};
  EXPECT_EQ(Formatted("int  a;\nint  b;\nint  c;\n", question), "int  a;\nint b;\nint  c;\n");
  question.ranges.push_back({{2, 0}, {2, 3}});
  EXPECT_EQ(Formatted("int  a;\nint  b;\nint  c;\n", question), "int  a;\nint b;\nint c;\n");
}

TEST(Format, BrokenCode) {
  for (const char* text :
       {"int f( {", "}}}", "template <", "\"", "/*", "#if", "a\xff\xfe b", "((((((("}) {
    EXPECT_EQ(FormatText("/nowhere/a.cc", text, {}).error, "") << text;
  }
}

TEST(Format, NewLines) {
  EXPECT_EQ(Typed("int f() {\n^\n}\n", "\n"), "int f() {\n  \n}\n");
  EXPECT_EQ(Typed("int  f() {\n^\n}\n", "\n"), "int f() {\n  \n}\n");
  EXPECT_EQ(Typed("  /// Says\n^\nint f();\n", "\n"), "  /// Says\n  /// \nint f();\n");
  EXPECT_EQ(Typed("^int x;", "\n"), "int x;");
}

TEST(Format, BracesAndSemicolons) {
  EXPECT_EQ(Typed("int f() {\nreturn  1;\n}^\nint  g;\n", "}"), "int f() { return 1; }\nint  g;\n");
  EXPECT_EQ(Typed("int  a;\nint  b;^\n", ";"), "int  a;\nint b;\n");
}

TEST(Format, TheStyleOfTheFolder) {
  std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "format_style";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / ".clang-format") << "BasedOnStyle: LLVM\nIndentWidth: 8\n";
  EXPECT_EQ(Formatted("int f() {\nint a; return 1;\n}\n", {}, folder / "a.cc"),
            "int f() {\n        int a;\n        return 1;\n}\n");
  std::ofstream(folder / ".clang-format") << "BasedOnStyle: Nobody\n";
  EXPECT_NE(FormatText(folder / "a.cc", "int a;\n", {}).error, "");
  std::filesystem::remove_all(folder);
  Question google;
  google.style = "Google";
  EXPECT_EQ(Formatted("class A {\npublic:\n};\n", google), "class A {\n public:\n};\n");
}

}  // namespace
}  // namespace astrolabe
