// Which edits of a header others can see. `{{` and `}}` are the braces of a body that is nobody else's business.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/interface_digest.h"

#include <gtest/gtest.h>

#include <string>

#include "clang/Basic/LangOptions.h"

namespace astrolabe {
namespace {

uint64_t Digest(const std::string& marked, uint32_t counter_uses = 0) {
  std::string text;
  InterfaceSource source;
  std::vector<uint32_t> open;
  for (size_t i = 0; i < marked.size(); ++i) {
    std::string two = marked.substr(i, 2);
    auto here = static_cast<uint32_t>(text.size());
    if (two == "{{") open.push_back(here);
    if (two == "}}") {
      source.private_bodies.push_back({open.back(), here});
      open.pop_back();
    }
    if (two == "{{" || two == "}}") ++i;
    if (marked.compare(i, 8, "__LINE__") == 0) source.line_uses.push_back(here);
    text += marked[i];
  }
  source.text = llvm::StringRef(text.c_str(), text.size());
  source.counter_uses = counter_uses;
  clang::LangOptions language;
  language.CPlusPlus = language.CPlusPlus14 = language.LineComment = true;
  return InterfaceDigest(std::move(source), language);
}

void ExpectSame(const std::string& a, const std::string& b) {
  EXPECT_EQ(Digest(a), Digest(b)) << a << "\n" << b;
}
void ExpectOther(const std::string& a, const std::string& b) {
  EXPECT_NE(Digest(a), Digest(b)) << a << "\n" << b;
}

TEST(InterfaceDigest, CommentsAndEmptyLinesAreNotSeen) {
  ExpectSame("int a; // one\nint b;", "int a; // two\n\n\nint b;");
  ExpectSame("/* x */\nint a;", "\nint a;");
  ExpectOther("int a;", "int b;");
  ExpectOther("int a; int b;", "int b; int a;");
}

TEST(InterfaceDigest, WhatAMacroMayMakeAStringOfIsSeen) {
  ExpectOther("#define S(x) #x\nS(a b)", "#define S(x) #x\nS(ab)");
  ExpectOther("#define F (a)", "#define F(a)");
  ExpectOther("#include <a//b>\n", "#include <a//c>\n");
}

TEST(InterfaceDigest, PrivateBodiesAreNotSeen) {
  ExpectSame("void f() {{ return; }}", "void f() {{ int other = 1; g(other); }}");
  ExpectSame("void f() {{ }}", "void f() {{ struct A { void m() {{ }} }; }}");
  ExpectOther("void f() {{ a }}", "void g() {{ a }}");
  ExpectOther("void f() {{ a }} int x;", "void f() {{ a }} int y;");
  ExpectOther("auto f() { return 1; }", "auto f() { return 2; }");
}

TEST(InterfaceDigest, WhatLeaksOutOfABodyIsSeen) {
  ExpectOther("void f() {{ extern int a; }}", "void f() {{ extern long a; }}");
  ExpectOther("void f() {{ struct A { friend void g(); }; }}",
              "void f() {{ struct A { friend void h(); }; }}");
  ExpectOther("void f() {{\n#define A 1\n}}", "void f() {{\n#define A 2\n}}");
  ExpectOther("void f() {{ _Pragma(\"a\") }}", "void f() {{ _Pragma(\"b\") }}");
}

TEST(InterfaceDigest, LineNumbersWhereTheyAreRead) {
  ExpectOther("int a = __LINE__;", "\nint a = __LINE__;");
  ExpectSame("int a = __LINE__;\nint b;", "int a = __LINE__;\n\nint b;");
  ExpectSame("void f() {{ __LINE__; }}", "\nvoid f() {{ __LINE__; }}");
  EXPECT_NE(Digest("int a;", 1), Digest("int a;", 2)) << "__COUNTER__";
}

TEST(InterfaceDigest, IsNeverZero) { EXPECT_NE(Digest(""), 0u); }

}  // namespace
}  // namespace astrolabe
