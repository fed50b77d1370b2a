// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/other_file.h"

#include <algorithm>

#include "analysis/features/refactor/code_text.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"

namespace astrolabe {
namespace {

bool Opens(std::string_view token) { return token == "(" || token == "[" || token == "{"; }
bool Closes(std::string_view token) { return token == ")" || token == "]" || token == "}"; }

// Walks over the declarations of a source at the level of namespaces.
class Reader {
 public:
  Reader(const LiveAst& view, const std::vector<TextToken>& tokens) : view_(view) {
    for (const TextToken& token : tokens) {
      // The '#' itself has no directive.
      const bool is_hash = token.starts_line && Text(token) == "#";
      if (token.directive.empty() && !is_hash) tokens_.push_back(token);
    }
  }

  std::string_view At(size_t i) const { return i < tokens_.size() ? Text(tokens_[i]) : ""; }
  const TextToken& token(size_t i) const { return tokens_[i]; }
  size_t size() const { return tokens_.size(); }

  // One behind what closes the bracket at `i`.
  size_t Behind(size_t i) const {
    int depth = 0;
    for (; i < tokens_.size(); ++i) {
      if (Opens(At(i))) ++depth;
      if (Closes(At(i)) && --depth <= 0) return i + 1;
    }
    return i;
  }

  // Commas of the outermost level between two tokens; angle brackets are brackets as well.
  size_t CountParameters(size_t begin, size_t end) const {
    if (begin == end || (end - begin == 1 && At(begin) == "void")) return 0;
    size_t count = 1;
    int angles = 0;
    for (size_t i = begin; i < end; ++i) {
      if (Opens(At(i))) {
        i = Behind(i) - 1;
      } else if (At(i) == "<") {
        ++angles;
      } else if (At(i) == ">" || At(i) == ">>") {
        angles -= static_cast<int>(At(i).size());
      } else if (At(i) == "," && angles <= 0) {
        ++count;
      }
    }
    return count;
  }

 private:
  std::string_view Text(const TextToken& token) const { return TextOf(view_, token); }

  const LiveAst& view_;
  std::vector<TextToken> tokens_;
};

// The qualifier ahead of a name; false if a template is in it. `name` becomes its first token.
bool TakeQualifier(const Reader& reader, size_t begin, size_t& name,
                   SourceOutline::Function& function) {
  for (; name >= begin + 2 && reader.At(name - 1) == "::"; name -= 2) {
    if (!reader.token(name - 2).is_word) return false;  // the arguments of a template
    function.scope.insert(function.scope.begin(), std::string(reader.At(name - 2)));
  }
  return true;
}

// One behind the arguments of a template whose "<" is token `at`: in `function<void(int)>` no parameters of a function
// stand. One behind `at` if they do not end ahead of `end`.
size_t BehindTemplateArguments(const Reader& reader, size_t at, size_t end) {
  int angles = 0;
  for (size_t i = at; i < end;) {
    const std::string_view token = reader.At(i);
    if (Opens(token)) {
      i = reader.Behind(i);
      continue;
    }
    if (token == "<") ++angles;
    if (token == ">" || token == ">>") angles -= static_cast<int>(token.size());
    ++i;
    if (angles <= 0) return i;
  }
  return at + 1;
}

// The function that the tokens [begin, open) are the head of.
std::optional<SourceOutline::Function> HeadOf(const Reader& reader, size_t begin, size_t open) {
  SourceOutline::Function function;
  size_t paren = begin;
  size_t name = begin;
  while (paren < open && reader.At(paren) != "(" && function.name.empty()) {
    const std::string_view token = reader.At(paren);
    if (token == "=" || token == "class" || token == "struct" || token == "enum" ||
        token == "union") {
      return std::nullopt;
    }
    if (token == "<") {
      paren = BehindTemplateArguments(reader, paren, open);
      name = paren - 1;
      continue;
    }
    name = paren++;
    if (token != "operator") continue;
    function.name = token;
    if (reader.At(paren) == "(") {
      function.name += "()";
      paren += 2;
    }
    while (paren < open && reader.At(paren) != "(") function.name += reader.At(paren++);
  }
  if (paren >= open || paren == begin) return std::nullopt;
  if (function.name.empty()) {
    if (!reader.token(name).is_word) return std::nullopt;
    function.name = reader.At(name);
    if (name > begin && reader.At(name - 1) == "~") {
      function.name = "~" + function.name;
      --name;
    }
  }
  if (!TakeQualifier(reader, begin, name, function)) return std::nullopt;
  const size_t close = reader.Behind(paren);
  if (close > open) return std::nullopt;
  function.parameters = {reader.token(paren).end(), reader.token(close - 1).begin};
  function.parameter_count = reader.CountParameters(paren + 1, close - 1);
  size_t body = close;
  while (body < open && reader.At(body) != ":") ++body;
  function.body = reader.token(body).begin;
  function.whole.begin = reader.token(begin).begin;
  return function;
}

// The static member of a class that the tokens [begin, semicolon) define: `int n::C::x = 1`.
std::optional<SourceOutline::Function> StaticMemberOf(const Reader& reader, size_t begin,
                                                      size_t semicolon) {
  const std::string_view first = reader.At(begin);
  if (first == "using" || first == "typedef" || first == "template" || first == "friend" ||
      first == "extern") {
    return std::nullopt;
  }
  size_t end = begin;
  for (int angles = 0; end < semicolon; ++end) {
    const std::string_view token = reader.At(end);
    if (token == "<") ++angles;
    if (token == ">" || token == ">>") angles -= static_cast<int>(token.size());
    if (angles <= 0 && (token == "=" || Opens(token))) break;
  }
  if (end < begin + 4 || !reader.token(end - 1).is_word || reader.At(end - 2) != "::") {
    return std::nullopt;
  }
  SourceOutline::Function variable;
  size_t name = end - 1;
  variable.name = reader.At(name);
  if (!TakeQualifier(reader, begin, name, variable) || name == begin) return std::nullopt;
  variable.whole = {reader.token(begin).begin, reader.token(semicolon).end()};
  return variable;
}

}  // namespace

std::optional<LiveAst> ViewOfFile(const LiveAst& ast, clang::SourceLocation location) {
  const clang::SourceManager& sources = ast.context->getSourceManager();
  if (location.isInvalid() || location.isMacroID() || sources.isInSystemHeader(location)) {
    return std::nullopt;
  }
  const clang::FileID id = sources.getFileID(location);
  const std::optional<CodeLocation> place = ast.LocationOf(location);
  if (!place || !sources.getFileEntryRefForID(id)) return std::nullopt;
  LiveAst view = ast;
  view.main = id;
  view.preamble = clang::FileID();
  view.preamble_size = 0;
  view.path = place->path;
  view.declarations.clear();
  view.SetText(sources.getBufferData(id).str());
  return view;
}

std::vector<std::string> ScopeNames(const clang::DeclContext* context) {
  std::vector<std::string> names;
  for (; context != nullptr && !context->isTranslationUnit(); context = context->getParent()) {
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(context);
    if (space != nullptr && (space->isAnonymousNamespace() || space->isInline())) continue;
    const auto* named = llvm::dyn_cast<clang::NamedDecl>(context);
    if (named != nullptr && named->getIdentifier() != nullptr) {
      names.insert(names.begin(), named->getName().str());
    }
  }
  return names;
}

SourceOutline::SourceOutline(const LiveAst& ast, const FileText& file) : view_(ast) {
  view_.main = clang::FileID();
  view_.preamble = clang::FileID();
  view_.preamble_size = 0;
  view_.path = file.path;
  view_.declarations.clear();
  view_.SetText(file.text);
  Read();
}

void SourceOutline::Read() {
  const Reader reader(view_, TokensOf(view_));
  std::vector<Block> open;  // the namespaces around
  const auto around = [&] {
    return open.empty() ? std::vector<std::string>() : open.back().namespaces;
  };
  size_t begin = 0;
  const auto take_variable = [&](size_t semicolon) {
    auto variable = StaticMemberOf(reader, begin, semicolon);
    if (!variable) return;
    variable->namespaces = around();
    variable->scope.insert(variable->scope.begin(), variable->namespaces.begin(),
                           variable->namespaces.end());
    variables_.push_back(*std::move(variable));
  };
  bool has_head = false;  // a parameter list was met in this declaration
  bool initialises = false;
  for (size_t i = 0; i < reader.size();) {
    const std::string_view token = reader.At(i);
    if (i == begin &&
        (token == "namespace" || (token == "inline" && reader.At(i + 1) == "namespace"))) {
      Block block{around(), 0};
      const bool is_inline = token == "inline";
      for (i += is_inline ? 2 : 1; i < reader.size() && reader.At(i) != "{" && reader.At(i) != ";";
           ++i) {
        if (reader.token(i).is_word && !is_inline) block.namespaces.emplace_back(reader.At(i));
      }
      if (reader.At(i) == "{") open.push_back(std::move(block));
      begin = ++i;
    } else if (i == begin && token == "extern" && reader.At(i + 2) == "{") {
      open.push_back({around(), 0});
      begin = i += 3;
    } else if (token == "}") {
      if (!open.empty()) {
        open.back().close = reader.token(i).begin;
        blocks_.push_back(std::move(open.back()));
        open.pop_back();
      }
      begin = ++i;
    } else if (token == ";") {
      take_variable(i);
      begin = ++i;
    } else if (token == "(" || token == "[") {
      has_head |= token == "(";
      i = reader.Behind(i);
      continue;
    } else if (token == ":" && has_head) {
      initialises = true;
      ++i;
      continue;
    } else if (token == "{" && initialises && i > 0 && reader.At(i - 1) != ")" &&
               reader.At(i - 1) != "}") {
      i = reader.Behind(i);  // `: a{1}`
      continue;
    } else if (token == "{") {
      const size_t end = reader.Behind(i);
      if (auto function = HeadOf(reader, begin, i)) {
        function->namespaces = around();
        function->scope.insert(function->scope.begin(), function->namespaces.begin(),
                               function->namespaces.end());
        function->whole.end = reader.token(end - 1).end();
        functions_.push_back(*std::move(function));
      }
      i = end;
      if (!has_head && reader.At(i) == ";") take_variable(i);
      if (has_head || reader.At(i) == ";") {
        begin = i += reader.At(i) == ";" ? 1 : 0;
      } else {
        continue;  // `struct S { … } s;`
      }
    } else {
      ++i;
      continue;
    }
    has_head = false;
    initialises = false;
  }
}

std::vector<SourceOutline::Function> SourceOutline::Find(const std::vector<std::string>& scope,
                                                         const std::string& name) const {
  return FindIn(functions_, scope, name);
}

std::vector<SourceOutline::Function> SourceOutline::FindVariables(
    const std::vector<std::string>& scope, const std::string& name) const {
  return FindIn(variables_, scope, name);
}

std::vector<SourceOutline::Function> SourceOutline::FindIn(const std::vector<Function>& all,
                                                           const std::vector<std::string>& scope,
                                                           const std::string& name) const {
  std::vector<Function> found;
  for (const Function& function : all) {
    if (function.name != name || function.scope.size() > scope.size()) continue;
    // What a `using namespace` stands for is not written.
    const bool is_in_scope = std::equal(
        function.scope.rbegin(), function.scope.rend(), scope.rbegin(),
        [&](const std::string& written, const std::string& of) { return Means(written, of); });
    if (is_in_scope) found.push_back(function);
  }
  return found;
}

bool SourceOutline::Means(std::string_view written, std::string_view name) const {
  if (written == name) return true;
  const clang::IdentifierTable& names = view_.preprocessor->getIdentifierTable();
  const auto known = names.find(written);
  if (known == names.end()) return false;
  const clang::MacroInfo* macro = view_.preprocessor->getMacroInfo(known->second);
  if (macro == nullptr || !macro->isObjectLike() || macro->getNumTokens() != 1) return false;
  const clang::IdentifierInfo* meant = macro->getReplacementToken(0).getIdentifierInfo();
  return meant != nullptr && meant->getName() == llvm::StringRef(name);
}

SourceOutline::Place SourceOutline::PlaceFor(const std::vector<std::string>& namespaces) const {
  Place best{static_cast<uint32_t>(view_.text.size()), {}};
  bool has_block = false;
  for (const Block& block : blocks_) {
    const bool is_around =
        block.namespaces.size() <= namespaces.size() &&
        std::equal(
            block.namespaces.begin(), block.namespaces.end(), namespaces.begin(),
            [&](const std::string& written, const std::string& of) { return Means(written, of); });
    const bool is_better =
        !has_block || block.namespaces.size() > best.namespaces.size() ||
        (block.namespaces.size() == best.namespaces.size() && block.close > best.offset);
    if (!is_around || block.namespaces.empty() || !is_better) continue;
    best = {LineBegin(view_.text, block.close), block.namespaces};
    has_block = true;
  }
  return best;
}

std::vector<std::string> ParameterNames(const LiveAst& view, TextSpan parameters) {
  std::vector<std::string> names;
  std::string last;
  size_t words = 0;
  int depth = 0;
  bool has_value = false;
  const auto end = [&] {
    names.push_back(words > 1 ? last : "");
    last.clear();
    words = 0;
    has_value = false;
  };
  for (const TextToken& token : TokensOf(view)) {
    if (token.begin < parameters.begin || token.end() > parameters.end) continue;
    const std::string_view text = TextOf(view, token);
    if (Opens(text) || text == "<") ++depth;
    if (Closes(text) || text == ">") --depth;
    if (text == ">>") depth -= 2;
    if (text == "," && depth == 0) {
      end();
      continue;
    }
    has_value |= text == "=";
    if (depth > 0 || has_value) continue;
    // `const char*` has two words and no name.
    const bool is_name = token.is_word && text != "const" && text != "int" && text != "char" &&
                         text != "long" && text != "unsigned" && text != "short" &&
                         text != "double";
    if (token.is_word) ++words;
    last = is_name ? std::string(text) : "";
  }
  if (words > 0) end();
  return names;
}

}  // namespace astrolabe
