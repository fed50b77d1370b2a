// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/module_comments.h"

#include "clang/AST/RawCommentList.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"

namespace astrolabe {

void LoadModuleComments(const clang::ASTContext& context, const clang::Decl& declaration) {
  if (!declaration.isFromASTFile()) return;
  const clang::SourceManager& sources = context.getSourceManager();
  clang::FileID id = sources.getFileID(sources.getFileLoc(declaration.getLocation()));
  // Only the parser adds comments, and it has come past all imports.
  auto& comments = const_cast<clang::RawCommentList&>(context.Comments);
  if (comments.getCommentsInFile(id) != nullptr) return;
  std::optional<llvm::MemoryBufferRef> buffer = sources.getBufferOrNone(id);
  if (!buffer) return;
  clang::Lexer lexer(id, *buffer, sources, context.getLangOpts());
  lexer.SetCommentRetentionState(true);
  clang::Token token;
  do {
    lexer.LexFromRawLexer(token);
    if (token.isNot(clang::tok::comment)) continue;
    clang::RawComment comment(sources, {token.getLocation(), token.getEndLoc()},
                              context.getLangOpts().CommentOpts, /*Merged=*/false);
    comments.addComment(comment, context.getLangOpts().CommentOpts,
                        const_cast<clang::ASTContext&>(context).getAllocator());
  } while (token.isNot(clang::tok::eof));
}

}  // namespace astrolabe
