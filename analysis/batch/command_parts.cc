// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/command_parts.h"

#include <array>
#include <filesystem>
#include <string_view>

#include "base/strings.h"

namespace astrolabe {
namespace {

// The system's own directories (-internal-isystem and the like) are part of what must be equal.
constexpr std::array<std::string_view, 5> kSearchOptions = {"-isystem", "-iquote", "-idirafter",
                                                            "-iwithprefixbefore", "-I"};

std::string Absolute(const std::string& path, const std::string& directory) {
  std::filesystem::path full(path);
  if (full.is_relative()) full = std::filesystem::path(directory) / full;
  return full.lexically_normal().string();
}

// The argument of `option` at `i`, joined to it or behind it; false if it is another option.
bool Take(const std::vector<std::string>& cc1, size_t* i, std::string_view option,
          std::string* value) {
  const std::string& argument = cc1[*i];
  if (!argument.starts_with(option)) return false;
  if (argument.size() > option.size()) {
    // Only the one-letter options are joined to their values: -isystem-after is something else.
    if (option.size() > 2) return false;
    *value = argument.substr(option.size());
    return true;
  }
  if (*i + 1 >= cc1.size()) return false;
  *value = cc1[++*i];
  return true;
}

// "F(a,b)=x" -> "F", "(a,b) x".
void SplitDefinition(const std::string& text, std::string* name, std::string* value) {
  size_t equals = text.find('=');
  std::string head = text.substr(0, equals);
  size_t parameters = head.find('(');
  *name = head.substr(0, parameters);
  *value = parameters == std::string::npos ? "" : head.substr(parameters);
  // As the compiler has it: the definition ends with its line.
  std::string body = equals == std::string::npos ? "1" : text.substr(equals + 1);
  *value += StrCat(" ", body.substr(0, body.find('\n')));
}

}  // namespace

CommandParts SplitCommand(const std::vector<std::string>& cc1, const std::string& directory) {
  CommandParts parts;
  bool relative = false;
  for (size_t i = 0; i < cc1.size(); ++i) {
    std::string value;
    if (Take(cc1, &i, "-D", &value)) {
      std::string name;
      std::string definition;
      SplitDefinition(value, &name, &definition);
      parts.macros[name] = definition;
      continue;
    }
    if (Take(cc1, &i, "-U", &value)) {
      parts.macros[value] = std::nullopt;
      continue;
    }
    bool is_search = false;
    for (std::string_view option : kSearchOptions) {
      if (!Take(cc1, &i, option, &value)) continue;
      SearchEntry entry{std::string(option), Absolute(value, directory)};
      bool known = false;
      for (const SearchEntry& have : parts.search) known |= have == entry;
      if (!known) parts.search.push_back(std::move(entry));
      is_search = true;
      break;
    }
    if (is_search) continue;
    parts.rest.push_back(cc1[i]);
    // The file behind -include and its like may be relative to the directory.
    relative |= cc1[i].starts_with("-i") && !cc1[i].starts_with("-internal-") &&
                i + 1 < cc1.size() && !cc1[i + 1].starts_with("/");
  }
  for (const std::string& argument : parts.rest) parts.semantics += argument + '\n';
  if (relative) parts.semantics += directory;
  return parts;
}

std::vector<std::string> JoinCommand(const CommandParts& parts) {
  std::vector<std::string> cc1 = parts.rest;
  for (const SearchEntry& entry : parts.search) {
    cc1.push_back(entry.option);
    cc1.push_back(entry.path);
  }
  for (const auto& [name, value] : parts.macros) {
    if (!value.has_value()) {
      cc1.insert(cc1.end(), {"-U", name});
      continue;
    }
    size_t space = value->find(' ');
    cc1.insert(cc1.end(),
               {"-D", StrCat(name, value->substr(0, space), "=", value->substr(space + 1))});
  }
  return cc1;
}

std::string MacroDifference(const CommandMacros& from, const CommandMacros& to,
                            std::vector<std::string>* names) {
  std::string lines;
  for (const auto& [name, value] : from) {
    if (to.contains(name)) continue;
    lines += StrCat("#undef ", name, "\n");
    names->push_back(name);
  }
  for (const auto& [name, value] : to) {
    auto had = from.find(name);
    if (had != from.end() && had->second == value) continue;
    lines += StrCat("#undef ", name, "\n");
    if (value.has_value()) lines += StrCat("#define ", name, *value, "\n");
    names->push_back(name);
  }
  return lines;
}

}  // namespace astrolabe
