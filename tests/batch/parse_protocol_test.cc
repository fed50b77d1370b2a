// Messages between the front and its parsing processes: whole, cut off, damaged, and over a socket whose
// other end goes away.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/parse_protocol.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "tests/batch/fuzz_parse_protocol.h"

namespace astrolabe {
namespace {

Job SampleJob() {
  Job job;
  job.number = 7;
  job.kind = JobKind::kUnit;
  job.file = "/w/größe.cc";
  job.directory = "/w";
  job.cc1 = {"-triple", "x86_64", ""};
  job.macros = "#undef A\n#define A 1\n";
  job.headers = {"<a.h>", "\"b.h\""};
  job.command_digest = 0xFFFFFFFFFFFFFFFF;
  job.reason = "only 1 with these flags";
  job.expected_closure = {1, 2, 0x8000000000000000};
  job.changed_macros = {"A"};
  return job;
}

Ready SampleReady() {
  Ready ready;
  ready.bad_headers = {0, 3};
  ready.errors = {"a.h:1:1: unknown type name 'x'"};
  ready.seconds = 0.25;
  ready.cpu_seconds = 0.125;
  ready.resident_bytes = uint64_t{1} << 40;
  return ready;
}

JobResult SampleResult() {
  JobResult result;
  result.status = ResultStatus::kMacroMisfit;
  result.reason = "a.h uses one of b.h";
  result.error_count = 2;
  result.errors = {"one", "two"};
  result.dropped_candidates = 5;
  result.parse_seconds = 1.5;
  result.collect_seconds = 0.5;
  result.shard = std::string("\0\1binary", 8);
  return result;
}

// Each kind of message as the fuzzer takes it: its number there, then the bytes.
std::vector<std::string> Samples() {
  std::vector<std::string> samples;
  samples.push_back('\0' + EncodeHello({"/w", 4096}));
  samples.push_back('\1' + EncodeJob(SampleJob()));
  samples.push_back('\2' + EncodeReady(SampleReady()));
  samples.push_back('\3' + EncodeEnded({9, -1, 11, 2.5}));
  samples.push_back('\4' + EncodeResult(SampleResult()));
  return samples;
}

// Aborts if what decodes is not the same message when it is sent on.
void Feed(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

TEST(ParseProtocol, MessagesArriveAsTheyWereSent) {
  absl::StatusOr<Hello> hello = DecodeHello(EncodeHello({"/w", 4096}));
  ASSERT_TRUE(hello.ok());
  EXPECT_EQ(hello->workspace_root, "/w");
  EXPECT_EQ(hello->memory_limit, 4096u);

  Job sent = SampleJob();
  absl::StatusOr<Job> job = DecodeJob(EncodeJob(sent));
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->number, sent.number);
  EXPECT_EQ(job->kind, sent.kind);
  EXPECT_EQ(job->file, sent.file);
  EXPECT_EQ(job->directory, sent.directory);
  EXPECT_EQ(job->cc1, sent.cc1);
  EXPECT_EQ(job->macros, sent.macros);
  EXPECT_EQ(job->headers, sent.headers);
  EXPECT_EQ(job->command_digest, sent.command_digest);
  EXPECT_EQ(job->reason, sent.reason);
  EXPECT_EQ(job->expected_closure, sent.expected_closure);
  EXPECT_EQ(job->changed_macros, sent.changed_macros);

  absl::StatusOr<Ready> ready = DecodeReady(EncodeReady(SampleReady()));
  ASSERT_TRUE(ready.ok());
  EXPECT_EQ(ready->bad_headers, SampleReady().bad_headers);
  EXPECT_EQ(ready->errors, SampleReady().errors);
  EXPECT_EQ(ready->seconds, 0.25);
  EXPECT_EQ(ready->cpu_seconds, 0.125);
  EXPECT_EQ(ready->resident_bytes, uint64_t{1} << 40);

  absl::StatusOr<Ended> ended = DecodeEnded(EncodeEnded({9, -1, 11, 2.5}));
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->job, 9u);
  EXPECT_EQ(ended->exit_code, -1);
  EXPECT_EQ(ended->signal, 11);
  EXPECT_EQ(ended->cpu_seconds, 2.5);

  JobResult result = SampleResult();
  absl::StatusOr<JobResult> got = DecodeResult(EncodeResult(result));
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->status, result.status);
  EXPECT_EQ(got->reason, result.reason);
  EXPECT_EQ(got->error_count, result.error_count);
  EXPECT_EQ(got->errors, result.errors);
  EXPECT_EQ(got->dropped_candidates, result.dropped_candidates);
  EXPECT_EQ(got->parse_seconds, result.parse_seconds);
  EXPECT_EQ(got->collect_seconds, result.collect_seconds);
  EXPECT_EQ(got->shard, result.shard);
}

TEST(ParseProtocol, CutOffAnywhereIsDataLoss) {
  for (const std::string& sample : Samples()) {
    for (size_t size = 0; size + 1 < sample.size(); ++size) {
      std::string_view cut(sample.data() + 1, size);
      absl::Status status;
      switch (sample[0]) {
        case 0:
          status = DecodeHello(cut).status();
          break;
        case 1:
          status = DecodeJob(cut).status();
          break;
        case 2:
          status = DecodeReady(cut).status();
          break;
        case 3:
          status = DecodeEnded(cut).status();
          break;
        default:
          status = DecodeResult(cut).status();
      }
      EXPECT_TRUE(absl::IsDataLoss(status))
          << int{sample[0]} << " cut to " << size << ": " << status;
    }
  }
}

TEST(ParseProtocol, DamageAtEveryByte) {
  for (const std::string& sample : Samples()) {
    for (size_t at = 1; at < sample.size(); ++at) {
      for (int value : {0, 1, 0x7F, 0x80, 0xFF}) {
        std::string damaged = sample;
        damaged[at] = static_cast<char>(value);
        Feed(damaged);
      }
      // A length, were there one at this place, that no machine has memory for.
      std::string damaged = sample;
      std::memset(&damaged[at], 0xFF, std::min<size_t>(8, damaged.size() - at));
      Feed(damaged);
    }
  }
}

TEST(ParseProtocol, AResultWithAnUnknownStatusIsDataLoss) {
  std::string bytes = EncodeResult(SampleResult());
  bytes[0] = 100;
  EXPECT_TRUE(absl::IsDataLoss(DecodeResult(bytes).status()));
}

class Frames : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    here_ = UniqueFd(ends[0]);
    there_ = UniqueFd(ends[1]);
  }

  UniqueFd here_;
  UniqueFd there_;
};

TEST_F(Frames, OneAfterTheOther) {
  ASSERT_TRUE(SendFrame(here_.get(), MessageType::kJob, "one").ok());
  ASSERT_TRUE(SendFrame(here_.get(), MessageType::kKill, "").ok());
  absl::StatusOr<Frame> first = ReceiveFrame(there_.get());
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->Is(MessageType::kJob));
  EXPECT_EQ(first->payload, "one");
  EXPECT_TRUE(first->descriptors.empty());
  absl::StatusOr<Frame> second = ReceiveFrame(there_.get());
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->Is(MessageType::kKill));
  EXPECT_EQ(second->payload, "");
}

TEST_F(Frames, DescriptorsStayWithTheirFrame) {
  int pipe_ends[2];
  ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  UniqueFd read_end(pipe_ends[0]);
  UniqueFd write_end(pipe_ends[1]);
  ASSERT_TRUE(SendFrame(here_.get(), MessageType::kHello, "without").ok());
  ASSERT_TRUE(
      SendFrame(here_.get(), MessageType::kJob, "with", {read_end.get(), write_end.get()}).ok());
  EXPECT_TRUE(ReceiveFrame(there_.get())->descriptors.empty());
  absl::StatusOr<Frame> frame = ReceiveFrame(there_.get());
  ASSERT_TRUE(frame.ok());
  ASSERT_EQ(frame->descriptors.size(), 2u);
  ASSERT_EQ(write(write_end.get(), "x", 1), 1);
  char got = 0;
  ASSERT_EQ(read(frame->descriptors[0].get(), &got, 1), 1);
  EXPECT_EQ(got, 'x');
  // Not to be inherited by whatever a process starts.
  EXPECT_NE(fcntl(frame->descriptors[1].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(Frames, LargerThanTheSocketsBuffer) {
  const std::string payload(8'000'000, 'x');
  std::thread sender([&] { EXPECT_TRUE(SendFrame(here_.get(), MessageType::kJob, payload).ok()); });
  absl::StatusOr<Frame> frame = ReceiveFrame(there_.get());
  sender.join();
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame->payload, payload);
}

TEST_F(Frames, TheOtherEndIsGone) {
  there_.Reset();
  EXPECT_TRUE(absl::IsUnavailable(ReceiveFrame(here_.get()).status()));
  EXPECT_TRUE(absl::IsUnavailable(SendFrame(here_.get(), MessageType::kJob, "x")));
}

TEST_F(Frames, TheOtherEndDiesWithinAFrame) {
  const uint32_t head[2] = {static_cast<uint32_t>(MessageType::kReady), 100};
  for (size_t sent : {1, 4, 7, 8, 9, 107}) {
    SetUp();
    std::string bytes(reinterpret_cast<const char*>(head), sizeof(head));
    bytes.resize(sent, 'x');
    ASSERT_EQ(write(here_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(sent));
    here_.Reset();
    EXPECT_TRUE(absl::IsUnavailable(ReceiveFrame(there_.get()).status())) << sent << " bytes";
  }
}

TEST_F(Frames, ALengthThatCannotBe) {
  const uint32_t head[2] = {static_cast<uint32_t>(MessageType::kReady), 0xFFFFFFFF};
  ASSERT_EQ(write(here_.get(), head, sizeof(head)), static_cast<ssize_t>(sizeof(head)));
  EXPECT_TRUE(absl::IsDataLoss(ReceiveFrame(there_.get()).status()));
}

}  // namespace
}  // namespace astrolabe
