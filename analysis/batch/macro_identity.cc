// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/macro_identity.h"

#include <xxhash.h>

#include <string>

#include "clang/Basic/IdentifierTable.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Index/USRGeneration.h"
#include "clang/Lex/MacroInfo.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace astrolabe {
namespace {

// Names and numbers as they are spelled; of punctuation the kind tells all. Spaces count, since a macro's
// argument may be made a string.
void AppendToken(const clang::Token& token, std::string* text) {
  text->push_back(static_cast<char>(1 + token.hasLeadingSpace()));
  text->push_back(static_cast<char>(token.getKind() & 0xFF));
  text->push_back(static_cast<char>(token.getKind() >> 8));
  if (token.isAnnotation()) return;
  if (const clang::IdentifierInfo* name = token.getIdentifierInfo()) {
    text->append(name->getName());
  } else if (token.isLiteral() && token.getLiteralData() != nullptr) {
    text->append(token.getLiteralData(), token.getLength());
  }
}

}  // namespace

uint64_t MacroContentHash(const clang::IdentifierInfo& name, const clang::MacroInfo& macro) {
  std::string text(name.getName());
  text.push_back(macro.isFunctionLike() ? '(' : ' ');
  for (const clang::IdentifierInfo* parameter : macro.params()) {
    text.append(parameter->getName());
    text.push_back(',');
  }
  if (macro.isVariadic()) text.append("...");
  for (const clang::Token& token : macro.tokens()) AppendToken(token, &text);
  return XXH3_64bits(text.data(), text.size());
}

bool GenerateMacroUsr(const clang::IdentifierInfo& name, const clang::MacroInfo& macro,
                      const clang::SourceManager& sources, llvm::SmallVectorImpl<char>& usr) {
  clang::SourceLocation place = macro.getDefinitionLoc();
  if (macro.isBuiltinMacro() || place.isInvalid()) return false;
  if (sources.isInSystemHeader(place)) {
    return !clang::index::generateUSRForMacro(name.getName(), place, sources, usr);
  }
  llvm::raw_svector_ostream out(usr);
  out << clang::index::getUSRSpacePrefix();
  clang::FileID id = sources.getFileID(place);
  if (clang::OptionalFileEntryRef file = sources.getFileEntryRefForID(id)) {
    out << llvm::sys::path::filename(file->getName());
  }
  out << '@' << llvm::format_hex_no_prefix(MacroContentHash(name, macro), 16) << "@macro@"
      << name.getName();
  return true;
}

}  // namespace astrolabe
