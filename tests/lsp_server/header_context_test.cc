// What is parsed ahead of a header that its includers complete.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/header_context.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe::lsp {
namespace {

TEST(TextAheadOfInclude, StopsAtTheDirective) {
  int open = 0;
  EXPECT_EQ(TextAheadOfInclude("#define A 1\n#include <x>\n  #  include \"sub/wanted.h\"\nint a;\n",
                               "/none/u.cc", "/w/sub/wanted.h", open),
            "#define A 1\n#include <x>\n");
  EXPECT_EQ(open, 0);
  EXPECT_EQ(TextAheadOfInclude("#include \"other.h\"\n", "/none/u.cc", "/w/wanted.h", open),
            std::nullopt);
}

TEST(TextAheadOfInclude, CountsOpenConditionals) {
  int open = 1;
  EXPECT_EQ(TextAheadOfInclude("#ifndef G\n#if X\n#endif\n#ifdef Y\n#include <w.h>\n#endif\n#endif",
                               "/none/u.cc", "/w/w.h", open),
            "#ifndef G\n#if X\n#endif\n#ifdef Y\n");
  EXPECT_EQ(open, 3);
}

TEST(TextAheadOfInclude, LeavesOutWhatIsAboutTheFileItself) {
  int open = 0;
  EXPECT_EQ(TextAheadOfInclude("#pragma once\n#include \"w.h\"", "/none/u.h", "/w/w.h", open),
            "\n");
}

TEST(EndsBetweenDeclarations, WhereAHeaderMayStand) {
  EXPECT_TRUE(EndsBetweenDeclarations(""));
  EXPECT_TRUE(EndsBetweenDeclarations("namespace a::b {\nint f() { return 1; }\n"));
  EXPECT_TRUE(EndsBetweenDeclarations("extern \"C\" {"));
  EXPECT_TRUE(EndsBetweenDeclarations("template <class T> struct S : B<T> {"));
  EXPECT_TRUE(EndsBetweenDeclarations("enum E { a };"));
}

TEST(EndsBetweenDeclarations, WhereItMayNot) {
  EXPECT_FALSE(EndsBetweenDeclarations("enum Kind {"));
  EXPECT_FALSE(EndsBetweenDeclarations("enum class Kind {"));
  EXPECT_FALSE(EndsBetweenDeclarations("const char* names[] = {"));
  EXPECT_FALSE(EndsBetweenDeclarations("int f() {"));
  EXPECT_FALSE(EndsBetweenDeclarations("int f(struct S* s) {"));
  EXPECT_FALSE(EndsBetweenDeclarations("namespace a { void g() { switch (x) {"));
  EXPECT_FALSE(EndsBetweenDeclarations("f("));
}

}  // namespace
}  // namespace astrolabe::lsp
