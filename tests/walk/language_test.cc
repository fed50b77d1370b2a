// Which names count as C-family sources, and as headers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/language.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe {
namespace {

TEST(Language, CFamilyExtensionsAreSources) {
  for (std::string_view name :
       {"a.c",   "a.h",    "a.cc",  "a.cpp", "a.cxx", "a.c++", "a.C",   "a.H",          "a.hh",
        "a.hpp", "a.hxx",  "a.h++", "a.inl", "a.inc", "a.def", "a.ipp", "a.tcc",        "a.tpp",
        "a.ixx", "a.cppm", "a.ccm", "a.cu",  "a.cuh", "a.m",   "a.mm",  "dir.d/x.y.cc", "..c"}) {
    EXPECT_NE(RoleOfFileName(name), SourceRole::kNone) << name;
  }
}

TEST(Language, TheRestIsNot) {
  for (std::string_view name :
       {"", ".", "a", "vector", "README.md", "a.S", "a.s", "a.rs", "a.o", "a.i", "a.h.in", "a.cpp~",
        "a.", ".c", "dir/.h", "src.c/file", "a.cppmcppmcppm", "\xff.\xff", "a.c "}) {
    EXPECT_EQ(RoleOfFileName(name), SourceRole::kNone) << name;
  }
}

TEST(Language, EveryEndingHasItsRole) {
  for (SourceRole role : {SourceRole::kUnit, SourceRole::kHeader, SourceRole::kPart}) {
    EXPECT_FALSE(EndingsOf(role).empty());
    for (std::string_view ending : EndingsOf(role)) {
      const std::string name = "dir.x/a." + std::string(ending);
      EXPECT_EQ(RoleOfFileName(name), role) << name;
      EXPECT_EQ(IsHeaderName(name), role == SourceRole::kHeader) << name;
    }
  }
  EXPECT_TRUE(EndingsOf(SourceRole::kNone).empty());
}

TEST(Language, AHeaderMayHaveNoEnding) {
  EXPECT_TRUE(IsHeaderName("/usr/include/c++/12/vector"));
  EXPECT_FALSE(IsHeaderName("vector/README.md"));
  EXPECT_FALSE(IsHeaderName("vector.cc"));
}

}  // namespace
}  // namespace astrolabe
