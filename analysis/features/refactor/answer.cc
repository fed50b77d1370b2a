// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/answer.h"

#include <algorithm>
#include <utility>

#include "analysis/features/format/format.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/selection.h"
#include "analysis/live/line_index.h"
#include "base/archive.h"
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
  X(DefineMissing)                \
  X(DeclareMember)                \
  X(DeclareCalled)                \
  X(RemoveParameter)              \
  X(SwapParameters)               \
  X(AddParameter)                 \
  X(MoveToFile)                   \
  X(MoveToFiles)                  \
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

// In order, with the changed lines formatted; nothing if one is inside another.
std::optional<std::vector<CodeEdit>> EditsOf(const std::string& path, const std::string& text,
                                             TextChanges changes) {
  std::string after;
  std::vector<ByteRange> changed;
  if (!Apply(text, std::move(changes), &after, &changed)) return std::nullopt;
  const LineIndex lines(text);
  const auto place = [&](size_t offset) { return lines.PlaceOf(static_cast<uint32_t>(offset)); };
  const std::string formatted = FormatLines(path, after, changed);
  std::vector<CodeEdit> edits;
  for (const ByteEdit& edit : DiffTexts(text, formatted)) {
    edits.push_back(
        {{place(edit.range.begin), place(edit.range.end)}, std::string(edit.replacement)});
  }
  return edits;
}

// By whichever of the two ways the refactoring has.
absl::StatusOr<FilesChanges> Make(const Refactoring& refactoring, const Selection& selection) {
  if (refactoring.make_in_files != nullptr) return refactoring.make_in_files(selection);
  absl::StatusOr<TextChanges> changes = refactoring.make(selection);
  if (!changes.ok()) return changes.status();
  return FilesChanges{.changes = *std::move(changes), .others = {}, .signature = {}};
}

const FileText* SourceOf(const Question& question) {
  return question.files.empty() ? nullptr : &question.files.front();
}

}  // namespace

RefactoringsAnswer FindRefactorings(LiveAst& ast, CodeRange range, const FileText* source,
                                    const AnswerSettings& settings) {
  RefactoringsAnswer answer;
  const Selection selection(ast, range, source, settings);
  for (const Refactoring* refactoring : kAll) {
    if (std::optional<std::string> title = refactoring->offer(selection)) {
      answer.offers.push_back(
          {std::string(refactoring->id), *std::move(title), std::string(refactoring->kind)});
    }
  }
  return answer;
}

RefactorAnswer MakeRefactoring(LiveAst& ast, CodeRange range, const std::string& id,
                               const FileText* source, const AnswerSettings& settings) {
  RefactorAnswer answer;
  const auto found = std::ranges::find(kAll, id, &Refactoring::id);
  if (found == std::ranges::end(kAll)) {
    answer.refused = "there is no refactoring \"" + id + "\"";
    return answer;
  }
  const Selection selection(ast, range, source, settings);
  if (!(*found)->offer(selection)) {
    answer.refused = "it does not apply to what is selected";
    return answer;
  }
  absl::StatusOr<FilesChanges> made = Make(**found, selection);
  if (!made.ok()) {
    answer.refused = std::string(made.status().message());
    return answer;
  }
  answer.signature = std::move(made->signature);
  if (answer.signature) return answer;
  auto edits = EditsOf(ast.path, ast.text, std::move(made->changes));
  bool is_sound = edits.has_value();
  if (is_sound) answer.edits = *std::move(edits);
  for (OtherFile& other : made->others) {
    auto of_other = EditsOf(other.path, other.text, std::move(other.changes));
    is_sound &= of_other.has_value();
    if (!of_other || of_other->empty()) continue;
    answer.others.push_back(
        {other.path, other.creates, HashString(other.text), *std::move(of_other)});
  }
  if (!is_sound) {
    answer = {};
    answer.refused = "its edits overlap";
  } else if (answer.edits.empty() && answer.others.empty()) {
    answer.refused = "it would change nothing";
  }
  return answer;
}

std::string AnswerRefactorQuestion(LiveAst& ast, const Question& question) {
  const CodeRange range = question.range.value_or(CodeRange{question.place, question.place});
  switch (question.kind) {
    case QuestionKind::kRefactorings:
      return Encode(FindRefactorings(ast, range, SourceOf(question), question.settings));
    case QuestionKind::kRefactor:
      return Encode(
          MakeRefactoring(ast, range, question.refactoring, SourceOf(question), question.settings));
    default:
      return {};
  }
}

}  // namespace astrolabe
