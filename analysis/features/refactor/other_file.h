// Files beside the open one: headers that it includes, which its AST knows, and the source that belongs to a header,
// which nobody has parsed and whose tokens have to do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/features/live_ast.h"
#include "analysis/features/refactor/selection.h"
#include "clang/Basic/SourceLocation.h"

namespace clang {
class Decl;
class DeclContext;
}  // namespace clang

namespace astrolabe {

// The file of a location as if it were the open one: what takes an AST and looks at its text works on it. Nothing for
// what is no file, and for headers of the system.
std::optional<LiveAst> ViewOfFile(const LiveAst& ast, clang::SourceLocation location);

// "ns", "Class" for what is around a declaration, outermost first. Unnamed and inline namespaces are left out.
std::vector<std::string> ScopeNames(const clang::DeclContext* context);

// A source by its tokens.
class SourceOutline {
 public:
  SourceOutline(const LiveAst& ast, const FileText& file);

  struct Function {
    std::vector<std::string> scope;       // of namespaces and of the qualifier, as written
    std::vector<std::string> namespaces;  // around it, as written
    std::string name;
    TextSpan whole;
    TextSpan parameters;  // between the parentheses
    uint32_t body = 0;    // begin of its initialisers or its brace
    size_t parameter_count = 0;
  };

  const LiveAst& view() const { return view_; }
  const std::string& text() const { return view_.text; }
  // Functions that have a body, as far as tokens tell: what is called so in that scope. Conversions are not found.
  std::vector<Function> Find(const std::vector<std::string>& scope, const std::string& name) const;
  // Static members of classes: without parameters and body.
  std::vector<Function> FindVariables(const std::vector<std::string>& scope,
                                      const std::string& name) const;

  // Whether a name as written in it is `name`, or a macro that stands for it.
  bool Means(std::string_view written, std::string_view name) const;

  struct Place {
    uint32_t offset = 0;
    std::vector<std::string> namespaces;  // around it, as written
  };
  // Where a function goes that is declared in these namespaces: behind the last block of the innermost of them.
  Place PlaceFor(const std::vector<std::string>& namespaces) const;

 private:
  void Read();
  std::vector<Function> FindIn(const std::vector<Function>& all,
                               const std::vector<std::string>& scope,
                               const std::string& name) const;

  LiveAst view_;
  std::vector<Function> functions_;
  std::vector<Function> variables_;
  struct Block {
    std::vector<std::string> namespaces;
    uint32_t close = 0;  // its brace
  };
  std::vector<Block> blocks_;
};

// Names of the parameters that are written between `(` and `)`, empty for those without.
std::vector<std::string> ParameterNames(const LiveAst& view, TextSpan parameters);

}  // namespace astrolabe
