// A WorkspaceEdit in the form that the client takes: versioned documents where it can, annotations where it shows
// them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lsp/protocol/types.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// One thread.
class EditBuilder {
 public:
  explicit EditBuilder(const Session& session);

  // Edits of one document may come in any order; one that is there already counts once.
  void Replace(const DocumentUri& uri, const Range& range, std::string new_text);
  // The same, but the user has to agree to it; the reason is shown once for all edits that have it. To a client
  // that has no annotations it is an edit like any other.
  void Propose(const DocumentUri& uri, const Range& range, std::string new_text,
               const std::string& reason);

  // A file that is not there yet, with this text. Only if can_create().
  void Create(const DocumentUri& uri, std::string text);
  bool can_create() const { return can_create_; }

  bool empty() const { return by_document_.empty(); }
  // Open documents are named with their version, so that a client with another text refuses.
  WorkspaceEdit Take();

 private:
  struct Edit {
    Range range;
    std::string text;
    std::string annotation;  // empty: none
  };
  static std::vector<Edit> InOrder(std::vector<Edit> edits);

  const Session& session_;
  bool has_document_changes_ = false;
  bool has_annotations_ = false;
  bool can_create_ = false;
  std::set<DocumentUri> created_;
  std::map<DocumentUri, std::vector<Edit>> by_document_;
  std::map<std::string, ChangeAnnotation> annotations_;
};

}  // namespace astrolabe::lsp
