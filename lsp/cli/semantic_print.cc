// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/semantic_print.h"

#include <cstdio>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "lsp/cli/json.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

struct RoleName {
  Role role;
  const char* name;
};

constexpr RoleName kRoleNames[] = {
    {kRoleDefinition, "definition"},
    {kRoleDeclaration, "declaration"},
    {kRoleCall, "call"},
    {kRoleDynamic, "dynamic"},
    {kRoleWrite, "write"},
    {kRoleRead, "read"},
    {kRoleAddressOf, "address"},
    {kRoleUsing, "using"},
    {kRoleUndefinition, "undef"},
    {kRoleLocalOverride, "override"},
    {kRoleMacro, "macro"},
    {kRoleImplicit, "implicit"},
    {kRoleCandidate, "candidate"},
    {kRoleReference, "reference"},
};

std::vector<std::string_view> RoleList(RoleSet roles) {
  std::vector<std::string_view> names;
  // A definition is a declaration, a call is a reference: the weaker word says nothing more.
  if ((roles & kRoleDefinition) != 0) roles = static_cast<RoleSet>(roles & ~kRoleDeclaration);
  // That a method is virtual is no role of its declarations.
  if ((roles & kRoleCall) == 0) roles = static_cast<RoleSet>(roles & ~kRoleDynamic);
  constexpr RoleSet kStronger = kRoleCall | kRoleRead | kRoleWrite | kRoleAddressOf | kRoleUsing;
  if ((roles & kStronger) != 0) roles = static_cast<RoleSet>(roles & ~kRoleReference);
  for (const RoleName& role : kRoleNames) {
    if ((roles & role.role) != 0) names.emplace_back(role.name);
  }
  return names;
}

std::string_view AccessName(Access access) {
  switch (access) {
    case Access::kPublic:
      return "public";
    case Access::kProtected:
      return "protected";
    case Access::kPrivate:
      return "private";
    case Access::kNone:
      return "";
  }
  return "";
}

std::string_view RelationName(HitRelation relation) {
  switch (relation) {
    case HitRelation::kItself:
      return "";
    case HitRelation::kBase:
      return "base";
    case HitRelation::kDerived:
      return "derived";
    case HitRelation::kOverridden:
      return "overrides";
    case HitRelation::kOverrider:
      return "overridden-by";
    case HitRelation::kMember:
      return "member";
  }
  return "";
}

std::vector<std::string_view> FlagList(uint16_t flags) {
  static constexpr std::pair<SymbolFlag, const char*> kNames[] = {
      {kSymbolDeprecated, "deprecated"},
      {kSymbolStatic, "static"},
      {kSymbolVirtual, "virtual"},
      {kSymbolPure, "pure"},
      {kSymbolConst, "const"},
      {kSymbolDeleted, "deleted"},
      {kSymbolTemplate, "template"},
      {kSymbolSpecialization, "specialization"},
      {kSymbolImplementation, "implementation"},
      {kSymbolInSystemHeader, "system"},
      {kSymbolScopedEnum, "scoped"},
      {kSymbolInline, "inline"},
      {kSymbolConstexpr, "constexpr"},
  };
  std::vector<std::string_view> names;
  for (const auto& [flag, name] : kNames) {
    if ((flags & flag) != 0) names.emplace_back(name);
  }
  return names;
}

std::string QualifiedOrId(const SymbolDescription& symbol) {
  if (symbol.known()) return symbol.Qualified();
  char text[32];
  std::snprintf(text, sizeof text, "symbol %016llx", static_cast<unsigned long long>(symbol.id));
  return text;
}

bool HasReturnType(SymbolKind kind) {
  return kind != SymbolKind::kConstructor && kind != SymbolKind::kDestructor &&
         kind != SymbolKind::kConversion;
}

std::string PlaceText(const SemanticHit& hit) {
  return StrCat(Styled(Style::kPath, hit.path), ":",
                Styled(Style::kLine, std::to_string(hit.begin.line + 1)), ":",
                hit.begin.column + 1);
}

// The line, without what it is indented by, the name in it styled.
std::string LineText(const SemanticHit& hit) {
  std::string_view text = hit.text;
  size_t begin = hit.begin.column;
  size_t end = hit.end.column;
  const size_t indent = std::min(text.find_first_not_of(" \t"), text.size());
  if (begin < indent || end > text.size() || begin >= end) return std::string(text.substr(indent));
  return StrCat(text.substr(indent, begin - indent),
                Styled(Style::kName, text.substr(begin, end - begin)), text.substr(end));
}

void Print(const std::string& line) { std::fwrite(line.data(), 1, line.size(), stdout); }

}  // namespace

std::string RoleText(RoleSet roles) {
  std::string text;
  for (std::string_view name : RoleList(roles)) text += StrCat(text.empty() ? "" : ",", name);
  return text;
}

std::string Declarator(const SymbolDescription& symbol) {
  std::string text;
  if (!symbol.type.empty() && HasReturnType(symbol.kind)) text = symbol.type + " ";
  text += QualifiedOrId(symbol);
  return text + symbol.signature;
}

void HitPrinter::Print(const SemanticHit& hit) {
  if (json_) return PrintJson(hit);
  if (question_ == SemanticQuestion::kHover) return PrintHover(hit);
  if (headings_) PrintHeading(hit);
  if (question_ == SemanticQuestion::kCallers || question_ == SemanticQuestion::kCallees) {
    PrintSubheading(hit);
  }
  PrintText(hit);
}

void HitPrinter::PrintJson(const SemanticHit& hit) const {
  OrderedJson object;
  if (!hit.path.empty()) {
    object["file"] = hit.path;
    object["line"] = hit.begin.line + 1;
    object["column"] = hit.begin.column + 1;
    object["end_line"] = hit.end.line + 1;
    object["end_column"] = hit.end.column + 1;
  }
  if (hit.symbol) {
    object["name"] = hit.symbol->name;
    object["qualified"] = hit.symbol->Qualified();
    object["kind"] = SymbolKindName(hit.symbol->kind);
    object["usr"] = hit.symbol->usr;
    if (!hit.symbol->signature.empty()) object["signature"] = hit.symbol->signature;
  } else {
    object["name"] = hit.name;
    if (hit.kind) {
      object["qualified"] = hit.scope.empty() ? hit.name : hit.scope + "::" + hit.name;
      object["kind"] = SymbolKindName(*hit.kind);
    }
  }
  object["roles"] = RoleList(hit.roles);
  if (hit.container) {
    object["container"] = hit.container->Qualified();
    object["container_usr"] = hit.container->usr;
  }
  object["tier"] = hit.tier;
  if (hit.stale) object["stale"] = true;
  if (hit.relation != HitRelation::kItself) {
    object["relation"] = RelationName(hit.relation);
    object["depth"] = hit.depth;
  }
  if (hit.asked && hit.symbol != hit.asked) object["of"] = hit.asked->usr;
  if ((hit.roles & kRoleDeclaration) != 0) {
    object["extent"] = {{"line", hit.extent_begin.line + 1},
                        {"column", hit.extent_begin.column + 1},
                        {"end_line", hit.extent_end.line + 1},
                        {"end_column", hit.extent_end.column + 1}};
  }
  if (question_ == SemanticQuestion::kHover && hit.symbol) {
    object["type"] = hit.symbol->type;
    object["template_parameters"] = hit.symbol->template_parameters;
    object["access"] = AccessName(hit.symbol->access);
    object["flags"] = FlagList(hit.symbol->flags);
    object["documentation"] = hit.symbol->documentation;
  }
  if (!hit.path.empty()) object["text"] = hit.text;
  PrintJsonLine(object);
}

void HitPrinter::PrintHeading(const SemanticHit& hit) {
  const bool first = !printed_;
  if (hit.asked) {
    if (!first && hit.asked->id == asked_) return;
    asked_ = hit.asked->id;
    has_sub_ = false;
    astrolabe::Print(StrCat(first ? "" : "\n", SymbolKindName(hit.asked->kind), " ",
                            Styled(Style::kName, QualifiedOrId(*hit.asked)), hit.asked->signature,
                            "\n"));
  } else if (!tier_zero_) {
    tier_zero_ = true;
    astrolabe::Print(StrCat(first ? "" : "\n", "by name (tier 0)\n"));
  }
  printed_ = true;
}

void HitPrinter::PrintSubheading(const SemanticHit& hit) {
  const SymbolRef& sub = question_ == SemanticQuestion::kCallers ? hit.container : hit.symbol;
  if (has_sub_ && sub == sub_) return;
  sub_ = sub;
  has_sub_ = true;
  astrolabe::Print(StrCat("  ", sub ? Styled(Style::kName, QualifiedOrId(*sub)) : "(top level)",
                          sub ? sub->signature : "", "\n"));
}

void HitPrinter::PrintText(const SemanticHit& hit) const {
  std::string line;
  if (headings_) line = "  ";
  if (question_ == SemanticQuestion::kCallers || question_ == SemanticQuestion::kCallees) {
    line += "  ";
  }
  const bool related = hit.relation != HitRelation::kItself;
  if (related) {
    if (hit.depth > 1) line.append(2 * (hit.depth - 1), ' ');
    line += StrCat(RelationName(hit.relation), " ", SymbolKindName(hit.symbol->kind), " ",
                   Styled(Style::kName, QualifiedOrId(*hit.symbol)), hit.symbol->signature);
    if (!hit.path.empty()) line += StrCat("  ", PlaceText(hit));
  } else {
    line += StrCat(PlaceText(hit), ": ");
    const std::string roles = RoleText(hit.roles);
    if (!roles.empty()) line += Styled(Style::kDim, StrCat("[", roles, "] "));
    line += headings_ ? LineText(hit) : hit.text;
    if (hit.container && question_ == SemanticQuestion::kReferences) {
      line += Styled(Style::kDim, StrCat("  (in ", hit.container->Qualified(), ")"));
    }
  }
  if (hit.stale) line += Styled(Style::kDim, "  (changed since)");
  astrolabe::Print(line + "\n");
}

void HitPrinter::PrintHover(const SemanticHit& hit) const {
  const SymbolDescription& symbol = *hit.symbol;
  std::string text;
  std::string properties;
  if (symbol.access != Access::kNone) properties += StrCat(AccessName(symbol.access), " ");
  for (std::string_view flag : FlagList(symbol.flags)) properties += StrCat(flag, " ");
  text += StrCat(properties, SymbolKindName(symbol.kind), " ",
                 Styled(Style::kName, symbol.Qualified()), "\n");
  if (!symbol.template_parameters.empty()) {
    text += StrCat("  template ", symbol.template_parameters, "\n");
  }
  text += StrCat("  ", Declarator(symbol), "\n");
  if (!hit.path.empty()) {
    text += StrCat("  ", RoleText(hit.roles), " at ", PlaceText(hit),
                   hit.stale ? " (changed since)" : "", "\n");
  }
  std::string_view documentation = symbol.documentation;
  if (!documentation.empty()) text += "\n";
  while (!documentation.empty()) {
    const size_t end = std::min(documentation.find('\n'), documentation.size());
    text += StrCat("  ", documentation.substr(0, end), "\n");
    documentation.remove_prefix(std::min(end + 1, documentation.size()));
  }
  astrolabe::Print(text + "\n");
}

void PrintInclude(const IncludeHit& hit, bool json) {
  const bool directive = hit.line != IncludeHit::kNoLine;
  if (json) {
    OrderedJson object = {{"file", hit.path}};
    if (directive) {
      object["line"] = hit.line + 1;
      object["spelled"] = hit.spelled;
      if (hit.tier == 1) object["angled"] = hit.angled;
    }
    if (!hit.resolved.empty()) object["resolved"] = hit.resolved;
    object["tier"] = hit.tier;
    return PrintJsonLine(object);
  }
  std::string line = Styled(Style::kPath, hit.path);
  if (directive) {
    line += StrCat(":", Styled(Style::kLine, std::to_string(hit.line + 1)), ": ",
                   hit.angled      ? "<"
                   : hit.tier == 1 ? "\""
                                   : "",
                   Styled(Style::kName, hit.spelled),
                   hit.angled      ? ">"
                   : hit.tier == 1 ? "\""
                                   : "");
    if (!hit.resolved.empty()) line += Styled(Style::kDim, StrCat(" -> ", hit.resolved));
    if (hit.tier == 0) line += Styled(Style::kDim, " (as spelled)");
  }
  Print(line + "\n");
}

}  // namespace astrolabe
