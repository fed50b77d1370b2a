// A file as the user has it: in the editor where it is open, else on disk.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "lsp/documents/document_store.h"

namespace astrolabe::lsp {

// Never null. `path` is absolute and normal; what is not open has generation 0, and an empty text if it cannot be
// read.
DocumentSnapshot CurrentDocument(const DocumentStore& documents, const std::string& path);

}  // namespace astrolabe::lsp
