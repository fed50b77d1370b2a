// Queries over a small workspace, as a user asks them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "base/strings.h"
#include "index/query/file_query.h"
#include "index/query/symbol_query.h"
#include "index/query/text_search.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

class QueryTest : public testing::Test {
 protected:
  void SetUp() override {
    workspace_.Write("db/db_impl.h",
                     "namespace rocksdb {\n"
                     "class DBImpl {\n"
                     " public:\n"
                     "  Status Get(int key);\n"
                     "  int schedule_work();\n"
                     "};\n"
                     "class Iterator { void Get(); };\n"
                     "}\n");
    workspace_.Write("db/db_impl.cc",
                     "#include \"db_impl.h\"\n"
                     "namespace rocksdb {\n"
                     "Status DBImpl::Get(int key) { return Get(key); }\n"
                     "// Get is documented, \"Get\" is not called here\n"
                     "const char* s = \"Get\";\n"
                     "}\n");
    workspace_.Write("util/get.c", "void get(void) {}\nint getter;\n#define GET_ALL 1\n");
    workspace_.Write("README.md", "Get\n");
    workspace_.Index();
    snapshot_ = workspace_.Open();
  }

  std::vector<std::string> Symbols(const SymbolQuery& query) {
    std::vector<std::string> lines;
    for (const SymbolHit& hit : FindSymbols(*snapshot_, query)) {
      lines.push_back(StrCat(hit.path, ":", hit.name_position.line + 1, " ", hit.Qualified()));
    }
    return lines;
  }

  std::vector<std::string> Text(const TextQuery& query, TextSummary* summary = nullptr) {
    std::vector<std::string> lines;
    auto result = SearchText(*snapshot_, workspace_.root(), query, [&](const TextMatch& match) {
      lines.push_back(StrCat(match.path, ":", match.line + 1, ":", match.column + 1));
    });
    EXPECT_TRUE(result.ok()) << result.status();
    if (summary && result.ok()) *summary = *result;
    return lines;
  }

  using Lines = std::vector<std::string>;
  TempWorkspace workspace_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(QueryTest, ExactNameFirstDefinitionBeforeDeclaration) {
  EXPECT_EQ(Symbols({.text = "Get", .limit = 3}),
            (Lines{"db/db_impl.cc:3 rocksdb::DBImpl::Get", "db/db_impl.h:4 rocksdb::DBImpl::Get",
                   "db/db_impl.h:7 rocksdb::Iterator::Get"}));
  EXPECT_EQ(Symbols({.text = "get", .limit = 1}), (Lines{"util/get.c:1 get"}));
}

TEST_F(QueryTest, QualifiedNames) {
  EXPECT_EQ(Symbols({.text = "Iterator::Get"}), (Lines{"db/db_impl.h:7 rocksdb::Iterator::Get"}));
  EXPECT_EQ(Symbols({.text = "rocksdb::Get", .kinds = 1u << 2, .exact = true}),
            (Lines{"db/db_impl.cc:3 rocksdb::DBImpl::Get", "db/db_impl.h:4 rocksdb::DBImpl::Get",
                   "db/db_impl.h:7 rocksdb::Iterator::Get"}));
  EXPECT_EQ(Symbols({.text = "::get", .exact = true}), (Lines{"util/get.c:1 get"}));
  EXPECT_EQ(Symbols({.text = "nowhere::Get"}), Lines{});
}

TEST_F(QueryTest, PartsAndMistakes) {
  EXPECT_EQ(Symbols({.text = "schwork"}), (Lines{"db/db_impl.h:5 rocksdb::DBImpl::schedule_work"}));
  EXPECT_EQ(Symbols({.text = "shedule_work"}),
            (Lines{"db/db_impl.h:5 rocksdb::DBImpl::schedule_work"}));
  EXPECT_EQ(Symbols({.text = "schefule_work"}),
            (Lines{"db/db_impl.h:5 rocksdb::DBImpl::schedule_work"}));
  EXPECT_EQ(Symbols({.text = "updidx"}), Lines{});
  EXPECT_EQ(Symbols({.text = "schwrk"}), (Lines{"db/db_impl.h:5 rocksdb::DBImpl::schedule_work"}));
  EXPECT_EQ(Symbols({.text = "Iteratro"}), (Lines{"db/db_impl.h:7 rocksdb::Iterator"}));
  EXPECT_EQ(Symbols({.text = "zzz"}), Lines{});
  EXPECT_EQ(Symbols({.text = ""}), Lines{});
}

TEST_F(QueryTest, KindsAndLimit) {
  EXPECT_EQ(Symbols({.text = "get", .kinds = 1u << static_cast<unsigned>(SymbolKind::kMacro)}),
            (Lines{"util/get.c:3 GET_ALL"}));
  EXPECT_EQ(Symbols({.text = "get", .limit = 0}), Lines{});
  // An include is found when asked for.
  EXPECT_EQ(
      Symbols({.text = "db_impl.h", .kinds = 1u << static_cast<unsigned>(SymbolKind::kInclude)}),
      (Lines{"db/db_impl.cc:1 db_impl.h"}));
}

TEST_F(QueryTest, NearFilesRankHigher) {
  workspace_.Write("a/near.c", "int twin;\n");
  workspace_.Write("z/far.c", "int twin;\n");
  workspace_.Index();
  snapshot_ = workspace_.Open();
  EXPECT_EQ(Symbols({.text = "twin", .limit = 1}), (Lines{"a/near.c:1 twin"}));
  EXPECT_EQ(Symbols({.text = "twin", .limit = 1, .near_path = "z/other.c"}),
            (Lines{"z/far.c:1 twin"}));
}

TEST_F(QueryTest, References) {
  EXPECT_EQ(Text({.pattern = "Get", .mode = TextMode::kReference}),
            (Lines{"db/db_impl.cc:3:16", "db/db_impl.cc:3:38", "db/db_impl.h:4:10",
                   "db/db_impl.h:7:23"}));
}

TEST_F(QueryTest, AllReferencesOfALine) {
  workspace_.Write("a/twice.c", "int once;\nint twice = once + once;\n");
  workspace_.Index();
  snapshot_ = workspace_.Open();
  EXPECT_EQ(Text({.pattern = "once", .mode = TextMode::kReference}),
            (Lines{"a/twice.c:1:5", "a/twice.c:2:13", "a/twice.c:2:20"}));
  EXPECT_EQ(Text({.pattern = "once", .mode = TextMode::kReference, .limit = 2}).size(), 2u);
}

TEST_F(QueryTest, Words) {
  TextSummary summary;
  EXPECT_EQ(Text({.pattern = "Get", .mode = TextMode::kWord}, &summary),
            (Lines{"db/db_impl.cc:3:16", "db/db_impl.cc:4:4", "db/db_impl.cc:5:18",
                   "db/db_impl.h:4:10", "db/db_impl.h:7:23"}));
  EXPECT_EQ(summary.files_matched, 2u);
  EXPECT_LE(summary.files_searched, 3u);
  EXPECT_EQ(Text({.pattern = "get", .mode = TextMode::kWord, .ignore_case = true}).size(), 6u);
}

TEST_F(QueryTest, LiteralsAndRegexes) {
  EXPECT_EQ(Text({.pattern = "(int key) {"}), (Lines{"db/db_impl.cc:3:19"}));
  EXPECT_EQ(Text({.pattern = "Get\\(.*\\{", .mode = TextMode::kRegex}), (Lines{
                                                                            "db/db_impl.cc:3:16",
                                                                        }));
  EXPECT_EQ(Text({.pattern = "^int", .mode = TextMode::kRegex}), (Lines{"util/get.c:2:1"}));
  EXPECT_EQ(Text({.pattern = "[^x]*", .mode = TextMode::kRegex, .limit = 2}).size(), 2u);
  EXPECT_EQ(Text({.pattern = "GETTER", .ignore_case = true}), (Lines{"util/get.c:2:5"}));
}

TEST_F(QueryTest, BadPatterns) {
  auto status = [&](const TextQuery& query) {
    return SearchText(*snapshot_, workspace_.root(), query, [](const TextMatch&) {}).status();
  };
  EXPECT_TRUE(absl::IsInvalidArgument(status({.pattern = "(", .mode = TextMode::kRegex})));
  EXPECT_TRUE(absl::IsInvalidArgument(status({.pattern = ""})));
  EXPECT_TRUE(absl::IsInvalidArgument(status({.pattern = "a b", .mode = TextMode::kReference})));
  EXPECT_TRUE(absl::IsNotFound(
      SearchText(*snapshot_, "/nonexistent", {.pattern = "x"}, [](const TextMatch&) {}).status()));
}

TEST_F(QueryTest, TextLimitIsReported) {
  TextSummary summary;
  EXPECT_EQ(Text({.pattern = "Get", .mode = TextMode::kWord, .limit = 2}, &summary).size(), 2u);
  EXPECT_TRUE(summary.truncated);
  EXPECT_EQ(Text({.pattern = "Get", .mode = TextMode::kWord, .limit = 5}, &summary).size(), 5u);
  EXPECT_FALSE(summary.truncated);
}

TEST_F(QueryTest, ACancelledSearchEnds) {
  constexpr size_t kFiles = 600;
  for (size_t i = 0; i < kFiles; ++i) workspace_.Write(StrCat("many/", i, ".cc"), "int many;\n");
  workspace_.Index();
  snapshot_ = workspace_.Open();
  std::atomic<bool> cancelled = false;
  auto summary = SearchText(
      *snapshot_, workspace_.root(), {.pattern = "many", .threads = 2},
      [&](const TextMatch&) { cancelled = true; }, &cancelled);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_TRUE(summary->truncated);
  EXPECT_LT(summary->files_searched, kFiles);
}

TEST_F(QueryTest, Files) {
  auto files = [&](std::string_view text) {
    Lines paths;
    for (const FileHit& hit : FindFiles(*snapshot_, text, 2)) paths.push_back(hit.path);
    return paths;
  };
  EXPECT_EQ(files("get.c"), (Lines{"util/get.c"}));
  EXPECT_EQ(files("db_impl"), (Lines{"db/db_impl.h", "db/db_impl.cc"}));
  EXPECT_EQ(files("util/ge"), (Lines{"util/get.c"}));
  EXPECT_EQ(files("readme"), (Lines{"README.md"}));
}

TEST_F(QueryTest, FilesOfAStem) {
  Lines paths = FilesOfStem(*snapshot_, "db_impl");
  std::ranges::sort(paths);
  EXPECT_EQ(paths, (Lines{"db/db_impl.cc", "db/db_impl.h"}));
  EXPECT_EQ(FilesOfStem(*snapshot_, "db"), Lines());
}

TEST_F(QueryTest, Outline) {
  std::vector<SymbolHit> hits = OutlineOf(*snapshot_, "util/get.c");
  ASSERT_EQ(hits.size(), 3u);
  EXPECT_EQ(hits[2].name, "GET_ALL");
  EXPECT_TRUE(OutlineOf(*snapshot_, "no/such.c").empty());
}

}  // namespace
}  // namespace astrolabe
