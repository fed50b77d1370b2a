// Traces are parsed back and must say what happened, from all threads, cut short or not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/trace.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "base/json_text.h"
#include "gtest/gtest.h"
#include "tests/base/temp_directory.h"

namespace astrolabe {
namespace {

using nlohmann::json;

json Parse(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return json::parse(text.str());
}

// The spans (not the names of threads) of a trace.
std::vector<json> Spans(const json& trace) {
  std::vector<json> result;
  for (const json& event : trace) {
    if (event["ph"] == "X") result.push_back(event);
  }
  return result;
}

TEST(Trace, SpansHaveTimesThreadsAndArguments) {
  TempDirectory directory;
  ASSERT_TRUE(StartTrace(directory / "t.json").ok());
  {
    TraceSpan outer("outer", "file", "a \"quoted\"\\ name\n\xff");
    outer.Arg("lines", int64_t{42});
    TraceSpan inner("inner");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ASSERT_TRUE(StopTrace().ok());
  const std::vector<json> spans = Spans(Parse(directory / "t.json"));
  ASSERT_EQ(spans.size(), 2u);
  const json& inner = spans[0];
  const json& outer = spans[1];
  EXPECT_EQ(inner["name"], "inner");
  EXPECT_EQ(outer["name"], "outer");
  EXPECT_EQ(outer["args"]["file"], "a \"quoted\"\\ name\n\xEF\xBF\xBD");
  EXPECT_EQ(outer["args"]["lines"], 42);
  EXPECT_FALSE(inner.contains("args"));
  EXPECT_EQ(outer["pid"], ::getpid());
  EXPECT_EQ(outer["tid"], ::gettid());
  EXPECT_GE(inner["dur"].get<double>(), 5'000);  // microseconds
  EXPECT_LT(inner["dur"].get<double>(), 5e6);
  EXPECT_LE(outer["ts"].get<double>(), inner["ts"].get<double>());
  EXPECT_GE(outer["ts"].get<double>() + outer["dur"].get<double>(),
            inner["ts"].get<double>() + inner["dur"].get<double>());
}

TEST(Trace, OtherProcessesHaveTracksOfTheirOwn) {
  TempDirectory directory;
  ASSERT_TRUE(StartTrace(directory / "t.json").ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  TraceLane(0, "unit", 0.002, "file", "a.cc");
  TraceLane(1, "unit", 0.001, "file", "b.cc");
  ASSERT_TRUE(StopTrace().ok());
  const std::vector<json> spans = Spans(Parse(directory / "t.json"));
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0]["args"]["file"], "a.cc");
  EXPECT_EQ(spans[0]["dur"], 2'000);  // microseconds
  EXPECT_GE(spans[0]["ts"].get<double>(), 2'000);
  EXPECT_NE(spans[0]["tid"], spans[1]["tid"]);
  EXPECT_NE(spans[0]["tid"], ::gettid());
}

TEST(Trace, AllSpansOfAllThreadsArrive) {
  TempDirectory directory;
  // Enough that every thread hands over more than once.
  constexpr int kThreads = 4;
  constexpr int kSpans = 3'000;
  ASSERT_TRUE(StartTrace(directory / "t.json").ok());
  std::atomic<int> finished{0};
  std::atomic<bool> leave{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      NameThisThread("worker " + std::to_string(t));
      for (int i = 0; i < kSpans; ++i) TraceSpan span("work", "index", std::to_string(i));
      ++finished;
      // Two threads end before the trace does, two outlive it.
      while (t >= 2 && !leave) std::this_thread::yield();
    });
  }
  threads[0].join();
  threads[1].join();
  while (finished < kThreads) std::this_thread::yield();
  ASSERT_TRUE(StopTrace().ok());
  leave = true;
  threads[2].join();
  threads[3].join();

  const json trace = Parse(directory / "t.json");
  std::map<int, std::set<std::string>> indices;
  for (const json& span : Spans(trace)) {
    indices[span["tid"].get<int>()].insert(span["args"]["index"].get<std::string>());
  }
  ASSERT_EQ(indices.size(), static_cast<size_t>(kThreads));
  for (const auto& [tid, seen] : indices) EXPECT_EQ(seen.size(), static_cast<size_t>(kSpans));
  std::set<std::string> names;
  for (const json& event : trace) {
    if (event["ph"] == "M") names.insert(event["args"]["name"].get<std::string>());
  }
  for (const char* name : {"worker 0", "worker 1", "worker 2", "worker 3"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(Trace, NothingIsRecordedWhenOffAndNothingLeaksIntoTheNextTrace) {
  TempDirectory directory;
  {
    TraceSpan span("before");
  }
  ASSERT_TRUE(StartTrace(directory / "1.json").ok());
  auto open_across = std::make_unique<TraceSpan>("across");
  {
    TraceSpan span("first");
  }
  ASSERT_TRUE(StopTrace().ok());
  {
    TraceSpan span("between");
  }
  ASSERT_TRUE(StartTrace(directory / "2.json").ok());
  open_across.reset();
  {
    TraceSpan span("second");
  }
  ASSERT_TRUE(StopTrace().ok());
  for (const auto& [file, name] : {std::pair{"1.json", "first"}, std::pair{"2.json", "second"}}) {
    const std::vector<json> spans = Spans(Parse(directory / file));
    ASSERT_EQ(spans.size(), 1u) << file;
    EXPECT_EQ(spans[0]["name"], name);
  }
}

TEST(Trace, EmptyTraceIsValid) {
  TempDirectory directory;
  ASSERT_TRUE(StartTrace(directory / "t.json").ok());
  ASSERT_TRUE(StopTrace().ok());
  EXPECT_EQ(Parse(directory / "t.json"), json::array());
}

TEST(Trace, StartAndStopInTheWrongOrderAreErrors) {
  TempDirectory directory;
  EXPECT_EQ(StopTrace().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(StartTrace(directory / "t.json").ok());
  EXPECT_EQ(StartTrace(directory / "u.json").code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(StopTrace().ok());
}

TEST(Trace, UnwritablePlaceIsReported) {
  const absl::Status missing = StartTrace("/nonexistent/t.json");
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(missing.message().find("/nonexistent/t.json"), absl::string_view::npos) << missing;
  EXPECT_EQ(StartTrace("/dev/full").code(), absl::StatusCode::kResourceExhausted);
  // Neither left a trace running.
  EXPECT_EQ(StopTrace().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Trace, KilledProcessLeavesAValidFile) {
  TempDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    if (!StartTrace(directory / "t.json").ok()) ::_exit(1);
    for (int i = 0; i < 5'000; ++i) TraceSpan span("work", "index", std::to_string(i));
    ::_exit(0);  // no destructors, no StopTrace
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  const std::vector<json> spans = Spans(Parse(directory / "t.json"));
  EXPECT_GT(spans.size(), 1'000u);
  EXPECT_LT(spans.size(), 5'000u);  // or the buffer was not what was tested
}

TEST(Trace, ForkedChildStaysOutOfItsParentsTrace) {
  TempDirectory directory;
  ASSERT_TRUE(StartTrace(directory / "t.json").ok());
  {
    TraceSpan span("parent");
  }
  const pid_t child = ::fork();
  if (child == 0) {
    for (int i = 0; i < 5'000; ++i) TraceSpan span("child");
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_TRUE(StopTrace().ok());
  const std::vector<json> spans = Spans(Parse(directory / "t.json"));
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0]["name"], "parent");
}

TEST(JsonText, KeepsUtf8AndReplacesWhatIsNot) {
  const std::string valid = "\x01\x1f\" \\ / ä € 😀 \x7f";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {valid, valid},
      {std::string("a\0b", 3), std::string("a\0b", 3)},
      {"\xC0\xAF", "\uFFFD\uFFFD"},                      // overlong
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},            // surrogate
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // above U+10FFFF
      {"x\xE2\x82", "x\uFFFD\uFFFD"},                    // cut off
      {"\xF0\x9F\x98", "\uFFFD\uFFFD\uFFFD"},
  };
  for (const auto& [text, expected] : cases) {
    std::string out;
    AppendJsonString(out, text);
    EXPECT_EQ(json::parse(out).get<std::string>(), expected);
  }
}

}  // namespace
}  // namespace astrolabe
