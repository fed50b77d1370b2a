// Counters, gauges and histograms of this process, for `astrolabe stats`, logs and the debug pages.
//
// A metric is a constant-initialised object of static storage duration, so declaring one costs
// nothing at start-up:
//
//   inline constinit Counter files_scanned{"index.files_scanned", "files"};
//
// It enters the process-wide list with its first update, and one never updated is in no snapshot.
// Updates are lock-free, relaxed and safe from any thread, signal handlers included; uncontended, a
// counter's takes 2 ns and a histogram's 4. A snapshot is not one moment: updates made while it is
// taken may be in it or not, each on its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

enum class MetricKind { kCounter, kGauge, kHistogram };

// What the three kinds share: the name and the place in the list. `name` and `unit` must be string
// literals, names distinct: "layer.what", units in the plural: "files", "bytes", "ns".
class Metric {
 public:
  Metric(const Metric&) = delete;
  Metric& operator=(const Metric&) = delete;

  const char* name() const { return name_; }
  const char* unit() const { return unit_; }
  MetricKind kind() const { return kind_; }
  const Metric* next() const { return next_; }

 protected:
  constexpr Metric(const char* name, const char* unit, MetricKind kind)
      : name_(name), unit_(unit), kind_(kind) {}
  constexpr ~Metric() = default;

  void EnsureListed() {
    if (!listed_.load(std::memory_order_relaxed)) List();
  }

 private:
  void List();

  const char* const name_;
  const char* const unit_;
  const MetricKind kind_;
  std::atomic<bool> listed_{false};
  const Metric* next_ = nullptr;  // written once, before the list shows this metric
};

// Only grows.
class Counter final : public Metric {
 public:
  constexpr Counter(const char* name, const char* unit)
      : Metric(name, unit, MetricKind::kCounter) {}

  void Add(uint64_t amount = 1) {
    EnsureListed();
    value_.fetch_add(amount, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Goes up and down.
class Gauge final : public Metric {
 public:
  constexpr Gauge(const char* name, const char* unit) : Metric(name, unit, MetricKind::kGauge) {}

  void Set(int64_t value) {
    EnsureListed();
    value_.store(value, std::memory_order_relaxed);
  }
  void Add(int64_t amount) {
    EnsureListed();
    value_.fetch_add(amount, std::memory_order_relaxed);
  }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// The distribution of values, exact up to 31, beyond with a relative error of at most 1/32: each power
// of two is cut into 16 equal buckets (log-linear, as in HdrHistogram) and a quantile is the middle of
// its bucket. Sum and maximum are exact. About 8 kB each.
class Histogram final : public Metric {
 public:
  static constexpr size_t kBuckets = 976;

  constexpr Histogram(const char* name, const char* unit)
      : Metric(name, unit, MetricKind::kHistogram) {}

  void Record(uint64_t value) {
    EnsureListed();
    buckets_[BucketOf(value)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
    uint64_t max = max_.load(std::memory_order_relaxed);
    while (value > max && !max_.compare_exchange_weak(max, value, std::memory_order_relaxed)) {
    }
  }

  struct Summary {
    uint64_t count = 0;
    uint64_t sum = 0;
    uint64_t p50 = 0;
    uint64_t p90 = 0;
    uint64_t p99 = 0;
    uint64_t max = 0;
  };
  // A quantile q is the smallest value that at least q of the values do not exceed. All 0 if empty.
  Summary Summarize() const;

  static constexpr size_t BucketOf(uint64_t value) {
    if (value < 32) return static_cast<size_t>(value);
    const int shift = std::bit_width(value) - 5;
    return static_cast<size_t>(shift) * 16 + static_cast<size_t>(value >> shift);
  }

 private:
  std::array<std::atomic<uint64_t>, kBuckets> buckets_{};
  std::atomic<uint64_t> sum_{0};
  std::atomic<uint64_t> max_{0};
};

// One metric's state. `value` is a counter's or gauge's, `histogram` a histogram's.
struct MetricValue {
  std::string_view name;
  std::string_view unit;
  MetricKind kind = MetricKind::kCounter;
  int64_t value = 0;
  Histogram::Summary histogram;
};

// All metrics updated so far, sorted by name.
std::vector<MetricValue> SnapshotMetrics();

// One line each, for people: "index.files_scanned  55418 files".
std::string MetricsToText(const std::vector<MetricValue>& metrics);

// One object: {"index.files_scanned":{"unit":"files","value":55418},
// "index.scan":{"unit":"ns","count":…,"sum":…,"p50":…,"p90":…,"p99":…,"max":…}}.
std::string MetricsToJson(const std::vector<MetricValue>& metrics);

}  // namespace astrolabe
