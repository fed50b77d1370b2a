// The protocol's types from JSON and back: messages as editors send them, and every way of being wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "base/strings.h"
#include "lsp/protocol/clangd_extensions.h"
#include "lsp/protocol/codec.h"
#include "lsp/protocol/methods.h"
#include "lsp/protocol/types_json.h"

namespace astrolabe::lsp {
namespace {

template <typename T>
T Read(std::string_view text) {
  auto json = ParseJson(text);
  EXPECT_TRUE(json.ok()) << json.status() << ": " << text;
  auto value = FromJson<T>(*json, "params");
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *std::move(value) : T();
}

// What is wrong with `text` as a T.
template <typename T>
std::string Error(std::string_view text) {
  auto json = ParseJson(text);
  EXPECT_TRUE(json.ok()) << json.status() << ": " << text;
  return std::string(ToStd(FromJson<T>(*json, "params").status().message()));
}

// Reads `text` as a T and expects it to be written with the same members.
template <typename T>
T RoundTrip(std::string_view text) {
  T value = Read<T>(text);
  EXPECT_EQ(Json::parse(EncodeJson(value)), Json::parse(text));
  EXPECT_EQ(Read<T>(EncodeJson(value)), value);
  return value;
}

constexpr std::string_view kHover =
    R"({"textDocument":{"uri":"file:///a.cc"},"position":{"line":3,"character":14}})";

TEST(Types, HoverParams) {
  const auto params = RoundTrip<HoverRequest::Params>(kHover);
  EXPECT_EQ(params.text_document.uri, "file:///a.cc");
  EXPECT_EQ(params.position.character, 14U);
  EXPECT_FALSE(params.work_done_token);
  EXPECT_EQ(HoverRequest::kMethod, "textDocument/hover");
}

TEST(Types, InitializeAsEditorsSendIt) {
  const auto params = RoundTrip<InitializeParams>(R"({
    "processId": 4711, "clientInfo": {"name": "Neovim", "version": "0.7.2"},
    "rootPath": "/w", "rootUri": "file:///w", "trace": "off",
    "workspaceFolders": [{"uri": "file:///w", "name": "w"}],
    "initializationOptions": {"fallbackFlags": ["-std=c++20"], "clangdFileStatus": true},
    "capabilities": {
      "offsetEncoding": ["utf-8", "utf-16"],
      "general": {"positionEncodings": ["utf-32", "utf-7"]},
      "workspace": {"applyEdit": true, "symbol": {"symbolKind": {"valueSet": [1, 2, 26]}},
                    "didChangeWatchedFiles": {"dynamicRegistration": false}},
      "window": {"workDoneProgress": true},
      "textDocument": {
        "references": {"container": true},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "completion": {"editsNearCursor": true, "completionItem": {"snippetSupport": true}},
        "semanticTokens": {"requests": {"range": true, "full": {"delta": true}}, "formats": ["relative"],
                           "tokenTypes": ["type"], "tokenModifiers": []},
        "codeAction": {"codeActionLiteralSupport":
                       {"codeActionKind": {"valueSet": ["", "quickfix", "refactor.extract"]}}}}}})");
  EXPECT_EQ(params.process_id, 4711);
  ASSERT_TRUE(params.workspace_folders && *params.workspace_folders);
  EXPECT_EQ(params.workspace_folders->value()[0].name, "w");
  const auto& capabilities = params.capabilities;
  EXPECT_EQ(capabilities.offset_encoding->at(0), PositionEncodingKind::kUTF8);
  // An encoding that the protocol does not list is kept, not refused.
  EXPECT_EQ(capabilities.general->position_encodings->at(1), "utf-7");
  EXPECT_TRUE(capabilities.text_document->references->container.value_or(false));
  const auto options = FromJson<ClangdOptions>(params.initialization_options, "options");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->fallback_flags->at(0), "-std=c++20");
}

TEST(Types, NullAndAbsentAreTakenForEachOther) {
  const auto params = Read<InitializeParams>(
      R"({"processId":null,"rootUri":null,"capabilities":{"workspace":null},"trace":null})");
  EXPECT_FALSE(params.process_id);
  EXPECT_FALSE(params.capabilities.workspace);
  EXPECT_TRUE(Read<InitializeParams>(R"({"capabilities":{}})").initialization_options.is_null());
}

TEST(Types, WhereNullIsAValueItStaysOne) {
  EXPECT_TRUE(Read<SignatureHelp>(R"({"signatures":[],"activeParameter":null})").active_parameter);
  EXPECT_FALSE(Read<SignatureHelp>(R"({"signatures":[]})").active_parameter);
  SignatureHelp help;
  EXPECT_EQ(EncodeJson(help), R"({"signatures":[]})");
  help.active_parameter.emplace();
  EXPECT_EQ(EncodeJson(help), R"({"signatures":[],"activeParameter":null})");
  help.active_parameter = 2U;
  EXPECT_EQ(EncodeJson(help), R"({"signatures":[],"activeParameter":2})");
}

TEST(Types, RequiredMembersThatMayBeNullAreWritten) {
  EXPECT_EQ(EncodeJson(OptionalVersionedTextDocumentIdentifier{.uri = "file:///a", .version = {}}),
            R"({"uri":"file:///a","version":null})");
}

TEST(Types, MembersThatWeDoNotKnowAreIgnored) {
  EXPECT_EQ(Read<Position>(R"({"line":1,"character":2,"column":{"x":[]}})").line, 1U);
}

TEST(Types, EditsOfADocumentChooseTheirAlternative) {
  const auto params = RoundTrip<DidChangeTextDocumentParams>(R"({
    "textDocument": {"uri": "file:///a.cc", "version": 7},
    "contentChanges": [
      {"range": {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 2}}, "text": "x"},
      {"text": "whole"}]})");
  EXPECT_TRUE(std::holds_alternative<TextDocumentContentChangePartial>(params.content_changes[0]));
  EXPECT_TRUE(
      std::holds_alternative<TextDocumentContentChangeWholeDocument>(params.content_changes[1]));
}

TEST(Types, AlternativesThatContainEachOtherGoToTheFullerOne) {
  const auto edit = RoundTrip<WorkspaceEdit>(R"({
    "changes": {"file:///b": []},
    "documentChanges": [
      {"textDocument": {"uri": "file:///a", "version": null},
       "edits": [{"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
                  "newText": "x", "annotationId": "why"},
                 {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
                  "newText": "y"}]},
      {"kind": "rename", "oldUri": "file:///a", "newUri": "file:///b", "options": {"overwrite": true}},
      {"kind": "delete", "uri": "file:///a"}]})");
  const auto& changes = *edit.document_changes;
  const auto& edits = std::get<TextDocumentEdit>(changes[0]).edits;
  EXPECT_EQ(std::get<AnnotatedTextEdit>(edits[0]).annotation_id, "why");
  EXPECT_TRUE(std::holds_alternative<TextEdit>(edits[1]));
  EXPECT_TRUE(std::get<RenameFile>(changes[1]).options->overwrite.value_or(false));
  EXPECT_TRUE(std::holds_alternative<DeleteFile>(changes[2]));
}

TEST(Types, ResultsInEveryShape) {
  RoundTrip<DefinitionRequest::Result>("null");
  RoundTrip<DefinitionRequest::Result>("[]");
  RoundTrip<HoverRequest::Result>(R"({"contents":{"kind":"markdown","value":"# int"}})");
  RoundTrip<HoverRequest::Result>(R"({"contents":["a",{"language":"cpp","value":"int"}]})");
  RoundTrip<CodeActionRequest::Result>(
      R"([{"title":"run","command":"x"},{"title":"fix","kind":"quickfix","isPreferred":true}])");
  RoundTrip<InlayHintRequest::Result>(
      R"([{"position":{"line":0,"character":0},"label":[{"value":"x:"}],"kind":2}])");
  RoundTrip<SemanticTokensDeltaRequest::Result>(
      R"({"resultId":"2","edits":[{"start":5,"deleteCount":5,"data":[1,2,3,4,5]}]})");
  RoundTrip<PrepareRenameRequest::Result>(
      R"({"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":3}},"placeholder":"abc"})");
  RoundTrip<InlineCompletionRequest::Result>(
      R"({"items":[{"insertText":{"kind":"snippet","value":"f $1"
}
}]
})");
}

TEST(Types, StructsOfThemselves) {
  const auto range = RoundTrip<SelectionRange>(
      R"({"range":{"start":{"line":1,"character":0},"end":{"line":1,"character":1}},
          "parent":{"range":{"start":{"line":0,"character":0},"end":{"line":9,"character":0}}}})");
  EXPECT_EQ((*range.parent)->range.end.line, 9U);
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): that is the test
  const SelectionRange copy = range;
  EXPECT_EQ(copy, range);
  RoundTrip<DocumentSymbolRequest::Result>(
      R"([{"name":"n","kind":3,"range":{"start":{"line":0,"character":0},"end":{"line":1,"character":0}},
           "selectionRange":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},
           "children":[]}])");
}

TEST(Types, ClangdsMembers) {
  CompletionItem item{.label = "push_back", .score = 0.75};
  EXPECT_EQ(EncodeJson(item), R"({"label":"push_back","score":0.75})");
  RoundTrip<Location>(R"({"uri":"file:///a","containerName":"ns::f",
    "range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}}})");
}

TEST(Types, ClangdsMethods) {
  RoundTrip<AstNode>(R"({"role":"declaration","kind":"Function","detail":"main",
    "children":[{"role":"statement","kind":"Compound"}]})");
  RoundTrip<MemoryTree>(R"({"_self":1,"_total":3,"index":{"_self":2,"_total":2}})");
  RoundTrip<ClangdOptions>(R"({"compilationDatabaseChanges":
    {"/a.cc":{"workingDirectory":"/","compilationCommand":["cc","a.cc"]}}})");
  RoundTrip<FileStatus>(R"({"uri":"file:///a","state":"idle"})");
  EXPECT_EQ(
      EncodeJson(SymbolDetails{.name = "f", .container_name = "", .usr = "c:@F@f", .id = "1F"}),
      R"({"name":"f","containerName":null,"usr":"c:@F@f","id":"1F"})");
}

TEST(Types, AStructAsAnyValue) {
  Registration registration{.id = "1", .method = "workspace/didChangeWatchedFiles"};
  registration.register_options = ToJson(DidChangeWatchedFilesRegistrationOptions{
      .watchers = {{.glob_pattern = "**/compile_commands.json"}}});
  EXPECT_EQ(
      EncodeJson(registration),
      R"({"id":"1","method":"workspace/didChangeWatchedFiles","registerOptions":{"watchers":[{"globPattern":"**/compile_commands.json"}]}})");
}

TEST(Errors, NameTheMember) {
  EXPECT_EQ(
      Error<HoverParams>(R"({"textDocument":{"uri":"a"},"position":{"line":"3","character":0}})"),
      "params.position.line: expected a number");
  EXPECT_EQ(Error<HoverParams>(R"({"textDocument":{"uri":"a"}})"), "params.position: missing");
  EXPECT_EQ(Error<HoverParams>(R"({"textDocument":"a"})"),
            "params.textDocument: expected an object");
  EXPECT_EQ(Error<HoverParams>("[]"), "params: expected an object");
  EXPECT_EQ(Error<Position>(R"({"line":-1,"character":0})"),
            "params.line: expected an integer from 0 to 4294967295");
  EXPECT_EQ(Error<Position>(R"({"line":1.5,"character":0})"),
            "params.line: expected an integer from 0 to 4294967295");
  EXPECT_EQ(Error<Position>(R"({"line":1e30,"character":0})"),
            "params.line: expected an integer from 0 to 4294967295");
  EXPECT_EQ(Error<ReferenceContext>(R"({"includeDeclaration":1})"),
            "params.includeDeclaration: expected a boolean");
  EXPECT_EQ(Error<DidCloseTextDocumentParams>(R"({"textDocument":{"uri":7}})"),
            "params.textDocument.uri: expected a string");
  EXPECT_EQ(Error<Color>(R"({"red":"1","green":0,"blue":0,"alpha":1})"),
            "params.red: expected a number");
}

TEST(Errors, NameTheElement) {
  EXPECT_EQ(Error<DidChangeTextDocumentParams>(
                R"({"textDocument":{"uri":"a","version":1},
                    "contentChanges":[{"text":"a"},{"text":"b","range":{"start":{"line":0}}}]})"),
            "params.contentChanges[1].range.start.character: missing");
  EXPECT_EQ(Error<DidChangeTextDocumentParams>(
                R"({"textDocument":{"uri":"a","version":1},"contentChanges":{}})"),
            "params.contentChanges: expected an array");
  EXPECT_EQ(Error<ParameterInformation>(R"({"label":[1,2,3]})"),
            "params.label: expected a string or an array");
  EXPECT_EQ(Error<ParameterInformation>(R"({"label":[1,"2"]})"),
            "params.label[1]: expected a number");
  EXPECT_EQ(Error<WorkspaceEdit>(R"({"changes":{"file:///a":[{"newText":"x"}]}})"),
            "params.changes.file:///a[0].range: missing");
}

TEST(Errors, OfAlternatives) {
  EXPECT_EQ(Error<ServerCapabilities>(R"({"hoverProvider":"yes"})"),
            "params.hoverProvider: expected a boolean or an object");
  EXPECT_EQ(Error<WorkspaceEdit>(R"({"documentChanges":[{"kind":"rename","oldUri":"a"}]})"),
            "params.documentChanges[0].newUri: missing");
  EXPECT_EQ(Error<CreateFile>(R"({"kind":"make","uri":"a"})"), "params.kind: expected \"create\"");
}

TEST(Values, WholeNumbersMayBeWrittenAsFractions) {
  EXPECT_EQ(Read<Position>(R"({"line":3.0,"character":4294967295})").line, 3U);
}

}  // namespace
}  // namespace astrolabe::lsp
