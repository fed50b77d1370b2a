// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/features/refactor/refactor_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "analysis/features/refactor/answer.h"
#include "analysis/live/line_index.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"

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
std::string Applied(std::string text, const std::vector<CodeEdit>& edits) {
  const LineIndex lines(text);
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    const uint32_t begin = lines.OffsetOf(edit->range.begin);
    text.replace(begin, lines.OffsetOf(edit->range.end) - begin, edit->text);
  }
  return text;
}

std::string Described(LiveAst& ast, const SignatureChange& change) {
  const uint32_t at = ast.OffsetOf(change.place);
  std::string text = ast.text.substr(at, ast.text.find('(', at) - at) + ":";
  for (const ParameterChange& parameter : change.parameters) {
    text += text.ends_with(":") ? " " : ", ";
    text += parameter.old >= 0 ? std::to_string(parameter.old)
                               : parameter.declaration + " = " + parameter.value;
  }
  return text;
}

// The text of another file as the test has it.
std::string TextOfOther(LiveAst& ast, const FileEdits& other, const OpenAs& open) {
  if (other.creates) return "";
  if (open.source && open.source->path == other.path) return open.source->text;
  auto buffer = ast.context->getSourceManager().getFileManager().getBufferForFile(other.path);
  return buffer ? (*buffer)->getBuffer().str() : "";
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
    result = answer.refused.empty() ? Applied(ast.text, answer.edits) : "no: " + answer.refused;
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

std::string RefactoredFiles(std::string_view id, MarkedSource marked, const OpenAs& open) {
  std::string result;
  std::string own;
  std::map<std::string, std::string> others;
  Errors before;
  marked.Diagnostics(before);
  const FileText* source = open.source ? &*open.source : nullptr;
  marked.Parse(
      [&](LiveAst& ast) {
        const CodeRange range = SelectionOf(marked);
        const auto offers = FindRefactorings(ast, range, source).offers;
        if (std::ranges::find(offers, id, &RefactoringOffer::id) == offers.end()) {
          result = "no";
          return;
        }
        const RefactorAnswer answer = MakeRefactoring(ast, range, std::string(id), source);
        if (!answer.refused.empty()) result = "no: " + answer.refused;
        if (answer.signature) result = Described(ast, *answer.signature);
        if (!result.empty()) return;
        own = result = Applied(ast.text, answer.edits);
        for (const FileEdits& other : answer.others) {
          const std::string text = Applied(TextOfOther(ast, other, open), other.edits);
          const std::string name = other.path.substr(other.path.rfind('/') + 1);
          result += "== " + name + " ==\n" + text;
          others[name] = text;
        }
      },
      open.name);
  if (!before.messages.empty() || own.empty()) return result;
  Errors after;
  MarkedSource edited = marked.WithText(own);
  for (const auto& [name, text] : others) edited.File(name, text);
  edited.Diagnostics(after).Parse([](LiveAst&) {}, open.name);
  EXPECT_TRUE(after.messages.empty()) << after.messages.front() << "\n" << result;
  return result;
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
