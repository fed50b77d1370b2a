// textDocument/selectionRange from the text: word, token, bracket, line, declaration, file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "lsp/handlers/bind.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// What a selection may grow to, for all positions of one request.
struct Candidates {
  std::vector<ByteRange> ranges;
};

bool Opens(const Token& token) { return token.Is('(') || token.Is('[') || token.Is('{'); }
bool Closes(const Token& token) { return token.Is(')') || token.Is(']') || token.Is('}'); }

Candidates CandidatesOf(const TextBuffer& text, std::string_view path) {
  Candidates candidates;
  const SourceTokens source(text);
  std::vector<const Token*> open;
  for (const Token& token : source.tokens) {
    if (token.length > 1) candidates.ranges.push_back({token.offset, token.end()});
    if (Opens(token)) open.push_back(&token);
    if (!Closes(token) || open.empty()) continue;
    candidates.ranges.push_back({open.back()->end(), token.offset});
    candidates.ranges.push_back({open.back()->offset, token.end()});
    open.pop_back();
  }
  for (const OutlineRange& range : OutlineRanges(text, path))
    candidates.ranges.push_back(range.all);
  candidates.ranges.push_back({0, text.size()});
  return candidates;
}

// The line at `offset`, without and with its indentation.
void AddLines(const TextBuffer& text, size_t offset, std::vector<ByteRange>& ranges) {
  const size_t line = text.CountsBefore(offset).line_breaks;
  const size_t begin = text.LineStart(line);
  const size_t end = text.LineEnd(line);
  const std::string bytes = text.Substring(begin, end);
  const size_t first = bytes.find_first_not_of(" \t");
  if (first != std::string::npos) {
    ranges.push_back({begin + first, begin + bytes.find_last_not_of(" \t") + 1});
  }
  ranges.push_back({begin, end});
}

SelectionRange ChainAt(const TextBuffer& text, const Candidates& candidates, size_t offset,
                       PositionEncoding encoding) {
  std::vector<ByteRange> around;
  if (const auto word = IdentifierAt(text, offset)) around.push_back(*word);
  AddLines(text, offset, around);
  for (const ByteRange& range : candidates.ranges) around.push_back(range);
  std::erase_if(around,
                [&](const ByteRange& range) { return offset < range.begin || range.end < offset; });
  std::ranges::stable_sort(around, std::less<>(),
                           [](const ByteRange& range) { return range.end - range.begin; });
  // Those that hold all before them; a line that a bracket crosses is left out.
  std::vector<ByteRange> chain;
  for (const ByteRange& range : around) {
    const bool holds =
        chain.empty() || (range.begin <= chain.back().begin && chain.back().end <= range.end);
    if (holds && (chain.empty() || range != chain.back())) chain.push_back(range);
  }
  SelectionRange selection;
  bool is_outermost = true;
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    SelectionRange inner;
    inner.range = ClientRange(text, *it, encoding);
    if (!std::exchange(is_outermost, false)) {
      inner.parent = Boxed<SelectionRange>(std::move(selection));
    }
    selection = std::move(inner);
  }
  return selection;
}

}  // namespace

void BindSelectionRange(Dispatcher& dispatcher, Session& session) {
  session.capabilities().selection_range_provider = true;
  OnDocumentRequest<SelectionRangeRequest>(
      dispatcher, session, "lsp.selectionRange",
      [&session](const SelectionRangeParams& params, const DocumentSnapshot& document,
                 const Work& work) -> absl::StatusOr<std::vector<SelectionRange>> {
        const Candidates candidates = CandidatesOf(document->text, document->name.path);
        std::vector<SelectionRange> chains;
        for (const Position& position : params.positions) {
          if (work.stop) break;
          const size_t offset = OffsetOfClient(document->text, position, session.encoding());
          chains.push_back(ChainAt(document->text, candidates, offset, session.encoding()));
        }
        return chains;
      });
}

}  // namespace astrolabe::lsp
