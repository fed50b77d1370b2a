// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/change_signature.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "index/query/semantic_coverage.h"
#include "lsp/handlers/argument_list.h"
#include "lsp/handlers/reference_search.h"
#include "lsp/server/places.h"

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

absl::Status Refused(std::string why) { return absl::FailedPreconditionError(std::move(why)); }

// Rewrites one file's lists.
class FileChange {
 public:
  FileChange(EditedFile& file, const std::string& name, PositionEncoding encoding,
             const std::vector<ParameterChange>& parameters)
      : file_(file),
        name_(name),
        encoding_(encoding),
        parameters_(parameters),
        buffer_(file.text),
        source_(buffer_) {}

  // Of a declaration; nothing if no list is there.
  std::optional<size_t> CountParameters(const FoundReference& declaration) const {
    const size_t at = OffsetOfClient(buffer_, declaration.location.range.start, encoding_);
    if (!IsNameAt(at)) return std::nullopt;
    const auto list = ArgumentListBehind(source_, at + name_.size(), /*is_declaration=*/true);
    return list ? std::optional(list->items.size()) : std::nullopt;
  }

  // `count`: of the parameters that the function has.
  absl::Status Add(const FoundReference& reference, size_t count) {
    const size_t at = OffsetOfClient(buffer_, reference.location.range.start, encoding_);
    if ((reference.roles & kRoleUsing) != 0) return absl::OkStatus();
    const std::string where = FileAndLine(at);
    if (!IsNameAt(at))
      return Refused(StrCat("a macro makes the name, or the file has changed, in ", where));
    const bool is_declaration = (reference.roles & kRoleDeclaration) != 0;
    const auto list = ArgumentListBehind(source_, at + name_.size(), is_declaration);
    if (!list) {
      // `using Base::f;` changes nothing.
      if (IsUsing(at)) return absl::OkStatus();
      return Refused(StrCat("it is used other than by a call in ", where));
    }
    if (list->is_ambiguous) {
      return Refused(StrCat("the arguments of a call can't be told apart in ", where));
    }
    if (HoldsDirective(list->inside)) {
      return Refused(StrCat("a directive of the preprocessor stands in its list in ", where));
    }
    if (!is_declaration) {
      const bool is_candidate = (reference.roles & kRoleCandidate) != 0;
      // One that passes already what is new is left alone.
      const bool is_done = list->items.size() > count && list->items.size() == parameters_.size();
      return is_done ? absl::OkStatus() : ChangeCall(*list, where, is_candidate);
    }
    if (count != list->items.size()) {
      return Refused(StrCat("it has another number of parameters in ", where));
    }
    return ChangeDeclaration(*list, where);
  }

 private:
  std::string FileAndLine(size_t at) const {
    const std::string& path = file_.path.empty() ? file_.uri : file_.path;
    return StrCat(path.substr(path.rfind('/') + 1), ":", buffer_.CountsBefore(at).line_breaks + 1);
  }

  bool IsNameAt(size_t at) const {
    const auto token = std::ranges::find(source_.tokens, at, &Token::offset);
    return token != source_.tokens.end() && source_.Text(*token) == name_;
  }

  bool IsUsing(size_t at) const {
    auto token = std::ranges::find(source_.tokens, at, &Token::offset);
    while (token != source_.tokens.begin()) {
      --token;
      if (token->Is(';') || token->Is('{') || token->Is('}')) return false;
      if (source_.Text(*token) == "using") return true;
    }
    return false;
  }

  bool HoldsDirective(ByteRange range) const {
    return std::ranges::any_of(source_.tokens, [&](const Token& token) {
      return token.Is(TokenKind::kHash) && range.begin <= token.offset && token.offset < range.end;
    });
  }

  std::string Text(ByteRange range) const {
    return file_.text.substr(range.begin, range.end - range.begin);
  }

  absl::Status ChangeCall(const ArgumentList& list, const std::string& where, bool is_candidate) {
    std::vector<std::string> arguments;
    bool had_default = false;
    for (const ParameterChange& parameter : parameters_) {
      if (parameter.old < 0) {
        if (had_default) {
          return Refused(
              StrCat("a call leaves an argument ahead of the new one to its default in ", where));
        }
        arguments.push_back(parameter.value);
        continue;
      }
      const auto old = static_cast<size_t>(parameter.old);
      if (old >= list.items.size()) {
        had_default = true;
      } else if (had_default) {
        return Refused(StrCat(
            "a call leaves an argument to its default that would be in the midst in ", where));
      } else {
        arguments.push_back(Text(list.items[old]));
      }
    }
    std::string unsure;
    if (is_candidate) {
      unsure = StrCat("In templates, where \"", name_, "\" may mean something else as well");
    } else if (DropsWork(list)) {
      unsure = "An argument that goes away does something";
    }
    Rewrite(list, arguments, unsure);
    return absl::OkStatus();
  }

  // Whether an argument that is not passed any more is a call or an assignment.
  bool DropsWork(const ArgumentList& list) const {
    for (size_t i = 0; i < list.items.size(); ++i) {
      const bool stays = std::ranges::any_of(parameters_, [&](const ParameterChange& parameter) {
        return parameter.old >= 0 && static_cast<size_t>(parameter.old) == i;
      });
      if (stays) continue;
      const std::string text = Text(list.items[i]);
      if (text.find_first_of("(=") != std::string::npos || text.find("++") != std::string::npos ||
          text.find("--") != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  absl::Status ChangeDeclaration(const ArgumentList& list, const std::string& where) {
    for (const ByteRange& item : list.items) {
      if (Text(item).find("...") != std::string::npos) {
        return Refused(StrCat("it takes any number of arguments, see ", where));
      }
    }
    if (std::optional<std::string> used = UsedInBody(list)) {
      return Refused(StrCat("\"", *used, "\" is used in the body of the function in ", where));
    }
    std::vector<std::string> items;
    bool had_default = false;
    for (const ParameterChange& parameter : parameters_) {
      const auto old = static_cast<size_t>(std::max(parameter.old, 0));
      const bool has_default =
          parameter.old >= 0 && DefaultOfParameter(source_, list.items[old]).has_value();
      if (had_default && !has_default) {
        return Refused(StrCat(
            "a parameter without a default value would stand behind one that has one in ", where));
      }
      had_default |= has_default;
      items.push_back(parameter.old >= 0 ? Text(list.items[old]) : parameter.declaration);
    }
    Rewrite(list, items, "");
    return absl::OkStatus();
  }

  // The name of a parameter that goes and that the body, if there is one, uses.
  std::optional<std::string> UsedInBody(const ArgumentList& list) const {
    const std::vector<Token>& tokens = source_.tokens;
    size_t begin = list.next_token;
    while (begin < tokens.size() && !tokens[begin].Is('{') && !tokens[begin].Is(';') &&
           !tokens[begin].Is(':')) {
      ++begin;
    }
    if (begin == tokens.size() || tokens[begin].Is(';')) return std::nullopt;
    for (size_t i = 0; i < list.items.size(); ++i) {
      const bool stays = std::ranges::any_of(parameters_, [&](const ParameterChange& parameter) {
        return parameter.old >= 0 && static_cast<size_t>(parameter.old) == i;
      });
      const std::string name = stays ? "" : NameOfParameter(source_, list.items[i]);
      if (!name.empty() && IsUsedFrom(begin, name)) return name;
    }
    return std::nullopt;
  }

  bool IsUsedFrom(size_t begin, const std::string& name) const {
    const std::vector<Token>& tokens = source_.tokens;
    int depth = 0;
    for (size_t i = begin; i < tokens.size(); ++i) {
      if (tokens[i].Is('{')) ++depth;
      // `: a{1} {`: what closes the initialiser is not the end.
      if (tokens[i].Is('}') && --depth == 0) {
        const bool goes_on =
            i + 1 < tokens.size() && (tokens[i + 1].Is(',') || tokens[i + 1].Is('{'));
        if (!goes_on) return false;
      }
      const bool is_member =
          i > 0 && (tokens[i - 1].Is('.') || tokens[i - 1].Is(TokenKind::kArrow) ||
                    tokens[i - 1].Is(TokenKind::kScope));
      if (tokens[i].Is(TokenKind::kIdentifier) && !is_member && source_.Text(tokens[i]) == name) {
        return true;
      }
    }
    return false;
  }

  // Items change in place: the line breaks between them stay.
  void Rewrite(const ArgumentList& list, const std::vector<std::string>& items,
               const std::string& unsure) {
    const size_t kept = std::min(items.size(), list.items.size());
    for (size_t i = 0; i < kept; ++i) {
      if (Text(list.items[i]) != items[i]) Edit(list.items[i], items[i], unsure);
    }
    if (items.size() < list.items.size()) {
      const size_t begin = kept == 0 ? list.inside.begin : list.items[kept - 1].end;
      Edit({begin, list.items.back().end}, "", unsure);
      return;
    }
    std::string more;
    for (size_t i = kept; i < items.size(); ++i) more += (i == 0 ? "" : ", ") + items[i];
    if (more.empty()) return;
    // `f(void)` has no parameter, and a word.
    const ByteRange place =
        kept == 0 ? list.inside : ByteRange{list.items.back().end, list.items.back().end};
    Edit(place, more, unsure);
  }

  void Edit(ByteRange range, std::string text, const std::string& unsure) {
    const bool is_there = std::ranges::any_of(file_.edits, [&](const FileEdit& edit) {
      return edit.begin == range.begin && edit.end == range.end && edit.text == text;
    });
    if (!is_there) file_.edits.push_back({range.begin, range.end, std::move(text), unsure});
  }

  EditedFile& file_;
  const std::string& name_;
  const PositionEncoding encoding_;
  const std::vector<ParameterChange>& parameters_;
  const TextBuffer buffer_;
  const SourceTokens source_;
};

// As the first declaration says that is found.
std::optional<size_t> ParameterCount(Session& session, const Subject& subject,
                                     const DocumentSnapshot& document, const FoundReferences& found,
                                     const std::vector<ParameterChange>& parameters) {
  for (const auto& [path, references] : found) {
    const auto declaration = std::ranges::find_if(references, [](const FoundReference& reference) {
      return (reference.roles & kRoleDeclaration) != 0 && (reference.roles & kRoleImplicit) == 0;
    });
    if (declaration == references.end()) continue;
    EditedFile file = FileToEdit(session, path);
    if (declaration->location.uri == document->name.uri) file.text = document->text.ToString();
    const FileChange change(file, subject.asked.word, session.encoding(), parameters);
    if (const auto count = change.CountParameters(*declaration)) return count;
  }
  return std::nullopt;
}

// A call among the arguments of another: the outer one's edit would hold the inner one's.
absl::Status CheckNesting(const EditedFile& file) {
  std::vector<FileEdit> edits = file.edits;
  std::ranges::sort(edits, {}, &FileEdit::begin);
  for (size_t i = 1; i < edits.size(); ++i) {
    if (edits[i].begin < edits[i - 1].end) {
      return Refused(StrCat("a call stands among the arguments of another in ",
                            file.path.substr(file.path.rfind('/') + 1)));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSubject(const Subject& subject) {
  if (subject.asked.word.empty() || subject.symbols.empty()) {
    return Refused("there is no function here, or the file is not parsed yet");
  }
  for (const LiveSymbol& symbol : subject.symbols) {
    const bool is_function =
        symbol.usr.find("@F@") != std::string::npos || symbol.usr.find("@FT@") != std::string::npos;
    if (!is_function) return Refused(StrCat("\"", subject.asked.word, "\" is no function"));
    if (symbol.name != subject.asked.word) {
      return Refused("constructors, operators and conversions are called without their names");
    }
    std::string_view scope = symbol.scope;
    if (scope.ends_with("::")) scope.remove_suffix(2);
    if (scope == symbol.name || scope.ends_with(StrCat("::", symbol.name))) {
      return Refused("constructors, operators and conversions are called without their names");
    }
  }
  return absl::OkStatus();
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
  const Subject subject = SubjectAt(session, live, document, position, work);
  if (status = CheckSubject(subject); !status.ok()) return status;
  auto found = FindReferences(session, live, document, subject, {}, work);
  if (!found.ok()) return found.status();
  const std::optional<size_t> count =
      ParameterCount(session, subject, document, *found, parameters);
  if (!count) return Refused("no declaration of it was found");
  for (const ParameterChange& parameter : parameters) {
    if (parameter.old >= static_cast<int32_t>(*count)) {
      return absl::InvalidArgumentError(StrCat("it has ", *count, " parameters"));
    }
  }
  std::vector<EditedFile> files;
  for (const auto& [path, references] : *found) {
    if (work.stop) return absl::CancelledError("cancelled");
    if (references.empty()) continue;
    EditedFile file = FileToEdit(session, path);
    file.uri = references.front().location.uri;
    if (file.uri == document->name.uri) file.text = document->text.ToString();
    FileChange change(file, subject.asked.word, session.encoding(), parameters);
    for (const FoundReference& reference : references) {
      if ((reference.roles & kRoleImplicit) != 0) continue;
      if (status = change.Add(reference, *count); !status.ok()) return status;
    }
    if (status = CheckNesting(file); !status.ok()) return status;
    if (!file.edits.empty()) files.push_back(std::move(file));
  }
  if (files.empty()) return Refused("it would change nothing");
  if (subject.asked.indexes.semantic == nullptr) {
    for (EditedFile& file : files) {
      for (FileEdit& edit : file.edits) {
        if (edit.unsure.empty())
          edit.unsure = "Without an index, calls in other files are not known";
      }
    }
  }
  return CheckedEdit(session, live, document, files, work);
}

}  // namespace astrolabe::lsp
