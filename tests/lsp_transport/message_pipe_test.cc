// Reader and writer on real pipes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "base/unique_fd.h"
#include "lsp/transport/message_reader.h"
#include "lsp/transport/message_writer.h"

namespace astrolabe::lsp {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    read_end.Reset(ends[0]);
    write_end.Reset(ends[1]);
  }
  UniqueFd read_end;
  UniqueFd write_end;
};

TEST(MessagePipe, WhatIsWrittenIsRead) {
  Pipe pipe;
  const std::vector<std::string> contents = {"{}", "", std::string(300'000, 'x'), "\r\n\r\n"};
  std::thread writing([&] {
    MessageWriter writer(pipe.write_end.get());
    for (const auto& content : contents) EXPECT_TRUE(writer.Write(content).ok());
    EXPECT_TRUE(writer.Flush(absl::InfiniteDuration()).ok());
    pipe.write_end.Reset();
  });
  MessageReader reader(pipe.read_end.get());
  for (const auto& content : contents) EXPECT_EQ(reader.Read().value_or("?"), content);
  EXPECT_EQ(reader.Read().status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(reader.ended());
  writing.join();
}

TEST(MessageReader, AnEndInsideAMessageIsDamage) {
  Pipe pipe;
  const std::string_view half = "Content-Length: 10\r\n\r\n{";
  ASSERT_EQ(write(pipe.write_end.get(), half.data(), half.size()),
            static_cast<ssize_t>(half.size()));
  pipe.write_end.Reset();
  MessageReader reader(pipe.read_end.get());
  EXPECT_EQ(reader.Read().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(reader.ended());
  EXPECT_EQ(reader.Read().status().code(), absl::StatusCode::kOutOfRange);
}

TEST(MessageReader, WaitsOnADescriptorThatDoesNotBlock) {
  Pipe pipe;
  ASSERT_EQ(fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK), 0);
  MessageReader reader(pipe.read_end.get());
  std::thread writing([&] {
    MessageWriter writer(pipe.write_end.get());
    EXPECT_TRUE(writer.Write("late").ok());
  });
  EXPECT_EQ(reader.Read().value_or("?"), "late");
  writing.join();
}

TEST(MessageReader, ADescriptorThatCannotBeReadEnds) {
  MessageReader reader(-1);
  EXPECT_FALSE(reader.Read().ok());
  EXPECT_TRUE(reader.ended());
}

TEST(MessageWriter, MessagesOfManyThreadsDoNotInterleave) {
  Pipe pipe;
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  std::set<std::string> expected;
  for (int thread = 0; thread < kThreads; ++thread) {
    for (int i = 0; i < kEach; ++i) {
      expected.insert(StrCat(thread, ":", i, ":", std::string(static_cast<size_t>(i) * 100, 'a')));
    }
  }
  std::set<std::string> seen;
  {
    MessageWriter writer(pipe.write_end.get());
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&writer, thread] {
        for (int i = 0; i < kEach; ++i) {
          EXPECT_TRUE(writer
                          .Write(StrCat(thread, ":", i, ":",
                                        std::string(static_cast<size_t>(i) * 100, 'a')))
                          .ok());
        }
      });
    }
    MessageReader reader(pipe.read_end.get());
    for (int i = 0; i < kThreads * kEach; ++i) seen.insert(reader.Read().value_or("?"));
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(seen, expected);
}

TEST(MessageWriter, DoesNotWaitForAClientThatDoesNotRead) {
  Pipe pipe;
  MessageWriter writer(pipe.write_end.get());
  const std::string large(1 << 20, 'x');  // far more than the pipe holds
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(writer.Write(large).ok());
  EXPECT_EQ(writer.Flush(absl::ZeroDuration()).code(), absl::StatusCode::kDeadlineExceeded);
  pipe.read_end.Reset();  // and nor does the destructor
}

TEST(MessageWriter, SurvivesAClientThatHasClosedItsEnd) {
  Pipe pipe;
  pipe.read_end.Reset();
  MessageWriter writer(pipe.write_end.get());
  EXPECT_TRUE(writer.Write("{}").ok());  // queued
  EXPECT_EQ(writer.Flush(absl::InfiniteDuration()).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(writer.Write("{}").code(), absl::StatusCode::kUnavailable);
}

TEST(MessageWriter, GivesUpOnAClientForWhomTooMuchIsWaiting) {
  Pipe pipe;
  MessageWriter writer(pipe.write_end.get(), /*queue_limit=*/1000);
  EXPECT_TRUE(writer.Write(std::string(500, 'x')).ok());
  absl::Status status;
  // Nobody reads; the pipe takes 64 KiB, the queue 1000 bytes.
  for (int i = 0; i < 1000 && status.ok(); ++i) status = writer.Write(std::string(900, 'x'));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace astrolabe::lsp
