// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/declaration.h"

#include <algorithm>
#include <array>

namespace astrolabe {
namespace {

bool IsTypeKey(Keyword k) {
  return k == Keyword::kClass || k == Keyword::kStruct || k == Keyword::kUnion ||
         k == Keyword::kEnum;
}

SymbolKind RecordKind(Keyword key) {
  if (key == Keyword::kStruct) return SymbolKind::kStruct;
  if (key == Keyword::kUnion) return SymbolKind::kUnion;
  return SymbolKind::kClass;
}

// Names that stand between a type and its name, or behind a name, and are no names themselves:
// __init,
// __user, ____cacheline_aligned.
bool IsReservedAttribute(std::string_view word) { return word.starts_with("__"); }

// The last component of a qualifier without its template arguments: Foo of A::Foo<T>.
std::string_view OwnerOf(std::string_view qualifier) {
  size_t angle = qualifier.find('<');
  std::string_view plain = qualifier.substr(0, angle);
  size_t separator = plain.rfind("::");
  if (separator != std::string_view::npos) plain.remove_prefix(separator + 2);
  return plain.substr(0, plain.find_first_of(" \t\n"));
}

}  // namespace

std::span<const std::string_view> TestMacros() {
  static constexpr std::array<std::string_view, 5> kMacros = {"TEST", "TEST_F", "TEST_P",
                                                              "TYPED_TEST", "TYPED_TEST_P"};
  return kMacros;
}

bool IsTestMacro(std::string_view word) {
  return std::ranges::find(TestMacros(), word) != TestMacros().end();
}

bool IsMacroLike(std::string_view word) {
  if (word.size() < 3) return false;
  bool letter = false;
  for (char c : word) {
    if (c >= 'a' && c <= 'z') return false;
    letter |= c >= 'A' && c <= 'Z';
  }
  return letter;
}

void DeclarationReader::Begin(std::span<const Token> tokens, const DeclarationContext& context) {
  tokens_ = tokens;
  context_ = context;
  specifiers_ = {};
  declared_.clear();
}

size_t DeclarationReader::SkipGroup(size_t open) const {
  size_t depth = 0;
  for (size_t i = open; i < tokens_.size(); ++i) {
    if (Is(i, '(') || Is(i, '[')) ++depth;
    if ((Is(i, ')') || Is(i, ']')) && --depth == 0) return i + 1;
  }
  return tokens_.size();
}

size_t DeclarationReader::SkipAngles(size_t open) const {
  size_t depth = 0;
  size_t i = open;
  while (i < tokens_.size()) {
    if (Is(i, '<')) {
      ++depth;
    } else if (Is(i, '>')) {
      if (--depth == 0) return i + 1;
    } else if (Is(i, '(') || Is(i, '[')) {
      i = SkipGroup(i);
      continue;
    } else if (Is(i, ')') || Is(i, ']')) {
      return open;
    }
    ++i;
  }
  return open;
}

size_t DeclarationReader::SkipAttribute(size_t i) const {
  if (Is(i, '[') && Is(i + 1, '[')) return SkipGroup(i);
  Keyword k = KeywordAt(i);
  if (k == Keyword::kAttribute || k == Keyword::kAsm) {
    size_t next = i + 1;
    while (KeywordAt(next) == Keyword::kQualifier) ++next;  // asm volatile
    return Is(next, '(') ? SkipGroup(next) : next;
  }
  return i;
}

size_t DeclarationReader::SkipConstraint(size_t i) const {
  for (;;) {
    if (Is(i, '!')) ++i;
    if (KeywordAt(i) == Keyword::kRequires) {
      ++i;
      if (Is(i, '(')) i = SkipGroup(i);
      if (Is(i, TokenKind::kBraces)) ++i;
    } else if (Is(i, '(')) {
      i = SkipGroup(i);
    } else if (IsIdentifier(i)) {
      i = ReadName(i).end;
    } else {
      return i;
    }
    bool joined = Is(i, TokenKind::kLogicalAnd) || (Is(i, TokenKind::kOperator) && Text(i) == "||");
    if (!joined) return i;
    ++i;
  }
}

size_t DeclarationReader::SkipToComma(size_t i) const {
  while (i < tokens_.size() && !Is(i, ',')) {
    if (Is(i, '(') || Is(i, '[')) {
      i = SkipGroup(i);
    } else {
      ++i;
    }
  }
  return i;
}

size_t DeclarationReader::ReadSpecifiers() {
  size_t i = 0;
  while (i < tokens_.size()) {
    if (size_t after = SkipAttribute(i); after != i) {
      i = after;
      continue;
    }
    switch (KeywordAt(i)) {
      case Keyword::kTypedef:
        specifiers_.is_typedef = true;
        break;
      case Keyword::kFriend:
        specifiers_.is_friend = true;
        break;
      case Keyword::kExtern:
        specifiers_.is_extern = true;
        if (Is(i + 1, TokenKind::kString)) ++i;
        break;
      case Keyword::kStorage:
        specifiers_.is_static |= Text(i) == "static";
        break;
      case Keyword::kQualifier:
      case Keyword::kExport:
        break;
      case Keyword::kExplicit:
        if (Is(i + 1, '(')) {
          i = SkipGroup(i + 1);
          continue;
        }
        break;
      case Keyword::kTemplate: {
        size_t after = SkipAngles(i + 1);
        if (after == i + 1)
          return tokens_.size();  // an explicit instantiation declares nothing new
        i = after;
        if (KeywordAt(i) == Keyword::kRequires) i = SkipConstraint(i + 1);
        continue;
      }
      default:
        return i;
    }
    ++i;
  }
  return i;
}

// `i` is an identifier, "::" or "~".
DeclarationReader::Name DeclarationReader::ReadName(size_t i) const {
  Name name;
  name.first = i;
  if (Is(i, TokenKind::kScope)) ++i;
  for (;;) {
    if (KeywordAt(i) == Keyword::kTemplate && IsIdentifier(i + 1)) ++i;  // A::template B
    name.last = i;
    if (Is(i, '~')) {
      name.end = i + 2;
      return name;
    }
    ++i;
    if (Is(i, '<')) i = SkipAngles(i);
    name.end = i;
    bool goes_on = Is(i, TokenKind::kScope) && (IsIdentifier(i + 1) || Is(i + 1, '~'));
    if (!goes_on) return name;
    ++i;
    if (KeywordAt(i) == Keyword::kOperator) {
      name.last = i;
      name.end = i;
      return name;
    }
  }
}

std::string_view DeclarationReader::Qualifier(const Name& name) const {
  if (name.last == name.first) return {};
  size_t first = name.first;
  if (Is(first, TokenKind::kScope)) ++first;
  if (first >= name.last) return {};
  uint32_t begin = tokens_[first].offset;
  uint32_t end = tokens_[name.last - 1].offset;  // the "::" before the last component
  return text_.substr(begin, end - begin);
}

// Of MACRO(type, A::name)(parameters), where the macro makes the name, `A::name`: the last name in
// the brackets at `open`, behind which an identifier stands.
DeclarationReader::Name DeclarationReader::LastName(size_t open) const {
  size_t at = SkipGroup(open) - 2;
  while (at > open + 1 && !IsIdentifier(at)) --at;
  Name name{at, at, at + 1};
  while (name.first > open + 2 && Is(name.first - 1, TokenKind::kScope) &&
         IsIdentifier(name.first - 2)) {
    name.first -= 2;
  }
  return name;
}

void DeclarationReader::Emit(const Name& name, SymbolKind kind, bool is_definition) {
  Declared d;
  d.qualifier = Qualifier(name);
  d.name = Text(name.last);
  if (Is(name.last, '~') && IsIdentifier(name.last + 1)) {
    uint32_t begin = tokens_[name.last].offset;
    d.name = text_.substr(begin, tokens_[name.last + 1].end() - begin);
  }
  d.kind = kind;
  d.is_definition = is_definition;
  declared_.push_back(d);
}

bool DeclarationReader::ReadRecordHead(size_t i) {
  Keyword key = KeywordAt(i);
  size_t k = i + 1;
  Name name;
  bool named = false;
  while (k < tokens_.size()) {
    if (size_t after = SkipAttribute(k); after != k) {
      k = after;
    } else if (KeywordAt(k) == Keyword::kFunctionSuffix) {  // final
      ++k;
    } else if (IsIdentifier(k) && KeywordAt(k) == Keyword::kNone) {
      Name read = ReadName(k);
      k = read.end;
      if (Is(k, '(')) {  // EXPORT(1) Foo; but a function when it is the last thing
        k = SkipGroup(k);
        if (!IsIdentifier(k) || !IsMacroLike(Text(read.last))) return false;
        continue;
      }
      bool attribute = named && !IsReservedAttribute(Text(name.last)) &&
                       (IsReservedAttribute(Text(read.last)) ||
                        (IsMacroLike(Text(read.last)) && !IsMacroLike(Text(name.last))));
      if (!attribute) name = read;
      named = true;
    } else if (Is(k, ':')) {
      break;  // bases
    } else {
      return false;
    }
  }
  if (named) Emit(name, RecordKind(key), true);
  return true;
}

bool DeclarationReader::ReadEnumHead(size_t i) {
  size_t k = i + 1;
  head_.is_scoped_enum = IsTypeKey(KeywordAt(k));
  if (head_.is_scoped_enum) ++k;
  Name name;
  bool named = false;
  while (k < tokens_.size()) {
    if (size_t after = SkipAttribute(k); after != k) {
      k = after;
    } else if (IsIdentifier(k) && KeywordAt(k) == Keyword::kNone) {
      Name read = ReadName(k);
      k = read.end;
      if (Is(k, '(')) return false;
      if (!named || !IsReservedAttribute(Text(read.last))) name = read;
      named = true;
    } else if (Is(k, ':')) {
      break;  // underlying type
    } else {
      return false;
    }
  }
  if (named) Emit(name, SymbolKind::kEnum, true);
  return true;
}

void DeclarationReader::ReadNamespaceHead(size_t i) {
  for (size_t k = i + 1; k < tokens_.size();) {
    if (size_t after = SkipAttribute(k); after != k) {
      k = after;
      continue;
    }
    if (IsIdentifier(k) && KeywordAt(k) == Keyword::kNone) {
      // namespace EXPORT(x) foo: the macro has arguments, the name has none.
      if (Is(k + 1, '(')) {
        k = SkipGroup(k + 1);
        continue;
      }
      Emit({k, k, k + 1}, SymbolKind::kNamespace, true);
    }
    ++k;
  }
}

void DeclarationReader::EmitOperator(size_t operator_at, size_t first, bool has_body) {
  size_t k = operator_at + 1;
  bool conversion = false;
  if (Is(k, '(') && Is(k + 1, ')')) {
    k += 2;
  } else {
    conversion = IsIdentifier(k) && KeywordAt(k) != Keyword::kNew &&
                 KeywordAt(k) != Keyword::kDelete && Text(k) != "co_await";
    while (k < tokens_.size() && !Is(k, '(')) ++k;
  }
  if (k == operator_at + 1) return;  // half-typed: "operator" alone
  if (specifiers_.is_friend && !has_body) return;
  Emit({first, operator_at, k}, conversion ? SymbolKind::kConversion : SymbolKind::kOperator,
       has_body);
  Declared& d = declared_.back();
  uint32_t begin = tokens_[operator_at].offset;
  d.name = text_.substr(begin, tokens_[k - 1].end() - begin);
  for (size_t i = SkipGroup(k); i + 1 < tokens_.size(); ++i) {
    if (Is(i, '=') && KeywordAt(i + 1) != Keyword::kNone) d.is_definition = true;
  }
}

void DeclarationReader::EmitFunction(const Name& name, size_t parameters, bool has_body) {
  if (specifiers_.is_typedef) return Emit(name, SymbolKind::kTypedef, true);
  if (specifiers_.is_friend && !has_body) return;
  std::string_view last = Text(name.last);
  std::string_view qualifier = Qualifier(name);
  SymbolKind kind = SymbolKind::kFunction;
  if (Is(name.last, '~')) {
    kind = SymbolKind::kDestructor;
  } else if (context_.in_record && qualifier.empty() && !specifiers_.is_friend) {
    kind = last == context_.record_name ? SymbolKind::kConstructor : SymbolKind::kMethod;
  } else if (!qualifier.empty()) {
    kind = OwnerOf(qualifier) == last ? SymbolKind::kConstructor : SymbolKind::kMethod;
  }
  bool is_definition = has_body;
  for (size_t i = SkipGroup(parameters); i + 1 < tokens_.size(); ++i) {
    if (Is(i, '=') &&
        (KeywordAt(i + 1) == Keyword::kDefault || KeywordAt(i + 1) == Keyword::kDelete)) {
      is_definition = true;
    }
  }
  Emit(name, kind, is_definition);
}

// `next` is the token behind the declarator's name.
void DeclarationReader::EmitVariable(const Name& name, size_t next) {
  if (specifiers_.is_typedef) return Emit(name, SymbolKind::kTypedef, true);
  if (specifiers_.is_friend) return;
  if (context_.in_record) return Emit(name, SymbolKind::kField, true);
  Emit(name, SymbolKind::kVariable, !specifiers_.is_extern || Is(next, '='));
}

// Whether the group at `open` reads as the arguments of an initialiser and not as parameters:
// `Foo x(1, y.z)` against `Foo x(int y)`.
bool DeclarationReader::LooksLikeArguments(size_t open) const {
  size_t close = SkipGroup(open) - 1;
  bool starts_argument = true;
  for (size_t i = open + 1; i < close; ++i) {
    const Token& t = tokens_[i];
    if (t.Is(TokenKind::kNumber) || t.Is(TokenKind::kString) || t.Is(TokenKind::kCharacter)) {
      // A literal elsewhere may be a default argument or an array's size.
      if (starts_argument) return true;
    } else if (t.Is('.') || t.Is(TokenKind::kArrow) || KeywordAt(i) == Keyword::kThis ||
               KeywordAt(i) == Keyword::kNew) {
      return true;
    } else if (starts_argument && (t.Is('&') || t.Is('*') || t.Is('!') || t.Is('-'))) {
      return true;
    } else if (starts_argument &&
               (Text(i) == "nullptr" || Text(i) == "true" || Text(i) == "false")) {
      return true;
    } else if (t.Is('=')) {
      return false;
    }
    starts_argument = t.Is(',');
  }
  return false;
}

// Whether the group at `open` reads as parameters with types and not as the arguments of an
// attribute macro: `(struct file *f)` against `(mu_)` or `(1, 2)`.
bool DeclarationReader::LooksLikeParameters(size_t open) const {
  size_t close = SkipGroup(open) - 1;
  if (close <= open + 1) return true;
  for (size_t i = open + 1; i < close; ++i) {
    if (Is(i, '(') || Is(i, '[')) {
      i = SkipGroup(i) - 1;
      continue;
    }
    Keyword k = KeywordAt(i);
    if (k == Keyword::kBuiltinType || k == Keyword::kQualifier || IsTypeKey(k)) return true;
    if (IsIdentifier(i) && (IsIdentifier(i + 1) || Is(i + 1, '*'))) return true;
  }
  return false;
}

// Past the attribute macros and '*' at `i`, where a name is looked for.
size_t DeclarationReader::SkipAttributeMacros(size_t i) const {
  for (;;) {
    bool attribute = IsIdentifier(i) && (IsMacroLike(Text(i)) || IsReservedAttribute(Text(i)));
    if (attribute) {
      i = Is(i + 1, '(') ? SkipGroup(i + 1) : i + 1;
    } else if (Is(i, '*') || Is(i, '&')) {
      ++i;
    } else {
      return i;
    }
  }
}

// `(*name)(` or `(*name)[` behind a type's name: the '(' opens no parameter list.
bool DeclarationReader::IsPointerDeclarator(size_t open) const {
  size_t close = SkipGroup(open);
  if (specifiers_.is_typedef && close == open + 3 && Is(close, '(')) return true;  // (name)(…)
  if (!Is(open + 1, '*') && !Is(open + 1, '^') && !Is(open + 1, '&')) return false;
  return Is(close, '(') || Is(close, '[');
}

// A '(' that follows no name: a pointer declarator `(*name)(…)`, a parenthesised name, or something
// to pass over. Returns the position to go on at, or 0 when the declaration has been read.
size_t DeclarationReader::ReadParenthesized(size_t open, bool has_body) {
  size_t close = SkipGroup(open);
  size_t k = open + 1;
  bool pointer = false;
  while (k + 1 < close) {
    if (Is(k, '*') || Is(k, '&') || Is(k, '^') || Is(k, TokenKind::kLogicalAnd)) {
      pointer = true;
      ++k;
    } else if (KeywordAt(k) == Keyword::kQualifier || (IsIdentifier(k) && Is(k + 1, '*'))) {
      ++k;  // (*const name), (WINAPI *name)
    } else if (IsIdentifier(k) && Is(k + 1, TokenKind::kScope)) {
      size_t member = k;  // (Class::*name)
      while (IsIdentifier(member) && Is(member + 1, TokenKind::kScope)) member += 2;
      if (!Is(member, '*')) break;
      k = member;
    } else if (IsIdentifier(k) && IsReservedAttribute(Text(k)) && IsIdentifier(k + 1)) {
      ++k;  // (*__percpu name)
    } else {
      break;
    }
  }
  if (!IsIdentifier(k) || KeywordAt(k) != Keyword::kNone) return close;
  Name name = ReadName(k);
  if (Is(name.end, '(')) {
    if (pointer) {  // void (*signal(int))(int)
      EmitFunction(name, name.end, has_body);
      return 0;
    }
    return close;
  }
  bool whole = name.end + 1 == close || Is(name.end, '[');
  if (!whole) return close;
  if (pointer) {
    EmitVariable(name, close);
    size_t after = close;
    while (Is(after, '(') || Is(after, '[')) after = SkipGroup(after);
    ReadMoreDeclarators(SkipToComma(after));
    return 0;
  }
  if (Is(close, '(')) {  // int (name)(void)
    EmitFunction(name, close, has_body);
    return 0;
  }
  return close;
}

// A call of a macro that stands alone: what it declares is known only for families that everybody
// knows.
void DeclarationReader::ReadMacroCall(const Name& name, size_t open, bool has_body) {
  std::string_view macro = Text(name.last);
  size_t close = SkipGroup(open) - 1;
  if (name.first != name.last) return;
  if (has_body) {
    if (KeywordAt(name.last) != Keyword::kNone) return;
    if (Is(close + 1, '(') && IsMacroLike(macro) && IsIdentifier(open + 1)) {
      return EmitFunction(LastName(open), close + 1, true);
    }
    bool syscall =
        macro.starts_with("SYSCALL_DEFINE") || macro.starts_with("COMPAT_SYSCALL_DEFINE");
    if (syscall && IsIdentifier(open + 1)) {
      Emit({open + 1, open + 1, open + 2}, SymbolKind::kFunction, true);
      declared_.back().name_prefix = macro[0] == 'C' ? "compat_sys_" : "sys_";
    } else if (IsTestMacro(macro) && IsIdentifier(open + 1) && Is(open + 2, ',') &&
               IsIdentifier(open + 3)) {
      Emit({open + 3, open + 3, open + 4}, SymbolKind::kFunction, true);
      declared_.back().qualifier = Text(open + 1);
    } else {
      Emit(name, SymbolKind::kFunction, true);
    }
    return;
  }
  bool defines =
      macro.starts_with("DEFINE_") || macro.starts_with("DECLARE_") || macro.ends_with("LIST_HEAD");
  // These name something else by their first argument.
  bool derives = macro.find("EVENT") != std::string_view::npos ||
                 macro.ends_with("SHOW_ATTRIBUTE") ||
                 macro.find("EXPORT") != std::string_view::npos;
  if (!defines || derives || !IsMacroLike(macro) || context_.language != Language::kC) return;
  // DEFINE_PER_CPU(type, name) names it last, all others first.
  size_t at = open + 1;
  if (macro.find("PER_CPU") != std::string_view::npos) {
    at = close - 1;
    while (at > open && !IsIdentifier(at)) --at;
  }
  if (!IsIdentifier(at) || KeywordAt(at) != Keyword::kNone) return;
  if (!Is(at + 1, ',') && !Is(at + 1, ')') && !Is(at + 1, '[')) return;
  EmitVariable({at, at, at + 1}, close + 1);
  declared_.back().is_definition = !macro.starts_with("DECLARE_");
}

// `comma`: a ',' behind a declarator, or the end. What follows are names that share its type.
void DeclarationReader::ReadMoreDeclarators(size_t comma) {
  while (Is(comma, ',')) {
    size_t k = comma + 1;
    while (Is(k, '*') || Is(k, '&') || KeywordAt(k) == Keyword::kQualifier) ++k;
    if (size_t after = SkipAttribute(k); after != k) k = after;
    if (IsIdentifier(k) && IsIdentifier(k + 1) && IsMacroLike(Text(k))) ++k;  // FAR_POINTER name
    if (Is(k, '(') && (Is(k + 1, '*') || Is(k + 1, '^'))) {
      if (ReadParenthesized(k, false) == 0) return;  // it has read the rest as well
      return;
    }
    if (IsIdentifier(k) && KeywordAt(k) == Keyword::kNone) {
      // In `a = b<c, d>()` the ',' is no separator: a declarator's name is followed by one of
      // these.
      bool declarator = k + 1 == tokens_.size() || Is(k + 1, ',') || Is(k + 1, '=') ||
                        Is(k + 1, '[') || Is(k + 1, ':') || Is(k + 1, '(') ||
                        Is(k + 1, TokenKind::kBraces) || SkipAttribute(k + 1) != k + 1 ||
                        (IsIdentifier(k + 1) && IsReservedAttribute(Text(k + 1)));
      if (!declarator) return;
      if (Is(k + 1, '(') && !context_.in_record && specifiers_.is_typedef) {
        EmitFunction({k, k, k + 1}, k + 1, false);
      } else {
        EmitVariable({k, k, k + 1}, k + 1);
      }
    }
    comma = SkipToComma(k);
  }
}

// Variables, fields, typedefs and functions: everything that is `type declarator, declarator…`.
// `type_words` counts the words seen so far that can be a type.
void DeclarationReader::ReadSimple(size_t i, size_t type_words, bool has_body) {
  Name last;
  bool has_last = false;       // a word that is a type or, if nothing follows, the declared name
  bool last_adjacent = false;  // nothing stands between it and here
  size_t export_macros = 0;    // FOO_API in front, which is no type
  size_t k = i;
  while (k < tokens_.size()) {
    if (size_t after = SkipAttribute(k); after != k) {
      k = after;
      continue;
    }
    Keyword keyword = KeywordAt(k);
    if (Is(k, '(')) {
      size_t next = ReadParenthesized(k, has_body);
      if (next == 0) return;
      k = next;
      continue;
    }
    if (Is(k, '=') || Is(k, '[') || Is(k, ',') || Is(k, ':') || Is(k, TokenKind::kBraces)) break;
    if (keyword == Keyword::kOperator) return EmitOperator(k, k, has_body);
    if (keyword == Keyword::kStatement || keyword == Keyword::kStaticAssert) return;
    specifiers_.is_extern |= keyword == Keyword::kExtern;
    if (keyword == Keyword::kBuiltinType) {
      ++type_words;
      ++k;
      last_adjacent = false;
      continue;
    }
    if (keyword == Keyword::kTypeOperator) {
      ++type_words;
      k = Is(k + 1, '(') ? SkipGroup(k + 1) : k + 1;
      last_adjacent = false;
      continue;
    }
    if (IsTypeKey(keyword)) {
      ++k;
      while (SkipAttribute(k) != k) k = SkipAttribute(k);
      if (IsIdentifier(k)) {
        Name type = ReadName(k);
        k = type.end;
        // `struct Foo;` alone, or with nothing but attributes, declares Foo.
        if (k == tokens_.size() && type_words == 0 && !specifiers_.is_typedef &&
            !specifiers_.is_friend && keyword != Keyword::kEnum) {
          return Emit(type, RecordKind(keyword), false);
        }
        if (keyword == Keyword::kEnum && (k == tokens_.size() || Is(k, ':')) && type_words == 0 &&
            !context_.in_record && !specifiers_.is_typedef) {
          return Emit(type, SymbolKind::kEnum, false);
        }
      }
      ++type_words;
      last_adjacent = false;
      continue;
    }
    bool name_starts = (IsIdentifier(k) && keyword == Keyword::kNone) || Is(k, '~') ||
                       (Is(k, TokenKind::kScope) && IsIdentifier(k + 1));
    if (!name_starts) {
      last_adjacent = false;
      ++k;
      continue;
    }
    Name name = ReadName(k);
    if (KeywordAt(name.last) == Keyword::kOperator && name.last != name.first) {
      return EmitOperator(name.last, name.first, has_body);
    }
    size_t open = name.end;
    if (!Is(open, '(') || IsPointerDeclarator(open)) {
      bool attribute = has_last && IsIdentifier(name.last) &&
                       IsReservedAttribute(Text(name.last)) && last_adjacent && type_words > 1 &&
                       !IsReservedAttribute(Text(last.last));
      if (!attribute) {
        last = name;
        has_last = true;
        last_adjacent = true;
        export_macros += type_words == 0 && IsMacroLike(Text(name.last));
        ++type_words;
      }
      k = name.end;
      continue;
    }
    // `name (`: a function, an initialised variable, or a macro.
    std::string_view word = Text(name.last);
    size_t after = SkipGroup(open);
    bool tilde = Is(name.last, '~');
    std::string_view qualifier = Qualifier(name);
    bool constructor = tilde || (context_.in_record && word == context_.record_name) ||
                       (!qualifier.empty() && OwnerOf(qualifier) == word);
    bool macro_like = IsMacroLike(word) || IsReservedAttribute(word);
    bool more_follows = after < tokens_.size() && !Is(after, '=') && !Is(after, ':') &&
                        !Is(after, ',') && !Is(after, TokenKind::kArrow);
    if (type_words == 0 && !constructor) {
      bool declaration_follows =
          more_follows &&
          (KeywordAt(after) == Keyword::kNone
               ? (IsIdentifier(after) || Is(after, TokenKind::kScope))
               : KeywordAt(after) != Keyword::kFunctionSuffix &&
                     KeywordAt(after) != Keyword::kTry &&
                     (KeywordAt(after) != Keyword::kQualifier || after + 1 < tokens_.size()));
      if (declaration_follows && qualifier.empty()) {
        k = after;  // __printf(1, 2) int f(…): the macro stands before the declaration
        continue;
      }
      if (!qualifier.empty()) {
        if (has_body) EmitFunction(name, open, has_body);
        return;
      }
      return ReadMacroCall(name, open, has_body);
    }
    if (macro_like && qualifier.empty() && !constructor) {
      bool parameters = LooksLikeParameters(open);
      bool behind_name = has_last && last_adjacent && type_words > 1 + export_macros &&
                         !IsReservedAttribute(Text(last.last));
      bool reserved = IsReservedAttribute(word) && !has_body;  // } __aligned(8);
      if (!parameters && (behind_name || reserved)) {
        k = after;  // int x GUARDED_BY(mu)
        continue;
      }
      size_t next = more_follows ? SkipAttributeMacros(after) : after;
      Keyword follows = KeywordAt(next);
      bool declaration_follows =
          more_follows && IsIdentifier(next) &&
          (follows == Keyword::kNone
               ? !parameters || Is(ReadName(next).end, '(')
               : !parameters && (follows == Keyword::kBuiltinType || follows == Keyword::kStorage ||
                                 IsTypeKey(follows)));
      if (declaration_follows) {
        k = after;  // int NOINLINE(x) f(…), struct map SEC("maps") table: it stands before the name
        continue;
      }
    }
    if (Is(after, '(') && macro_like && IsIdentifier(open + 1)) {
      return EmitFunction(LastName(open), after, has_body);
    }
    if (!has_body && !context_.in_record && context_.language == Language::kCxx &&
        !specifiers_.is_typedef && LooksLikeArguments(open)) {
      EmitVariable(name, open);
      return ReadMoreDeclarators(SkipToComma(after));
    }
    return EmitFunction(name, open, has_body);
  }
  // A lone word declares nothing (a macro), unless a type came before it.
  if (!has_last || type_words < 2) return;
  EmitVariable(last, k);
  ReadMoreDeclarators(SkipToComma(k));
}

const BraceHead& DeclarationReader::ReadBrace(std::span<const Token> tokens,
                                              const DeclarationContext& context) {
  Begin(tokens, context);
  head_.declared.clear();
  head_.is_typedef = false;
  head_.is_scoped_enum = false;
  head_.kind = BraceKind::kIgnored;
  auto finish = [&](BraceKind kind) -> const BraceHead& {
    head_.kind = kind;
    head_.is_typedef = specifiers_.is_typedef;
    head_.declared.swap(declared_);
    return head_;
  };
  if (tokens.empty()) return finish(BraceKind::kIgnored);
  size_t i = ReadSpecifiers();
  if (i == tokens_.size()) {
    return finish(specifiers_.is_extern ? BraceKind::kTransparent : BraceKind::kIgnored);
  }
  if (KeywordAt(i) == Keyword::kNamespace) {
    ReadNamespaceHead(i);
    return finish(BraceKind::kNamespace);
  }
  if (KeywordAt(i) == Keyword::kStatement) return finish(BraceKind::kIgnored);
  // A macro or two may stand before the class key; and `=` before it makes it an initialiser.
  bool has_assignment = false;
  bool has_parameters = false;
  for (size_t k = i; k < tokens_.size();) {
    if (size_t after = SkipAttribute(k); after != k) {
      k = after;
      continue;
    }
    if (KeywordAt(k) == Keyword::kOperator) {
      while (k < tokens_.size() && !Is(k, '(')) ++k;  // the '=' of ">=" assigns nothing
      continue;
    }
    if (Is(k, '=')) {
      has_assignment = true;
      break;
    }
    if (IsTypeKey(KeywordAt(k)) && !has_parameters) {
      bool read = KeywordAt(k) == Keyword::kEnum ? ReadEnumHead(k) : ReadRecordHead(k);
      if (read) {
        return finish(KeywordAt(k) == Keyword::kEnum ? BraceKind::kEnum : BraceKind::kRecord);
      }
      declared_.clear();
    }
    if (Is(k, '(') || Is(k, '[')) {
      // A macro call before everything else may stand on a line of its own: it has no parameters.
      bool macro_call = k == i + 1 && IsIdentifier(i) && IsMacroLike(Text(i));
      has_parameters |= Is(k, '(') && !macro_call;
      k = SkipGroup(k);
    } else if (IsIdentifier(k) && KeywordAt(k) == Keyword::kNone) {
      k = ReadName(k).end;
    } else {
      ++k;
    }
  }
  if (has_assignment) return finish(BraceKind::kInitializer);
  size_t last = tokens_.size() - 1;
  if (KeywordAt(i) == Keyword::kUsing || KeywordAt(i) == Keyword::kConcept) {
    return finish(BraceKind::kInitializer);
  }
  has_parameters |= Is(last, ')');
  if (!has_parameters) {
    // `BEGIN_NAMESPACE_X {` is a scope; `int x {1}` an initialiser.
    if (last == i && IsIdentifier(i) && KeywordAt(i) == Keyword::kNone) {
      return finish(BraceKind::kTransparent);
    }
    if (KeywordAt(last) == Keyword::kRequires) return finish(BraceKind::kInitializer);
    return finish(IsIdentifier(last) || Is(last, ']') || Is(last, '>') ? BraceKind::kInitializer
                                                                       : BraceKind::kIgnored);
  }
  ReadSimple(i, 0, true);
  if (declared_.empty()) return finish(BraceKind::kIgnored);
  SymbolKind kind = declared_.front().kind;
  bool function = kind == SymbolKind::kFunction || kind == SymbolKind::kMethod ||
                  kind == SymbolKind::kConstructor || kind == SymbolKind::kDestructor ||
                  kind == SymbolKind::kOperator || kind == SymbolKind::kConversion;
  if (!function) {
    declared_.clear();
    return finish(BraceKind::kInitializer);
  }
  // In `Foo::Foo() : a_{1}, b_(2) {` a brace behind a name initialises a member.
  for (size_t k = i; k < tokens_.size();) {
    if (Is(k, '(') || Is(k, '[')) {
      k = SkipGroup(k);
      continue;
    }
    if (Is(k, ':')) {
      bool member = (IsIdentifier(last) && KeywordAt(last) == Keyword::kNone) || Is(last, '>');
      if (member && last != k) {
        declared_.clear();
        return finish(BraceKind::kInitializer);
      }
      break;
    }
    ++k;
  }
  if (KeywordAt(last) == Keyword::kRequires || (Is(last, ')') && [&] {  // requires (T t) {
        size_t depth = 0;
        for (size_t k = last + 1; k-- > 0;) {
          if (Is(k, ')')) ++depth;
          if (Is(k, '(') && --depth == 0) return k > 0 && KeywordAt(k - 1) == Keyword::kRequires;
        }
        return false;
      }())) {
    declared_.clear();
    return finish(BraceKind::kInitializer);
  }
  declared_.resize(1);
  return finish(BraceKind::kFunctionBody);
}

const std::vector<Declared>& DeclarationReader::ReadSemicolon(std::span<const Token> tokens,
                                                              const DeclarationContext& context,
                                                              bool after_type, bool is_typedef) {
  Begin(tokens, context);
  if (tokens.empty()) return declared_;
  size_t i = ReadSpecifiers();
  specifiers_.is_typedef |= is_typedef;
  if (i == tokens_.size()) return declared_;
  if (after_type) {
    // `} __packed name, *other;`: the type is complete, every word that is no attribute is a name.
    bool attribute_macro = context_.language == Language::kCxx && !specifiers_.is_typedef &&
                           tokens_.size() == i + 1 && IsIdentifier(i) && IsMacroLike(Text(i));
    if (attribute_macro) return declared_;
    ReadSimple(i, 1, false);
    return declared_;
  }
  switch (KeywordAt(i)) {
    case Keyword::kUsing:
      if (IsIdentifier(i + 1) && KeywordAt(i + 1) == Keyword::kNone) {
        size_t k = i + 2;
        while (SkipAttribute(k) != k) k = SkipAttribute(k);
        if (Is(k, '=')) Emit({i + 1, i + 1, i + 2}, SymbolKind::kAlias, true);
      }
      return declared_;
    case Keyword::kNamespace:
      if (IsIdentifier(i + 1) && Is(i + 2, '=')) {
        Emit({i + 1, i + 1, i + 2}, SymbolKind::kNamespaceAlias, true);
      }
      return declared_;
    case Keyword::kConcept:
      if (IsIdentifier(i + 1)) Emit({i + 1, i + 1, i + 2}, SymbolKind::kConcept, true);
      return declared_;
    case Keyword::kStatement:
    case Keyword::kStaticAssert:
      return declared_;
    default:
      ReadSimple(i, 0, false);
      return declared_;
  }
}

size_t DeclarationReader::KnrHead(std::span<const Token> tokens) const {
  // [type] name ( identifiers ) declaration
  size_t open = 0;
  while (open < tokens.size() && !tokens[open].Is('(')) ++open;
  if (open < 1 || open + 2 >= tokens.size()) return 0;
  if (!tokens[open - 1].Is(TokenKind::kIdentifier)) return 0;
  size_t i = open + 1;
  for (;; i += 2) {
    if (i + 1 >= tokens.size() || !tokens[i].Is(TokenKind::kIdentifier) ||
        tokens[i].keyword != Keyword::kNone) {
      return 0;
    }
    if (tokens[i + 1].Is(')')) break;
    if (!tokens[i + 1].Is(',')) return 0;
  }
  size_t head = i + 2;
  auto text = [&](size_t k) { return text_.substr(tokens[k].offset, tokens[k].length); };
  bool declaration = head + 1 < tokens.size() && tokens[head].Is(TokenKind::kIdentifier) &&
                     tokens[head].starts_line && !IsMacroLike(text(head)) &&
                     tokens[head].keyword != Keyword::kFunctionSuffix &&
                     tokens[head].keyword != Keyword::kAttribute && !tokens[head + 1].Is('(');
  if (!declaration) return 0;
  if (open > 1) return head;
  // Without a return type it may be a macro before any declaration, unless that declares one of
  // the identifiers.
  for (size_t k = open + 1; k < head; ++k) {
    if (tokens[k].Is(TokenKind::kIdentifier) && text(k) == text(tokens.size() - 1)) return head;
  }
  return 0;
}

}  // namespace astrolabe
