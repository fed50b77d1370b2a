// textDocument/references: what the index knows, with the compiler's own view of the files that are open.
//
// The name is the compiler's if the file is parsed, else what the index has at its place. A virtual method is asked
// for together with those that it overrides and those that override it, since a call of one may be a call of
// another. Of open files the live AST answers, with unsaved edits; if it takes too long, the index's places are
// carried over to the text in the editor, and what is typed anew is searched for the name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {
namespace {

// Locations sent at once to a client that takes parts.
constexpr size_t kPart = 500;
// A parse that takes longer is not waited for where the index can answer: for what is asked about, and for all
// other files together.
constexpr absl::Duration kPatience = absl::Milliseconds(500);
constexpr absl::Duration kPatienceForOthers = absl::Seconds(1);

// Calls the client's attention to one file after the other, in parts if it takes those.
class Answer {
 public:
  Answer(Session& session, const Work& work) : session_(session), work_(work) {
    limit_ = session.options()->limit_references;
  }

  bool full() const { return limit_ != 0 && count_ >= limit_; }

  // The references of some files, each file's in one call. Sorted, and each once.
  void Add(std::vector<Location> locations) {
    const auto place = [](const Location& location) {
      const Position& start = location.range.start;
      return std::pair(start.line, start.character);
    };
    std::ranges::stable_sort(locations, [&](const Location& a, const Location& b) {
      return a.uri != b.uri ? a.uri < b.uri : place(a) < place(b);
    });
    const auto same = std::ranges::unique(locations, [](const Location& a, const Location& b) {
      return a.uri == b.uri && a.range == b.range;
    });
    locations.erase(same.begin(), same.end());
    for (Location& location : locations) {
      if (full()) return;
      ++count_;
      pending_.push_back(std::move(location));
      if (pending_.size() >= kPart) Send();
    }
  }

  // What the reply is: all, or nothing if it was sent already.
  std::vector<Location> Finish() {
    Send();
    return std::move(pending_);
  }

 private:
  void Send() {
    const auto& token = work_.context.partial_result_token;
    if (!token || pending_.empty()) return;
    if (!work_.stop) session_.client()->Progress(*token, pending_);
    pending_.clear();
  }

  Session& session_;
  const Work& work_;
  size_t limit_ = 0;
  size_t count_ = 0;
  std::vector<Location> pending_;
};

// What is asked for, by all names that it has.
struct Subject {
  AskedSymbol asked;              // of the index
  std::vector<std::string> usrs;  // empty: the compiler has not said
  bool is_local = false;
};

// The methods that `usr` overrides and that override it, all the way, as the index knows them.
void AddOverrides(const AskedSymbol& asked, const std::string& usr, const Work& work,
                  std::set<std::string>& usrs) {
  if (asked.workspace == nullptr) return;
  SemanticRequest request;
  request.question = SemanticQuestion::kOverrides;
  request.argument = UsrArgument{usr};
  request.transitive = true;
  auto answer = Ask(*asked.workspace, asked.indexes, std::move(request), work);
  if (!answer.ok()) return;
  for (const SemanticHit& hit : answer->hits) {
    if (hit.symbol != nullptr) usrs.insert(hit.symbol->usr);
  }
}

Subject SubjectAt(Session& session, LiveDocuments& live, const DocumentSnapshot& document,
                  const Position& position, const Work& work) {
  Subject subject;
  subject.asked = SymbolAt(session, document, position);
  auto seen = live.Ask<SymbolsAnswer>(
      document, live.QuestionAt(QuestionKind::kSymbols, document, position), work, kPatience);
  std::set<std::string> usrs;
  if (seen.ok()) {
    for (const LiveSymbol& symbol : seen->symbols) {
      if (symbol.usr.empty()) continue;
      usrs.insert(symbol.usr);
      subject.is_local |= symbol.is_local;
      if (symbol.is_virtual) AddOverrides(subject.asked, symbol.usr, work, usrs);
      usrs.insert(symbol.overridden.begin(), symbol.overridden.end());
    }
  } else if (subject.asked.argument &&
             std::holds_alternative<PlaceArgument>(*subject.asked.argument)) {
    auto described = Ask(subject.asked, SemanticQuestion::kHover, 20, work);
    if (described.ok()) {
      for (const SemanticHit& hit : described->hits) {
        if (hit.symbol == nullptr) continue;
        usrs.insert(hit.symbol->usr);
        AddOverrides(subject.asked, hit.symbol->usr, work, usrs);
      }
    }
  }
  subject.usrs.assign(usrs.begin(), usrs.end());
  return subject;
}

// The index's places by file, those of open files as they are in the editor.
using ByFile = std::map<std::string, std::vector<Location>>;  // by path

void AddHits(const AskedSymbol& asked, const AskedHits& answer, bool with_declarations,
             Places& places, ByFile& found) {
  for (const SemanticHit& hit : answer.hits) {
    if (!with_declarations && (hit.roles & kRoleDeclaration) != 0) continue;
    auto location = LocationOfHit(*asked.workspace, hit, places);
    if (!location) continue;
    if (hit.container) location->container_name = hit.container->Qualified();
    found[asked.workspace->ClientPath(hit.path)].push_back(*std::move(location));
  }
}

absl::Status AskIndex(const Subject& subject, bool with_declarations, size_t limit,
                      const Work& work, Places& places, ByFile& found) {
  const AskedSymbol& asked = subject.asked;
  if (asked.workspace == nullptr) return absl::OkStatus();
  bool is_known = false;
  for (const std::string& usr : subject.usrs) {
    SemanticRequest request;
    request.question = SemanticQuestion::kReferences;
    request.argument = UsrArgument{usr};
    request.limit = limit;
    auto answer = Ask(*asked.workspace, asked.indexes, std::move(request), work);
    if (!answer.ok()) return answer.status();
    is_known |= !answer->summary.symbols.empty();
    AddHits(asked, *answer, with_declarations, places, found);
  }
  if (is_known) return absl::OkStatus();
  // Tier 1 has never seen it: by name.
  auto answer = Ask(asked, SemanticQuestion::kReferences, limit, work);
  if (!answer.ok()) return answer.status();
  AddHits(asked, *answer, with_declarations, places, found);
  return absl::OkStatus();
}

// What was typed since the file was saved, and all of a file that the index does not have.
void AddFromText(Session& session, const AskedSymbol& asked, const DocumentSnapshot& document,
                 Places& places, std::vector<Location>& locations) {
  const bool is_indexed = !document->name.path.empty() && asked.workspace != nullptr &&
                          asked.workspace->Contains(document->name.path) &&
                          asked.indexes.snapshot != nullptr;
  std::vector<ByteRange> edited;
  if (is_indexed) {
    const TextDifference* difference = places.DifferenceOf(document->name.path);
    if (difference == nullptr) return;
    edited = difference->EditedInLive();
  } else if (document->generation == asked.document->generation) {
    edited = {{0, document->text.size()}};
  }
  if (edited.empty()) return;
  const SourceTokens tokens(document->text);
  for (const ByteRange& range : tokens.Find(asked.word)) {
    const bool is_new = std::ranges::any_of(edited, [&](const ByteRange& edit) {
      return range.begin < edit.end && edit.begin < range.end;
    });
    if (!is_new) continue;
    locations.push_back({.uri = document->name.uri,
                         .range = ClientRange(document->text, range, session.encoding()),
                         .container_name = {}});
  }
}

void AddLocalByText(const AskedSymbol& asked, PositionEncoding encoding, bool with_declarations,
                    std::vector<Location>& locations) {
  const TextBuffer& text = asked.document->text;
  const auto function = FunctionAround(text, asked.document->name.path, asked.range.begin);
  if (!function) return;
  const SourceTokens tokens(text);
  bool is_first = true;
  for (const ByteRange& range : tokens.Find(asked.word)) {
    if (range.begin < function->begin || range.begin >= function->end) continue;
    if (std::exchange(is_first, false) && !with_declarations) continue;
    locations.push_back({.uri = asked.document->name.uri,
                         .range = ClientRange(text, range, encoding),
                         .container_name = {}});
  }
}

// The live AST's references in one document; nothing if it does not answer in time.
std::optional<std::vector<Location>> AskLive(LiveDocuments& live, const DocumentSnapshot& document,
                                             const Subject& subject, bool with_declarations,
                                             const Work& work, absl::Duration patience) {
  Question question;
  question.kind = QuestionKind::kReferencesHere;
  question.usrs = subject.usrs;
  auto answer = live.Ask<ReferencesAnswer>(document, std::move(question), work, patience);
  if (!answer.ok()) return std::nullopt;
  std::vector<Location> locations;
  for (const LiveReference& reference : answer->references) {
    if (!with_declarations && reference.is_declaration) continue;
    Location& location = locations.emplace_back();
    location.uri = document->name.uri;
    location.range = live.ClientRange(document, reference.range);
    if (!reference.container.empty()) location.container_name = reference.container;
  }
  return locations;
}

absl::StatusOr<std::vector<Location>> References(Session& session, LiveDocuments& live,
                                                 const DocumentSnapshot& document,
                                                 const ReferenceParams& params, const Work& work) {
  const Subject subject = SubjectAt(session, live, document, params.position, work);
  const bool with_declarations = params.context.include_declaration;
  Answer answer(session, work);
  const auto ask_live = [&](const DocumentSnapshot& open, absl::Duration patience) {
    return AskLive(live, open, subject, with_declarations, work, patience);
  };
  if (subject.is_local || (subject.usrs.empty() && subject.asked.is_local)) {
    std::vector<Location> locations;
    if (!subject.usrs.empty()) {
      if (auto here = ask_live(document, kPatience)) locations = *std::move(here);
    }
    if (locations.empty()) {
      AddLocalByText(subject.asked, session.encoding(), with_declarations, locations);
    }
    answer.Add(std::move(locations));
    return answer.Finish();
  }
  Places places(session.documents());
  ByFile found;
  absl::Status status = AskIndex(subject, with_declarations, session.options()->limit_references,
                                 work, places, found);
  if (!status.ok()) return status;
  const absl::Time latest = absl::Now() + kPatienceForOthers;
  for (const DocumentSnapshot& open : session.documents().All()) {
    if (work.stop) return absl::CancelledError("cancelled");
    const bool is_asked_about = open->generation == document->generation;
    std::vector<Location>& indexed =
        found[open->name.path.empty() ? open->name.uri : open->name.path];
    const bool may_mention =
        !indexed.empty() || is_asked_about ||
        (!subject.asked.word.empty() && !SourceTokens(open->text).Find(subject.asked.word).empty());
    if (!may_mention) continue;
    std::optional<std::vector<Location>> here;
    if (!subject.usrs.empty()) {
      here = ask_live(
          open, is_asked_about ? kPatience : std::max(latest - absl::Now(), absl::ZeroDuration()));
    }
    if (here) {
      indexed = *std::move(here);
    } else if (!subject.asked.word.empty()) {
      AddFromText(session, subject.asked, open, places, indexed);
    }
  }
  for (auto& [path, locations] : found) answer.Add(std::move(locations));
  return answer.Finish();
}

}  // namespace

void BindReferences(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().references_provider = true;
  using Result = ReferencesRequest::Result;
  dispatcher.OnRequest<ReferencesRequest>(
      [&](ReferenceParams params, RequestContext context, Reply<Result> reply) {
        const std::string uri = params.text_document.uri;
        session.AnswerAbout(
            "lsp.references", uri, std::move(context), std::move(reply),
            [&session, &live, params = std::move(params)](
                const DocumentSnapshot& document, const Work& work) -> absl::StatusOr<Result> {
              auto locations = References(session, live, document, params, work);
              if (!locations.ok()) return locations.status();
              return Result(*std::move(locations));
            });
      });
}

}  // namespace astrolabe::lsp
