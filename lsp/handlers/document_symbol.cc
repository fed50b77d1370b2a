// textDocument/documentSymbol: tier 0's outline of the text in the editor, at once and whatever its state.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/file_scanner.h"
#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/on_document.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

constexpr std::string_view kAnonymous = "(anonymous)";

struct OutlineNode {
  DocumentSymbol symbol;
  std::string qualified;  // "ns::Class"
  std::string scope;
  ByteRange range;
  std::vector<OutlineNode> children;
};

std::string Qualified(const Symbol& symbol) {
  std::string name(symbol.scope);
  if (!name.empty()) name += "::";
  return name + std::string(symbol.name);
}

// As a definition outside of its class is written: "Class::Method".
std::string ShownName(const Symbol& symbol, std::string_view parent) {
  std::string_view scope = symbol.scope;
  if (!parent.empty() && scope.starts_with(parent)) {
    scope.remove_prefix(parent.size());
    if (scope.starts_with("::")) scope.remove_prefix(2);
  }
  // Nobody writes the name of a namespace without one.
  while (scope.starts_with(kAnonymous)) {
    scope.remove_prefix(kAnonymous.size());
    if (scope.starts_with("::")) scope.remove_prefix(2);
  }
  const std::string name(symbol.name.empty() ? kAnonymous : symbol.name);
  return scope.empty() ? name : std::string(scope) + "::" + name;
}

std::vector<OutlineNode> Outline(const Document& document, PositionEncoding encoding) {
  const std::string text = document.text.ToString();
  FileScanner scanner;
  std::vector<OutlineNode> top;
  std::vector<OutlineNode*> around;  // from the outermost to the innermost that is not over
  const ScannedFile scanned = scanner.Scan(text, LanguageHintOf(document.name.path));
  for (const Symbol& symbol : scanned.symbols) {
    if (symbol.kind == astrolabe::SymbolKind::kInclude) continue;
    OutlineNode node;
    node.range = {OffsetOfPlace(document.text, symbol.begin),
                  OffsetOfPlace(document.text, symbol.end)};
    const size_t name = OffsetOfPlace(document.text, symbol.name_position);
    // The protocol wants the name inside of the whole; a macro's tricks may put it elsewhere.
    node.range.begin = std::min(node.range.begin, name);
    node.range.end = std::max(node.range.end, name);
    const ByteRange name_range = {name, std::min(name + symbol.name.size(), node.range.end)};
    while (!around.empty() && around.back()->range.end < node.range.end) around.pop_back();
    while (!around.empty() && around.back()->range.end <= node.range.begin) around.pop_back();
    node.qualified = Qualified(symbol);
    node.scope = symbol.scope;
    node.symbol.name = ShownName(symbol, around.empty() ? "" : around.back()->qualified);
    node.symbol.kind = ClientKind(symbol.kind);
    node.symbol.range = ClientRange(document.text, node.range, encoding);
    node.symbol.selection_range = ClientRange(document.text, name_range, encoding);
    std::vector<OutlineNode>& siblings = around.empty() ? top : around.back()->children;
    siblings.push_back(std::move(node));
    // Pointers to earlier siblings may be gone, but those are over or will not be asked again.
    around.push_back(&siblings.back());
  }
  return top;
}

std::vector<DocumentSymbol> Tree(std::vector<OutlineNode> nodes) {
  std::vector<DocumentSymbol> symbols;
  symbols.reserve(nodes.size());
  for (OutlineNode& node : nodes) {
    DocumentSymbol symbol = std::move(node.symbol);
    if (!node.children.empty()) symbol.children = Tree(std::move(node.children));
    symbols.push_back(std::move(symbol));
  }
  return symbols;
}

void Flatten(const std::vector<OutlineNode>& nodes, const std::string& uri,
             std::vector<SymbolInformation>& out) {
  for (const OutlineNode& node : nodes) {
    SymbolInformation information;
    information.name = node.symbol.name;
    information.kind = node.symbol.kind;
    information.location = {.uri = uri, .range = node.symbol.range, .container_name = {}};
    if (!node.scope.empty()) information.container_name = node.scope;
    out.push_back(std::move(information));
    Flatten(node.children, uri, out);
  }
}

}  // namespace

void BindDocumentSymbol(Dispatcher& dispatcher, Session& session) {
  session.capabilities().document_symbol_provider = true;
  using Result = DocumentSymbolRequest::Result;
  OnDocumentRequest<DocumentSymbolRequest>(
      dispatcher, session, "lsp.documentSymbol",
      [&session](const DocumentSymbolParams&, const DocumentSnapshot& document,
                 const Work&) -> absl::StatusOr<Result> {
        const auto& capabilities = session.client_capabilities().text_document;
        const bool is_tree =
            capabilities && capabilities->document_symbol &&
            capabilities->document_symbol->hierarchical_document_symbol_support.value_or(false);
        std::vector<OutlineNode> outline = Outline(*document, session.encoding());
        if (is_tree) return Result(Tree(std::move(outline)));
        std::vector<SymbolInformation> flat;
        Flatten(outline, document->name.uri, flat);
        return Result(std::move(flat));
      });
}

}  // namespace astrolabe::lsp
