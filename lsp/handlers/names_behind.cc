// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/names_behind.h"

#include <utility>

#include "absl/time/time.h"
#include "analysis/ai/name_mask.h"
#include "analysis/features/completion/completion_point.h"
#include "analysis/live/line_index.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

constexpr absl::Duration kPatience = absl::Milliseconds(150);
constexpr size_t kMaxNames = 10'000;

}  // namespace

std::vector<std::string> NamesBehind(LiveDocuments& live, const DocumentSnapshot& document,
                                     const std::string& text, size_t offset, const Work& work) {
  const auto place = static_cast<uint32_t>(offset);
  const CompletionPoint point = FindCompletionPoint(text, place);
  if (!point.is_qualified || point.in_number || point.in_include) return {};
  Question question;
  question.kind = QuestionKind::kComplete;
  question.place = PlaceIn(text, offset);
  question.limit = kMaxNames;
  const auto answer = live.Ask<CompletionAnswer>(document, std::move(question), work, kPatience);
  if (!answer.ok() || answer->is_incomplete) return {};
  std::vector<std::string> names;
  for (const CompletionOption& option : answer->options) {
    if (!option.edits.empty() || !option.label.starts_with(point.typed)) continue;
    // A whole name is there already: anything may follow.
    if (option.label.size() == point.typed.size()) return {};
    names.push_back(option.label.substr(point.typed.size()));
  }
  return SortedNames(std::move(names));
}

GenerationRequest InfillBeside(const DocumentSnapshot& document, std::string_view beside,
                               std::string prefix, std::string suffix) {
  GenerationRequest request;
  request.document = StrCat(document->name.uri, "#", beside);
  request.parts.path = ShortPath(document->name.path);
  request.parts.prefix = std::move(prefix);
  request.parts.suffix = std::move(suffix);
  request.temperatures = {0, 0.4, 0.8};
  return request;
}

std::string ShortPath(std::string_view path) {
  size_t at = path.size();
  for (int parts = 0; parts < 3 && at != path.npos && at > 0; ++parts) at = path.rfind('/', at - 1);
  return std::string(path.substr(at == path.npos ? 0 : at + 1));
}

}  // namespace astrolabe::lsp
