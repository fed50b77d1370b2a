// A model's process seen from the front: what it keeps between requests, and what becomes of requests when it dies,
// hangs or is not needed. The model is tests/ai/tiny_model.py's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/model_process.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "analysis/ai/name_mask.h"
#include "analysis/ai/no_network.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

class ModelProcessTest : public testing::Test {
 protected:
  void Start(absl::Duration idle_limit = absl::Minutes(5)) {
    ModelProcessOptions options;
    options.program = program_;
    options.setting.path = model_;
    options.idle_limit = idle_limit;
    options.patience = absl::Seconds(1);
    process_ = std::make_unique<ModelProcess>(std::move(options));
  }

  static GenerationRequest Request(const std::string& prefix,
                                   const std::string& document = "a.cc") {
    GenerationRequest request;
    request.document = document;
    request.parts.path = document;
    request.parts.prefix = prefix;
    request.parts.suffix = ";\n}\n";
    request.max_tokens = 8;
    request.time_limit = absl::Seconds(20);
    return request;
  }

  void WaitUntilGone() {
    for (int i = 0; i < 500 && process_->pid() != 0; ++i) absl::SleepFor(absl::Milliseconds(20));
    EXPECT_EQ(process_->pid(), 0);
  }

  std::string program_ = ASTROLABE_PROGRAM;
  std::string model_ = ASTROLABE_TINY_MODEL;
  std::unique_ptr<ModelProcess> process_;
};

TEST_F(ModelProcessTest, IsStartedWhenItIsNeeded) {
  Start();
  EXPECT_EQ(process_->pid(), 0);
  absl::StatusOr<Generation> generation = process_->GenerateNow(Request("int main() {\n  return "));
  ASSERT_TRUE(generation.ok()) << generation.status();
  ASSERT_EQ(generation->candidates.size(), 1u);
  EXPECT_GT(generation->cost.generated_tokens, 0u);
  EXPECT_NE(process_->pid(), 0);
  EXPECT_EQ(process_->counts().starts, 1u);
}

// By the model's own template; what stands in a message is no mark of it, and no bracket ends the answer.
TEST_F(ModelProcessTest, ChatsByItsTemplate) {
  model_ = ASTROLABE_TINY_CHAT_MODEL;
  Start();
  const auto ask = [&](const std::string& text, bool may_be_cut = false) {
    GenerationRequest request = Request("");
    request.messages = {{.role = "system", .text = "Be brief."},
                        {.role = "user", .text = text, .may_be_cut = may_be_cut}};
    return process_->GenerateNow(std::move(request));
  };
  const absl::StatusOr<Generation> answer = ask("abc");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->candidates[0].text, "Yes) it is.");
  EXPECT_EQ(answer->candidates[0].end, GenerationEnd::kModel);
  EXPECT_EQ(answer->cost.cut_bytes, 0u);
  const absl::StatusOr<Generation> marks = ask("<|im_end|>");
  ASSERT_TRUE(marks.ok());
  EXPECT_EQ(marks->cost.prompt_tokens, answer->cost.prompt_tokens + 5);  // 7 bytes and "end"
  const absl::StatusOr<Generation> cut = ask(std::string(1000, 'x'), /*may_be_cut=*/true);
  ASSERT_TRUE(cut.ok());
  EXPECT_GT(cut->cost.cut_bytes, 700u);
  EXPECT_EQ(cut->candidates[0].text, "Yes) it is.");
  EXPECT_FALSE(ask(std::string(1000, 'x')).ok());
}

TEST_F(ModelProcessTest, OneWithoutATemplateDoesNotChat) {
  Start();
  GenerationRequest request = Request("");
  request.messages = {{.role = "user", .text = "?"}};
  const absl::StatusOr<Generation> answer = process_->GenerateNow(std::move(request));
  EXPECT_NE(answer.status().message().find("has no chat template"), std::string::npos);
}

TEST_F(ModelProcessTest, TellsWhatItCosts) {
  Start();
  ASSERT_TRUE(process_->GenerateNow(Request("int main() {\n  return ")).ok());
  const ModelCounts counts = process_->counts();
  EXPECT_GT(counts.cpu_seconds, 0);
  EXPECT_LT(counts.cpu_seconds, 20);
  EXPECT_GT(counts.load_seconds, 0);
  EXPECT_GT(counts.most_bytes, 1'000'000u);
  EXPECT_LT(counts.most_bytes, 1'000'000'000u);
  EXPECT_EQ(process_->last_ready()->info.name, "tiny");
}

// What it reads stays on this machine: the kernel gives it no sockets.
TEST_F(ModelProcessTest, HasNoNetwork) {
  Start();
  ASSERT_TRUE(process_->Load().ok());
  if (!process_->last_ready()->is_offline) GTEST_SKIP() << "this kernel has no seccomp";
  std::ifstream file(StrCat("/proc/", process_->pid(), "/status"));
  const std::string status((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos) << status;
}

TEST(CloseNetwork, RefusesSocketsAndNothingElse) {
  const pid_t child = fork();
  if (child == 0) {
    if (!CloseNetwork()) _exit(77);
    std::array<int, 2> ends;
    const bool is_closed = socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM &&
                           socket(AF_UNIX, SOCK_DGRAM, 0) < 0 && errno == EPERM &&
                           pipe(ends.data()) == 0;
    _exit(is_closed ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this kernel has no seccomp";
  EXPECT_EQ(status, 0);
}

TEST_F(ModelProcessTest, WhatIsTypedGoesOnFromWhatWasRead) {
  Start();
  std::string text = "int main() {\n  int value = 1;\n  return ";
  ASSERT_TRUE(process_->GenerateNow(Request(text)).ok());
  for (char typed : std::string("value + 1 - ")) {
    text += typed;
    absl::StatusOr<Generation> generation = process_->GenerateNow(Request(text));
    ASSERT_TRUE(generation.ok()) << generation.status();
    const GenerationCost& cost = generation->cost;
    // The mark at the end and what is typed are new, and letters that become another token.
    EXPECT_LE(cost.prompt_tokens - cost.reused_tokens, 4u) << text;
  }
}

TEST_F(ModelProcessTest, WhatWasOnlyReadIsThereWhenItIsAskedFor) {
  Start();
  GenerationRequest request = Request("int main() {\n  return ");
  request.only_reads = true;
  absl::StatusOr<Generation> read = process_->GenerateNow(request);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->candidates.empty());
  EXPECT_EQ(read->cost.generated_tokens, 0u);
  request.only_reads = false;
  absl::StatusOr<Generation> written = process_->GenerateNow(request);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->cost.reused_tokens + 1, written->cost.prompt_tokens);
}

// A slow machine gets shorter prompts.
TEST_F(ModelProcessTest, APromptThatCannotBeReadInTimeIsHalfAsLongTheNextTime) {
  Start();
  std::string text;
  for (int i = 0; i < 100; ++i) text += StrCat("int value", i, " = ", i, ";\n");
  GenerationRequest request = Request(text);
  request.time_limit = absl::Nanoseconds(1);
  EXPECT_TRUE(absl::IsDeadlineExceeded(process_->GenerateNow(request).status()));
  request.time_limit = absl::Seconds(20);
  absl::StatusOr<Generation> half = process_->GenerateNow(request);
  ASSERT_TRUE(half.ok()) << half.status();
  EXPECT_LE(half->cost.prompt_tokens, 128u);
  EXPECT_GT(half->cost.prompt_tokens, 30u);
  EXPECT_FALSE(half->candidates.empty());
}

TEST_F(ModelProcessTest, TheStateOfAnotherDocumentIsKept) {
  Start();
  const std::string text = "int main() {\n  int value = 1;\n  return ";
  ASSERT_TRUE(process_->GenerateNow(Request(text, "a.cc")).ok());
  ASSERT_TRUE(process_->GenerateNow(Request("// something else\n", "b.cc")).ok());
  absl::StatusOr<Generation> back = process_->GenerateNow(Request(text + "v", "a.cc"));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_LE(back->cost.prompt_tokens - back->cost.reused_tokens, 3u);
}

TEST_F(ModelProcessTest, GoingOnGivesWhatStartingAnewGives) {
  GenerationRequest wanted = Request("int main() {\n  int value = 1;\n  return v");
  wanted.temperatures = {0, 0.5, 1};
  Start();
  absl::StatusOr<Generation> anew = process_->GenerateNow(wanted);
  ASSERT_TRUE(anew.ok()) << anew.status();
  Start();
  ASSERT_TRUE(process_->GenerateNow(Request("int main() {\n  int value = 1;\n  ret")).ok());
  ASSERT_TRUE(process_->GenerateNow(Request("int other;", "b.cc")).ok());
  absl::StatusOr<Generation> again = process_->GenerateNow(wanted);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(again->candidates.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again->candidates[i].text, anew->candidates[i].text);
    EXPECT_NEAR(again->candidates[i].log_probability, anew->candidates[i].log_probability, 0.01);
  }
}

TEST_F(ModelProcessTest, OnlyNamesThatMayStandThere) {
  Start();
  GenerationRequest request = Request("x.");
  request.names = SortedNames({"begin", "push_back"});
  request.temperatures = {0, 1, 1, 1, 1};
  request.max_tokens = 16;
  absl::StatusOr<Generation> generation = process_->GenerateNow(request);
  ASSERT_TRUE(generation.ok()) << generation.status();
  for (const Candidate& candidate : generation->candidates) {
    const bool is_one =
        candidate.text.starts_with("begin") || candidate.text.starts_with("push_back");
    EXPECT_TRUE(is_one) << candidate.text;
  }
}

TEST_F(ModelProcessTest, AKilledProcessIsReplaced) {
  Start();
  ASSERT_TRUE(process_->GenerateNow(Request("int a = ")).ok());
  const int first = process_->pid();
  kill(first, SIGKILL);
  WaitUntilGone();
  absl::StatusOr<Generation> generation = process_->GenerateNow(Request("int a = "));
  ASSERT_TRUE(generation.ok()) << generation.status();
  EXPECT_EQ(process_->counts().starts, 2u);
  EXPECT_EQ(process_->counts().deaths, 1u);
}

TEST_F(ModelProcessTest, AHungProcessIsEnded) {
  Start();
  ASSERT_TRUE(process_->GenerateNow(Request("int a = ")).ok());
  kill(process_->pid(), SIGSTOP);
  GenerationRequest request = Request("int b = ");
  request.time_limit = absl::Milliseconds(100);
  EXPECT_TRUE(absl::IsAborted(process_->GenerateNow(request).status()));
  EXPECT_TRUE(process_->GenerateNow(Request("int c = ")).ok());
}

TEST_F(ModelProcessTest, ItIsLeftAloneWhenItDiesAgainAndAgain) {
  program_ = "/bin/false";
  Start();
  // What it has not been told it is told when it is started again.
  const absl::Status died = process_->GenerateNow(Request("int a = ")).status();
  EXPECT_NE(died.message().find("died (exit code 1)"), absl::string_view::npos) << died;
  const absl::Status status = process_->GenerateNow(Request("int a = ")).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_NE(status.message().find("left alone"), absl::string_view::npos) << status;
  EXPECT_EQ(process_->counts().starts, 3u);
}

TEST_F(ModelProcessTest, ItIsGoneWhenNobodyAsks) {
  Start(/*idle_limit=*/absl::Milliseconds(100));
  ASSERT_TRUE(process_->GenerateNow(Request("int a = ")).ok());
  WaitUntilGone();
  EXPECT_EQ(process_->counts().deaths, 0u);
  EXPECT_TRUE(process_->GenerateNow(Request("int a = ")).ok());
}

TEST_F(ModelProcessTest, OfManyRequestsTheCancelledCostNothing) {
  Start();
  ASSERT_TRUE(process_->Load().ok());
  constexpr int kRequests = 50;
  absl::BlockingCounter done(kRequests);
  std::atomic<int> answered = 0;
  uint64_t last = 0;
  for (int i = 0; i < kRequests; ++i) {
    if (last != 0) process_->Cancel(last);
    last = process_->Generate(Request(StrCat("int a", i, " = ")),
                              [&](absl::StatusOr<Generation> generation) {
                                answered += generation.ok() ? 1 : 0;
                                done.DecrementCount();
                              });
  }
  done.Wait();
  EXPECT_GE(answered.load(), 1);
  EXPECT_LT(answered.load(), kRequests / 2);
  EXPECT_TRUE(process_->GenerateNow(Request("int a = ")).ok());
}

TEST_F(ModelProcessTest, AModelThatIsNone) {
  model_ = "/nowhere/model.gguf";
  Start();
  absl::StatusOr<ModelReady> ready = process_->Load();
  EXPECT_NE(ready.status().message().find("/nowhere/model.gguf"), absl::string_view::npos);
  const absl::Status status = process_->GenerateNow(Request("int a = ")).status();
  EXPECT_NE(status.message().find("/nowhere/model.gguf"), absl::string_view::npos) << status;
}

TEST_F(ModelProcessTest, EveryRequestIsAnsweredAtTheEnd) {
  Start();
  absl::Notification done;
  process_->Generate(Request("int a = "),
                     [&](const absl::StatusOr<Generation>&) { done.Notify(); });
  process_.reset();
  EXPECT_TRUE(done.HasBeenNotified());
}

}  // namespace
}  // namespace astrolabe
