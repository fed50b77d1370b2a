// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/reference_search.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "lsp/handlers/construction.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {
namespace {

// A parse that takes longer is not waited for where the index can answer: for what is asked about, and for all
// other files together.
constexpr absl::Duration kPatience = absl::Milliseconds(500);
constexpr absl::Duration kPatienceForOthers = absl::Seconds(1);

std::string KeyOf(const DocumentSnapshot& document) {
  return document->name.path.empty() ? document->name.uri : document->name.path;
}

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

void AddHits(const AskedSymbol& asked, const AskedHits& answer, bool with_declarations,
             Places& places, FoundReferences& found) {
  for (const SemanticHit& hit : answer.hits) {
    if (!with_declarations && (hit.roles & kRoleDeclaration) != 0) continue;
    auto location = LocationOfHit(*asked.workspace, hit, places);
    if (!location) continue;
    if (hit.container) location->container_name = hit.container->Qualified();
    found[asked.workspace->ClientPath(hit.path)].push_back(
        {*std::move(location), hit.roles, hit.tier == 0});
  }
}

absl::Status AskIndex(const Subject& subject, const ReferenceQuery& query, const Work& work,
                      Places& places, FoundReferences& found) {
  const AskedSymbol& asked = subject.asked;
  if (asked.workspace == nullptr) return absl::OkStatus();
  bool is_known = false;
  for (const std::string& usr : subject.usrs) {
    SemanticRequest request;
    request.question = SemanticQuestion::kReferences;
    request.argument = UsrArgument{usr};
    request.limit = query.limit;
    auto answer = Ask(*asked.workspace, asked.indexes, std::move(request), work);
    if (!answer.ok()) return answer.status();
    is_known |= !answer->summary.symbols.empty();
    AddHits(asked, *answer, query.with_declarations, places, found);
  }
  if (is_known) return absl::OkStatus();
  // Tier 1 has never seen it: by name.
  auto answer = Ask(asked, SemanticQuestion::kReferences, query.limit, work);
  if (!answer.ok()) return answer.status();
  AddHits(asked, *answer, query.with_declarations, places, found);
  return absl::OkStatus();
}

// What was typed since the file was saved, and all of a file that the index does not have.
void AddFromText(Session& session, const AskedSymbol& asked, const DocumentSnapshot& document,
                 Places& places, std::vector<FoundReference>& references) {
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
    FoundReference& found = references.emplace_back();
    found.location.uri = document->name.uri;
    found.location.range = ClientRange(document->text, range, session.encoding());
  }
}

void AddLocalByText(const AskedSymbol& asked, PositionEncoding encoding, bool with_declarations,
                    std::vector<FoundReference>& references) {
  const TextBuffer& text = asked.document->text;
  const auto function = FunctionAround(text, asked.document->name.path, asked.range.begin);
  if (!function) return;
  const SourceTokens tokens(text);
  bool is_first = true;
  for (const ByteRange& range : tokens.Find(asked.word)) {
    if (range.begin < function->begin || range.begin >= function->end) continue;
    if (std::exchange(is_first, false) && !with_declarations) continue;
    FoundReference& found = references.emplace_back();
    found.location.uri = asked.document->name.uri;
    found.location.range = ClientRange(text, range, encoding);
  }
}

void AddSilentCalls(const DocumentSnapshot& document, const std::vector<FoundReference>& indexed,
                    PositionEncoding encoding, std::vector<FoundReference>& references) {
  for (const FoundReference& call : indexed) {
    if ((call.roles & kRoleImplicit) == 0 || !call.location.container_name) continue;
    const auto word = IdentifierAt(
        document->text, OffsetOfClient(document->text, call.location.range.start, encoding));
    if (!word) continue;
    const std::string name = document->text.Substring(word->begin, word->end);
    if (NamesConstructor(*call.location.container_name, name)) references.push_back(call);
  }
}

// The live AST's references in one document; nothing if it does not answer in time.
std::optional<std::vector<FoundReference>> AskLive(LiveDocuments& live,
                                                   const DocumentSnapshot& document,
                                                   const Subject& subject, bool with_declarations,
                                                   const Work& work, absl::Duration patience) {
  Question question;
  question.kind = QuestionKind::kReferencesHere;
  question.usrs = subject.usrs;
  auto answer = live.Ask<ReferencesAnswer>(document, std::move(question), work, patience);
  if (!answer.ok()) return std::nullopt;
  std::vector<FoundReference> references;
  for (const LiveReference& reference : answer->references) {
    if (!with_declarations && reference.is_declaration) continue;
    FoundReference& found = references.emplace_back();
    if (reference.is_declaration) found.roles |= kRoleDeclaration;
    Location& location = found.location;
    location.uri = document->name.uri;
    location.range = live.ClientRange(document, reference.range);
    if (!reference.container.empty()) location.container_name = reference.container;
  }
  return references;
}

}  // namespace

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
  if (seen.ok()) subject.symbols = std::move(seen->symbols);
  subject.usrs.assign(usrs.begin(), usrs.end());
  return subject;
}

void AddFamily(Subject& subject, const Work& work) {
  const bool is_virtual = std::ranges::any_of(subject.symbols, [](const LiveSymbol& symbol) {
    return symbol.is_virtual && !symbol.name.starts_with('~');
  });
  if (!is_virtual && !subject.symbols.empty()) return;
  std::set<std::string> usrs(subject.usrs.begin(), subject.usrs.end());
  for (std::vector<std::string> next = subject.usrs; !next.empty() && !work.stop;) {
    const std::string usr = std::move(next.back());
    next.pop_back();
    std::set<std::string> related;
    AddOverrides(subject.asked, usr, work, related);
    for (const std::string& other : related) {
      if (usrs.insert(other).second) next.push_back(other);
    }
  }
  subject.usrs.assign(usrs.begin(), usrs.end());
}

absl::StatusOr<FoundReferences> FindReferences(Session& session, LiveDocuments& live,
                                               const DocumentSnapshot& document,
                                               const Subject& subject, const ReferenceQuery& query,
                                               const Work& work) {
  FoundReferences found;
  const auto ask_live = [&](const DocumentSnapshot& open, absl::Duration patience) {
    return AskLive(live, open, subject, query.with_declarations, work, patience);
  };
  if (subject.is_local || (subject.usrs.empty() && subject.asked.is_local)) {
    std::vector<FoundReference>& here = found[KeyOf(document)];
    if (!subject.usrs.empty()) {
      if (auto answer = ask_live(document, kPatience)) here = *std::move(answer);
    }
    if (here.empty()) {
      AddLocalByText(subject.asked, session.encoding(), query.with_declarations, here);
    }
    return found;
  }
  Places places = session.NewPlaces();
  absl::Status status = AskIndex(subject, query, work, places, found);
  if (!status.ok()) return status;
  const absl::Time latest = absl::Now() + kPatienceForOthers;
  for (const DocumentSnapshot& open : session.documents().All()) {
    if (work.stop) return absl::CancelledError("cancelled");
    const bool is_asked_about = open->generation == document->generation;
    std::vector<FoundReference>& indexed = found[KeyOf(open)];
    const bool may_mention =
        !indexed.empty() || is_asked_about ||
        (!subject.asked.word.empty() && !SourceTokens(open->text).Find(subject.asked.word).empty());
    if (!may_mention) continue;
    std::optional<std::vector<FoundReference>> here;
    if (!subject.usrs.empty()) {
      here = ask_live(
          open, is_asked_about ? kPatience : std::max(latest - absl::Now(), absl::ZeroDuration()));
    }
    if (here) {
      if (query.with_silent_calls) AddSilentCalls(open, indexed, session.encoding(), *here);
      indexed = *std::move(here);
    } else if (!subject.asked.word.empty()) {
      AddFromText(session, subject.asked, open, places, indexed);
    }
  }
  return found;
}

}  // namespace astrolabe::lsp
