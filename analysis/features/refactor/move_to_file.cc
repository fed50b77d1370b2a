// Declarations to a header of their own, with the #include lines that they need, and one for it where they were. Asked
// for in a header, also their definitions to a source of their own, which the user has to tell the build.
//
// Functions that are defined in the file itself become inline.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <map>
#include <set>

#include "absl/status/status.h"
#include "analysis/features/document/written_declarations.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/moved_definitions.h"
#include "analysis/features/refactor/names.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/source_place.h"
#include "analysis/features/symbols/include_lines.h"
#include "analysis/features/symbols/macro_places.h"
#include "analysis/features/symbols/name_walker.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/CharInfo.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/MacroInfo.h"

namespace astrolabe {
namespace {

struct Found {
  const clang::DeclContext* around = nullptr;  // a namespace, or the file
  std::vector<const clang::Decl*> declarations;
  TextSpan span;  // with the comments above
};

bool CanMove(const clang::Decl* decl) {
  if (const auto* function = decl->getAsFunction()) return !function->isMain();
  const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl);
  if (variable != nullptr) return variable->isConstexpr() || variable->getType().isConstQualified();
  return llvm::isa<clang::TagDecl, clang::ClassTemplateDecl, clang::TypedefNameDecl,
                   clang::TypeAliasTemplateDecl, clang::ConceptDecl, clang::VarTemplateDecl>(decl);
}

// What belongs to a class and stands behind it: definitions of its members, operators that take it.
bool BelongsTo(const clang::Decl& decl, const clang::Decl& of_class) {
  const auto* function = decl.getAsFunction();
  if (function == nullptr || function->isInvalidDecl()) return false;
  const auto is_it = [&](const clang::Decl* record) {
    return record != nullptr && record->getCanonicalDecl() == of_class.getCanonicalDecl();
  };
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function)) {
    return is_it(method->getParent());
  }
  return function->isOverloadedOperator() &&
         std::ranges::any_of(function->parameters(), [&](const clang::ParmVarDecl* parameter) {
           return is_it(parameter->getType().getNonReferenceType()->getAsTagDecl());
         });
}

// Of a class at the cursor, what directly follows it.
template <typename Declarations>
void TakeWhatBelongs(const LiveAst& ast, const Declarations& declarations, Found& found) {
  const clang::Decl* of_class = found.declarations.front();
  bool is_behind = false;
  for (const clang::Decl* decl : declarations) {
    if (decl == of_class) is_behind = true;
    if (!is_behind || decl == of_class || decl->isImplicit() || IsInstantiation(decl)) continue;
    const std::optional<TextSpan> span = StatementSpanOf(ast, decl->getSourceRange());
    if (!span || !BelongsTo(*decl, *of_class) || !IsWritten(ast, decl->getSourceRange()) ||
        OpenConditionals(ast, {found.span.begin, span->end}) != 0) {
      return;
    }
    found.declarations.push_back(decl);
    found.span.end = span->end;
  }
}

std::optional<Found> Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  if (!ast.context->getLangOpts().CPlusPlus) return std::nullopt;
  Found found;
  found.around = ast.context->getTranslationUnitDecl();
  if (const auto* space = selection.Innermost<clang::NamespaceDecl>()) found.around = space;
  const bool is_whole = !selection.is_point();
  if (!is_whole) {
    // The class whose head the cursor is on.
    const auto* tag = llvm::dyn_cast_or_null<clang::TagDecl>(selection.Innermost<clang::Decl>());
    if (tag == nullptr || !tag->isThisDeclarationADefinition() ||
        !tag->getLexicalDeclContext()->isFileContext()) {
      return std::nullopt;
    }
    const std::optional<uint32_t> open = OffsetOf(ast, tag->getBraceRange().getBegin());
    if (!open || selection.span().end > *open) return std::nullopt;
  }
  const auto meet = [&](const clang::Decl* decl) {
    std::optional<TextSpan> span = StatementSpanOf(ast, decl->getSourceRange());
    if (!span || span->begin > selection.span().end || span->end < selection.span().begin) {
      return true;
    }
    if (is_whole && (span->begin == selection.span().end || span->end == selection.span().begin))
      return true;
    const uint32_t begin = BeginWithComments(ast, span->begin);
    const uint32_t semicolon = ast.text[span->end - 1] == ';' ? 1 : 0;
    const bool is_inside =
        selection.span().begin <= span->begin && span->end <= selection.span().end + semicolon;
    if (is_whole && !is_inside) return false;
    if (!CanMove(decl) || !IsWritten(ast, decl->getSourceRange())) return false;
    if (found.declarations.empty()) found.span.begin = begin;
    found.span.end = span->end;
    found.declarations.push_back(decl);
    return true;
  };
  if (found.around->isTranslationUnit()) {
    for (const clang::Decl* decl : WrittenDeclarations(ast)) {
      if (!meet(decl)) return std::nullopt;
    }
  } else {
    for (const clang::Decl* decl : found.around->decls()) {
      if (!decl->isImplicit() && !IsInstantiation(decl) && !meet(decl)) return std::nullopt;
    }
  }
  if (found.declarations.empty()) return std::nullopt;
  const clang::Decl* first = found.declarations.front();
  if (first->isInAnonymousNamespace() || first->isInvalidDecl()) return std::nullopt;
  if (is_whole) return found;
  if (found.around->isTranslationUnit()) {
    TakeWhatBelongs(ast, WrittenDeclarations(ast), found);
  } else {
    TakeWhatBelongs(ast, found.around->decls(), found);
  }
  return found;
}

const clang::NamedDecl* NameGiver(const Found& found) {
  const clang::NamedDecl* giver = nullptr;
  for (const clang::Decl* decl : found.declarations) {
    const auto* named = llvm::dyn_cast<clang::NamedDecl>(decl);
    if (named == nullptr || !named->getDeclName().isIdentifier() || named->getName().empty())
      continue;
    const bool is_class = llvm::isa<clang::TagDecl, clang::ClassTemplateDecl>(named);
    if (giver == nullptr ||
        (is_class && !llvm::isa<clang::TagDecl, clang::ClassTemplateDecl>(giver))) {
      giver = named;
    }
  }
  return giver;
}

// "big_box.h" beside "small_box.cc", "BigBox.h" beside "SmallBox.cc".
std::string NewName(const LiveAst& ast, const clang::NamedDecl& giver) {
  const std::string file = FileName(ast.path);
  const size_t dot = file.rfind('.');
  const std::string stem = file.substr(0, dot);
  const bool has_capitals = std::ranges::any_of(stem, [](char c) { return clang::isUppercase(c); });
  const std::string name =
      has_capitals ? giver.getNameAsString() : InStyle(giver.getNameAsString(), NameStyle::kSnake);
  const std::string ending =
      IsHeader(ast.path) && dot != std::string::npos ? file.substr(dot) : ".h";
  return name + ending;
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Found> found = Find(selection);
  if (!found || NameGiver(*found) == nullptr) return std::nullopt;
  // All that there is would leave an empty file.
  if (found->declarations.size() >= WrittenDeclarations(selection.ast()).size() &&
      found->around->isTranslationUnit()) {
    return std::nullopt;
  }
  const std::string name = NewName(selection.ast(), *NameGiver(*found));
  if (name == FileName(selection.ast().path)) return std::nullopt;
  return "move to a new file " + name;
}

// ---- What the moved text uses.

class Needs {
 public:
  // `heads`: where the namespaces around it are named.
  Needs(LiveAst& ast, const Found& found, std::set<uint32_t> heads)
      : ast_(ast),
        span_(found.span),
        around_(found.around),
        heads_(std::move(heads)),
        includes_(FindIncludeLines(ast)) {}

  absl::Status Collect() {
    WalkNames(ast_, std::nullopt, [&](const NamePlace& place) {
      if (place.begin < span_.begin || place.end > span_.end) return;
      for (const clang::NamedDecl* decl : place.decls) Meet(decl);
    });
    for (const MacroPlace& place : FindMacroPlaces(ast_)) {
      const bool is_inside = span_.begin <= place.begin && place.end <= span_.end;
      if (place.macro == nullptr || (!is_inside && !heads_.contains(place.begin))) continue;
      if (place.is_definition) stays_ = "a macro that is defined in it";
      if (!place.macro->isBuiltinMacro())
        MeetPlace(place.macro->getDefinitionLoc(), place.name->getName().str());
    }
    if (stays_.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError("it uses " + stays_ + ", which stays");
  }

  // The lines, in order. All of them if it is not known what each of them brings.
  std::string IncludeText() const {
    std::string text;
    for (size_t i = 0; i < includes_.size(); ++i) {
      if (is_any_unknown_ || wanted_.contains(i)) text += "#include " + includes_[i].spelled + "\n";
    }
    return text;
  }
  const std::vector<IncludeLine>& includes() const { return includes_; }

  // `class X;` of what is only known by name, said again.
  std::string ForwardText() const {
    std::string text;
    for (const auto& [place, declaration] : forwards_) text += declaration + "\n";
    return text.empty() ? text : text + "\n";
  }

 private:
  void Meet(const clang::NamedDecl* decl) {
    if (llvm::isa<clang::NamespaceDecl, clang::NamespaceAliasDecl>(decl) || decl->isImplicit())
      return;
    // An instantiation stands where its template does.
    bool is_elsewhere = false;
    for (const clang::Decl* redecl : decl->redecls()) {
      const std::optional<uint32_t> at = InFile(redecl->getLocation());
      if (at && span_.begin <= *at && *at < span_.end) return;
      is_elsewhere |= !at;
    }
    if (!is_elsewhere && TakeForward(*decl)) return;
    for (const clang::Decl* redecl : decl->redecls()) {
      if (InFile(redecl->getLocation()) && is_elsewhere) continue;
      MeetPlace(redecl->getLocation(), decl->getNameAsString());
      if (is_elsewhere) return;
    }
  }

  // Whether it is a class of which the file has nothing but such a declaration.
  bool TakeForward(const clang::NamedDecl& decl) {
    const auto* tag = llvm::dyn_cast<clang::TagDecl>(&decl);
    if (tag == nullptr || tag->getDefinition() != nullptr) return false;
    const clang::TagDecl* first = tag->getFirstDecl();
    if (first->isEmbeddedInDeclarator() || first->getLexicalDeclContext() != around_) return false;
    const std::optional<TextSpan> span = StatementSpanOf(ast_, first->getSourceRange());
    if (!span || !IsWritten(ast_, first->getSourceRange()) || ast_.text[span->end - 1] != ';') {
      return false;
    }
    forwards_[span->begin] = std::string(TextOf(ast_, *span));
    return true;
  }

  std::optional<uint32_t> InFile(clang::SourceLocation location) const {
    const clang::SourceManager& sources = ast_.context->getSourceManager();
    if (location.isInvalid()) return std::nullopt;
    const auto [id, offset] = sources.getDecomposedLoc(sources.getFileLoc(location));
    if (!ast_.IsInFile(id)) return std::nullopt;
    return offset;
  }

  void MeetPlace(clang::SourceLocation location, const std::string& name) {
    if (location.isInvalid()) return;
    if (const auto at = InFile(location)) {
      if (*at < span_.begin || *at >= span_.end) stays_ = "\"" + name + "\"";
      return;
    }
    // Up to the line of ours that leads there.
    const clang::SourceManager& sources = ast_.context->getSourceManager();
    clang::SourceLocation from =
        sources.getIncludeLoc(sources.getFileID(sources.getFileLoc(location)));
    while (from.isValid()) {
      if (const auto at = InFile(from)) return Want(*at);
      from = sources.getIncludeLoc(sources.getFileID(from));
    }
    // What the compiler or the command brings needs no line.
    const clang::PresumedLoc presumed = sources.getPresumedLoc(sources.getFileLoc(location));
    const bool is_file = presumed.isValid() && presumed.getFilename()[0] != '<';
    is_any_unknown_ |= is_file;
  }

  void Want(uint32_t at) {
    for (size_t i = 0; i < includes_.size(); ++i) {
      if (includes_[i].hash <= at && at <= includes_[i].end) wanted_.insert(i);
    }
  }

  LiveAst& ast_;
  const TextSpan span_;
  const clang::DeclContext* const around_;
  const std::set<uint32_t> heads_;
  const std::vector<IncludeLine> includes_;
  std::set<size_t> wanted_;
  std::map<uint32_t, std::string> forwards_;  // by place
  bool is_any_unknown_ = false;
  std::string stays_;
};

// ---- The new file.

struct Guard {
  std::string begin = "#pragma once\n";
  std::string end;
};

// As the file has it, if it is a header.
Guard GuardLike(const LiveAst& ast, const std::string& name) {
  const std::string& text = ast.text;
  if (!IsHeader(ast.path) || text.find("#pragma once") != std::string::npos) return {};
  const size_t at = text.find("#ifndef ");
  if (at == std::string::npos) return {};
  const size_t end = text.find_first_of(" \t\r\n", at + 8);
  std::string macro = text.substr(at + 8, end - at - 8);
  if (text.find("#define " + macro) == std::string::npos) return {};
  const auto upper = [](std::string word) {
    for (char& c : word) c = clang::isAlphanumeric(c) ? clang::toUppercase(c) : '_';
    return word;
  };
  const std::string old = upper(FileName(ast.path));
  const size_t part = macro.find(old);
  if (part != std::string::npos) {
    macro.replace(part, old.size(), upper(name));
  } else {
    macro = upper(name) + "_";
  }
  return {"#ifndef " + macro + "\n#define " + macro + "\n", "\n#endif  // " + macro + "\n"};
}

struct Namespaces {
  std::string begin;
  std::string end;
  std::set<uint32_t> heads;  // places of the names
};

// Named as they are there, which may be by macros.
Namespaces NamespacesAround(const LiveAst& ast, const clang::DeclContext* context) {
  Namespaces text;
  for (; !context->isTranslationUnit(); context = context->getParent()) {
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(context);
    if (space == nullptr) continue;
    std::string name = space->getNameAsString();
    if (const auto at =
            OffsetOf(ast, ast.context->getSourceManager().getExpansionLoc(space->getLocation()))) {
      uint32_t end = *at;
      while (end < ast.text.size() && clang::isAsciiIdentifierContinue(ast.text[end])) ++end;
      name = ast.text.substr(*at, end - *at);
      text.heads.insert(*at);
    }
    const std::string head = std::string(space->isInline() ? "inline " : "") + "namespace " + name;
    text.begin = head + " {\n" + text.begin;
    text.end += "}  // namespace " + name + "\n";
  }
  if (!text.begin.empty()) {
    text.begin += "\n";
    text.end = "\n" + text.end;
  }
  return text;
}

// Of functions that a source has for itself: where `inline` has to be said.
std::string MovedText(const LiveAst& ast, const Found& found) {
  std::vector<uint32_t> places;
  for (const clang::Decl* decl : found.declarations) {
    const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl);
    const bool needs_inline = function != nullptr && function->doesThisDeclarationHaveABody() &&
                              !function->isInlined() && !function->isTemplated() &&
                              function->getStorageClass() != clang::SC_Static;
    if (needs_inline) places.push_back(*OffsetOf(ast, function->getBeginLoc()));
  }
  std::string text;
  uint32_t copied = found.span.begin;
  for (uint32_t place : places) {
    text.append(ast.text, copied, place - copied);
    text += "inline ";
    copied = place;
  }
  text.append(ast.text, copied, found.span.end - copied);
  return Reindented(text, IndentAt(ast.text, found.span.begin), "");
}

// Behind the last #include ahead of the declarations, else behind what guards the file.
uint32_t PlaceOfInclude(const LiveAst& ast, const std::vector<IncludeLine>& includes,
                        uint32_t end) {
  uint32_t place = 0;
  for (const IncludeLine& include : includes) {
    if (include.hash < end) place = LineEnd(ast.text, include.end);
  }
  if (place > 0) return place;
  for (const char* line : {"#pragma once", "#define "}) {
    const size_t at = ast.text.find(line);
    const bool is_guard = at != std::string::npos && at < end && IsHeader(ast.path);
    if (is_guard) return LineEnd(ast.text, static_cast<uint32_t>(at));
  }
  while (place < end && ast.text.compare(place, 2, "//") == 0) place = LineEnd(ast.text, place);
  return place;
}

absl::StatusOr<FilesChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const Found found = *Find(selection);
  if (OpenConditionals(ast, found.span) != 0) {
    return absl::FailedPreconditionError("a condition of the preprocessor ends in it");
  }
  const Namespaces namespaces = NamespacesAround(ast, found.around);
  Needs needs(ast, found, namespaces.heads);
  if (absl::Status status = needs.Collect(); !status.ok()) return status;
  const std::string name = NewName(ast, *NameGiver(found));
  const std::string path = ast.path.substr(0, ast.path.rfind('/') + 1) + name;
  if (ast.context->getSourceManager().getFileManager().getOptionalFileRef(path)) {
    return absl::FailedPreconditionError(name + " is there already");
  }
  const Guard guard = GuardLike(ast, name);
  const std::string includes = needs.IncludeText();
  std::string text = LicenceOf(ast) + guard.begin + "\n";
  if (!includes.empty()) text += includes + "\n";
  text += namespaces.begin + needs.ForwardText() + MovedText(ast, found) + "\n" + namespaces.end +
          guard.end;
  FilesChanges made;
  made.others.push_back({.path = path, .creates = true, .text = "", .changes = {{0, 0, text}}});
  const TextChange removal = RemoveLines(ast, found.span);
  const uint32_t place = PlaceOfInclude(ast, needs.includes(), found.span.begin);
  // The first #include has an empty line on both sides.
  const uint32_t behind = place == removal.begin ? removal.end : place;
  const bool is_first = needs.includes().empty();
  const bool is_apart = behind < ast.text.size() && ast.text[behind] == '\n';
  made.changes.push_back(removal);
  made.changes.push_back({place, place,
                          std::string(is_first && place > 0 ? "\n" : "") + "#include \"" + name +
                              "\"\n" + (is_first && !is_apart ? "\n" : "")});
  return made;
}

// ---- With the definitions.

std::optional<std::string> OfferWithDefinitions(const Selection& selection) {
  if (selection.source() == nullptr || !Offer(selection)) return std::nullopt;
  const Found found = *Find(selection);
  if (DefinitionsInSource(selection, found.declarations).empty()) return std::nullopt;
  const std::string name = NewName(selection.ast(), *NameGiver(found));
  return "move to new files " + name + " and " + FileName(NewSourcePath(selection, name));
}

// A class of a class that only the source defines, as it is done with what is private; or null.
const clang::CXXRecordDecl* DefinedElsewhere(const clang::Decl* declaration) {
  const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(declaration);
  if (record == nullptr || record->isTemplated()) return nullptr;
  for (const clang::Decl* member : record->decls()) {
    const auto* nested = llvm::dyn_cast<clang::CXXRecordDecl>(member);
    if (nested == nullptr || nested->isImplicit()) continue;
    if (nested->getDefinition() == nullptr) return nested;
    if (const auto* found = DefinedElsewhere(nested)) return found;
  }
  return nullptr;
}

absl::StatusOr<FilesChanges> MakeWithDefinitions(const Selection& selection) {
  auto made = Make(selection);
  if (!made.ok()) return made.status();
  const Found found = *Find(selection);
  for (const clang::Decl* declaration : found.declarations) {
    const clang::CXXRecordDecl* record = DefinedElsewhere(declaration);
    if (record == nullptr) continue;
    return absl::FailedPreconditionError("\"" + record->getNameAsString() + "\" is defined in " +
                                         FileName(selection.source()->path));
  }
  auto files = MoveDefinitions(selection, DefinitionsInSource(selection, found.declarations),
                               NewName(selection.ast(), *NameGiver(found)));
  if (!files.ok()) return files.status();
  for (OtherFile& file : *files) made->others.push_back(std::move(file));
  return made;
}

}  // namespace

extern const Refactoring kMoveToFile = {"MoveToFile", kMove, Offer, nullptr, Make};
extern const Refactoring kMoveToFiles = {"MoveToFiles", kMove, OfferWithDefinitions, nullptr,
                                         MakeWithDefinitions};

}  // namespace astrolabe
