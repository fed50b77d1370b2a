// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/asked_symbol.h"

#include <utility>

#include "base/whole_file.h"
#include "index/query/semantic_coverage.h"
#include "index/words.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {

AskedSymbol SymbolAt(Session& session, const DocumentSnapshot& document, const Position& position) {
  AskedSymbol asked;
  asked.document = document;
  const size_t offset = OffsetOfClient(document->text, position, session.encoding());
  if (const auto range = IdentifierAt(document->text, offset)) {
    asked.range = *range;
    asked.word = document->text.Substring(range->begin, range->end);
  }
  asked.workspace = session.WorkspaceOf(document->name.path);
  if (asked.workspace == nullptr) return asked;
  asked.indexes = asked.workspace->indexes();
  const QuerySources sources = asked.workspace->Sources(asked.indexes);
  const std::string path = asked.workspace->IndexPath(document->name.path);
  SemanticCoverage coverage(sources.semantic, RealFileSystem(), sources.root);
  if (!document->name.path.empty() && coverage.Covers(path)) {
    const TextDifference difference(ReadWholeFile(document->name.path), document->text);
    bool edited = false;
    const size_t disk_offset =
        difference.ToDisk(asked.word.empty() ? offset : asked.range.begin, &edited);
    const TextPosition place = PositionOf(difference.disk(), disk_offset, PositionEncoding::kUtf8);
    if (!edited) {
      PlaceArgument argument{.path = path, .position = {place.line, place.column}};
      if (!sources.semantic->At(path, argument.position).empty()) {
        asked.argument = std::move(argument);
        return asked;
      }
      asked.is_local = !asked.word.empty();
      return asked;
    }
  }
  if (!asked.word.empty() && IsWord(asked.word)) {
    asked.argument = NameArgument{.scope = {}, .name = asked.word, .anchored = false};
  }
  return asked;
}

absl::StatusOr<AskedHits> Ask(const AskedSymbol& asked, SemanticQuestion question, size_t limit,
                              const Work& work) {
  if (!asked.argument || asked.workspace == nullptr) return AskedHits();
  SemanticRequest request;
  request.question = question;
  request.argument = *asked.argument;
  request.limit = limit;
  return Ask(*asked.workspace, asked.indexes, std::move(request), work);
}

absl::StatusOr<AskedHits> Ask(const Workspace& workspace, const Indexes& indexes,
                              SemanticRequest request, const Work& work) {
  AskedHits asked;
  if (!indexes.semantic && (!indexes.snapshot || !NamesSuffice(request.question))) return asked;
  if (request.threads == 0) request.threads = workspace.settings().threads;
  auto summary = AskSemantic(
      workspace.Sources(indexes), request,
      [&](const SemanticHit& hit) { asked.hits.push_back(hit); }, &work.stop);
  if (!summary.ok()) {
    // The index lacks what it takes, or the root is gone: there is no answer, which is no error.
    if (absl::IsFailedPrecondition(summary.status()) || absl::IsNotFound(summary.status())) {
      return AskedHits();
    }
    return summary.status();
  }
  asked.summary = *std::move(summary);
  return asked;
}

std::optional<Location> LocationOfHit(const Workspace& workspace, const SemanticHit& hit,
                                      Places& places) {
  if (hit.path.empty()) return std::nullopt;
  const std::string path = workspace.ClientPath(hit.path);
  if (const TextDifference* difference = places.DifferenceOf(path)) {
    bool edited = false;
    difference->ToLive(OffsetOfPlace(difference->disk(), hit.begin), &edited);
    if (edited) return std::nullopt;
  }
  return places.LocationOf(path, hit.begin, hit.end);
}

SymbolKind ClientKind(astrolabe::SymbolKind kind) {
  using Kind = astrolabe::SymbolKind;
  switch (kind) {
    case Kind::kMacro:
      return SymbolKind::kConstant;
    case Kind::kFunction:
      return SymbolKind::kFunction;
    case Kind::kMethod:
    case Kind::kConversion:
      return SymbolKind::kMethod;
    case Kind::kConstructor:
    case Kind::kDestructor:
      return SymbolKind::kConstructor;
    case Kind::kOperator:
      return SymbolKind::kOperator;
    case Kind::kNamespace:
    case Kind::kNamespaceAlias:
      return SymbolKind::kNamespace;
    case Kind::kClass:
    case Kind::kTypedef:
    case Kind::kAlias:
      return SymbolKind::kClass;
    case Kind::kStruct:
    case Kind::kUnion:
      return SymbolKind::kStruct;
    case Kind::kEnum:
      return SymbolKind::kEnum;
    case Kind::kEnumerator:
      return SymbolKind::kEnumMember;
    case Kind::kVariable:
      return SymbolKind::kVariable;
    case Kind::kField:
      return SymbolKind::kField;
    case Kind::kConcept:
      return SymbolKind::kInterface;
    case Kind::kInclude:
      return SymbolKind::kFile;
  }
  return SymbolKind::kVariable;
}

}  // namespace astrolabe::lsp
