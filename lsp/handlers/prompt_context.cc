// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/prompt_context.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "index/keywords.h"
#include "index/query/symbol_query.h"
#include "index/visit_names.h"
#include "lsp/handlers/declaration_text.h"
#include "lsp/handlers/names_behind.h"
#include "lsp/handlers/switch_source_header.h"
#include "lsp/server/current_document.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kAnchorLines = 32;
constexpr size_t kKnown = 16;
// What is looked up, and what is taken of it.
constexpr size_t kNames = 40;
constexpr size_t kDeclarations = 6;
constexpr size_t kBytesOfHeader = 4'000;

using Kind = astrolabe::SymbolKind;  // the index's, not the protocol's
constexpr uint32_t Bit(Kind kind) { return 1u << static_cast<uint32_t>(kind); }
constexpr uint32_t kTellingKinds = Bit(Kind::kFunction) | Bit(Kind::kClass) | Bit(Kind::kStruct) |
                                   Bit(Kind::kUnion) | Bit(Kind::kEnum) | Bit(Kind::kTypedef) |
                                   Bit(Kind::kAlias) | Bit(Kind::kMacro);

// The names in those lines, the last ones first.
std::vector<std::string> NamesIn(const TextBuffer& text, size_t first, size_t end) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (size_t line = end; line-- > first && names.size() < kNames;) {
    VisitNames(text.Line(line), [&](std::string_view name, size_t) {
      const bool is_telling = name.size() > 2 && KeywordOf(name) == Keyword::kNone;
      if (is_telling && seen.emplace(name).second) names.emplace_back(name);
    });
  }
  return names;
}

// Without the licence and the like.
std::string_view BeginningOfCode(std::string_view text) {
  const size_t line = text.starts_with("#include") ? 0 : text.find("\n#include");
  const size_t code = line == text.npos ? 0 : text.find("\n\n", line);
  text.remove_prefix(code == text.npos ? 0 : code);
  return text;
}

}  // namespace

std::vector<PromptContext> PromptContexts::At(const DocumentSnapshot& document, size_t offset) {
  const size_t line = document->text.CountsBefore(offset).line_breaks;
  const size_t anchor = line / kAnchorLines * kAnchorLines;
  {
    absl::MutexLock lock(&mutex_);
    const auto known = std::ranges::find_if(known_, [&](const Known& one) {
      return one.document == document->name.uri && one.anchor == anchor;
    });
    if (known != known_.end()) return known->context;
  }
  std::vector<PromptContext> context = Find(document, anchor);
  absl::MutexLock lock(&mutex_);
  known_.push_front({document->name.uri, anchor, context});
  if (known_.size() > kKnown) known_.pop_back();
  return context;
}

std::vector<PromptContext> PromptContexts::Find(const DocumentSnapshot& document,
                                                size_t anchor) const {
  std::vector<PromptContext> context;
  std::map<std::string, DocumentSnapshot> read;  // several names may be declared in one file
  const auto text_of = [&](const std::string& path) -> const TextBuffer& {
    DocumentSnapshot& file = read[path];
    if (file == nullptr) file = CurrentDocument(session_.documents(), path);
    return file->text;
  };
  const std::string& own = document->name.path;
  const std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(own);
  if (workspace != nullptr && workspace->IsOpened()) {
    const Indexes indexes = workspace->indexes();
    const std::string own_path = workspace->IndexPath(own);
    const size_t first = anchor < kAnchorLines ? 0 : anchor - kAnchorLines;
    const size_t end = std::min<size_t>(anchor + kAnchorLines, document->text.line_count());
    if (indexes.snapshot != nullptr) {
      for (const std::string& name : NamesIn(document->text, first, end)) {
        if (context.size() == kDeclarations) break;
        const std::vector<SymbolHit> hits = FindSymbols(*indexes.snapshot, {.text = name,
                                                                            .limit = 1,
                                                                            .kinds = kTellingKinds,
                                                                            .exact = true,
                                                                            .near_path = own_path});
        if (hits.empty() || hits.front().path == own_path) continue;
        const std::string path = workspace->ClientPath(hits.front().path);
        const SymbolHit& hit = hits.front();
        const DeclarationLines lines{
            .begin = hit.begin, .end = hit.end, .head_only = hit.kind == Kind::kFunction};
        context.push_back({ShortPath(path), DeclarationText(text_of(path), lines)});
      }
    }
  }
  const std::string other = CounterpartOf(session_, own);
  if (!other.empty()) {
    const std::string text = text_of(other).ToString();
    context.push_back(
        {ShortPath(other), std::string(BeginningOfCode(text).substr(0, kBytesOfHeader))});
  }
  return context;
}

}  // namespace astrolabe::lsp
