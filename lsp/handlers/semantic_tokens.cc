// textDocument/semanticTokens: full, delta and range.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "base/text/code_units.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/protocol/token_delta.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// In the order of TokenType and TokenModifier.
const std::vector<std::string>& TypeNames() {
  static const auto& names = *new std::vector<std::string>{
      "variable", "parameter",  "function", "method",        "property",  "class",   "interface",
      "enum",     "enumMember", "type",     "typeParameter", "namespace", "concept", "macro",
      "modifier", "operator",   "bracket",  "label",         "comment",   "unknown"};
  return names;
}
const std::vector<std::string>& ModifierNames() {
  static const auto& names = *new std::vector<std::string>{
      "declaration",   "definition", "deprecated",    "readonly",       "static",
      "abstract",      "virtual",    "dependentName", "defaultLibrary", "usedAsMutableReference",
      "functionScope", "classScope", "fileScope",     "globalScope"};
  return names;
}

// Columns of one line after the other, from left to right: cheaper than places one by one.
class ColumnCounter {
 public:
  ColumnCounter(const TextBuffer& text, PositionEncoding encoding)
      : text_(text), encoding_(encoding) {}

  uint32_t Units(CodePlace place) {
    if (line_ != place.line || place.column < bytes_) {
      if (line_ != place.line) line_text_ = text_.Line(place.line);
      line_ = place.line;
      bytes_ = units_ = 0;
    }
    size_t end = std::min<size_t>(place.column, line_text_.size());
    std::string_view passed = std::string_view(line_text_).substr(bytes_, end - bytes_);
    units_ += static_cast<uint32_t>(CountUnits(passed, encoding_));
    bytes_ = static_cast<uint32_t>(end);
    return units_;
  }

 private:
  const TextBuffer& text_;
  const PositionEncoding encoding_;
  uint32_t line_ = 0xFFFFFFFF;
  std::string line_text_;
  uint32_t bytes_ = 0;
  uint32_t units_ = 0;
};

// Five numbers a token, each place relative to the one before, as the protocol has it.
std::vector<uint32_t> EncodeTokens(const std::vector<SemanticToken>& tokens,
                                   const DocumentSnapshot& document, PositionEncoding encoding) {
  std::vector<uint32_t> data;
  data.reserve(tokens.size() * 5);
  ColumnCounter columns(document->text, encoding);
  uint32_t last_line = 0;
  uint32_t last_column = 0;
  for (const SemanticToken& token : tokens) {
    uint32_t line = token.begin.line;
    if (line < last_line || line >= document->text.line_count()) continue;
    uint32_t begin = columns.Units(token.begin);
    uint32_t end = columns.Units({line, token.begin.column + token.length});
    if (line == last_line && begin < last_column) continue;
    data.push_back(line - last_line);
    data.push_back(line == last_line ? begin - last_column : begin);
    data.push_back(end - begin);
    data.push_back(static_cast<uint32_t>(token.type));
    data.push_back(token.modifiers);
    last_line = line;
    last_column = begin;
  }
  return data;
}

// What the client has, by document: a delta says what is other.
class LastTokens {
 public:
  // Remembers `data` and gives its name.
  std::string Put(const std::string& uri, std::vector<uint32_t> data) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    std::string id = StrCat(++last_id_);
    by_uri_[uri] = {id, std::move(data)};
    return id;
  }
  // Nothing if that is not what was sent last.
  std::optional<std::vector<uint32_t>> Get(const std::string& uri, const std::string& id)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    auto it = by_uri_.find(uri);
    if (it == by_uri_.end() || it->second.first != id) return std::nullopt;
    return it->second.second;
  }
  void Forget(const std::string& uri) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    by_uri_.erase(uri);
  }

 private:
  absl::Mutex mutex_;
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::pair<std::string, std::vector<uint32_t>>> by_uri_
      ABSL_GUARDED_BY(mutex_);
};

// clangd's names of kinds, which are finer than the protocol's types. `modifiers`: one of these has to be set.
struct KindName {
  std::string_view name;
  TokenType type;
  uint32_t modifiers = 0;
};
constexpr KindName kKindNames[] = {
    {"Variable", TokenType::kVariable, kTokenFileScope | kTokenGlobalScope},
    {"LocalVariable", TokenType::kVariable, kTokenFunctionScope},
    {"Parameter", TokenType::kParameter},
    {"Function", TokenType::kFunction, kTokenFileScope | kTokenGlobalScope | kTokenFunctionScope},
    {"Method", TokenType::kMethod},
    {"StaticMethod", TokenType::kFunction, kTokenClassScope},
    {"Field", TokenType::kProperty},
    {"StaticField", TokenType::kProperty, kTokenStatic},
    {"Class", TokenType::kClass},
    {"Interface", TokenType::kInterface},
    {"Enum", TokenType::kEnum},
    {"EnumConstant", TokenType::kEnumMember},
    {"Type", TokenType::kType},
    {"Typedef", TokenType::kType},
    {"Unknown", TokenType::kUnknown},
    {"Namespace", TokenType::kNamespace},
    {"TemplateParameter", TokenType::kTypeParameter},
    {"Concept", TokenType::kConcept},
    {"Macro", TokenType::kMacro},
    {"Modifier", TokenType::kModifier},
    {"Operator", TokenType::kOperator},
    {"Bracket", TokenType::kBracket},
    {"Label", TokenType::kLabel},
    {"InactiveCode", TokenType::kComment},
};

bool IsOfKind(const SemanticToken& token, const std::string& kind) {
  return std::ranges::any_of(kKindNames, [&](const KindName& name) {
    if (name.name != kind || name.type != token.type) return false;
    if (kind == "Field") return (token.modifiers & kTokenStatic) == 0;
    return name.modifiers == 0 || (token.modifiers & name.modifiers) != 0;
  });
}

// Takes away what is configured not to be shown.
void LeaveOut(const Config& config, std::vector<SemanticToken>& tokens) {
  const auto& [kinds, modifiers] = config.semantic_tokens;
  if (!kinds.empty()) {
    std::erase_if(tokens, [&kinds = kinds](const SemanticToken& token) {
      return std::ranges::any_of(kinds,
                                 [&](const std::string& kind) { return IsOfKind(token, kind); });
    });
  }
  uint32_t left_out = 0;
  for (size_t i = 0; i < ModifierNames().size(); ++i) {
    std::string name = ModifierNames()[i];
    name[0] = static_cast<char>(name[0] - 'a' + 'A');  // as clangd spells them
    if (std::ranges::find(modifiers, name) != modifiers.end()) left_out |= 1U << i;
  }
  for (SemanticToken& token : tokens) token.modifiers &= ~left_out;
}

absl::StatusOr<SemanticTokensAnswer> AskTokens(Session& session, LiveDocuments& live,
                                               const DocumentSnapshot& document, const Work& work) {
  Question question;
  question.kind = QuestionKind::kSemanticTokens;
  auto answer = live.Ask<SemanticTokensAnswer>(document, std::move(question), work);
  if (answer.ok()) LeaveOut(*session.ConfigOf(document->name.path), answer->tokens);
  return answer;
}

}  // namespace

void BindSemanticTokens(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  SemanticTokensOptions options;
  options.legend = {TypeNames(), ModifierNames()};
  options.range = true;
  SemanticTokensFullDelta full;
  full.delta = true;
  options.full = full;
  session.capabilities().semantic_tokens_provider = std::move(options);
  auto last = std::make_shared<LastTokens>();
  session.OnDocument([last](const DocumentSnapshot& document, DocumentEvent event) {
    if (event == DocumentEvent::kClosed) last->Forget(document->name.uri);
  });

  OnDocumentRequest<SemanticTokensRequest>(
      dispatcher, session, "lsp.semanticTokens",
      [&session, &live, last](const SemanticTokensParams&, const DocumentSnapshot& document,
                              const Work& work) -> absl::StatusOr<SemanticTokens> {
        auto answer = AskTokens(session, live, document, work);
        if (!answer.ok()) return answer.status();
        SemanticTokens tokens;
        tokens.data = EncodeTokens(answer->tokens, document, session.encoding());
        tokens.result_id = last->Put(document->name.uri, tokens.data);
        return tokens;
      });

  using Delta = SemanticTokensDeltaRequest::Result;
  OnDocumentRequest<SemanticTokensDeltaRequest>(
      dispatcher, session, "lsp.semanticTokens.delta",
      [&session, &live, last](const SemanticTokensDeltaParams& params,
                              const DocumentSnapshot& document,
                              const Work& work) -> absl::StatusOr<Delta> {
        auto answer = AskTokens(session, live, document, work);
        if (!answer.ok()) return answer.status();
        std::vector<uint32_t> data = EncodeTokens(answer->tokens, document, session.encoding());
        std::optional<std::vector<uint32_t>> before =
            last->Get(document->name.uri, params.previous_result_id);
        std::string result_id = last->Put(document->name.uri, data);
        if (!before) return Delta(SemanticTokens{result_id, std::move(data)});
        SemanticTokensDelta delta;
        delta.result_id = std::move(result_id);
        if (*before != data) delta.edits.push_back(DifferenceOf(*before, data));
        return Delta(std::move(delta));
      });

  OnDocumentRequest<SemanticTokensRangeRequest>(
      dispatcher, session, "lsp.semanticTokens.range",
      [&session, &live](const SemanticTokensRangeParams& params, const DocumentSnapshot& document,
                        const Work& work) -> absl::StatusOr<SemanticTokens> {
        auto answer = AskTokens(session, live, document, work);
        if (!answer.ok()) return answer.status();
        const TextBuffer& text = document->text;
        const size_t begin = OffsetOfClient(text, params.range.start, session.encoding());
        const size_t end = OffsetOfClient(text, params.range.end, session.encoding());
        std::erase_if(answer->tokens, [&](const SemanticToken& token) {
          if (token.begin.line >= text.line_count()) return true;
          const size_t at = text.LineStart(token.begin.line) + token.begin.column;
          return at + token.length <= begin || at >= end;
        });
        SemanticTokens tokens;
        tokens.data = EncodeTokens(answer->tokens, document, session.encoding());
        return tokens;
      });
}

}  // namespace astrolabe::lsp
