// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/construction.h"

#include <algorithm>
#include <vector>

#include "index/keywords.h"

namespace astrolabe::lsp {
namespace {

constexpr std::string_view kForwarding[] = {"make_unique",   "make_shared", "allocate_shared",
                                            "make_optional", "make_any",    "make_from_tuple",
                                            "in_place_type", "emplace",     "construct_at"};

// Reads the tokens around one of them.
class Reader {
 public:
  Reader(const SourceTokens& source, size_t offset)
      : source_(source),
        tokens_(source.tokens),
        at_(static_cast<size_t>(std::ranges::lower_bound(tokens_, offset, {}, &Token::offset) -
                                tokens_.begin())),
        is_there_(at_ < tokens_.size() && tokens_[at_].offset == offset) {}

  bool is_there() const { return is_there_; }

  Construction Read(std::string_view class_name, bool names_type) const {
    Construction found;
    if (!is_there_) return found;
    if (Is(at_, '{')) {
      found.list = ArgumentListAt(source_, at_);
      return found;
    }
    if (Is(at_, '=') || Word(at_) == "return" || Word(at_) == "co_return") {
      if (Is(at_ + 1, '{')) found.list = ArgumentListAt(source_, at_ + 1);
      return found;
    }
    if (!IsScope(at_) && !IsName(at_)) return found;
    const size_t last = LastOfQualifiedName(at_);
    if (names_type || Word(last) == class_name) {
      const size_t behind = BehindTemplateArguments(tokens_, last + 1);
      found.list = ListAt(behind);
      if (!found.list && (Is(behind, ';') || Is(behind, ',') || Is(behind, ')'))) {
        found.list_place = tokens_[behind - 1].end();
      }
    } else if (last == at_ && (Is(at_ + 1, '(') || Is(at_ + 1, '{'))) {
      if (IsInitialised()) found.list = ListAt(at_ + 1);
    } else if (last == at_ && (Is(at_ + 1, ';') || Is(at_ + 1, ',')) && IsBehindType()) {
      found.list_place = tokens_[at_].end();
    }
    return found;
  }

  // The '<' that the qualified name at the place stands behind, as the first of a template's arguments.
  std::optional<size_t> AngleAhead() const {
    if (!is_there_) return std::nullopt;
    size_t first = FirstOfQualifiedName();
    while (first > 0 && KeywordOf(Word(first - 1)) == Keyword::kQualifier) --first;
    if (first < 2 || !Is(first - 1, '<') || !IsName(first - 2)) return std::nullopt;
    return first - 1;
  }

  bool IsTemplateArgument() const {
    if (AngleAhead()) return true;
    if (!is_there_) return false;
    const size_t first = FirstOfQualifiedName();
    const size_t last = LastOfQualifiedName(at_);
    return first > 0 && Is(first - 1, ',') && (Is(last + 1, '>') || Is(last + 1, ','));
  }

  std::optional<Forwarding> ForwardedBy() const {
    const std::optional<size_t> angle = AngleAhead();
    if (!angle || std::ranges::find(kForwarding, Word(*angle - 1)) == std::end(kForwarding)) {
      return std::nullopt;
    }
    return Forwarding{Word(*angle - 1), ListAt(BehindTemplateArguments(tokens_, *angle))};
  }

 private:
  bool Is(size_t i, char punctuator) const {
    return i < tokens_.size() && tokens_[i].Is(punctuator);
  }
  bool IsScope(size_t i) const { return i < tokens_.size() && tokens_[i].Is(TokenKind::kScope); }
  // Empty for what is no identifier or keyword.
  std::string_view Word(size_t i) const {
    const bool is_word = i < tokens_.size() && tokens_[i].Is(TokenKind::kIdentifier);
    return is_word ? source_.Text(tokens_[i]) : std::string_view();
  }
  bool IsName(size_t i) const { return !Word(i).empty() && KeywordOf(Word(i)) == Keyword::kNone; }

  std::optional<ArgumentList> ListAt(size_t i) const {
    if (!Is(i, '(') && !Is(i, '{')) return std::nullopt;
    return ArgumentListAt(source_, i);
  }

  // `c` of `a::b<int>::c`, whose first token is at `i`.
  size_t LastOfQualifiedName(size_t i) const {
    if (IsScope(i)) ++i;
    for (;;) {
      const size_t behind = BehindTemplateArguments(tokens_, i + 1);
      if (!IsScope(behind) || !IsName(behind + 1)) return i;
      i = behind + 1;
    }
  }

  size_t FirstOfQualifiedName() const {
    size_t first = at_;
    while (first >= 2 && IsScope(first - 1) && IsName(first - 2)) first -= 2;
    if (first > 0 && IsScope(first - 1)) --first;
    return first;
  }

  // `T x`, `T<int> x`, `T const x`: no expression has two names beside each other.
  bool IsBehindType() const { return at_ > 0 && EndsType(at_ - 1); }
  bool EndsType(size_t i) const {
    return IsName(i) || KeywordOf(Word(i)) == Keyword::kQualifier || Is(i, '>');
  }

  // Whether the name ahead of a list is a variable or a member, and not a function that is called.
  bool IsInitialised() const {
    if (IsBehindType()) return true;
    if (at_ == 0 || (!Is(at_ - 1, ',') && !Is(at_ - 1, ':'))) return false;
    // Back to where the statement begins, over what stands in brackets.
    size_t colon = 0;
    size_t begin = at_;
    for (; begin > 0; --begin) {
      const size_t i = begin - 1;
      if (Is(i, ';') || Is(i, '{') || (Is(i, '}') && !Is(i + 1, ','))) break;
      if (Is(i, '(') || Is(i, '[')) return false;  // an argument
      if (Is(i, ')') || Is(i, ']') || Is(i, '}')) {
        begin = OpeningOf(i) + 1;
        if (begin == 1) break;
        continue;
      }
      if (!Is(i, ':')) continue;
      if (KeywordOf(Word(i - 1)) == Keyword::kAccess) break;
      colon = i;
    }
    if (colon != 0) return !HasQuestion(begin, colon) && IsEndOfSignature(colon - 1);
    return DeclaresFrom(begin);
  }

  size_t OpeningOf(size_t closing) const {
    int depth = 0;
    for (size_t i = closing + 1; i-- > 0;) {
      if (Is(i, ')') || Is(i, ']') || Is(i, '}')) ++depth;
      if ((Is(i, '(') || Is(i, '[') || Is(i, '{')) && --depth == 0) return i;
    }
    return 0;
  }

  bool HasQuestion(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      if (Is(i, '?')) return true;
    }
    return false;
  }

  // What the initialisers of a constructor may follow.
  bool IsEndOfSignature(size_t i) const {
    return Is(i, ')') || Word(i) == "noexcept" || Word(i) == "try";
  }

  // `T a(1), b(2)`: whether the statement begins with a type and a name.
  bool DeclaresFrom(size_t begin) const {
    for (size_t i = begin; i + 1 < at_; ++i) {
      if (Is(i, '(') || Is(i, '{') || Is(i, '=') || Is(i, ',')) return false;
      if (EndsType(i) && IsName(i + 1)) return true;
    }
    return false;
  }

  const SourceTokens& source_;
  const std::vector<Token>& tokens_;
  const size_t at_;
  const bool is_there_;
};

}  // namespace

Construction ConstructionAt(const SourceTokens& source, size_t offset, std::string_view class_name,
                            bool names_type) {
  return Reader(source, offset).Read(class_name, names_type);
}

bool NamesConstructor(std::string_view container, std::string_view word) {
  const auto cut = [&](std::string_view tail) {
    if (!container.ends_with(tail)) return false;
    container.remove_suffix(tail.size());
    return true;
  };
  return !word.empty() && cut(word) && cut("::") && cut(word) &&
         (container.empty() || container.ends_with("::"));
}

std::optional<Forwarding> ForwardingAt(const SourceTokens& source, size_t offset) {
  return Reader(source, offset).ForwardedBy();
}

bool IsTemplateArgument(const SourceTokens& source, size_t offset) {
  return Reader(source, offset).IsTemplateArgument();
}

}  // namespace astrolabe::lsp
