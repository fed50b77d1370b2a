// clang-tidy's checks on the AST of an open file. What they hear of the preprocessor, and what happens when one
// crashes, needs processes: tests/lsp_live/lsp_tidy_test.py.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/tidy/live_tidy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/features/tidy/check_speed.h"
#include "analysis/features/tidy/tidy_options.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

std::vector<LiveDiagnostic> Tidy(MarkedSource& source, TidySettings settings) {
  std::vector<LiveDiagnostic> found;
  source.Parse([&](LiveAst& ast) { found = RunTidy(ast, settings, nullptr); });
  return found;
}

std::vector<LiveDiagnostic> Tidy(MarkedSource& source, const std::string& checks) {
  TidySettings settings;
  settings.checks = "-*," + checks;
  return Tidy(source, settings);
}

LiveDiagnostic OnlyOneOf(MarkedSource& source, const std::string& checks) {
  std::vector<LiveDiagnostic> found = Tidy(source, checks);
  EXPECT_EQ(found.size(), 1u) << source.text();
  return found.empty() ? LiveDiagnostic() : found[0];
}

TEST(LiveTidy, SaysWhichCheckAndWhere) {
  MarkedSource source("int* p = [[0]];");
  LiveDiagnostic said = OnlyOneOf(source, "modernize-use-nullptr");
  EXPECT_EQ(said.range, source.Range());
  EXPECT_EQ(said.message, "use nullptr");
  EXPECT_EQ(said.code, "modernize-use-nullptr");
  EXPECT_EQ(said.category, kTidyCategory);
  EXPECT_EQ(said.level, DiagnosticLevel::kWarning);
  ASSERT_EQ(said.fixes.size(), 1u);
  EXPECT_EQ(said.fixes[0].edits[0].range, source.Range());
  EXPECT_EQ(said.fixes[0].edits[0].text, "nullptr");
}

TEST(LiveTidy, OfHeadersNothing) {
  MarkedSource source("#include \"h.h\"\nint* p = [[0]];");
  source.File("h.h", "inline int* q = 0;\n");
  EXPECT_EQ(OnlyOneOf(source, "modernize-use-nullptr").range, source.Range());
}

TEST(LiveTidy, ErrorsOfTheCommandMeanNothingToChecks) {
  MarkedSource source("int* p = 0;");
  source.Flags({"-std=c++20", "-Werror"});
  EXPECT_EQ(OnlyOneOf(source, "modernize-use-nullptr").level, DiagnosticLevel::kWarning);
}

TEST(LiveTidy, TheTranslationUnitItselfIsLookedAt) {
  MarkedSource source(
      "int g(int);\nint [[f]](int x) { return x ? g(x) : 0; }\nint $g[[g]](int x) { return f(x); "
      "}");
  std::vector<LiveDiagnostic> found = Tidy(source, "misc-no-recursion");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].range, source.Range());
  EXPECT_EQ(found[1].range, source.Range("g"));
}

TEST(LiveTidy, OptionsOfChecks) {
  MarkedSource source("int [[f]](int a, int b) { return a + b; }");
  TidySettings settings;
  settings.checks = "-*,readability-function-size";
  EXPECT_TRUE(Tidy(source, settings).empty());
  settings.options = {{"readability-function-size.ParameterThreshold", "1"}};
  EXPECT_EQ(Tidy(source, settings).size(), 1u);
}

TEST(LiveTidy, ChecksThatCrashedAreLeftOut) {
  MarkedSource source("int* p = 0;");
  TidySettings settings;
  settings.checks = "-*,modernize-use-nullptr";
  settings.without = {"modernize-use-nullptr"};
  EXPECT_TRUE(Tidy(source, settings).empty());
}

TEST(LiveTidy, SlowChecksByWish) {
  MarkedSource source("void f() { int x = 1; (void)x; }");
  TidySettings settings;
  settings.checks = "-*,misc-const-correctness";
  EXPECT_TRUE(Tidy(source, settings).empty());
  settings.speed = TidySpeed::kLoose;
  EXPECT_TRUE(Tidy(source, settings).empty());
  settings.speed = TidySpeed::kAny;
  EXPECT_EQ(Tidy(source, settings).size(), 1u);
}

TEST(CheckSpeed, EveryNameOfTheTableIsOneOfTheLibrarys) {
  std::vector<std::string> all = AllTidyChecks();
  EXPECT_GT(all.size(), 400u);
  std::vector<std::string> fast;
  size_t slow = 0;
  for (const std::string& check : all) {
    if (SpeedOfCheck(check) == CheckSpeed::kSlow) ++slow;
    if (SpeedOfCheck(check) == CheckSpeed::kFast) fast.push_back(check);
  }
  EXPECT_EQ(slow, 4u);
  EXPECT_TRUE(std::binary_search(fast.begin(), fast.end(), "modernize-use-nullptr"));
}

}  // namespace
}  // namespace astrolabe
