// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/include_insertion.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"
#include "index/include_line.h"

namespace astrolabe::lsp {
namespace {

struct IncludeLine {
  uint32_t line = 0;
  std::string_view spelled;  // with delimiters
};

struct HeadOfFile {
  std::vector<std::vector<IncludeLine>> blocks;
  uint32_t first_free =
      0;  // behind what comments, guard and pragmas there are, if there is no block
};

// Reads lines up to the first of code.
class HeadReader {
 public:
  HeadOfFile Read(std::string_view text) {
    uint32_t number = 0;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      if (!Take(number, text.substr(0, end))) break;
      text.remove_prefix(std::min(end + 1, text.size()));
      ++number;
    }
    return std::move(head_);
  }

 private:
  bool Take(uint32_t number, std::string_view line) {
    const std::string_view words = TrimmedLine(line);
    if (in_comment_) {
      in_comment_ = words.find("*/") == std::string_view::npos;
      if (!in_comment_ && head_.blocks.empty()) head_.first_free = number + 1;
      return true;
    }
    if (words.empty()) {
      in_block_ = false;
      return true;
    }
    if (words.starts_with("//")) {
      if (head_.blocks.empty()) head_.first_free = number + 1;
      return true;
    }
    if (words.starts_with("/*")) {
      in_comment_ = words.find("*/", 2) == std::string_view::npos;
      if (!in_comment_ && head_.blocks.empty()) head_.first_free = number + 1;
      return true;
    }
    const std::string_view directive = DirectiveOf(line);
    if (directive.empty()) return depth_ > 0;  // code ends it, but for what an #if may leave out
    if (directive.starts_with("if")) {
      // The guard is the first directive, and its #define follows.
      const bool may_be_guard = !seen_directive_ && directive.starts_with("ifndef");
      seen_directive_ = true;
      in_block_ = false;
      if (may_be_guard) {
        guard_ = TrimmedLine(directive.substr(6));
      } else {
        ++depth_;
      }
      return true;
    }
    seen_directive_ = true;
    if (directive.starts_with("endif")) {
      in_block_ = false;
      if (depth_ == 0) return false;  // the guard's
      --depth_;
      return true;
    }
    if (depth_ > 0) return true;
    const std::string_view spelled = IncludeSpelling(directive);
    if (!spelled.empty()) {
      if (!in_block_) head_.blocks.emplace_back();
      in_block_ = true;
      head_.blocks.back().push_back({number, spelled});
      return true;
    }
    in_block_ = false;
    const bool is_ours = directive.starts_with("pragma once") ||
                         (!guard_.empty() && directive.starts_with("define") &&
                          TrimmedLine(directive.substr(6)).starts_with(guard_));
    if (is_ours && head_.blocks.empty()) head_.first_free = number + 1;
    return true;
  }

  HeadOfFile head_;
  std::string_view guard_;
  int depth_ = 0;
  bool in_comment_ = false;
  bool in_block_ = false;
  bool seen_directive_ = false;
};

std::string_view Stem(std::string_view path) {
  path = path.substr(path.rfind('/') + 1);
  return path.substr(0, path.find('.'));
}

// Bytes of the folders that both begin with.
size_t CommonFolders(std::string_view a, std::string_view b) {
  size_t common = 0;
  for (size_t i = 0; i < a.size() && i < b.size() && a[i] == b[i]; ++i) {
    if (a[i] == '/') common = i + 1;
  }
  return common;
}

// How well a line of that spelling goes with one that is there.
std::tuple<bool, size_t> Likeness(std::string_view spelled, std::string_view there) {
  return {spelled[0] == there[0],
          CommonFolders(WithoutDelimiters(spelled), WithoutDelimiters(there))};
}

bool HasFolder(std::string_view spelled) { return spelled.find('/') != std::string_view::npos; }

}  // namespace

std::optional<IncludeInsertion> InsertInclude(std::string_view text, std::string_view path,
                                              std::string_view spelled) {
  if (spelled.size() < 3) return std::nullopt;
  const HeadOfFile head = HeadReader().Read(text);
  for (const auto& block : head.blocks) {
    for (const IncludeLine& line : block) {
      if (WithoutDelimiters(line.spelled) == WithoutDelimiters(spelled)) return std::nullopt;
    }
  }
  const std::string line = StrCat("#include ", spelled, "\n");
  const std::vector<IncludeLine>* best = nullptr;
  std::tuple<bool, bool, size_t> most;
  for (const auto& block : head.blocks) {
    const bool is_own_header = block.size() == 1 && head.blocks.size() > 1 &&
                               Stem(WithoutDelimiters(block[0].spelled)) == Stem(path);
    if (is_own_header) continue;
    for (const IncludeLine& there : block) {
      const auto [same_delimiter, folders] = Likeness(spelled, there.spelled);
      // <sys/types.h> is like <stdio.h>, <vector> is not: C's headers mostly stand apart.
      const bool same_sort = spelled[0] != '<' || there.spelled[0] != '<' ||
                             there.spelled.ends_with(".h>") == spelled.ends_with(".h>");
      const std::tuple<bool, bool, size_t> likeness{same_delimiter, same_sort, folders};
      if (best != nullptr && likeness < most) continue;
      most = likeness;
      best = &block;
    }
  }
  if (best == nullptr) {
    if (!head.blocks.empty()) {
      return IncludeInsertion{head.blocks.back().back().line + 1, StrCat("\n", line)};
    }
    return IncludeInsertion{head.first_free, head.first_free > 0 ? StrCat("\n", line) : line};
  }
  if (!std::get<0>(most) && spelled[0] == '<') {
    // The first of its kind: ahead of the project's own, which is what most styles want.
    const auto& first = *best;
    return IncludeInsertion{first.front().line, StrCat(line, "\n")};
  }
  if (!std::get<0>(most)) return IncludeInsertion{best->back().line + 1, StrCat("\n", line)};
  auto before = [](std::string_view a, std::string_view b) {
    return WithoutDelimiters(a) < WithoutDelimiters(b);
  };
  // The file's own header may lead a block that is sorted otherwise.
  auto begin = best->begin();
  if (best->size() > 1 && Stem(WithoutDelimiters(begin->spelled)) == Stem(path)) ++begin;
  const bool is_sorted = std::is_sorted(
      begin, best->end(),
      [&](const IncludeLine& a, const IncludeLine& b) { return before(a.spelled, b.spelled); });
  if (!is_sorted) return IncludeInsertion{best->back().line + 1, line};
  auto behind = std::find_if(
      begin, best->end(), [&](const IncludeLine& there) { return before(spelled, there.spelled); });
  return IncludeInsertion{behind == best->end() ? best->back().line + 1 : behind->line, line};
}

std::string SpellInclude(const std::vector<IncludeFolder>& folders, std::string_view path,
                         std::string_view header, std::string_view text) {
  std::string_view shortest;
  bool is_system = false;
  auto offer = [&](std::string_view folder, bool system) {
    if (!header.starts_with(folder) || header.size() <= folder.size() + 1 ||
        header[folder.size()] != '/')
      return;
    std::string_view spelled = header.substr(folder.size() + 1);
    if (!shortest.empty() && shortest.size() <= spelled.size()) return;
    shortest = spelled;
    is_system = system;
  };
  for (const IncludeFolder& folder : folders) offer(folder.path, folder.is_system);
  // Beside the file only where nothing else leads there: other files of the folder then spell it so too.
  if (shortest.empty()) offer(path.substr(0, path.rfind('/')), false);
  if (shortest.empty()) return "";
  bool is_angled = is_system;
  if (!is_angled && HasFolder(shortest)) {
    const std::string_view first = shortest.substr(0, shortest.find('/') + 1);
    int angled = 0;
    int quoted = 0;
    for (const auto& block : HeadReader().Read(text).blocks) {
      for (const IncludeLine& line : block) {
        if (!WithoutDelimiters(line.spelled).starts_with(first)) continue;
        ++(line.spelled[0] == '<' ? angled : quoted);
      }
    }
    is_angled = angled > quoted;
  }
  return is_angled ? StrCat("<", std::string(shortest), ">")
                   : StrCat("\"", std::string(shortest), "\"");
}

}  // namespace astrolabe::lsp
