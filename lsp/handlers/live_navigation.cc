// textDocument/definition, declaration and typeDefinition from the live AST, and from the index where that does
// not see the answer or is not ready yet.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/includes.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/navigation.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {
namespace {

// An #include leads to its file.
std::optional<Location> IncludeTarget(Session& session, LiveDocuments& live,
                                      const DocumentSnapshot& document, const Position& position) {
  const std::optional<DocumentInclude> include = IncludeAt(session, live, document, position);
  if (!include) return std::nullopt;
  return Location{.uri = FileUri(include->path), .range = {}, .container_name = {}};
}

// Where the index has the definition or declaration of what the AST has named.
std::vector<Location> InIndex(Session& session, const DocumentSnapshot& document,
                              const std::string& usr, SemanticQuestion question, const Work& work) {
  std::vector<Location> locations;
  std::shared_ptr<Workspace> workspace = session.WorkspaceOf(document->name.path);
  if (workspace == nullptr) return locations;
  SemanticRequest request;
  request.question = question;
  request.argument = UsrArgument{usr};
  request.limit = 20;
  request.with_containers = false;
  absl::StatusOr<AskedHits> answer = Ask(*workspace, workspace->indexes(), request, work);
  if (!answer.ok()) return locations;
  Places places = session.NewPlaces();
  for (const SemanticHit& hit : answer->hits) {
    if (auto location = LocationOfHit(*workspace, hit, places)) locations.push_back(*location);
  }
  return locations;
}

std::vector<Location> TargetOf(Session& session, LiveDocuments& live,
                               const DocumentSnapshot& document, const Position& position,
                               const LiveSymbol& symbol, Jump jump, const Work& work) {
  auto one = [&](bool definition) -> std::vector<Location> {
    const std::optional<CodeLocation>& seen = definition ? symbol.definition : symbol.declaration;
    if (seen) return {live.ClientLocation(*seen)};
    if (symbol.is_local || symbol.usr.empty()) return {};
    return InIndex(session, document, symbol.usr,
                   definition ? SemanticQuestion::kDefinition : SemanticQuestion::kDeclaration,
                   work);
  };
  std::vector<Location> wanted = one(jump == Jump::kDefinition);
  // Without a semantic index the name alone may find it.
  if (wanted.empty() && !symbol.is_local) {
    auto by_name = TargetsInIndex(session, document, position, jump, work, /*may_be_local=*/false);
    if (by_name.ok()) wanted = *std::move(by_name);
  }
  bool is_here = std::ranges::any_of(wanted, [&](const Location& location) {
    return Covers(location, document->name.uri, position);
  });
  if (!wanted.empty() && !is_here) return wanted;
  // Here already, or nowhere: the other one is more use.
  std::vector<Location> other = one(jump != Jump::kDefinition);
  return other.empty() ? wanted : other;
}

absl::StatusOr<std::vector<Location>> Targets(Session& session, LiveDocuments& live,
                                              const DocumentSnapshot& document,
                                              const Position& position, Jump jump,
                                              const Work& work) {
  const Question question = live.QuestionAt(QuestionKind::kSymbols, document, position);
  absl::StatusOr<SymbolsAnswer> answer =
      live.Ask<SymbolsAnswer>(document, question, work, LiveDocuments::kPatience);
  std::vector<Location> locations;
  if (absl::IsDeadlineExceeded(answer.status())) {
    if (auto include = IncludeTarget(session, live, document, position))
      return std::vector{*include};
    absl::StatusOr<std::vector<Location>> known =
        TargetsInIndex(session, document, position, jump, work);
    if (!known.ok() || !known->empty()) return known;
    // Nobody knows better: the compiler's word is worth waiting for.
    answer = live.Ask<SymbolsAnswer>(document, question, work);
  }
  if (answer.ok()) {
    for (const CodeLocation& target : answer->targets) {
      locations.push_back(live.ClientLocation(target));
    }
    for (const LiveSymbol& symbol : answer->symbols) {
      for (Location& location : TargetOf(session, live, document, position, symbol, jump, work)) {
        if (std::ranges::find(locations, location) == locations.end()) {
          locations.push_back(std::move(location));
        }
      }
    }
  }
  if (!locations.empty()) return locations;
  if (absl::IsCancelled(answer.status())) return answer.status();
  if (auto include = IncludeTarget(session, live, document, position)) return std::vector{*include};
  return TargetsInIndex(session, document, position, jump, work);
}

template <typename Request>
void BindJump(Dispatcher& dispatcher, Session& session, LiveDocuments& live, const char* name,
              Jump jump) {
  OnDocumentRequest<Request>(
      dispatcher, session, name,
      [&session, &live, jump](const typename Request::Params& params,
                              const DocumentSnapshot& document, const Work& work) {
        return Targets(session, live, document, params.position, jump, work);
      });
}

}  // namespace

void BindNavigation(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().definition_provider = true;
  session.capabilities().declaration_provider = true;
  BindJump<DefinitionRequest>(dispatcher, session, live, "lsp.definition", Jump::kDefinition);
  BindJump<DeclarationRequest>(dispatcher, session, live, "lsp.declaration", Jump::kDeclaration);
  session.capabilities().type_definition_provider = true;
  OnDocumentRequest<TypeDefinitionRequest>(
      dispatcher, session, "lsp.typeDefinition",
      [&session, &live](const TypeDefinitionParams& params, const DocumentSnapshot& document,
                        const Work& work) -> absl::StatusOr<std::vector<Location>> {
        absl::StatusOr<SymbolsAnswer> answer = live.Ask<SymbolsAnswer>(
            document, live.QuestionAt(QuestionKind::kTypeDefinition, document, params.position),
            work);
        if (!answer.ok()) return answer.status();
        std::vector<Location> locations;
        for (const LiveSymbol& symbol : answer->symbols) {
          for (Location& location : TargetOf(session, live, document, params.position, symbol,
                                             Jump::kDefinition, work)) {
            locations.push_back(std::move(location));
          }
        }
        return locations;
      });
}

}  // namespace astrolabe::lsp
