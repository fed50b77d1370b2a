// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/signature_help.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "analysis/features/completion/declaration_traits.h"
#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Sema/Sema.h"

namespace astrolabe {
namespace {

using Candidate = clang::CodeCompleteConsumer::OverloadCandidate;
using Completion = clang::CodeCompletionString;

struct Signature {
  SignatureOption option;
  std::string result;
  bool is_variadic = false;
};

void Append(const Completion& completion, Signature* signature) {
  std::string& label = signature->option.label;
  for (const Completion::Chunk& chunk : completion) {
    switch (chunk.Kind) {
      case Completion::CK_ResultType:
        signature->result = chunk.Text;
        break;
      case Completion::CK_Optional:
        Append(*chunk.Optional, signature);
        break;
      case Completion::CK_Placeholder:
      case Completion::CK_CurrentParameter: {
        uint32_t begin = static_cast<uint32_t>(label.size());
        label += chunk.Text;
        signature->option.parameters.emplace_back(begin, static_cast<uint32_t>(label.size()));
        signature->is_variadic = llvm::StringRef(chunk.Text).ends_with("...");
        break;
      }
      case Completion::CK_VerticalSpace:
        label += ' ';
        break;
      default:
        label += chunk.Text;
    }
  }
}

const clang::NamedDecl* DeclarationOf(const Candidate& candidate) {
  switch (candidate.getKind()) {
    case Candidate::CK_FunctionTemplate:
      return candidate.getFunctionTemplate();
    case Candidate::CK_Template:
      return candidate.getTemplate();
    case Candidate::CK_Aggregate:
      return candidate.getAggregate();
    default:
      return candidate.getFunction();
  }
}

bool IsImplicit(const Candidate& candidate) {
  const clang::NamedDecl* declaration = DeclarationOf(candidate);
  return declaration != nullptr && declaration->isImplicit();
}

}  // namespace

SignatureAnswer BuildSignatures(clang::Sema& sema, clang::CodeCompletionTUInfo& strings,
                                unsigned argument, llvm::ArrayRef<Candidate> candidates,
                                bool braced) {
  std::vector<Signature> signatures;
  bool has_written = std::any_of(candidates.begin(), candidates.end(),
                                 [](const Candidate& candidate) { return !IsImplicit(candidate); });
  for (const Candidate& candidate : candidates) {
    // Nobody needs to be told that a class can be copied.
    if (has_written && IsImplicit(candidate)) continue;
    const Completion* completion = candidate.CreateSignatureString(
        argument, sema, strings.getAllocator(), strings, /*IncludeBriefComments=*/false, braced);
    if (completion == nullptr) continue;
    Signature signature;
    Append(*completion, &signature);
    // Of a class template, that it is a class.
    bool has_result = candidate.getKind() != Candidate::CK_Template && !signature.result.empty();
    if (has_result) signature.option.label += StrCat(" -> ", signature.result);
    if (const clang::NamedDecl* declaration = DeclarationOf(candidate)) {
      signature.option.documentation = DocumentationOf(sema.getASTContext(), *declaration);
    }
    signatures.push_back(std::move(signature));
  }
  // Sema puts the better conversion first, and a function that wants more arguments ahead of one that would
  // be satisfied; to the reader the number of parameters says more.
  std::stable_sort(signatures.begin(), signatures.end(),
                   [](const Signature& a, const Signature& b) {
                     return a.option.parameters.size() < b.option.parameters.size();
                   });
  SignatureAnswer answer;
  answer.active_parameter = argument;
  auto active = std::find_if(signatures.begin(), signatures.end(), [&](const Signature& signature) {
    size_t parameters = signature.option.parameters.size();
    return argument < parameters || (argument == 0 && parameters == 0) ||
           (signature.is_variadic && parameters > 0);
  });
  if (active != signatures.end()) {
    answer.active_signature = static_cast<uint32_t>(active - signatures.begin());
    size_t parameters = active->option.parameters.size();
    if (parameters > 0) {
      answer.active_parameter = std::min(argument, static_cast<unsigned>(parameters - 1));
    }
  }
  for (Signature& signature : signatures) answer.signatures.push_back(std::move(signature.option));
  return answer;
}

}  // namespace astrolabe
