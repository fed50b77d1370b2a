// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/modules/module_directives.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "clang/Basic/TokenKinds.h"
#include "clang/Lex/DependencyDirectivesScanner.h"

namespace astrolabe {
namespace {

namespace scan = clang::dependency_directives_scan;

// Whether a line begins with `word`, or with `export` ahead of it: Clang's scanner reads all of a text, and nearly none
// has a module.
bool HasLineWith(std::string_view source, std::string_view word) {
  constexpr std::string_view kBlanks = " \t";
  for (size_t at = source.find(word); at != std::string_view::npos;
       at = source.find(word, at + word.size())) {
    std::string_view before = source.substr(0, at);
    before = before.substr(before.rfind('\n') + 1);
    before.remove_prefix(std::min(before.find_first_not_of(kBlanks), before.size()));
    if (before.starts_with("export")) before.remove_prefix(6);
    if (before.find_first_not_of(kBlanks) == std::string_view::npos) return true;
  }
  return false;
}

// The tokens of one directive, behind `export`, `module` and `import`.
class DirectiveReader {
 public:
  DirectiveReader(std::string_view source, std::span<const scan::Token> tokens)
      : source_(source), tokens_(tokens) {
    while (!tokens_.empty() && IsWord(Front())) tokens_ = tokens_.subspan(1);
  }

  // The name of a module up to what is none: "a.b", "a.b:c", ":c"; empty if there is none.
  std::string Name() {
    std::string name;
    for (; !tokens_.empty(); tokens_ = tokens_.subspan(1)) {
      const scan::Token& token = tokens_.front();
      bool is_part = token.is(clang::tok::raw_identifier) || token.is(clang::tok::identifier) ||
                     token.is(clang::tok::period) || token.is(clang::tok::colon);
      if (!is_part) break;
      name += Front();
    }
    return name;
  }

  // "<vector>" or "\"a.h\"", as written; empty if that is not what follows.
  std::string Header() const {
    if (tokens_.empty()) return "";
    std::string_view rest = source_.substr(tokens_.front().Offset);
    if (!rest.starts_with('<') && !rest.starts_with('"')) return "";
    size_t end = rest.find(rest.front() == '<' ? '>' : '"', 1);
    if (end == std::string_view::npos || end > rest.find('\n')) return "";
    return std::string(rest.substr(0, end + 1));
  }

 private:
  std::string_view Front() const {
    return source_.substr(tokens_.front().Offset, tokens_.front().Length);
  }
  static bool IsWord(std::string_view text) {
    return text == "export" || text == "module" || text == "import";
  }

  std::string_view source_;
  std::span<const scan::Token> tokens_;
};

}  // namespace

ModuleDirectives ReadModuleDirectives(const std::string& source) {
  ModuleDirectives read;
  if (!HasLineWith(source, "import") && !HasLineWith(source, "module")) return read;
  llvm::SmallVector<scan::Token> tokens;
  llvm::SmallVector<scan::Directive> directives;
  // With a mistake in one directive there are those ahead of it.
  clang::scanSourceForDependencyDirectives({source.data(), source.size()}, tokens, directives);
  for (const scan::Directive& directive : directives) {
    DirectiveReader reader(source, {directive.Tokens.data(), directive.Tokens.size()});
    bool is_exported = directive.Kind == scan::cxx_export_module_decl;
    if (is_exported || directive.Kind == scan::cxx_module_decl) {
      // `module;` opens the global fragment, `module :private;` the private one.
      std::string name = reader.Name();
      if (name.empty() || name.starts_with(':') || !read.name.empty()) continue;
      read.is_importable = is_exported || name.find(':') != std::string::npos;
      if (!read.is_importable) read.imports.push_back(name);
      read.name = std::move(name);
    } else if (directive.Kind == scan::cxx_import_decl ||
               directive.Kind == scan::cxx_export_import_decl) {
      std::string header = reader.Header();
      if (!header.empty()) {
        read.header_units.push_back(std::move(header));
        continue;
      }
      std::string name = reader.Name();
      if (name.starts_with(':')) name.insert(0, read.name.substr(0, read.name.find(':')));
      if (!name.empty()) read.imports.push_back(std::move(name));
    }
  }
  // Its own interface cannot be what it waits for, whatever is written.
  if (read.is_importable) std::erase(read.imports, read.name);
  std::sort(read.imports.begin(), read.imports.end());
  read.imports.erase(std::unique(read.imports.begin(), read.imports.end()), read.imports.end());
  return read;
}

bool AllowModules(const std::vector<std::string>& cc1) {
  for (auto argument = cc1.rbegin(); argument != cc1.rend(); ++argument) {
    std::string_view text = *argument;
    if (!text.starts_with("-std=")) continue;
    size_t plus = text.find("++");
    if (plus == std::string_view::npos) return false;
    std::string_view year = text.substr(plus + 2);
    if (year == "2a" || year == "2b" || year == "2c") return true;
    int number = 0;
    std::from_chars(year.data(), year.data() + year.size(), number);
    return number >= 20 && number < 98;  // 98 and 03 are older
  }
  return false;
}

}  // namespace astrolabe
