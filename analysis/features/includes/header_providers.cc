// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/includes/header_providers.h"

#include <algorithm>
#include <string_view>

#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/HeaderSearch.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Tooling/Inclusions/HeaderAnalysis.h"
#include "llvm/Support/Path.h"

namespace astrolabe {
namespace {

namespace stdlib = clang::tooling::stdlib;

// What makes a header a good one to include, as clangd weighs it: later ones count for more than all earlier ones
// together.
constexpr uint32_t kDeclaresIt = 1;   // itself, and does not only export it
constexpr uint32_t kIsComplete = 2;   // a definition where one is needed
constexpr uint32_t kIsPublic = 4;     // no private header, and has a guard
constexpr uint32_t kIsPreferred = 8;  // a pragma or its name says so

// A class or template that is only declared is of little use.
bool IsComplete(const clang::NamedDecl& decl) {
  if (const auto* tag = llvm::dyn_cast<clang::TagDecl>(&decl)) {
    return tag->isThisDeclarationADefinition();
  }
  if (const auto* of = llvm::dyn_cast<clang::TemplateDecl>(&decl)) {
    const clang::NamedDecl* templated = of->getTemplatedDecl();
    if (const auto* function = llvm::dyn_cast_or_null<clang::FunctionDecl>(templated)) {
      return function->isThisDeclarationADefinition();
    }
    return templated == nullptr || IsComplete(*templated);
  }
  return true;
}

// "shop_table.h" is the header of ShopTable.
bool IsNamedAfter(llvm::StringRef path, std::string_view name) {
  std::string stem = llvm::sys::path::stem(path).lower();
  std::erase_if(stem, [](char c) { return c == '_' || c == '-'; });
  return stem == llvm::StringRef(name.data(), name.size()).lower();
}

std::string Angled(std::string_view name) { return StrCat("<", name, ">"); }

void SortBestFirst(std::vector<HeaderProvider>& providers) {
  std::ranges::stable_sort(providers, std::ranges::greater(), &HeaderProvider::rank);
  std::vector<HeaderProvider> once;
  for (HeaderProvider& provider : providers) {
    const bool is_there = std::ranges::any_of(once, [&](const HeaderProvider& other) {
      return other.file == provider.file && other.spelled == provider.spelled;
    });
    if (!is_there) once.push_back(std::move(provider));
  }
  providers = std::move(once);
}

}  // namespace

HeaderProviders::HeaderProviders(const LiveAst& ast) : ast_(ast), record_(*ast.record) {
  ReadPragmas();
}

// Few files have pragmas; of these alone it matters how they include others.
void HeaderProviders::ReadPragmas() {
  const clang::SourceManager& sources = ast_.context->getSourceManager();
  for (unsigned i = 1; i < sources.local_sloc_entry_size(); ++i) {
    const clang::SrcMgr::SLocEntry& entry = sources.getLocalSLocEntry(i);
    if (!entry.isFile() || !entry.getFile().getContentCache().OrigEntry) continue;
    const std::optional<llvm::StringRef> text =
        entry.getFile().getContentCache().getBufferDataIfLoaded();
    if (!text || !text->contains("IWYU pragma:")) continue;
    const clang::FileID id =
        sources.getFileID(clang::SourceLocation::getFromRawEncoding(entry.getOffset()));
    const uint32_t file = record_.FileOf(id);
    if (file == kNoFile || ast_.IsInFile(id)) continue;
    auto [it, is_new] = pragmas_.try_emplace(file);
    if (!is_new) continue;
    it->second = ReadIncludePragmas({text->data(), text->size()});
    if (it->second.exports.empty()) continue;
    for (const FileRun* run : record_.RunsOf(id)) {
      for (const RecordedInclude& include : run->includes) {
        const std::string spelled =
            include.angled ? Angled(include.spelled) : StrCat("\"", include.spelled, "\"");
        if (std::ranges::find(it->second.exports, spelled) == it->second.exports.end()) continue;
        if (include.file != kNoFile) exporters_[include.file].push_back(file);
        if (include.angled) standard_exporters_[spelled].push_back(file);
      }
    }
  }
}

const IncludePragmas* HeaderProviders::PragmasOf(uint32_t file) const {
  const auto it = pragmas_.find(file);
  return it == pragmas_.end() ? nullptr : &it->second;
}

bool HeaderProviders::IsSelfContained(clang::FileID id) {
  auto [it, is_new] = self_contained_.try_emplace(id, true);
  if (!is_new) return it->second;
  const clang::SourceManager& sources = ast_.context->getSourceManager();
  if (const clang::OptionalFileEntryRef entry = sources.getFileEntryRefForID(id)) {
    it->second = clang::tooling::isSelfContainedHeader(*entry, sources,
                                                       ast_.preprocessor->getHeaderSearchInfo());
  }
  return it->second;
}

void HeaderProviders::AddFilesOf(clang::SourceLocation location, const std::string& name,
                                 uint32_t rank, std::vector<HeaderProvider>& providers) {
  if (location.isInvalid()) return;
  const clang::SourceManager& sources = ast_.context->getSourceManager();
  clang::FileID id = sources.getFileID(sources.getExpansionLoc(location));
  rank |= kDeclaresIt;
  while (id.isValid()) {
    const uint32_t file = record_.FileOf(id);
    if (file == kNoFile) return;
    const IncludePragmas* pragmas = PragmasOf(file);
    const bool is_self_contained = ast_.IsInFile(id) || IsSelfContained(id);
    const bool is_public = is_self_contained && (pragmas == nullptr || !pragmas->is_private);
    const auto rank_of = [&](uint32_t header, bool is_for_all) {
      return (is_for_all ? kIsPublic : 0) |
             (IsNamedAfter(record_.file(header).path, name) ? kIsPreferred : 0);
    };
    providers.push_back({file, "", rank | rank_of(file, is_public)});
    rank &= ~kDeclaresIt;
    if (const auto exporters = exporters_.find(file); exporters != exporters_.end()) {
      for (uint32_t exporter : exporters->second) {
        const IncludePragmas* its = PragmasOf(exporter);
        providers.push_back(
            {exporter, "", rank | rank_of(exporter, its == nullptr || !its->is_private)});
      }
    }
    if (pragmas != nullptr && !pragmas->instead.empty()) {
      providers.push_back({kNoFile, pragmas->instead, rank | kIsPublic | kIsPreferred});
      return;
    }
    if (is_self_contained) return;
    id = sources.getDecomposedIncludedLoc(id).first;
  }
}

void HeaderProviders::AddStandardHeader(const std::string& spelled,
                                        std::vector<HeaderProvider>& providers) const {
  providers.push_back({kNoFile, spelled, kIsPublic | kDeclaresIt});
  if (const auto it = standard_exporters_.find(spelled); it != standard_exporters_.end()) {
    for (uint32_t exporter : it->second) providers.push_back({exporter, "", kIsPublic});
  }
}

void HeaderProviders::AddStandard(const stdlib::Symbol& symbol,
                                  std::vector<HeaderProvider>& providers) const {
  for (const stdlib::Header& header : symbol.headers()) {
    AddStandardHeader(header.name().str(), providers);
  }
}

// What Clang's table lacks, since the header depends on the overload.
bool HeaderProviders::AddOverloadedStandardName(const clang::NamedDecl& decl,
                                                std::vector<HeaderProvider>& providers) const {
  const clang::FunctionDecl* function = decl.getAsFunction();
  if (function == nullptr || !function->isInStdNamespace() || !decl.getDeclName().isIdentifier()) {
    return false;
  }
  const llvm::StringRef name = decl.getName();
  const bool is_of_one = function->getNumParams() == 1;
  if (name == "move") {
    AddStandardHeader(is_of_one ? "<utility>" : "<algorithm>", providers);
  } else if (name == "remove") {
    AddStandardHeader(is_of_one ? "<cstdio>" : "<algorithm>", providers);
  } else {
    return false;
  }
  return true;
}

const std::vector<HeaderProvider>& HeaderProviders::Of(const clang::NamedDecl& decl) {
  const clang::Decl* canonical = decl.getCanonicalDecl();
  if (const auto it = known_.find(canonical); it != known_.end()) return it->second;
  std::vector<HeaderProvider> providers;
  if (!AddOverloadedStandardName(decl, providers)) {
    if (const std::optional<stdlib::Symbol> symbol = standard_(canonical)) {
      AddStandard(*symbol, providers);
    }
  }
  if (providers.empty()) {
    const std::string name =
        decl.getDeclName().isIdentifier() ? decl.getName().str() : std::string();
    for (const clang::Decl* other : canonical->redecls()) {
      const auto* named = llvm::dyn_cast<clang::NamedDecl>(other);
      if (named == nullptr) continue;
      AddFilesOf(named->getLocation(), name, IsComplete(*named) ? kIsComplete : 0, providers);
    }
  }
  SortBestFirst(providers);
  return known_[canonical] = std::move(providers);
}

std::vector<HeaderProvider> HeaderProviders::Of(const clang::IdentifierInfo& name,
                                                const clang::MacroInfo& macro) {
  std::vector<HeaderProvider> providers;
  const stdlib::Lang language =
      ast_.context->getLangOpts().CPlusPlus ? stdlib::Lang::CXX : stdlib::Lang::C;
  if (const auto symbol = stdlib::Symbol::named("", name.getName(), language)) {
    AddStandard(*symbol, providers);
  } else {
    AddFilesOf(macro.getDefinitionLoc(), name.getName().str(), kIsComplete, providers);
  }
  SortBestFirst(providers);
  return providers;
}

}  // namespace astrolabe
