// What a language model would write at a cursor, or what other places have that are like it, if the compiler agrees: ghost
// text, and the item of a completion list for clients that have none.
//
// Each proposal is put into the document and parsed in a forked child; what brings an error that the document did not have
// before the user began to write here (begun_edit.h), or could not be parsed in time, is not shown. Behind `.`, `->` and
// `::` the model may only write names that the compiler would complete there. The model's process starts with the first
// request.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/status/statusor.h"
#include "analysis/ai/suggester.h"
#include "lsp/handlers/prompt_context.h"
#include "lsp/server/begun_edit.h"
#include "lsp/server/edit_check.h"
#include "lsp/server/language_model.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

inline constexpr char kSuggestionTaken[] = "astrolabe.suggestionTaken";

// Any thread.
class GhostText {
 public:
  // Listens to the session from then on, so only while binding.
  GhostText(Session& session, LiveDocuments& live, std::shared_ptr<LanguageModel> model)
      : session_(session),
        live_(live),
        begun_(session, live),
        model_(std::move(model)),
        contexts_(session) {}

  // The best first; none where there is nothing good, no model or none is wanted. An error only for a request that
  // nobody wants any more. `is_asked_for`: by the user, not by typing.
  absl::StatusOr<std::vector<Suggestion>> Suggest(const DocumentSnapshot& document,
                                                  const Position& position, bool is_asked_for,
                                                  const Work& work);

  // For a client that has no ghost text, to be shown otherwise: at once, the best that is known to go on here. Where
  // nothing is, it is looked for in the background until the document changes.
  std::optional<Suggestion> ForList(const DocumentSnapshot& document, const Position& position,
                                    const Work& work);

  // The cursor has come to rest there. A model that runs reads what it would be asked with.
  void CursorAt(const DocumentSnapshot& document, const Position& position, const Work& work);

  // For the editor to execute when a proposal is taken; its argument is Suggestion::id.
  static Command TakenCommand(uint64_t id);
  // It was executed.
  void Taken(uint64_t id);

 private:
  using Engine = LanguageModel::Engine;
  // What the errors of a request's candidates are compared with: found by the first of them that is checked.
  struct Baseline {
    absl::once_flag once;
    absl::Status status;
    std::optional<EditBaseline> errors;  // nullopt: the document as it is, nobody has edited it
  };
  class Place;  // of one request

  // In the background, the last one that is wanted, until the document changes.
  void RunAhead(const DocumentSnapshot& document, const Work& work,
                std::function<void(const Work& ahead)> run);
  SuggestionRequest RequestAt(const DocumentSnapshot& document, const Position& position,
                              bool is_asked_for) const;
  absl::StatusOr<std::vector<Suggestion>> Ask(Engine& engine, const SuggestionRequest& request,
                                              const DocumentSnapshot& document, const Work& work);
  void FindBaseline(const DocumentSnapshot& document, const Work& work, Baseline* baseline);

  Session& session_;
  LiveDocuments& live_;
  BegunEdits begun_;
  const std::shared_ptr<LanguageModel> model_;
  PromptContexts contexts_;
};

}  // namespace astrolabe::lsp
