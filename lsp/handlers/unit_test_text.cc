// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/unit_test_text.h"

#include <algorithm>
#include <filesystem>

#include "analysis/ai/candidate_text.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "index/ascii.h"
#include "index/include_line.h"

namespace astrolabe::lsp {
namespace {

namespace fs = std::filesystem;

// Ends of the names of such files, and the one that a new file gets first.
constexpr std::string_view kEndings[] = {"_test", "_unittest", "_tests", "Test", "Tests"};
constexpr std::string_view kTest = "TEST";

// Whether `name` stands in the text by itself.
bool Names(std::string_view text, std::string_view name) {
  for (size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const size_t end = at + name.size();
    const bool begins = at == 0 || !IsNameByte(text[at - 1]);
    if (begins && (end == text.size() || !IsNameByte(text[end]))) return true;
  }
  return false;
}

}  // namespace

std::string TestFileOf(const std::string& source,
                       const std::function<bool(const std::string& path)>& exists) {
  const fs::path path(source);
  const std::string stem = path.stem().string();
  const auto is_of_tests = [&](std::string_view ending) { return stem.ends_with(ending); };
  if (std::ranges::any_of(kEndings, is_of_tests) || stem.starts_with("test_")) return "";
  std::string first;
  const auto try_name = [&](const std::string& name) {
    const std::string beside = (path.parent_path() / (name + path.extension().string())).string();
    if (first.empty()) first = beside;
    return exists(beside) ? beside : "";
  };
  for (std::string_view ending : kEndings) {
    if (std::string found = try_name(StrCat(stem, ending)); !found.empty()) return found;
  }
  if (std::string found = try_name(StrCat("test_", stem)); !found.empty()) return found;
  return first;
}

std::string IncludeOf(std::string_view source, std::string_view header_name) {
  for (size_t at = 0; at < source.size();) {
    const size_t end = std::min(source.find('\n', at), source.size());
    const std::string_view spelled = IncludeSpelling(DirectiveOf(source.substr(at, end - at)));
    at = end + 1;
    if (BaseName(WithoutDelimiters(spelled)) == header_name) return StrCat("#include ", spelled);
  }
  return StrCat("#include \"", header_name, "\"");
}

std::string TestsOfAnswer(std::string_view answer, std::string_view name) {
  std::string tests;
  bool has_test = false;
  for (size_t at = 0; at < answer.size();) {
    const size_t end = std::min(answer.find('\n', at), answer.size());
    const std::string_view line = answer.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("#include")) continue;
    if (line.starts_with("int main(")) break;
    has_test = has_test || line.starts_with(kTest);
    if (!tests.empty() || line.find_first_not_of(" \t\r") != line.npos) {
      tests += StrCat(line, "\n");
    }
  }
  if (!has_test || !Names(tests, name)) return "";
  return StrCat(WithoutTrailingSpace(tests), "\n");
}

size_t PlaceOfTests(std::string_view text) {
  constexpr std::string_view kEnd = "\n}\n";
  const size_t last = text.rfind(kEnd);
  return last == text.npos ? text.size() : last + kEnd.size();
}

}  // namespace astrolabe::lsp
