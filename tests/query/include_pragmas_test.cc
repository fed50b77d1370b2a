// What is included for what a private header declares.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/include_pragmas.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

TEST(IncludePragmas, AreReadFromComments) {
  const IncludePragmas pragmas = ReadIncludePragmas(
      "// IWYU pragma: private, include \"a/b.h\"\n"
      "// IWYU pragma: friend \"detail/.*\"\n/* IWYU pragma: friend x[.]h */\r\n"
      "#include \"one.h\"  // IWYU pragma: export\n#include \"none.h\"  // IWYU pragma: keep\n"
      "// IWYU pragma: begin_exports\n# include <two.h>\n#if 0\n#include \"three.h\"\r\n#endif\n"
      "// IWYU pragma: end_exports\n#include \"no.h\"\nint x;");
  EXPECT_TRUE(pragmas.is_private);
  EXPECT_EQ(pragmas.instead, "\"a/b.h\"");
  EXPECT_EQ(pragmas.friends, (Strings{"detail/.*", "x[.]h"}));
  EXPECT_EQ(pragmas.exports, (Strings{"\"one.h\"", "<two.h>", "\"three.h\""}));
  EXPECT_EQ(ReadIncludePragmas("// IWYU pragma: private, include <b.h> too").instead, "<b.h>");
  EXPECT_EQ(ReadIncludePragmas("// IWYU pragma: private, include b.h\n").instead, "\"b.h\"");
  EXPECT_EQ(ReadIncludePragmas("// IWYU pragma: private").instead, "");
  EXPECT_TRUE(ReadIncludePragmas("// IWYU pragma: private").is_private);
  EXPECT_FALSE(ReadIncludePragmas("const char* s = \"IWYU pragma: private\";").is_private);
  EXPECT_FALSE(ReadIncludePragmas("// IWYU pragma:").is_private);
}

class PublicHeadersTest : public testing::Test {
 protected:
  std::string For(const std::string& header, const std::string& includer = "src/main.cc") {
    if (!headers_) {
      workspace_.Index();
      headers_.emplace(workspace_.Open(), workspace_.root());
    }
    const PublicHeaders::Choice choice = headers_->For(header, includer);
    return choice.spelled.empty() ? choice.path : choice.spelled;
  }

  TempWorkspace workspace_;
  std::optional<PublicHeaders> headers_;
};

TEST_F(PublicHeadersTest, APrivateHeaderNamesAnother) {
  workspace_.Write("shop/impl.h", "// IWYU pragma: private, include \"shop/shop.h\"\nint f();\n");
  workspace_.Write("shop/part.h", "// IWYU pragma: private, include \"shop/shop.h\"\nint g();\n");
  workspace_.Write("shop/shop.h", "#include \"shop/impl.h\"\n");
  EXPECT_EQ(For("shop/impl.h"), "\"shop/shop.h\"");
  EXPECT_EQ(For("shop/shop.h"), "shop/shop.h");
  // Those that it is a part of.
  EXPECT_EQ(For("shop/impl.h", "include/shop/shop.h"), "shop/impl.h");
  EXPECT_EQ(For("shop/impl.h", "shop/part.h"), "shop/impl.h");
  EXPECT_EQ(For("shop/impl.h", "gone.h"), "\"shop/shop.h\"");
}

TEST_F(PublicHeadersTest, FriendsMayIncludeIt) {
  workspace_.Write("a/impl.h",
                   "// IWYU pragma: private, include \"a.h\"\n// IWYU pragma: friend \"a/.*\"\n"
                   "// IWYU pragma: friend \"(\"\n");
  EXPECT_EQ(For("a/impl.h", "lib/a/other.cc"), "a/impl.h");
  EXPECT_EQ(For("a/impl.h", "lib/ba/other.cc"), "\"a.h\"");
}

TEST_F(PublicHeadersTest, WhoExportsAPrivateHeaderStandsForIt) {
  workspace_.Write("lib/node-impl.h", "// IWYU pragma: private\nstruct Node {};\n");
  workspace_.Write("lib/everything.h", "#include \"lib/node-impl.h\"  // IWYU pragma: export\n");
  workspace_.Write("lib/node.h", "#include \"node-impl.h\"  // IWYU pragma: export\n");
  workspace_.Write("a.h", "#include \"lib/node-impl.h\"\n// IWYU pragma: keep\n");
  workspace_.Write("b.h", "#include \"other/node-impl.h\"  // IWYU pragma: export\n");
  workspace_.Write("c/node-impl.h", "");
  workspace_.Write("c/c.h", "#include \"node-impl.h\"  // IWYU pragma: export\n");
  workspace_.Write("lib/open.h", "struct Open {};\n");
  workspace_.Write("lib/all.h", "#include \"open.h\"  // IWYU pragma: export\n");
  workspace_.Write("lib/alone.h", "// IWYU pragma: private\nstruct Alone {};\n");
  EXPECT_EQ(For("lib/node-impl.h"), "lib/node.h");
  EXPECT_EQ(For("lib/node-impl.h", "lib/everything.h"), "lib/node-impl.h");
  EXPECT_EQ(For("lib/open.h"), "lib/open.h");
  EXPECT_EQ(For("lib/alone.h"), "lib/alone.h");
}

TEST_F(PublicHeadersTest, ExportersMayBePrivateThemselves) {
  workspace_.Write("deep.h",
                   "// IWYU pragma: private\n#include \"mid.h\" // IWYU pragma: export\n");
  workspace_.Write("mid.h",
                   "// IWYU pragma: private\n#include \"deep.h\" // IWYU pragma: export\n");
  workspace_.Write(
      "top.h", "// IWYU pragma: begin_exports\n#include \"mid.h\"\n// IWYU pragma: end_exports\n");
  workspace_.Write("inner.h", "// IWYU pragma: private\n");
  workspace_.Write("named.h",
                   "// IWYU pragma: private, include <outer.h>\n"
                   "#include \"inner.h\" // IWYU pragma: export\n");
  EXPECT_EQ(For("deep.h"), "top.h");
  EXPECT_EQ(For("mid.h"), "top.h");
  EXPECT_EQ(For("inner.h"), "<outer.h>");
}

}  // namespace
}  // namespace astrolabe
