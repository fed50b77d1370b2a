// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/features/refactor/refactor_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "analysis/features/refactor/answer.h"
#include "clang/Basic/Diagnostic.h"

namespace astrolabe {
namespace {

class Errors : public clang::DiagnosticConsumer {
 public:
  std::vector<std::string> messages;
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& info) override {
    if (level < clang::DiagnosticsEngine::Error) return;
    llvm::SmallString<256> message;
    info.FormatDiagnostic(message);
    messages.emplace_back(message.str());
  }
};

CodeRange SelectionOf(const MarkedSource& source) {
  if (!source.Ranges().empty()) return source.Range();
  return {source.Point(), source.Point()};
}

// Of edits in order.
std::string Applied(LiveAst& ast, const std::vector<CodeEdit>& edits) {
  std::string text = ast.text;
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    const uint32_t begin = ast.OffsetOf(edit->range.begin);
    text.replace(begin, ast.OffsetOf(edit->range.end) - begin, edit->text);
  }
  return text;
}

}  // namespace

std::string Refactored(std::string_view id, MarkedSource source) {
  std::string result;
  Errors before;
  source.Diagnostics(before);
  source.Parse([&](LiveAst& ast) {
    const CodeRange range = SelectionOf(source);
    const auto offers = FindRefactorings(ast, range).offers;
    if (std::ranges::find(offers, id, &RefactoringOffer::id) == offers.end()) {
      result = "no";
      return;
    }
    const RefactorAnswer answer = MakeRefactoring(ast, range, std::string(id));
    result = answer.refused.empty() ? Applied(ast, answer.edits) : "no: " + answer.refused;
  });
  if (!before.messages.empty() || result.starts_with("no")) return result;
  Errors after;
  source.WithText(result).Diagnostics(after).Parse([](LiveAst&) {});
  EXPECT_TRUE(after.messages.empty()) << after.messages.front() << "\n" << result;
  return result;
}

std::string Refactored(std::string_view id, std::string_view marked) {
  return Refactored(id, MarkedSource(marked));
}

std::string Title(std::string_view id, std::string_view marked) {
  MarkedSource source(marked);
  std::string title;
  source.Parse([&](LiveAst& ast) {
    for (const RefactoringOffer& offer : FindRefactorings(ast, SelectionOf(source)).offers) {
      if (offer.id == id) title = offer.title;
    }
  });
  return title;
}

}  // namespace astrolabe
