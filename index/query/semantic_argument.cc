// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/semantic_argument.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "base/strings.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

// The number behind the last ':' of `text`, which is cut off with it.
std::optional<uint32_t> TakeNumber(std::string_view& text) {
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return {};
  const char* end = text.data() + text.size();
  uint32_t number = 0;
  auto [stop, error] = std::from_chars(text.data() + colon + 1, end, number);
  if (error != std::errc() || stop != end || number == 0) return {};
  text = text.substr(0, colon);
  return number;
}

std::optional<PlaceArgument> ParsePlace(std::string_view text) {
  std::optional<uint32_t> column = TakeNumber(text);
  std::optional<uint32_t> line = column ? TakeNumber(text) : std::nullopt;
  if (!line || text.back() == ':') return {};
  return PlaceArgument{std::string(text), {*line - 1, *column - 1}};
}

// Where the operator's name begins if the last component is one; its own text may hold anything.
size_t FindOperator(std::string_view text) {
  constexpr std::string_view kOperator = "operator";
  for (size_t at = text.find(kOperator); at != std::string_view::npos;
       at = text.find(kOperator, at + 1)) {
    const bool starts = at == 0 || text[at - 1] == ':';
    const size_t behind = at + kOperator.size();
    if (starts && behind < text.size() && !IsWordByte(text[behind])) return at;
  }
  return std::string_view::npos;
}

std::string_view WithoutTemplateArguments(std::string_view part) {
  return part.substr(0, part.find('<'));
}

}  // namespace

std::string NameArgument::Spelled() const {
  std::string text = anchored ? "::" : "";
  for (const std::string& part : scope) text += part + "::";
  return text + name;
}

absl::StatusOr<SymbolArgument> ParseSymbolArgument(std::string_view text) {
  const std::string given(text);
  auto wrong = [&](std::string_view what) {
    return absl::InvalidArgumentError(
        StrCat("\"", given, "\": ", what,
               "; give a name (rocksdb::DBImpl::Get), a USR (c:@…) or FILE:LINE:COL"));
  };
  if (text.starts_with("c:") && !text.starts_with("c::") &&
      text.find_first_of("@(") != std::string_view::npos) {
    return UsrArgument{given};
  }
  if (std::optional<PlaceArgument> place = ParsePlace(text)) return *place;

  NameArgument argument;
  if (text.starts_with("::")) {
    argument.anchored = true;
    text.remove_prefix(2);
  }
  const size_t op = FindOperator(text);
  if (op != std::string_view::npos) {
    argument.name = text.substr(op);
    text = text.substr(0, op);
    if (text.ends_with("::")) text.remove_suffix(2);
    if (!text.empty()) argument.scope = ScopeComponents(text);
    return argument;
  }
  if (text.ends_with("()")) text.remove_suffix(2);
  std::vector<std::string_view> parts = SplitQualifiedName(text);
  argument.name = WithoutTemplateArguments(parts.back());
  if (argument.name.empty()) return wrong("no name in it");
  for (std::string_view part : parts) {
    if (part.empty()) return wrong("an empty scope in it");
    if (part.find_first_of(" (<") == std::string_view::npos &&
        part.find_first_of(":/") != std::string_view::npos) {
      return wrong("neither a name nor a place with line and column");
    }
  }
  argument.scope = ScopeComponents(text.substr(0, text.size() - parts.back().size()));
  return argument;
}

std::vector<std::string_view> SplitQualifiedName(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<' || c == '(') ++depth;
    if ((c == '>' || c == ')') && depth > 0) --depth;
    if (depth == 0 && text.substr(i, 2) == "::") {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 2;
      ++i;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::vector<std::string> ScopeComponents(std::string_view scope) {
  std::vector<std::string> components;
  for (std::string_view part : SplitQualifiedName(scope)) {
    part = WithoutTemplateArguments(part);
    if (!part.empty() && !part.starts_with("(anonymous")) components.emplace_back(part);
  }
  return components;
}

ScopeFit FitScope(const NameArgument& asked, std::string_view scope) {
  if (asked.scope.empty() && !asked.anchored) return ScopeFit::kEndsWith;
  const std::vector<std::string> has = ScopeComponents(scope);
  if (asked.anchored) return has == asked.scope ? ScopeFit::kEndsWith : ScopeFit::kNone;
  if (has.size() >= asked.scope.size() &&
      std::equal(asked.scope.rbegin(), asked.scope.rend(), has.rbegin())) {
    return ScopeFit::kEndsWith;
  }
  size_t next = 0;
  for (const std::string& part : has)
    next += next < asked.scope.size() && part == asked.scope[next];
  return next == asked.scope.size() ? ScopeFit::kContains : ScopeFit::kNone;
}

}  // namespace astrolabe
