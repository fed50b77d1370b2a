// Which signatures are shown at which argument.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <string>

#include "tests/features/completion/completion_run.h"

namespace astrolabe {
namespace {

// "label [parameter]": the active signature with its active parameter.
std::string Active(const SignatureAnswer& answer) {
  if (answer.active_signature >= answer.signatures.size()) return "none";
  const SignatureOption& option = answer.signatures[answer.active_signature];
  if (answer.active_parameter >= option.parameters.size()) return option.label + " []";
  auto [begin, end] = option.parameters[answer.active_parameter];
  return option.label + " [" + option.label.substr(begin, end - begin) + "]";
}

std::string Active(const std::string& marked) { return Active(SignatureHelp(marked)); }

TEST(SignatureHelp, ParametersOfAFunction) {
  const std::string begin = "int add(int left, const char *right = nullptr);\nint x = add(";
  EXPECT_EQ(Active(begin + "^"), "add(int left, const char *right = nullptr) -> int [int left]");
  EXPECT_EQ(Active(begin + "12^)"), "add(int left, const char *right = nullptr) -> int [int left]");
  EXPECT_EQ(Active(begin + "1, ^)"),
            "add(int left, const char *right = nullptr) -> int [const char *right = nullptr]");
  EXPECT_EQ(Active(begin + "x, ab^cd)"),
            "add(int left, const char *right = nullptr) -> int [const char *right = nullptr]");
  EXPECT_EQ(Active(begin + "1, 2)^;"), "none");
}

TEST(SignatureHelp, NoParameters) {
  EXPECT_EQ(Active("void f(); void g() { f(^); }"), "f() -> void []");
}

TEST(SignatureHelp, TheActiveSignatureTakesTheArguments) {
  const std::string begin =
      "void put(int a); void put(int a, char b); void put(int a, char b, long c);\n"
      "void f() { put(";
  EXPECT_EQ(SignatureHelp(begin + "^); }").signatures.size(), 3u);
  EXPECT_EQ(Active(begin + "1, ^); }"), "put(int a, char b) -> void [char b]");
  EXPECT_EQ(Active(begin + "1, 'x', ^); }"), "put(int a, char b, long c) -> void [long c]");
}

TEST(SignatureHelp, TheInnermostCall) {
  const std::string begin =
      "int inner(int in); int outer(int out, int other);\nint x = outer(inner(";
  EXPECT_EQ(Active(begin + "^))"), "inner(int in) -> int [int in]");
  EXPECT_EQ(Active(begin + "1), ^)"), "outer(int out, int other) -> int [int other]");
}

TEST(SignatureHelp, MembersOperatorsPointersAndLambdas) {
  EXPECT_EQ(Active("struct S { void put(int a) const; };\nvoid f(S s) { s.put(^ }"),
            "put(int a) -> void [int a]");
  EXPECT_EQ(Active("struct S { void operator()(int a); };\nvoid f(S s) { s(^ }"),
            "operator()(int a) -> void [int a]");
  EXPECT_EQ(Active("void f(void (*call)(int, char)) { call(1, ^ }"), "(int, char) -> void [char]");
  EXPECT_EQ(Active("void f() { auto l = [](int a) {}; l(^ }"), "operator()(int a) -> void [int a]");
}

TEST(SignatureHelp, Templates) {
  EXPECT_EQ(Active("template <typename T> T twice(T value, int n);\nint x = twice(1, ^"),
            "twice(int value, int n) -> int [int n]");
  EXPECT_EQ(Active("template <typename First, int kSecond> class C {};\nC<int, ^"),
            "C<typename First, int kSecond> [int kSecond]");
  EXPECT_EQ(Active("void print(const char *format, ...);\nvoid f() { print(\"\", 1, 2, ^ }"),
            "print(const char *format, ...) -> void [...]");
}

TEST(SignatureHelp, ConstructorsAndBraces) {
  const std::string thing = "struct Thing { Thing(int a, char b); };\n";
  EXPECT_EQ(Active(thing + "Thing t(1, ^"), "Thing(int a, char b) [char b]");
  EXPECT_EQ(Active(thing + "Thing t{1, ^"), "Thing{int a, char b} [char b]");
  EXPECT_EQ(Active(thing + "auto *t = new Thing(^"), "Thing(int a, char b) [int a]");
  EXPECT_EQ(Active(thing + "struct D { Thing t; D() : t(1, ^) {} };"),
            "Thing(int a, char b) [char b]");
  const std::string aggregate = "struct Point { int x; int y; int z; };\n";
  EXPECT_EQ(Active(aggregate + "Point p{1, ^"), "Point{int x, int y, int z} [int y]");
  EXPECT_EQ(Active(aggregate + "Point p{.y = 1, ^"), "Point{int x, int y, int z} [int z]");
}

TEST(SignatureHelp, Documentation) {
  CompletionSetup setup;
  setup.files = {{"h.h", "/// Adds.\nint add(int a);\n"}};
  SignatureAnswer answer = SignatureHelp("#include \"h.h\"\nint x = add(^", setup);
  ASSERT_EQ(answer.signatures.size(), 1u);
  EXPECT_EQ(answer.signatures[0].documentation, "Adds.");
}

TEST(SignatureHelp, NothingOutsideOfCalls) {
  EXPECT_EQ(Active("int x = ^"), "none");
  EXPECT_EQ(Active("void f() { ^ }"), "none");
}

}  // namespace
}  // namespace astrolabe
