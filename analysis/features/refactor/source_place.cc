// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/source_place.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

namespace astrolabe {
namespace {

std::vector<std::string> NamespacesOf(const clang::DeclContext* context) {
  while (!context->isFileContext()) context = context->getParent();
  return ScopeNames(context);
}

// Whether a text has an #include of a file of that name.
bool Includes(const std::string& text, const std::string& header) {
  const std::string name = FileName(header);
  for (size_t at = text.find("#include"); at != std::string::npos;
       at = text.find("#include", at + 1)) {
    std::string_view line = std::string_view(text).substr(at + 8);
    line = line.substr(0, line.find('\n'));
    const size_t end = line.find_last_of("\">");
    if (end == std::string_view::npos) continue;
    line = line.substr(0, end);
    line.remove_prefix(line.find_last_of("\"</") + 1);
    if (line == name) return true;
  }
  return false;
}

// The only definition of a function that is declared ahead of this one in the same scope, the nearest first.
std::optional<SourceOutline::Function> DefinitionAhead(const SourceOutline& source,
                                                       const clang::FunctionDecl& function) {
  const clang::DeclContext* around = function.getLexicalDeclContext();
  const std::vector<std::string> scope = ScopeNames(function.getDeclContext());
  std::optional<SourceOutline::Function> found;
  for (const clang::Decl* decl : around->decls()) {
    if (decl == &function) break;
    const auto* other = llvm::dyn_cast<clang::FunctionDecl>(decl);
    if (other == nullptr || other->isImplicit() || !other->getDeclName().isIdentifier()) continue;
    const auto definitions = source.Find(scope, other->getNameAsString());
    if (definitions.size() == 1) found = definitions.front();
  }
  return found;
}

}  // namespace

bool HasSource(const Selection& selection) {
  return selection.source() != nullptr && IsHeader(selection.ast().path) &&
         Includes(selection.source()->text, selection.ast().path);
}

bool BelongsInSource(const Selection& selection, const clang::FunctionDecl& function) {
  const bool is_of_file =
      function.getStorageClass() == clang::SC_Static && !llvm::isa<clang::CXXMethodDecl>(function);
  if (function.isTemplated() || function.isInlineSpecified() || function.isConstexpr() ||
      function.isInAnonymousNamespace() || is_of_file) {
    return false;
  }
  return HasSource(selection);
}

bool IsDefinedIn(const SourceOutline& source, const clang::FunctionDecl& function) {
  const auto found = source.Find(ScopeNames(function.getDeclContext()), function.getNameAsString());
  return std::ranges::any_of(found, [&](const SourceOutline::Function& other) {
    // A condition of the preprocessor among the parameters: any count may be meant.
    return source.text().substr(0, other.parameters.end).find("\n#", other.parameters.begin) !=
               std::string::npos ||
           other.parameter_count == function.getNumParams() + (function.isVariadic() ? 1 : 0);
  });
}

absl::StatusOr<SourcePlace> PlaceInSource(const SourceOutline& source,
                                          const clang::FunctionDecl& function) {
  if (IsDefinedIn(source, function)) {
    return absl::FailedPreconditionError("it is defined in " + FileName(source.view().path));
  }
  const std::vector<std::string> wanted = NamespacesOf(function.getDeclContext());
  SourcePlace place;
  size_t inside = 0;
  if (const auto ahead = DefinitionAhead(source, function)) {
    place.offset = ahead->whole.end;
    place.is_behind = true;
    const bool is_around =
        ahead->namespaces.size() <= wanted.size() &&
        std::equal(ahead->namespaces.begin(), ahead->namespaces.end(), wanted.begin(),
                   [&](const std::string& written, const std::string& of) {
                     return source.Means(written, of);
                   });
    inside = is_around ? ahead->namespaces.size() : 0;
    if (!is_around) place.is_behind = false;
  }
  if (!place.is_behind) {
    const SourceOutline::Place end = source.PlaceFor(wanted);
    place.offset = end.offset;
    inside = end.namespaces.size();
  }
  // The namespace of so many names.
  place.context = function.getDeclContext();
  while (!place.context->isFileContext()) place.context = place.context->getParent();
  while (!place.context->isTranslationUnit() && ScopeNames(place.context).size() > inside) {
    place.context = place.context->getParent();
  }
  const std::vector<std::string> all = ScopeNames(function.getDeclContext());
  for (size_t i = inside; i < all.size(); ++i) place.qualifier += all[i] + "::";
  return place;
}

OtherFile InsertAt(const SourceOutline& source, const SourcePlace& place, const std::string& code) {
  const std::string& text = source.text();
  OtherFile other{.path = source.view().path, .creates = false, .text = text, .changes = {}};
  std::string inserted;
  if (place.is_behind) {
    inserted = "\n\n" + code;
  } else {
    // At the begin of a line, or at the end of the text.
    const std::string_view before = std::string_view(text).substr(0, place.offset);
    if (!before.empty() && !before.ends_with("\n")) inserted += "\n";
    if (!before.empty() && !before.ends_with("\n\n")) inserted += "\n";
    inserted += code + "\n";
    if (place.offset < text.size()) inserted += "\n";
  }
  other.changes.push_back({place.offset, place.offset, std::move(inserted)});
  return other;
}

std::string FileName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace astrolabe
