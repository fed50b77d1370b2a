// The requests that need the compiler's view of an open document.
//
// Those that answer from index and text alone are in bind.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>

#include "lsp/server/dispatcher.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

class GhostText;
class LanguageModel;

void BindHover(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindCompletion(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                    const std::shared_ptr<GhostText>& ghost_text);
void BindSignatureHelp(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindSemanticTokens(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
// definition, declaration, typeDefinition
void BindNavigation(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindDocumentLink(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindDocumentHighlight(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                           const std::shared_ptr<GhostText>& ghost_text);
// prepareRename, rename
void BindRename(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindLinkedEditingRange(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindCodeLens(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindReferences(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
// prepareCallHierarchy, incomingCalls, outgoingCalls
void BindCallHierarchy(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
// prepareTypeHierarchy, supertypes, subtypes
void BindTypeHierarchy(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindMemoryUsage(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
// textDocument/ast, symbolInfo, inactiveRegions
void BindClangdExtensions(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
// formatting, rangeFormatting, rangesFormatting, onTypeFormatting
void BindFormatting(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindInlayHint(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindInlineCompletion(Dispatcher& dispatcher, Session& session,
                          const std::shared_ptr<GhostText>& ghost_text);
void BindCodeAction(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                    std::shared_ptr<LanguageModel> model);
// workspace/executeCommand
void BindExecuteCommand(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                        std::shared_ptr<LanguageModel> model,
                        std::shared_ptr<GhostText> ghost_text);
void BindDiagnostics(Dispatcher& dispatcher, Session& session, LiveDocuments& live);

void BindLive(Dispatcher& dispatcher, Session& session, LiveDocuments& live);

}  // namespace astrolabe::lsp
