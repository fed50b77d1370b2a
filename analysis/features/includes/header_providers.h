// Which headers provide a declaration or macro to those who include them.
//
// A header that declares it does; so do those that export that header by an IWYU pragma, the public one that a private
// header names, and, of a file that is no header of its own (without a guard), whoever includes that file. For names of
// the standard library it is what the standard says, whatever really declares them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/batch/preprocessor_record.h"
#include "analysis/features/live_ast.h"
#include "clang/Tooling/Inclusions/StandardLibrary.h"
#include "index/query/include_pragmas.h"
#include "llvm/ADT/DenseMap.h"

namespace clang {
class MacroInfo;
class NamedDecl;
}  // namespace clang

namespace astrolabe {

// A file of LiveAst::record, or a spelling.
struct HeaderProvider {
  uint32_t file = kNoFile;
  std::string spelled;  // with delimiters, where there is no file
  uint32_t rank = 0;    // how good it is to include, more is better
};

// Of one AST, which has a record. One thread. The first call looks through all files that were read, 2 ms for 400.
class HeaderProviders {
 public:
  explicit HeaderProviders(const LiveAst& ast);

  // Best first.
  const std::vector<HeaderProvider>& Of(const clang::NamedDecl& decl);
  std::vector<HeaderProvider> Of(const clang::IdentifierInfo& name, const clang::MacroInfo& macro);

  // Of a file with any; null for others.
  const IncludePragmas* PragmasOf(uint32_t file) const;

 private:
  struct Place;

  void ReadPragmas();
  void AddFilesOf(clang::SourceLocation location, const std::string& name, uint32_t rank,
                  std::vector<HeaderProvider>& providers);
  void AddStandard(const clang::tooling::stdlib::Symbol& symbol,
                   std::vector<HeaderProvider>& providers) const;
  void AddStandardHeader(const std::string& spelled, std::vector<HeaderProvider>& providers) const;
  bool AddOverloadedStandardName(const clang::NamedDecl& decl,
                                 std::vector<HeaderProvider>& providers) const;
  bool IsSelfContained(clang::FileID id);

  const LiveAst& ast_;
  PreprocessorRecord& record_;
  clang::tooling::stdlib::Recognizer standard_;
  std::map<uint32_t, IncludePragmas> pragmas_;
  std::map<uint32_t, std::vector<uint32_t>> exporters_;              // of a file
  std::map<std::string, std::vector<uint32_t>> standard_exporters_;  // of "<vector>"
  llvm::DenseMap<clang::FileID, bool> self_contained_;
  llvm::DenseMap<const clang::Decl*, std::vector<HeaderProvider>>
      known_;  // by canonical declaration
};

}  // namespace astrolabe
