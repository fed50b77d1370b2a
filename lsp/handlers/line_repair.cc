// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/line_repair.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "analysis/ai/candidate_text.h"
#include "analysis/live/line_index.h"
#include "base/strings.h"
#include "index/ascii.h"
#include "lsp/handlers/names_behind.h"
#include "lsp/server/edit_check.h"
#include "lsp/server/language_model.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

constexpr uint32_t kTokensOfName = 12;
constexpr uint32_t kTokensOfLine = 48;
// Candidates that are parsed at the same time.
constexpr size_t kChecks = 2;

// Bytes of the document that the model writes anew.
struct Piece {
  size_t begin = 0;
  size_t end = 0;
  bool is_name = false;
};

class Repair {
 public:
  Repair(LanguageModel::Engine& engine, LiveDocuments& live, const DocumentSnapshot& document,
         const Diagnostic& error, absl::Time latest, const Work& work)
      : engine_(engine),
        live_(live),
        document_(document),
        error_(error),
        latest_(latest),
        work_(work),
        text_(document->text.ToString()) {}

  absl::StatusOr<std::optional<LineRepair>> Run(PositionEncoding encoding) {
    FindLine(OffsetOfClient(document_->text, error_.range.start, encoding));
    for (const Piece& piece : Pieces()) {
      absl::StatusOr<std::vector<std::string>> texts = Propose(piece);
      if (!texts.ok()) return texts.status();
      if (const std::optional<std::string> good = FirstGood(piece, *texts)) {
        return LineRepair{.edit = {{PlaceIn(text_, piece.begin), PlaceIn(text_, piece.end)}, *good},
                          .line = StrCat(text_.substr(line_begin_, piece.begin - line_begin_),
                                         *good, text_.substr(piece.end, line_end_ - piece.end))};
      }
    }
    return std::nullopt;
  }

 private:
  // Without the white space at its ends.
  void FindLine(size_t error) {
    at_ = std::min(error, text_.size());
    line_begin_ = at_ == 0 ? 0 : text_.rfind('\n', at_ - 1) + 1;
    line_end_ = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line(text_.data() + line_begin_, line_end_ - line_begin_);
    line_end_ = line_begin_ + WithoutTrailingSpace(line).size();
    line_begin_ += std::min(line.find_first_not_of(" \t"), line.size());
    at_ = std::clamp(at_, std::min(line_begin_, line_end_), line_end_);
  }

  std::vector<Piece> Pieces() const {
    std::vector<Piece> pieces;
    size_t rest = at_;
    while (rest > line_begin_ && IsNameByte(text_[rest - 1])) --rest;
    size_t name_end = at_;
    while (name_end < line_end_ && IsNameByte(text_[name_end])) ++name_end;
    const bool is_name = rest < name_end && !IsDigit(text_[rest]);
    if (is_name) pieces.push_back({rest, name_end, /*is_name=*/true});
    if (rest < line_end_) pieces.push_back({rest, line_end_});
    if (line_begin_ < rest) pieces.push_back({line_begin_, line_end_});
    return pieces;
  }

  // Distinct texts for the piece, other than what is there; the likeliest first.
  absl::StatusOr<std::vector<std::string>> Propose(const Piece& piece) {
    GenerationRequest request =
        InfillBeside(document_, "repair", text_.substr(0, piece.begin), text_.substr(piece.end));
    request.max_tokens = piece.is_name ? kTokensOfName : kTokensOfLine;
    if (piece.is_name) request.names = NamesBehind(live_, document_, text_, piece.begin, work_);
    request.time_limit = latest_ - absl::Now();
    if (request.time_limit <= absl::ZeroDuration()) return std::vector<std::string>();
    absl::StatusOr<Generation> generation =
        engine_.model().GenerateNow(std::move(request), work_.stop);
    if (!generation.ok()) return generation.status();
    std::vector<std::string> texts;
    for (const Candidate& candidate : generation->candidates) {
      std::string_view text = candidate.text;
      if (piece.is_name) {
        const auto end = std::ranges::find_if_not(text, IsNameByte);
        text = text.substr(0, static_cast<size_t>(end - text.begin()));
      } else {
        text = WithoutTrailingSpace(WithoutOverlap(text, text_.substr(piece.end)));
      }
      const bool is_new =
          text != std::string_view(text_).substr(piece.begin, piece.end - piece.begin) &&
          std::ranges::find(texts, text) == texts.end();
      if (!text.empty() && is_new) texts.emplace_back(text);
    }
    return texts;
  }

  std::optional<std::string> FirstGood(const Piece& piece, const std::vector<std::string>& texts) {
    for (size_t first = 0; first < texts.size(); first += kChecks) {
      if (work_.stop || absl::Now() >= latest_) return std::nullopt;
      const size_t behind = std::min(first + kChecks, texts.size());
      std::vector<char> is_good(behind - first);
      std::vector<std::thread> checkers;
      for (size_t i = first; i < behind; ++i) {
        checkers.emplace_back([&, i] { is_good[i - first] = IsGood(piece, texts[i]); });
      }
      for (std::thread& checker : checkers) checker.join();
      const auto good = std::ranges::find(is_good, true);
      if (good != is_good.end()) return texts[first + static_cast<size_t>(good - is_good.begin())];
    }
    return std::nullopt;
  }

  bool IsGood(const Piece& piece, const std::string& text) const {
    const EditedFile file = DocumentToEdit(document_, text_, {{piece.begin, piece.end, text, ""}});
    EditCheckOptions options;
    options.instantiates = true;
    const EditCheck check = CheckEdits(live_, document_, {file}, work_, options);
    return check.not_checked.empty() && check.new_errors.empty() && check.errors_at_edits.empty() &&
           std::ranges::find(check.gone_errors, MessageOf(error_)) != check.gone_errors.end();
  }

  LanguageModel::Engine& engine_;
  LiveDocuments& live_;
  const DocumentSnapshot& document_;
  const Diagnostic& error_;
  const absl::Time latest_;
  const Work& work_;
  const std::string text_;
  size_t at_ = 0;  // where the error is
  size_t line_begin_ = 0;
  size_t line_end_ = 0;
};

}  // namespace

std::optional<LineRepair> RepairLine(LanguageModel& model, LiveDocuments& live,
                                     const DocumentSnapshot& document, const Diagnostic& error,
                                     PositionEncoding encoding, absl::Time latest,
                                     const Work& work) {
  LanguageModel::Engine* engine = model.For(document->name.path);
  if (engine == nullptr) return std::nullopt;
  auto repair = Repair(*engine, live, document, error, latest, work).Run(encoding);
  engine->Count();
  if (repair.ok()) return *std::move(repair);
  if (!absl::IsCancelled(repair.status()) && !absl::IsDeadlineExceeded(repair.status())) {
    model.Tell(repair.status());
  }
  return std::nullopt;
}

}  // namespace astrolabe::lsp
