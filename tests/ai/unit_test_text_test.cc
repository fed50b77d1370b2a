// Where tests go, and what of an answer is one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/unit_test_text.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace astrolabe::lsp {
namespace {

std::string FileAmong(const std::string& source, const std::set<std::string>& files) {
  return TestFileOf(source, [&](const std::string& path) { return files.contains(path); });
}

TEST(TestFileOf, TheOneThatIsThereOrElseTheUsualName) {
  EXPECT_EQ(FileAmong("/zoo/dog.cc", {}), "/zoo/dog_test.cc");
  EXPECT_EQ(FileAmong("/zoo/Dog.cpp", {"/zoo/DogTest.cpp"}), "/zoo/DogTest.cpp");
  EXPECT_EQ(FileAmong("/zoo/dog.cc", {"/zoo/test_dog.cc"}), "/zoo/test_dog.cc");
  EXPECT_EQ(FileAmong("/zoo/dog.cc", {"/zoo/cat_test.cc"}), "/zoo/dog_test.cc");
}

TEST(TestFileOf, TestsHaveNone) {
  for (const char* path : {"/zoo/dog_test.cc", "/zoo/DogTest.cpp", "/zoo/test_dog.cc"}) {
    EXPECT_EQ(FileAmong(path, {}), "");
  }
}

TEST(TestsOfAnswer, WithoutIncludesAndMain) {
  EXPECT_EQ(TestsOfAnswer("#include <gtest/gtest.h>\n\nTEST(Dog, Barks) {\n  Bark();\n}\n\n"
                          "int main(int argc, char** argv) {\n}\n",
                          "Bark"),
            "TEST(Dog, Barks) {\n  Bark();\n}\n");
}

TEST(TestsOfAnswer, OnlyIfThereIsOneOfTheFunction) {
  EXPECT_EQ(TestsOfAnswer("TEST(Dog, Barks) {\n  BarkTwice();\n}\n", "Bark"), "");
  EXPECT_EQ(TestsOfAnswer("int Bark();\n", "Bark"), "");
  EXPECT_EQ(TestsOfAnswer("", "Bark"), "");
}

TEST(IncludeOf, AsTheSourceSpellsIt) {
  EXPECT_EQ(IncludeOf("#include <dog.hpp>\n#include \"zoo/dog.h\"  // own\n", "dog.h"),
            "#include \"zoo/dog.h\"");
  EXPECT_EQ(IncludeOf("#include \"hotdog.h\"\n", "dog.h"), "#include \"dog.h\"");
  EXPECT_EQ(IncludeOf("", "dog.h"), "#include \"dog.h\"");
}

TEST(PlaceOfTests, BehindTheLastInsideOfItsNamespace) {
  const std::string text = "namespace zoo {\n\nTEST(A, B) {\n}\n|\n}  // namespace zoo\n";
  EXPECT_EQ(PlaceOfTests("namespace zoo {\n\nTEST(A, B) {\n}\n\n}  // namespace zoo\n"),
            text.find('|'));
  EXPECT_EQ(PlaceOfTests("// Nothing yet.\n"), 16u);
  EXPECT_EQ(PlaceOfTests(""), 0u);
}

}  // namespace
}  // namespace astrolabe::lsp
