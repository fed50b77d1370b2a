// textDocument/signatureHelp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <array>
#include <optional>
#include <utility>

#include "base/text/code_units.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {
namespace {

// The client counts the label's parameters in UTF-16, whatever the encoding of positions is.
uint32_t Utf16Units(std::string_view label, uint32_t bytes) {
  return static_cast<uint32_t>(CountUnits(label.substr(0, bytes), PositionEncoding::kUtf16));
}

SignatureInformation ClientSignature(const SignatureOption& option) {
  SignatureInformation signature;
  signature.label = option.label;
  if (!option.documentation.empty()) {
    signature.documentation =
        MarkupContent{MarkupKind(MarkupKind::kMarkdown), option.documentation};
  }
  std::vector<ParameterInformation>& parameters = signature.parameters.emplace();
  for (const auto& [begin, end] : option.parameters) {
    ParameterInformation parameter;
    parameter.label =
        std::array<uint32_t, 2>{Utf16Units(option.label, begin), Utf16Units(option.label, end)};
    parameters.push_back(std::move(parameter));
  }
  return signature;
}

}  // namespace

void BindSignatureHelp(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  SignatureHelpOptions options;
  options.trigger_characters = {"(", ")", "{", "}", "<", ">", ","};
  session.capabilities().signature_help_provider = std::move(options);
  OnDocumentRequest<SignatureHelpRequest>(
      dispatcher, session, "lsp.signatureHelp",
      [&live](const SignatureHelpParams& params, const DocumentSnapshot& document,
              const Work& work) -> absl::StatusOr<std::optional<SignatureHelp>> {
        auto answer = live.Ask<SignatureAnswer>(
            document, live.QuestionAt(QuestionKind::kSignatureHelp, document, params.position),
            work);
        if (!answer.ok()) return answer.status();
        if (answer->signatures.empty()) return std::nullopt;
        SignatureHelp help;
        for (const SignatureOption& option : answer->signatures) {
          help.signatures.push_back(ClientSignature(option));
        }
        help.active_signature = answer->active_signature;
        help.active_parameter = answer->active_parameter;
        return help;
      });
}

}  // namespace astrolabe::lsp
