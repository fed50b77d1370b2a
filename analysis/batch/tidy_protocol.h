// What `astrolabe fix` asks of the parsing processes, and what clang-tidy's checks find: plain structs.
//
// A finding's places are bytes of a file on disk. The same finding comes from every unit that includes its header;
// tidy_findings.h makes one of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace astrolabe {

// What is not given comes from .clang-tidy files, and else from clang-tidy's defaults.
struct TidyRequest {
  std::string
      file;  // whose .clang-tidy files count, absolute; of a group of units with the same ones any
  std::string checks;                        // globs, behind theirs
  std::optional<std::string> header_filter;  // regular expressions
  std::optional<std::string> exclude_header_filter;
  std::optional<std::string> warnings_as_errors;  // globs
  bool system_headers = false;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(file, checks, header_filter, exclude_header_filter, warnings_as_errors, system_headers);
  }
};

struct TidyEdit {
  std::string path;  // absolute
  uint64_t offset = 0;
  uint64_t length = 0;
  std::string text;
  friend auto operator<=>(const TidyEdit&, const TidyEdit&) = default;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, offset, length, text);
  }
};

struct TidyNote {
  std::string path;
  uint64_t offset = 0;
  std::string message;
  friend auto operator<=>(const TidyNote&, const TidyNote&) = default;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, offset, message);
  }
};

enum class TidyLevel : uint32_t {
  kWarning,
  kPromoted,  // a warning that WarningsAsErrors made an error
  kError,     // of the compiler
};

struct TidyFinding {
  std::string path;  // absolute; empty: of no place
  uint64_t offset = 0;
  std::string check;
  std::string message;
  TidyLevel level = TidyLevel::kWarning;
  std::vector<TidyNote> notes;
  std::vector<TidyEdit> edits;  // the fix; none: there is none
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, offset, check, message, level, notes, edits);
  }
};

// Of one job: a unit, or the headers of a zygote.
struct TidyAnswer {
  std::vector<TidyFinding> findings;
  uint64_t suppressed = 0;  // by NOLINT comments
  template <typename Archive>
  void Members(Archive& archive) {
    archive(findings, suppressed);
  }
};

}  // namespace astrolabe
