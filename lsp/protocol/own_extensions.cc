// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/protocol/own_extensions.h"

namespace astrolabe::lsp {

bool Decode(const Json& json, const JsonPath& path, DocumentParams& out) {
  ObjectReader in(json, path);
  return in.Required("textDocument", out.text_document);
}

bool Decode(const Json& json, const JsonPath& path, TestsParams& out) {
  if (json.is_null()) return true;
  ObjectReader in(json, path);
  return in.Optional("textDocument", out.text_document);
}

bool Decode(const Json& json, const JsonPath& path, ReindexParams& out) {
  if (json.is_null()) return true;
  ObjectReader in(json, path);
  return in.Optional("anew", out.anew);
}

void Encode(JsonWriter& out, const FileCommand& value) {
  ObjectWriter object(out);
  object.Required("file", value.file);
  object.Required("origin", value.origin);
  object.Required("reason", value.reason);
  object.Required("directory", value.directory);
  object.Required("arguments", value.arguments);
  object.Required("frontEnd", value.front_end);
  if (!value.problem.empty()) object.Required("problem", value.problem);
}

void Encode(JsonWriter& out, const FileExplanation& value) {
  ObjectWriter object(out);
  object.Required("isExact", value.is_exact);
  object.Required("verdict", value.verdict);
  object.Required("reasons", value.reasons);
  object.Required("advice", value.advice);
}

void Encode(JsonWriter& out, const IncludeEdge& value) {
  ObjectWriter object(out);
  object.Required("directive", value.directive);
  object.Required("spelled", value.spelled);
  object.Optional("other", value.other);
  object.Required("isExact", value.is_exact);
}

void Encode(JsonWriter& out, const DeclaredTest& value) {
  ObjectWriter object(out);
  object.Required("suite", value.suite);
  object.Required("name", value.name);
  object.Required("range", value.range);
}

void Encode(JsonWriter& out, const TestFile& value) {
  ObjectWriter object(out);
  object.Required("uri", value.uri);
  object.Required("tests", value.tests);
}

}  // namespace astrolabe::lsp
