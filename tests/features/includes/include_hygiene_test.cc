// Which #include lines are called unused or missing, by rules that clangd has too.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/includes/include_hygiene.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

std::vector<LiveDiagnostic> Check(MarkedSource& source, const IncludeHygieneOptions& options,
                                  const std::string& name = "main.cc") {
  std::vector<LiveDiagnostic> found;
  source.Parse([&](LiveAst& ast) { found = CheckIncludes(ast, options); }, name);
  return found;
}

// The ranges marked [[…]] are exactly the unused includes.
void CheckUnused(MarkedSource& source, const IncludeHygieneOptions& options = {},
                 const std::string& name = "main.cc") {
  std::vector<CodeRange> ranges;
  for (const LiveDiagnostic& said : Check(source, options, name)) {
    EXPECT_EQ(said.code, kUnusedIncludes);
    ranges.push_back(said.range);
  }
  EXPECT_EQ(ranges, source.Ranges()) << source.text();
}

// "NAME of HEADER", by place.
std::vector<std::string> Missing(MarkedSource& source, IncludeHygieneOptions options = {}) {
  options.unused = false;
  options.missing = true;
  std::vector<std::string> found;
  std::vector<CodeRange> ranges;
  for (const LiveDiagnostic& said : Check(source, options)) {
    EXPECT_EQ(said.code, kMissingIncludes);
    EXPECT_EQ(said.level, DiagnosticLevel::kInformation);
    const size_t open = said.message.find('"');
    found.push_back(StrCat(said.message.substr(open + 1, said.message.rfind('"') - open - 1),
                           " of ", said.header));
    ranges.push_back(said.range);
  }
  EXPECT_EQ(ranges, source.Ranges()) << source.text();
  return found;
}

using Strings = std::vector<std::string>;

// Two headers, of which the first includes the second.
MarkedSource Zoo(std::string_view text) {
  MarkedSource source(text);
  source.File("cat.h", "#pragma once\n#include \"dog.h\"\nstruct Cat { Dog* enemy; };\n");
  source.File("dog.h", "#pragma once\nstruct Dog { int legs; };\n#define DOG_LEGS 4\n");
  return source;
}

TEST(UnusedIncludes, WhatIsUsedIsNot) {
  MarkedSource source = Zoo("#include \"cat.h\"\n[[#include \"dog.h\"]]\nCat cat;\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, SaysWhatAndHowToFixIt) {
  MarkedSource source = Zoo("// zoo\n[[#include \"dog.h\"  // why]]\nint x;\n");
  const std::vector<LiveDiagnostic> found = Check(source, {});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].range, source.Range());
  EXPECT_EQ(found[0].message, "included header dog.h is not used directly");
  EXPECT_EQ(found[0].level, DiagnosticLevel::kWarning);
  EXPECT_EQ(found[0].category, kIncludesCategory);
  EXPECT_TRUE(found[0].is_unused);
  ASSERT_EQ(found[0].fixes.size(), 1u);
  EXPECT_EQ(found[0].fixes[0].title, "remove #include directive");
  ASSERT_EQ(found[0].fixes[0].edits.size(), 1u);
  EXPECT_EQ(found[0].fixes[0].edits[0].range, (CodeRange{{1, 0}, {2, 0}}));
}

TEST(UnusedIncludes, AtTheEndOfAFileWithoutNewline) {
  MarkedSource source = Zoo("int x;\n[[#include \"dog.h\"]]");
  const std::vector<LiveDiagnostic> found = Check(source, {});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].fixes[0].edits[0].range, (CodeRange{{1, 0}, {1, 16}}));
}

TEST(UnusedIncludes, AMacroIsAUse) {
  MarkedSource source = Zoo("#include \"dog.h\"\nint legs = DOG_LEGS;\n");
  CheckUnused(source);
  MarkedSource asked = Zoo("#include \"dog.h\"\n#ifdef DOG_LEGS\n#endif\n");
  CheckUnused(asked);
  MarkedSource in_macro = Zoo("#include \"dog.h\"\n#define LEGS (2 * DOG_LEGS)\n");
  CheckUnused(in_macro);
}

TEST(UnusedIncludes, WhatComesThroughAnotherHeaderIsNoUseOfIt) {
  MarkedSource source = Zoo("[[#include \"cat.h\"]]\nDog* dog;\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, TheObjectOfAMemberIsUsed) {
  MarkedSource source =
      Zoo("#include \"make.h\"\n#include \"dog.h\"\n[[#include \"base.h\"]]\n"
          "int a = Make()->legs;\nint b = Pup().tail;\n");
  source.File("base.h", "#pragma once\nstruct Base { int tail; };\n");
  source.File("make.h",
              "#pragma once\n#include \"base.h\"\nstruct Dog;\nDog* Make();\n"
              "struct Pup : Base {};\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, AnyDeclarationOfANameIsAUse) {
  MarkedSource source = Zoo("#include \"dog.h\"\n#include \"fwd.h\"\nDog* dog;\n");
  source.File("fwd.h", "#pragma once\nstruct Dog;\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, WhatATemplateMayMeanIsAUse) {
  MarkedSource source(
      "#include \"f.h\"\ntemplate <class T> void Run(T t) { F(t); }\n"
      "#include \"box.h\"\n#include \"special.h\"\nBox<int> box; Box<bool> flag;\n");
  source.File("f.h", "#pragma once\nvoid F(int);\nvoid F(bool);\n");
  source.File("box.h", "#pragma once\ntemplate <class T> struct Box {};\n");
  source.File("special.h", "#pragma once\n#include \"box.h\"\ntemplate <> struct Box<bool> {};\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, WhatDefinesUsesItsDeclaration) {
  MarkedSource source("#include \"f.h\"\nvoid F() {}\n");
  source.File("f.h", "#pragma once\nvoid F();\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, AUsingDeclarationIsTheOneThatBringsTheName) {
  MarkedSource source("#include \"brings.h\"\n[[#include \"dog.h\"]]\nshop::Dog* dog;\n");
  source.File("dog.h", "#pragma once\nnamespace zoo { struct Dog; }\n");
  source.File("brings.h", "#pragma once\n#include \"dog.h\"\nnamespace shop { using zoo::Dog; }\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, ItsOwnHeaderIsWanted) {
  MarkedSource source("#include \"main.h\"\nint x;\n");
  source.File("main.h", "#pragma once\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, WithoutAGuardNothingIsSaid) {
  MarkedSource source("#include \"table.inc\"\nint x;\n");
  source.File("table.inc", "int table[] = {1};\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, WhoIncludesAPartHasWhatItDeclares) {
  MarkedSource source(
      "#include \"whole.h\"\n#include \"part.h\"\n[[#include \"other.h\"]]\nPart p;\n");
  source.File("whole.h", "#pragma once\n#include \"part.h\"\n");
  source.File("part.h",
              "#ifndef WHOLE\n#define WHOLE\nstruct Part {};\n#endif\nextern int part;\n");
  source.File("other.h", "#pragma once\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, AnglesOfOthersThanTheStandardOnlyWhenAskedFor) {
  MarkedSource quiet("[[#include <vector>]]\n#include <dog.h>\nint x;\n");
  quiet.File("system/dog.h", "#pragma once\n").Flags({"-std=c++20", "-I/test/system"});
  CheckUnused(quiet);
  MarkedSource source(
      "[[#include <vector>]]\n#include <string>\n[[#include <dog.h>]]\nstd::string s;\n");
  source.File("system/dog.h", "#pragma once\n").Flags({"-std=c++20", "-I/test/system"});
  CheckUnused(source, {.analyze_angled = true});
}

TEST(UnusedIncludes, TheStandardSaysWhoHasAName) {
  MarkedSource source(
      "[[#include <utility>]]\n#include <algorithm>\n#include <cstdint>\n#include <memory>\n"
      "int a[2]; auto p = std::move(a, a + 2, a); uint32_t x;\n"
      "std::unique_ptr<int> u;\n");
  CheckUnused(source, {.analyze_angled = true});
}

TEST(UnusedIncludes, InactiveLinesAreLeftAlone) {
  MarkedSource source = Zoo("#if 0\n#include \"dog.h\"\n#endif\nint x;\n");
  CheckUnused(source);
}

TEST(UnusedIncludes, PathsCanBeLeftOut) {
  MarkedSource source = Zoo("#include \"dog.h\"\n[[#include \"cat.h\"]]\nint x;\n");
  CheckUnused(source, {.ignore_headers = {"d.g\\.h"}});
}

TEST(IncludePragmas, Keep) {
  MarkedSource source =
      Zoo("#include \"cat.h\"  // IWYU pragma: keep\n[[#include \"dog.h\"]]\n"
          "// IWYU pragma: begin_keep\n#include \"bird.h\"\n// IWYU pragma: end_keep\nint x;\n");
  source.File("bird.h", "#pragma once\n");
  CheckUnused(source);
}

TEST(IncludePragmas, AlwaysKeep) {
  MarkedSource source("#include \"magic.h\"\nint x;\n");
  source.File("magic.h", "#pragma once\n// IWYU pragma: always_keep\n");
  CheckUnused(source);
}

TEST(IncludePragmas, WhoExportsProvides) {
  MarkedSource source("#include \"zoo.h\"\nDog* dog;\n");
  source.File("zoo.h", "#pragma once\n#include \"dog.h\"  // IWYU pragma: export\n");
  source.File("dog.h", "#pragma once\nstruct Dog;\n");
  CheckUnused(source);
  EXPECT_EQ(Missing(source), Strings());
  MarkedSource exporter("#include \"dog.h\"  // IWYU pragma: export\n");
  exporter.File("dog.h", "#pragma once\nstruct Dog;\n");
  CheckUnused(exporter, {}, "zoo.h");
}

TEST(IncludePragmas, APrivateHeaderIsProvidedByThePublicOne) {
  const char* const dog =
      "#pragma once\n// IWYU pragma: private, include \"zoo/zoo.h\"\nstruct Dog;\n";
  MarkedSource source("#include \"zoo/zoo.h\"\nDog* dog;\n");
  source.File("zoo/zoo.h", "#pragma once\n#include \"dog.h\"\n").File("zoo/dog.h", dog);
  CheckUnused(source);
  MarkedSource missing("#include \"all.h\"\n[[Dog]]* dog;\n");
  missing.File("all.h", "#pragma once\n#include \"zoo/dog.h\"\n").File("zoo/dog.h", dog);
  EXPECT_EQ(Missing(missing), Strings{"Dog of \"zoo/zoo.h\""});
}

TEST(MissingIncludes, WhatOnlyOthersInclude) {
  MarkedSource source =
      Zoo("#include \"cat.h\"\n[[Dog]]* dog;\nint legs = [[DOG_LEGS]];\nCat cat;\n");
  EXPECT_EQ(Missing(source), (Strings{"Dog of /test/dog.h", "DOG_LEGS of /test/dog.h"}));
}

TEST(MissingIncludes, OfTheStandardLibrary) {
  MarkedSource source("#include \"all.h\"\nstd::[[vector]]<int> v;\n");
  source.File("all.h", "#pragma once\n#include <vector>\n");
  EXPECT_EQ(Missing(source), Strings{"std::vector of <vector>"});
}

TEST(MissingIncludes, WhatNobodySpelledIsNotMissed) {
  // Neither the type of an object, nor a macro that is only asked for, nor an operator.
  MarkedSource source(
      "#include \"make.h\"\nint a = Make()->legs;\nint b = *Make() + 1;\n#ifdef "
      "DOG_LEGS\n#endif\n");
  source.File("make.h", "#pragma once\n#include \"dog.h\"\nDog* Make();\n");
  source.File("dog.h",
              "#pragma once\nstruct Dog { int legs; };\nint operator+(const Dog&, int);\n"
              "#define DOG_LEGS 4\n");
  EXPECT_EQ(Missing(source), Strings());
}

TEST(MissingIncludes, ATypeInAClassComesWithTheClass) {
  MarkedSource source(
      "#include \"cat.h\"\nCat::Tail tail; Cat::Name name; Cat::Kind kind = Cat::Kind::kWild;\n");
  source.File("cat.h", "#pragma once\n#include \"dog.h\"\nstruct Cat : Dog {};\n");
  source.File("dog.h",
              "#pragma once\nstruct Dog { struct Tail {}; using Name = int; enum class Kind { "
              "kWild }; };\n");
  EXPECT_EQ(Missing(source), Strings());
}

TEST(MissingIncludes, SomeAreRefused) {
  MarkedSource source("#include \"cat.h\"\n// IWYU pragma: no_include \"dog.h\"\nDog* dog;\n");
  source.File("cat.h", "#pragma once\n#include \"dog.h\"\n")
      .File("dog.h", "#pragma once\nstruct Dog;\n");
  EXPECT_EQ(Missing(source), Strings());
  MarkedSource ignored("#include \"cat.h\"\nDog* dog;\n");
  ignored.File("cat.h", "#pragma once\n#include \"dog.h\"\n")
      .File("dog.h", "#pragma once\nstruct Dog;\n");
  EXPECT_EQ(Missing(ignored, {.ignore_headers = {"dog.h"}}), Strings());
}

TEST(IncludeHygiene, OffIsOff) {
  MarkedSource source = Zoo("#include \"cat.h\"\nDog* dog;\n");
  CheckUnused(source, {.unused = false});
}

}  // namespace
}  // namespace astrolabe
