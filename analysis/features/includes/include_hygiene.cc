// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/includes/include_hygiene.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "analysis/batch/preprocessor_record.h"
#include "analysis/config/config.h"
#include "analysis/config/path_pattern.h"
#include "analysis/features/document/diagnostics.h"
#include "analysis/features/includes/direct_uses.h"
#include "analysis/features/includes/header_providers.h"
#include "analysis/features/symbols/macro_places.h"
#include "analysis/features/symbols/text_tokens.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/HeaderSearch.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "index/include_line.h"
#include "index/query/include_pragmas.h"
#include "llvm/Support/Path.h"

namespace astrolabe {
namespace {

struct IncludeOfFile {
  uint32_t offset = 0;  // of the '#'
  std::string spelled;  // with delimiters
  uint32_t file = kNoFile;
  bool is_used = false;
};

bool IsIn(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

bool EndsWithPath(std::string_view path, std::string_view end) {
  return StrCat("/", path).ends_with(StrCat("/", end));
}

// Of the expressions those that are some: the others have been complained of where they stand.
std::vector<PathPattern> EndingsOf(const std::vector<std::string>& expressions) {
  std::vector<PathPattern> endings;
  for (const std::string& expression : expressions) {
    absl::StatusOr<PathPattern> ending = PathPattern::Ending(expression);
    if (ending.ok()) endings.push_back(*std::move(ending));
  }
  return endings;
}

class Hygiene {
 public:
  Hygiene(LiveAst& ast, const IncludeHygieneOptions& options)
      : ast_(ast),
        options_(options),
        record_(*ast.record),
        providers_(ast),
        ignored_(EndingsOf(options.ignore_headers)),
        pragmas_(ReadIncludePragmas(ast.text)) {
    for (clang::FileID part : {ast.preamble, ast.main}) {
      if (part.isValid()) own_files_.insert(record_.FileOf(part));
    }
    FindIncludes();
  }

  std::vector<LiveDiagnostic> Check() {
    WalkDirectUses(
        ast_, [this](clang::SourceLocation location, const clang::NamedDecl& decl, UseKind kind) {
          const std::vector<HeaderProvider>& providers = providers_.Of(decl);
          if (IsProvided(providers) || kind != UseKind::kNamed || !options_.missing) return;
          AddMissing(location, decl.getQualifiedNameAsString(), providers);
        });
    UseMacros();
    if (options_.unused) AddUnused();
    std::ranges::stable_sort(
        found_, {}, [](const LiveDiagnostic& diagnostic) { return diagnostic.range.begin; });
    if (found_.size() > kMaxDiagnostics) found_.resize(kMaxDiagnostics);
    return std::move(found_);
  }

 private:
  void FindIncludes() {
    std::set<uint32_t> seen;
    for (clang::FileID part : {ast_.preamble, ast_.main}) {
      if (part.isInvalid()) continue;
      for (const FileRun* run : record_.RunsOf(part)) {
        for (const RecordedInclude& include : run->includes) {
          // Behind the preamble's text there stands only what marks our own way on.
          if (include.offset >= ast_.text.size() || ast_.text[include.offset] != '#') continue;
          if (!seen.insert(include.offset).second) continue;
          const auto [open, close] = include.angled ? std::pair("<", ">") : std::pair("\"", "\"");
          includes_.push_back({include.offset, StrCat(open, include.spelled, close), include.file});
        }
      }
    }
    std::ranges::sort(includes_, {}, &IncludeOfFile::offset);
  }

  // Whether the file has one of them, and then marks the lines that bring it.
  bool IsProvided(const std::vector<HeaderProvider>& providers) {
    bool is_provided = providers.empty();
    for (const HeaderProvider& provider : providers) {
      if (provider.file != kNoFile &&
          (own_files_.contains(provider.file) || IsOfCompiler(provider.file))) {
        is_provided = true;
        continue;
      }
      for (IncludeOfFile& include : includes_) {
        const bool brings = provider.file != kNoFile
                                ? include.file == provider.file
                                : include.spelled == provider.spelled ||
                                      (provider.spelled[0] == '"' &&
                                       EndsWithPath(WithoutDelimiters(include.spelled),
                                                    WithoutDelimiters(provider.spelled)));
        if (!brings) continue;
        include.is_used = true;
        is_provided = true;
      }
    }
    return is_provided;
  }

  // Clang's own headers: who declares size_t is nobody's business.
  bool IsOfCompiler(uint32_t file) {
    const clang::OptionalDirectoryEntryRef folder =
        ast_.preprocessor->getHeaderSearchInfo().getModuleMap().getBuiltinDir();
    if (!folder) return false;
    const std::string& path = record_.file(file).path;
    return path.starts_with(StrCat(std::string_view(folder->getName()), "/"));
  }

  void UseMacros() {
    for (const MacroPlace& place : FindMacroPlaces(ast_)) {
      if (place.is_definition || place.macro == nullptr || place.macro->isBuiltinMacro()) continue;
      const std::vector<HeaderProvider> providers = providers_.Of(*place.name, *place.macro);
      if (IsProvided(providers) || !options_.missing || IsInCondition(place.begin)) continue;
      AddMissing(ast_.LocationAt(ast_.PlaceAt(place.begin)), place.name->getName().str(),
                 providers);
    }
    UseMacrosOfMacros();
  }

  // What the body of a macro of this file names; whether that is ever expanded is not asked.
  void UseMacrosOfMacros() {
    for (const TextToken& token : TokensOf(ast_)) {
      if (token.directive != "define" || !token.is_word) continue;
      const std::string_view word = TextOf(ast_, token);
      const clang::IdentifierInfo* name =
          ast_.preprocessor->getIdentifierInfo(llvm::StringRef(word.data(), word.size()));
      const clang::MacroInfo* macro = ast_.preprocessor->getMacroInfo(name);
      if (macro != nullptr && !macro->isBuiltinMacro()) IsProvided(providers_.Of(*name, *macro));
    }
  }

  // #if and its kin ask whether a macro is there: it need not be.
  bool IsInCondition(uint32_t offset) const {
    const size_t line = ast_.text.rfind('\n', offset) + 1;
    const std::string_view ahead(ast_.text.data() + line, offset - line);
    const size_t hash = ahead.find_first_not_of(" \t");
    return hash != std::string_view::npos && ahead[hash] == '#' &&
           ahead.find("define", hash) == std::string_view::npos;
  }

  CodeRange LineAt(uint32_t offset) const {
    const size_t end = std::min(ast_.text.find_first_of("\r\n", offset), ast_.text.size());
    return {ast_.PlaceAt(offset), ast_.PlaceAt(static_cast<uint32_t>(end))};
  }

  bool IsGuarded(uint32_t file) {
    const clang::OptionalFileEntryRef entry =
        ast_.context->getSourceManager().getFileManager().getOptionalFileRef(
            record_.file(file).path);
    return entry && ast_.preprocessor->getHeaderSearchInfo().isFileMultipleIncludeGuarded(*entry);
  }

  bool MayBeUnused(const IncludeOfFile& include) {
    if (include.file == kNoFile || IsIn(pragmas_.keeps, include.spelled) ||
        IsIn(pragmas_.exports, include.spelled) || IsOfCompiler(include.file)) {
      return false;
    }
    const IncludePragmas* its = providers_.PragmasOf(include.file);
    if (its != nullptr && its->is_always_kept) return false;
    const std::string& path = record_.file(include.file).path;
    if (Stem(path) == Stem(ast_.path) || MatchesAny(ignored_, path)) return false;
    if (include.spelled[0] == '<') {
      return options_.analyze_angled || clang::tooling::stdlib::Header::named(include.spelled);
    }
    // The public header of a private one includes it for others.
    if (its != nullptr && !its->instead.empty() &&
        EndsWithPath(ast_.path, WithoutDelimiters(its->instead))) {
      return false;
    }
    return IsGuarded(include.file);
  }

  void AddUnused() {
    for (const IncludeOfFile& include : includes_) {
      if (include.is_used || !MayBeUnused(include)) continue;
      LiveDiagnostic& said = found_.emplace_back();
      said.range = LineAt(include.offset);
      said.level = DiagnosticLevel::kWarning;
      said.message = StrCat("included header ", BaseName(WithoutDelimiters(include.spelled)),
                            " is not used directly");
      said.code = kUnusedIncludes;
      said.category = kIncludesCategory;
      said.is_unused = true;
      const uint32_t line = said.range.begin.line;
      CodeRange lines{{line, 0}, {line + 1, 0}};
      // The last line of a file may lack its end.
      if (line + 1 >= ast_.lines.size()) lines.end = said.range.end;
      said.fixes.push_back({"remove #include directive", {{lines, ""}}});
    }
  }

  // The system's headers are not the workspace's to spell.
  std::string HeaderOf(uint32_t file) {
    const RecordedFile& header = record_.file(file);
    if (!header.is_system) return header.path;
    return StrCat("<",
                  ast_.preprocessor->getHeaderSearchInfo().suggestPathToFileForDiagnostics(
                      header.path, /*WorkingDir=*/"", ast_.path),
                  ">");
  }

  void AddMissing(clang::SourceLocation location, const std::string& name,
                  const std::vector<HeaderProvider>& providers) {
    const HeaderProvider& best = providers.front();
    const std::string& header = best.file == kNoFile ? best.spelled : record_.file(best.file).path;
    const std::string_view path = best.file == kNoFile ? WithoutDelimiters(header) : header;
    const bool is_refused = std::ranges::any_of(pragmas_.refuses, [&](const std::string& refused) {
      return EndsWithPath(path, WithoutDelimiters(refused));
    });
    const std::optional<CodePlace> place = ast_.PlaceOf(location);
    if (is_refused || MatchesAny(ignored_, path) || !place) return;
    if (!missed_.emplace(place->line, place->column, name).second) return;
    LiveDiagnostic& said = found_.emplace_back();
    const clang::SourceLocation written = ast_.context->getSourceManager().getFileLoc(location);
    said.range = ast_.RangeOf(clang::SourceRange(written)).value_or(CodeRange{*place, *place});
    said.level = DiagnosticLevel::kInformation;
    said.message = StrCat("No header providing \"", name, "\" is directly included");
    said.code = kMissingIncludes;
    said.category = kIncludesCategory;
    said.header = header;
  }

  LiveAst& ast_;
  const IncludeHygieneOptions& options_;
  PreprocessorRecord& record_;
  HeaderProviders providers_;
  const std::vector<PathPattern> ignored_;
  const IncludePragmas pragmas_;
  std::set<uint32_t> own_files_;
  std::vector<IncludeOfFile> includes_;
  std::set<std::tuple<uint32_t, uint32_t, std::string>> missed_;
  std::vector<LiveDiagnostic> found_;
};

}  // namespace

std::vector<LiveDiagnostic> CheckIncludes(LiveAst& ast, const IncludeHygieneOptions& options) {
  if (!options.unused && !options.missing) return {};
  if (ast.record == nullptr || ast.context->getLangOpts().ObjC) return {};
  return Hygiene(ast, options).Check();
}

}  // namespace astrolabe
