// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/hover_by_name.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "analysis/features/symbols/comment_text.h"
#include "analysis/features/symbols/markdown_page.h"
#include "base/strings.h"
#include "base/whole_file.h"
#include "index/file_scanner.h"
#include "lsp/handlers/argument_list.h"
#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/declaration_text.h"
#include "lsp/handlers/includes.h"
#include "lsp/handlers/navigation.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

using Kind = astrolabe::SymbolKind;  // the index's, not the protocol's

// More declarations of a name are not told apart by it.
constexpr size_t kMaxDeclarations = 50;

// One that the name may mean.
struct Candidate {
  Kind kind = Kind::kVariable;
  std::string name;
  std::string scope;
  std::string path;           // the client's
  astrolabe::Position begin;  // of the whole declaration
  astrolabe::Position end;
  bool is_definition = false;
  // Read where they are wanted.
  std::string documentation;
  std::string code;  // up to a body

  // The same place.
  bool operator==(const Candidate& other) const {
    return path == other.path && begin == other.begin;
  }
  bool IsClass() const {
    return kind == Kind::kClass || kind == Kind::kStruct || kind == Kind::kUnion;
  }
};

bool IsMemberKind(Kind kind) {
  return kind == Kind::kMethod || kind == Kind::kField || kind == Kind::kConversion ||
         kind == Kind::kOperator || kind == Kind::kDestructor;
}

// Of lines that are indented alike, or further than the first.
std::string Unindented(std::string_view code) {
  const size_t indent = std::min(code.find_first_not_of(" \t"), code.size());
  std::string text;
  while (!code.empty()) {
    const size_t end = std::min(code.find('\n'), code.size() - 1);
    std::string_view line = code.substr(0, end + 1);
    line.remove_prefix(std::min({indent, line.find_first_not_of(" \t"), line.size() - 1}));
    text += line;
    code.remove_prefix(end + 1);
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// Takes code and comment out of the text that its place is in.
void Read(const TextBuffer& text, Candidate* candidate) {
  const DeclarationLines lines{
      .begin = candidate->begin,
      .end = candidate->end,
      .head_only = IsFunctionKind(candidate->kind) || candidate->IsClass()};
  candidate->code = Unindented(DeclarationText(text, lines));
  if (candidate->documentation.empty()) {
    candidate->documentation = CommentAbove(text, candidate->begin.line).value_or("");
  }
}

// Places of the index are those of the file on disk.
void ReadFromDisk(Candidate* candidate) {
  Read(TextBuffer(ReadWholeFile(candidate->path)), candidate);
}

Candidate CandidateOf(const Workspace& workspace, const SemanticHit& hit) {
  Candidate candidate;
  candidate.kind = hit.symbol ? hit.symbol->kind : *hit.kind;
  candidate.name = hit.symbol ? hit.symbol->name : hit.name;
  candidate.scope = hit.symbol ? hit.symbol->scope : hit.scope;
  candidate.path = workspace.ClientPath(hit.path);
  candidate.begin = hit.extent_begin;
  candidate.end = hit.extent_end;
  candidate.is_definition = (hit.roles & kRoleDefinition) != 0;
  if (hit.symbol) candidate.documentation = hit.symbol->documentation;
  return candidate;
}

// The declaration that the name itself stands in, by the document's own text.
std::optional<Candidate> DeclaredHere(const DocumentSnapshot& document, ByteRange name) {
  const std::string text = document->text.ToString();
  FileScanner scanner;
  for (const Symbol& symbol : scanner.Scan(text, LanguageHintOf(document->name.path)).symbols) {
    if (OffsetOfPlace(document->text, symbol.name_position) != name.begin) continue;
    if (symbol.kind == Kind::kInclude || symbol.name.size() != name.end - name.begin) continue;
    Candidate here;
    here.kind = symbol.kind;
    here.name = symbol.name;
    here.scope = symbol.scope;
    here.path = document->name.path;
    here.begin = symbol.begin;
    here.end = symbol.end;
    Read(document->text, &here);
    return here;
  }
  return std::nullopt;
}

// What is written ahead of a name: "A::B::", or "." and "->".
struct Qualifier {
  std::vector<std::string> scope;
  bool is_member = false;
};

// Nothing for a word of a comment or a literal.
std::optional<Qualifier> QualifierOf(const TextBuffer& text, ByteRange name) {
  const SourceTokens source(text);
  Qualifier qualifier;
  const auto token = std::ranges::find(source.tokens, name.begin, &Token::offset);
  if (token == source.tokens.end()) return std::nullopt;
  for (auto i = static_cast<size_t>(token - source.tokens.begin()); i > 0; i -= 2) {
    const std::string_view ahead = source.Text(source.tokens[i - 1]);
    qualifier.is_member = qualifier.scope.empty() && (ahead == "." || ahead == "->");
    if (ahead != "::" || i < 2) break;
    const Token& outer = source.tokens[i - 2];
    if (outer.kind != TokenKind::kIdentifier) break;
    qualifier.scope.emplace(qualifier.scope.begin(), source.Text(outer));
  }
  return qualifier;
}

// "const Slice& key" of each parameter, default values left out.
std::vector<std::string> ParametersOf(const Candidate& candidate) {
  const SourceTokens source{TextBuffer(candidate.code)};
  std::vector<std::string> parameters;
  const std::vector<ByteRange> names = source.Find(candidate.name);
  if (names.empty()) return parameters;
  const auto list = ArgumentListBehind(source, names.front().end, /*is_declaration=*/true);
  if (!list) return parameters;
  for (const ByteRange& item : list->items) {
    const size_t end = DefaultOfParameter(source, item).value_or(item.end);
    std::string parameter;
    for (const Token& token : source.tokens) {
      if (token.offset < item.begin || token.offset >= end) continue;
      parameter += StrCat(parameter.empty() ? "" : " ", source.Text(token));
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

class NameHover {
 public:
  NameHover(Session& session, const DocumentSnapshot& document, const AskedSymbol& asked,
            const Work& work)
      : session_(session), document_(document), asked_(asked), work_(work) {}

  // Empty: nothing, or nothing for certain.
  std::string Markdown() {
    std::optional<Candidate> here = DeclaredHere(document_, asked_.range);
    if (!here && LocalDeclaration(asked_)) return {};
    if (here && !here->documentation.empty()) return Page(*here, 0);
    std::vector<Candidate> candidates = Candidates(here);
    if (here) {
      TakeDocumentation(candidates, &*here);
      return Page(*here, 0);
    }
    if (candidates.empty()) return {};
    const bool is_one = std::ranges::all_of(
        candidates, [&](const Candidate& one) { return one.scope == candidates.front().scope; });
    if (!is_one) return {};
    // Of a class its definition says more, of a function its declaration.
    const bool is_class = candidates.front().IsClass();
    const auto others = std::ranges::stable_partition(
        candidates, [&](const Candidate& one) { return one.is_definition == is_class; });
    if (others.begin() != candidates.begin()) candidates.erase(others.begin(), others.end());
    ReadFromDisk(&candidates.front());
    return Page(candidates.front(), candidates.size() - 1);
  }

 private:
  bool IsExact() const {
    return asked_.argument && std::holds_alternative<PlaceArgument>(*asked_.argument);
  }

  std::vector<Candidate> Candidates(const std::optional<Candidate>& here) const {
    AskedSymbol asked = asked_;
    Qualifier qualifier;
    if (!IsExact()) {
      if (here) {
        // The innermost scope alone: a namespace may be spelled as a macro in one file and by its name in another.
        const std::vector<std::string> scopes = ScopeComponents(here->scope);
        if (!scopes.empty()) qualifier.scope = {scopes.back()};
      } else {
        const std::optional<Qualifier> written = QualifierOf(document_->text, asked_.range);
        if (!written) return {};
        qualifier = *written;
      }
      asked.argument = NameArgument{qualifier.scope, asked_.word, /*anchored=*/false};
    }
    std::vector<Candidate> candidates = Ask(asked, SemanticQuestion::kDeclaration);
    // A question that has no answer is answered as the other one.
    for (Candidate& one : Ask(asked, SemanticQuestion::kDefinition)) {
      if (std::ranges::find(candidates, one) == candidates.end()) {
        candidates.push_back(std::move(one));
      }
    }
    const bool has_class = std::ranges::any_of(candidates, &Candidate::IsClass);
    std::erase_if(candidates, [&](const Candidate& one) {
      return (qualifier.is_member && !IsMemberKind(one.kind)) ||
             (has_class && one.kind == Kind::kConstructor);
    });
    return candidates;
  }

  std::vector<Candidate> Ask(const AskedSymbol& asked, SemanticQuestion question) const {
    std::vector<Candidate> candidates;
    const absl::StatusOr<AskedHits> answer = lsp::Ask(asked, question, kMaxDeclarations, work_);
    if (!answer.ok()) return candidates;
    for (const SemanticHit& hit : answer->hits) {
      if (hit.path.empty() || hit.stale || (!hit.symbol && !hit.kind)) continue;
      candidates.push_back(CandidateOf(*asked.workspace, hit));
    }
    return candidates;
  }

  // A definition is documented at the declaration that has its parameters.
  static void TakeDocumentation(std::vector<Candidate>& candidates, Candidate* here) {
    const std::vector<std::string> parameters = ParametersOf(*here);
    for (Candidate& other : candidates) {
      ReadFromDisk(&other);
      if (other.documentation.empty() || ParametersOf(other) != parameters) continue;
      here->documentation = other.documentation;
      return;
    }
  }

  std::string Page(const Candidate& shown, size_t others) const {
    MarkdownPage page;
    page.Add(StrCat("### ", SymbolKindName(shown.kind), " `", shown.name, "`"));
    if (shown.path != document_->name.path) {
      page.Add(StrCat("declared in `", asked_.workspace->IndexPath(shown.path), "`"));
    }
    page.AddRule();
    page.Add(CommentMarkdown(shown.documentation,
                             session_.ConfigOf(document_->name.path)->answers.comments));
    page.AddRule();
    page.AddCode(
        StrCat(shown.scope.empty() ? "" : StrCat("// In ", shown.scope, "\n"), shown.code));
    if (others > 0) page.Add(StrCat("and ", others, " more"));
    if (!IsExact()) page.Add("*By name: the compiler is still reading this file.*");
    return page.Take();
  }

  Session& session_;
  const DocumentSnapshot& document_;
  const AskedSymbol& asked_;
  const Work& work_;
};

}  // namespace

std::optional<Hover> HoverByName(Session& session, LiveDocuments& live,
                                 const DocumentSnapshot& document, const Position& position,
                                 const Work& work) {
  Hover hover;
  std::string markdown;
  if (const auto include = IncludeAt(session, live, document, position)) {
    MarkdownPage page;
    page.Add(StrCat("### header `", include->spelled, "`"));
    page.Add(StrCat("`", include->path, "`"));
    markdown = page.Take();
    hover.range = ClientRange(document->text, include->range, session.encoding());
  } else {
    const AskedSymbol asked = SymbolAt(session, document, position);
    if (asked.workspace == nullptr || asked.word.empty() || asked.is_local) return std::nullopt;
    markdown = NameHover(session, document, asked, work).Markdown();
    hover.range = ClientRange(document->text, asked.range, session.encoding());
  }
  if (markdown.empty()) return std::nullopt;
  hover.contents = MarkupContent{MarkupKind(MarkupKind::kMarkdown), std::move(markdown)};
  return hover;
}

}  // namespace astrolabe::lsp
