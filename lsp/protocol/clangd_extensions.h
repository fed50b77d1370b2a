// What clangd has beside the protocol and its clients rely on: methods of its own, and the options that
// `initialize` carries. Shapes as clangd's documentation of its extensions has them; members that it added
// to structs of the protocol are in types.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lsp/protocol/codec.h"
#include "lsp/protocol/types.h"
#include "lsp/protocol/types_json.h"

namespace astrolabe::lsp {

// How to compile one file, as clients give it instead of a compilation database.
struct ClangdCompileCommand {
  std::string working_directory;
  std::vector<std::string> compilation_command;

  bool operator==(const ClangdCompileCommand&) const = default;
};

// InitializeParams.initializationOptions, and by the same names the settings of
// workspace/didChangeConfiguration.
struct ClangdOptions {
  std::optional<std::string> compilation_database_path;
  // By path of the file.
  std::optional<std::map<std::string, ClangdCompileCommand>> compilation_database_changes;
  std::optional<std::vector<std::string>> fallback_flags;
  std::optional<bool> clangd_file_status;

  bool operator==(const ClangdOptions&) const = default;
};

// The source of a header and the other way round; an empty string if there is none.
struct SwitchSourceHeaderRequest {
  static constexpr std::string_view kMethod = "textDocument/switchSourceHeader";
  using Params = TextDocumentIdentifier;
  using Result = std::optional<DocumentUri>;
};

struct SymbolDetails {
  std::string name;
  std::string container_name;  // with trailing "::"
  std::string usr;
  std::string id;  // a hash of the USR, hexadecimal
  std::optional<Location> declaration_range;
  std::optional<Location> definition_range;

  bool operator==(const SymbolDetails&) const = default;
};

struct SymbolInfoRequest {
  static constexpr std::string_view kMethod = "textDocument/symbolInfo";
  using Params = TextDocumentPositionParams;
  using Result = std::vector<SymbolDetails>;
};

struct AstParams {
  TextDocumentIdentifier text_document;
  std::optional<Range> range;  // the node that covers it; absent: the whole translation unit

  bool operator==(const AstParams&) const = default;
};

struct AstNode {
  std::string role;    // "expression", "declaration", …
  std::string kind;    // of the node class: "Call", "Function", …
  std::string detail;  // a name or a type, if it has one
  std::string arcana;  // a line of Clang's own dump
  std::optional<Range> range;
  std::vector<AstNode> children;

  bool operator==(const AstNode&) const = default;
};

struct AstRequest {
  static constexpr std::string_view kMethod = "textDocument/ast";
  using Params = AstParams;
  using Result = std::optional<AstNode>;
};

// Bytes. `self` is without, `total` with the children; a child is a member of the object like these two,
// which therefore start with an underscore.
struct MemoryTree {
  uint64_t self = 0;
  uint64_t total = 0;
  std::map<std::string, MemoryTree> children;

  bool operator==(const MemoryTree&) const = default;
};

struct MemoryUsageRequest {
  static constexpr std::string_view kMethod = "$/memoryUsage";
  using Params = std::monostate;
  using Result = MemoryTree;
};

// What the preprocessor left out, for clients that grey it.
struct InactiveRegionsParams {
  VersionedTextDocumentIdentifier text_document;
  std::vector<Range> regions;

  bool operator==(const InactiveRegionsParams&) const = default;
};

struct InactiveRegionsNotification {
  static constexpr std::string_view kMethod = "textDocument/inactiveRegions";
  using Params = InactiveRegionsParams;
};

// What goes on with an open file: "parsing includes", "idle"; only with clangdFileStatus.
struct FileStatus {
  DocumentUri uri;
  std::string state;

  bool operator==(const FileStatus&) const = default;
};

struct FileStatusNotification {
  static constexpr std::string_view kMethod = "textDocument/clangd.fileStatus";
  using Params = FileStatus;
};

// The argument of the command clangd.applyTweak, and what codeAction/resolve finds in an action's `data`.
struct TweakArgs {
  DocumentUri file;
  Range selection;
  std::string tweak_id;
  std::optional<int32_t> version;  // ours: of the text that the selection is in

  bool operator==(const TweakArgs&) const = default;
};

bool Decode(const Json& json, const JsonPath& path, ClangdCompileCommand& out);
bool Decode(const Json& json, const JsonPath& path, ClangdOptions& out);
bool Decode(const Json& json, const JsonPath& path, SymbolDetails& out);
bool Decode(const Json& json, const JsonPath& path, AstParams& out);
bool Decode(const Json& json, const JsonPath& path, AstNode& out);
bool Decode(const Json& json, const JsonPath& path, MemoryTree& out);
bool Decode(const Json& json, const JsonPath& path, InactiveRegionsParams& out);
bool Decode(const Json& json, const JsonPath& path, FileStatus& out);
bool Decode(const Json& json, const JsonPath& path, TweakArgs& out);
void Encode(JsonWriter& out, const ClangdCompileCommand& value);
void Encode(JsonWriter& out, const ClangdOptions& value);
void Encode(JsonWriter& out, const SymbolDetails& value);
void Encode(JsonWriter& out, const AstParams& value);
void Encode(JsonWriter& out, const AstNode& value);
void Encode(JsonWriter& out, const MemoryTree& value);
void Encode(JsonWriter& out, const InactiveRegionsParams& value);
void Encode(JsonWriter& out, const FileStatus& value);
void Encode(JsonWriter& out, const TweakArgs& value);

}  // namespace astrolabe::lsp
