// Which names count as C-family sources.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/language.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

TEST(Language, CFamilyExtensionsAreSources) {
  for (std::string_view name :
       {"a.c",   "a.h",    "a.cc",  "a.cpp", "a.cxx", "a.c++", "a.C",   "a.H",          "a.hh",
        "a.hpp", "a.hxx",  "a.h++", "a.inl", "a.inc", "a.def", "a.ipp", "a.tcc",        "a.tpp",
        "a.ixx", "a.cppm", "a.ccm", "a.cu",  "a.cuh", "a.m",   "a.mm",  "dir.d/x.y.cc", "..c"}) {
    EXPECT_EQ(ClassifyFileName(name), FileClass::kSource) << name;
  }
}

TEST(Language, TheRestIsNot) {
  for (std::string_view name :
       {"", ".", "a", "vector", "README.md", "a.S", "a.s", "a.rs", "a.o", "a.i", "a.h.in", "a.cpp~",
        "a.", ".c", "dir/.h", "src.c/file", "a.cppmcppmcppm", "\xff.\xff", "a.c "}) {
    EXPECT_EQ(ClassifyFileName(name), FileClass::kOther) << name;
  }
}

}  // namespace
}  // namespace astrolabe
