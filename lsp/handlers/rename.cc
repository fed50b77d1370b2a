// textDocument/prepareRename and rename: every place that names the symbol, in all files of the workspace.
//
// The places are those of textDocument/references, with the constructors and destructor of a class and with the
// methods that override each other. Each is looked at in the text as it is now, and only where the old name stands
// there it is replaced; places that the index knows of and that say something else (a macro makes the name, or the
// file has changed since) are reported, since they may need a hand. What may mean another symbol as well, in a
// template, is left to the user to confirm. Of what an explicit instantiation of a function names Clang keeps no places:
// there the name counts if it means nothing else in that file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/rename.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "index/ascii.h"
#include "index/query/semantic_argument.h"
#include "index/words.h"
#include "lsp/documents/uri.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/reference_search.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/current_document.h"
#include "lsp/server/edit_builder.h"

namespace astrolabe::lsp {
namespace {

// Of what could not be replaced, so many places are named.
constexpr size_t kMaxShown = 5;

// Words that no name of C++20 may be; sorted.
constexpr std::array<std::string_view, 92> kKeywords = {
    "alignas",       "alignof",     "and",
    "and_eq",        "asm",         "auto",
    "bitand",        "bitor",       "bool",
    "break",         "case",        "catch",
    "char",          "char16_t",    "char32_t",
    "char8_t",       "class",       "co_await",
    "co_return",     "co_yield",    "compl",
    "concept",       "const",       "const_cast",
    "consteval",     "constexpr",   "constinit",
    "continue",      "decltype",    "default",
    "delete",        "do",          "double",
    "dynamic_cast",  "else",        "enum",
    "explicit",      "export",      "extern",
    "false",         "float",       "for",
    "friend",        "goto",        "if",
    "inline",        "int",         "long",
    "mutable",       "namespace",   "new",
    "noexcept",      "not",         "not_eq",
    "nullptr",       "operator",    "or",
    "or_eq",         "private",     "protected",
    "public",        "register",    "reinterpret_cast",
    "requires",      "return",      "short",
    "signed",        "sizeof",      "static",
    "static_assert", "static_cast", "struct",
    "switch",        "template",    "this",
    "thread_local",  "throw",       "true",
    "try",           "typedef",     "typeid",
    "typename",      "union",       "unsigned",
    "using",         "virtual",     "void",
    "volatile",      "wchar_t",     "while",
    "xor",           "xor_eq"};

// What is to be renamed, once it is known that it can be.
struct Renamed {
  Subject subject;
  std::string name;
  std::string scope;  // "ns::Class"
  Range range;        // of the name at the cursor
};

std::string PlaceForPeople(const Workspace* workspace, const std::string& path, uint32_t line) {
  return StrCat(workspace == nullptr ? path : workspace->IndexPath(path), ":", line + 1);
}

// A constructor or destructor is renamed as its class: the USR of that, or nothing.
std::optional<std::string> ClassOfConstructor(const LiveSymbol& symbol) {
  std::string_view scope = symbol.scope;
  if (scope.ends_with("::")) scope.remove_suffix(2);
  const std::string_view around = SplitQualifiedName(scope).back();
  const bool is_special =
      symbol.name == around || (symbol.name.starts_with('~') && symbol.name.substr(1) == around);
  const size_t at = symbol.usr.rfind("@F@");
  if (!is_special || at == std::string::npos) return std::nullopt;
  std::string of_class = symbol.usr.substr(0, at);
  // A function may be named like its namespace: "c:@N@zoo@F@zoo#".
  if (std::string_view(of_class).substr(0, of_class.rfind('@')).ends_with("@N")) {
    return std::nullopt;
  }
  return of_class;
}

// Constructors and destructor of the classes among the USRs: they are named like them.
void AddSpecialMembers(Renamed& renamed, const Work& work) {
  const AskedSymbol& asked = renamed.subject.asked;
  if (asked.workspace == nullptr) return;
  const std::vector<std::string> classes = renamed.subject.usrs;
  for (const std::string& usr : classes) {
    SemanticRequest request;
    request.question = SemanticQuestion::kMembers;
    request.argument = UsrArgument{usr};
    const auto members = Ask(*asked.workspace, asked.indexes, std::move(request), work);
    if (!members.ok()) continue;
    for (const SemanticHit& hit : members->hits) {
      if (hit.symbol == nullptr) continue;
      const std::string_view name = hit.symbol->name;
      if (name == renamed.name || (name.starts_with('~') && name.substr(1) == renamed.name)) {
        renamed.subject.usrs.emplace_back(hit.symbol->usr);
      }
    }
  }
}

// FailedPrecondition, with a reason for the user, if what is there can't be renamed.
absl::StatusOr<Renamed> WhatToRename(Session& session, LiveDocuments& live,
                                     const DocumentSnapshot& document, const Position& position,
                                     const Work& work) {
  Renamed renamed;
  renamed.subject = SubjectAt(session, live, document, position, work);
  Subject& subject = renamed.subject;
  if (subject.asked.word.empty()) {
    return absl::FailedPreconditionError("there is no name here that could be renamed");
  }
  renamed.name = subject.asked.word;
  renamed.range = ClientRange(document->text, subject.asked.range, session.encoding());
  if (subject.usrs.empty() && !subject.asked.is_local) {
    return absl::FailedPreconditionError(
        StrCat("what \"", renamed.name,
               "\" means is not known: the file has not been parsed yet, or has errors here"));
  }
  for (const LiveSymbol& symbol : subject.symbols) {
    if (symbol.usr.empty()) continue;
    if (const auto of_class = ClassOfConstructor(symbol)) {
      subject.usrs.push_back(*of_class);
    } else if (!IsWord(symbol.name)) {
      return absl::FailedPreconditionError(
          StrCat("\"", symbol.name,
                 "\" is no name that could be another: operators, conversions and "
                 "literals are named by the language"));
    } else if (symbol.name != renamed.name) {
      return absl::FailedPreconditionError(
          StrCat("\"", renamed.name, "\" stands for \"", symbol.name, "\" here"));
    } else {
      renamed.scope = symbol.scope.ends_with("::") ? symbol.scope.substr(0, symbol.scope.size() - 2)
                                                   : symbol.scope;
    }
    const auto& place = symbol.declaration ? symbol.declaration : symbol.definition;
    const Workspace* workspace = subject.asked.workspace.get();
    if (place && workspace != nullptr && !workspace->Contains(place->path) &&
        session.documents().Find(place->path) == nullptr) {
      return absl::FailedPreconditionError(StrCat("\"", symbol.name, "\" is declared in ",
                                                  place->path,
                                                  ", which is no part of the workspace"));
    }
  }
  if (!subject.is_local) {
    AddFamily(subject, work);
    AddSpecialMembers(renamed, work);
  }
  std::ranges::sort(subject.usrs);
  const auto same = std::ranges::unique(subject.usrs);
  subject.usrs.erase(same.begin(), same.end());
  return renamed;
}

// InvalidArgument if it is no name; FailedPrecondition, saying where, if it is taken.
absl::Status CheckNewName(const Renamed& renamed, const std::string& name, const Work& work) {
  if (!IsWord(name)) {
    return absl::InvalidArgumentError(StrCat("\"", name, "\" is no name of C++"));
  }
  if (std::ranges::binary_search(kKeywords, std::string_view(name))) {
    return absl::InvalidArgumentError(StrCat("\"", name, "\" is a keyword"));
  }
  const AskedSymbol& asked = renamed.subject.asked;
  if (renamed.subject.is_local) {
    const TextBuffer& text = asked.document->text;
    const auto function = FunctionAround(text, asked.document->name.path, asked.range.begin);
    if (!function) return absl::OkStatus();
    const SourceTokens tokens(text);
    for (const ByteRange& range : tokens.Find(name)) {
      if (range.begin < function->begin || range.begin >= function->end) continue;
      const auto token = std::ranges::find(tokens.tokens, range.begin, &Token::offset);
      const std::string_view ahead =
          token == tokens.tokens.begin() ? "" : tokens.Text(*std::prev(token));
      if (ahead == "." || ahead == "->" || ahead == "::") continue;  // another's member
      return absl::FailedPreconditionError(StrCat("\"", name,
                                                  "\" is used in this function already, in line ",
                                                  text.CountsBefore(range.begin).line_breaks + 1));
    }
    return absl::OkStatus();
  }
  if (asked.workspace == nullptr || renamed.subject.symbols.empty()) return absl::OkStatus();
  SemanticRequest request;
  request.question = SemanticQuestion::kDeclaration;
  request.argument =
      NameArgument{.scope = ScopeComponents(renamed.scope), .name = name, .anchored = true};
  request.limit = 1;
  const auto taken = Ask(*asked.workspace, asked.indexes, std::move(request), work);
  if (!taken.ok() || taken->hits.empty()) return absl::OkStatus();
  const SemanticHit& hit = taken->hits.front();
  return absl::FailedPreconditionError(
      StrCat(renamed.scope, renamed.scope.empty() ? "" : "::", name, " is there already, in ",
             PlaceForPeople(asked.workspace.get(), asked.workspace->ClientPath(hit.path),
                            hit.begin.line)));
}

// The part of a place that spells the name; nothing if it is not there.
std::optional<Range> SpelledAt(const TextBuffer& text, const Range& range, std::string_view name,
                               PositionEncoding encoding) {
  size_t begin = OffsetOfClient(text, range.start, encoding);
  if (text.Substring(begin, begin + 1) == "~") ++begin;
  const size_t end = begin + name.size();
  if (text.Substring(begin, end) != name) return std::nullopt;
  const std::string around = text.Substring(begin == 0 ? 0 : begin - 1, end + 1);
  if ((begin > 0 && IsWordByte(around.front())) ||
      (around.size() > name.size() + (begin > 0 ? 1 : 0) && IsWordByte(around.back()))) {
    return std::nullopt;
  }
  return ClientRange(text, {begin, end}, encoding);
}

// `replaced`: the begins of the places in this file that the compiler knows of.
void RenameInInstantiations(const std::string& uri, const TextBuffer& buffer,
                            const std::string& name, const std::string& new_name,
                            const std::set<size_t>& replaced, PositionEncoding encoding,
                            EditBuilder& edits) {
  const std::string text = buffer.ToString();
  bool has_instantiation = false;
  for (size_t at = text.find("template "); at != std::string::npos && !has_instantiation;
       at = text.find("template ", at + 1)) {
    const size_t next = text.find_first_not_of(" \t\r\n", at + 9);
    has_instantiation = next != std::string::npos && text[next] != '<';
  }
  if (!has_instantiation) return;
  const SourceTokens tokens(buffer);
  const std::vector<ByteRange> inside = tokens.FindInInstantiations(name);
  if (inside.empty()) return;
  const bool is_sure = std::ranges::all_of(tokens.Find(name), [&](const ByteRange& place) {
    return replaced.contains(place.begin) ||
           std::ranges::find(inside, place.begin, &ByteRange::begin) != inside.end();
  });
  for (const ByteRange& place : inside) {
    if (replaced.contains(place.begin)) continue;
    const Range range = ClientRange(buffer, place, encoding);
    if (is_sure) {
      edits.Replace(uri, range, new_name);
    } else {
      edits.Propose(uri, range, new_name,
                    StrCat("In explicit instantiations, in files where \"", name,
                           "\" means something else as well"));
    }
  }
}

}  // namespace

absl::StatusOr<WorkspaceEdit> Rename(Session& session, LiveDocuments& live,
                                     const DocumentSnapshot& document, const RenameParams& params,
                                     const Work& work) {
  auto renamed = WhatToRename(session, live, document, params.position, work);
  if (!renamed.ok()) return renamed.status();
  if (params.new_name == renamed->name) return WorkspaceEdit();
  absl::Status status = CheckNewName(*renamed, params.new_name, work);
  if (!status.ok()) return status;
  auto found = FindReferences(session, live, document, renamed->subject, {}, work);
  if (!found.ok()) return found.status();
  // What declares it is only known of what the compiler has seen; the places are known in any case.
  const Workspace* workspace = renamed->subject.asked.workspace.get();
  for (const auto& [path, references] : *found) {
    if (workspace == nullptr || workspace->Contains(path) ||
        session.documents().Find(path) != nullptr) {
      continue;
    }
    return absl::FailedPreconditionError(StrCat("\"", renamed->name, "\" is named in ", path,
                                                ", which is no part of the workspace"));
  }
  EditBuilder edits(session);
  std::vector<std::string> left;  // places that say something else
  for (const auto& [path, references] : *found) {
    if (work.stop) return absl::CancelledError("cancelled");
    const TextBuffer text = CurrentDocument(session.documents(), path)->text;
    std::set<size_t> replaced;
    for (const FoundReference& reference : references) {
      if ((reference.roles & kRoleImplicit) != 0) continue;
      const Location& location = reference.location;
      const auto range = SpelledAt(text, location.range, renamed->name, session.encoding());
      if (!range) {
        // A call that is not spelled is an operator's, unless a macro makes it.
        if ((reference.roles & (kRoleCall | kRoleMacro)) != kRoleCall) {
          left.push_back(PlaceForPeople(renamed->subject.asked.workspace.get(), path,
                                        location.range.start.line));
        }
      } else if ((reference.roles & kRoleCandidate) != 0) {
        edits.Propose(
            location.uri, *range, params.new_name,
            StrCat("In templates, where \"", renamed->name, "\" may mean something else as well"));
      } else {
        edits.Replace(location.uri, *range, params.new_name);
      }
      if (range) replaced.insert(OffsetOfClient(text, range->start, session.encoding()));
    }
    if (!replaced.empty() && !renamed->subject.is_local) {
      RenameInInstantiations(references.front().location.uri, text, renamed->name, params.new_name,
                             replaced, session.encoding(), edits);
    }
  }
  if (edits.empty()) {
    return absl::FailedPreconditionError(
        StrCat("no place was found that names \"", renamed->name, "\""));
  }
  if (!left.empty()) {
    std::string message = StrCat("\"", renamed->name, "\" is not spelled at ", left.size(),
                                 " places that name it (a macro does, or the file has changed): ");
    for (size_t i = 0; i < std::min(left.size(), kMaxShown); ++i) {
      message += StrCat(i == 0 ? "" : ", ", left[i]);
    }
    session.client()->Notify<ShowMessageNotification>(
        {.type = MessageType::kWarning,
         .message = StrCat(message, left.size() > kMaxShown ? ", …" : "")});
  }
  return edits.Take();
}

void BindRename(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().rename_provider =
      RenameOptions{.work_done_progress = {}, .prepare_provider = true};
  OnDocumentRequest<PrepareRenameRequest>(
      dispatcher, session, "lsp.prepareRename",
      [&session, &live](const PrepareRenameParams& params, const DocumentSnapshot& document,
                        const Work& work) -> absl::StatusOr<PrepareRenamePlaceholder> {
        auto renamed = WhatToRename(session, live, document, params.position, work);
        if (!renamed.ok()) return renamed.status();
        return PrepareRenamePlaceholder{renamed->range, renamed->name};
      });
  OnDocumentRequest<RenameRequest>(
      dispatcher, session, "lsp.rename",
      [&session, &live](const RenameParams& params, const DocumentSnapshot& document,
                        const Work& work) {
        return Rename(session, live, document, params, work);
      });
}

}  // namespace astrolabe::lsp
