// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/feature_report.h"

#include <cstdio>
#include <string>

#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "lsp/cli/command.h"
#include "lsp/cli/json.h"
#include "lsp/cli/terminal.h"
#include "lsp/server/check.h"

namespace astrolabe {
namespace {

void PrintJson(const lsp::FeatureReport& report) {
  OrderedJson features = OrderedJson::array();
  for (const lsp::FeatureTimes& feature : report.features) {
    features.push_back({{"method", feature.method},
                        {"asked", feature.asked},
                        {"refused", feature.refused},
                        {"failed", feature.failed},
                        {"median_ms", feature.median_ms},
                        {"p99_ms", feature.p99_ms},
                        {"max_ms", feature.max_ms}});
  }
  OrderedJson slowest = OrderedJson::array();
  for (const lsp::SlowAnswer& answer : report.slowest) {
    slowest.push_back({{"ms", answer.ms}, {"method", answer.method}, {"place", answer.place}});
  }
  PrintJsonLine({{"files", report.files},
                 {"names", report.names},
                 {"problem_count", report.problem_count},
                 {"problems", report.problems},
                 {"features", features},
                 {"slowest", slowest}});
}

void PrintText(const lsp::FeatureReport& report) {
  std::printf("%-36s %8s %8s %7s %10s %9s %9s\n", "request", "asked", "refused", "failed",
              "median ms", "p99 ms", "max ms");
  for (const lsp::FeatureTimes& feature : report.features) {
    std::printf("%-36s %8zu %8zu %7zu %10.1f %9.1f %9.1f\n", feature.method.c_str(), feature.asked,
                feature.refused, feature.failed, feature.median_ms, feature.p99_ms, feature.max_ms);
  }
  std::printf("\nslowest:\n");
  for (const lsp::SlowAnswer& answer : report.slowest) {
    std::printf("%9.1f ms  %s  %s\n", answer.ms, answer.method.c_str(), answer.place.c_str());
  }
  std::printf("\n%zu names of %zu files, %zu problems\n", report.names, report.files,
              report.problem_count);
  for (const std::string& problem : report.problems) std::printf("  %s\n", problem.c_str());
}

}  // namespace

int RunFeatureCheck(const lsp::FeatureCheckOptions& options, bool json) {
  absl::Mutex mutex;
  ProgressLine line{.text = "starting"};
  lsp::FeatureReport report;
  {
    const ProgressBar progress([&](double) {
      absl::MutexLock lock(&mutex);
      return line;
    });
    report = lsp::CheckFeatures(
        options, Interrupted(), [&](const std::string& file, size_t number, size_t of) {
          absl::MutexLock lock(&mutex);
          line.text = StrCat(number, " of ", of, " files, ", file);
          line.share = static_cast<double>(number - 1) / static_cast<double>(of);
        });
  }
  if (json) {
    PrintJson(report);
  } else {
    PrintText(report);
  }
  if (Interrupted()) return kExitInterrupted;
  return report.problem_count == 0 ? kExitOk : lsp::kExitCheckFailed;
}

}  // namespace astrolabe
