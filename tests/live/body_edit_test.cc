// Which edits are inside one function, and what becomes of the diagnostics of the others.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/body_edit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/live/line_index.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constexpr char kText[] =
    "int one() {\n  return 1;\n}\n"
    "int two() {\n  int x;\n  return 2;\n}\n"
    "int three() { return 3; }\n";

// Every line of a text that begins with "int ", up to its brace in the same line or alone in one.
std::vector<FunctionSpan> Functions(const std::string& text) {
  std::vector<FunctionSpan> spans;
  for (size_t at = text.find("int "); at != std::string::npos; at = text.find("\nint ", at)) {
    if (text[at] == '\n') ++at;
    size_t body = text.find('{', at);
    size_t end = text.find(text[body + 1] == '\n' ? "\n}" : " }", body) + 2;
    spans.push_back(
        {static_cast<uint32_t>(at), static_cast<uint32_t>(body), static_cast<uint32_t>(end)});
    at = end;
  }
  return spans;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

// The name of the one function that an edit is in; empty if there is none.
std::string EditedFunction(const std::string& from, const std::string& to,
                           const std::string& text = kText) {
  std::string edited = Replaced(text, from, to);
  std::optional<BodyEdit> edit = FindBodyEdit(text, Functions(text), edited);
  if (!edit) return "";
  EXPECT_EQ(edited.substr(edit->function.end - 1, 1), "}");
  size_t name = edit->function.begin + 4;
  return edited.substr(name, edited.find('(', name) - name);
}

TEST(FindBodyEdit, InsideOneFunction) {
  EXPECT_EQ(EditedFunction("return 2", "return 22"), "two");
  EXPECT_EQ(EditedFunction("  int x;\n", ""), "two");
  EXPECT_EQ(EditedFunction("return 1;", "return 1;\n\n  f();"), "one");
  EXPECT_EQ(EditedFunction(" 3; }", " 3;; }"), "three");
  EXPECT_EQ(EditedFunction("1;\n}", "1;\n  {\n}\n}"), "one");
}

TEST(FindBodyEdit, OutsideOrAcross) {
  EXPECT_EQ(EditedFunction("int two", "int too"), "");
  EXPECT_EQ(EditedFunction("two()", "two(int)"), "");
  EXPECT_EQ(EditedFunction("}\nint two", "}\n\nint two"), "");
  EXPECT_EQ(EditedFunction("1;\n}\nint two() {\n", "1;\n  x;\n"), "");
  EXPECT_EQ(EditedFunction("int one", "int one"), "") << "nothing differs";
  EXPECT_EQ(EditedFunction("int one", "// first\nint one"), "");
  EXPECT_EQ(EditedFunction("3; }\n", "3; }\nint four() { return 4; }\n"), "");
}

TEST(FindBodyEdit, DirectivesAreSeenElsewhere) {
  EXPECT_EQ(EditedFunction("int x;", "int x;\n#define X"), "");
  std::string text = Replaced(kText, "int x;", "\n#define X \\\n  1\n");
  EXPECT_EQ(EditedFunction("  1\n", "  2\n", text), "");
  EXPECT_EQ(EditedFunction("return 2", "return 22", text), "two");
  std::string crlf = Replaced(kText, "int x;\n", "\r\n#define X \\\r\n  1\r\n");
  EXPECT_EQ(EditedFunction("  1\r\n", "  2\r\n", crlf), "");
  EXPECT_EQ(EditedFunction("return 2", "return 22", crlf), "two");
}

TEST(HasSameFunctions, ABraceMore) {
  std::string edited = Replaced(kText, "  int x;\n", "  { int y;\n");
  std::vector<FunctionSpan> before = Functions(kText);
  std::optional<BodyEdit> edit = FindBodyEdit(kText, before, edited);
  ASSERT_TRUE(edit);
  std::vector<FunctionSpan> now = {{0, 0, 0}, edit->function, {0, 0, 0}};
  now[2].begin = now[2].body = now[2].end = static_cast<uint32_t>(before[2].begin + edit->growth);
  EXPECT_TRUE(HasSameFunctions(*edit, before, now)) << "as if the braces were even";
  std::vector<FunctionSpan> longer = now;
  longer[1].end += 10;
  EXPECT_FALSE(HasSameFunctions(*edit, before, longer));
  std::vector<FunctionSpan> shifted = now;
  ++shifted[2].begin;
  EXPECT_FALSE(HasSameFunctions(*edit, before, shifted));
  now.pop_back();
  EXPECT_FALSE(HasSameFunctions(*edit, before, now));
}

LiveDiagnostic At(std::string_view text, const std::string& what, std::string message) {
  LiveDiagnostic diagnostic;
  size_t at = text.find(what);
  diagnostic.range = {PlaceIn(text, at), PlaceIn(text, at + what.size())};
  diagnostic.message = std::move(message);
  return diagnostic;
}

TEST(MergeDiagnostics, ThoseOfTheOtherFunctionsMoveAlong) {
  std::string edited = Replaced(kText, "  int x;\n", "  int x;\n  int y;\n");
  std::optional<BodyEdit> edit = FindBodyEdit(kText, Functions(kText), edited);
  ASSERT_TRUE(edit);
  LiveDiagnostic with_note = At(kText, "return 3", "third");
  with_note.notes = {{{"/f.cc", At(kText, "three", "").range}, "of"},
                     {{"/other.h", At(kText, "three", "").range}, "of"}};
  std::vector<LiveDiagnostic> merged = MergeDiagnostics(
      *edit, "/f.cc", {At(kText, "return 1", "first"), At(kText, "int x", "gone"), with_note},
      {At(edited, "return 1", "of a skipped body"), At(edited, "int y", "new")});
  ASSERT_EQ(merged.size(), 3u);
  EXPECT_EQ(merged[0].message, "first");
  EXPECT_EQ(merged[0].range, At(edited, "return 1", "").range);
  EXPECT_EQ(merged[1].message, "new");
  EXPECT_EQ(merged[2].message, "third");
  EXPECT_EQ(merged[2].range, At(edited, "return 3", "").range);
  EXPECT_EQ(merged[2].notes[0].location.range, At(edited, "three", "").range);
  EXPECT_EQ(merged[2].notes[1].location.range, At(kText, "three", "").range);
}

TEST(MergeDiagnostics, BehindTheEditInItsLine) {
  std::string text = "int one() { return 1; } int two() { return 2; }\n";
  std::string edited = Replaced(text, "1;", "11;");
  std::vector<FunctionSpan> functions = {{0, 10, 23}, {24, 34, 47}};
  std::optional<BodyEdit> edit = FindBodyEdit(text, functions, edited);
  ASSERT_TRUE(edit);
  EXPECT_EQ(edit->index, 0u);
  std::vector<LiveDiagnostic> merged =
      MergeDiagnostics(*edit, "/f.cc", {At(text, "return 2", "second")}, {});
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(merged[0].range, At(edited, "return 2", "").range);
}

}  // namespace
}  // namespace astrolabe
