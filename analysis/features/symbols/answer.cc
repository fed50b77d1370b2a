// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/answer.h"

#include "analysis/features/symbols/hierarchy.h"
#include "analysis/features/symbols/hover.h"
#include "analysis/features/symbols/references_here.h"
#include "analysis/features/symbols/symbols_at.h"
#include "base/archive.h"

namespace astrolabe {

std::string AnswerSymbolQuestion(LiveAst& ast, const Question& question) {
  switch (question.kind) {
    case QuestionKind::kHover:
      return Encode(MakeHover(ast, question.place, question.settings));
    case QuestionKind::kSymbols:
      return Encode(FindSymbolsAt(ast, question.place));
    case QuestionKind::kTypeDefinition:
      return Encode(FindTypeDefinition(ast, question.place));
    case QuestionKind::kHighlights:
      return Encode(FindHighlights(ast, question.place));
    case QuestionKind::kReferencesHere:
      return Encode(FindReferencesHere(ast, question.usrs));
    case QuestionKind::kHierarchyItems:
      return Encode(FindHierarchyItems(ast, question.place));
    case QuestionKind::kIncomingCalls:
      return Encode(FindIncomingCalls(ast, question.usrs));
    case QuestionKind::kOutgoingCalls:
      return Encode(FindOutgoingCalls(ast, question.usrs));
    case QuestionKind::kSupertypes:
      return Encode(FindSupertypes(ast, question.usrs));
    case QuestionKind::kSubtypes:
      return Encode(FindSubtypes(ast, question.usrs));
    default:
      return {};
  }
}

}  // namespace astrolabe
