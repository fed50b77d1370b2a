// textDocument/prepareCallHierarchy and callHierarchy/incomingCalls, outgoingCalls.
//
// With the semantic index, calls as the compiler saw them. Without it, incoming calls are the tokens that spell
// the name in front of a parenthesis, by the function of tier 0's outline around them; outgoing calls have no
// answer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "index/query/symbol_query.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/hierarchy_item.h"

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
  return places.ToClient(workspace.ClientPath(hit.path), hit.begin, hit.end, &hit.text);
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

absl::StatusOr<std::vector<CallHierarchyIncomingCall>> IncomingByText(Session& session,
                                                                      const HierarchyKey& key,
                                                                      const Indexes& indexes,
                                                                      const Work& work) {
  std::vector<CallHierarchyIncomingCall> calls;
  if (indexes.snapshot == nullptr) return calls;
  SemanticRequest request;
  request.question = SemanticQuestion::kReferences;
  request.argument = NameArgument{.scope = {}, .name = key.name, .anchored = false};
  request.limit = kMaxCalls;
  auto answer = Ask(*key.workspace, indexes, std::move(request), work);
  if (!answer.ok()) return answer.status();
  Places places(session.documents());
  std::map<std::pair<std::string, astrolabe::Position>, size_t> rank;
  for (const SemanticHit& hit : answer->hits) {
    if (work.stop || !IsCallByText(hit)) continue;
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

absl::StatusOr<std::vector<CallHierarchyIncomingCall>> Incoming(Session& session, const Json& data,
                                                                const Work& work) {
  auto key = KeyFrom(session, data);
  if (!key.ok()) return key.status();
  const Indexes indexes = key->workspace->indexes();
  if (key->usr.empty() || indexes.semantic == nullptr) {
    return IncomingByText(session, *key, indexes, work);
  }
  SemanticRequest request;
  request.question = SemanticQuestion::kCallers;
  request.argument = UsrArgument{key->usr};
  request.limit = kMaxCalls;
  auto answer = Ask(*key->workspace, indexes, std::move(request), work);
  if (!answer.ok()) return answer.status();
  Places places(session.documents());
  std::vector<CallHierarchyIncomingCall> calls;
  // The hits of one caller stand together.
  SymbolId last = 0;
  bool is_shown = false;
  for (const SemanticHit& hit : answer->hits) {
    if (work.stop) break;
    if (!hit.container) continue;
    if (std::exchange(last, hit.container->id) != hit.container->id) {
      auto place = PlaceOfSymbol(*key->workspace, indexes, hit.container->usr, work);
      if (!place.ok()) return place.status();
      is_shown = false;
      if (*place) {
        if (auto item = ItemOf<CallHierarchyItem>(*key->workspace, **place, places)) {
          calls.push_back({.from = *std::move(item), .from_ranges = {}});
          is_shown = true;
        }
      }
    }
    if (is_shown) calls.back().from_ranges.push_back(RangeOfHit(*key->workspace, hit, places));
  }
  return calls;
}

absl::StatusOr<std::vector<CallHierarchyOutgoingCall>> Outgoing(Session& session, const Json& data,
                                                                const Work& work) {
  auto key = KeyFrom(session, data);
  if (!key.ok()) return key.status();
  const Indexes indexes = key->workspace->indexes();
  std::vector<CallHierarchyOutgoingCall> calls;
  if (key->usr.empty() || indexes.semantic == nullptr) return calls;
  SemanticRequest request;
  request.question = SemanticQuestion::kCallees;
  request.argument = UsrArgument{key->usr};
  request.limit = kMaxCalls;
  auto answer = Ask(*key->workspace, indexes, std::move(request), work);
  if (!answer.ok()) return answer.status();
  Places places(session.documents());
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

void BindCallHierarchy(Dispatcher& dispatcher, Session& session) {
  session.capabilities().call_hierarchy_provider = true;
  using Items = CallHierarchyPrepareRequest::Result;
  dispatcher.OnRequest<CallHierarchyPrepareRequest>(
      [&](const CallHierarchyPrepareParams& params, RequestContext context, Reply<Items> reply) {
        session.AnswerAbout(
            "lsp.prepareCallHierarchy", params.text_document.uri, std::move(context),
            std::move(reply),
            [&session, position = params.position](const DocumentSnapshot& document,
                                                   const Work& work) -> absl::StatusOr<Items> {
              return PrepareItems<CallHierarchyItem>(session, document, position, IsCallable, work);
            });
      });
  using Callers = CallHierarchyIncomingCallsRequest::Result;
  dispatcher.OnRequest<CallHierarchyIncomingCallsRequest>(
      [&](CallHierarchyIncomingCallsParams params, RequestContext context, Reply<Callers> reply) {
        session.Answer("lsp.incomingCalls", std::move(context), std::move(reply),
                       [&session, data = std::move(params.item.data)](const Work& work)
                           -> absl::StatusOr<Callers> { return Incoming(session, data, work); });
      });
  using Callees = CallHierarchyOutgoingCallsRequest::Result;
  dispatcher.OnRequest<CallHierarchyOutgoingCallsRequest>(
      [&](CallHierarchyOutgoingCallsParams params, RequestContext context, Reply<Callees> reply) {
        session.Answer("lsp.outgoingCalls", std::move(context), std::move(reply),
                       [&session, data = std::move(params.item.data)](const Work& work)
                           -> absl::StatusOr<Callees> { return Outgoing(session, data, work); });
      });
}

}  // namespace astrolabe::lsp
