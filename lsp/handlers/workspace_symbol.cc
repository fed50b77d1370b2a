// workspace/symbol and workspaceSymbol/resolve.
//
// Tier 0 finds names by what is typed, of all files; tier 1 adds what the scanner cannot see (what macros
// declare) where the name is complete. Documents with unsaved edits answer for themselves.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "index/file_scanner.h"
#include "index/query/name_matcher.h"
#include "index/query/semantic_argument.h"
#include "index/query/symbol_query.h"
#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/on_request.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kUnlimited = 10'000;
constexpr size_t kPart = 200;        // symbols sent at once to a client that takes parts
constexpr size_t kMaxSemantic = 64;  // symbols of one name that tier 1 is asked about

struct Found {
  float score = 0;
  std::string path;  // the client's
  WorkspaceSymbol symbol;
};

std::string_view LastPart(std::string_view query) {
  const size_t colon = query.rfind(':');
  return colon == std::string_view::npos ? query : query.substr(colon + 1);
}

Found FoundFrom(const SymbolHit& hit, const std::string& path, Places& places) {
  Found found;
  found.score = hit.score;
  found.path = path;
  found.symbol.name = hit.name;
  found.symbol.kind = ClientKind(hit.kind);
  if (!hit.scope.empty()) found.symbol.container_name = hit.scope;
  const astrolabe::Position end = {
      hit.name_position.line, hit.name_position.column + static_cast<uint32_t>(hit.name.size())};
  found.symbol.location = places.LocationOf(path, hit.name_position, end, hit.is_in_ascii_file);
  return found;
}

// The outline of what is in the editor and not on disk.
void AddFromEditor(Session& session, std::string_view query, Places& places,
                   absl::flat_hash_set<std::string>& edited, std::vector<Found>& found) {
  const NameArgument asked = [&] {
    NameArgument argument;
    for (std::string_view part : SplitQualifiedName(query)) {
      if (!part.empty()) argument.scope.emplace_back(part);
    }
    if (!argument.scope.empty()) {
      argument.name = std::move(argument.scope.back());
      argument.scope.pop_back();
    }
    return argument;
  }();
  const NameMatcher matcher(asked.name);
  for (const DocumentSnapshot& document : session.documents().All()) {
    const std::string& path = document->name.path;
    if (path.empty() || places.DifferenceOf(path) == nullptr) continue;
    edited.insert(path);
    const std::string text = document->text.ToString();
    FileScanner scanner;
    for (const Symbol& symbol : scanner.Scan(text, LanguageHintOf(path)).symbols) {
      if (symbol.kind == astrolabe::SymbolKind::kInclude) continue;
      const auto score = matcher.Match(symbol.name);
      if (!score || FitScope(asked, symbol.scope) == ScopeFit::kNone) continue;
      Found& one = found.emplace_back();
      one.score = *score;
      one.path = path;
      one.symbol.name = symbol.name;
      one.symbol.kind = ClientKind(symbol.kind);
      if (!symbol.scope.empty()) one.symbol.container_name = std::string(symbol.scope);
      const size_t begin = OffsetOfPlace(document->text, symbol.name_position);
      one.symbol.location =
          Location{.uri = document->name.uri,
                   .range = ClientRange(document->text, {begin, begin + symbol.name.size()},
                                        session.encoding()),
                   .container_name = {}};
    }
  }
}

// Whether the scanner has found as many of a name in each file as the compiler knows symbols that the file declares.
bool AreAllFound(const Workspace& workspace, const SemanticIndex& semantic,
                 const std::vector<SymbolId>& symbols, std::string_view name,
                 const std::vector<Found>& found) {
  absl::flat_hash_map<std::string, size_t> left;  // of those found, by file
  for (const Found& one : found) {
    if (one.symbol.name == name) ++left[one.path];
  }
  for (SymbolId symbol : symbols) {
    for (std::string_view path : semantic.DeclaringFiles(symbol)) {
      const auto file = left.find(workspace.ClientPath(path));
      if (file == left.end() || file->second == 0) return false;
      --file->second;
    }
  }
  return true;
}

// What the compiler knows by exactly this name and the scanner has not found there.
absl::Status AddFromSemantics(const Workspace& workspace, const Indexes& indexes,
                              std::string_view query, size_t limit, Places& places,
                              const Work& work, std::vector<Found>& found) {
  const std::string_view name = LastPart(query);
  if (indexes.semantic == nullptr || name.empty()) return absl::OkStatus();
  // The list is full of this name.
  const auto exact = std::ranges::count(
      found, name, [](const Found& one) -> std::string_view { return one.symbol.name; });
  if (static_cast<size_t>(exact) >= limit) return absl::OkStatus();
  const std::vector<SymbolId> symbols = indexes.semantic->FindByName(name);
  if (symbols.size() > kMaxSemantic ||
      AreAllFound(workspace, *indexes.semantic, symbols, name, found)) {
    return absl::OkStatus();
  }
  auto argument = ParseSymbolArgument(query);
  if (!argument.ok() || !std::holds_alternative<NameArgument>(*argument)) return absl::OkStatus();
  SemanticRequest request;
  request.question = SemanticQuestion::kDefinition;
  request.argument = *std::move(argument);
  request.limit = kMaxSemantic;
  request.with_containers = false;
  auto answer =
      Ask(workspace, {.snapshot = nullptr, .semantic = indexes.semantic}, std::move(request), work);
  if (!answer.ok()) return answer.status();
  absl::flat_hash_set<std::pair<std::string, uint32_t>> known;
  for (const Found& one : found) {
    const auto& location = std::get<Location>(one.symbol.location);
    known.emplace(one.path, location.range.start.line);
  }
  for (const SemanticHit& hit : answer->hits) {
    if (hit.stale || hit.path.empty() || hit.symbol == nullptr) continue;
    Found one;
    one.score = 1;
    one.path = workspace.ClientPath(hit.path);
    auto location = LocationOfHit(workspace, hit, places);
    if (!location || !known.emplace(one.path, location->range.start.line).second) continue;
    one.symbol.name = hit.symbol->name;
    one.symbol.kind = ClientKind(hit.symbol->kind);
    if (!hit.symbol->scope.empty()) one.symbol.container_name = hit.symbol->scope;
    one.symbol.location = *std::move(location);
    found.push_back(std::move(one));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<WorkspaceSymbol>> Symbols(Session& session, const std::string& query,
                                                     const Work& work) {
  const size_t asked_limit = session.options()->limit_results;
  const size_t limit = asked_limit == 0 ? kUnlimited : asked_limit;
  std::vector<Found> found;
  Places places = session.NewPlaces();
  absl::flat_hash_set<std::string> edited;
  AddFromEditor(session, query, places, edited, found);
  for (const auto& workspace : session.workspaces()) {
    if (work.stop) return absl::CancelledError("cancelled");
    const Indexes indexes = workspace->indexes();
    if (indexes.snapshot != nullptr) {
      SymbolQuery asked;
      asked.text = query;
      asked.limit = limit;
      for (const SymbolHit& hit : FindSymbols(*indexes.snapshot, asked)) {
        const std::string path = workspace->ClientPath(hit.path);
        if (!edited.contains(path)) found.push_back(FoundFrom(hit, path, places));
      }
    }
    absl::Status status = AddFromSemantics(*workspace, indexes, query, limit, places, work, found);
    if (!status.ok()) return status;
  }
  std::ranges::stable_sort(found, std::greater<>(), &Found::score);
  // Two roots, one inside the other, know the same files.
  absl::flat_hash_set<std::tuple<std::string, uint32_t, uint32_t>> seen;
  std::vector<WorkspaceSymbol> symbols;
  for (Found& one : found) {
    const Position& start = std::get<Location>(one.symbol.location).range.start;
    if (!seen.emplace(one.path, start.line, start.character).second) continue;
    symbols.push_back(std::move(one.symbol));
    if (symbols.size() == limit) break;
  }
  return symbols;
}

}  // namespace

void BindWorkspaceSymbol(Dispatcher& dispatcher, Session& session) {
  WorkspaceSymbolOptions options;
  options.resolve_provider = true;
  session.capabilities().workspace_symbol_provider = options;
  OnPlainRequest<WorkspaceSymbolRequest>(
      dispatcher, session, "lsp.workspaceSymbol",
      [&session](const WorkspaceSymbolParams& params,
                 const Work& work) -> absl::StatusOr<std::vector<WorkspaceSymbol>> {
        auto symbols = Symbols(session, params.query, work);
        const auto& token = work.context.partial_result_token;
        if (!symbols.ok() || !token) return symbols;
        for (size_t i = 0; i < symbols->size(); i += kPart) {
          const size_t end = std::min(symbols->size(), i + kPart);
          const std::vector<WorkspaceSymbol> part(symbols->begin() + static_cast<ptrdiff_t>(i),
                                                  symbols->begin() + static_cast<ptrdiff_t>(end));
          if (!work.stop) session.client()->Progress(*token, part);
        }
        return std::vector<WorkspaceSymbol>();
      });
  // Nothing was left out.
  dispatcher.OnRequest<WorkspaceSymbolResolveRequest>(
      [](WorkspaceSymbol symbol, const RequestContext&, Reply<WorkspaceSymbol> reply) {
        reply(std::move(symbol));
      });
}

}  // namespace astrolabe::lsp
