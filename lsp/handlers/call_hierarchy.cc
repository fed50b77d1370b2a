// textDocument/prepareCallHierarchy and callHierarchy/incomingCalls, outgoingCalls.
//
// With the semantic index, calls as the compiler saw them; of open files that it does not have as they are, the live
// ASTs answer. Of all other files, without an index, incoming calls are the tokens that spell the name in front of a
// parenthesis, by the function of tier 0's outline around them; outgoing calls have no answer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "index/query/symbol_query.h"
#include "lsp/handlers/hierarchy_item.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/on_request.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kMaxCalls = 5000;  // places

bool IsCallable(astrolabe::SymbolKind kind) {
  using Kind = astrolabe::SymbolKind;
  switch (kind) {
    case Kind::kFunction:
    case Kind::kMethod:
    case Kind::kConstructor:
    case Kind::kDestructor:
    case Kind::kOperator:
    case Kind::kConversion:
    case Kind::kMacro:
      return true;
    default:
      return false;
  }
}

Range RangeOfHit(const Workspace& workspace, const SemanticHit& hit, Places& places) {
  return places.ToClient(workspace.ClientPath(hit.path), hit.begin, hit.end);
}

// The function of tier 0's outline that a place is in, as a hit of its own.
std::optional<SemanticHit> CallerByText(const Snapshot& snapshot, const SemanticHit& call) {
  std::optional<SemanticHit> caller;
  for (const SymbolHit& symbol : OutlineOf(snapshot, call.path)) {
    if (!IsCallable(symbol.kind) || symbol.kind == astrolabe::SymbolKind::kMacro) continue;
    if (call.begin < symbol.begin || symbol.end < call.begin) continue;
    if (symbol.name_position == call.begin) return std::nullopt;  // its own name
    caller.emplace();
    caller->tier = 0;
    caller->name = symbol.name;
    caller->scope = symbol.scope;
    caller->kind = symbol.kind;
    caller->path = symbol.path;
    caller->begin = symbol.name_position;
    caller->end = {symbol.name_position.line,
                   symbol.name_position.column + static_cast<uint32_t>(symbol.name.size())};
    caller->extent_begin = symbol.begin;
    caller->extent_end = symbol.end;
  }
  return caller;
}

bool IsCallByText(const SemanticHit& hit) {
  const size_t behind = hit.text.find_first_not_of(" \t", hit.end.column);
  return behind != std::string::npos && hit.text[behind] == '(';
}

using Callers = std::vector<CallHierarchyIncomingCall>;
using Callees = std::vector<CallHierarchyOutgoingCall>;

std::vector<Range> RangesOf(const LiveDocuments& live, const LiveAnswer& answer,
                            const HierarchySymbol& symbol) {
  std::vector<Range> ranges;
  for (const CodeRange& call : symbol.calls) {
    ranges.push_back(live.ClientRange(answer.document, call));
  }
  return ranges;
}

absl::StatusOr<Callers> IncomingByText(Session& session, const HierarchyKey& key,
                                       const Indexes& indexes,
                                       const std::vector<LiveAnswer>& answers, const Work& work) {
  Callers calls;
  if (indexes.snapshot == nullptr) return calls;
  SemanticRequest request;
  request.question = SemanticQuestion::kReferences;
  request.argument = NameArgument{.scope = {}, .name = key.name, .anchored = false};
  request.limit = kMaxCalls;
  request.with_lines = true;
  auto answer = Ask(*key.workspace, indexes, std::move(request), work);
  if (!answer.ok()) return answer.status();
  Places places = session.NewPlaces();
  std::map<std::pair<std::string, astrolabe::Position>, size_t> rank;
  for (const SemanticHit& hit : answer->hits) {
    if (work.stop || !IsCallByText(hit)) continue;
    if (HasAnswered(answers, key.workspace->ClientPath(hit.path))) continue;
    const auto caller = CallerByText(*indexes.snapshot, hit);
    if (!caller) continue;
    const auto [it, is_new] = rank.emplace(std::pair(caller->path, caller->begin), calls.size());
    if (is_new) {
      auto item = ItemOf<CallHierarchyItem>(*key.workspace, *caller, places);
      calls.push_back({.from = *std::move(item), .from_ranges = {}});
    }
    calls[it->second].from_ranges.push_back(RangeOfHit(*key.workspace, hit, places));
  }
  return calls;
}

absl::StatusOr<Callers> IncomingInIndex(Session& session, const HierarchyKey& key,
                                        const Indexes& indexes,
                                        const std::vector<LiveAnswer>& answers, const Work& work) {
  SemanticRequest request;
  request.question = SemanticQuestion::kCallers;
  request.argument = UsrArgument{key.usr};
  request.limit = kMaxCalls;
  auto answer = Ask(*key.workspace, indexes, std::move(request), work);
  if (!answer.ok()) return answer.status();
  Places places = session.NewPlaces();
  Callers calls;
  // The hits of one caller stand together.
  SymbolId last = 0;
  bool is_shown = false;
  for (const SemanticHit& hit : answer->hits) {
    if (work.stop) break;
    if (!hit.container || HasAnswered(answers, key.workspace->ClientPath(hit.path))) continue;
    if (std::exchange(last, hit.container->id) != hit.container->id) {
      auto place = PlaceOfSymbol(*key.workspace, indexes, hit.container->usr, work);
      if (!place.ok()) return place.status();
      is_shown = false;
      if (*place) {
        if (auto item = ItemOf<CallHierarchyItem>(*key.workspace, **place, places)) {
          calls.push_back({.from = *std::move(item), .from_ranges = {}});
          is_shown = true;
        }
      }
    }
    if (is_shown) calls.back().from_ranges.push_back(RangeOfHit(*key.workspace, hit, places));
  }
  return calls;
}

absl::StatusOr<Callers> Incoming(Session& session, LiveDocuments& live, const Json& data,
                                 const Work& work) {
  auto key = KeyFrom(session, data);
  if (!key.ok()) return key.status();
  const Indexes indexes = IndexesOf(*key);
  const auto answers = AskOpenFiles(session, live, *key, QuestionKind::kIncomingCalls, work);
  auto calls = key->usr.empty() || indexes.semantic == nullptr
                   ? IncomingByText(session, *key, indexes, answers, work)
                   : IncomingInIndex(session, *key, indexes, answers, work);
  if (!calls.ok()) return calls;
  for (const LiveAnswer& answer : answers) {
    for (const HierarchySymbol& caller : answer.answer.symbols) {
      calls->push_back(
          {.from = ItemOf<CallHierarchyItem>(key->workspace.get(), live, answer.document, caller),
           .from_ranges = RangesOf(live, answer, caller)});
    }
  }
  return calls;
}

absl::StatusOr<Callees> Outgoing(Session& session, LiveDocuments& live, const Json& data,
                                 const Work& work) {
  auto key = KeyFrom(session, data);
  if (!key.ok()) return key.status();
  Callees calls;
  for (const LiveAnswer& answer :
       AskOpenFiles(session, live, *key, QuestionKind::kOutgoingCalls, work)) {
    if (!answer.answer.is_defined_here) continue;
    for (const HierarchySymbol& callee : answer.answer.symbols) {
      calls.push_back(
          {.to = ItemOf<CallHierarchyItem>(key->workspace.get(), live, answer.document, callee),
           .from_ranges = RangesOf(live, answer, callee)});
    }
    return calls;
  }
  const Indexes indexes = IndexesOf(*key);
  if (key->usr.empty() || indexes.semantic == nullptr) return calls;
  SemanticRequest request;
  request.question = SemanticQuestion::kCallees;
  request.argument = UsrArgument{key->usr};
  request.limit = kMaxCalls;
  auto answer = Ask(*key->workspace, indexes, std::move(request), work);
  if (!answer.ok()) return answer.status();
  Places places = session.NewPlaces();
  SymbolId last = 0;
  bool is_shown = false;
  for (const SemanticHit& hit : answer->hits) {
    if (work.stop) break;
    if (!hit.symbol || !hit.symbol->known()) continue;
    if (std::exchange(last, hit.symbol->id) != hit.symbol->id) {
      auto place = PlaceOfSymbol(*key->workspace, indexes, hit.symbol->usr, work);
      if (!place.ok()) return place.status();
      is_shown = false;
      if (*place) {
        if (auto item = ItemOf<CallHierarchyItem>(*key->workspace, **place, places)) {
          calls.push_back({.to = *std::move(item), .from_ranges = {}});
          is_shown = true;
        }
      }
    }
    if (is_shown) calls.back().from_ranges.push_back(RangeOfHit(*key->workspace, hit, places));
  }
  return calls;
}

}  // namespace

void BindCallHierarchy(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().call_hierarchy_provider = true;
  OnDocumentRequest<CallHierarchyPrepareRequest>(
      dispatcher, session, "lsp.prepareCallHierarchy",
      [&session, &live](const CallHierarchyPrepareParams& params, const DocumentSnapshot& document,
                        const Work& work) {
        return PrepareItems<CallHierarchyItem>(session, live, document, params.position, IsCallable,
                                               work);
      });
  OnPlainRequest<CallHierarchyIncomingCallsRequest>(
      dispatcher, session, "lsp.incomingCalls",
      [&session, &live](const CallHierarchyIncomingCallsParams& params, const Work& work) {
        return Incoming(session, live, params.item.data, work);
      });
  OnPlainRequest<CallHierarchyOutgoingCallsRequest>(
      dispatcher, session, "lsp.outgoingCalls",
      [&session, &live](const CallHierarchyOutgoingCallsParams& params, const Work& work) {
        return Outgoing(session, live, params.item.data, work);
      });
}

}  // namespace astrolabe::lsp
