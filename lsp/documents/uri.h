// The names that editors give documents, and ours.
//
// An editor names a document by URI. For a `file:` one we work with the path: any bytes but NUL, since names
// on disk need not be UTF-8, and made lexically regular (no `.`, `..`, `//`), so that one file has one name
// however its URI was escaped. Symbolic links are not resolved: that would ask the disk at every edit, and
// answers would name files as the user does not. All other URIs (`untitled:`, `git:`, …) are opaque: a
// document that has no file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace astrolabe::lsp {

struct DocumentName {
  std::string uri;   // as the editor spelled it: what it recognises in our answers
  std::string path;  // absolute; empty for an opaque URI

  // The same for two names of one document, in whatever way they are spelled.
  const std::string& key() const { return path.empty() ? uri : path; }
};

// What `uri` names. Escapes that are none (`%zz`) are taken as they stand; query and fragment of a file's URI
// are dropped. A host becomes the path's start, `//host/share/…`; a Windows drive gives `c:/…`, the letter
// small. InvalidArgument for what is no URI, a `file:` URI without an absolute path, or a NUL in the path.
absl::StatusOr<DocumentName> ParseDocumentUri(std::string_view uri);

// The URI of an absolute path, such as DocumentName::path: `file:///home/a%20b.cc`. Bytes other than letters,
// digits and `-._~/:` are escaped.
std::string FileUri(std::string_view path);

// `path` without empty, `.` and `..` parts and without a slash at its end. A `..` at the root goes nowhere.
std::string NormalPath(std::string_view path);

}  // namespace astrolabe::lsp
