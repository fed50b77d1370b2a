// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/bind.h"

namespace astrolabe::lsp {

void BindAll(Dispatcher& dispatcher, Session& session) {
  BindLifecycle(dispatcher, session);
  BindDocumentSync(dispatcher, session);
  BindWorkspaceSymbol(dispatcher, session);
  BindDocumentSymbol(dispatcher, session);
  BindImplementation(dispatcher, session);
  BindFoldingRange(dispatcher, session);
  BindSelectionRange(dispatcher, session);
  BindSwitchSourceHeader(dispatcher, session);
  BindMoniker(dispatcher, session);
  BindWillRenameFiles(dispatcher, session);
  BindDocumentText(dispatcher, session);
}

}  // namespace astrolabe::lsp
