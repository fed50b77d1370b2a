// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/code_fix.h"

#include <utility>
#include <variant>

#include "lsp/protocol/types_json.h"
#include "lsp/server/edit_builder.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// Checks of clang-tidy, whose diagnostics may count as errors too, take no part in the check.
std::vector<std::string> ErrorsOfCompiler(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> errors;
  for (const Diagnostic& diagnostic : diagnostics) {
    const auto* message = std::get_if<std::string>(&diagnostic.message);
    const bool is_error = diagnostic.severity == DiagnosticSeverity::kError &&
                          diagnostic.source != kTidyCategory && message != nullptr;
    if (is_error) errors.push_back(*message);
  }
  return errors;
}

}  // namespace

bool Decode(const Json& json, const JsonPath& path, CodeFix& out) {
  ObjectReader in(json, path);
  return in.Required("file", out.file) && in.Required("version", out.version) &&
         in.Required("edits", out.edits) && in.Required("errors", out.errors);
}

void Encode(JsonWriter& out, const CodeFix& value) {
  ObjectWriter object(out);
  object.Required("file", value.file);
  object.Required("version", value.version);
  object.Required("edits", value.edits);
  object.Required("errors", value.errors);
}

bool IsCodeFix(const Json& data) { return data.is_object() && data.contains("edits"); }

CodeAction OfferFix(const Session& session, const LiveDocuments& live,
                    const DocumentSnapshot& document, CodeAction action,
                    const std::vector<CodeEdit>& edits) {
  if (ClientResolvesEdits(session)) {
    CodeFix fix{document->name.uri, static_cast<int32_t>(document->version), {}, {}};
    for (const CodeEdit& edit : edits) {
      fix.edits.push_back({live.ClientRange(document, edit.range), edit.text});
    }
    if (action.diagnostics) fix.errors = ErrorsOfCompiler(*action.diagnostics);
    action.data = ToJson(fix);
    return action;
  }
  EditBuilder builder(session);
  for (const CodeEdit& edit : edits) {
    builder.Replace(document->name.uri, live.ClientRange(document, edit.range), edit.text);
  }
  action.edit = builder.Take();
  return action;
}

absl::StatusOr<RefactoringEdit> MakeFixEdit(Session& session, LiveDocuments& live,
                                            const DocumentSnapshot& document, const CodeFix& fix,
                                            const Work& work) {
  if (fix.version != static_cast<int32_t>(document->version)) {
    return absl::AbortedError("the text has changed");
  }
  EditedFile file = DocumentToEdit(document, document->text.ToString());
  for (const TextEdit& edit : fix.edits) {
    file.edits.push_back({OffsetOfClient(document->text, edit.range.start, session.encoding()),
                          OffsetOfClient(document->text, edit.range.end, session.encoding()),
                          edit.new_text, ""});
  }
  return CheckedEdit(session, live, document, {std::move(file)}, work, fix.errors);
}

}  // namespace astrolabe::lsp
