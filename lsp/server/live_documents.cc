// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/live_documents.h"

#include <optional>
#include <utility>

#include "absl/synchronization/notification.h"
#include "index/query/semantic_coverage.h"
#include "lsp/documents/uri.h"
#include "lsp/protocol/clangd_extensions.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

constexpr absl::Duration kCancelInterval = absl::Milliseconds(5);

Range RangeIn(const TextBuffer& text, const CodeRange& range, PositionEncoding encoding) {
  auto offset = [&](const CodePlace& place) {
    return OffsetOf(text, {place.line, place.column}, PositionEncoding::kUtf8).offset;
  };
  return lsp::ClientRange(text, {offset(range.begin), offset(range.end)}, encoding);
}

}  // namespace

LiveDocuments::LiveDocuments(Session& session) : session_(session) {
  session_.OnDocument([this](const DocumentSnapshot& document, DocumentEvent event) {
    OnDocument(document, event);
  });
  session_.OnConfigured([this] {
    absl::MutexLock lock(&mutex_);
    if (files_ != nullptr) files_->CommandsChanged();
  });
}

LiveDocuments::~LiveDocuments() = default;

LiveFiles& LiveDocuments::files() {
  absl::MutexLock lock(&mutex_);
  if (files_ != nullptr) return *files_;
  LiveOptions options;
  options.program = session_.program();
  std::shared_ptr<Workspace> workspace = session_.WorkspaceOf("");
  if (workspace != nullptr) options.root = workspace->root();
  options.command = [this](const std::string& path) { return CommandFor(path); };
  options.on_diagnostics = [this](const std::string& path, uint64_t generation, bool,
                                  const std::vector<LiveDiagnostic>& diagnostics) {
    Publish(path, generation, diagnostics);
  };
  options.on_state = [this](const std::string& path, std::string_view state) {
    if (!session_.options()->file_status) return;
    session_.client()->Notify<FileStatusNotification>(
        {.uri = FileUri(path), .state = std::string(state)});
  };
  files_ = std::make_unique<LiveFiles>(std::move(options));
  return *files_;
}

absl::StatusOr<LiveCommand> LiveDocuments::CommandFor(const std::string& path) {
  FrontEndCommands* front_end = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (front_end_ == nullptr) {
      FrontEndOptions options;
      options.resource_directory = session_.options()->resource_dir;
      absl::StatusOr<std::unique_ptr<FrontEndCommands>> made =
          FrontEndCommands::Create(std::move(options));
      if (!made.ok()) return made.status();
      front_end_ = *std::move(made);
    }
    front_end = front_end_.get();
  }
  CompileCommand command;
  std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(path);
  std::shared_ptr<const ProjectModel> project =
      workspace == nullptr ? nullptr : workspace->project();
  const std::shared_ptr<const ServerOptions> options = session_.options();
  auto given = options->compile_commands.find(path);
  if (given != options->compile_commands.end()) {
    command.file = path;
    command.directory = given->second.working_directory;
    command.arguments = given->second.compilation_command;
  } else if (project != nullptr) {
    command = project->CommandFor(path);
  } else {
    command.file = path;
    command.directory = path.substr(0, path.rfind('/'));
    command.arguments = {"clang"};
    command.arguments.insert(command.arguments.end(), options->fallback_flags.begin(),
                             options->fallback_flags.end());
    command.arguments.push_back(path);
  }
  absl::StatusOr<FrontEndCommand> translated = front_end->For(command);
  if (!translated.ok()) return translated.status();
  return LiveCommand{*std::move(translated), WarningFlags(command)};
}

void LiveDocuments::OnDocument(const DocumentSnapshot& document, DocumentEvent event) {
  const std::string& path = document->name.path;
  if (path.empty()) return;  // of no file: nothing says how to compile it
  switch (event) {
    case DocumentEvent::kOpened:
    case DocumentEvent::kChanged:
      files().Update(path, document->text.ToString(), document->generation);
      break;
    case DocumentEvent::kSaved:
      files().FileChanged(path);
      break;
    case DocumentEvent::kClosed:
      files().Close(path);
      // What was said of it is said no more.
      session_.client()->Notify<PublishDiagnosticsNotification>(
          {.uri = document->name.uri, .diagnostics = {}});
      break;
  }
}

absl::StatusOr<std::string> LiveDocuments::AskForBytes(const DocumentSnapshot& document,
                                                       Question question, const Work& work,
                                                       absl::Duration patience) {
  if (document->name.path.empty()) {
    return absl::UnavailableError("only files can be parsed");
  }
  // The answer may come after we have gone.
  struct Waiting {
    absl::Notification done;
    absl::StatusOr<std::string> answer = absl::UnknownError("no answer");
  };
  auto waiting = std::make_shared<Waiting>();
  absl::Time start = absl::Now();
  LiveFiles& live = files();
  QuestionId id = live.Ask(document->name.path, std::move(question),
                           [waiting](absl::StatusOr<std::string> answer) {
                             waiting->answer = std::move(answer);
                             waiting->done.Notify();
                           });
  while (!waiting->done.WaitForNotificationWithTimeout(kCancelInterval)) {
    if (work.stop) {
      live.Cancel(id);
      return absl::CancelledError("cancelled by the client");
    }
    if (absl::Now() - start > patience) {
      live.Cancel(id);
      return absl::DeadlineExceededError("the file is still being parsed");
    }
  }
  return waiting->answer;
}

Question LiveDocuments::QuestionAt(QuestionKind kind, const DocumentSnapshot& document,
                                   const Position& position) const {
  size_t offset = OffsetOfClient(document->text, position, session_.encoding());
  TextPosition place = PositionOf(document->text, offset, PositionEncoding::kUtf8);
  Question question;
  question.kind = kind;
  question.place = {place.line, place.column};
  return question;
}

Range LiveDocuments::ClientRange(const DocumentSnapshot& document, const CodeRange& range) const {
  return RangeIn(document->text, range, session_.encoding());
}

Location LiveDocuments::ClientLocation(const CodeLocation& location) const {
  if (DocumentSnapshot open = session_.documents().Find(location.path)) {
    return {.uri = open->name.uri, .range = ClientRange(open, location.range)};
  }
  TextBuffer buffer(ReadWholeFile(location.path));
  return {.uri = FileUri(location.path),
          .range = RangeIn(buffer, location.range, session_.encoding())};
}

Diagnostic LiveDocuments::ClientDiagnostic(const DocumentSnapshot& document,
                                           const LiveDiagnostic& diagnostic) const {
  Diagnostic client;
  client.range = ClientRange(document, diagnostic.range);
  client.severity = static_cast<DiagnosticSeverity>(diagnostic.level);
  if (!diagnostic.code.empty()) client.code = diagnostic.code;
  client.source = "astrolabe";
  client.message = diagnostic.message;
  std::vector<DiagnosticTag> tags;
  if (diagnostic.is_unused) tags.push_back(DiagnosticTag::kUnnecessary);
  if (diagnostic.is_deprecated) tags.push_back(DiagnosticTag::kDeprecated);
  if (!tags.empty()) client.tags = std::move(tags);
  if (!diagnostic.notes.empty()) {
    std::vector<DiagnosticRelatedInformation>& related = client.related_information.emplace();
    for (const DiagnosticNote& note : diagnostic.notes) {
      related.push_back({ClientLocation(note.location), note.message});
    }
  }
  return client;
}

void LiveDocuments::Publish(const std::string& path, uint64_t generation,
                            const std::vector<LiveDiagnostic>& diagnostics) {
  DocumentSnapshot document = session_.documents().Find(path);
  // The text has changed since: its own diagnostics are on their way.
  if (document == nullptr || document->generation != generation) return;
  PublishDiagnosticsParams params;
  params.uri = document->name.uri;
  params.version = static_cast<int32_t>(document->version);
  for (const LiveDiagnostic& diagnostic : diagnostics) {
    params.diagnostics.push_back(ClientDiagnostic(document, diagnostic));
  }
  session_.client()->Notify<PublishDiagnosticsNotification>(params);
}

void LiveDocuments::FilesChanged(const std::vector<std::string>& paths) {
  absl::MutexLock lock(&mutex_);
  if (files_ == nullptr) return;
  for (const std::string& path : paths) files_->FileChanged(path);
}

uint64_t LiveDocuments::MemoryBytes() const {
  absl::MutexLock lock(&mutex_);
  return files_ == nullptr ? 0 : files_->MemoryBytes();
}

}  // namespace astrolabe::lsp
