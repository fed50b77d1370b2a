// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/file_offsets.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

namespace astrolabe {

FileOffsets::FileOffsets(const LiveAst& ast)
    : sources_(ast.context->getSourceManager()),
      main_(PartOf(sources_, ast.main)),
      preamble_(PartOf(sources_, ast.preamble)) {}

FileOffsets::Part FileOffsets::PartOf(const clang::SourceManager& sources, clang::FileID id) {
  if (id.isInvalid()) return {};
  return {sources.getLocForStartOfFile(id).getRawEncoding(),
          static_cast<uint32_t>(sources.getBufferOrFake(id).getBufferSize())};
}

bool FileOffsets::IsFirstHalf(clang::SourceLocation location) const {
  return !sources_.getSLocEntry(sources_.getFileID(location))
              .getExpansion()
              .isExpansionTokenRange();
}

std::optional<uint32_t> FileOffsets::Written(clang::SourceLocation location) const {
  while (location.isMacroID()) {
    if (sources_.isMacroArgExpansion(location)) {
      location = sources_.getImmediateSpellingLoc(location);
    } else if (IsFirstHalf(location)) {
      location = sources_.getImmediateExpansionRange(location).getBegin();
    } else {
      return std::nullopt;
    }
  }
  for (const Part& part : {main_, preamble_}) {
    uint32_t offset = location.getRawEncoding() - part.first;  // wraps around if it is ahead
    if (offset < part.size) return offset;
  }
  return std::nullopt;
}

}  // namespace astrolabe
