// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/answer.h"

#include <algorithm>
#include <utility>

#include "analysis/features/format/format.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/selection.h"
#include "analysis/live/archive.h"
#include "base/text/line_diff.h"

// All there are, in the order in which they are offered.
#define ASTROLABE_REFACTORINGS(X) \
  X(ExtractVariable)              \
  X(ExtractFunction)              \
  X(InlineVariable)               \
  X(ExpandAuto)                   \
  X(SwapIfBranches)               \
  X(SwapOperands)                 \
  X(PopulateSwitch)               \
  X(RangeFor)                     \
  X(DefineOutline)                \
  X(DefineInline)                 \
  X(OverrideVirtuals)             \
  X(Constructor)                  \
  X(SpecialMembers)               \
  X(ScopedEnum)                   \
  X(RawString)                    \
  X(ExpandMacro)                  \
  X(AddUsing)                     \
  X(RemoveUsingNamespace)         \
  X(OrganizeIncludes)

namespace astrolabe {

#define ASTROLABE_DECLARE(NAME) extern const Refactoring k##NAME;
ASTROLABE_REFACTORINGS(ASTROLABE_DECLARE)
#undef ASTROLABE_DECLARE

namespace {

#define ASTROLABE_ADDRESS(NAME) &k##NAME,
constexpr const Refactoring* kAll[] = {ASTROLABE_REFACTORINGS(ASTROLABE_ADDRESS)};
#undef ASTROLABE_ADDRESS

// The text after the changes; fails if one is inside another. `changed`: what is new in it.
bool Apply(const std::string& text, TextChanges changes, std::string* after,
           std::vector<ByteRange>* changed) {
  // What is inserted at a place comes ahead of what is replaced from there on.
  std::ranges::stable_sort(
      changes, {}, [](const TextChange& change) { return std::pair(change.begin, change.end); });
  uint32_t copied = 0;
  for (const TextChange& change : changes) {
    if (change.begin < copied || change.end < change.begin || change.end > text.size())
      return false;
    after->append(text, copied, change.begin - copied);
    const size_t begin = after->size();
    after->append(change.text);
    copied = change.end;
    // Where something only goes away, the line is not touched further.
    if (!change.text.empty()) changed->push_back({begin, after->size()});
  }
  after->append(text, copied);
  return true;
}

}  // namespace

RefactoringsAnswer FindRefactorings(LiveAst& ast, CodeRange range, const AnswerSettings& settings) {
  RefactoringsAnswer answer;
  const Selection selection(ast, range, settings);
  for (const Refactoring* refactoring : kAll) {
    if (std::optional<std::string> title = refactoring->offer(selection)) {
      answer.offers.push_back(
          {std::string(refactoring->id), *std::move(title), std::string(refactoring->kind)});
    }
  }
  return answer;
}

RefactorAnswer MakeRefactoring(LiveAst& ast, CodeRange range, const std::string& id,
                               const AnswerSettings& settings) {
  RefactorAnswer answer;
  const auto found = std::ranges::find(kAll, id, &Refactoring::id);
  if (found == std::ranges::end(kAll)) {
    answer.refused = "there is no refactoring \"" + id + "\"";
    return answer;
  }
  const Selection selection(ast, range, settings);
  if (!(*found)->offer(selection)) {
    answer.refused = "it does not apply to what is selected";
    return answer;
  }
  absl::StatusOr<TextChanges> changes = (*found)->make(selection);
  if (!changes.ok()) {
    answer.refused = std::string(changes.status().message());
    return answer;
  }
  std::string after;
  std::vector<ByteRange> changed;
  if (!Apply(ast.text, *std::move(changes), &after, &changed)) {
    answer.refused = "its edits overlap";
    return answer;
  }
  const std::string formatted = FormatLines(ast.path, after, changed);
  for (const ByteEdit& edit : DiffTexts(ast.text, formatted)) {
    answer.edits.push_back({{ast.PlaceAt(static_cast<uint32_t>(edit.range.begin)),
                             ast.PlaceAt(static_cast<uint32_t>(edit.range.end))},
                            std::string(edit.replacement)});
  }
  if (answer.edits.empty()) answer.refused = "it would change nothing";
  return answer;
}

std::string AnswerRefactorQuestion(LiveAst& ast, const Question& question) {
  const CodeRange range = question.range.value_or(CodeRange{question.place, question.place});
  switch (question.kind) {
    case QuestionKind::kRefactorings:
      return Encode(FindRefactorings(ast, range, question.settings));
    case QuestionKind::kRefactor:
      return Encode(MakeRefactoring(ast, range, question.refactoring, question.settings));
    default:
      return {};
  }
}

}  // namespace astrolabe
