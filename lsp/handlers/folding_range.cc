// textDocument/foldingRange from the text: braces, runs of includes, comments, and the sides of #if.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "index/include_line.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

struct Fold {
  ByteRange range;  // what disappears
  std::string_view kind;
  bool keeps_last_line =
      false;  // the line with what closes it stays, for clients that fold whole lines
};

// One pass over the tokens. Both sides of an #if may open the same brace, so its depth is put back at #else.
class Folder {
 public:
  explicit Folder(const TextBuffer& buffer) : text_(buffer.ToString()) {
    classes_.Classify(text_);
    Lexer lexer(text_, classes_);
    uint32_t behind = 0;
    for (Token token = lexer.Next();; token = lexer.Next()) {
      const bool is_end = token.Is(TokenKind::kEnd);
      ReadGap(behind, is_end ? static_cast<uint32_t>(text_.size()) : token.offset);
      if (is_end) break;
      behind = token.end();
      EndComments();
      if (token.Is(TokenKind::kHash)) {
        const Token name = lexer.Next();
        behind = std::max(behind, lexer.SkipDirective());
        ReadDirective(token, name, behind);
      } else {
        EndIncludes();
        if (token.Is('{')) {
          braces_.push_back(token.end());
        } else if (token.Is('}') && !braces_.empty()) {
          folds_.push_back({{braces_.back(), token.offset}, "", true});
          braces_.pop_back();
        }
      }
    }
    EndComments();
    EndIncludes();
  }

  std::vector<Fold> Take() && { return std::move(folds_); }

 private:
  struct Conditional {
    uint32_t begin = 0;  // behind the directive that opened this side
    size_t depth = 0;
  };

  // Between two tokens: white space and comments.
  void ReadGap(uint32_t begin, uint32_t end) {
    for (size_t at = begin; at < end;) {
      const std::string_view rest = std::string_view(text_).substr(at, end - at);
      if (rest.starts_with("//")) {
        const size_t stop = std::min(text_.find('\n', at), static_cast<size_t>(end));
        AddComment({at, stop}, true);
        at = stop;
      } else if (rest.starts_with("/*")) {
        const size_t close = rest.find("*/", 2);
        const size_t stop = close == std::string_view::npos ? end : at + close + 2;
        AddComment({at, stop}, false);
        at = stop;
      } else {
        ++at;
      }
    }
  }

  // Comments to the line's end on lines that follow each other are one.
  void AddComment(ByteRange range, bool to_line_end) {
    if (comments_ && comments_to_line_end_ && to_line_end &&
        LinesBetween(comments_->end, range.begin) == 1 && StartsLine(range.begin)) {
      comments_->end = range.end;
      return;
    }
    EndComments();
    comments_ = range;
    comments_to_line_end_ = to_line_end;
  }
  size_t LinesBetween(size_t begin, size_t end) const {
    return static_cast<size_t>(std::count(text_.begin() + static_cast<ptrdiff_t>(begin),
                                          text_.begin() + static_cast<ptrdiff_t>(end), '\n'));
  }
  bool StartsLine(size_t offset) const {
    while (offset > 0 && (text_[offset - 1] == ' ' || text_[offset - 1] == '\t')) --offset;
    return offset == 0 || text_[offset - 1] == '\n';
  }
  void EndComments() {
    if (!comments_) return;
    // "//" or "/*" stays to be seen.
    const size_t end = comments_to_line_end_ ? comments_->end : comments_->end - 2;
    if (end > comments_->begin + 2) folds_.push_back({{comments_->begin + 2, end}, "comment"});
    comments_.reset();
  }

  void ReadDirective(const Token& hash, const Token& name, uint32_t end) {
    const std::string_view word = name.Is(TokenKind::kIdentifier)
                                      ? std::string_view(text_).substr(name.offset, name.length)
                                      : std::string_view();
    if (IsIncludeName(word)) {
      if (!includes_) {
        includes_ = ByteRange{name.end(), end};
      } else {
        includes_->end = end;
      }
      return;
    }
    EndIncludes();
    if (word == "if" || word == "ifdef" || word == "ifndef") {
      conditionals_.push_back({end, braces_.size()});
    } else if (word.starts_with("el") && !conditionals_.empty()) {
      EndSide(hash.offset);
      conditionals_.back().begin = end;
      braces_.resize(std::min(braces_.size(), conditionals_.back().depth));
    } else if (word == "endif" && !conditionals_.empty()) {
      EndSide(hash.offset);
      conditionals_.pop_back();
    }
  }
  void EndSide(uint32_t next_directive) {
    folds_.push_back({{conditionals_.back().begin, next_directive}, "region", true});
  }
  void EndIncludes() {
    if (includes_ && LinesBetween(includes_->begin, includes_->end) > 0) {
      folds_.push_back({*includes_, "imports"});
    }
    includes_.reset();
  }

  const std::string text_;
  ByteClasses classes_;
  std::vector<uint32_t> braces_;  // behind each that is open
  std::vector<Conditional> conditionals_;
  std::optional<ByteRange> comments_;
  bool comments_to_line_end_ = false;
  std::optional<ByteRange> includes_;
  std::vector<Fold> folds_;
};

std::vector<FoldingRange> FoldingRanges(const TextBuffer& text, PositionEncoding encoding,
                                        bool lines_only, size_t limit) {
  std::vector<Fold> folds = Folder(text).Take();
  std::ranges::stable_sort(folds, std::less<>(), [](const Fold& f) { return f.range.begin; });
  std::vector<FoldingRange> ranges;
  for (const Fold& fold : folds) {
    const Range range = ClientRange(text, fold.range, encoding);
    FoldingRange folding;
    folding.start_line = range.start.line;
    folding.end_line = range.end.line;
    if (fold.keeps_last_line && (lines_only || fold.kind == "region") && folding.end_line > 0) {
      --folding.end_line;
    } else if (!lines_only) {
      folding.end_character = range.end.character;
    }
    if (!lines_only) folding.start_character = range.start.character;
    if (folding.end_line <= folding.start_line) continue;
    if (!fold.kind.empty()) folding.kind = FoldingRangeKind(fold.kind);
    ranges.push_back(std::move(folding));
    if (limit != 0 && ranges.size() == limit) break;
  }
  return ranges;
}

}  // namespace

void BindFoldingRange(Dispatcher& dispatcher, Session& session) {
  session.capabilities().folding_range_provider = true;
  OnDocumentRequest<FoldingRangeRequest>(
      dispatcher, session, "lsp.foldingRange",
      [&session](const FoldingRangeParams&, const DocumentSnapshot& document,
                 const Work&) -> absl::StatusOr<std::vector<FoldingRange>> {
        bool lines_only = false;
        size_t limit = 0;
        const auto& capabilities = session.client_capabilities().text_document;
        if (capabilities && capabilities->folding_range) {
          lines_only = capabilities->folding_range->line_folding_only.value_or(false);
          limit = capabilities->folding_range->range_limit.value_or(0);
        }
        return FoldingRanges(document->text, session.encoding(), lines_only, limit);
      });
}

}  // namespace astrolabe::lsp
