// What we have beside the protocol and clangd's extensions of it: requests whose answers clients would otherwise piece
// together from the command line. `initialize` names them in capabilities.experimental.astrolabe.
//
// A document need not be open for any of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lsp/protocol/codec.h"
#include "lsp/protocol/types.h"
#include "lsp/protocol/types_json.h"

namespace astrolabe::lsp {

struct DocumentParams {
  TextDocumentIdentifier text_document;
};

// How a file is compiled, and where that is known from.
struct FileCommand {
  std::string file;    // a path
  std::string origin;  // "compilation database", "a similar file", "a guess", …
  std::string reason;  // "entry 17 of /w/build/compile_commands.json"
  std::string directory;
  std::vector<std::string>
      arguments;  // of the compiler, which is the first; .clangd's changes included
  std::vector<std::string>
      front_end;  // of Clang's own parser; empty: it can't be told, see `problem`
  std::string problem;
};

// Null for what is no file, and where the database can't be read.
struct CompileCommandRequest {
  static constexpr std::string_view kMethod = "astrolabe/compileCommand";
  using Params = DocumentParams;
  using Result = std::optional<FileCommand>;
};

// Whether answers about a file are what the compiler says, or by name only, and why; in sentences for the user.
struct FileExplanation {
  bool is_exact = false;
  std::string verdict;
  std::vector<std::string> reasons;
  std::vector<std::string> advice;
};

struct ExplainRequest {
  static constexpr std::string_view kMethod = "astrolabe/explain";
  using Params = DocumentParams;
  using Result = FileExplanation;
};

// One #include directive.
struct IncludeEdge {
  Location directive;
  std::string spelled;               // with delimiters where they are known
  std::optional<DocumentUri> other;  // the file at the other end, seen from the one asked about
  bool is_exact = false;             // the compiler says so; else the spelling fits
};

// What a file includes, and who includes it: one step of the include graph each. Sorted by file and line.
struct IncludesRequest {
  static constexpr std::string_view kMethod = "astrolabe/includes";
  using Params = DocumentParams;
  using Result = std::vector<IncludeEdge>;
};
struct IncludedByRequest {
  static constexpr std::string_view kMethod = "astrolabe/includedBy";
  using Params = DocumentParams;
  using Result = std::vector<IncludeEdge>;
};

// A GoogleTest test, by the macro that declares it.
struct DeclaredTest {
  std::string suite;
  std::string name;
  Range range;  // of the name
};
struct TestFile {
  DocumentUri uri;
  std::vector<DeclaredTest> tests;
};

// Those of a document, or of all workspaces; of open documents, as they are in the editor. Files without any are left
// out.
struct TestsParams {
  std::optional<TextDocumentIdentifier> text_document;
};
struct TestsRequest {
  static constexpr std::string_view kMethod = "astrolabe/tests";
  using Params = TestsParams;
  using Result = std::vector<TestFile>;
};

// Compares all files of all workspaces with the index; `anew`: throws the index away first, which is an error if
// somebody writes it for longer than two seconds. The work is in the background, behind the answer.
struct ReindexParams {
  std::optional<bool> anew;
};
struct ReindexRequest {
  static constexpr std::string_view kMethod = "astrolabe/reindex";
  using Params = ReindexParams;
  using Result = std::monostate;
};

bool Decode(const Json& json, const JsonPath& path, DocumentParams& out);
bool Decode(const Json& json, const JsonPath& path, TestsParams& out);
bool Decode(const Json& json, const JsonPath& path, ReindexParams& out);
void Encode(JsonWriter& out, const FileCommand& value);
void Encode(JsonWriter& out, const FileExplanation& value);
void Encode(JsonWriter& out, const IncludeEdge& value);
void Encode(JsonWriter& out, const DeclaredTest& value);
void Encode(JsonWriter& out, const TestFile& value);

}  // namespace astrolabe::lsp
