// What stands in a .clangd file, and what is wrong with it and where.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/config_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "base/strings.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

std::optional<TidySpeed> SomeChecks(std::string_view name) {
  if (name == "modernize-use-nullptr") return TidySpeed::kStrict;
  if (name == "misc-new") return TidySpeed::kLoose;
  if (name == "misc-slow") return TidySpeed::kAny;
  return std::nullopt;
}

ConfigFile Read(std::string_view text, const std::string& directory = "/w") {
  return ReadConfigText(text, directory + "/.clangd", directory, SomeChecks);
}

// "3:7-3:12 warning: …", places from 1.
Strings Problems(const ConfigFile& file) {
  Strings all;
  for (const ConfigProblem& problem : file.problems) {
    const std::string whole = DescribeProblem(file, problem);
    const CodeRange& range = problem.range;
    all.push_back(StrCat(range.begin.line + 1, ":", range.begin.column + 1, "-", range.end.line + 1,
                         ":", range.end.column + 1, whole.substr(whole.find(": ")).erase(0, 1)));
  }
  return all;
}

// Everything that the settings of the file say: "Hover.ShowAKA=No".
Strings Settings(const ConfigFile& file) {
  Strings all;
  for (const ConfigFragment& fragment : file.fragments) {
    for (const ConfigSetting& setting : fragment.settings) {
      std::string text = StrCat(setting.key->name, "=");
      for (const ConfigValue& value : setting.values) {
        text += StrCat(&value == &setting.values.front() ? "" : "|", value.name.empty() ? "" : "@",
                       value.name, value.name.empty() ? "" : ":", value.text);
      }
      all.push_back(text);
    }
  }
  return all;
}

// Each of clangd's keys with a value that it may have: all of them are known and mean something.
TEST(ConfigFile, AllKeysAreKnown) {
  const ConfigFile file = Read(R"(
If: {PathMatch: ".*", PathExclude: [a, b]}
CompileFlags:
  Add: [-Wall, -DX]
  Remove: -W*
  Compiler: clang++
  CompilationDatabase: Ancestors
  BuiltinHeaders: Clangd
Index:
  Background: Skip
  StandardLibrary: No
  External: None
Style:
  FullyQualifiedNamespaces: [a::b]
  QuotedHeaders: "src/.*"
  AngledHeaders: "path/sdk/.*"
Diagnostics:
  Suppress: [unused-variable]
  ClangTidy:
    Add: modernize*
    Remove: modernize-use-nullptr
    CheckOptions:
      readability-identifier-naming.VariableCase: CamelCase
    FastCheckFilter: Loose
  UnusedIncludes: None
  MissingIncludes: Strict
  Includes:
    IgnoreHeader: "Python\\.h"
    AnalyzeAngledIncludes: Yes
Completion:
  AllScopes: No
  ArgumentLists: Delimiters
  HeaderInsertion: Never
  CodePatterns: None
  MacroFilter: FuzzyMatch
  LanguageModel: No
InlayHints:
  Enabled: Yes
  ParameterNames: No
  DeducedTypes: No
  Designators: No
  BlockEnd: Yes
  DefaultArguments: Yes
  ImplicitConversions: Yes
  LambdaCaptures: Yes
  TypeNameLimit: 24
Hover:
  ShowAKA: No
  MacroContentsLimit: 4096
SemanticTokens:
  DisabledKinds: [Operator]
  DisabledModifiers: [Static]
Documentation:
  CommentFormat: Doxygen
)");
  EXPECT_EQ(Problems(file), Strings());
  ASSERT_EQ(file.fragments.size(), 1U);
  size_t known = 0;
  for (const ConfigKey& key : ConfigKeys()) known += key.apply != nullptr ? 1 : 0;
  // All but External.File and MountPoint, which need a folder that is there.
  EXPECT_EQ(file.fragments[0].settings.size(), known - 2);
}

TEST(ConfigFile, OneValueIsAListOfOne) {
  EXPECT_EQ(Settings(Read("CompileFlags: {Add: -Wall}")), Strings({"CompileFlags.Add=-Wall"}));
  EXPECT_EQ(Settings(Read("CompileFlags:\n  Add: [-Wall, '-DX=\"a b\"']")),
            Strings({"CompileFlags.Add=-Wall|-DX=\"a b\""}));
  EXPECT_EQ(Settings(Read("CompileFlags:\n  Add: |\n    -DX\n")),
            Strings({"CompileFlags.Add=-DX\n"}));
}

TEST(ConfigFile, EveryDocumentIsAFragment) {
  const ConfigFile file = Read(
      "Hover:\n  ShowAKA: No\n---\n# nothing here\n---\nIf:\n  PathMatch: .*\\.h\nHover:\n"
      "  ShowAKA: Yes\n");
  EXPECT_EQ(Settings(file), Strings({"Hover.ShowAKA=No", "Hover.ShowAKA=Yes"}));
  ASSERT_EQ(file.fragments.size(), 2U);
  EXPECT_TRUE(file.fragments[0].AppliesTo("/w/a.cc", "/w"));
  EXPECT_FALSE(file.fragments[1].AppliesTo("/w/a.cc", "/w"));
  EXPECT_TRUE(file.fragments[1].AppliesTo("/w/a.h", "/w"));
}

TEST(ConfigFile, ABrokenFragmentCostsNoOther) {
  const ConfigFile file =
      Read("Hover:\n  ShowAKA: No\n---\nHover: [\n  ShowAKA\n---\nInlayHints:\n  Enabled: No\n");
  EXPECT_EQ(Settings(file), Strings({"Hover.ShowAKA=No", "InlayHints.Enabled=No"}));
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(file.problems[0].level, DiagnosticLevel::kError);
  EXPECT_EQ(file.problems[0].message.substr(0, 9), "no YAML: ");
  EXPECT_GE(file.problems[0].range.begin.line, 3U);
  EXPECT_LE(file.problems[0].range.begin.line, 5U);
}

TEST(ConfigFile, WhatIsBrokenBehindTheLastKey) {
  const ConfigFile file = Read("Hover: {ShowAKA: No}\n]\n");
  EXPECT_EQ(Settings(file), Strings());
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(file.problems[0].range.begin.line, 1U);
}

TEST(ConfigFile, UnknownKeysAreNamedWithWhatMayBeMeant) {
  EXPECT_EQ(Problems(Read("CompileFlag:\n  Add: -DX\n")),
            Strings({"1:1-1:12 warning: there is no block \"CompileFlag\"; did you mean "
                     "\"CompileFlags\"?"}));
  EXPECT_EQ(Problems(Read("Diagnostics:\n  ClangTidy:\n    Ad: x*\n    Zzzzz: 1\n")),
            Strings({"3:5-3:7 warning: Diagnostics.ClangTidy has no key \"Ad\"; did you mean "
                     "\"Add\"?",
                     "4:5-4:10 warning: Diagnostics.ClangTidy has no key \"Zzzzz\""}));
  EXPECT_EQ(Settings(Read("Hover: {ShowAKA: No}\nNonsense: {a: [b, {c: d}]}\n")),
            Strings({"Hover.ShowAKA=No"}));
}

TEST(ConfigFile, ValuesThatAKeyCannotHave) {
  EXPECT_EQ(Problems(Read("Hover: {ShowAKA: perhaps}")),
            Strings({"1:18-1:25 warning: expected Yes or No, not \"perhaps\""}));
  EXPECT_EQ(Problems(Read("InlayHints:\n  TypeNameLimit: -1\n")),
            Strings({"2:18-2:20 warning: expected a number, not \"-1\""}));
  EXPECT_EQ(Problems(Read("Index: {Background: Never}")),
            Strings({"1:21-1:26 warning: expected one of Skip, Build, not \"Never\""}));
  EXPECT_EQ(Problems(Read("Hover: {ShowAKA: [Yes]}")).size(), 1U);
  EXPECT_EQ(Problems(Read("Hover: 3")), Strings({"1:8-1:9 error: expected keys of Hover"}));
  EXPECT_EQ(Problems(Read("just text")).size(), 1U);
  EXPECT_EQ(Problems(Read("Style: {QuotedHeaders: '('}")).size(), 1U);
  EXPECT_EQ(Settings(Read("Hover: {ShowAKA: perhaps, MacroContentsLimit: 7}")),
            Strings({"Hover.MacroContentsLimit=7"}));
}

TEST(ConfigFile, AKeyTwiceCountsOnce) {
  const ConfigFile file = Read("Hover:\n  ShowAKA: No\n  ShowAKA: Yes\n");
  EXPECT_EQ(Settings(file), Strings({"Hover.ShowAKA=No"}));
  EXPECT_EQ(Problems(file),
            Strings({"3:3-3:10 warning: \"ShowAKA\" is there already: this one does not count"}));
}

TEST(ConfigFile, ChecksAreKnownByName) {
  const ConfigFile file = Read(
      "Diagnostics:\n  ClangTidy:\n    Add: [modernize-*, modernize-use-nullptr, misc-slow, "
      "misc-new, nonsense, -x]\n    Remove: misc-slow\n");
  EXPECT_EQ(Settings(file), Strings({"Diagnostics.ClangTidy.Add=modernize-*|modernize-use-nullptr|"
                                     "misc-slow|misc-new",
                                     "Diagnostics.ClangTidy.Remove=misc-slow"}));
  ASSERT_EQ(file.problems.size(), 4U);
  EXPECT_NE(file.problems[0].message.find("misc-slow is slow"), std::string::npos);
  EXPECT_NE(file.problems[1].message.find("nobody has measured"), std::string::npos);
  EXPECT_EQ(file.problems[2].message, "clang-tidy has no check \"nonsense\"");
}

TEST(ConfigFile, WhatHasNoEffectSaysSo) {
  for (const char* text :
       {"Index: {External: {Server: 'host:1'}}", "CompileFlags: {BuiltinHeaders: QueryDriver}",
        "SemanticTokens: {DisabledKinds: Primitive}"}) {
    const ConfigFile file = Read(text);
    ASSERT_EQ(file.problems.size(), 1U) << text;
    EXPECT_EQ(file.problems[0].level, DiagnosticLevel::kInformation) << text;
  }
}

TEST(ConfigFile, ConditionsAreOfPathsBelowTheFile) {
  const auto applies = [](std::string_view conditions, std::string_view path,
                          const std::string& directory = "/w") {
    const ConfigFile file =
        Read(StrCat("If:\n", conditions, "\nHover: {ShowAKA: No}\n"), directory);
    return file.fragments.size() == 1 && file.fragments[0].AppliesTo(path, directory);
  };
  EXPECT_TRUE(applies("  PathMatch: src/.*", "/w/src/a.cc"));
  EXPECT_FALSE(applies("  PathMatch: src/.*", "/w/other/src/a.cc"));  // the whole of it
  EXPECT_FALSE(applies("  PathMatch: src", "/w/src/a.cc"));
  EXPECT_TRUE(applies("  PathMatch: [x, 'src/.*']", "/w/src/a.cc"));
  EXPECT_FALSE(applies("  PathMatch: .*\n  PathExclude: 'src/.*'", "/w/src/a.cc"));
  EXPECT_TRUE(applies("  PathExclude: 'src/.*'", "/w/b.cc"));
  EXPECT_TRUE(applies("  PathMatch: /w/src/.*", "/w/src/a.cc", ""));  // the user's
  EXPECT_FALSE(applies("  PathMatch: .*", "/w/src/"));                // of no file
  // One that cannot be read is met by nothing, and neither is one that nobody knows.
  EXPECT_FALSE(applies("  PathMatch: '('", "/w/src/a.cc"));
  EXPECT_FALSE(applies("  Platform: mac", "/w/src/a.cc"));
}

TEST(ConfigFile, BytesThatAreNoText) {
  const ConfigFile file = Read("Hover:\n  ShowAKA: No\nX\xff\xfe: 3\n---\nHover: {ShowAKA: Yes}\n");
  EXPECT_EQ(Settings(file), Strings({"Hover.ShowAKA=No", "Hover.ShowAKA=Yes"}));
  EXPECT_EQ(Problems(file)[0], "3:1-3:4 warning: there is no block \"X??\"");
  EXPECT_EQ(Problems(file)[1],
            "3:2-3:3 error: this is not UTF-8; such bytes count as question marks");
  EXPECT_FALSE(Problems(Read(std::string_view("\0\0\0", 3))).empty());
}

TEST(ConfigFile, ItsSizeHasALimit) {
  const ConfigFile file = Read(StrCat("# ", std::string(kMaxConfigBytes, 'x'), "\n"));
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_NE(file.problems[0].message.find("1000000 at most"), std::string::npos);
}

TEST(ConfigFile, WhatNestsWithoutEnd) {
  for (const std::string& text :
       {std::string(500'000, '['), std::string(500'000, '{'), "a: " + std::string(300'000, '['),
        [] {
          std::string nested;
          for (int i = 0; i < 100'000; ++i) nested += "- ";
          return nested;
        }(),
        [] {
          std::string nested;
          for (int i = 0; i < 1000; ++i) nested += StrCat(std::string(i, ' '), "a:\n");
          return nested;
        }()}) {
    const ConfigFile file = Read(text);
    ASSERT_FALSE(file.problems.empty());
    EXPECT_EQ(file.problems[0].message, "this nests deeper than any configuration does");
  }
}

TEST(ConfigFile, AliasesAreNotRead) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    bomb += StrCat("a", i, ": &a", i, " [*a", i - 1, ", *a", i - 1, "]\n");
  }
  const ConfigFile file = Read(StrCat(bomb, "CompileFlags: {Add: *a59}\n"));
  EXPECT_EQ(Settings(file), Strings());
  EXPECT_EQ(file.problems.back().message, "aliases are not read: write the value here");
}

// An expression that would take another engine until the end of days, or all memory.
TEST(ConfigFile, ExpressionsTakeNoTime) {
  const auto start = std::chrono::steady_clock::now();
  const ConfigFile file =
      Read("If: {PathMatch: ['(a*)*b', '((a{250}){250}){250}']}\nHover: {ShowAKA: No}\n");
  ASSERT_EQ(file.fragments.size(), 1U);
  EXPECT_FALSE(file.fragments[0].AppliesTo("/w/" + std::string(20'000, 'a'), "/w"));
  EXPECT_EQ(file.problems.size(), 1U);  // the second is too large
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

// Whatever happens to a text: it is read or refused.
TEST(ConfigFile, DamagedTexts) {
  const std::string whole =
      "If:\n  PathMatch: [a, 'b']\n---\nCompileFlags:\n  Add: [-DX=\"1\", \"-I a\\n\"]\n"
      "  Remove: |\n    -W*\nDiagnostics: {ClangTidy: {CheckOptions: {a.b: c}}, Suppress: '*'}\n"
      "? complex\n: &x value\n---\n%TAG ! x\n!t *x\n...\n";
  for (size_t length = 0; length <= whole.size(); ++length) Read(whole.substr(0, length));
  std::mt19937 random(1);
  const std::string letters = "[]{}:,-?&*!|>'\"%@` \n\tab#.\xc3\xff";
  for (int round = 0; round < 2'000; ++round) {
    std::string text = whole;
    for (int edit = 0; edit < 4; ++edit) {
      const size_t at = random() % text.size();
      const char letter = letters[random() % letters.size()];
      switch (random() % 3) {
        case 0:
          text[at] = letter;
          break;
        case 1:
          text.insert(at, 1 + random() % 3, letter);
          break;
        default:
          text.erase(at, 1 + random() % 5);
      }
      if (text.empty()) text = "a";
    }
    const ConfigFile file = Read(text);
    EXPECT_LE(file.fragments.size(), text.size());
  }
}

}  // namespace
}  // namespace astrolabe
