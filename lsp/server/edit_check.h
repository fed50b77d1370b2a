// Whether edits would bring an error that is not there yet: the edited texts are parsed in a forked child before anybody
// is offered them.
//
// What is parsed is the open document with all other files as they are to be, and the sources among these. Where the
// document's includes stay as they are, its preamble is not parsed again.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "analysis/live/answers.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Of bytes of the text.
struct FileEdit {
  size_t begin = 0;
  size_t end = 0;
  std::string text;
  std::string unsure;  // why the user has to agree to it; empty: that is not needed
};

// A file with the text that it has now, in the editor or on disk.
struct EditedFile {
  DocumentUri uri;
  std::string path;      // empty: it has none
  bool creates = false;  // it is not there yet
  std::string text;
  std::vector<FileEdit> edits;  // none inside another

  std::string After() const;
  // Of After(), 0-based, the last one included: those that the edits' texts stand on, from top to bottom.
  struct Lines {
    uint32_t first = 0;
    uint32_t last = 0;
  };
  std::vector<Lines> WrittenLines() const;
};

// The document, whose text that is.
EditedFile DocumentToEdit(const DocumentSnapshot& document, std::string text,
                          std::vector<FileEdit> edits = {});

// In plain text or Markdown, as it is said.
std::string MessageOf(const Diagnostic& diagnostic);

// Messages of errors, and how often each is said.
using ErrorCounts = std::map<std::string, int>;
ErrorCounts ErrorsAmong(const KnownDiagnostics& known);

// What an edit's errors are compared with where it is not the text that it edits.
struct EditBaseline {
  ErrorCounts errors;
  // Of the document: what is wrong on these may stay, except where the edit writes.
  EditedFile::Lines lines;
};

struct EditCheck {
  std::string not_checked;               // why not, or why not all; empty: it was
  std::vector<std::string> new_errors;   // messages
  std::vector<std::string> gone_errors;  // of the document
  // Of the document, on lines that an edit writes and the next one: new ones and such as were there already.
  std::vector<std::string> errors_at_edits;
};

struct EditCheckOptions {
  const EditBaseline* baseline = nullptr;  // borrowed
  // Also the errors in templates that the functions around the edits are the first to instantiate. Others of the end of
  // the unit are not looked for.
  bool instantiates = false;
  // How long to wait instead.
  std::optional<absl::Duration> patience;
};

// Waits a second at most, three if more than the document is edited or its includes are; what takes longer is not
// checked.
EditCheck CheckEdits(LiveDocuments& live, const DocumentSnapshot& document,
                     const std::vector<EditedFile>& files, const Work& work,
                     const EditCheckOptions& options = {});

// The errors that a text would have as the document's, those in templates only if the function at `line` is the first to
// instantiate them; waits a second at most.
absl::StatusOr<ErrorCounts> ErrorsOf(LiveDocuments& live, const DocumentSnapshot& document,
                                     const std::string& text, uint32_t line, const Work& work);

}  // namespace astrolabe::lsp
