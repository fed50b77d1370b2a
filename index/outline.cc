// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/outline.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace astrolabe {
namespace {

// A declaration longer than this (generated tables of macro calls) keeps its head only.
constexpr size_t kMaxPendingTokens = 4096;
// #if nested deeper than this is read without saving state.
constexpr size_t kMaxConditionals = 200;
// Scopes nested deeper than this are crossed as bodies, and a scope's name is not made longer than
// this many bytes: without limits a file of nothing but "struct a{" would cost its size squared.
constexpr size_t kMaxScopes = 256;
constexpr size_t kMaxPathBytes = 1024;
constexpr std::string_view kAnonymous = "(anonymous)";

bool IsCxxKeyword(std::string_view word) {
  return word == "namespace" || word == "template" || word == "class" || word == "using" ||
         word == "typename" || word == "constexpr" || word == "concept" || word == "virtual" ||
         word == "friend" || word == "explicit";
}

// Keywords of C++ that C programs use as names.
bool IsNameInC(Keyword k) {
  switch (k) {
    case Keyword::kClass:
    case Keyword::kNamespace:
    case Keyword::kUsing:
    case Keyword::kTemplate:
    case Keyword::kTypename:
    case Keyword::kConcept:
    case Keyword::kRequires:
    case Keyword::kFriend:
    case Keyword::kOperator:
    case Keyword::kAccess:
    case Keyword::kFunctionSuffix:
    case Keyword::kDelete:
    case Keyword::kTry:
    case Keyword::kExport:
    case Keyword::kThis:
    case Keyword::kNew:
    case Keyword::kExplicit:
      return true;
    default:
      return false;
  }
}

// Words that start no parameter and no macro argument in the first column: when one turns up inside
// brackets, the bracket was never closed.
bool StartsDeclaration(Keyword k) {
  return k == Keyword::kTypedef || k == Keyword::kNamespace || k == Keyword::kUsing ||
         k == Keyword::kTemplate || k == Keyword::kExtern;
}

// And words that usually do, for a file that is known to be broken.
bool MayStartDeclaration(Keyword k) {
  return k == Keyword::kClass || k == Keyword::kStruct || k == Keyword::kUnion ||
         k == Keyword::kEnum || k == Keyword::kStorage || k == Keyword::kBuiltinType;
}

// Turns offsets into positions. It remembers where the last line began, since one line of megabytes
// may hold every symbol and LineMap::Column looks back to its start.
class PositionFinder {
 public:
  explicit PositionFinder(const LineMap& lines) : lines_(lines) {}

  Position Find(uint32_t offset) {
    uint32_t line = lines_.Line(offset);
    if (!has_line_ || line != line_) {
      has_line_ = true;
      line_ = line;
      line_begin_ = offset - lines_.Column(offset);
    }
    return {line, offset - line_begin_};
  }

 private:
  const LineMap& lines_;
  bool has_line_ = false;
  uint32_t line_ = 0;
  uint32_t line_begin_ = 0;
};

}  // namespace

const std::vector<Symbol>& Outliner::Run(std::string_view text, const ByteClasses& classes,
                                         const LineMap& lines, LanguageHint hint) {
  text_ = text;
  classes_ = &classes;
  reader_ = DeclarationReader(text);
  language_ = hint == LanguageHint::kCxx ? Language::kCxx : Language::kC;
  may_switch_to_cxx_ = hint == LanguageHint::kHeader;
  recovering_ = false;
  bool whole = ReadAll();
  if (switch_to_cxx_) {
    language_ = Language::kCxx;
    may_switch_to_cxx_ = false;
    whole = ReadAll();
  }
  if (!whole) {
    may_switch_to_cxx_ = false;
    recovering_ = true;
    ReadAll();
  }
  Convert(lines);
  return symbols_;
}

bool Outliner::ReadAll() {
  lexer_ = Lexer(text_, *classes_);
  arena_.Reset();
  found_.clear();
  state_.scopes.clear();
  state_.scopes.emplace_back();
  state_.bracket_depth = 0;
  state_.body_depth = 0;
  state_.body_symbol = -1;
  conditional_depth_ = 0;
  joined_ = joined_outer_ = joined_inner_ = {};
  switch_to_cxx_ = false;
  ClearPending();
  for (;;) {
    if (state_.body_depth > 0) {
      if (!ReadBody()) return false;
      continue;
    }
    Token token = lexer_.Next();
    if (token.Is(TokenKind::kEnd)) break;
    if (token.Is(TokenKind::kHash)) {
      ReadDirective(token);
      continue;
    }
    if (may_switch_to_cxx_ && IsCxxOnly(token)) {
      switch_to_cxx_ = true;
      return true;
    }
    ReadDeclarationToken(token);
  }
  bool whole = state_.bracket_depth == 0;
  EndDeclaration(static_cast<uint32_t>(text_.size()));
  return whole;
}

bool Outliner::IsCxxOnly(const Token& token) const {
  if (token.Is(TokenKind::kScope)) return true;
  return token.Is(TokenKind::kIdentifier) && state_.pending.empty() && !state_.after_type &&
         scope().kind != ScopeKind::kEnum && IsCxxKeyword(lexer_.Text(token));
}

void Outliner::ClearPending() {
  state_.pending.clear();
  state_.bracket_depth = 0;
  state_.after_type = false;
  state_.type_is_typedef = false;
  anonymous_path_ = {};
}

void Outliner::ReadDeclarationToken(const Token& raw) {
  Token token = raw;
  State& s = state_;
  if (token.Is(TokenKind::kIdentifier)) {
    token.keyword = KeywordOf(lexer_.Text(token));
    if (language_ == Language::kC && IsNameInC(token.keyword)) token.keyword = Keyword::kNone;
    bool first_column = token.offset == 0 || text_[token.offset - 1] == '\n';
    bool starts =
        StartsDeclaration(token.keyword) || (recovering_ && MayStartDeclaration(token.keyword));
    if (s.bracket_depth > 0 && first_column && starts) {
      EndDeclaration(token.offset);
    } else if (token.starts_line && BeginsAnew(token.keyword)) {
      ClearPending();
    }
    if (token.keyword == Keyword::kNamespace && s.pending.empty()) {
      // No class and no enum holds a namespace: one that is still open was never finished.
      while (scope().kind == ScopeKind::kRecord || scope().kind == ScopeKind::kEnum) {
        s.scopes.pop_back();
      }
    }
  } else {
    switch (static_cast<char>(token.kind)) {
      case '{':
        return OpenBrace(token);
      case '}':
        return CloseBrace(token);
      case ';':
        // Inside brackets it belongs to a macro's argument, unless the bracket was never closed.
        if (s.bracket_depth == 0 || recovering_) return EndDeclaration(token.end());
        break;
      case '(':
      case '[':
        ++s.bracket_depth;
        break;
      case ')':
      case ']':
        if (s.bracket_depth == 0) return;  // closes nothing
        --s.bracket_depth;
        break;
      case ',':
        if (scope().kind == ScopeKind::kEnum && s.bracket_depth == 0) return EndEnumerator();
        break;
      case ':':
        if (s.bracket_depth == 0 && !s.pending.empty() &&
            s.pending.back().keyword == Keyword::kAccess) {
          return ClearPending();  // public:
        }
        break;
      case '@':
        if (s.pending.empty()) return ReadObjectiveC(token);
        break;
      case '-':
      case '+':
        if (s.pending.empty() && token.starts_line && scope().kind == ScopeKind::kRecord) {
          return ReadObjectiveCMethod();
        }
        break;
      default:
        break;
    }
  }
  if (s.pending.size() < kMaxPendingTokens) s.pending.push_back(token);
}

// Whether all that is pending are macros, alone or with arguments, and `keyword` on the next line
// starts a declaration of its own: such macros are written without ';'.
bool Outliner::BeginsAnew(Keyword keyword) const {
  const std::vector<Token>& pending = state_.pending;
  if (state_.bracket_depth > 0 || pending.empty() || state_.after_type) return false;
  bool starts = StartsDeclaration(keyword) || MayStartDeclaration(keyword);
  if (!starts || keyword == Keyword::kBuiltinType) return false;
  bool calls_only = true;
  for (size_t i = 0; i < pending.size();) {
    bool macro = pending[i].Is(TokenKind::kIdentifier) && IsMacroLike(lexer_.Text(pending[i]));
    if (!macro) return false;
    ++i;
    bool call = i < pending.size() && pending[i].Is('(');
    calls_only &= call;
    if (!call) continue;
    for (size_t depth = 0; i < pending.size(); ++i) {
      if (pending[i].Is('(')) ++depth;
      if (pending[i].Is(')') && --depth == 0) break;
    }
    ++i;
  }
  // FOO_API static int x: a macro without arguments belongs to what follows, except to a namespace.
  return calls_only || keyword == Keyword::kNamespace;
}

DeclarationContext Outliner::Context() const {
  DeclarationContext context;
  context.language = language_;
  context.in_record = scope().kind == ScopeKind::kRecord;
  context.record_name = scope().name;
  return context;
}

uint32_t Outliner::PendingBegin(const Token& fallback) const {
  return state_.pending.empty() ? fallback.offset : state_.pending.front().offset;
}

void Outliner::EnterBody(BodyKind kind, uint32_t begin, int32_t symbol) {
  state_.body_depth = 1;
  state_.body_kind = kind;
  state_.body_begin = begin;
  state_.body_symbol = symbol;
}

void Outliner::OpenBrace(const Token& brace) {
  State& s = state_;
  if (s.bracket_depth > 0 || scope().kind == ScopeKind::kEnum) {
    return EnterBody(BodyKind::kInitializer, brace.offset, -1);
  }
  if ((s.pending.empty() && !s.after_type) || s.scopes.size() >= kMaxScopes) {
    ClearPending();
    return EnterBody(BodyKind::kIgnored, brace.offset, -1);
  }
  uint32_t begin = PendingBegin(brace);
  const BraceHead& head = reader_.ReadBrace(s.pending, Context());
  Scope opened;
  opened.path = scope().path;
  opened.is_typedef = head.is_typedef;
  switch (head.kind) {
    case BraceKind::kInitializer:
      return EnterBody(BodyKind::kInitializer, brace.offset, -1);
    case BraceKind::kIgnored:
      ClearPending();
      return EnterBody(BodyKind::kIgnored, brace.offset, -1);
    case BraceKind::kFunctionBody: {
      int32_t symbol = Add(head.declared.front(), begin, 0);
      ClearPending();
      return EnterBody(BodyKind::kFunction, brace.offset, symbol);
    }
    case BraceKind::kTransparent:
      opened.kind = ScopeKind::kTransparent;
      opened.name = scope().name;
      break;
    case BraceKind::kNamespace:
      opened.kind = ScopeKind::kNamespace;
      if (head.declared.empty()) opened.path = Join(scope().path, kAnonymous);
      for (const Declared& d : head.declared) {
        opened.symbol = AddFound(d.name, opened.path, d.kind, begin,
                                 static_cast<uint32_t>(d.name.data() - text_.data()), 0, true);
        opened.path = Join(opened.path, d.name);
      }
      break;
    case BraceKind::kRecord:
    case BraceKind::kEnum: {
      bool is_enum = head.kind == BraceKind::kEnum;
      opened.kind = is_enum ? ScopeKind::kEnum : ScopeKind::kRecord;
      opened.is_anonymous = head.declared.empty();
      std::string_view outer = opened.path;
      if (!head.declared.empty()) {
        const Declared& d = head.declared.front();
        opened.symbol = Add(d, begin, 0);
        opened.name = d.name;
        outer = ScopeFor(d);
      }
      // The enumerators of an unscoped enum belong to what encloses it.
      if (!is_enum || head.is_scoped_enum) {
        // Copied, never shared: NameAnonymousType tells its members by the address.
        opened.path = opened.is_anonymous ? arena_.CopyString(Join(outer, kAnonymous))
                                          : Join(outer, opened.name);
      } else if (!opened.is_anonymous) {
        opened.path = outer;
      }
      break;
    }
  }
  opened.first_member = static_cast<uint32_t>(found_.size());
  s.scopes.push_back(opened);
  ClearPending();
}

void Outliner::CloseBrace(const Token& brace) {
  State& s = state_;
  if (scope().kind == ScopeKind::kEnum) EndEnumerator();
  if (s.scopes.size() == 1) return ClearPending();  // one too many: ignored
  // A last declaration without its ';' is half-typed, but still one.
  if (!s.pending.empty() && scope().kind == ScopeKind::kRecord) EndDeclaration(brace.offset);
  Scope closed = scope();
  s.scopes.pop_back();
  if (closed.symbol >= 0) found_[static_cast<size_t>(closed.symbol)].end = brace.end();
  // namespace A::B { closes both.
  if (closed.kind == ScopeKind::kNamespace) {
    for (int32_t i = closed.symbol - 1; i >= 0; --i) {
      Found& f = found_[static_cast<size_t>(i)];
      if (f.kind != SymbolKind::kNamespace || f.end != 0 ||
          f.begin != found_[static_cast<size_t>(closed.symbol)].begin) {
        break;
      }
      f.end = brace.end();
    }
  }
  ClearPending();
  if (closed.kind == ScopeKind::kRecord || closed.kind == ScopeKind::kEnum) {
    s.after_type = true;
    s.type_is_typedef = closed.is_typedef;
    if (closed.is_anonymous && closed.kind == ScopeKind::kRecord) {
      anonymous_path_ = closed.path;
      anonymous_first_ = closed.first_member;
    }
  }
}

// `typedef struct { int x; } point;`: x belongs to point.
void Outliner::NameAnonymousType(std::string_view name) {
  if (anonymous_path_.empty()) return;
  std::string_view path = Join(scope().path, name);
  for (size_t i = anonymous_first_; i < found_.size(); ++i) {
    if (found_[i].scope.data() == anonymous_path_.data() &&
        found_[i].scope.size() == anonymous_path_.size()) {
      found_[i].scope = path;
    }
  }
  anonymous_path_ = {};
}

void Outliner::EndDeclaration(uint32_t end) {
  State& s = state_;
  if (scope().kind == ScopeKind::kEnum) {
    // No enum has a ';': it was never closed.
    EndEnumerator();
    s.scopes.pop_back();
    return ClearPending();
  }
  if (!s.pending.empty()) {
    if (language_ == Language::kC && !s.after_type && s.bracket_depth == 0 &&
        scope().kind == ScopeKind::kFile && end < text_.size()) {
      // The '{' of a K&R definition is still to come, and its parameters are no part of the head.
      if (size_t head = reader_.KnrHead(s.pending); head > 0) return s.pending.resize(head);
    }
    uint32_t begin = s.pending.front().offset;
    bool is_typedef = s.type_is_typedef;
    const std::vector<Declared>& all =
        reader_.ReadSemicolon(s.pending, Context(), s.after_type, is_typedef);
    for (const Declared& d : all) {
      if (s.after_type && is_typedef && d.kind == SymbolKind::kTypedef) NameAnonymousType(d.name);
      Add(d, begin, end);
    }
  }
  ClearPending();
}

void Outliner::EndEnumerator() {
  State& s = state_;
  // A macro with arguments stands for names nobody can see; the enumerator may follow it.
  size_t i = 0;
  while (i + 1 < s.pending.size() && s.pending[i].Is(TokenKind::kIdentifier) &&
         s.pending[i + 1].Is('(')) {
    size_t depth = 0;
    for (++i; i < s.pending.size(); ++i) {
      if (s.pending[i].Is('(')) ++depth;
      if (s.pending[i].Is(')') && --depth == 0) break;
    }
    ++i;
  }
  if (i < s.pending.size() && s.pending[i].Is(TokenKind::kIdentifier)) {
    const Token& t = s.pending[i];
    AddFound(Spelling(t), scope().path, SymbolKind::kEnumerator, t.offset, t.offset,
             s.pending.back().end(), true);
  }
  ClearPending();
}

// Crosses a body to its closing brace, or to a directive that leaves it. False at the end of the
// file.
bool Outliner::ReadBody() {
  State& s = state_;
  for (;;) {
    Token token = lexer_.NextBrace();
    if (token.Is('{')) {
      ++s.body_depth;
    } else if (token.Is('}')) {
      bool first_column = token.offset == 0 || text_[token.offset - 1] == '\n';
      if (first_column && recovering_) s.body_depth = 1;
      if (--s.body_depth == 0) {
        CloseBody(token.end());
        return true;
      }
    } else if (token.Is(TokenKind::kHash)) {
      ReadDirective(token);
      if (s.body_depth == 0) return true;
    } else {
      if (s.body_symbol >= 0) {
        found_[static_cast<size_t>(s.body_symbol)].end = static_cast<uint32_t>(text_.size());
      }
      return false;
    }
  }
}

void Outliner::CloseBody(uint32_t end) {
  State& s = state_;
  s.body_depth = 0;
  if (s.body_symbol >= 0) found_[static_cast<size_t>(s.body_symbol)].end = end;
  s.body_symbol = -1;
  if (s.body_kind != BodyKind::kInitializer) return ClearPending();
  Token braces;
  braces.kind = TokenKind::kBraces;
  braces.offset = s.body_begin;
  braces.length = end - s.body_begin;
  if (s.pending.size() < kMaxPendingTokens) s.pending.push_back(braces);
}

void Outliner::ReadDirective(const Token& hash) {
  Token word = lexer_.Next();
  if (word.Is(TokenKind::kDirectiveEnd)) return;  // a lone '#'
  std::string_view name = lexer_.Text(word);
  if (name == "define") {
    Token macro = lexer_.Next();
    if (macro.Is(TokenKind::kDirectiveEnd)) return;
    uint32_t end = lexer_.SkipDirective();
    if (macro.Is(TokenKind::kIdentifier)) {
      AddFound(Spelling(macro), {}, SymbolKind::kMacro, hash.offset, macro.offset, end, true);
    }
    return;
  }
  if (name == "include" || name == "import" || name == "include_next") return ReadInclude(hash);
  if (name == "if") {
    Token condition = lexer_.Next();
    bool zero = condition.Is(TokenKind::kNumber) && lexer_.Text(condition) == "0";
    if (condition.Is(TokenKind::kDirectiveEnd)) return PushConditional();
    if (zero && lexer_.Next().Is(TokenKind::kDirectiveEnd)) {
      PushConditional();
      return SkipDeadCode();
    }
    lexer_.SkipDirective();
    return PushConditional();
  }
  uint32_t end = lexer_.SkipDirective();
  if (name == "ifdef" || name == "ifndef") return PushConditional();
  if (name == "else" || name == "elif" || name == "elifdef" || name == "elifndef") {
    return OtherSide(end);
  }
  if (name == "endif") EndConditional(end);
}

void Outliner::ReadInclude(const Token& hash) {
  size_t at = lexer_.position();
  uint32_t end = lexer_.SkipDirective();
  std::string_view line = text_.substr(at, end > at ? end - at : 0);
  size_t open = line.find_first_of("<\"");
  if (open == std::string_view::npos) return;  // a macro names the file
  size_t close = line.find(line[open] == '<' ? '>' : '"', open + 1);
  if (close == std::string_view::npos || close == open + 1) return;
  std::string_view path = line.substr(open + 1, close - open - 1);
  AddFound(path, {}, SymbolKind::kInclude, hash.offset, static_cast<uint32_t>(at + open + 1), end,
           false);
}

void Outliner::PushConditional() {
  if (conditional_depth_ < kMaxConditionals) {
    if (conditionals_.size() == conditional_depth_) conditionals_.emplace_back();
    conditionals_[conditional_depth_].at_if = state_;
    conditionals_[conditional_depth_].has_other_side = false;
  }
  ++conditional_depth_;
}

void Outliner::OtherSide(uint32_t end) {
  if (conditional_depth_ == 0 || conditional_depth_ > kMaxConditionals) return;
  Conditional& c = conditionals_[conditional_depth_ - 1];
  if (!c.has_other_side) {
    c.has_other_side = true;
    std::swap(c.first_side, state_);
  } else {
    CloseAbandoned(c.first_side, end);
  }
  state_ = c.at_if;
}

// What a side other than the first leaves open has no end of its own: the shared rest belongs to
// the first.
void Outliner::CloseAbandoned(const State& first_side, uint32_t end) {
  auto close = [&](int32_t symbol) {
    if (symbol >= 0 && found_[static_cast<size_t>(symbol)].end == 0) {
      found_[static_cast<size_t>(symbol)].end = end;
    }
  };
  if (state_.body_symbol != first_side.body_symbol) close(state_.body_symbol);
  AddAbandonedHead(first_side);
  for (size_t i = 0; i < state_.scopes.size(); ++i) {
    bool shared =
        i < first_side.scopes.size() && first_side.scopes[i].symbol == state_.scopes[i].symbol;
    if (!shared) close(state_.scopes[i].symbol);
  }
}

// The sides may be heads of one body, `int f(int a)` and `int f(long a)` before a shared '{': the
// head that is about to be dropped declares a function as well.
void Outliner::AddAbandonedHead(const State& first_side) {
  const std::vector<Token>& pending = state_.pending;
  bool other_head = !pending.empty() && !first_side.pending.empty() && !state_.after_type &&
                    state_.bracket_depth == 0 && state_.body_depth == 0 && pending.back().Is(')') &&
                    first_side.pending.back().Is(')') &&
                    pending.back().offset != first_side.pending.back().offset;
  if (!other_head || scope().kind == ScopeKind::kEnum) return;
  uint32_t begin = pending.front().offset;
  uint32_t end = pending.back().end();
  for (const Declared& d : reader_.ReadSemicolon(pending, Context(), false, false)) {
    bool function = d.kind == SymbolKind::kFunction || d.kind == SymbolKind::kMethod ||
                    d.kind == SymbolKind::kConstructor;
    if (function) Add(d, begin, end);
  }
}

void Outliner::EndConditional(uint32_t end) {
  if (conditional_depth_ == 0) return;
  --conditional_depth_;
  if (conditional_depth_ >= kMaxConditionals) return;
  Conditional& c = conditionals_[conditional_depth_];
  if (!c.has_other_side) return;
  CloseAbandoned(c.first_side, end);
  std::swap(state_, c.first_side);
}

// Behind `#if 0`: to its #else, #elif or #endif.
void Outliner::SkipDeadCode() {
  size_t depth = 0;
  for (;;) {
    Token token = lexer_.NextBrace();
    if (token.Is(TokenKind::kEnd)) return;
    if (!token.Is(TokenKind::kHash)) continue;
    Token word = lexer_.Next();
    if (word.Is(TokenKind::kDirectiveEnd)) continue;
    std::string_view name = lexer_.Text(word);
    uint32_t end = lexer_.SkipDirective();
    if (name == "if" || name == "ifdef" || name == "ifndef") {
      ++depth;
    } else if (name == "endif") {
      if (depth == 0) return EndConditional(end);
      --depth;
    } else if (depth == 0 && (name == "else" || name == "elif")) {
      return;  // the state is still that of the #if: this side counts as the first
    }
  }
}

// @interface Name … @end and its relatives: enough to find classes and methods.
void Outliner::ReadObjectiveC(const Token& at) {
  Token word = lexer_.Next();
  std::string_view name = lexer_.Text(word);
  if (name == "end") {
    if (scope().kind == ScopeKind::kRecord) {
      if (scope().symbol >= 0) found_[static_cast<size_t>(scope().symbol)].end = word.end();
      state_.scopes.pop_back();
    }
    return ClearPending();
  }
  if (name != "interface" && name != "protocol" && name != "implementation") return;
  Token type = lexer_.Next();
  if (!type.Is(TokenKind::kIdentifier)) return;
  if (state_.scopes.size() >= kMaxScopes) return ClearPending();
  Scope opened;
  opened.kind = ScopeKind::kRecord;
  opened.name = Spelling(type);
  opened.path = Join(scope().path, opened.name);
  opened.symbol =
      AddFound(opened.name, scope().path, SymbolKind::kClass, at.offset, type.offset, 0, true);
  // The rest of the line names a superclass, a category and protocols.
  size_t newline = classes_->FindSet(classes_->newline(), lexer_.position());
  while (lexer_.position() < newline) {
    Token token = lexer_.Next();
    if (token.Is(';')) return;  // a forward declaration: @protocol Name;
    if (token.Is('{')) {        // instance variables
      state_.scopes.push_back(opened);
      return EnterBody(BodyKind::kIgnored, token.offset, -1);
    }
    if (token.Is(TokenKind::kEnd)) break;
  }
  state_.scopes.push_back(opened);
  ClearPending();
}

// `- (type)name:(type)argument more:(type)argument` up to ';' or '{'.
void Outliner::ReadObjectiveCMethod() {
  Token name;
  uint32_t depth = 0;
  for (;;) {
    Token token = lexer_.Next();
    if (token.Is('(')) ++depth;
    if (token.Is(')') && depth > 0) --depth;
    if (depth == 0 && token.Is(TokenKind::kIdentifier) && name.length == 0) name = token;
    bool ends = token.Is(';') || token.Is('{') || token.Is(TokenKind::kEnd);
    if (!ends) continue;
    int32_t symbol = -1;
    if (name.length > 0) {
      symbol = AddFound(Spelling(name), scope().path, SymbolKind::kMethod, name.offset, name.offset,
                        token.end(), token.Is('{'));
    }
    ClearPending();
    if (token.Is('{')) EnterBody(BodyKind::kFunction, token.offset, symbol);
    return;
  }
}

std::string_view Outliner::Spelling(const Token& token) {
  std::string_view text = lexer_.Text(token);
  return token.spliced ? arena_.CopyString(CleanSpelling(text)) : text;
}

std::string_view Outliner::Join(std::string_view outer, std::string_view inner) {
  if (outer.empty()) return inner;
  if (inner.empty()) return outer;
  if (outer == joined_outer_ && inner == joined_inner_) return joined_;
  size_t size = outer.size() + 2 + inner.size();
  if (size > kMaxPathBytes) return outer;
  char* joined = static_cast<char*>(arena_.Allocate(size, 1));
  char* end = std::copy(outer.begin(), outer.end(), joined);
  *end++ = ':';
  *end++ = ':';
  std::copy(inner.begin(), inner.end(), end);
  joined_outer_ = outer;
  joined_inner_ = inner;
  joined_ = {joined, size};
  return joined_;
}

std::string_view Outliner::ScopeFor(const Declared& declared) {
  return Join(scope().path, declared.qualifier);
}

int32_t Outliner::Add(const Declared& declared, uint32_t begin, uint32_t end) {
  std::string_view name = declared.name;
  uint32_t offset = static_cast<uint32_t>(name.data() - text_.data());
  if (!declared.name_prefix.empty()) {
    char* joined =
        static_cast<char*>(arena_.Allocate(declared.name_prefix.size() + name.size(), 1));
    char* middle = std::copy(declared.name_prefix.begin(), declared.name_prefix.end(), joined);
    std::copy(name.begin(), name.end(), middle);
    name = {joined, declared.name_prefix.size() + name.size()};
  } else if (name.find('\\') != std::string_view::npos) {
    name = arena_.CopyString(CleanSpelling(name));
  }
  return AddFound(name, ScopeFor(declared), declared.kind, begin, offset, end,
                  declared.is_definition);
}

int32_t Outliner::AddFound(std::string_view name, std::string_view scope_path, SymbolKind kind,
                           uint32_t begin, uint32_t name_offset, uint32_t end, bool is_definition) {
  found_.push_back({name, scope_path, kind, is_definition, begin, name_offset, end});
  return static_cast<int32_t>(found_.size() - 1);
}

void Outliner::Convert(const LineMap& lines) {
  // Directives inside a declaration come out before it; everything else is in order already.
  auto before = [](const Found& a, const Found& b) { return a.begin < b.begin; };
  if (!std::is_sorted(found_.begin(), found_.end(), before)) {
    std::stable_sort(found_.begin(), found_.end(), before);
  }
  symbols_.clear();
  symbols_.reserve(found_.size());
  PositionFinder begins(lines);
  PositionFinder ends(lines);
  for (Found& f : found_) {
    // Never closed: it ends where the file does.
    if (f.end == 0) f.end = static_cast<uint32_t>(text_.size());
    Symbol symbol;
    symbol.name = f.name;
    symbol.scope = f.scope;
    symbol.kind = f.kind;
    symbol.is_definition = f.is_definition;
    symbol.begin = begins.Find(f.begin);
    symbol.name_position = begins.Find(f.name_offset);
    symbol.end = ends.Find(f.end);
    symbols_.push_back(symbol);
  }
}

}  // namespace astrolabe
