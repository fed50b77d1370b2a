// workspace/executeCommand: clangd's commands by clangd's names. What they change goes to the client as
// workspace/applyEdit; the request is answered when the edit is on its way.
//
//   clangd.applyFix, astrolabe.applyEdit            a WorkspaceEdit
//   clangd.applyTweak, astrolabe.applyRefactoring   TweakArgs
//   clangd.applyRename, astrolabe.applyRename       RenameParams
//   astrolabe.changeSignature                       ChangeSignatureArgs
//   astrolabe.suggestionTaken                       the number of a proposal (ghost_text.h); changes nothing
//   astrolabe.explain                               TweakArgs; answered with what a model says, in Markdown, which is also
//                                                   shown to the user (window/showMessage)
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "lsp/handlers/change_signature.h"
#include "lsp/handlers/ghost_text.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/model_action.h"
#include "lsp/handlers/refactoring.h"
#include "lsp/handlers/rename.h"

namespace astrolabe::lsp {
namespace {

using Result = ExecuteCommandRequest::Result;

void SendEdit(Session& session, std::string label, WorkspaceEdit edit) {
  ApplyWorkspaceEditParams params;
  params.label = std::move(label);
  params.edit = std::move(edit);
  session.client()->Call<ApplyWorkspaceEditRequest>(
      params, [&session](const absl::StatusOr<ApplyWorkspaceEditResult>& result) {
        if (result.ok() && result->applied) return;
        const std::string why = result.ok() ? result->failure_reason.value_or("no reason given")
                                            : std::string(result.status().message());
        session.Tell(LogLevel::kWarning, StrCat("the editor did not apply an edit: ", why));
      });
}

// The only argument of a command.
template <typename T>
absl::StatusOr<T> ArgumentOf(const ExecuteCommandParams& params) {
  if (!params.arguments || params.arguments->size() != 1) {
    return absl::InvalidArgumentError(StrCat(params.command, " takes one argument"));
  }
  return FromJson<T>(params.arguments->front(), "arguments[0]");
}

class Commands {
 public:
  Commands(Session& session, LiveDocuments& live, std::shared_ptr<LanguageModel> model,
           std::shared_ptr<GhostText> ghost_text)
      : session_(session),
        live_(live),
        model_(std::move(model)),
        ghost_text_(std::move(ghost_text)) {}

  void Run(const ExecuteCommandParams& params, RequestContext context, Reply<Result> reply) {
    const std::string& name = params.command;
    if (name == "clangd.applyFix" || name == "astrolabe.applyEdit") {
      return ApplyEdit(params, std::move(reply));
    }
    if (name == "clangd.applyTweak" || name == "astrolabe.applyRefactoring") {
      return ApplyTweak(params, std::move(context), std::move(reply));
    }
    if (name == kExplainCommand) return ExplainPlace(params, std::move(context), std::move(reply));
    if (name == "clangd.applyRename" || name == "astrolabe.applyRename") {
      return ApplyRename(params, std::move(context), std::move(reply));
    }
    if (name == "astrolabe.changeSignature") {
      return ApplySignature(params, std::move(context), std::move(reply));
    }
    if (name == kSuggestionTaken) return TakeSuggestion(params, std::move(reply));
    reply(absl::InvalidArgumentError(StrCat("there is no command \"", name, "\"")));
  }

 private:
  void ApplyEdit(const ExecuteCommandParams& params, Reply<Result> reply) {
    auto edit = ArgumentOf<WorkspaceEdit>(params);
    if (!edit.ok()) return reply(edit.status());
    SendEdit(session_, "fix", *std::move(edit));
    reply(Result());
  }

  void ApplyTweak(const ExecuteCommandParams& params, RequestContext context, Reply<Result> reply) {
    auto arguments = ArgumentOf<TweakArgs>(params);
    if (!arguments.ok()) return reply(arguments.status());
    const std::string uri = arguments->file;
    session_.AnswerAbout(
        "lsp.applyTweak", uri, std::move(context), std::move(reply),
        [this, arguments = *std::move(arguments)](const DocumentSnapshot& document,
                                                  const Work& work) -> absl::StatusOr<Result> {
          auto made = MakeActionEdit(session_, live_, *model_, document, arguments, work);
          if (!made.ok()) return made.status();
          SendEdit(session_, made->is_checked ? "refactoring" : "refactoring (not checked)",
                   std::move(made->edit));
          return Result();
        });
  }

  void ExplainPlace(const ExecuteCommandParams& params, RequestContext context,
                    Reply<Result> reply) {
    auto arguments = ArgumentOf<TweakArgs>(params);
    if (!arguments.ok()) return reply(arguments.status());
    const std::string uri = arguments->file;
    session_.AnswerAbout(
        "lsp.explain", uri, std::move(context), std::move(reply),
        [this, arguments = *std::move(arguments)](const DocumentSnapshot& document,
                                                  const Work& work) -> absl::StatusOr<Result> {
          auto said = Explain(session_, live_, *model_, document, arguments, work);
          if (!said.ok()) return said.status();
          session_.client()->Notify<ShowMessageNotification>(
              {.type = MessageType::kInfo, .message = *said});
          return Result(*std::move(said));
        });
  }

  void ApplyRename(const ExecuteCommandParams& params, RequestContext context,
                   Reply<Result> reply) {
    auto arguments = ArgumentOf<RenameParams>(params);
    if (!arguments.ok()) return reply(arguments.status());
    const std::string uri = arguments->text_document.uri;
    session_.AnswerAbout(
        "lsp.applyRename", uri, std::move(context), std::move(reply),
        [this, arguments = *std::move(arguments)](const DocumentSnapshot& document,
                                                  const Work& work) -> absl::StatusOr<Result> {
          auto edit = Rename(session_, live_, document, arguments, work);
          if (!edit.ok()) return edit.status();
          SendEdit(session_, "rename", *std::move(edit));
          return Result();
        });
  }

  void ApplySignature(const ExecuteCommandParams& params, RequestContext context,
                      Reply<Result> reply) {
    auto arguments = ArgumentOf<ChangeSignatureArgs>(params);
    if (!arguments.ok()) return reply(arguments.status());
    const std::string uri = arguments->text_document.uri;
    session_.AnswerAbout(
        "lsp.changeSignature", uri, std::move(context), std::move(reply),
        [this, arguments = *std::move(arguments)](const DocumentSnapshot& document,
                                                  const Work& work) -> absl::StatusOr<Result> {
          auto made = ChangeSignature(session_, live_, document, arguments.position,
                                      arguments.parameters, work);
          if (!made.ok()) return made.status();
          SendEdit(session_,
                   made->is_checked ? "change signature" : "change signature (not checked)",
                   std::move(made->edit));
          return Result();
        });
  }

  void TakeSuggestion(const ExecuteCommandParams& params, Reply<Result> reply) {
    if (!params.arguments || params.arguments->size() != 1 ||
        !params.arguments->front().is_number_unsigned()) {
      return reply(absl::InvalidArgumentError(StrCat(params.command, " takes a number")));
    }
    ghost_text_->Taken(params.arguments->front().get<uint64_t>());
    reply(Result());
  }

  Session& session_;
  LiveDocuments& live_;
  const std::shared_ptr<LanguageModel> model_;
  const std::shared_ptr<GhostText> ghost_text_;
};

}  // namespace

void BindExecuteCommand(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                        std::shared_ptr<LanguageModel> model,
                        std::shared_ptr<GhostText> ghost_text) {
  ExecuteCommandOptions options;
  options.commands = {
      "clangd.applyFix",           "clangd.applyTweak",          "clangd.applyRename",
      "astrolabe.applyEdit",       "astrolabe.applyRefactoring", "astrolabe.applyRename",
      "astrolabe.changeSignature", std::string(kExplainCommand), kSuggestionTaken};
  session.capabilities().execute_command_provider = std::move(options);
  auto commands =
      std::make_shared<Commands>(session, live, std::move(model), std::move(ghost_text));
  dispatcher.OnRequest<ExecuteCommandRequest>(
      [commands](const ExecuteCommandParams& params, RequestContext context, Reply<Result> reply) {
        commands->Run(params, std::move(context), std::move(reply));
      });
}

}  // namespace astrolabe::lsp
