// The requests of lsp/protocol/own_extensions.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lsp/server/dispatcher.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// astrolabe/compileCommand, explain
void BindExplain(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
// astrolabe/includes, includedBy
void BindIncludeGraph(Dispatcher& dispatcher, Session& session, LiveDocuments& live);
void BindDeclaredTests(Dispatcher& dispatcher, Session& session);
void BindReindex(Dispatcher& dispatcher, Session& session);

// All of them.
void BindOwnRequests(Dispatcher& dispatcher, Session& session, LiveDocuments& live);

}  // namespace astrolabe::lsp
