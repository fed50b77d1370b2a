// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/protocol/clangd_extensions.h"

namespace astrolabe::lsp {
namespace {

// clangd omits empty strings and lists; so do we, and take them back as empty.
void NonEmpty(ObjectWriter& object, std::string_view name, const std::string& value) {
  if (!value.empty()) object.Required(name, value);
}

bool OrEmpty(ObjectReader& in, std::string_view name, std::string& out) {
  std::optional<std::string> value;
  if (!in.Optional(name, value)) return false;
  out = std::move(value).value_or("");
  return true;
}

}  // namespace

bool Decode(const Json& json, const JsonPath& path, ClangdCompileCommand& out) {
  ObjectReader in(json, path);
  return in.Required("workingDirectory", out.working_directory) &&
         in.Required("compilationCommand", out.compilation_command);
}

void Encode(JsonWriter& out, const ClangdCompileCommand& value) {
  ObjectWriter object(out);
  object.Required("workingDirectory", value.working_directory);
  object.Required("compilationCommand", value.compilation_command);
}

bool Decode(const Json& json, const JsonPath& path, ClangdOptions& out) {
  ObjectReader in(json, path);
  return in.Optional("compilationDatabasePath", out.compilation_database_path) &&
         in.Optional("compilationDatabaseChanges", out.compilation_database_changes) &&
         in.Optional("fallbackFlags", out.fallback_flags) &&
         in.Optional("clangdFileStatus", out.clangd_file_status);
}

void Encode(JsonWriter& out, const ClangdOptions& value) {
  ObjectWriter object(out);
  object.Optional("compilationDatabasePath", value.compilation_database_path);
  object.Optional("compilationDatabaseChanges", value.compilation_database_changes);
  object.Optional("fallbackFlags", value.fallback_flags);
  object.Optional("clangdFileStatus", value.clangd_file_status);
}

bool Decode(const Json& json, const JsonPath& path, SymbolDetails& out) {
  ObjectReader in(json, path);
  return OrEmpty(in, "name", out.name) && OrEmpty(in, "containerName", out.container_name) &&
         OrEmpty(in, "usr", out.usr) && OrEmpty(in, "id", out.id) &&
         in.Optional("declarationRange", out.declaration_range) &&
         in.Optional("definitionRange", out.definition_range);
}

// Unlike elsewhere, missing strings are null here.
void Encode(JsonWriter& out, const SymbolDetails& value) {
  const auto text = [&](std::string_view name, const std::string& string) {
    out.Key(name);
    string.empty() ? out.Null() : out.String(string);
  };
  ObjectWriter object(out);
  text("name", value.name);
  text("containerName", value.container_name);
  text("usr", value.usr);
  text("id", value.id);
  object.Optional("declarationRange", value.declaration_range);
  object.Optional("definitionRange", value.definition_range);
}

bool Decode(const Json& json, const JsonPath& path, AstParams& out) {
  ObjectReader in(json, path);
  return in.Required("textDocument", out.text_document) && in.Optional("range", out.range);
}

void Encode(JsonWriter& out, const AstParams& value) {
  ObjectWriter object(out);
  object.Required("textDocument", value.text_document);
  object.Optional("range", value.range);
}

bool Decode(const Json& json, const JsonPath& path, AstNode& out) {
  ObjectReader in(json, path);
  std::optional<std::vector<AstNode>> children;
  const bool ok = in.Required("role", out.role) && in.Required("kind", out.kind) &&
                  OrEmpty(in, "detail", out.detail) && OrEmpty(in, "arcana", out.arcana) &&
                  in.Optional("range", out.range) && in.Optional("children", children);
  if (ok && children) out.children = *std::move(children);
  return ok;
}

void Encode(JsonWriter& out, const AstNode& value) {
  ObjectWriter object(out);
  object.Required("role", value.role);
  object.Required("kind", value.kind);
  NonEmpty(object, "detail", value.detail);
  NonEmpty(object, "arcana", value.arcana);
  object.Optional("range", value.range);
  if (!value.children.empty()) object.Required("children", value.children);
}

bool Decode(const Json& json, const JsonPath& path, MemoryTree& out) {
  if (!json.is_object()) return path.Fail("expected an object");
  for (auto it = json.begin(); it != json.end(); ++it) {
    const JsonPath member = path.Member(it.key());
    if (it.key() != "_self" && it.key() != "_total") {
      if (!Decode(*it, member, out.children[it.key()])) return false;
      continue;
    }
    if (!it->is_number_unsigned()) return member.Fail("expected a number of bytes");
    (it.key() == "_self" ? out.self : out.total) = it->get<uint64_t>();
  }
  return true;
}

void Encode(JsonWriter& out, const MemoryTree& value) {
  ObjectWriter object(out);
  out.Key("_self");
  out.Int(static_cast<int64_t>(value.self));
  out.Key("_total");
  out.Int(static_cast<int64_t>(value.total));
  for (const auto& [name, child] : value.children) object.Required(name, child);
}

bool Decode(const Json& json, const JsonPath& path, InactiveRegionsParams& out) {
  ObjectReader in(json, path);
  return in.Required("textDocument", out.text_document) && in.Required("regions", out.regions);
}

void Encode(JsonWriter& out, const InactiveRegionsParams& value) {
  ObjectWriter object(out);
  object.Required("textDocument", value.text_document);
  object.Required("regions", value.regions);
}

bool Decode(const Json& json, const JsonPath& path, FileStatus& out) {
  ObjectReader in(json, path);
  return in.Required("uri", out.uri) && in.Required("state", out.state);
}

void Encode(JsonWriter& out, const FileStatus& value) {
  ObjectWriter object(out);
  object.Required("uri", value.uri);
  object.Required("state", value.state);
}

bool Decode(const Json& json, const JsonPath& path, TweakArgs& out) {
  ObjectReader in(json, path);
  return in.Required("file", out.file) && in.Required("selection", out.selection) &&
         in.Required("tweakID", out.tweak_id) && in.Optional("version", out.version);
}

void Encode(JsonWriter& out, const TweakArgs& value) {
  ObjectWriter object(out);
  object.Required("file", value.file);
  object.Required("selection", value.selection);
  object.Required("tweakID", value.tweak_id);
  object.Optional("version", value.version);
}

}  // namespace astrolabe::lsp
