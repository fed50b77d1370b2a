// The list of metrics is a stack without removal: linked by compare-and-swap, walked without a
// lock.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/metrics.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "base/json_text.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constinit std::atomic<const Metric*> listed_metrics{nullptr};

// The middle of a bucket, rounded down.
uint64_t Middle(size_t bucket) {
  if (bucket < 32) return bucket;
  const int shift = static_cast<int>(bucket / 16) - 1;
  const uint64_t low = (bucket % 16 + 16) << shift;
  return low + ((uint64_t{1} << shift) - 1) / 2;
}

void AppendHistogram(std::string& out, const Histogram::Summary& summary) {
  absl::StrAppendFormat(&out, R"("count":%d,"sum":%d,"p50":%d,"p90":%d,"p99":%d,"max":%d)",
                        summary.count, summary.sum, summary.p50, summary.p90, summary.p99,
                        summary.max);
}

}  // namespace

void Metric::List() {
  if (listed_.exchange(true, std::memory_order_relaxed)) return;
  const Metric* head = listed_metrics.load(std::memory_order_relaxed);
  do {
    next_ = head;
  } while (!listed_metrics.compare_exchange_weak(head, this, std::memory_order_release,
                                                 std::memory_order_relaxed));
}

Histogram::Summary Histogram::Summarize() const {
  Summary result;
  std::array<uint64_t, kBuckets> counts;
  for (size_t i = 0; i < kBuckets; ++i) {
    counts[i] = buckets_[i].load(std::memory_order_relaxed);
    result.count += counts[i];
  }
  result.sum = sum_.load(std::memory_order_relaxed);
  result.max = max_.load(std::memory_order_relaxed);
  if (result.count == 0) return result;
  const auto quantile = [&](double q) {
    const double rank = std::ceil(q * static_cast<double>(result.count));
    uint64_t seen = 0;
    for (size_t i = 0; i < kBuckets; ++i) {
      seen += counts[i];
      // The top bucket may reach beyond the greatest value.
      if (static_cast<double>(seen) >= rank) return std::min(Middle(i), result.max);
    }
    return result.max;
  };
  result.p50 = quantile(0.50);
  result.p90 = quantile(0.90);
  result.p99 = quantile(0.99);
  return result;
}

std::vector<MetricValue> SnapshotMetrics() {
  std::vector<MetricValue> result;
  for (const Metric* metric = listed_metrics.load(std::memory_order_acquire); metric != nullptr;
       metric = metric->next()) {
    MetricValue value{.name = metric->name(), .unit = metric->unit(), .kind = metric->kind()};
    switch (metric->kind()) {
      case MetricKind::kCounter:
        value.value = static_cast<int64_t>(static_cast<const Counter*>(metric)->value());
        break;
      case MetricKind::kGauge:
        value.value = static_cast<const Gauge*>(metric)->value();
        break;
      case MetricKind::kHistogram:
        value.histogram = static_cast<const Histogram*>(metric)->Summarize();
        break;
    }
    result.push_back(value);
  }
  std::sort(result.begin(), result.end(),
            [](const MetricValue& a, const MetricValue& b) { return a.name < b.name; });
  return result;
}

std::string MetricsToText(const std::vector<MetricValue>& metrics) {
  size_t width = 0;
  for (const MetricValue& metric : metrics) width = std::max(width, metric.name.size());
  std::string out;
  for (const MetricValue& metric : metrics) {
    absl::StrAppendFormat(&out, "%-*s  ", static_cast<int>(width), ToAbsl(metric.name));
    if (metric.kind == MetricKind::kHistogram) {
      const Histogram::Summary& summary = metric.histogram;
      absl::StrAppendFormat(&out, "%d times, p50 %d, p90 %d, p99 %d, max %d, sum %d %s\n",
                            summary.count, summary.p50, summary.p90, summary.p99, summary.max,
                            summary.sum, ToAbsl(metric.unit));
    } else {
      absl::StrAppendFormat(&out, "%d %s\n", metric.value, ToAbsl(metric.unit));
    }
  }
  return out;
}

std::string MetricsToJson(const std::vector<MetricValue>& metrics) {
  std::string out = "{";
  for (const MetricValue& metric : metrics) {
    if (out.size() > 1) out.push_back(',');
    AppendJsonString(out, metric.name);
    out.append(":{\"unit\":");
    AppendJsonString(out, metric.unit);
    out.push_back(',');
    if (metric.kind == MetricKind::kHistogram) {
      AppendHistogram(out, metric.histogram);
    } else {
      absl::StrAppendFormat(&out, "\"value\":%d", metric.value);
    }
    out.push_back('}');
  }
  out.push_back('}');
  return out;
}

}  // namespace astrolabe
