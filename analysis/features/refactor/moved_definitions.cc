// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/moved_definitions.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/source_place.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"

namespace astrolabe {
namespace {

// A function, or those of a class and of the classes in it, with the static members.
void AddDefinable(const clang::Decl* declaration,
                  std::vector<const clang::FunctionDecl*>& functions,
                  std::vector<const clang::VarDecl*>& variables) {
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(declaration)) {
    functions.push_back(function);
  } else if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(declaration)) {
    if (variable->isStaticDataMember()) variables.push_back(variable);
  } else if (const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(declaration)) {
    for (const clang::Decl* member : record->decls()) {
      if (!member->isImplicit()) AddDefinable(member, functions, variables);
    }
  }
}

// As they are spelled, with delimiters; of those that no condition of the preprocessor is around.
std::vector<std::string> IncludesOf(const std::string& text) {
  std::vector<std::string> includes;
  int depth = 0;
  for (uint32_t line = 0; line < text.size(); line = LineEnd(text, line)) {
    std::string_view rest = std::string_view(text).substr(line, LineEnd(text, line) - line);
    const auto skip_space = [&] {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    };
    skip_space();
    if (!rest.starts_with('#')) continue;
    rest.remove_prefix(1);
    skip_space();
    if (rest.starts_with("if")) ++depth;
    if (rest.starts_with("endif")) --depth;
    if (depth > 0 || !rest.starts_with("include")) continue;
    rest.remove_prefix(std::string_view("include").size());
    skip_space();
    const size_t end =
        rest.empty() ? std::string_view::npos : rest.find(rest.front() == '<' ? '>' : '"', 1);
    if (end != std::string_view::npos) includes.emplace_back(rest.substr(0, end + 1));
  }
  return includes;
}

// "<x/old.h>" with another name behind the last slash.
std::string Renamed(const std::string& spelled, const std::string& name) {
  const size_t begin = spelled.find_last_of("\"</", spelled.size() - 2) + 1;
  return spelled.substr(0, begin) + name + spelled.back();
}

void AppendNamespaces(const std::vector<std::string>& from, const std::vector<std::string>& to,
                      std::string& text) {
  if (from == to) return;
  if (!from.empty()) text += "\n";
  for (size_t i = from.size(); i-- > 0;) text += "}  // namespace " + from[i] + "\n";
  if (!to.empty()) text += "\n";
  for (const std::string& name : to) text += "namespace " + name + " {\n";
}

}  // namespace

std::vector<SourceOutline::Function> DefinitionsInSource(
    const Selection& selection, const std::vector<const clang::Decl*>& declarations) {
  std::vector<const clang::FunctionDecl*> functions;
  std::vector<const clang::VarDecl*> variables;
  for (const clang::Decl* declaration : declarations) {
    AddDefinable(declaration, functions, variables);
  }
  std::erase_if(functions, [&](const clang::FunctionDecl* function) {
    return function->getDefinition() != nullptr || !BelongsInSource(selection, *function);
  });
  std::erase_if(variables, [](const clang::VarDecl* variable) {
    return variable->getDefinition() != nullptr || variable->isTemplated();
  });
  if ((functions.empty() && variables.empty()) || !HasSource(selection)) return {};
  const SourceOutline source(selection.ast(), *selection.source());
  std::map<uint32_t, SourceOutline::Function> by_place;
  for (const clang::FunctionDecl* function : functions) {
    auto found = source.Find(ScopeNames(function->getDeclContext()), function->getNameAsString());
    // All overloads of a class move with it; of a function it is not clear which is which.
    const bool is_clear = llvm::isa<clang::CXXMethodDecl>(function) || found.size() == 1;
    if (!is_clear) continue;
    for (SourceOutline::Function& one : found) by_place.emplace(one.whole.begin, std::move(one));
  }
  for (const clang::VarDecl* variable : variables) {
    for (SourceOutline::Function& one : source.FindVariables(ScopeNames(variable->getDeclContext()),
                                                             variable->getNameAsString())) {
      by_place.emplace(one.whole.begin, std::move(one));
    }
  }
  std::vector<SourceOutline::Function> definitions;
  for (auto& [place, definition] : by_place) definitions.push_back(std::move(definition));
  return definitions;
}

std::string NewSourcePath(const Selection& selection, const std::string& new_header) {
  const std::string& source = selection.source()->path;
  return source.substr(0, source.rfind('/') + 1) + new_header.substr(0, new_header.rfind('.')) +
         source.substr(source.rfind('.'));
}

absl::StatusOr<std::vector<OtherFile>> MoveDefinitions(
    const Selection& selection, const std::vector<SourceOutline::Function>& definitions,
    const std::string& new_header) {
  const LiveAst& ast = selection.ast();
  const SourceOutline source(ast, *selection.source());
  const LiveAst& view = source.view();
  OtherFile created{
      .path = NewSourcePath(selection, new_header), .creates = true, .text = "", .changes = {}};
  if (ast.context->getSourceManager().getFileManager().getOptionalFileRef(created.path)) {
    return absl::FailedPreconditionError(FileName(created.path) + " is there already");
  }
  std::string own;
  std::string others;
  for (const std::string& include : IncludesOf(view.text)) {
    others += "#include " + include + "\n";
    const std::string renamed = Renamed(include, new_header);
    if (own.empty() && include == Renamed(include, FileName(ast.path))) own = renamed;
  }
  if (own.empty()) {
    return absl::FailedPreconditionError(FileName(view.path) +
                                         " includes the header under a condition");
  }
  OtherFile left{.path = view.path, .creates = false, .text = view.text, .changes = {}};
  std::string text = LicenceOf(view) + "#include " + own + "\n\n" + others;
  std::vector<std::string> around;
  std::vector<TextSpan> removed;  // those with nothing in between as one
  for (const SourceOutline::Function& definition : definitions) {
    const TextSpan span{BeginWithComments(view, definition.whole.begin), definition.whole.end};
    if (OpenConditionals(view, {0, span.begin}) != 0 || OpenConditionals(view, span) != 0) {
      return absl::FailedPreconditionError(
          "a condition of the preprocessor is around a definition in " + FileName(view.path));
    }
    AppendNamespaces(around, definition.namespaces, text);
    around = definition.namespaces;
    text += "\n" +
            Reindented(std::string(TextOf(view, span)), IndentAt(view.text, span.begin), "") + "\n";
    if (!removed.empty() && SkipSpaceBack(view.text, span.begin) == removed.back().end) {
      removed.back().end = span.end;
    } else {
      removed.push_back(span);
    }
  }
  for (const TextSpan& span : removed) left.changes.push_back(RemoveLines(view, span));
  AppendNamespaces(around, {}, text);
  // No empty line stays at the end.
  TextChange& last = left.changes.back();
  const bool ends_file = last.end == view.text.size() &&
                         std::string_view(view.text).substr(0, last.begin).ends_with("\n\n");
  const size_t count = left.changes.size();
  if (ends_file && (count == 1 || left.changes[count - 2].end < last.begin)) --last.begin;
  created.changes.push_back({0, 0, std::move(text)});
  return std::vector<OtherFile>{std::move(created), std::move(left)};
}

std::string LicenceOf(const LiveAst& file) {
  std::string lines;
  for (uint32_t line = 0; line < file.text.size(); line = LineEnd(file.text, line)) {
    const std::string text = file.text.substr(line, LineEnd(file.text, line) - line);
    if (!text.starts_with("//")) break;
    lines += text;
  }
  const bool is_licence =
      lines.find("SPDX") != std::string::npos || lines.find("opyright") != std::string::npos;
  return is_licence ? lines : "";
}

}  // namespace astrolabe
