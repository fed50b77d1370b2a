// Every request and notification of the server: one function, and one file, for each or for a close family.
//
// Each binds its methods and announces them in the session's capabilities.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lsp/server/dispatcher.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

void BindLifecycle(Dispatcher& dispatcher,
                   Session& session);  // initialize, configuration, folders, …
void BindDocumentSync(Dispatcher& dispatcher, Session& session);  // didOpen and its kin
void BindWorkspaceSymbol(Dispatcher& dispatcher, Session& session);
void BindDocumentSymbol(Dispatcher& dispatcher, Session& session);
void BindImplementation(Dispatcher& dispatcher, Session& session);
void BindFoldingRange(Dispatcher& dispatcher, Session& session);
void BindSelectionRange(Dispatcher& dispatcher, Session& session);
void BindSwitchSourceHeader(Dispatcher& dispatcher, Session& session);
void BindMoniker(Dispatcher& dispatcher, Session& session);
void BindWillRenameFiles(Dispatcher& dispatcher, Session& session);
void BindDocumentText(Dispatcher& dispatcher, Session& session);  // for tests

// All of them.
void BindAll(Dispatcher& dispatcher, Session& session);

}  // namespace astrolabe::lsp
