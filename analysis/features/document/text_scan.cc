// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/text_scan.h"

#include <optional>
#include <string_view>
#include <utility>

#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"

namespace astrolabe {
namespace {

class Scanner {
 public:
  Scanner(const std::string& text, const clang::LangOptions& language)
      : text_(text),
        lexer_(clang::SourceLocation::getFromRawEncoding(1), language, text.data(), text.data(),
               text.data() + text.size()) {
    lexer_.SetCommentRetentionState(true);
  }

  TextScan Scan() {
    Next();
    while (!token_.is(clang::tok::eof)) {
      if (token_.is(clang::tok::hash) && token_.isAtStartOfLine()) {
        Directive();
      } else if (token_.is(clang::tok::comment)) {
        scan_.comments.push_back({begin_, end_});
        Next();
      } else {
        Code();
      }
    }
    return std::move(scan_);
  }

 private:
  struct Open {
    char bracket = 0;
    uint32_t begin = 0;
    std::optional<uint32_t> access;  // where the access section in it began
  };
  struct Conditional {
    uint32_t line_end = 0;   // of the last directive of it
    std::vector<Open> open;  // what was open ahead of it: each branch starts with that
  };

  void Next() {
    lexer_.LexFromRawLexer(token_);
    begin_ = token_.getLocation().getRawEncoding() - 1;
    end_ = begin_ + token_.getLength();
  }
  std::string_view Word() const { return std::string_view(text_).substr(begin_, end_ - begin_); }

  // The begin of the line that `offset` is on.
  uint32_t LineBegin(uint32_t offset) const {
    size_t before = offset == 0 ? std::string::npos : text_.rfind('\n', offset - 1);
    return before == std::string::npos ? 0 : static_cast<uint32_t>(before + 1);
  }

  void Directive() {
    uint32_t hash = begin_;
    uint32_t last = end_;
    Next();
    std::string_view name = IsInDirective() ? Word() : std::string_view();
    std::string_view second;
    while (IsInDirective()) {
      last = end_;
      Next();
      if (second.empty() && IsInDirective()) second = Word();
    }
    if (name == "include" || name == "import" || name == "include_next") {
      scan_.includes.push_back({hash, last});
    } else if (name == "if" || name == "ifdef" || name == "ifndef") {
      conditionals_.push_back({last, open_});
    } else if (name.starts_with("el") && !conditionals_.empty()) {
      EndBranch(hash);
      conditionals_.back().line_end = last;
      open_ = conditionals_.back().open;
    } else if (name == "endif" && !conditionals_.empty()) {
      EndBranch(hash);
      conditionals_.pop_back();
    } else if (name == "pragma" && second == "region") {
      regions_.push_back(last);
    } else if (name == "pragma" && second == "endregion" && !regions_.empty()) {
      uint32_t end = LineBegin(hash);
      if (end > regions_.back()) scan_.pragma_regions.push_back({regions_.back(), end - 1});
      regions_.pop_back();
    }
  }
  bool IsInDirective() const { return !token_.is(clang::tok::eof) && !token_.isAtStartOfLine(); }
  void EndBranch(uint32_t hash) {
    uint32_t begin = conditionals_.back().line_end;
    uint32_t end = LineBegin(hash);
    if (end > begin) scan_.branches.push_back({begin, end - 1});
  }

  void Code() {
    scan_.tokens.push_back({begin_, end_});
    switch (token_.getKind()) {
      case clang::tok::l_brace:
      case clang::tok::l_paren:
      case clang::tok::l_square:
        open_.push_back({text_[begin_], begin_, std::nullopt});
        break;
      case clang::tok::r_brace:
        Close('{');
        break;
      case clang::tok::r_paren:
        Close('(');
        break;
      case clang::tok::r_square:
        Close('[');
        break;
      case clang::tok::raw_identifier:
        if (Word() == "public" || Word() == "private" || Word() == "protected") return Access();
        break;
      default:
        break;
    }
    last_end_ = end_;
    Next();
  }

  // `public:`, also `public slots:`; of a base class it has no colon.
  void Access() {
    uint32_t previous = last_end_;
    last_end_ = end_;
    Next();
    if (token_.is(clang::tok::raw_identifier)) {
      scan_.tokens.push_back({begin_, end_});
      last_end_ = end_;
      Next();
    }
    if (!token_.is(clang::tok::colon) || open_.empty() || open_.back().bracket != '{') return;
    EndSection(previous);
    open_.back().access = end_;
    last_end_ = end_;
    Next();
  }
  void EndSection(uint32_t end) {
    std::optional<uint32_t>& access = open_.back().access;
    if (access && *access < end) scan_.access_sections.push_back({*access, end});
    access.reset();
  }

  // A brace ends what is still open inside of it; another bracket without its partner is ignored.
  void Close(char bracket) {
    size_t at = open_.size();
    while (at > 0 && open_[at - 1].bracket != bracket) {
      if (bracket != '{' && open_[at - 1].bracket == '{') return;
      --at;
    }
    if (at == 0) return;
    open_.resize(at);
    EndSection(last_end_);
    scan_.brackets.push_back({open_.back().begin, end_});
    open_.pop_back();
  }

  const std::string& text_;
  clang::Lexer lexer_;
  clang::Token token_;
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
  uint32_t last_end_ = 0;  // of the last token that is code
  TextScan scan_;
  std::vector<Open> open_;
  std::vector<Conditional> conditionals_;
  std::vector<uint32_t> regions_;
};

}  // namespace

TextScan ScanText(const std::string& text, const clang::LangOptions& language) {
  return Scanner(text, language).Scan();
}

}  // namespace astrolabe
