// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/class_body.h"

#include "absl/status/status.h"
#include "analysis/features/refactor/other_file.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"

namespace astrolabe {
namespace {

// Where the sections of a class end, as far as its members and access specifiers tell.
struct Sections {
  uint32_t first[4] = {};  // begin of the first member of an access, as a line; 0: none
  uint32_t last[4] = {};   // behind the line of the last one; 0: none
};

Sections SectionsOf(const LiveAst& ast, const clang::CXXRecordDecl& record) {
  Sections sections;
  for (const clang::Decl* member : record.decls()) {
    if (member->isImplicit()) continue;
    const std::optional<TextSpan> span = ExpansionSpan(ast, member->getSourceRange());
    if (!span) continue;
    const clang::AccessSpecifier access = member->getAccess();
    if (access > clang::AS_private) continue;
    const uint32_t end = LineEnd(ast.text, span->end);
    if (sections.first[access] == 0 && !llvm::isa<clang::AccessSpecDecl>(member)) {
      sections.first[access] = LineBegin(ast.text, BeginWithComments(ast, span->begin));
    }
    sections.last[access] = end;
  }
  return sections;
}

const char* NameOf(clang::AccessSpecifier access) {
  if (access == clang::AS_public) return "public:";
  return access == clang::AS_protected ? "protected:" : "private:";
}

}  // namespace

const clang::CXXRecordDecl* ClassOnHead(const Selection& selection) {
  size_t at = 0;
  const auto* record = selection.Innermost<clang::CXXRecordDecl>(&at);
  if (record == nullptr || !record->isThisDeclarationADefinition() || record->isLambda())
    return nullptr;
  if (record->isInvalidDecl() || !selection.path()[at].is_written) return nullptr;
  const std::optional<uint32_t> open =
      OffsetOf(selection.ast(), record->getBraceRange().getBegin());
  const std::optional<uint32_t> close = OffsetOf(selection.ast(), record->getBraceRange().getEnd());
  if (!open || !close || selection.span().end > *open) return nullptr;
  // Not on a member of a class around it.
  if (selection.Innermost<clang::Decl>() != record) return nullptr;
  return record;
}

absl::StatusOr<TextChanges> AddMembers(const LiveAst& ast, const clang::CXXRecordDecl& record,
                                       const std::vector<NewMembers>& members, bool at_begin) {
  const uint32_t open = *OffsetOf(ast, record.getBraceRange().getBegin());
  const uint32_t close = *OffsetOf(ast, record.getBraceRange().getEnd());
  const std::string outer = IndentAt(ast.text, *OffsetOf(ast, record.getBeginLoc()));
  const Sections sections = SectionsOf(ast, record);
  std::string indent = outer + IndentUnit(ast.text);
  for (const clang::Decl* member : record.decls()) {
    const std::optional<uint32_t> begin = OffsetOf(ast, member->getBeginLoc());
    const bool is_there =
        !member->isImplicit() && begin && !llvm::isa<clang::AccessSpecDecl>(member);
    if (!is_there) continue;
    const uint32_t line = LineBegin(ast.text, *begin);
    if (line > open) indent = IndentAt(ast.text, *begin);
  }
  const bool is_one_line = LineBegin(ast.text, close) <= open;
  const clang::AccessSpecifier by_default = record.isClass() ? clang::AS_private : clang::AS_public;
  TextChanges changes;
  std::string at_end;
  for (const NewMembers& group : members) {
    std::string text;
    for (const std::string& line : group.lines) text += indent + line + "\n";
    const uint32_t place = at_begin ? sections.first[group.access] : sections.last[group.access];
    if (!is_one_line && place > open && place <= LineBegin(ast.text, close)) {
      changes.push_back({place, place, text + (at_begin ? "\n" : "")});
    } else {
      const bool is_empty = record.decls_empty() || at_end.empty();
      const bool needs_name = group.access != by_default || !is_empty ||
                              sections.last[0] + sections.last[1] + sections.last[2] > 0;
      // As Google's style has it: a space less than the members.
      const std::string section =
          indent.size() >= 2 && indent.size() - outer.size() == 2 ? outer + " " : outer;
      at_end += (needs_name ? section + NameOf(group.access) + "\n" : "") + text;
    }
  }
  if (!at_end.empty()) {
    const uint32_t line = LineBegin(ast.text, close);
    const bool has_own_line = !is_one_line && ast.text.find_first_not_of(" \t", line) == close;
    if (has_own_line) {
      changes.push_back({line, line, at_end});
    } else {
      changes.push_back({close, close, "\n" + at_end + outer});
    }
  }
  return changes;
}

absl::StatusOr<FilesChanges> AddToClass(const LiveAst& ast, const clang::CXXRecordDecl& record,
                                        const std::vector<NewMembers>& members) {
  const clang::SourceRange braces = record.getBraceRange();
  FilesChanges made;
  if (IsWritten(ast, braces)) {
    absl::StatusOr<TextChanges> changes = AddMembers(ast, record, members, /*at_begin=*/false);
    if (!changes.ok()) return changes.status();
    made.changes = *std::move(changes);
    return made;
  }
  std::optional<LiveAst> view = ViewOfFile(ast, braces.getBegin());
  if (!view || !IsWritten(*view, braces) || !IsWritten(*view, record.getBeginLoc())) {
    return absl::FailedPreconditionError("the class is made by a macro, or is not the project's");
  }
  absl::StatusOr<TextChanges> changes = AddMembers(*view, record, members, /*at_begin=*/false);
  if (!changes.ok()) return changes.status();
  made.others.push_back({.path = view->path,
                         .creates = false,
                         .text = std::move(view->text),
                         .changes = *std::move(changes)});
  return made;
}

}  // namespace astrolabe
