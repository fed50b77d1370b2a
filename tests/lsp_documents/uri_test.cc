// URIs as editors really send them, and back.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/documents/uri.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

std::string PathOf(std::string_view uri) {
  absl::StatusOr<DocumentName> name = ParseDocumentUri(uri);
  return name.ok() ? name->path : std::string(ToStd(name.status().message()));
}

TEST(Uri, FileUrisGivePaths) {
  EXPECT_EQ(PathOf("file:///home/a.cc"), "/home/a.cc");
  EXPECT_EQ(PathOf("FILE:///home/a.cc"), "/home/a.cc");
  EXPECT_EQ(PathOf("file:/home/a.cc"), "/home/a.cc");
  EXPECT_EQ(PathOf("file://localhost/home/a.cc"), "/home/a.cc");
  EXPECT_EQ(PathOf("file:///"), "/");
  EXPECT_EQ(PathOf("file:////"), "/");
}

TEST(Uri, EscapesAreBytes) {
  EXPECT_EQ(PathOf("file:///a%20b/%C3%A9%23%3f.cc"), "/a b/é#?.cc");
  EXPECT_EQ(PathOf("file:///a b/é.cc"), "/a b/é.cc") << "unescaped, as some clients send it";
  EXPECT_EQ(PathOf("file:///latin1/%E9.cc"), "/latin1/\xE9.cc");
  EXPECT_EQ(PathOf("file:///100%/50%zz/%4"), "/100%/50%zz/%4") << "no escapes at all";
}

TEST(Uri, PathsAreMadeRegular) {
  EXPECT_EQ(PathOf("file:///a//b/./c/../d.cc"), "/a/b/d.cc");
  EXPECT_EQ(PathOf("file:///a/%2E%2E/b.cc"), "/b.cc");
  EXPECT_EQ(PathOf("file:///../../b.cc"), "/b.cc");
  EXPECT_EQ(PathOf("file:///a/b/"), "/a/b");
  EXPECT_EQ(PathOf("file:///a.cc?query#fragment"), "/a.cc");
}

TEST(Uri, WindowsDrivesAndHosts) {
  EXPECT_EQ(PathOf("file:///c%3A/src/a.cc"), "c:/src/a.cc");
  EXPECT_EQ(PathOf("file:///C:/src/a.cc"), "c:/src/a.cc");
  EXPECT_EQ(PathOf("file://C:/src/a.cc"), "c:/src/a.cc");
  EXPECT_EQ(PathOf("file:///c:/../../a.cc"), "c:/a.cc");
  EXPECT_EQ(PathOf("file://server/share/a.cc"), "//server/share/a.cc");
  EXPECT_EQ(PathOf("file://server/../../a.cc"), "//server/a.cc");
  EXPECT_EQ(PathOf("file:///cc:/a.cc"), "/cc:/a.cc") << "a folder's name";
}

TEST(Uri, OtherSchemesAreOpaque) {
  for (const std::string uri :
       {"untitled:Untitled-1", "git:/a/b.cc?{\"ref\":\"\"}", "vscode-vfs://x/%20"}) {
    absl::StatusOr<DocumentName> name = ParseDocumentUri(uri);
    ASSERT_TRUE(name.ok()) << name.status();
    EXPECT_EQ(name->path, "");
    EXPECT_EQ(name->key(), uri);
  }
}

TEST(Uri, ErrorsSayWhatToDo) {
  EXPECT_EQ(PathOf("/home/a.cc"),
            "document URI \"/home/a.cc\" has no scheme: send \"file:///…\" with an absolute path");
  EXPECT_EQ(PathOf("c:/a.cc"),
            "document URI \"c:/a.cc\" is a path on a Windows drive: send it as \"file:///c:/…\"");
  EXPECT_EQ(PathOf("file:a.cc"),
            "document URI \"file:a.cc\" has no absolute path: send \"file:///\" and the path from "
            "the root");
  EXPECT_EQ(PathOf("file:///a%00b"),
            "document URI \"file:///a%00b\" has a NUL in its path, which no file can have");
  for (const std::string_view uri : {"", ":", "file:", "file://", "file://host", "1:x", "a b:c"}) {
    EXPECT_FALSE(ParseDocumentUri(uri).ok()) << uri;
  }
}

TEST(Uri, ThereAndBack) {
  for (const std::string_view path : {"/", "/home/a b/é.cc", "/%41/#?", "/\xFF\xFE\x01",
                                      "c:/src/a.cc", "//server/share/a.cc", "/cc:/a", "/a:b"}) {
    EXPECT_EQ(PathOf(FileUri(path)), path) << FileUri(path);
  }
  EXPECT_EQ(FileUri("/home/a b/é.cc"), "file:///home/a%20b/%C3%A9.cc");
  EXPECT_EQ(FileUri("c:/a.cc"), "file:///c:/a.cc");
  EXPECT_EQ(FileUri("//server/a.cc"), "file://server/a.cc");
}

TEST(Uri, OneFileHasOneKey) {
  const std::string key = ParseDocumentUri("file:///a/b%2Dc.cc")->key();
  EXPECT_EQ(ParseDocumentUri("file:///a/b-c.cc")->key(), key);
  EXPECT_EQ(ParseDocumentUri("file://localhost/a/./b-c.cc")->key(), key);
}

}  // namespace
}  // namespace astrolabe::lsp
