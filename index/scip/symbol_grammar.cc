// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/scip/symbol_grammar.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

bool IsIdentifierByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '-' || c == '$';
}

bool IsSimple(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsIdentifierByte);
}

void AppendName(std::string_view name, std::string& symbol) {
  if (IsSimple(name)) {
    symbol += name;
    return;
  }
  symbol += '`';
  for (char c : name) {
    symbol += c;
    if (c == '`') symbol += c;
  }
  symbol += '`';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<ScipSymbol> Parse() {
    ScipSymbol symbol;
    constexpr std::string_view kLocal = "local ";
    if (text_.starts_with(kLocal)) {
      symbol.local = text_.substr(kLocal.size());
      if (!IsSimple(symbol.local)) return Wrong("a local's name is a simple identifier");
      return symbol;
    }
    for (std::string* part : {&symbol.scheme, &symbol.manager, &symbol.package, &symbol.version}) {
      if (!TakeUpToSpace(*part)) return Wrong("expected a word and a space");
      if (*part == "." && part != &symbol.scheme) part->clear();
    }
    if (symbol.scheme == "local") return Wrong("\"local\" is no scheme");
    if (at_ == text_.size()) return Wrong("no descriptor");
    while (at_ < text_.size()) {
      ScipDescriptor descriptor;
      if (const char* problem = TakeDescriptor(descriptor)) return Wrong(problem);
      symbol.descriptors.push_back(std::move(descriptor));
    }
    return symbol;
  }

 private:
  absl::Status Wrong(std::string_view what) const {
    return absl::InvalidArgumentError(StrCat("symbol \"", text_, "\", byte ", at_, ": ", what));
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Take(char c) {
    if (Peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  // A doubled space is a space of the word.
  bool TakeUpToSpace(std::string& word) {
    while (at_ < text_.size()) {
      if (Take(' ')) {
        if (!Take(' ')) return !word.empty();
      } else {
        ++at_;
      }
      word += text_[at_ - 1];
    }
    return false;
  }

  bool TakeSimple(std::string& name) {
    while (IsIdentifierByte(Peek())) name += text_[at_++];
    return !name.empty();
  }

  const char* TakeName(std::string& name) {
    if (!Take('`')) return TakeSimple(name) ? nullptr : "expected a name";
    while (true) {
      if (at_ == text_.size()) return "a backtick that is not closed";
      const char c = text_[at_++];
      // A doubled backtick is one of the name.
      if (c == '`' && !Take('`')) break;
      name += c;
    }
    if (name.empty()) return "an empty name";
    return IsSimple(name) ? "backticks around a simple name" : nullptr;
  }

  // Null, or what is wrong at at_.
  const char* TakeDescriptor(ScipDescriptor& descriptor) {
    if (Take('[')) {
      descriptor.suffix = ScipSuffix::kTypeParameter;
      if (const char* problem = TakeName(descriptor.name)) return problem;
      return Take(']') ? nullptr : "expected ]";
    }
    if (Take('(')) {
      descriptor.suffix = ScipSuffix::kParameter;
      if (const char* problem = TakeName(descriptor.name)) return problem;
      return Take(')') ? nullptr : "expected )";
    }
    if (const char* problem = TakeName(descriptor.name)) return problem;
    if (Take('(')) {
      descriptor.suffix = ScipSuffix::kMethod;
      TakeSimple(descriptor.disambiguator);
      return Take(')') && Take('.') ? nullptr : "expected ).";
    }
    static constexpr std::pair<char, ScipSuffix> kSuffixes[] = {{'/', ScipSuffix::kNamespace},
                                                                {'#', ScipSuffix::kType},
                                                                {'.', ScipSuffix::kTerm},
                                                                {':', ScipSuffix::kMeta},
                                                                {'!', ScipSuffix::kMacro}};
    for (const auto& [mark, suffix] : kSuffixes) {
      descriptor.suffix = suffix;
      if (Take(mark)) return nullptr;
    }
    return "expected one of / # . : ! (";
  }

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

void AppendScipDescriptor(ScipSuffix suffix, std::string_view name, std::string_view disambiguator,
                          std::string& symbol) {
  if (suffix == ScipSuffix::kTypeParameter) symbol += '[';
  if (suffix == ScipSuffix::kParameter) symbol += '(';
  AppendName(name, symbol);
  switch (suffix) {
    case ScipSuffix::kNamespace:
      symbol += '/';
      return;
    case ScipSuffix::kType:
      symbol += '#';
      return;
    case ScipSuffix::kTerm:
      symbol += '.';
      return;
    case ScipSuffix::kMethod:
      symbol += StrCat("(", disambiguator, ").");
      return;
    case ScipSuffix::kTypeParameter:
      symbol += ']';
      return;
    case ScipSuffix::kParameter:
      symbol += ')';
      return;
    case ScipSuffix::kMeta:
      symbol += ':';
      return;
    case ScipSuffix::kMacro:
      symbol += '!';
      return;
  }
}

absl::StatusOr<ScipSymbol> ParseScipSymbol(std::string_view text) { return Parser(text).Parse(); }

}  // namespace astrolabe
