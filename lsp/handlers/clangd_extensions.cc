// What clangd has beside the protocol and only the compiler can answer: textDocument/ast, textDocument/symbolInfo.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "alloc/hash.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

AstNode ClientNode(const LiveDocuments& live, const DocumentSnapshot& document, SyntaxNode node) {
  AstNode client;
  client.role = std::move(node.role);
  client.kind = std::move(node.kind);
  client.detail = std::move(node.detail);
  client.arcana = std::move(node.arcana);
  if (node.range) client.range = live.ClientRange(document, *node.range);
  client.children.reserve(node.children.size());
  for (SyntaxNode& child : node.children) {
    client.children.push_back(ClientNode(live, document, std::move(child)));
  }
  return client;
}

void BindAst(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().ast_provider = true;
  OnDocumentRequest<AstRequest>(
      dispatcher, session, "lsp.ast",
      [&live](const AstParams& params, const DocumentSnapshot& document,
              const Work& work) -> absl::StatusOr<std::optional<AstNode>> {
        Question question;
        question.kind = QuestionKind::kSyntaxTree;
        if (params.range) question.range = live.LiveRange(document, *params.range);
        auto answer = live.Ask<SyntaxTreeAnswer>(document, std::move(question), work);
        if (!answer.ok()) return answer.status();
        if (answer->roots.empty()) return std::nullopt;
        return ClientNode(live, document, std::move(answer->roots.front()));
      });
}

void BindSymbolInfo(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  OnDocumentRequest<SymbolInfoRequest>(
      dispatcher, session, "lsp.symbolInfo",
      [&live](const TextDocumentPositionParams& params, const DocumentSnapshot& document,
              const Work& work) -> absl::StatusOr<std::vector<SymbolDetails>> {
        auto answer = live.Ask<SymbolsAnswer>(
            document, live.QuestionAt(QuestionKind::kSymbols, document, params.position), work);
        if (!answer.ok()) return answer.status();
        std::vector<SymbolDetails> details;
        for (LiveSymbol& symbol : answer->symbols) {
          SymbolDetails& one = details.emplace_back();
          one.id = absl::StrFormat("%016X", HashString(symbol.usr));
          one.name = std::move(symbol.name);
          one.container_name = std::move(symbol.scope);
          one.usr = std::move(symbol.usr);
          if (symbol.declaration) one.declaration_range = live.ClientLocation(*symbol.declaration);
          if (symbol.definition) one.definition_range = live.ClientLocation(*symbol.definition);
        }
        return details;
      });
}

}  // namespace

void BindClangdExtensions(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().inactive_regions_provider = true;  // LiveDocuments tells them
  BindAst(dispatcher, session, live);
  BindSymbolInfo(dispatcher, session, live);
}

}  // namespace astrolabe::lsp
