// astrolabe/compileCommand and astrolabe/explain: how a file is compiled, and whether answers about it are what the
// compiler says or by name only ("lexical"), along the chain from its command to the index: at the first link that is
// broken stands what to do about it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/live/live_command.h"
#include "analysis/project/command_origin.h"
#include "base/strings.h"
#include "lsp/handlers/on_request.h"
#include "lsp/handlers/own_requests.h"
#include "lsp/protocol/own_extensions.h"

namespace astrolabe::lsp {
namespace {

std::optional<CompileCommand> CommandOf(Session& session, const std::string& path) {
  const std::shared_ptr<Workspace> workspace = session.WorkspaceOf(path);
  return workspace == nullptr ? std::nullopt : workspace->CommandFor(path);
}

std::optional<FileCommand> DescribeCommand(Session& session, LiveDocuments& live,
                                           const std::string& path) {
  std::optional<CompileCommand> command = CommandOf(session, path);
  if (!command) return std::nullopt;
  FileCommand answer;
  answer.file = std::move(command->file);
  answer.origin = OriginName(command->origin);
  answer.reason = std::move(command->reason);
  answer.directory = std::move(command->directory);
  answer.arguments = std::move(command->arguments);
  if (auto live_command = live.CommandFor(path); live_command.ok()) {
    answer.front_end = FrontEndArguments(*live_command);
  } else {
    answer.problem = ToStd(live_command.status().message());
  }
  return answer;
}

// Puts the reasons together. Each step says whether its link holds.
class Explainer {
 public:
  Explainer(Session& session, LiveDocuments& live, const std::string& path)
      : session_(session), live_(live), path_(path) {}

  FileExplanation Explain() {
    const bool has_command = ExplainCommand();
    const bool is_parsed = ExplainParse();
    const bool is_indexed = ExplainIndex();
    const bool is_own_exact = has_command && is_parsed;
    told_.is_exact = is_own_exact && is_indexed;
    told_.verdict = told_.is_exact ? "Answers about this file are exact."
                    : is_own_exact
                        ? "Answers from this file are exact; those from other files are, "
                          "in part, by name only."
                        : "Answers about this file are, in part, by name only.";
    return std::move(told_);
  }

 private:
  void Because(std::string text) { told_.reasons.push_back(std::move(text)); }
  void Advise(std::string text) { told_.advice.push_back(std::move(text)); }

  bool ExplainCommand() {
    const std::optional<CompileCommand> command = CommandOf(session_, path_);
    if (!command) {
      Because("There is no compile command for this file.");
      Advise("`astrolabe doctor` in the workspace's folder says what is wrong with its database.");
      return false;
    }
    if (command->origin == CommandOrigin::kDatabase) {
      Because(StrCat("Its command is ", command->reason, "."));
    } else {
      Because(StrCat("No compilation database names this file. Its command is from ",
                     OriginName(command->origin), ": ", command->reason, "."));
    }
    const absl::StatusOr<LiveCommand> live_command = live_.CommandFor(path_);
    if (!live_command.ok()) {
      Because(StrCat("The compiler can't use it: ", ToStd(live_command.status().message())));
      return false;
    }
    if (live_command->lacks_unit) {
      Because("It is a header that no known file includes, so it is parsed by itself.");
      Advise("Open a file that includes it, or wait for the index.");
    }
    is_guessed_ = command->origin != CommandOrigin::kDatabase;
    return true;
  }

  // Whether what is in the editor has been parsed without errors.
  bool ExplainParse() {
    const DocumentSnapshot document = session_.documents().Find(path_);
    if (document == nullptr) {
      Because("It is not open in the editor, so the index alone answers for it.");
      return true;
    }
    const auto known = live_.diagnostics().Find(path_);
    if (known == nullptr || known->generation != document->generation) {
      Because("It is being parsed just now; until then its answers are from the text.");
      Advise("Ask again in a moment.");
      return false;
    }
    const auto errors = std::ranges::count_if(known->items, [](const Diagnostic& item) {
      return item.severity == DiagnosticSeverity::kError;
    });
    if (errors == 0) {
      Because("The compiler parses it without errors.");
      return true;
    }
    Because(StrCat("It is parsed with ", errors, errors == 1 ? " error" : " errors",
                   "; what an error hides is answered by name only."));
    if (is_guessed_) {
      Advise(
          "If headers or macros are missing: build with CMAKE_EXPORT_COMPILE_COMMANDS=ON (Make: "
          "`bear -- make`), or name the flags in a .clangd file.");
    }
    return false;
  }

  // Whether the compiler has seen all units of the workspace.
  bool ExplainIndex() {
    const std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(path_);
    if (workspace == nullptr) return false;
    const std::shared_ptr<const SemanticIndex> semantic = workspace->indexes().semantic;
    size_t indexed = 0;
    if (semantic != nullptr) {
      semantic->ForEachUnit([&](const IndexedUnit&) {
        ++indexed;
        return true;
      });
    }
    const std::shared_ptr<const ProjectModel> project = workspace->project();
    const auto database = project == nullptr ? nullptr : project->database();
    const size_t units = database == nullptr ? 0 : database->size();
    if (indexed == 0) {
      Because(
          "The compiler has indexed no file of this workspace, so what is in other files is known "
          "by name only.");
      Advise(units == 0 ? "The index needs a compilation database."
                        : "Wait for the index, unless it is turned off (--background-index=0).");
      return false;
    }
    if (indexed < units) {
      Because(StrCat("The compiler has indexed ", indexed, " of ", units,
                     " translation units of this workspace: other files are known by name only "
                     "until their turn has come."));
      return false;
    }
    Because(
        StrCat("The compiler has indexed all ", indexed, " translation units of this workspace."));
    return true;
  }

  Session& session_;
  LiveDocuments& live_;
  const std::string& path_;
  bool is_guessed_ = false;
  FileExplanation told_;
};

}  // namespace

void BindExplain(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  OnPlainRequest<CompileCommandRequest>(
      dispatcher, session, "lsp.compileCommand",
      [&session, &live](const DocumentParams& params,
                        const Work&) -> absl::StatusOr<std::optional<FileCommand>> {
        auto document = ParseDocumentUri(params.text_document.uri);
        if (!document.ok()) return document.status();
        if (document->path.empty()) return std::nullopt;
        return DescribeCommand(session, live, document->path);
      });
  OnPlainRequest<ExplainRequest>(dispatcher, session, "lsp.explain",
                                 [&session, &live](const DocumentParams& params,
                                                   const Work&) -> absl::StatusOr<FileExplanation> {
                                   auto document = ParseDocumentUri(params.text_document.uri);
                                   if (!document.ok()) return document.status();
                                   return Explainer(session, live, document->path).Explain();
                                 });
}

void BindOwnRequests(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  LspAny methods = LspAny::array();
  for (const std::string_view method :
       {CompileCommandRequest::kMethod, ExplainRequest::kMethod, IncludesRequest::kMethod,
        IncludedByRequest::kMethod, TestsRequest::kMethod, ReindexRequest::kMethod}) {
    methods.push_back(method);
  }
  session.capabilities().experimental["astrolabe"] = std::move(methods);
  BindExplain(dispatcher, session, live);
  BindIncludeGraph(dispatcher, session, live);
  BindDeclaredTests(dispatcher, session);
  BindReindex(dispatcher, session);
}

}  // namespace astrolabe::lsp
