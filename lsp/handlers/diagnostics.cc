// textDocument/diagnostic and workspace/diagnostic: for clients that ask instead of being told.
//
// Of an open document the answer is the compiler's, for its text. Of all other files we know what the index has
// come across: units that could not be parsed at all, are in quarantine, or had errors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/on_request.h"

namespace astrolabe::lsp {
namespace {

// Reports sent at once to a client that takes parts.
constexpr size_t kPart = 200;

using OneReport = std::variant<FullDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport>;

std::optional<std::map<DocumentUri, OneReport>> RelatedReports(const Session& session,
                                                               const KnownDiagnostics& known) {
  const auto& capabilities = session.client_capabilities().text_document;
  if (!capabilities || !capabilities->diagnostic ||
      !capabilities->diagnostic->related_document_support.value_or(false) ||
      known.related.empty()) {
    return std::nullopt;
  }
  std::map<DocumentUri, OneReport> reports;
  for (const auto& [uri, items] : known.related) {
    reports[uri] = FullDocumentDiagnosticReport{.result_id = {}, .items = items};
  }
  return reports;
}

DocumentDiagnosticReport ReportOf(const Session& session, const KnownDiagnostics& known,
                                  const std::optional<std::string>& previous) {
  if (previous == known.result_id) {
    return RelatedUnchangedDocumentDiagnosticReport{
        .result_id = known.result_id, .related_documents = RelatedReports(session, known)};
  }
  return RelatedFullDocumentDiagnosticReport{.result_id = known.result_id,
                                             .items = known.items,
                                             .related_documents = RelatedReports(session, known)};
}

// About a whole unit: at its first character.
Diagnostic AboutUnit(const IndexedUnit& unit) {
  Diagnostic diagnostic;
  diagnostic.source = "astrolabe";
  diagnostic.code = std::string("index");
  switch (unit.outcome) {
    case ParseOutcome::kFailed:
    case ParseOutcome::kQuarantined:
      diagnostic.severity = DiagnosticSeverity::kError;
      diagnostic.message = StrCat("not indexed: ", unit.reason);
      break;
    case ParseOutcome::kZygote:
    case ParseOutcome::kPlain:
      diagnostic.severity = DiagnosticSeverity::kWarning;
      diagnostic.message = StrCat(unit.errors, unit.errors == 1 ? " error" : " errors",
                                  " when it was compiled for the index; open it to see more");
      break;
  }
  return diagnostic;
}

// What is to be said of a file, by URI.
struct FileReport {
  std::string result_id;
  std::vector<Diagnostic> items;
  std::optional<int32_t> version;
};

std::map<DocumentUri, FileReport> WorkspaceReports(Session& session, LiveDocuments& live,
                                                   const Work& work) {
  std::map<DocumentUri, FileReport> reports;
  for (const auto& workspace : session.workspaces()) {
    const Indexes indexes = workspace->indexes();
    if (indexes.semantic == nullptr) continue;
    indexes.semantic->ForEachUnit([&](const IndexedUnit& unit) {
      const bool is_out =
          unit.outcome == ParseOutcome::kFailed || unit.outcome == ParseOutcome::kQuarantined;
      if (is_out || unit.errors > 0) {
        // A file may be compiled in several ways.
        std::vector<Diagnostic>& items = reports[FileUri(workspace->ClientPath(unit.path))].items;
        Diagnostic about = AboutUnit(unit);
        if (std::ranges::find(items, about) == items.end()) items.push_back(std::move(about));
      }
      return !work.stop;
    });
  }
  for (auto& [uri, report] : reports) report.result_id = ResultIdOf(report.items, {});
  // The compiler's own word on what is open counts more.
  for (const DocumentSnapshot& document : session.documents().All()) {
    const auto known = live.diagnostics().Find(document->name.path);
    if (known == nullptr || known->generation != document->generation) continue;
    reports.erase(FileUri(document->name.path));
    reports[document->name.uri] = {.result_id = known->result_id,
                                   .items = known->items,
                                   .version = static_cast<int32_t>(document->version)};
  }
  return reports;
}

WorkspaceDiagnosticReport WorkspaceReport(Session& session, LiveDocuments& live,
                                          const std::vector<PreviousResultId>& previous,
                                          const Work& work) {
  std::map<DocumentUri, FileReport> reports = WorkspaceReports(session, live, work);
  std::map<DocumentUri, std::string> had;
  for (const PreviousResultId& result : previous) {
    had[result.uri] = result.value;
    // It is in order now, which has to be said once.
    if (!reports.contains(result.uri)) reports[result.uri].result_id = ResultIdOf({}, {});
  }
  WorkspaceDiagnosticReport all;
  for (auto& [uri, report] : reports) {
    const auto before = had.find(uri);
    if (before != had.end() && before->second == report.result_id) {
      all.items.emplace_back(WorkspaceUnchangedDocumentDiagnosticReport{
          .result_id = report.result_id, .uri = uri, .version = report.version});
    } else {
      all.items.emplace_back(WorkspaceFullDocumentDiagnosticReport{.result_id = report.result_id,
                                                                   .items = std::move(report.items),
                                                                   .uri = uri,
                                                                   .version = report.version});
    }
  }
  return all;
}

}  // namespace

void BindDiagnostics(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  DiagnosticOptions options;
  options.identifier = "astrolabe";
  options.inter_file_dependencies = true;
  options.workspace_diagnostics = true;
  session.capabilities().diagnostic_provider = options;
  OnDocumentRequest<DocumentDiagnosticRequest>(
      dispatcher, session, "lsp.diagnostic",
      [&session, &live](const DocumentDiagnosticParams& params, const DocumentSnapshot& document,
                        const Work& work) -> absl::StatusOr<DocumentDiagnosticReport> {
        auto known = live.diagnostics().Await(document, work);
        if (!known.ok()) return known.status();
        return ReportOf(session, **known, params.previous_result_id);
      });
  OnPlainRequest<WorkspaceDiagnosticRequest>(
      dispatcher, session, "lsp.workspaceDiagnostic",
      [&session, &live](const WorkspaceDiagnosticParams& params,
                        const Work& work) -> absl::StatusOr<WorkspaceDiagnosticReport> {
        WorkspaceDiagnosticReport report =
            WorkspaceReport(session, live, params.previous_result_ids, work);
        const auto& token = work.context.partial_result_token;
        if (!token) return report;
        WorkspaceDiagnosticReportPartialResult part;
        for (size_t i = 0; i < report.items.size() && !work.stop; ++i) {
          part.items.push_back(std::move(report.items[i]));
          if (part.items.size() < kPart && i + 1 < report.items.size()) continue;
          session.client()->Progress(*token, part);
          part.items.clear();
        }
        return WorkspaceDiagnosticReport();
      });
}

}  // namespace astrolabe::lsp
