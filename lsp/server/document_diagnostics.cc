// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/document_diagnostics.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "alloc/hash.h"
#include "base/strings.h"
#include "lsp/documents/uri.h"
#include "lsp/protocol/types_json.h"
#include "lsp/server/live_documents.h"

namespace astrolabe::lsp {
namespace {

constexpr absl::Duration kCancelInterval = absl::Milliseconds(5);
constexpr char kSource[] = "astrolabe";

// Each check has a page, in the folder of its module, which is the first word of its name.
std::optional<CodeDescription> CheckDescription(std::string_view check) {
  const size_t end = check.find('-');
  if (end == std::string_view::npos) return std::nullopt;
  return CodeDescription{.href = StrCat("https://clang.llvm.org/extra/clang-tidy/checks/",
                                        check.substr(0, end), "/", check.substr(end + 1), ".html")};
}

// Clang lists its warnings by flag; errors have no page.
std::optional<CodeDescription> DescriptionOf(const LiveDiagnostic& diagnostic) {
  if (diagnostic.category == kTidyCategory) return CheckDescription(diagnostic.code);
  if (diagnostic.category == kIncludesCategory) {
    return CodeDescription{.href = "https://clangd.llvm.org/guides/include-cleaner"};
  }
  const bool is_flag = !diagnostic.code.empty() && diagnostic.code.find('_') == std::string::npos &&
                       diagnostic.code.find_first_not_of("0123456789") != std::string::npos;
  if (!is_flag || diagnostic.category == "Astrolabe") return std::nullopt;
  std::string anchor = diagnostic.code;
  std::erase_if(anchor, [](char c) { return c == '='; });
  return CodeDescription{
      .href = StrCat("https://clang.llvm.org/docs/DiagnosticsReference.html#w", anchor)};
}

// Whose rules they are.
std::string_view SourceOf(const LiveDiagnostic& diagnostic) {
  if (diagnostic.category == kTidyCategory) return kTidyCategory;
  return diagnostic.category == kIncludesCategory ? "clangd" : kSource;
}

}  // namespace

std::string ResultIdOf(const std::vector<Diagnostic>& items,
                       const std::map<DocumentUri, std::vector<Diagnostic>>& related) {
  std::string said = EncodeJson(items);
  for (const auto& [uri, other] : related) said += StrCat(uri, "\n", EncodeJson(other));
  return absl::StrFormat("%016x", HashString(said));
}

bool DocumentDiagnostics::ClientPulls() const {
  const auto& capabilities = session_.client_capabilities().text_document;
  return capabilities && capabilities->diagnostic;
}

bool DocumentDiagnostics::ClientPullsAgain() const {
  const auto& capabilities = session_.client_capabilities().workspace;
  return capabilities && capabilities->diagnostics &&
         capabilities->diagnostics->refresh_support.value_or(false);
}

Diagnostic DocumentDiagnostics::ForClient(const DocumentSnapshot& document,
                                          const LiveDiagnostic& diagnostic) const {
  Diagnostic client;
  client.range = live_.ClientRange(document, diagnostic.range);
  client.severity = static_cast<DiagnosticSeverity>(diagnostic.level);
  if (!diagnostic.code.empty()) client.code = diagnostic.code;
  client.code_description = DescriptionOf(diagnostic);
  client.source = std::string(SourceOf(diagnostic));
  client.message = diagnostic.message;
  const auto& capabilities = session_.client_capabilities().text_document;
  const bool wants_category = capabilities && capabilities->publish_diagnostics &&
                              capabilities->publish_diagnostics->category_support.value_or(false);
  if (wants_category && !diagnostic.category.empty()) client.category = diagnostic.category;
  std::vector<DiagnosticTag> tags;
  if (diagnostic.is_unused) tags.push_back(DiagnosticTag::kUnnecessary);
  if (diagnostic.is_deprecated) tags.push_back(DiagnosticTag::kDeprecated);
  if (!tags.empty()) client.tags = std::move(tags);
  if (!diagnostic.notes.empty()) {
    std::vector<DiagnosticRelatedInformation>& related = client.related_information.emplace();
    for (const DiagnosticNote& note : diagnostic.notes) {
      related.push_back({live_.ClientLocation(note.location), note.message});
    }
  }
  return client;
}

void DocumentDiagnostics::Take(const std::string& path, uint64_t generation, bool complete,
                               const std::vector<LiveDiagnostic>& diagnostics) {
  const DocumentSnapshot document = session_.documents().Find(path);
  // The text has changed since: its own diagnostics are on their way.
  if (document == nullptr || document->generation != generation) return;
  auto known = std::make_shared<KnownDiagnostics>();
  known->generation = generation;
  known->complete = complete;
  const std::shared_ptr<const Config> config = session_.ConfigOf(path);
  for (const LiveDiagnostic& diagnostic : diagnostics) {
    if (config->Suppresses(diagnostic)) continue;
    known->items.push_back(ForClient(document, diagnostic));
    known->fixes.push_back(diagnostic.fixes);
    known->headers.push_back(diagnostic.header);
    if (diagnostic.level != DiagnosticLevel::kError || diagnostic.notes.empty()) continue;
    // An error in another file: its place is the first note.
    const std::string& other = diagnostic.notes[0].location.path;
    if (other == path || !diagnostic.message.starts_with("In included file: ") ||
        session_.documents().Find(other) != nullptr) {
      continue;
    }
    Location place = live_.ClientLocation(diagnostic.notes[0].location);
    Diagnostic there;
    there.range = place.range;
    there.severity = DiagnosticSeverity::kError;
    there.code = diagnostic.code;
    there.source = kSource;
    there.message = diagnostic.message.substr(std::string_view("In included file: ").size());
    known->related[place.uri].push_back(std::move(there));
  }
  known->result_id = ResultIdOf(known->items, known->related);
  bool pull_again = false;
  bool is_news = true;
  {
    absl::MutexLock lock(&mutex_);
    File& file = files_[path];
    // Only that there is more to come: who has asked waits for it, who is told hears of it then.
    is_news = file.known == nullptr || file.known->generation != generation ||
              !file.known->complete || complete || file.known->result_id != known->result_id;
    const bool was_answered =
        file.known != nullptr && file.known->generation == generation && !file.answered.empty();
    pull_again = was_answered && file.answered != known->result_id;
    // Told once; the next pull is the answer to that.
    if (pull_again || (file.known != nullptr && file.known->generation != generation)) {
      file.answered.clear();
    }
    file.known = known;
    file.all = diagnostics;
  }
  if (ClientPulls()) {
    if (pull_again && ClientPullsAgain()) {
      session_.client()->Call<DiagnosticRefreshRequest>(
          {}, [](const absl::StatusOr<std::monostate>&) {});
    }
    return;
  }
  if (!is_news) return;
  session_.client()->Notify<PublishDiagnosticsNotification>(
      {.uri = document->name.uri,
       .version = static_cast<int32_t>(document->version),
       .diagnostics = known->items});
}

void DocumentDiagnostics::Refresh() {
  std::vector<std::pair<std::string, File>> files;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [path, file] : files_) {
      if (file.known != nullptr) files.emplace_back(path, file);
    }
  }
  for (const auto& [path, file] : files) {
    Take(path, file.known->generation, file.known->complete, file.all);
  }
}

void DocumentDiagnostics::Forget(const DocumentSnapshot& document) {
  {
    absl::MutexLock lock(&mutex_);
    files_.erase(document->name.path);
  }
  // What was said of it is said no more.
  if (ClientPulls()) return;
  session_.client()->Notify<PublishDiagnosticsNotification>(
      {.uri = document->name.uri, .version = {}, .diagnostics = {}});
}

absl::StatusOr<std::shared_ptr<const KnownDiagnostics>> DocumentDiagnostics::Await(
    const DocumentSnapshot& document, const Work& work) {
  if (document->name.path.empty()) {  // of no file: it is not parsed
    auto none = std::make_shared<KnownDiagnostics>();
    none->result_id = ResultIdOf({}, {});
    return none;
  }
  if (session_.configs().IsConfigFile(document->name.path)) {
    auto known = std::make_shared<KnownDiagnostics>();
    known->generation = document->generation;
    known->complete = true;
    known->items = live_.config_diagnostics().Of(document);
    known->fixes.resize(known->items.size());
    known->result_id = ResultIdOf(known->items, {});
    return known;
  }
  const bool first_stage_will_do = ClientPullsAgain();
  const Scheduler::Waiting waits(session_.scheduler());
  absl::MutexLock lock(&mutex_);
  const auto is_known = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    const auto it = files_.find(document->name.path);
    if (it == files_.end() || it->second.known == nullptr) return false;
    const KnownDiagnostics& known = *it->second.known;
    return known.generation >= document->generation && (known.complete || first_stage_will_do);
  };
  while (!mutex_.AwaitWithTimeout(absl::Condition(&is_known), kCancelInterval)) {
    if (work.stop) return absl::CancelledError("cancelled by the client");
    if (session_.documents().Find(document->name.path) == nullptr) {
      return absl::NotFoundError(StrCat(document->name.uri, " was closed"));
    }
  }
  File& file = files_.find(document->name.path)->second;
  file.answered = file.known->result_id;
  return file.known;
}

std::shared_ptr<const KnownDiagnostics> DocumentDiagnostics::Find(const std::string& path) const {
  absl::MutexLock lock(&mutex_);
  const auto it = files_.find(path);
  return it == files_.end() ? nullptr : it->second.known;
}

}  // namespace astrolabe::lsp
