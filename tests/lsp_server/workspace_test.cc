// One root folder's index as the server keeps it, without a compiler: tier 0 alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/workspace.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>

#include "absl/synchronization/mutex.h"
#include "lsp/handlers/asked_symbol.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe::lsp {
namespace {

class WorkspaceTest : public testing::Test {
 protected:
  WorkspaceTest() {
    WorkspaceHooks hooks;
    hooks.tell = [](LogLevel, const std::string&) {};
    hooks.progress = [] { return nullptr; };
    hooks.index_changed = [this] {
      const std::shared_ptr<const Snapshot> snapshot = workspace_->indexes().snapshot;
      absl::MutexLock lock(&mutex_);
      if (snapshot != nullptr) told_.insert(snapshot->generation);
    };
    WorkspaceSettings settings{.root = folder_.root(), .index_dir = folder_.index_dir()};
    workspace_ = std::make_unique<Workspace>(std::move(settings), std::move(hooks));
  }

  // Whether so many states of the index have been told.
  bool AreTold(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto are = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return told_.size() >= count; };
    return mutex_.AwaitWithTimeout(absl::Condition(&are), absl::Seconds(60));
  }

  TempWorkspace folder_;
  absl::Mutex mutex_;
  std::set<uint64_t> told_ ABSL_GUARDED_BY(mutex_);  // generations
  std::unique_ptr<Workspace> workspace_;             // last: its threads use the above
};

TEST_F(WorkspaceTest, EachNewStateOfTheIndexIsTold) {
  folder_.Write("a.cc", "int first;\n");
  workspace_->Start(/*own_watch=*/false);
  ASSERT_TRUE(AreTold(1));
  folder_.Write("b.cc", "int second;\n");
  workspace_->FilesChanged();
  EXPECT_TRUE(AreTold(2));
}

TEST_F(WorkspaceTest, WhatNobodyWaitsForIsNotLookedFor) {
  folder_.Write("a.cc", "int legs;\nint f() { return legs; }\n");
  workspace_->Start(/*own_watch=*/false);
  ASSERT_TRUE(AreTold(1));
  SemanticRequest request;
  request.question = SemanticQuestion::kReferences;
  request.argument = NameArgument{.scope = {}, .name = "legs", .anchored = false};
  const RequestContext context(nullptr);
  std::atomic<bool> stop = false;
  const auto count = [&] {
    return Ask(*workspace_, workspace_->indexes(), request, {.context = context, .stop = stop})
        ->hits.size();
  };
  EXPECT_EQ(count(), 2u);
  stop = true;
  EXPECT_EQ(count(), 0u);
}

}  // namespace
}  // namespace astrolabe::lsp
