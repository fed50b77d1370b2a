// textDocument/implementation, and what the index knows of definitions and declarations.
//
// From a definition the next jump goes to the declaration, and from a declaration to the definition, so that
// one key goes to and fro.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/navigation.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {
namespace {

// More of one name are no answer to "where is it".
constexpr size_t kMaxTargets = 100;

std::vector<Location> LocationsOf(const AskedSymbol& asked, const AskedHits& answer,
                                  Places& places) {
  std::vector<Location> locations;
  for (const SemanticHit& hit : answer.hits) {
    auto location = LocationOfHit(*asked.workspace, hit, places);
    if (!location) continue;
    if (std::ranges::find(locations, *location) == locations.end()) {
      locations.push_back(*std::move(location));
    }
  }
  return locations;
}

// Whether a name behind this token may be one that is declared there: behind a type, that is.
bool CanStandAheadOfName(std::string_view token) {
  for (std::string_view word : {"return", "case", "goto", "new", "delete", "throw", "else", "do",
                                "co_return", "co_await", "co_yield", "sizeof", "operator"}) {
    if (token == word) return false;
  }
  for (std::string_view sign : {"*", "&", "&&", ">", "["}) {
    if (token == sign) return true;
  }
  return absl::ascii_isalnum(static_cast<unsigned char>(token.front())) || token.front() == '_';
}

// Whether a name ahead of this token may be one that is declared there, and no type.
bool CanStandBehindName(std::string_view token) {
  for (std::string_view sign : {";", ",", ")", "=", "{", "(", "[", "]", ":"}) {
    if (token == sign) return true;
  }
  return false;
}

absl::StatusOr<std::vector<Location>> Implementations(const AskedSymbol& asked, Places& places,
                                                      const Work& work) {
  std::vector<Location> locations;
  for (SemanticQuestion question : {SemanticQuestion::kOverrides, SemanticQuestion::kDerived}) {
    auto answer = Ask(asked, question, kMaxTargets, work);
    if (!answer.ok()) return answer.status();
    std::erase_if(answer->hits, [](const SemanticHit& hit) {
      return hit.relation != HitRelation::kOverrider && hit.relation != HitRelation::kDerived;
    });
    std::vector<Location> found = LocationsOf(asked, *answer, places);
    std::ranges::move(found, std::back_inserter(locations));
  }
  return locations;
}

}  // namespace

bool Covers(const Location& location, const std::string& uri, const Position& position) {
  return location.uri == uri && location.range.start.line == position.line &&
         location.range.start.character <= position.character &&
         position.character <= location.range.end.character;
}

std::optional<ByteRange> LocalDeclaration(const AskedSymbol& asked) {
  const TextBuffer& text = asked.document->text;
  const auto function = FunctionAround(text, asked.document->name.path, asked.range.begin);
  if (!function) return std::nullopt;
  const SourceTokens tokens(text);
  // A member or a qualified name is declared elsewhere, and so is what has nothing ahead of it here.
  const auto token = std::ranges::find(tokens.tokens, asked.range.begin, &Token::offset);
  if (token != tokens.tokens.begin() && token != tokens.tokens.end()) {
    const std::string_view ahead = tokens.Text(*std::prev(token));
    if (ahead == "." || ahead == "->" || ahead == "::") return std::nullopt;
    if (std::next(token) != tokens.tokens.end() && tokens.Text(*std::next(token)) == "::") {
      return std::nullopt;
    }
  }
  for (const ByteRange& range : tokens.Find(asked.word)) {
    if (range.begin < function->begin || range.begin >= function->end) continue;
    const auto first = std::ranges::find(tokens.tokens, range.begin, &Token::offset);
    if (first == tokens.tokens.begin() || tokens.tokens.end() - first < 2 ||
        !CanStandAheadOfName(tokens.Text(*std::prev(first))) ||
        !CanStandBehindName(tokens.Text(*std::next(first)))) {
      return std::nullopt;
    }
    return range;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<Location>> TargetsInIndex(Session& session,
                                                     const DocumentSnapshot& document,
                                                     const Position& position, Jump jump,
                                                     const Work& work, bool may_be_local) {
  const AskedSymbol asked = SymbolAt(session, document, position);
  Places places = session.NewPlaces();
  if (jump == Jump::kImplementation && asked.workspace != nullptr) {
    auto locations = Implementations(asked, places, work);
    if (!locations.ok() || !locations->empty()) return locations;
  }
  std::vector<Location> locations;
  for (SemanticQuestion question :
       {SemanticQuestion::kDefinition, SemanticQuestion::kDeclaration}) {
    if (jump == Jump::kDeclaration) {
      question = question == SemanticQuestion::kDefinition ? SemanticQuestion::kDeclaration
                                                           : SemanticQuestion::kDefinition;
    }
    auto answer = Ask(asked, question, kMaxTargets, work);
    if (!answer.ok()) return answer.status();
    std::vector<Location> found;
    if (asked.workspace != nullptr) found = LocationsOf(asked, *answer, places);
    const bool is_here = std::ranges::any_of(found, [&](const Location& location) {
      return Covers(location, document->name.uri, position);
    });
    // Here already: the other question's answer is more use, if there is one.
    if (!found.empty() && (locations.empty() || !is_here)) locations = std::move(found);
    if (!locations.empty() && !is_here) return locations;
  }
  if (locations.empty() && !asked.word.empty() && may_be_local) {
    const std::optional<ByteRange> local = LocalDeclaration(asked);
    if (local && local->begin != asked.range.begin) {
      locations.push_back({.uri = document->name.uri,
                           .range = ClientRange(document->text, *local, session.encoding()),
                           .container_name = {}});
    }
  }
  return locations;
}

void BindImplementation(Dispatcher& dispatcher, Session& session) {
  session.capabilities().implementation_provider = true;
  OnDocumentRequest<ImplementationRequest>(
      dispatcher, session, "lsp.implementation",
      [&session](const ImplementationParams& params, const DocumentSnapshot& document,
                 const Work& work) {
        return TargetsInIndex(session, document, params.position, Jump::kImplementation, work);
      });
}

}  // namespace astrolabe::lsp
