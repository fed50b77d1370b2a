// Metrics: exact counts from many threads, quantiles against exact ones, output that parses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "gtest/gtest.h"

namespace astrolabe {
namespace {

constinit Counter files{"test.files", "files"};
[[maybe_unused]] constinit Counter never_touched{"test.never_touched", "files"};
constinit Gauge level{"test.level", "bytes"};
constinit Histogram latency{"test.latency", "ns"};
constinit Counter odd_name{"test.\"odd\"\n\xff", "files"};

const MetricValue* Find(const std::vector<MetricValue>& metrics, std::string_view name) {
  for (const MetricValue& metric : metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

TEST(Metrics, CountFromManyThreads) {
  static constinit Histogram sizes{"test.threads.sizes", "bytes"};
  static constinit Counter events{"test.threads.events", "events"};
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (uint64_t i = 0; i < 10'000; ++i) {
        events.Add();
        sizes.Record(t * 10'000 + i);
      }
    });
  }
  for (int i = 0; i < 100; ++i) SnapshotMetrics();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(events.value(), 40'000u);
  const Histogram::Summary summary = sizes.Summarize();
  EXPECT_EQ(summary.count, 40'000u);
  EXPECT_EQ(summary.sum, uint64_t{39'999} * 40'000 / 2);
  EXPECT_EQ(summary.max, 39'999u);
}

TEST(Metrics, BucketsAreContiguousAndMonotonic) {
  EXPECT_EQ(Histogram::BucketOf(0), 0u);
  EXPECT_EQ(Histogram::BucketOf(~uint64_t{0}), Histogram::kBuckets - 1);
  for (uint64_t value = 1; value < 1'000'000; ++value) {
    const size_t step = Histogram::BucketOf(value) - Histogram::BucketOf(value - 1);
    ASSERT_LE(step, 1u) << value;
  }
}

// The promised relative error against quantiles of the sorted values, for distributions of different
// shapes and sizes.
TEST(Metrics, QuantilesAgreeWithExactOnes) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> lognormal(10, 2);
  std::uniform_int_distribution<uint64_t> uniform(0, 1'000'000'000'000);
  std::geometric_distribution<uint64_t> small(0.2);
  const std::vector<std::function<uint64_t()>> sources = {
      [&] { return static_cast<uint64_t>(lognormal(random)); },
      [&] { return uniform(random); },
      [&] { return small(random); },
      [&] { return uint64_t{12'345}; },
  };
  for (size_t source = 0; source < sources.size(); ++source) {
    for (const size_t count : {1u, 2u, 10u, 99u, 100u, 101u, 20'000u}) {
      auto histogram = std::make_unique<Histogram>("test.quantiles", "ns");
      // It enters the list, so it has to live on: leaked on purpose, as static metrics are.
      Histogram& metric = *histogram.release();
      std::vector<uint64_t> values(count);
      for (uint64_t& value : values) metric.Record(value = sources[source]());
      std::sort(values.begin(), values.end());
      const Histogram::Summary summary = metric.Summarize();
      const auto check = [&](double q, uint64_t found) {
        const size_t rank = static_cast<size_t>(std::ceil(q * static_cast<double>(count)));
        const double exact = static_cast<double>(values[rank - 1]);
        EXPECT_NEAR(static_cast<double>(found), exact, exact < 32 ? 0 : exact / 32)
            << "source " << source << ", " << count << " values, quantile " << q;
      };
      check(0.50, summary.p50);
      check(0.90, summary.p90);
      check(0.99, summary.p99);
      EXPECT_EQ(summary.max, values.back());
      EXPECT_EQ(summary.count, count);
    }
  }
}

TEST(Metrics, SnapshotIsSortedAndHoldsOnlyWhatWasTouched) {
  files.Add(3);
  files.Add();
  level.Set(100);
  level.Add(-150);
  latency.Record(7);
  const std::vector<MetricValue> metrics = SnapshotMetrics();
  EXPECT_TRUE(std::is_sorted(metrics.begin(), metrics.end(),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));
  EXPECT_EQ(Find(metrics, "test.never_touched"), nullptr);
  ASSERT_NE(Find(metrics, "test.files"), nullptr);
  EXPECT_EQ(Find(metrics, "test.files")->value, static_cast<int64_t>(files.value()));
  EXPECT_EQ(Find(metrics, "test.level")->value, -50);
  EXPECT_EQ(Find(metrics, "test.latency")->histogram.p50, 7u);
}

TEST(Metrics, TextHasOneLineEach) {
  const std::vector<MetricValue> metrics = {
      {.name = "a", .unit = "files", .kind = MetricKind::kCounter, .value = 12},
      {.name = "a.longer",
       .unit = "ns",
       .kind = MetricKind::kHistogram,
       .histogram = {.count = 3, .sum = 60, .p50 = 20, .p90 = 30, .p99 = 30, .max = 30}},
  };
  EXPECT_EQ(MetricsToText(metrics),
            "a         12 files\n"
            "a.longer  3 times, p50 20, p90 30, p99 30, max 30, sum 60 ns\n");
}

TEST(Metrics, JsonParsesBackWhateverTheName) {
  odd_name.Add(5);
  files.Add();
  latency.Record(1'000);
  const auto json = nlohmann::json::parse(MetricsToJson(SnapshotMetrics()));
  EXPECT_EQ(json["test.files"]["value"], files.value());
  EXPECT_EQ(json["test.files"]["unit"], "files");
  EXPECT_EQ(json["test.latency"]["max"], 1'000);
  EXPECT_EQ(json["test.\"odd\"\n\xEF\xBF\xBD"]["value"], 5);
  EXPECT_EQ(MetricsToJson({}), "{}");
}

}  // namespace
}  // namespace astrolabe
