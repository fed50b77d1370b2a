// What an index run does to an index, and what happens when the workspace changes under it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/indexer.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/strings.h"
#include "index/query/symbol_query.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

bool Finds(const TempWorkspace& workspace, const std::string& name) {
  return !FindSymbols(*workspace.Open(), {.text = name, .exact = true}).empty();
}

TEST(Indexer, EmptyWorkspace) {
  TempWorkspace workspace;
  IndexReport report = workspace.Index();
  EXPECT_EQ(report.files, 0u);
  EXPECT_TRUE(FindSymbols(*workspace.Open(), {.text = "x"}).empty());
  EXPECT_EQ(workspace.Index().files, 0u);
}

TEST(Indexer, SecondRunDoesNothing) {
  TempWorkspace workspace;
  workspace.Write("a.c", "int a;\n");
  workspace.Write("notes.txt", "hello\n");
  IndexReport first = workspace.Index();
  EXPECT_EQ(first.files_scanned, 1u);
  EXPECT_EQ(first.other_files, 1u);
  EXPECT_TRUE(first.changed);
  uint64_t generation = workspace.Open()->generation;
  IndexReport second = workspace.Index();
  EXPECT_EQ(second.files_scanned, 0u);
  EXPECT_EQ(second.files_unchanged, 2u);
  EXPECT_FALSE(second.changed);
  EXPECT_EQ(second.symbols, first.symbols);
  EXPECT_EQ(workspace.Open()->generation, generation);
}

TEST(Indexer, ChangedNewAndDeletedFiles) {
  TempWorkspace workspace;
  for (int i = 0; i < 20; ++i)
    workspace.Write(StrCat("d/f", i, ".c"), StrCat("int name", i, ";\n"));
  workspace.Index();
  workspace.Write("d/f3.c", "int renamed_now;\n");
  workspace.Write("e/new.c", "int brand_new;\n");
  workspace.Remove("d/f4.c");
  IndexReport report = workspace.Index();
  EXPECT_EQ(report.files_scanned, 2u);
  EXPECT_EQ(report.files_deleted, 1u);
  EXPECT_EQ(report.files, 20u);
  EXPECT_EQ(report.symbols, 20u);
  EXPECT_TRUE(Finds(workspace, "renamed_now"));
  EXPECT_TRUE(Finds(workspace, "brand_new"));
  EXPECT_FALSE(Finds(workspace, "name3"));
  EXPECT_FALSE(Finds(workspace, "name4"));
  EXPECT_TRUE(Finds(workspace, "name5"));
}

TEST(Indexer, AFileThatBecomesAFolder) {
  TempWorkspace workspace;
  workspace.Write("x.c", "int as_file;\n");
  workspace.Index();
  workspace.Remove("x.c");
  workspace.Write("x.c/y.c", "int in_folder;\n");
  workspace.Index();
  EXPECT_FALSE(Finds(workspace, "as_file"));
  EXPECT_TRUE(Finds(workspace, "in_folder"));
}

// Runs the index while `change` happens after folder "a" has been listed and before its files are read:
// with one thread, the walk announces "b" behind "a".
IndexReport IndexWhile(const TempWorkspace& workspace, const std::function<void()>& change) {
  IndexerOptions options = workspace.Options();
  options.threads = 1;
  options.walk.on_directory = [&](std::string_view directory) {
    if (directory == "b") change();
  };
  auto report = UpdateIndex(RealFileSystem(), options, nullptr, nullptr);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : IndexReport{};
}

class ChangeDuringRun : public testing::Test {
 protected:
  void SetUp() override {
    workspace_.Write("a/x.c", "int before;\n");
    workspace_.Write("b/y.c", "int other;\n");
  }
  // Whether "b" really was announced: the walk may choose its order.
  bool changed_ = false;
  TempWorkspace workspace_;
};

TEST_F(ChangeDuringRun, FileVanishes) {
  workspace_.Index();
  workspace_.Write("a/x.c", "int changed_then_gone;\n");
  IndexWhile(workspace_, [&] {
    changed_ = true;
    workspace_.Remove("a/x.c");
  });
  ASSERT_TRUE(changed_);
  EXPECT_FALSE(Finds(workspace_, "before"));
  EXPECT_FALSE(Finds(workspace_, "changed_then_gone"));
  EXPECT_TRUE(Finds(workspace_, "other"));
}

TEST_F(ChangeDuringRun, FileGrowsAndTheNextRunSeesAll) {
  IndexWhile(workspace_, [&] {
    changed_ = true;
    workspace_.Write("a/x.c", "int before;\nint grown;\n");
  });
  ASSERT_TRUE(changed_);
  workspace_.Index();
  EXPECT_TRUE(Finds(workspace_, "before"));
  EXPECT_TRUE(Finds(workspace_, "grown"));
}

TEST_F(ChangeDuringRun, FileBecomesUnreadable) {
  IndexWhile(workspace_, [&] {
    changed_ = true;
    workspace_.Remove("a/x.c");
    std::filesystem::create_directory(workspace_.root() + "/a/x.c");
  });
  ASSERT_TRUE(changed_);
  EXPECT_FALSE(Finds(workspace_, "before"));
  EXPECT_TRUE(Finds(workspace_, "other"));
}

TEST(Indexer, CancelledRunLeavesAValidIndexAndTheNextGoesOn) {
  TempWorkspace workspace;
  for (int i = 0; i < 500; ++i) workspace.Write(StrCat("f", i, ".c"), StrCat("int n", i, ";\n"));
  std::atomic<bool> cancelled = false;
  IndexProgress progress;
  std::thread canceller([&] {
    while (progress.files_done < 50 && progress.phase != IndexProgress::kDone)
      std::this_thread::yield();
    cancelled = true;
  });
  auto report = UpdateIndex(RealFileSystem(), workspace.Options(), &progress, &cancelled);
  canceller.join();
  if (report.ok()) {
    EXPECT_EQ(FindSymbols(*workspace.Open(), {.text = "n", .limit = 1000}).size(), report->files);
  }
  IndexReport next = workspace.Index();
  EXPECT_EQ(next.files, 500u);
  EXPECT_TRUE(Finds(workspace, "n499"));
}

TEST(Indexer, SecondWriterIsToldWhoHoldsTheIndex) {
  TempWorkspace workspace;
  workspace.Write("a.c", "int a;\n");
  workspace.Index();
  IndexWriterOptions options;
  options.root = workspace.root();
  options.owner = "the first writer";
  auto writer = IndexWriter::Open(RealFileSystem(), workspace.index_dir(), options);
  ASSERT_TRUE(writer.ok()) << writer.status();
  auto second = workspace.TryIndex();
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  EXPECT_NE(ToStd(second.status().message()).find("the first writer"), std::string_view::npos);
  EXPECT_TRUE(Finds(workspace, "a"));  // readers are not disturbed
}

TEST(Indexer, OversizedAndBinaryFilesAreNamed) {
  TempWorkspace workspace;
  workspace.Write("big.c", std::string(5000, ' ') + "int in_big;\n");
  workspace.Write("binary.c", std::string("int x;\0\0\0", 9));
  workspace.Write("good.c", "int good;\n");
  IndexerOptions options = workspace.Options();
  options.walk.max_file_bytes = 4000;
  auto report = UpdateIndex(RealFileSystem(), options, nullptr, nullptr);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->files, 1u);
  EXPECT_EQ(report->skipped_count, 2u);
  std::string all;
  for (const std::string& line : report->skipped) all += line + "\n";
  EXPECT_NE(all.find("big.c"), std::string::npos) << all;
  EXPECT_NE(all.find("binary.c"), std::string::npos) << all;
}

TEST(Indexer, RootThatIsNoFolder) {
  TempWorkspace workspace;
  IndexerOptions options = workspace.Options();
  options.root += "/missing";
  EXPECT_TRUE(absl::IsNotFound(UpdateIndex(RealFileSystem(), options, nullptr, nullptr).status()));
}

}  // namespace
}  // namespace astrolabe
