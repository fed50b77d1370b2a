// Log lines go to stderr, those of the level and above, and messages are not built for nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/log.h"

#include <regex>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace astrolabe {
namespace {

// What `body` makes the log write.
template <typename Body>
std::vector<std::string> LinesOf(Body body) {
  testing::internal::CaptureStderr();
  body();
  const std::string text = testing::internal::GetCapturedStderr();
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

TEST(Log, WritesLinesOfTheLevelAndAbove) {
  ASSERT_TRUE(SetLogLevel("info").ok());
  const std::vector<std::string> lines = LinesOf([] {
    LogTrace("trace");
    LogDebug("debug");
    LogInfo("scanned ", 12, " files of ", std::string_view("rocksdb"));
    LogWarning("100 {} % {0}");  // no format string
    LogError("error");
  });
  ASSERT_EQ(lines.size(), 3u);
  const auto matches = [&](size_t line, const char* pattern) {
    return std::regex_match(lines[line], std::regex(pattern));
  };
  EXPECT_TRUE(matches(0, R"(\d\d:\d\d:\d\d\.\d{3} I scanned 12 files of rocksdb)")) << lines[0];
  EXPECT_TRUE(matches(1, R"(.* W 100 \{\} % \{0\})")) << lines[1];
  EXPECT_TRUE(matches(2, R"(.* E error)")) << lines[2];
}

TEST(Log, EveryLevelNameWorksAndOthersAreNamed) {
  int expected = 5;  // trace lets all five through, off none
  for (const char* name : {"trace", "debug", "info", "warning", "error", "off"}) {
    ASSERT_TRUE(SetLogLevel(name).ok());
    EXPECT_EQ(LinesOf([] {
                LogTrace("m");
                LogDebug("m");
                LogInfo("m");
                LogWarning("m");
                LogError("m");
              }).size(),
              static_cast<size_t>(expected--))
        << name;
  }
  const absl::Status status = SetLogLevel("loud");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("warning"), absl::string_view::npos) << status;
  EXPECT_NE(status.message().find("loud"), absl::string_view::npos) << status;
}

TEST(Log, LinesOfThreadsDoNotMix) {
  ASSERT_TRUE(SetLogLevel("info").ok());
  const std::vector<std::string> lines = LinesOf([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < 200; ++i) LogInfo(std::string(100, 'x'));
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  ASSERT_EQ(lines.size(), 800u);
  for (const std::string& line : lines) ASSERT_EQ(line.size(), lines[0].size());
}

}  // namespace
}  // namespace astrolabe
