// Places of the text on disk, the text in the editor, and the client's way of counting.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/places.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lsp/documents/uri.h"

namespace astrolabe::lsp {
namespace {

Range Make(uint32_t line, uint32_t begin, uint32_t end) {
  return {.start = {.line = line, .character = begin}, .end = {.line = line, .character = end}};
}

TEST(ClientRange, CountsInTheClientsUnits) {
  const TextBuffer text("a\n\"äö😀\" wide\n");
  const size_t begin = text.ToString().find("wide");
  const ByteRange range = {begin, begin + 4};
  EXPECT_EQ(ClientRange(text, range, PositionEncoding::kUtf8), Make(1, 11, 15));
  EXPECT_EQ(ClientRange(text, range, PositionEncoding::kUtf16), Make(1, 7, 11));
  EXPECT_EQ(ClientRange(text, range, PositionEncoding::kUtf32), Make(1, 6, 10));
  for (PositionEncoding encoding :
       {PositionEncoding::kUtf8, PositionEncoding::kUtf16, PositionEncoding::kUtf32}) {
    const Range there = ClientRange(text, range, encoding);
    EXPECT_EQ(OffsetOfClient(text, there.start, encoding), range.begin);
    EXPECT_EQ(OffsetOfClient(text, there.end, encoding), range.end);
  }
}

TEST(OffsetOfClient, PlacesBehindTheTextAreItsEnd) {
  const TextBuffer text("ab\ncd");
  const auto offset = [&](uint32_t line, uint32_t character) {
    return OffsetOfClient(text, {.line = line, .character = character}, PositionEncoding::kUtf16);
  };
  EXPECT_EQ(offset(0, 99), 2U);
  EXPECT_EQ(offset(99, 0), 5U);
}

TEST(TextDifference, CarriesPlacesOverBothWays) {
  const std::string disk = "int a;\nint b;\nint c;\n";
  const TextBuffer live("// new\nint a;\nint bb;\nint c;\n");
  const TextDifference difference(disk, live);
  EXPECT_FALSE(difference.equal());
  const std::string text = live.ToString();
  for (const char* part : {"int a", "int c"}) {
    bool edited = true;
    EXPECT_EQ(difference.ToLive(disk.find(part), &edited), text.find(part)) << part;
    EXPECT_FALSE(edited);
    EXPECT_EQ(difference.ToDisk(text.find(part), &edited), disk.find(part)) << part;
    EXPECT_FALSE(edited);
  }
}

// The line that was typed begins as the next one does.
TEST(TextDifference, WhatWasTypedIsInNoOther) {
  const TextDifference difference("one\nthree\n", TextBuffer("one\ntwo\nthree\n"));
  bool edited = false;
  EXPECT_EQ(difference.ToDisk(5, &edited), 4U);
  EXPECT_TRUE(edited);
  EXPECT_EQ(difference.ToLive(4), 8U);
  EXPECT_EQ(difference.EditedInLive(), (std::vector<ByteRange>{{4, 8}}));
  EXPECT_TRUE(TextDifference("same", TextBuffer("same")).equal());
}

class PlacesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("astrolabe_places_" + std::to_string(getpid()) + ".cc");
    std::ofstream(path_) << "int ä; int b;\nint c;\n";
  }
  void TearDown() override { std::filesystem::remove(path_); }

  void Open(const std::string& text) {
    ASSERT_TRUE(documents_.Open(FileUri(path_), "cpp", 1, text).ok());
  }

  std::string path_;
  DocumentStore documents_{PositionEncoding::kUtf16};
};

TEST_F(PlacesTest, OfAFileOnDisk) {
  Places places(documents_);
  EXPECT_EQ(places.ToClient(path_, {0, 12}, {0, 13}), Make(0, 11, 12));
  EXPECT_EQ(places.DifferenceOf(path_), nullptr);
}

TEST_F(PlacesTest, AFileThatIsKnownToBeAsciiIsNotRead) {
  Places places(documents_, [](const std::string& path) { return path == "/nowhere.cc"; });
  EXPECT_EQ(places.ToClient("/nowhere.cc", {7, 3}, {7, 4}), Make(7, 3, 4));
  EXPECT_EQ(places.ToClient("/nobody_knows.cc", {7, 3}, {7, 4}, /*is_ascii=*/true), Make(7, 3, 4));
  EXPECT_EQ(places.ToClient(path_, {0, 12}, {0, 13}), Make(0, 11, 12));
}

TEST_F(PlacesTest, OfAFileThatIsEdited) {
  Open("// typed\nint ä; int b;\nint c;\n");
  Places places(documents_);
  EXPECT_EQ(places.ToClient(path_, {0, 12}, {0, 13}), Make(1, 11, 12));
  ASSERT_NE(places.DifferenceOf(path_), nullptr);
  EXPECT_EQ(places.LocationOf(path_, {1, 4}, {1, 5}).range, Make(2, 4, 5));
}

TEST_F(PlacesTest, AnOpenDocumentIsNamedAsTheClientNamesIt) {
  std::string uri = FileUri(path_);
  uri.replace(uri.rfind('/') + 1, 1, "%61");  // "a", escaped
  ASSERT_TRUE(documents_.Open(uri, "cpp", 1, "int ä; int b;\nint c;\n").ok());
  Places places(documents_);
  EXPECT_EQ(places.LocationOf(path_, {0, 0}, {0, 3}).uri, uri);
  EXPECT_EQ(places.DifferenceOf(path_), nullptr);
}

}  // namespace
}  // namespace astrolabe::lsp
