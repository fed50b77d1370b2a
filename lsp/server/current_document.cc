// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/current_document.h"

#include <memory>
#include <utility>

#include "base/whole_file.h"
#include "lsp/documents/uri.h"

namespace astrolabe::lsp {

DocumentSnapshot CurrentDocument(const DocumentStore& documents, const std::string& path) {
  if (DocumentSnapshot open = documents.Find(path)) return open;
  auto on_disk = std::make_shared<Document>();
  on_disk->name = {.uri = FileUri(path), .path = path};
  on_disk->text = TextBuffer(ReadWholeFile(path));
  return on_disk;
}

}  // namespace astrolabe::lsp
