// Paths that the client and the server know by different names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/path_mapping.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe::lsp {
namespace {

std::vector<PathMapping> Mappings(std::string_view text) {
  auto mappings = ParsePathMappings(text);
  EXPECT_TRUE(mappings.ok()) << mappings.status();
  return mappings.ok() ? *mappings : std::vector<PathMapping>();
}

TEST(PathMapping, FlagsAreListsOfPairs) {
  EXPECT_EQ(Mappings("/a=/b,/c/=/d/../e"), (std::vector<PathMapping>{{"/a", "/b"}, {"/c", "/e"}}));
  EXPECT_EQ(Mappings(R"(C:\work=/work)"), (std::vector<PathMapping>{{"c:/work", "/work"}}));
  EXPECT_TRUE(Mappings("").empty());
  for (const char* bad : {"/a", "/a=", "=/b", "a=/b", "/a=b", "/a=/b,x"}) {
    EXPECT_FALSE(ParsePathMappings(bad).ok()) << bad;
  }
}

TEST(PathMapping, TheFirstThatFitsCounts) {
  const auto mappings = Mappings("/home/inc=/usr/include,/home=/src,C:\\w=/w");
  const auto in = [&](const char* uri) {
    return MapUri(uri, MappingDirection::kToServer, mappings).value_or("");
  };
  EXPECT_EQ(in("file:///home/inc/a.h"), "file:///usr/include/a.h");
  EXPECT_EQ(in("file:///home/a%20b.cc"), "file:///src/a%20b.cc");
  EXPECT_EQ(in("file:///home"), "file:///src");
  EXPECT_EQ(in("file:///C%3A/w/a.cc"), "file:///w/a.cc");
  EXPECT_EQ(in("file:///homes/a.cc"), "");
  EXPECT_EQ(in("untitled:/home/a.cc"), "");
  EXPECT_EQ(MapUri("file:///w/a.cc", MappingDirection::kToClient, mappings), "file:///c:/w/a.cc");
  EXPECT_EQ(MapUri("file:///src/a.cc", MappingDirection::kToClient, mappings), "file:///home/a.cc");
}

TEST(PathMapping, RootsCanBeMapped) {
  const auto mappings = Mappings("/=/mnt/host");
  EXPECT_EQ(MapUri("file:///a", MappingDirection::kToServer, mappings), "file:///mnt/host/a");
  EXPECT_EQ(MapUri("file:///mnt/host/a", MappingDirection::kToClient, mappings), "file:///a");
}

TEST(PathMapping, MessagesKeepTheirTexts) {
  const auto mappings = Mappings("/c=/s");
  EXPECT_EQ(MapMessage(R"({"a":[{"uri":"file:///c/x"}],"changes":{"file:///c/y":[1]},)"
                       R"("text":"file:///c/z"})",
                       MappingDirection::kToServer, mappings),
            R"({"a":[{"uri":"file:///s/x"}],"changes":{"file:///s/y":[1]},"text":"file:///c/z"})");
  EXPECT_EQ(MapMessage("{no json", MappingDirection::kToServer, mappings), "{no json");
}

}  // namespace
}  // namespace astrolabe::lsp
