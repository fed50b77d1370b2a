// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/answer.h"

#include "analysis/features/document/inactive_code.h"
#include "analysis/features/document/semantic_tokens.h"
#include "analysis/features/document/syntax_tree.h"
#include "base/archive.h"

namespace astrolabe {

std::string AnswerDocumentQuestion(LiveAst& ast, const Question& question) {
  switch (question.kind) {
    case QuestionKind::kSemanticTokens:
      return Encode(MakeSemanticTokens(ast));
    case QuestionKind::kInactiveRegions:
      return Encode(MakeInactiveRegions(ast));
    case QuestionKind::kSyntaxTree:
      return Encode(MakeSyntaxTree(ast, question.range));
    default:
      return {};
  }
}

}  // namespace astrolabe
