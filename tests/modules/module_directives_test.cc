// What is read of C++20's modules from a source's text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/modules/module_directives.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

TEST(ModuleDirectivesTest, AnInterfaceAndItsImports) {
  const ModuleDirectives read = ReadModuleDirectives(R"(// The shapes of things.
module;
#include <cmath>
export module geo.metry;  // a comment
export import :shapes;
import colors;
  import std.compat;
import colors;
namespace geometry { void Import(); }
)");
  EXPECT_EQ(read.name, "geo.metry");
  EXPECT_TRUE(read.is_importable);
  EXPECT_EQ(read.imports, (Strings{"colors", "geo.metry:shapes", "std.compat"}));
  EXPECT_TRUE(read.header_units.empty());
}

TEST(ModuleDirectivesTest, APartitionOfAnyKindCanBeImported) {
  const ModuleDirectives exported = ReadModuleDirectives("export module geometry:shapes;\n");
  EXPECT_EQ(exported.name, "geometry:shapes");
  EXPECT_TRUE(exported.is_importable);
  const ModuleDirectives internal =
      ReadModuleDirectives("module geometry:detail;\nimport :shapes;\n");
  EXPECT_EQ(internal.name, "geometry:detail");
  EXPECT_TRUE(internal.is_importable);
  EXPECT_EQ(internal.imports, (Strings{"geometry:shapes"}));
}

TEST(ModuleDirectivesTest, AnImplementationImportsItsInterface) {
  const ModuleDirectives read = ReadModuleDirectives("module geometry;\nint x;\n");
  EXPECT_EQ(read.name, "geometry");
  EXPECT_FALSE(read.is_importable);
  EXPECT_EQ(read.imports, (Strings{"geometry"}));
}

TEST(ModuleDirectivesTest, FragmentsAreNoModules) {
  const ModuleDirectives read =
      ReadModuleDirectives("module;\nexport module a;\nmodule :private;\nint x;\n");
  EXPECT_EQ(read.name, "a");
  EXPECT_TRUE(read.imports.empty());
}

TEST(ModuleDirectivesTest, HeaderUnitsAreKeptApart) {
  const ModuleDirectives read =
      ReadModuleDirectives("import <vector>;\nexport import \"a b.h\";\nimport other;\n");
  EXPECT_EQ(read.header_units, (Strings{"<vector>", "\"a b.h\""}));
  EXPECT_EQ(read.imports, (Strings{"other"}));
  EXPECT_FALSE(read.is_importable);
}

TEST(ModuleDirectivesTest, BothSidesOfAConditionCount) {
  const ModuleDirectives read = ReadModuleDirectives(
      "#ifdef USE_STD\nimport std;\n#else\n#include <vector>\n#endif\nint main() {}\n");
  EXPECT_EQ(read.imports, (Strings{"std"}));
}

TEST(ModuleDirectivesTest, WordsAloneAreNoDirectives) {
  for (const char* source :
       {"", "int import = 1;\nint module = import;\n", "// import a;\nint x;\n",
        "/*\nimport a;\nmodule b;\n*/\n", "const char* s = R\"(\nimport a;\n)\";\n",
        "void important();\nimportant();\n", "import", "module", "export module",
        "import :", "export"}) {
    const ModuleDirectives read = ReadModuleDirectives(source);
    EXPECT_FALSE(read.UsesModules()) << source << "\n"
                                     << read.name << testing::PrintToString(read.imports);
  }
}

TEST(ModuleDirectivesTest, AStandardSaysWhetherThereAreModules) {
  for (const char* flag :
       {"-std=c++20", "-std=gnu++23", "-std=c++2a", "-std=gnu++2c", "-std=c++26"}) {
    EXPECT_TRUE(AllowModules({"-cc1", flag})) << flag;
  }
  for (const char* flag :
       {"-std=c++17", "-std=gnu++98", "-std=c++03", "-std=c11", "-std=gnu2x", "-O2"}) {
    EXPECT_FALSE(AllowModules({"-cc1", flag})) << flag;
  }
  EXPECT_TRUE(AllowModules({"-std=c++17", "-std=c++20"}));
}

}  // namespace
}  // namespace astrolabe
