// Where a new #include goes, and how it is spelled.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/include_insertion.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace astrolabe::lsp {
namespace {

// The text with the line inserted.
std::string With(const std::string& text, const std::string& spelled,
                 const std::string& path = "/w/db/db.cc") {
  std::optional<IncludeInsertion> insertion = InsertInclude(text, path, spelled);
  if (!insertion) return text;
  size_t at = 0;
  for (uint32_t line = 0; line < insertion->line; ++line) {
    at = text.find('\n', at);
    if (at == std::string::npos) return "there is no such line";
    ++at;
  }
  std::string result = text;
  return result.insert(at, insertion->text);
}

TEST(IncludeInsertion, KeepsASortedBlockSorted) {
  EXPECT_EQ(With("#include <map>\n#include <string>\n#include <vector>\n\nint x;\n", "<set>"),
            "#include <map>\n#include <set>\n#include <string>\n#include <vector>\n\nint x;\n");
  EXPECT_EQ(With("#include <map>\n", "<vector>"), "#include <map>\n#include <vector>\n");
  EXPECT_EQ(With("#include <map>\n", "<algorithm>"), "#include <algorithm>\n#include <map>\n");
}

TEST(IncludeInsertion, GoesBehindABlockThatIsNotSorted) {
  EXPECT_EQ(With("#include <vector>\n#include <map>\nint x;\n", "<set>"),
            "#include <vector>\n#include <map>\n#include <set>\nint x;\n");
}

TEST(IncludeInsertion, ChoosesTheBlockOfItsKind) {
  const std::string text =
      "#include \"db/db.h\"\n\n#include <stdio.h>\n\n#include <map>\n\n#include \"port/port.h\"\n"
      "#include \"util/hash.h\"\n";
  EXPECT_EQ(With(text, "<set>"),
            "#include \"db/db.h\"\n\n#include <stdio.h>\n\n#include <map>\n#include <set>\n\n"
            "#include \"port/port.h\"\n#include \"util/hash.h\"\n");
  EXPECT_EQ(
      With(text, "\"util/coding.h\""),
      "#include \"db/db.h\"\n\n#include <stdio.h>\n\n#include <map>\n\n#include \"port/port.h\"\n"
      "#include \"util/coding.h\"\n#include \"util/hash.h\"\n");
}

TEST(IncludeInsertion, TheFilesOwnHeaderStaysAlone) {
  EXPECT_EQ(With("#include \"db.h\"\n\nint x;\n", "\"util/hash.h\""),
            "#include \"db.h\"\n#include \"util/hash.h\"\n\nint x;\n");
  EXPECT_EQ(With("#include \"db/db.h\"\n\n#include \"util/hash.h\"\n", "\"a/a.h\""),
            "#include \"db/db.h\"\n\n#include \"a/a.h\"\n#include \"util/hash.h\"\n");
}

TEST(IncludeInsertion, WithoutAnyIncludeItGoesBehindWhatOpensTheFile) {
  EXPECT_EQ(With("int x;\n", "<set>"), "#include <set>\nint x;\n");
  EXPECT_EQ(With("// About it.\nint x;\n", "<set>"), "// About it.\n\n#include <set>\nint x;\n");
  EXPECT_EQ(With("#pragma once\n\nint x;\n", "<set>", "/w/a.h"),
            "#pragma once\n\n#include <set>\n\nint x;\n");
  EXPECT_EQ(With("#ifndef A_H\n#define A_H\nint x;\n#endif\n", "<set>", "/w/a.h"),
            "#ifndef A_H\n#define A_H\n\n#include <set>\nint x;\n#endif\n");
}

TEST(IncludeInsertion, NothingTwice) {
  const std::string text = "#include <set>\n#include \"a.h\"\n";
  EXPECT_EQ(With(text, "<set>"), text);
  EXPECT_EQ(With(text, "<a.h>"), text);
}

TEST(IncludeInsertion, LinesThatDependOnSomethingDoNotCount) {
  EXPECT_EQ(With("#include <map>\n#ifdef WIN32\n#include <windows.h>\n#include <z.h>\n#endif\n",
                 "<vector>"),
            "#include <map>\n#include <vector>\n#ifdef WIN32\n#include <windows.h>\n#include "
            "<z.h>\n#endif\n");
}

TEST(IncludeInsertion, AnyTextWillDo) {
  for (const char* text :
       {"", "\n", "#", "#include", "#include <", "/* open", "#if\n#if\n", "#endif\n", "int x;"}) {
    With(text, "<set>");
    With(text, "\"");
    With(text, "");
  }
}

TEST(SpellInclude, TheShortestFolderOfTheSearchPathWins) {
  const std::vector<IncludeFolder> folders = {{"/w", false}, {"/w/include", false}, {"/sys", true}};
  EXPECT_EQ(SpellInclude(folders, "/w/db/a.cc", "/w/include/rocksdb/db.h", ""), "\"rocksdb/db.h\"");
  EXPECT_EQ(SpellInclude(folders, "/w/db/a.cc", "/w/util/hash.h", ""), "\"util/hash.h\"");
  EXPECT_EQ(SpellInclude(folders, "/w/db/a.cc", "/sys/gtest/gtest.h", ""), "<gtest/gtest.h>");
  EXPECT_EQ(SpellInclude(folders, "/x/a.cc", "/x/b.h", ""), "\"b.h\"");
  EXPECT_EQ(SpellInclude(folders, "/x/a.cc", "/y/b.h", ""), "");
}

TEST(SpellInclude, DelimitersAreThoseOfTheFilesOtherLines) {
  const std::vector<IncludeFolder> folders = {{"/w/include", false}};
  EXPECT_EQ(
      SpellInclude(folders, "/w/a.cc", "/w/include/boost/any.hpp", "#include <boost/array.hpp>\n"),
      "<boost/any.hpp>");
  EXPECT_EQ(SpellInclude(folders, "/w/a.cc", "/w/include/boost/any.hpp",
                         "#include \"boost/array.hpp\"\n"),
            "\"boost/any.hpp\"");
}

}  // namespace
}  // namespace astrolabe::lsp
