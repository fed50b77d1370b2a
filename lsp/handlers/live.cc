// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/live.h"

#include <memory>

#include "lsp/handlers/ghost_text.h"
#include "lsp/handlers/own_requests.h"
#include "lsp/server/language_model.h"

namespace astrolabe::lsp {

void BindLive(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  auto model = std::make_shared<LanguageModel>(session);
  const auto ghost_text = std::make_shared<GhostText>(session, live, model);
  BindHover(dispatcher, session, live);
  BindCompletion(dispatcher, session, live, ghost_text);
  BindSignatureHelp(dispatcher, session, live);
  BindSemanticTokens(dispatcher, session, live);
  BindNavigation(dispatcher, session, live);
  BindDocumentLink(dispatcher, session, live);
  BindDocumentHighlight(dispatcher, session, live, ghost_text);
  BindLinkedEditingRange(dispatcher, session, live);
  BindCodeLens(dispatcher, session, live);
  BindReferences(dispatcher, session, live);
  BindCallHierarchy(dispatcher, session, live);
  BindTypeHierarchy(dispatcher, session, live);
  BindRename(dispatcher, session, live);
  BindDiagnostics(dispatcher, session, live);
  BindCodeAction(dispatcher, session, live, model);
  BindExecuteCommand(dispatcher, session, live, model, ghost_text);
  BindFormatting(dispatcher, session, live);
  BindInlayHint(dispatcher, session, live);
  BindInlineCompletion(dispatcher, session, ghost_text);
  BindClangdExtensions(dispatcher, session, live);
  BindMemoryUsage(dispatcher, session, live);
  BindOwnRequests(dispatcher, session, live);
}

}  // namespace astrolabe::lsp
