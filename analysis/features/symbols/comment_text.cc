// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/comment_text.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace astrolabe {
namespace {

// Lines keep their breaks: lists and tables in comments are made of them.
std::string Plain(const std::string& comment) {
  std::string text;
  for (char byte : comment) {
    if (byte == '\n') text += "  ";
    // What is no markup in a comment must not become some.
    if (byte == '<' || byte == '*' || byte == '_' || byte == '#') text += '\\';
    text += byte;
  }
  return text;
}

std::string_view WithoutSpace(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

std::string_view TakeWord(std::string_view& text) {
  text = WithoutSpace(text);
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

// The command that a line begins with, without its mark: "param", "param[in]". Empty if it begins with none.
std::string_view TakeCommand(std::string_view& line) {
  std::string_view rest = WithoutSpace(line);
  if (rest.size() < 2 || (rest[0] != '\\' && rest[0] != '@')) return {};
  rest.remove_prefix(1);
  if (std::isalpha(static_cast<unsigned char>(rest[0])) == 0) return {};
  const std::string_view command = TakeWord(rest);
  line = WithoutSpace(rest);
  return command;
}

// What a paragraph is called that such a command begins.
std::string_view Heading(std::string_view command) {
  static constexpr std::pair<std::string_view, std::string_view> kHeadings[] = {
      {"return", "Returns"},
      {"returns", "Returns"},
      {"result", "Returns"},
      {"note", "Note"},
      {"warning", "Warning"},
      {"attention", "Attention"},
      {"deprecated", "Deprecated"},
      {"pre", "Before"},
      {"post", "After"},
      {"see", "See"},
      {"sa", "See"},
      {"since", "Since"},
      {"todo", "To do"},
      {"remark", "Remark"},
      {"remarks", "Remark"},
      {"invariant", "Invariant"},
      {"author", "Author"}};
  for (const auto& [name, heading] : kHeadings) {
    if (command == name) return heading;
  }
  return {};
}

// Of commands inside a line, what goes around the word that follows.
std::string_view Mark(std::string_view command) {
  if (command == "c" || command == "p") return "`";
  if (command == "a" || command == "e" || command == "em") return "*";
  if (command == "b") return "**";
  return {};
}

std::string WithMarks(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const bool is_command =
        (line[0] == '\\' || line[0] == '@') && line.size() > 1 &&
        std::isalpha(static_cast<unsigned char>(line[1])) != 0 &&
        (text.empty() || std::isalnum(static_cast<unsigned char>(text.back())) == 0);
    if (!is_command) {
      text += line[0];
      line.remove_prefix(1);
      continue;
    }
    std::string_view rest = line.substr(1);
    const std::string_view command = TakeWord(rest);
    const std::string_view mark = Mark(command);
    if (!mark.empty() && !WithoutSpace(rest).empty()) {
      std::string_view word = TakeWord(rest);
      std::string_view tail;
      const bool has_brackets = word.find('(') != word.npos;
      while (!word.empty() && std::string_view(".,;:)").find(word.back()) != word.npos &&
             !(has_brackets && word.back() == ')')) {
        tail = {word.data() + word.size() - 1, tail.size() + 1};
        word.remove_suffix(1);
      }
      text += StrCat(mark, word, mark, tail);
      line = rest;
    } else if (command == "ref") {
      line = WithoutSpace(rest);
    } else if (command == "n") {
      text += "  \n";
      line = WithoutSpace(rest);
    } else {
      text += line[0];
      line.remove_prefix(1);
    }
  }
  return text;
}

class DoxygenReader {
 public:
  std::string Read(std::string_view comment) && {
    while (!comment.empty()) {
      const std::string_view line = comment.substr(0, comment.find('\n'));
      comment.remove_prefix(std::min(comment.size(), line.size() + 1));
      Take(line);
    }
    if (in_code_) text_ += "```\n";
    while (!text_.empty() && text_.back() == '\n') text_.pop_back();
    return std::move(text_);
  }

 private:
  void Take(std::string_view line) {
    const std::string_view whole = line;
    const std::string_view command = TakeCommand(line);
    if (in_code_) {
      if (command == "endcode" || command == "endverbatim") {
        in_code_ = false;
        text_ += "```\n\n";
      } else {
        text_ += StrCat(whole, "\n");
      }
      return;
    }
    if (command.starts_with("code") || command == "verbatim") {
      Begin("");
      in_code_ = true;
      text_ += command == "verbatim" ? "```\n" : "```cpp\n";
    } else if (command.starts_with("param") || command == "tparam" || command == "retval" ||
               command == "throws" || command == "throw" || command == "exception") {
      AddItem(command, line);
    } else if (command == "brief" || command == "short" || command == "details") {
      Begin("");
      Add(line);
    } else if (command == "li" || command == "arg") {
      Begin("list");
      Add(StrCat("- ", WithMarks(line)), /*is_marked=*/true);
    } else if (const std::string_view heading = Heading(command); !heading.empty()) {
      Begin("");
      Add(StrCat("**", heading, ":** ", WithMarks(line)), /*is_marked=*/true);
    } else if (command == "file" || command == "class" || command == "struct" || command == "fn" ||
               command == "ingroup" || command == "defgroup" || command == "addtogroup") {
      Begin("");  // who is meant stands above already
    } else {
      Add(whole);
    }
  }

  void AddItem(std::string_view command, std::string_view rest) {
    const std::string_view title = command.starts_with("param") ? "Parameters"
                                   : command == "tparam"        ? "Template parameters"
                                   : command == "retval"        ? "Values returned"
                                                                : "Throws";
    if (list_ != title) {
      Begin(title);
      text_ += StrCat("**", title, ":**\n");
    }
    const std::string_view name = TakeWord(rest);
    Add(StrCat("- `", name, "`", rest.empty() ? "" : ": ", WithMarks(WithoutSpace(rest))),
        /*is_marked=*/true);
  }

  // A new paragraph, unless the list of that name goes on.
  void Begin(std::string_view list) {
    if (list.empty() || list != list_) {
      while (!text_.empty() && text_.back() == '\n') text_.pop_back();
      if (!text_.empty()) text_ += "\n\n";
    }
    list_ = list;
  }

  void Add(std::string_view line, bool is_marked = false) {
    if (WithoutSpace(line).empty()) list_ = {};
    text_ += is_marked ? std::string(line) : WithMarks(line);
    text_ += '\n';
  }

  std::string text_;
  std::string_view list_;  // that the last line belongs to
  bool in_code_ = false;
};

}  // namespace

std::string CommentMarkdown(const std::string& comment, CommentFormat format) {
  switch (format) {
    case CommentFormat::kMarkdown:
      return comment;
    case CommentFormat::kDoxygen:
      return DoxygenReader().Read(comment);
    case CommentFormat::kPlain:
      break;
  }
  return Plain(comment);
}

}  // namespace astrolabe
