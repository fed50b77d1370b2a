// The state of one open file: its text, the processes that have parsed it or are about to, and what came of it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "analysis/batch/parse_tree.h"
#include "analysis/live/answers.h"
#include "analysis/live/body_edit.h"
#include "analysis/live/line_index.h"
#include "analysis/project/paths.h"

namespace astrolabe {

// A node on its way or ready. `job` is the one that makes it.
struct NodeOfFile {
  NodeId node = kRootNode;
  NodeId parent = kRootNode;
  uint32_t job = 0;
  bool ready = false;
  std::string text;         // that it has parsed, or is parsing
  uint64_t generation = 0;  // of that text, or of the one whose preamble it is
  absl::Time started;
};

struct OpenFile {
  std::string text;
  uint64_t generation = 0;
  std::optional<LineIndex> lines;             // of `text`, once a place of it was asked about
  absl::Time changed = absl::InfinitePast();  // when a text came that is not on disk
  size_t preamble_size = 0;
  bool is_edited = false;  // it is not what is on disk, or may not be
  // Why the newest text can't be parsed; empty if it can or is about to be.
  std::string refused;
  int crashes = 0;  // of the parse of this generation
  absl::Time asked = absl::InfinitePast();
  bool is_evicted = false;  // its AST was given back; a question or an edit brings it back

  // What its preamble may stand on.
  std::string key;  // Bases::KeyOf its command; empty if it has a context, which no base has read
  bool has_wanted_base = false;
  bool is_alone = false;                     // no base suits it
  bool closes_preamble = false;              // PreambleReport::is_dead_end otherwise
  std::vector<std::string> module_problems;  // LiveCommand's

  std::optional<NodeOfFile> preamble;  // ready: serves; else being parsed
  bool is_exact = true;                // else it serves only until one without a base is there
  NodeId base = kRootNode;             // that `preamble` is on
  std::set<std::string> reads;         // files that it has read
  std::set<std::string> missing;       // names of headers that it has not found, without folders
  // Whether it reads another text, or one at last, when the file changes.
  bool DependsOn(const std::string& path) const {
    return reads.contains(path) || missing.contains(std::string(BaseName(path)));
  }
  std::optional<NodeOfFile> next_preamble;  // replaces it when ready
  NodeId next_base = kRootNode;
  absl::Time preamble_due = absl::InfiniteFuture();
  // What was parsed may be on top of old includes.
  bool AwaitsIncludes() const {
    return next_preamble.has_value() || preamble_due != absl::InfiniteFuture();
  }
  std::optional<NodeOfFile> warm;  // on top of `preamble`: see JobKind::kWarm

  std::optional<NodeOfFile> ast;            // ready, of the newest text that was parsed
  std::optional<NodeOfFile> next_ast;       // being parsed
  std::vector<LiveDiagnostic> diagnostics;  // of `ast`, as far as they are known
  bool is_all_told = false;                 // they were published as all that there is to say
  std::vector<FunctionSpan> functions;      // of `ast`
  uint32_t completing = 0;  // the job that looks for the rest of the diagnostics of `ast`
  // It does so as a node that clang-tidy can be asked on; while that is at work, the job.
  std::optional<NodeOfFile> ended;
  uint32_t tidying = 0;
  std::vector<std::string> crashed_checks;  // not tried again while the file is open

  // The diagnostics of an edit inside one function, while next_ast parses all of it.
  uint32_t body_job = 0;
  BodyEdit body_edit;  // from the text of `ast` to that of this generation:
  uint64_t body_generation = 0;
  uint64_t diagnosed_generation = 0;  // the last whose first diagnostics were published
};

}  // namespace astrolabe
