// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/signature_edits.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

absl::Status Refused(const std::string& why) { return absl::FailedPreconditionError(why); }

bool Holds(ByteRange outer, const FileEdit& edit) {
  return outer.begin <= edit.begin && edit.end <= outer.end;
}

}  // namespace

SignatureEdits::SignatureEdits(EditedFile& file, const ChangedFunction& function,
                               PositionEncoding encoding)
    : file_(file), function_(function), encoding_(encoding), buffer_(file.text), source_(buffer_) {}

std::optional<ParameterCount> SignatureEdits::CountParameters(
    const FoundReference& declaration) const {
  const size_t at = OffsetOf(declaration);
  if (!IsNameAt(at)) return std::nullopt;
  const auto list =
      ArgumentListBehind(source_, at + function_.name.size(), /*is_declaration=*/true);
  if (!list) return std::nullopt;
  const auto has_default = [&](const ByteRange& parameter) {
    return DefaultOfParameter(source_, parameter).has_value();
  };
  const auto defaults = static_cast<size_t>(std::ranges::count_if(list->items, has_default));
  return ParameterCount{.all = list->items.size(), .required = list->items.size() - defaults};
}

absl::Status SignatureEdits::Add(const std::vector<FoundReference>& references,
                                 ParameterCount count) {
  struct Merged {
    RoleSet roles = 0;
    bool is_candidate = true;
    bool by_name = true;
    std::string_view container;
  };
  std::map<size_t, Merged, std::greater<>> places;
  for (const FoundReference& reference : references) {
    // Of other functions this is an operator or a conversion, which are none.
    if ((reference.roles & kRoleImplicit) != 0 && !function_.is_constructor) continue;
    if ((reference.roles & kRoleUsing) != 0) continue;
    // What has a class's name is most often no call of its constructor.
    if (reference.by_name && function_.is_constructor) continue;
    Merged& place = places[OffsetOf(reference)];
    place.roles |= reference.roles;
    place.is_candidate &= (reference.roles & kRoleCandidate) != 0;
    place.by_name &= reference.by_name;
    if (reference.location.container_name) place.container = *reference.location.container_name;
  }
  for (const auto& [at, place] : places) {
    std::string unsure;
    if (place.is_candidate || place.by_name) {
      unsure = StrCat(place.by_name ? "In files that are not indexed" : "In templates",
                      ", where \"", function_.name, "\" may mean something else as well");
    }
    absl::Status status =
        AddOne({at, place.roles, place.by_name, place.container, std::move(unsure)}, count);
    if (!status.ok() && !place.by_name) return status;
    if (!status.ok() && left_alone_.empty()) left_alone_ = StrCat(status.message());
  }
  return absl::OkStatus();
}

absl::Status SignatureEdits::AddOne(const Place& place, ParameterCount count) {
  const size_t at = place.at;
  const bool is_declaration = (place.roles & (kRoleDeclaration | kRoleLocalOverride)) != 0;
  if (function_.is_constructor && !is_declaration) return AddConstruction(place, count);
  if (!IsNameAt(at)) {
    return Refused(StrCat("a macro makes the name, or the file has changed, in ", FileAndLine(at)));
  }
  const auto list = ArgumentListBehind(source_, at + function_.name.size(), is_declaration);
  if (!list) {
    // `using Base::f;` changes nothing.
    if (IsUsing(at)) return absl::OkStatus();
    return Refused(StrCat("it is used other than by a call in ", FileAndLine(at)));
  }
  const size_t given = list->items.size();
  // Another function of this name.
  const bool fits = given <= count.all && given >= (is_declaration ? count.all : count.required);
  if (place.by_name && !fits) return absl::OkStatus();
  return is_declaration ? ChangeDeclaration(*list, place, count.all)
                        : ChangeCall(*list, place, count.all);
}

absl::Status SignatureEdits::AddConstruction(const Place& place, ParameterCount count) {
  const size_t at = place.at;
  const RoleSet roles = place.roles;
  const auto token = TokenAt(at);
  if (token == source_.tokens.end()) {
    return Refused(StrCat("a macro makes the call, or the file has changed, in ", FileAndLine(at)));
  }
  if (IsUsing(at)) return absl::OkStatus();  // `using Base::Base;`
  // Another constructor calls it for a base or a member, and names neither.
  const bool is_silent =
      (roles & kRoleImplicit) != 0 && NamesConstructor(place.container, source_.Text(*token));
  Construction call;
  if (!is_silent) {
    // The index knows which places have a name of the type.
    const bool names_type =
        (roles & (kRoleReference | kRoleCall)) != 0 && (roles & kRoleImplicit) == 0;
    call = ConstructionAt(source_, at, function_.name, names_type);
  }
  if (call.list) return ChangeCall(*call.list, place, count.all);
  // It is called without any argument or, if it converts, with one.
  const auto of_none = NewArguments({}, at);
  const auto of_one = NewArguments({"it"}, at);
  const bool stays = of_none.ok() && of_none->empty();
  const bool has_none = is_silent || call.list_place.has_value();
  if (stays && (has_none || (of_one.ok() && *of_one == Arguments{"it"}))) return absl::OkStatus();
  if (call.list_place && of_none.ok()) {
    std::string list;
    for (const std::string& argument : *of_none) list += (list.empty() ? "(" : ", ") + argument;
    Edit({*call.list_place, *call.list_place}, list + ")", place.unsure);
    return absl::OkStatus();
  }
  return Refused(
      StrCat("it is called without a list of arguments, or by an alias, in ", FileAndLine(at)));
}

absl::Status SignatureEdits::CheckList(const ArgumentList& list, size_t at) const {
  if (list.is_ambiguous) {
    return Refused(StrCat("the arguments of a call can't be told apart in ", FileAndLine(at)));
  }
  if (HoldsDirective(list.inside)) {
    return Refused(
        StrCat("a directive of the preprocessor stands in its list in ", FileAndLine(at)));
  }
  return absl::OkStatus();
}

absl::StatusOr<SignatureEdits::Arguments> SignatureEdits::NewArguments(const Arguments& given,
                                                                       size_t at) const {
  Arguments arguments;
  bool had_default = false;
  for (const ParameterChange& parameter : function_.parameters) {
    if (parameter.old < 0) {
      if (had_default) {
        return Refused(StrCat("a call leaves an argument ahead of the new one to its default in ",
                              FileAndLine(at)));
      }
      arguments.push_back(parameter.value);
      continue;
    }
    const auto old = static_cast<size_t>(parameter.old);
    if (old >= given.size()) {
      had_default = true;
    } else if (had_default) {
      return Refused(
          StrCat("a call leaves an argument to its default that would be in the midst in ",
                 FileAndLine(at)));
    } else {
      arguments.push_back(given[old]);
    }
  }
  return arguments;
}

absl::Status SignatureEdits::ChangeCall(const ArgumentList& list, const Place& place,
                                        size_t count) {
  absl::Status status = CheckList(list, place.at);
  if (!status.ok()) return status;
  // One that passes already what is new is left alone.
  if (list.items.size() > count && list.items.size() == function_.parameters.size()) {
    return absl::OkStatus();
  }
  Arguments given;
  for (const ByteRange& item : list.items) given.push_back(NewText(item));
  auto arguments = NewArguments(given, place.at);
  if (!arguments.ok()) return arguments.status();
  std::string unsure = place.unsure;
  if (unsure.empty() && DropsWork(list)) unsure = "An argument that goes away does something";
  Rewrite(list, *arguments, unsure);
  return absl::OkStatus();
}

bool SignatureEdits::Stays(size_t parameter) const {
  return std::ranges::any_of(function_.parameters, [&](const ParameterChange& change) {
    return change.old >= 0 && static_cast<size_t>(change.old) == parameter;
  });
}

// Whether an argument that is not passed any more is a call or an assignment.
bool SignatureEdits::DropsWork(const ArgumentList& list) const {
  for (size_t i = 0; i < list.items.size(); ++i) {
    if (Stays(i)) continue;
    const std::string text = Text(list.items[i]);
    if (text.find_first_of("(=") != std::string::npos || text.find("++") != std::string::npos ||
        text.find("--") != std::string::npos) {
      return true;
    }
  }
  return false;
}

absl::Status SignatureEdits::ChangeDeclaration(const ArgumentList& list, const Place& place,
                                               size_t count) {
  const size_t at = place.at;
  absl::Status status = CheckList(list, at);
  if (!status.ok()) return status;
  if (count != list.items.size()) {
    return Refused(StrCat("it has another number of parameters in ", FileAndLine(at)));
  }
  for (const ByteRange& item : list.items) {
    const std::string text = Text(item);
    if (text.find("...") != std::string::npos) {
      return Refused(StrCat("it takes any number of arguments, see ", FileAndLine(at)));
    }
    if (function_.is_constructor && text.find("initializer_list") != std::string::npos) {
      return Refused(StrCat("braces may be one argument or several of it, see ", FileAndLine(at)));
    }
  }
  if (std::optional<std::string> used = UsedInBody(list)) {
    return Refused(
        StrCat("\"", *used, "\" is used in the body of the function in ", FileAndLine(at)));
  }
  Arguments items;
  bool had_default = false;
  for (const ParameterChange& parameter : function_.parameters) {
    const auto old = static_cast<size_t>(std::max(parameter.old, 0));
    const bool has_default =
        parameter.old >= 0 && DefaultOfParameter(source_, list.items[old]).has_value();
    if (had_default && !has_default) {
      return Refused(
          StrCat("a parameter without a default value would stand behind one that has one in ",
                 FileAndLine(at)));
    }
    had_default |= has_default;
    items.push_back(parameter.old >= 0 ? NewText(list.items[old]) : parameter.declaration);
  }
  Rewrite(list, items, place.unsure);
  return absl::OkStatus();
}

std::optional<std::string> SignatureEdits::UsedInBody(const ArgumentList& list) const {
  const std::vector<Token>& tokens = source_.tokens;
  size_t begin = list.next_token;
  while (begin < tokens.size() && !tokens[begin].Is('{') && !tokens[begin].Is(';') &&
         !tokens[begin].Is(':')) {
    ++begin;
  }
  if (begin == tokens.size() || tokens[begin].Is(';')) return std::nullopt;
  for (size_t i = 0; i < list.items.size(); ++i) {
    std::string name = Stays(i) ? "" : NameOfParameter(source_, list.items[i]);
    if (!name.empty() && IsUsedFrom(begin, name)) return name;
  }
  return std::nullopt;
}

bool SignatureEdits::IsUsedFrom(size_t begin, const std::string& name) const {
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
    const bool is_member = i > 0 && (tokens[i - 1].Is('.') || tokens[i - 1].Is(TokenKind::kArrow) ||
                                     tokens[i - 1].Is(TokenKind::kScope));
    if (tokens[i].Is(TokenKind::kIdentifier) && !is_member && source_.Text(tokens[i]) == name) {
      return true;
    }
  }
  return false;
}

// Items change in place: the line breaks between them stay.
void SignatureEdits::Rewrite(const ArgumentList& list, const Arguments& items,
                             const std::string& unsure) {
  const size_t kept = std::min(items.size(), list.items.size());
  for (size_t i = 0; i < kept; ++i) {
    if (NewText(list.items[i]) != items[i]) Edit(list.items[i], items[i], unsure);
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

void SignatureEdits::Edit(ByteRange range, std::string text, std::string unsure) {
  // Those inside are part of the new text by now, or go with the old one.
  std::erase_if(file_.edits, [&](const FileEdit& edit) {
    const bool is_inside = range.begin < range.end && Holds(range, edit);
    if (is_inside && unsure.empty()) unsure = edit.unsure;
    return is_inside;
  });
  file_.edits.push_back({range.begin, range.end, std::move(text), std::move(unsure)});
}

absl::StatusOr<bool> SignatureEdits::CheckForwarding(const std::vector<FoundReference>& of_class,
                                                     size_t count) const {
  bool is_held = false;
  for (const FoundReference& reference : of_class) {
    const size_t at = OffsetOf(reference);
    const std::optional<Forwarding> forwarding = ForwardingAt(source_, at);
    is_held |= IsTemplateArgument(source_, at);
    // What passes more than it takes calls another.
    if (!forwarding || (forwarding->list && forwarding->list->items.size() > count)) continue;
    return Refused(StrCat("it may be called by ", forwarding->function,
                          ", whose arguments are not changed, in ", FileAndLine(at)));
  }
  const bool has_emplace = std::ranges::any_of(source_.tokens, [&](const Token& token) {
    return token.Is(TokenKind::kIdentifier) &&
           source_.Text(token).find("emplace") != std::string_view::npos;
  });
  return is_held && has_emplace;
}

size_t SignatureEdits::OffsetOf(const FoundReference& reference) const {
  return OffsetOfClient(buffer_, reference.location.range.start, encoding_);
}

std::string SignatureEdits::FileAndLine(size_t at) const {
  const std::string& path = file_.path.empty() ? file_.uri : file_.path;
  return StrCat(path.substr(path.rfind('/') + 1), ":", buffer_.CountsBefore(at).line_breaks + 1);
}

std::vector<Token>::const_iterator SignatureEdits::TokenAt(size_t at) const {
  const auto token = std::ranges::lower_bound(source_.tokens, at, {}, &Token::offset);
  return token != source_.tokens.end() && token->offset == at ? token : source_.tokens.end();
}

bool SignatureEdits::IsNameAt(size_t at) const {
  const auto token = TokenAt(at);
  return token != source_.tokens.end() && source_.Text(*token) == function_.name;
}

bool SignatureEdits::IsUsing(size_t at) const {
  auto token = TokenAt(at);
  while (token != source_.tokens.begin()) {
    --token;
    if (token->Is(';') || token->Is('{') || token->Is('}')) return false;
    if (source_.Text(*token) == "using") return true;
  }
  return false;
}

bool SignatureEdits::HoldsDirective(ByteRange range) const {
  return std::ranges::any_of(source_.tokens, [&](const Token& token) {
    return token.Is(TokenKind::kHash) && range.begin <= token.offset && token.offset < range.end;
  });
}

std::string SignatureEdits::Text(ByteRange range) const {
  return file_.text.substr(range.begin, range.end - range.begin);
}

std::string SignatureEdits::NewText(ByteRange range) const {
  EditedFile part;
  part.text = Text(range);
  for (const FileEdit& edit : file_.edits) {
    if (!Holds(range, edit)) continue;
    part.edits.push_back({edit.begin - range.begin, edit.end - range.begin, edit.text, ""});
  }
  return part.After();
}

}  // namespace astrolabe::lsp
