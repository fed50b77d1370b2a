// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/index_report.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "lsp/cli/json.h"

namespace astrolabe {
namespace {

constexpr size_t kShown = 10;

const char* PhaseName(int phase) {
  switch (phase) {
    case IndexProgress::kOpening:
      return "opening index";
    case IndexProgress::kWalking:
      return "looking for files";
    case IndexProgress::kScanning:
      return "scanning";
    default:
      return "writing index";
  }
}

double Megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

OrderedJson SemanticJson(const SemanticReport& report) {
  const BatchStatistics& batch = report.batch;
  OrderedJson reasons = OrderedJson::object();
  for (const auto& [reason, count] : batch.plain_reasons) reasons[reason] = count;
  return {{"database", report.database},
          {"entries", report.entries},
          {"units", report.units},
          {"unchanged", report.units_unchanged},
          {"spared", report.units_spared},
          {"removed", report.units_removed},
          {"zygote", batch.zygote},
          {"plain", batch.plain},
          {"plain_reasons", reasons},
          {"failed", batch.failed},
          {"quarantined", batch.quarantined},
          {"with_errors", batch.with_errors},
          {"zygotes", batch.zygotes},
          {"zygote_restarts", batch.zygote_restarts},
          {"recovered", report.recovered},
          {"modules_built", report.modules_built},
          {"seconds",
           {{"load", report.load_seconds},
            {"modules", report.modules_seconds},
            {"compare", report.compare_seconds},
            {"scan", report.scan_seconds},
            {"plan", report.plan_seconds},
            {"parse", report.parse_seconds},
            {"commit", report.commit_seconds}}},
          {"process_seconds",
           {{"zygotes", batch.zygote_seconds},
            {"units_on_zygotes", batch.unit_seconds},
            {"plain_units", batch.plain_seconds},
            {"collecting", batch.collect_seconds}}},
          {"peak_pss_mb", Megabytes(batch.peak_pss_bytes)},
          {"index_mb", Megabytes(report.index_bytes)},
          {"audited", batch.audited},
          {"audit_differences", batch.audit_difference_count},
          {"audit_dependent", batch.audit_dependent_count},
          {"audit", batch.audit_differences},
          {"cancelled", report.cancelled},
          {"quarantine", report.quarantined},
          {"failures", batch.failures},
          {"notes", report.notes}};
}

void PrintJson(const IndexRun& run) {
  const IndexReport& report = run.files;
  double lines_per_second = static_cast<double>(report.lines) / run.files_seconds;
  OrderedJson object = {{"files", report.files},
                        {"lines", report.lines},
                        {"bytes", report.bytes},
                        {"symbols", report.symbols},
                        {"seconds", run.seconds},
                        {"lines_per_second", lines_per_second},
                        {"peak_rss_mb", Megabytes(PeakResidentBytes())},
                        {"index_mb", Megabytes(report.index_bytes)},
                        {"tier", run.has_semantic ? 1 : 0},
                        {"other_files", report.other_files},
                        {"files_scanned", report.files_scanned},
                        {"files_unchanged", report.files_unchanged},
                        {"files_deleted", report.files_deleted},
                        {"files_skipped", report.skipped_count},
                        {"segments", report.segments},
                        {"cancelled", report.cancelled || run.semantic.cancelled},
                        {"skipped", report.skipped},
                        {"notes", report.notes}};
  if (run.has_semantic) object["semantic"] = SemanticJson(run.semantic);
  PrintJsonLine(object);
}

void PrintSemantic(const SemanticReport& report) {
  const BatchStatistics& batch = report.batch;
  std::printf("%s units of %s: %s unchanged, %s on zygotes, %s alone",
              WithThousands(report.units).c_str(), report.database.c_str(),
              WithThousands(report.units_unchanged).c_str(), WithThousands(batch.zygote).c_str(),
              WithThousands(batch.plain).c_str());
  if (batch.with_errors > 0) {
    std::printf(", %s of them with errors", WithThousands(batch.with_errors).c_str());
  }
  if (batch.failed > 0) std::printf(", %s failed", WithThousands(batch.failed).c_str());
  if (batch.quarantined > 0) {
    std::printf(", %s in quarantine", WithThousands(batch.quarantined).c_str());
  }
  std::printf("\n");
  for (const auto& [reason, count] : batch.plain_reasons) {
    std::printf("  alone: %s (%s)\n", reason.c_str(), WithThousands(count).c_str());
  }
  if (batch.audited > 0) {
    std::printf("  audited %s: %s facts differ, %s dependent candidates differ\n",
                WithThousands(batch.audited).c_str(),
                WithThousands(batch.audit_difference_count).c_str(),
                WithThousands(batch.audit_dependent_count).c_str());
  }
  std::printf("memory of all processes %s, semantic index %s\n",
              Bytes(batch.peak_pss_bytes).c_str(), Bytes(report.index_bytes).c_str());
}

void PrintList(const char* heading, const std::vector<std::string>& lines, uint64_t count,
               bool all) {
  if (lines.empty()) return;
  std::fprintf(stderr, "%s %s:\n", heading, WithThousands(count).c_str());
  size_t shown = all ? lines.size() : std::min(lines.size(), kShown);
  for (size_t i = 0; i < shown; ++i) std::fprintf(stderr, "  %s\n", lines[i].c_str());
  if (shown < count) {
    std::fprintf(stderr, "  … and %s more%s\n", WithThousands(count - shown).c_str(),
                 all ? "" : " (--verbose shows them)");
  }
}

}  // namespace

ProgressLine DescribeProgress(const IndexProgress& progress) {
  int phase = progress.phase;
  uint64_t total = progress.bytes_total;
  uint64_t done = progress.bytes_done;
  if (phase != IndexProgress::kScanning || total == 0) return {PhaseName(phase)};
  return {StrCat(WithThousands(progress.files_done), " of ", WithThousands(progress.files_total),
                 " files  ", Bytes(done)),
          static_cast<double>(done) / static_cast<double>(total)};
}

ProgressLine DescribeProgress(const SemanticProgress& progress, double seconds) {
  switch (progress.phase) {
    case SemanticProgress::kLoading:
      return {"reading the compilation database"};
    case SemanticProgress::kBuildingModules:
      return {"building modules"};
    case SemanticProgress::kComparing:
      return {"looking for changes"};
    case SemanticProgress::kScanning: {
      double total = progress.units_to_scan;
      return {StrCat(WithThousands(progress.units_scanned), " of ",
                     WithThousands(progress.units_to_scan), " units scanned for includes"),
              progress.units_scanned / std::max(1.0, total)};
    }
    case SemanticProgress::kParsing: {
      uint32_t done = progress.batch.units_done;
      uint32_t total = progress.batch.units_total;
      std::string text = StrCat(WithThousands(done), " of ", WithThousands(total), " units");
      if (progress.batch.zygotes > 0) text += ", parsing shared headers";
      if (done > 0 && seconds > 0) {
        double rate = done / seconds;
        text += absl::StrFormat("  %.0f/s, %.0f s left", rate, (total - done) / rate);
      }
      const std::string slowest = progress.batch.Slowest();
      if (!slowest.empty()) text += StrCat("  ", BaseName(slowest));
      return {text, done / std::max(1.0, static_cast<double>(total))};
    }
    default:
      return {"writing the semantic index"};
  }
}

void PrintReport(const IndexRun& run, const WorkspaceOptions& workspace) {
  if (workspace.json) return PrintJson(run);
  const IndexReport& report = run.files;
  std::printf("%s source files, %s lines, %s symbols (and %s other files by name)\n",
              WithThousands(report.files).c_str(), WithThousands(report.lines).c_str(),
              WithThousands(report.symbols).c_str(), WithThousands(report.other_files).c_str());
  std::printf("%.2f s: %s scanned, %s unchanged, %s gone", run.files_seconds,
              WithThousands(report.files_scanned).c_str(),
              WithThousands(report.files_unchanged).c_str(),
              WithThousands(report.files_deleted).c_str());
  if (report.files_scanned == report.files && report.files > 0) {
    double lines_per_second = static_cast<double>(report.lines) / run.files_seconds;
    std::printf(" (%s lines/s)", WithThousands(static_cast<uint64_t>(lines_per_second)).c_str());
  }
  std::printf("\nmemory %s, index %s in %s\n", Bytes(PeakResidentBytes()).c_str(),
              Bytes(report.index_bytes).c_str(), workspace.index_dir.c_str());
  if (run.has_semantic) PrintSemantic(run.semantic);
  if (run.has_semantic) std::printf("%.2f s in all\n", run.seconds);
}

void PrintProblems(const IndexRun& run, bool all) {
  PrintList("skipped", run.files.skipped, run.files.skipped_count, all);
  const SemanticReport& semantic = run.semantic;
  PrintList("notes about commands:", semantic.notes, semantic.notes.size(), all);
  PrintList("could not be parsed:", semantic.batch.failures, semantic.batch.failures.size(), all);
  PrintList("in quarantine:", semantic.quarantined, semantic.quarantined.size(), all);
  PrintList("audit:", semantic.batch.audit_differences, semantic.batch.audit_differences.size(),
            all);
}

}  // namespace astrolabe
