// The requests that need the compiler's view of an open document.
//
// Bound after those that answer from index and text alone (bind.h), and instead of them where both are there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lsp/server/dispatcher.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

void BindHover(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindCompletion(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindSignatureHelp(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindSemanticTokens(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindLiveNavigation(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindDocumentHighlight(Dispatcher& dispatcher, Session& session, LiveDocuments& live);

void BindLive(Dispatcher& dispatcher, Session& session, LiveDocuments& live);

}  // namespace astrolabe::lsp
