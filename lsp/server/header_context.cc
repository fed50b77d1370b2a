// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/header_context.h"

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "base/text/text_buffer.h"
#include "index/include_line.h"
#include "index/query/semantic_includes.h"
#include "lsp/documents/uri.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {
namespace {

// Headers whose includers are looked up before it is given up: each takes a query of the index.
constexpr size_t kMaxLookups = 24;

size_t CommonLength(std::string_view a, std::string_view b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

// Steps from a unit to the header: each file includes the next one.
using Chain = std::vector<std::string>;

// Upwards from the header, the nearest unit first; among equals the one of the header's name, then the one whose
// path is most like its.
std::optional<Chain> ChainToUnit(const Workspace& workspace, const Indexes& indexes,
                                 const std::string& header,
                                 const std::function<bool(const std::string&)>& is_unit) {
  const QuerySources sources = workspace.Sources(indexes);
  absl::flat_hash_map<std::string, std::string>
      includes;  // includer -> what it includes on the way
  std::deque<std::string> due = {header};
  const auto rank = [&](const std::string& path) {
    return std::tuple(!is_unit(path), Stem(path) != Stem(header),
                      path.size() - CommonLength(path, header));
  };
  for (size_t lookups = 0; !due.empty() && lookups < kMaxLookups; ++lookups) {
    const std::string file = std::move(due.front());
    due.pop_front();
    std::vector<std::string> includers;
    for (const IncludeHit& hit :
         FindIncluders(sources, workspace.IndexPath(file), /*transitive=*/false).hits) {
      std::string path = workspace.ClientPath(hit.path);
      if (path == header || !includes.emplace(path, file).second) continue;
      includers.push_back(std::move(path));
    }
    std::ranges::stable_sort(includers, {}, rank);
    if (!includers.empty() && is_unit(includers.front())) {
      Chain chain = {includers.front()};
      while (chain.back() != header) chain.push_back(includes.at(chain.back()));
      return chain;
    }
    std::ranges::move(includers, std::back_inserter(due));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> TextAheadOfInclude(std::string_view text, const std::string& path,
                                              std::string_view spelled, int& open) {
  const std::string_view wanted = BaseName(spelled);
  std::string ahead;
  int opened = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view directive = DirectiveOf(line);
    const std::string_view word = DirectiveName(directive);
    if (word == "if" || word == "ifdef" || word == "ifndef") ++opened;
    if (word == "endif") --opened;
    if (const std::string_view spelling = IncludeSpelling(directive); !spelling.empty()) {
      const std::string_view included = WithoutDelimiters(spelling);
      if (BaseName(included) == wanted) {
        open += std::max(opened, 0);
        return ahead;
      }
      const std::string beside = NormalPath(StrCat(path, "/../", included));
      if (spelling.starts_with('"') && IsRegularFile(beside)) {
        ahead += StrCat("#", word, " \"", beside, "\"\n");
        continue;
      }
    }
    // Said in this text it would be about this text.
    if (word == "pragma" && TrimmedLine(directive.substr(word.size())).starts_with("once")) {
      ahead += "\n";
      continue;
    }
    ahead += StrCat(line, "\n");
  }
  return std::nullopt;
}

bool EndsBetweenDeclarations(std::string_view text) {
  const SourceTokens tokens{TextBuffer(text)};
  std::vector<bool> brackets;  // open ones; whether declarations may stand in them
  int parentheses = 0;
  bool introduces = false;  // whether the declaration so far is one that has others in its braces
  bool is_enum = false;     // `enum class` and `enum struct` have none
  for (const Token& token : tokens.tokens) {
    const std::string_view spelled = tokens.Text(token);
    if (std::exchange(is_enum, spelled == "enum") && (spelled == "class" || spelled == "struct")) {
      continue;
    }
    if (spelled == "namespace" || spelled == "extern" || spelled == "class" ||
        spelled == "struct" || spelled == "union") {
      introduces = parentheses == 0;
    } else if (spelled == "enum" || spelled == "=") {
      introduces = false;
    } else if (spelled == "(") {
      ++parentheses;
    } else if (spelled == ")") {
      --parentheses;
      introduces = false;  // a function that names a struct
    } else if (spelled == "{") {
      brackets.push_back(introduces);
      introduces = false;
    } else if (spelled == "}") {
      if (!brackets.empty()) brackets.pop_back();
      introduces = false;
    } else if (spelled == ";") {
      introduces = false;
    }
  }
  return parentheses <= 0 && std::find(brackets.begin(), brackets.end(), false) == brackets.end();
}

std::optional<HeaderContext> FindHeaderContext(
    const Workspace& workspace, const Indexes& indexes, const std::string& header,
    const std::function<bool(const std::string&)>& is_unit, const ReadText& read) {
  std::optional<Chain> chain = ChainToUnit(workspace, indexes, header, is_unit);
  if (!chain) return std::nullopt;
  HeaderContext context;
  context.unit = chain->front();
  chain->pop_back();  // the header itself
  int open = 0;
  for (size_t i = 0; i < chain->size(); ++i) {
    const std::string& next = i + 1 < chain->size() ? (*chain)[i + 1] : header;
    std::optional<std::string> ahead =
        TextAheadOfInclude(read((*chain)[i]), (*chain)[i], next, open);
    // The index is behind the texts: the command alone is good enough.
    if (!ahead) return HeaderContext{.unit = context.unit, .text = {}, .files = *chain};
    context.text += *ahead;
  }
  for (; open > 0; --open) context.text += "#endif\n";
  if (!EndsBetweenDeclarations(context.text)) context.text.clear();
  context.files = *std::move(chain);
  return context;
}

}  // namespace astrolabe::lsp
