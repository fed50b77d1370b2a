// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/change_signature.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "index/query/semantic_coverage.h"
#include "lsp/handlers/reference_search.h"
#include "lsp/handlers/signature_edits.h"

namespace astrolabe::lsp {
namespace {

struct WireParameter {
  std::optional<int32_t> old;
  std::optional<std::string> declaration;
  std::optional<std::string> value;
};

bool Decode(const Json& json, const JsonPath& path, WireParameter& out) {
  ObjectReader in(json, path);
  const bool ok = in.Optional("old", out.old) && in.Optional("declaration", out.declaration) &&
                  in.Optional("value", out.value);
  if (ok && out.old.has_value() == out.declaration.has_value()) {
    return path.Fail("expected either \"old\" or \"declaration\"");
  }
  return ok;
}

absl::Status Refused(const std::string& why) { return absl::FailedPreconditionError(why); }

EditedFile FileOf(Session& session, const DocumentSnapshot& document, const std::string& path,
                  const std::vector<FoundReference>& references) {
  EditedFile file = FileToEdit(session, path);
  file.uri = references.front().location.uri;
  if (file.uri == document->name.uri) file.text = document->text.ToString();
  return file;
}

// As the declarations say, of which only one need have the default values.
std::optional<ParameterCount> CountParameters(Session& session, const DocumentSnapshot& document,
                                              const FoundReferences& found,
                                              const ChangedFunction& function) {
  std::optional<ParameterCount> count;
  const auto declares_it = [](const FoundReference& reference) {
    return (reference.roles & kRoleDeclaration) != 0 && (reference.roles & kRoleImplicit) == 0 &&
           !reference.by_name;
  };
  for (const auto& [path, references] : found) {
    if (std::ranges::none_of(references, declares_it)) continue;
    EditedFile file = FileOf(session, document, path, references);
    const SignatureEdits edits(file, function, session.encoding());
    for (const FoundReference& reference : references) {
      if (!declares_it(reference)) continue;
      const auto declared = edits.CountParameters(reference);
      if (!count) {
        count = declared;
      } else if (declared) {
        count->required = std::min(count->required, declared->required);
      }
    }
  }
  return count;
}

// "Box" of "zoo::Box<T>::"
std::string_view InnermostClass(std::string_view scope) {
  if (scope.ends_with("::")) scope.remove_suffix(2);
  int depth = 0;
  size_t end = scope.size();
  for (size_t i = scope.size(); i-- > 0;) {
    if (scope[i] == '>') ++depth;
    if (scope[i] == '<' && --depth == 0) end = i;
    if (scope[i] == ':' && depth == 0) return scope.substr(i + 1, end - i - 1);
  }
  return scope.substr(0, end);
}

absl::StatusOr<ChangedFunction> FunctionOf(const Subject& subject) {
  ChangedFunction function;
  function.name = subject.asked.word;
  if (subject.symbols.empty()) {
    return Refused("there is no function here, or the file is not parsed yet");
  }
  const auto is_function = [](const std::string& usr) {
    return usr.find("@F@") != std::string::npos || usr.find("@FT@") != std::string::npos;
  };
  for (const LiveSymbol& symbol : subject.symbols) {
    // A method of a function's class is one by what it overrides.
    if (!is_function(symbol.usr) && std::ranges::none_of(symbol.overridden, is_function))
      return Refused(StrCat("\"", symbol.name, "\" is no function"));
    if (symbol.name != function.name) {
      return Refused("operators, conversions and destructors are called without their names");
    }
    function.is_constructor |= InnermostClass(symbol.scope) == symbol.name;
  }
  return function;
}

// A class, by one of its constructors.
Subject ClassOf(const Subject& constructor) {
  Subject of_class = constructor;
  of_class.symbols.clear();
  of_class.usrs.clear();
  for (const std::string& usr : constructor.usrs) {
    const size_t plain = usr.rfind("@F@");
    const size_t of_template = usr.rfind("@FT@");
    // One behind npos is 0.
    const size_t end = std::max(plain + 1, of_template + 1);
    if (end != 0) of_class.usrs.push_back(usr.substr(0, end - 1));
  }
  return of_class;
}

// Whether a container may call the constructor, see SignatureEdits::CheckForwarding.
absl::StatusOr<bool> CheckForwarding(Session& session, LiveDocuments& live,
                                     const DocumentSnapshot& document, const Subject& constructor,
                                     const ChangedFunction& function, size_t count,
                                     const Work& work) {
  auto found = FindReferences(session, live, document, ClassOf(constructor), {}, work);
  if (!found.ok()) return found.status();
  bool is_held = false;
  for (const auto& [path, references] : *found) {
    if (work.stop) return absl::CancelledError("cancelled");
    if (references.empty()) continue;
    EditedFile file = FileOf(session, document, path, references);
    const auto held =
        SignatureEdits(file, function, session.encoding()).CheckForwarding(references, count);
    if (!held.ok()) return held.status();
    is_held |= *held;
  }
  return is_held;
}

void AskAboutAll(std::vector<EditedFile>& files, const std::string& why) {
  for (EditedFile& file : files) {
    for (FileEdit& edit : file.edits) {
      if (edit.unsure.empty()) edit.unsure = why;
    }
  }
}

absl::Status CheckParameters(const std::vector<ParameterChange>& parameters) {
  std::vector<int32_t> old;
  for (const ParameterChange& parameter : parameters) {
    if (parameter.old >= 0) {
      old.push_back(parameter.old);
    } else if (parameter.declaration.empty() || parameter.value.empty()) {
      return absl::InvalidArgumentError(
          "a new parameter needs a declaration, and a value that calls pass");
    }
  }
  std::ranges::sort(old);
  if (std::ranges::adjacent_find(old) != old.end()) {
    return absl::InvalidArgumentError("a parameter is named twice");
  }
  return absl::OkStatus();
}

}  // namespace

bool Decode(const Json& json, const JsonPath& path, ChangeSignatureArgs& out) {
  ObjectReader in(json, path);
  std::vector<WireParameter> parameters;
  if (!in.Required("textDocument", out.text_document) || !in.Required("position", out.position) ||
      !in.Required("parameters", parameters)) {
    return false;
  }
  for (WireParameter& parameter : parameters) {
    ParameterChange& change = out.parameters.emplace_back();
    change.old = parameter.old.value_or(-1);
    change.declaration = parameter.declaration.value_or("");
    change.value = parameter.value.value_or("");
  }
  return true;
}

absl::StatusOr<RefactoringEdit> ChangeSignature(Session& session, LiveDocuments& live,
                                                const DocumentSnapshot& document,
                                                const Position& position,
                                                const std::vector<ParameterChange>& parameters,
                                                const Work& work) {
  absl::Status status = CheckParameters(parameters);
  if (!status.ok()) return status;
  Subject subject = SubjectAt(session, live, document, position, work);
  auto function = FunctionOf(subject);
  if (!function.ok()) return function.status();
  AddFamily(subject, work);
  function->parameters = parameters;
  ReferenceQuery query;
  query.with_silent_calls = function->is_constructor;
  auto found = FindReferences(session, live, document, subject, query, work);
  if (!found.ok()) return found.status();
  const auto count = CountParameters(session, document, *found, *function);
  if (!count) return Refused("no declaration of it was found");
  for (const ParameterChange& parameter : parameters) {
    if (parameter.old >= static_cast<int32_t>(count->all)) {
      return absl::InvalidArgumentError(StrCat("it has ", count->all, " parameters"));
    }
  }
  std::vector<EditedFile> files;
  std::string left_alone;
  for (const auto& [path, references] : *found) {
    if (work.stop) return absl::CancelledError("cancelled");
    if (references.empty()) continue;
    EditedFile file = FileOf(session, document, path, references);
    SignatureEdits edits(file, *function, session.encoding());
    if (status = edits.Add(references, *count); !status.ok()) return status;
    if (left_alone.empty()) left_alone = edits.left_alone();
    if (!file.edits.empty()) files.push_back(std::move(file));
  }
  if (files.empty()) return Refused("it would change nothing");
  if (function->is_constructor) {
    const auto is_held =
        CheckForwarding(session, live, document, subject, *function, count->all, work);
    if (!is_held.ok()) return is_held.status();
    if (*is_held) AskAboutAll(files, "Calls by emplace and the like are not known");
    const bool has_unseen = std::ranges::any_of(*found, [](const auto& file) {
      return std::ranges::any_of(file.second, &FoundReference::by_name);
    });
    if (has_unseen) AskAboutAll(files, "Files that are not indexed may call it");
  }
  if (!left_alone.empty()) {
    AskAboutAll(files, StrCat("A file that is not indexed has the name, and stays: ", left_alone));
  }
  if (subject.asked.indexes.semantic == nullptr) {
    AskAboutAll(files, "Without an index, calls in other files are not known");
  }
  return CheckedEdit(session, live, document, files, work);
}

}  // namespace astrolabe::lsp
