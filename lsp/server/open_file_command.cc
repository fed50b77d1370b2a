// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/open_file_command.h"

#include <memory>
#include <optional>
#include <utility>

#include "analysis/config/flag_edits.h"
#include "analysis/project/command_inference.h"
#include "analysis/project/source_language.h"
#include "base/log.h"
#include "lsp/server/current_document.h"
#include "lsp/server/header_context.h"

namespace astrolabe::lsp {
namespace {

std::optional<HeaderContext> ContextOf(const Session& session, const Workspace& workspace,
                                       const ProjectModel& project, const std::string& path) {
  if (!workspace.IsOpened()) return std::nullopt;
  const std::shared_ptr<const CompilationDatabase> database = project.database();
  const auto is_unit = [&](const std::string& file) {
    return IsSourceFile(file) && (database == nullptr || database->Find(file).has_value());
  };
  const auto read = [&](const std::string& file) {
    return CurrentDocument(session.documents(), file)->text.ToString();
  };
  return FindHeaderContext(workspace, workspace.indexes(), path, is_unit, read);
}

}  // namespace

absl::StatusOr<LiveCommand> CommandForOpenFile(const Session& session, FrontEndCommands& front_end,
                                               const std::string& path) {
  const std::shared_ptr<const ServerOptions> options = session.options();
  const std::shared_ptr<Workspace> workspace = session.WorkspaceOf(path);
  std::shared_ptr<const ProjectModel> project;
  if (workspace != nullptr && !options->commands_from_client_only)
    project = workspace->ProjectFor(path);
  CompileCommand command;
  std::string context;
  bool lacks_unit = false;
  if (const auto given = options->compile_commands.find(path);
      given != options->compile_commands.end()) {
    command.file = path;
    command.directory = given->second.working_directory;
    command.arguments = given->second.compilation_command;
  } else if (project != nullptr) {
    command = project->CommandFor(path);
    if (command.origin != CommandOrigin::kDatabase && !IsSourceFile(path)) {
      if (auto found = ContextOf(session, *workspace, *project, path)) {
        LogDebug(path, " is parsed as ", found->unit, " includes it");
        command = TransferCommand(project->CommandFor(found->unit), path);
        context = std::move(found->text);
      } else {
        lacks_unit = true;
      }
    } else if (command.origin == CommandOrigin::kGuess) {
      command.arguments.insert(command.arguments.end() - 1, options->fallback_flags.begin(),
                               options->fallback_flags.end());
    }
  } else {
    command.file = path;
    command.directory = path.substr(0, path.rfind('/'));
    command.arguments = {"clang"};
    command.arguments.insert(command.arguments.end(), options->fallback_flags.begin(),
                             options->fallback_flags.end());
    command.arguments.push_back(path);
  }
  ApplyFlagEdits(*session.ConfigOf(path), command);
  absl::StatusOr<FrontEndCommand> translated = front_end.For(command);
  if (!translated.ok()) return translated.status();
  LiveCommand live{*std::move(translated), WarningFlags(command)};
  live.context = std::move(context);
  live.lacks_unit = lacks_unit;
  return live;
}

}  // namespace astrolabe::lsp
