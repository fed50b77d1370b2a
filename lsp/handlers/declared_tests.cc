// astrolabe/tests: the tests of a document or of all workspaces.
//
// The index knows which files have the word of a test macro; these are scanned as they are now, in the editor or on
// disk, so that a macro whose names stand on another line is seen as well, and one in a comment is not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/declared_tests.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "index/declaration.h"
#include "index/file_scanner.h"
#include "index/query/semantic_argument.h"
#include "index/query/text_search.h"
#include "lsp/handlers/on_request.h"
#include "lsp/handlers/own_requests.h"
#include "lsp/protocol/own_extensions.h"
#include "lsp/server/current_document.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

TestFile TestsOf(const Document& document, PositionEncoding encoding) {
  TestFile file;
  file.uri = document.name.uri;
  const std::string text = document.text.ToString();
  FileScanner scanner;
  const ScannedFile scanned = scanner.Scan(text, LanguageHintOf(document.name.path));
  for (const Symbol& symbol : scanned.symbols) {
    const size_t begin = OffsetOfPlace(document.text, symbol.begin);
    const size_t name = OffsetOfPlace(document.text, symbol.name_position);
    const auto suite = SuiteOfTest(symbol, std::string_view(text).substr(begin, name - begin));
    if (!suite) continue;
    const size_t end = std::min(name + symbol.name.size(), text.size());
    file.tests.push_back({.suite = *suite,
                          .name = std::string(symbol.name),
                          .range = ClientRange(document.text, {name, end}, encoding)});
  }
  return file;
}

// The client's paths of files that have the word of such a macro.
absl::StatusOr<std::set<std::string>> FilesWithTests(const Workspace& workspace, const Work& work) {
  std::set<std::string> files;
  const Indexes indexes = workspace.indexes();
  if (indexes.snapshot == nullptr) return files;
  for (const std::string_view macro : TestMacros()) {
    TextQuery query;
    query.pattern = macro;
    query.mode = TextMode::kReference;
    // One place is enough; a file that is known already has none.
    query.wants_file = [&](std::string_view path) {
      return !files.contains(workspace.ClientPath(path));
    };
    std::vector<std::string> found;
    auto searched = SearchText(
        *indexes.snapshot, workspace.Sources(indexes).root, query,
        [&](const TextMatch& match) {
          if (found.empty() || found.back() != match.path) found.emplace_back(match.path);
        },
        &work.stop);
    if (!searched.ok()) return searched.status();
    for (const std::string& path : found) files.insert(workspace.ClientPath(path));
  }
  return files;
}

}  // namespace

std::optional<std::string> SuiteOfTest(const Symbol& symbol, std::string_view ahead) {
  const size_t open = ahead.find('(');
  if (open == std::string_view::npos || !IsTestMacro(ahead.substr(0, open))) return std::nullopt;
  return std::string(SplitQualifiedName(symbol.scope).back());
}

void BindDeclaredTests(Dispatcher& dispatcher, Session& session) {
  OnPlainRequest<TestsRequest>(
      dispatcher, session, "lsp.tests",
      [&session](const TestsParams& params,
                 const Work& work) -> absl::StatusOr<std::vector<TestFile>> {
        std::set<std::string> files;
        if (params.text_document) {
          auto name = ParseDocumentUri(params.text_document->uri);
          if (!name.ok()) return name.status();
          files.insert(name->path);
        } else {
          for (const auto& workspace : session.workspaces()) {
            auto found = FilesWithTests(*workspace, work);
            if (!found.ok()) return found.status();
            files.merge(*found);
          }
          for (const DocumentSnapshot& document : session.documents().All()) {
            if (!document->name.path.empty()) files.insert(document->name.path);
          }
        }
        std::vector<TestFile> all;
        for (const std::string& path : files) {
          if (work.stop) return absl::CancelledError("nobody wants the tests any more");
          TestFile file = TestsOf(*CurrentDocument(session.documents(), path), session.encoding());
          if (!file.tests.empty()) all.push_back(std::move(file));
        }
        return all;
      });
}

}  // namespace astrolabe::lsp
