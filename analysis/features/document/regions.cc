// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/regions.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/features/document/text_scan.h"
#include "analysis/features/document/written_declarations.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/CharInfo.h"

namespace astrolabe {
namespace {

void AddFold(const LiveAst& ast, TextSpan span, const char* kind, RegionsAnswer& answer) {
  CodeRange range{ast.PlaceAt(span.begin), ast.PlaceAt(span.end)};
  if (range.begin.line < range.end.line) answer.regions.push_back({range, kind});
}

bool IsFirstOfItsLine(std::string_view text, uint32_t offset) {
  while (offset > 0 && (text[offset - 1] == ' ' || text[offset - 1] == '\t')) --offset;
  return offset == 0 || text[offset - 1] == '\n';
}

// A block comment by itself; line comments on lines that follow each other together.
void FoldComments(const LiveAst& ast, const TextScan& scan, RegionsAnswer& answer) {
  std::optional<TextSpan> group;
  uint32_t last_line = 0;
  auto end_group = [&] {
    if (group) AddFold(ast, {group->begin + 2, group->end}, "comment", answer);
    group.reset();
  };
  std::string_view text = ast.text;
  for (TextSpan comment : scan.comments) {
    std::string_view shown = text.substr(comment.begin, comment.end - comment.begin);
    uint32_t line = ast.PlaceAt(comment.begin).line;
    if (shown.starts_with("/*")) {
      end_group();
      uint32_t close = shown.size() >= 4 && shown.ends_with("*/") ? 2 : 0;
      AddFold(ast, {comment.begin + 2, comment.end - close}, "comment", answer);
    } else if (IsFirstOfItsLine(text, comment.begin)) {
      if (group && line == last_line + 1) {
        group->end = comment.end;
      } else {
        end_group();
        group = comment;
      }
      last_line = ast.PlaceAt(comment.end).line;
    }
  }
  end_group();
}

// Includes with nothing but empty lines between them are one group.
void FoldIncludes(const LiveAst& ast, const TextScan& scan, RegionsAnswer& answer) {
  std::string_view text = ast.text;
  size_t i = 0;
  while (i < scan.includes.size()) {
    TextSpan group{scan.includes[i].end, scan.includes[i].end};
    for (++i; i < scan.includes.size(); ++i) {
      std::string_view between = text.substr(group.end, scan.includes[i].begin - group.end);
      if (between.find_first_not_of(" \t\r\n") != std::string_view::npos) break;
      group.end = scan.includes[i].end;
    }
    AddFold(ast, group, "imports", answer);
  }
}

// The ranges of all nodes around one place.
// NOLINTBEGIN(bugprone-derived-method-shadowing-base-method): that is how visitors work.
class Enclosing : public clang::RecursiveASTVisitor<Enclosing> {
 public:
  Enclosing(const LiveAst& ast, CodePlace place) : ast_(ast), place_(place) {}

  std::vector<CodeRange> ranges;

  bool TraverseType(clang::QualType, bool = true) { return true; }
  bool TraverseDecl(clang::Decl* declaration) {
    if (declaration == nullptr || declaration->isImplicit() || IsInstantiation(declaration)) {
      return true;
    }
    if (!Add(declaration->getSourceRange())) return true;
    return RecursiveASTVisitor::TraverseDecl(declaration);
  }
  bool TraverseTypeLoc(clang::TypeLoc type, bool qualifier = true) {
    if (!type.isNull()) Add(type.getSourceRange());
    return RecursiveASTVisitor::TraverseTypeLoc(type, qualifier);
  }
  bool TraverseNestedNameSpecifierLoc(clang::NestedNameSpecifierLoc name) {
    if (name) Add(name.getSourceRange());
    return RecursiveASTVisitor::TraverseNestedNameSpecifierLoc(name);
  }
  bool TraverseConstructorInitializer(clang::CXXCtorInitializer* initializer) {
    if (initializer->isWritten()) Add(initializer->getSourceRange());
    return RecursiveASTVisitor::TraverseConstructorInitializer(initializer);
  }
  // Called ahead of a statement's children, which are left out if the place is elsewhere.
  bool dataTraverseStmtPre(clang::Stmt* statement) { return Add(statement->getSourceRange()); }

 private:
  bool Add(clang::SourceRange tokens) {
    std::optional<CodeRange> range = ast_.RangeOf(tokens);
    // What is partly elsewhere (a macro of a header) may still have the place in it.
    if (!range) return tokens.isValid();
    if (place_ < range->begin || range->end < place_) return false;
    ranges.push_back(*range);
    return true;
  }

  const LiveAst& ast_;
  const CodePlace place_;
};
// NOLINTEND(bugprone-derived-method-shadowing-base-method)

bool Touches(TextSpan span, uint32_t offset) { return span.begin <= offset && offset <= span.end; }

// The token at a place, or the one that ends there if it is a name and the other is not.
std::optional<TextSpan> TokenAround(const LiveAst& ast, const TextScan& scan, uint32_t offset) {
  std::optional<TextSpan> found;
  auto first = std::lower_bound(scan.tokens.begin(), scan.tokens.end(), offset,
                                [](TextSpan span, uint32_t at) { return span.end < at; });
  for (auto token = first; token != scan.tokens.end() && Touches(*token, offset); ++token) {
    bool is_word = clang::isAsciiIdentifierContinue(ast.text[token->begin]);
    if (!found || is_word) found = *token;
  }
  for (TextSpan comment : scan.comments) {
    if (!found && Touches(comment, offset)) found = comment;
  }
  return found;
}

void AddSpan(const LiveAst& ast, TextSpan span, std::vector<CodeRange>& ranges) {
  if (span.begin < span.end) ranges.push_back({ast.PlaceAt(span.begin), ast.PlaceAt(span.end)});
}

// Ranges that contain each other, smallest first. Of two that cross, the smaller one stays.
std::vector<CodeRange> Nested(const LiveAst& ast, std::vector<CodeRange> ranges) {
  auto size = [&](const CodeRange& range) {
    return ast.OffsetOf(range.end) - ast.OffsetOf(range.begin);
  };
  std::stable_sort(ranges.begin(), ranges.end(),
                   [&](const CodeRange& a, const CodeRange& b) { return size(a) < size(b); });
  std::vector<CodeRange> nested;
  for (const CodeRange& range : ranges) {
    if (nested.empty() || (range != nested.back() && range.begin <= nested.back().begin &&
                           nested.back().end <= range.end)) {
      nested.push_back(range);
    }
  }
  return nested;
}

// A statement with its semicolon, which is no part of an expression or a declaration.
void AddSemicolons(const LiveAst& ast, std::vector<CodeRange>& nested) {
  std::vector<CodeRange> with;
  for (size_t i = 0; i < nested.size(); ++i) {
    with.push_back(nested[i]);
    if (i + 1 == nested.size() || nested[i + 1].end == nested[i].end) continue;
    uint32_t end = ast.OffsetOf(nested[i].end);
    while (end < ast.text.size() && clang::isWhitespace(ast.text[end]) != 0) ++end;
    if (end == ast.text.size() || ast.text[end] != ';') continue;
    CodeRange longer{nested[i].begin, ast.PlaceAt(end + 1)};
    if (longer.end <= nested[i + 1].end && longer != nested[i + 1]) with.push_back(longer);
  }
  nested = std::move(with);
}

}  // namespace

RegionsAnswer MakeFolding(LiveAst& ast) {
  RegionsAnswer answer;
  TextScan scan = ScanText(ast.text, ast.context->getLangOpts());
  for (TextSpan pair : scan.brackets) {
    if (ast.text[pair.begin] != '{') continue;
    AddFold(ast, {pair.begin + 1, pair.end - 1}, "", answer);
  }
  for (TextSpan section : scan.access_sections) AddFold(ast, section, "", answer);
  for (TextSpan branch : scan.branches) AddFold(ast, branch, "region", answer);
  for (TextSpan region : scan.pragma_regions) AddFold(ast, region, "region", answer);
  FoldComments(ast, scan, answer);
  FoldIncludes(ast, scan, answer);
  std::stable_sort(
      answer.regions.begin(), answer.regions.end(),
      [](const FoldingRegion& a, const FoldingRegion& b) { return a.range.begin < b.range.begin; });
  return answer;
}

RegionsAnswer MakeSelection(LiveAst& ast, CodePlace place) {
  uint32_t offset = ast.OffsetOf(place);
  place = ast.PlaceAt(offset);
  TextScan scan = ScanText(ast.text, ast.context->getLangOpts());
  Enclosing enclosing(ast, place);
  for (clang::Decl* declaration : WrittenDeclarations(ast)) enclosing.TraverseDecl(declaration);
  std::vector<CodeRange>& ranges = enclosing.ranges;
  for (TextSpan pair : scan.brackets) {
    if (pair.begin < offset && offset < pair.end) {
      AddSpan(ast, {pair.begin + 1, pair.end - 1}, ranges);
      AddSpan(ast, pair, ranges);
    }
  }
  std::optional<TextSpan> token = TokenAround(ast, scan, offset);
  if (token) {
    CodeRange range{ast.PlaceAt(token->begin), ast.PlaceAt(token->end)};
    // What only touches the place, on the other side of it, would keep others out.
    auto contains = [](const CodeRange& outer, const CodeRange& inner) {
      return outer.begin <= inner.begin && inner.end <= outer.end;
    };
    std::erase_if(ranges, [&](const CodeRange& other) {
      return !contains(other, range) && !contains(range, other);
    });
    ranges.push_back(range);
  }
  ranges.push_back({{0, 0}, ast.PlaceAt(static_cast<uint32_t>(ast.text.size()))});
  std::vector<CodeRange> nested = Nested(ast, std::move(ranges));
  AddSemicolons(ast, nested);
  RegionsAnswer answer;
  for (const CodeRange& range : nested) answer.regions.push_back({range, ""});
  return answer;
}

}  // namespace astrolabe
