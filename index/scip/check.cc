// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/scip/check.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/strings.h"
#include "base/whole_file.h"
#include "index/scip/scip.pb.h"
#include "index/scip/symbol_grammar.h"
#include "index/symbol.h"
#include "index/varint.h"

namespace astrolabe {
namespace {

using Range = google::protobuf::RepeatedField<int32_t>;

constexpr int32_t kKnownRoles = scip::Definition | scip::Import | scip::WriteAccess |
                                scip::ReadAccess | scip::Generated | scip::Test |
                                scip::ForwardDefinition;

// A top-level field of the file: its number and its bytes.
struct Field {
  uint64_t number = 0;
  std::string_view bytes;
};

// Takes the next field off `rest`; false at its end or where it is no field of a message.
bool NextField(std::string_view& rest, Field& field) {
  const auto* begin = reinterpret_cast<const uint8_t*>(rest.data());
  const uint8_t* end = begin + rest.size();
  uint64_t tag = 0;
  uint64_t length = 0;
  const uint8_t* at = rest.empty() ? nullptr : DecodeVarint64(begin, end, &tag);
  if (!at || (tag & 7) != 2) return false;
  at = DecodeVarint64(at, end, &length);
  if (!at || length > static_cast<uint64_t>(end - at)) return false;
  field.number = tag >> 3;
  field.bytes = rest.substr(static_cast<size_t>(at - begin), length);
  rest.remove_prefix(static_cast<size_t>(at - begin) + length);
  return true;
}

template <typename Message>
bool Parse(std::string_view bytes, Message& message) {
  return bytes.size() <= std::numeric_limits<int>::max() &&
         message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

bool IsPlainPath(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.back() == '/') return false;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return true;
}

std::string PathOfUri(std::string_view uri) {
  std::string path;
  auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
  };
  for (size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] == '%' && i + 2 < uri.size() && digit(uri[i + 1]) >= 0 && digit(uri[i + 2]) >= 0) {
      path += static_cast<char>(digit(uri[i + 1]) * 16 + digit(uri[i + 2]));
      i += 2;
    } else {
      path += uri[i];
    }
  }
  return path;
}

class Checker {
 public:
  Checker(std::string_view bytes, const ScipCheckOptions& options)
      : bytes_(bytes), options_(options), root_(options.root) {}

  ScipCheckReport Run() {
    Collect();
    std::string_view rest = bytes_;
    for (Field field; NextField(rest, field);) {
      if (field.number == scip::Index::kDocumentsFieldNumber) {
        scip::Document document;
        if (Parse(field.bytes, document)) CheckDocument(document);
      } else if (field.number == scip::Index::kExternalSymbolsFieldNumber) {
        scip::SymbolInformation symbol;
        if (Parse(field.bytes, symbol)) CheckRelationships(symbol, "external symbols");
      }
    }
    return std::move(report_);
  }

 private:
  template <typename... Pieces>
  void Problem(const Pieces&... pieces) {
    if (++report_.problem_count <= options_.max_problems) {
      report_.problems.push_back(StrCat(pieces...));
    }
  }

  // The first pass: all that parses, and every symbol that is described.
  void Collect() {
    std::string_view rest = bytes_;
    bool has_metadata = false;
    for (Field field; NextField(rest, field);) {
      bool parsed = true;
      if (field.number == scip::Index::kMetadataFieldNumber) {
        scip::Metadata metadata;
        parsed = Parse(field.bytes, metadata);
        if (has_metadata) Problem("the metadata occurs twice");
        has_metadata = true;
        CheckMetadata(metadata);
      } else if (field.number == scip::Index::kDocumentsFieldNumber) {
        scip::Document document;
        parsed = Parse(field.bytes, document);
        if (!has_metadata) Problem("a document before the metadata");
        for (const scip::SymbolInformation& symbol : document.symbols()) Describe(symbol);
        ++report_.documents;
      } else if (field.number == scip::Index::kExternalSymbolsFieldNumber) {
        scip::SymbolInformation symbol;
        parsed = Parse(field.bytes, symbol);
        Describe(symbol);
        ++report_.external_symbols;
      }
      if (!parsed) {
        Problem("field ", field.number, " at byte ", field.bytes.data() - bytes_.data(),
                " is no message of its kind");
      }
    }
    if (!rest.empty()) {
      Problem("no field of a SCIP index at byte ", bytes_.size() - rest.size(), " of ",
              bytes_.size());
    }
    if (!has_metadata) Problem("no metadata");
  }

  void CheckMetadata(const scip::Metadata& metadata) {
    constexpr std::string_view kScheme = "file://";
    const std::string& root = metadata.project_root();
    if (!std::string_view(root).starts_with(kScheme)) {
      Problem("the project's root \"", root, "\" is no file: URI");
    } else if (root_.empty()) {
      root_ = PathOfUri(std::string_view(root).substr(kScheme.size()));
    }
    if (metadata.tool_info().name().empty()) Problem("the metadata names no tool");
  }

  void Describe(const scip::SymbolInformation& symbol) {
    ++report_.symbols;
    if (absl::StatusOr<ScipSymbol> parsed = ParseScipSymbol(symbol.symbol()); !parsed.ok()) {
      Problem(ToStd(parsed.status().message()));
    } else if (parsed->local.empty() && !described_.insert(symbol.symbol()).second) {
      Problem("symbol \"", symbol.symbol(), "\" is described twice");
    }
  }

  void CheckRelationships(const scip::SymbolInformation& symbol, std::string_view where) {
    for (const scip::Relationship& relationship : symbol.relationships()) {
      ++report_.relationships;
      CheckMention(relationship.symbol(), StrCat(where, ": a relationship of ", symbol.symbol()));
      if (relationship.symbol() == symbol.symbol()) {
        Problem(where, ": ", symbol.symbol(), " is related to itself");
      }
      if (!relationship.is_reference() && !relationship.is_implementation() &&
          !relationship.is_type_definition() && !relationship.is_definition()) {
        Problem(where, ": a relationship of ", symbol.symbol(), " that says nothing");
      }
    }
  }

  void CheckMention(const std::string& symbol, const std::string& where) {
    if (described_.contains(symbol)) return;
    absl::StatusOr<ScipSymbol> parsed = ParseScipSymbol(symbol);
    if (!parsed.ok()) {
      Problem(where, ": ", ToStd(parsed.status().message()));
    } else if (parsed->local.empty()) {
      Problem(where, ": nothing describes \"", symbol, "\"");
    }
  }

  void CheckDocument(const scip::Document& document) {
    const std::string& path = document.relative_path();
    if (!IsPlainPath(path)) Problem("document \"", path, "\": no plain relative path");
    if (!paths_.insert(path).second) Problem("document \"", path, "\" occurs twice");
    if (document.language().empty()) Problem(path, ": no language");
    if (document.position_encoding() == scip::UnspecifiedPositionEncoding) {
      Problem(path, ": nothing says what its columns count");
    }
    check_columns_ = document.position_encoding() == scip::UTF8CodeUnitOffsetFromLineStart;
    const std::string file = root_ + "/" + path;
    if (document.text().empty() && !RealFileSystem().Stat(file).ok()) {
      return Problem(path, ": cannot read ", file);
    }
    MeasureLines(document.text().empty() ? ReadWholeFile(file) : document.text());
    for (const scip::Occurrence& occurrence : document.occurrences()) {
      ++report_.occurrences;
      CheckOccurrence(occurrence, path);
    }
    for (const scip::SymbolInformation& symbol : document.symbols()) {
      CheckRelationships(symbol, path);
    }
  }

  void MeasureLines(std::string_view text) {
    line_lengths_.clear();
    while (true) {
      const size_t end = std::min(text.find('\n'), text.size());
      line_lengths_.push_back(end);
      if (end == text.size()) return;
      text.remove_prefix(end + 1);
    }
  }

  // Begin and end, unless something is wrong with the range.
  std::optional<std::pair<Position, Position>> ReadRange(const Range& range,
                                                         const std::string& path) {
    if (range.size() != 3 && range.size() != 4) {
      Problem(path, ": a range of ", range.size(), " numbers");
      return {};
    }
    const bool negative = std::any_of(range.begin(), range.end(), [](int32_t n) { return n < 0; });
    const bool one_line = range.size() == 3;
    const Position begin{static_cast<uint32_t>(range[0]), static_cast<uint32_t>(range[1])};
    const Position end{static_cast<uint32_t>(one_line ? range[0] : range[2]),
                       static_cast<uint32_t>(one_line ? range[2] : range[3])};
    const std::string where = StrCat(path, ":", begin.line + 1, ":", begin.column + 1);
    if (negative || end < begin) {
      Problem(where, ": a range whose numbers are out of order");
      return {};
    }
    const bool inside = end.line < line_lengths_.size() &&
                        (!check_columns_ || (begin.column <= line_lengths_[begin.line] &&
                                             end.column <= line_lengths_[end.line]));
    if (!inside) Problem(where, ": a range beyond the text");
    return inside ? std::optional(std::pair(begin, end)) : std::nullopt;
  }

  void CheckOccurrence(const scip::Occurrence& occurrence, const std::string& path) {
    const auto range = ReadRange(occurrence.range(), path);
    if (occurrence.enclosing_range_size() != 0) {
      const auto enclosing = ReadRange(occurrence.enclosing_range(), path);
      if (range && enclosing &&
          (enclosing->first > range->first || enclosing->second < range->second)) {
        Problem(path, ":", range->first.line + 1, ": an enclosing range that does not enclose");
      }
    }
    const int32_t line = occurrence.range().empty() ? 0 : occurrence.range(0);
    const std::string where = StrCat(path, ":", line + 1);
    CheckMention(occurrence.symbol(), where);
    if ((occurrence.symbol_roles() & ~kKnownRoles) != 0) {
      Problem(where, ": unknown roles ", occurrence.symbol_roles());
    }
  }

  const std::string_view bytes_;
  const ScipCheckOptions& options_;
  std::string root_;
  ScipCheckReport report_;
  absl::flat_hash_set<std::string> described_;
  absl::flat_hash_set<std::string> paths_;
  std::vector<size_t> line_lengths_;  // bytes, of the document at hand
  bool check_columns_ = true;
};

}  // namespace

absl::StatusOr<ScipCheckReport> CheckScip(FileSystem& fs, const std::string& path,
                                          const ScipCheckOptions& options) {
  absl::StatusOr<std::unique_ptr<FileContents>> contents = fs.Map(path);
  if (!contents.ok()) return contents.status();
  return Checker((*contents)->bytes(), options).Run();
}

}  // namespace astrolabe
