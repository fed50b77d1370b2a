// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/include_lines.h"

#include <optional>

#include "clang/AST/ASTContext.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/HeaderSearch.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Path.h"

namespace astrolabe {
namespace {

std::string AbsolutePath(clang::FileManager& files, llvm::StringRef name) {
  llvm::SmallString<256> path(name);
  files.makeAbsolutePath(path);
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  return std::string(path);
}

// The file that was entered from this line: for #include_next and names that a macro makes.
std::string EnteredFrom(LiveAst& ast, uint32_t hash, uint32_t end) {
  const clang::SourceManager& sources = ast.context->getSourceManager();
  for (unsigned i = 1; i < sources.local_sloc_entry_size(); ++i) {
    const clang::SrcMgr::SLocEntry& entry = sources.getLocalSLocEntry(i);
    if (!entry.isFile() || entry.getFile().getIncludeLoc().isInvalid()) continue;
    auto [id, offset] = sources.getDecomposedExpansionLoc(entry.getFile().getIncludeLoc());
    if (!ast.IsInFile(id) || offset < hash || offset > end) continue;
    clang::OptionalFileEntryRef file = entry.getFile().getContentCache().OrigEntry;
    if (file) return AbsolutePath(sources.getFileManager(), file->getName());
  }
  return "";
}

std::string Resolve(LiveAst& ast, llvm::StringRef name, bool angled) {
  clang::FileManager& files = ast.context->getSourceManager().getFileManager();
  if (llvm::sys::path::is_absolute(name)) {
    return files.getOptionalFileRef(name) ? AbsolutePath(files, name) : "";
  }
  if (!angled) {
    llvm::SmallString<256> beside(llvm::sys::path::parent_path(ast.path));
    llvm::sys::path::append(beside, name);
    if (files.getOptionalFileRef(beside)) return AbsolutePath(files, beside);
  }
  clang::ConstSearchDirIterator where = nullptr;
  clang::OptionalFileEntryRef found = ast.preprocessor->getHeaderSearchInfo().LookupFile(
      name, clang::SourceLocation(), angled, /*FromDir=*/nullptr, &where, /*Includers=*/{},
      /*SearchPath=*/nullptr, /*RelativePath=*/nullptr, /*RequestingModule=*/nullptr,
      /*SuggestedModule=*/nullptr, /*IsMapped=*/nullptr, /*IsFrameworkFound=*/nullptr,
      /*SkipCache=*/true);
  return found ? AbsolutePath(files, found->getName()) : "";
}

}  // namespace

std::vector<IncludeLine> FindIncludeLines(LiveAst& ast, std::optional<uint32_t> line) {
  std::vector<IncludeLine> found;
  llvm::StringRef text(ast.text);
  size_t from = line.has_value() ? ast.OffsetOf({*line, 0}) : 0;
  for (size_t at = text.find("include", from); at != llvm::StringRef::npos;
       at = text.find("include", at + 1)) {
    CodePlace place = ast.PlaceAt(static_cast<uint32_t>(at));
    if (line.has_value() && place.line != *line) break;
    size_t line_begin = at - place.column;
    llvm::StringRef before = text.slice(line_begin, at).trim();
    if (before != "#" && before != "%:") continue;
    llvm::StringRef rest = text.substr(at).take_until([](char c) { return c == '\n'; });
    bool is_next = rest.consume_front("include_next");
    if (!is_next) rest.consume_front("include");
    rest = rest.ltrim(" \t");
    IncludeLine include;
    include.hash =
        static_cast<uint32_t>(line_begin + text.slice(line_begin, at).find_first_not_of(" \t"));
    include.begin = static_cast<uint32_t>(rest.data() - text.data());
    bool angled = rest.starts_with("<");
    bool is_literal = angled || rest.starts_with("\"");
    size_t length =
        is_literal ? rest.find(angled ? '>' : '"', 1) + 1 : rest.find_first_of(" \t\r/");
    if (is_literal && length == 0) continue;  // half-typed
    rest = rest.take_front(length);
    if (rest.empty()) continue;
    include.end = include.begin + static_cast<uint32_t>(rest.size());
    include.spelled = rest.str();
    if (is_literal && !is_next) {
      include.path = Resolve(ast, rest.drop_front().drop_back(), angled);
    } else {
      include.path = EnteredFrom(ast, include.hash, include.end);
    }
    found.push_back(std::move(include));
  }
  return found;
}

}  // namespace astrolabe
