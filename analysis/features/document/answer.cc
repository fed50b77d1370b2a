// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/answer.h"

#include "analysis/features/document/inactive_code.h"
#include "analysis/features/document/outline.h"
#include "analysis/features/document/regions.h"
#include "analysis/features/document/semantic_tokens.h"
#include "analysis/features/document/syntax_tree.h"
#include "analysis/live/archive.h"

namespace astrolabe {

std::string AnswerDocumentQuestion(LiveAst& ast, const Question& question) {
  switch (question.kind) {
    case QuestionKind::kSemanticTokens:
      return Encode(MakeSemanticTokens(ast));
    case QuestionKind::kOutline:
      return Encode(MakeOutline(ast));
    case QuestionKind::kFolding:
      return Encode(MakeFolding(ast));
    case QuestionKind::kSelection:
      return Encode(MakeSelection(ast, question.place));
    case QuestionKind::kInactiveRegions:
      return Encode(MakeInactiveRegions(ast));
    case QuestionKind::kSyntaxTree:
      return Encode(MakeSyntaxTree(ast, question.range));
    default:
      return {};
  }
}

}  // namespace astrolabe
