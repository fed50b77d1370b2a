// The outline against expectation files: cases/NAME gives cases/NAME.outline. Run with --update to
// rewrite them after a change that is meant.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/strings.h"
#include "index/file_scanner.h"

namespace astrolabe {
namespace {

bool update = false;

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream content;
  content << in.rdbuf();
  return content.str();
}

LanguageHint HintOf(const std::filesystem::path& path) {
  if (path.extension() == ".c" || path.extension() == ".m") return LanguageHint::kC;
  return path.extension() == ".h" ? LanguageHint::kHeader : LanguageHint::kCxx;
}

// One line a symbol: where, what, its qualified name, its extent. 1-based, as people count.
std::string Outline(std::string_view text, LanguageHint hint) {
  FileScanner scanner;
  std::string out;
  for (const Symbol& s : scanner.Scan(text, hint).symbols) {
    out += StrCat(s.name_position.line + 1, ":", s.name_position.column + 1, " ",
                  SymbolKindName(s.kind), " ", s.scope, s.scope.empty() ? "" : "::", s.name,
                  s.is_definition ? "" : " (declared)", " [", s.begin.line + 1, ":",
                  s.begin.column + 1, "-", s.end.line + 1, ":", s.end.column + 1, "]\n");
  }
  return out;
}

TEST(Outline, MatchesExpectations) {
  std::vector<std::filesystem::path> cases;
  for (const auto& entry : std::filesystem::directory_iterator(CASES_DIR)) {
    if (entry.path().extension() != ".outline") cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  ASSERT_FALSE(cases.empty());
  for (const auto& path : cases) {
    std::string actual = Outline(ReadFile(path), HintOf(path));
    std::filesystem::path expected_path = path;
    expected_path += ".outline";
    if (update) {
      std::ofstream(expected_path, std::ios::binary) << actual;
    } else {
      EXPECT_EQ(actual, ReadFile(expected_path)) << path;
    }
  }
}

// Every prefix of a file is half-typed code: it must outline, and what stands complete before the
// cut must still be found.
TEST(Outline, SurvivesEveryTruncation) {
  FileScanner scanner;
  for (const auto& entry : std::filesystem::directory_iterator(CASES_DIR)) {
    if (entry.path().extension() == ".outline") continue;
    std::string text = ReadFile(entry.path());
    for (size_t size = 0; size <= text.size(); ++size) {
      // A copy of exactly that size, so that a sanitizer sees reads behind its end.
      std::string cut(text, 0, size);
      cut.shrink_to_fit();
      ScannedFile file = scanner.Scan(cut, HintOf(entry.path()));
      for (const Symbol& s : file.symbols) ASSERT_LE(s.begin, s.end);
    }
  }
}

TEST(Outline, FindsCompleteDeclarationsBeforeACut) {
  std::string text =
      "namespace n {\nint f() { return 1; }\nclass C { void m(); };\nvoid g() { if (";
  EXPECT_EQ(Outline(text, LanguageHint::kCxx),
            "1:11 namespace n [1:1-4:16]\n"
            "2:5 function n::f [2:1-2:22]\n"
            "3:7 class n::C [3:1-3:22]\n"
            "3:16 method n::C::m (declared) [3:11-3:20]\n"
            "4:6 function n::g [4:1-4:16]\n");
}

// `template` promises a name; found by the fuzzer without one.
TEST(Outline, TemplateAtTheEndOfADeclaration) {
  EXPECT_EQ(Outline("::template;\nint a;", LanguageHint::kCxx), "2:5 variable a [2:1-2:7]\n");
  Outline("a::template", LanguageHint::kCxx);
}

TEST(Outline, HeaderLanguageIsFoundOut) {
  EXPECT_EQ(Outline("int class; int new;", LanguageHint::kHeader),
            "1:5 variable class [1:1-1:11]\n1:16 variable new [1:12-1:20]\n");
  EXPECT_EQ(Outline("template <class T> class C {};", LanguageHint::kHeader),
            "1:26 class C [1:1-1:30]\n");
}

TEST(Outline, CrlfAndByteOrderMark) {
  EXPECT_EQ(Outline("\xEF\xBB\xBFint a;\r\n#define B 1\r\nint c;\r\n", LanguageHint::kC),
            "1:8 variable a [1:4-1:10]\n2:9 macro B [2:1-2:12]\n3:5 variable c [3:1-3:7]\n");
}

TEST(Outline, InvalidUtf8StaysBytes) {
  EXPECT_EQ(Outline("int \xFF\xFEname;", LanguageHint::kC),
            "1:5 variable \xFF\xFEname [1:1-1:12]\n");
}

// Seconds of processor time, which other programs do not lengthen.
double ScanSeconds(FileScanner& scanner, std::string_view text) {
  std::clock_t start = std::clock();
  scanner.Scan(text, LanguageHint::kHeader);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

std::string Repeat(std::string_view piece, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

// Text made to hurt: whatever is repeated, four times as much must not cost sixteen times as much.
TEST(Outline, RepeatedTextTakesLinearTime) {
  constexpr std::string_view kPieces[] = {
      "(",
      "[[",
      "a<",
      "R\"x(",
      "'",
      "/*",
      "\\\n",
      "struct a{",
      "namespace a{",
      "namespace a::b{",
      "enum{a,",
      "int a;",
      "struct a{}b;",
      "x(A ",
      "a::",
      "#if 1\n",
      "@interface a\n",
      "A(b)\n",
      "int f(a)int a;",
      "typedef struct{int a;}b;",
      "#if 1\nint f(int a)\n#else\nint f(a)\n#endif\n",
  };
  constexpr size_t kBytes = 512 << 10;
  constexpr std::string_view kConditional = "\n#if 1\n#endif";
  FileScanner scanner;
  for (std::string_view piece : kPieces) {
    double small = ScanSeconds(scanner, Repeat(piece, kBytes));
    EXPECT_LT(ScanSeconds(scanner, Repeat(piece, 4 * kBytes)), 10 * small + 0.05) << piece;
    // What is left open is saved at every #if.
    small = ScanSeconds(scanner, Repeat(piece, kBytes / 2) + Repeat(kConditional, kBytes / 2));
    EXPECT_LT(ScanSeconds(scanner, Repeat(piece, 2 * kBytes) + Repeat(kConditional, 2 * kBytes)),
              10 * small + 0.05)
        << piece;
  }
}

}  // namespace
}  // namespace astrolabe

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) astrolabe::update |= std::string_view(argv[i]) == "--update";
  return RUN_ALL_TESTS();
}
