// Nodes that have parsed an open file up to the declaration that the user is in.
//
// Completion parses from the end of the preamble to the cursor. Function bodies on the way are skipped, but they are
// still read, and every signature is still parsed: most of what a completion far down in a long file costs. What is
// ahead of the declaration at the cursor does not change while one types in it, so a process keeps it parsed, and each
// completion there is a fork of that process and parses the one declaration. Where the user is, an edit or a question
// with a place tells ahead of the first completion.
//
// A node answers only for a text that begins with what it has parsed, byte for byte. So it is never wrong about that,
// only perhaps about where a declaration begins (declaration_start.h); an empty answer from it is therefore not
// believed (Distrust).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "analysis/batch/parse_tree.h"
#include "analysis/live/answers.h"
#include "analysis/live/declaration_start.h"

namespace astrolabe {

// A place in an open file whose preamble is parsed.
struct CompletionPlace {
  const std::string& path;
  const std::string& text;
  uint64_t generation = 0;      // of the text: another one, another number
  size_t preamble_size = 0;     // bytes
  NodeId preamble = kRootNode;  // that has parsed them
  size_t offset = 0;            // bytes
};

// One thread, that of `tree`.
class CompletionNodes {
 public:
  CompletionNodes(ParseTree& tree, absl::Duration parse_limit)
      : tree_(tree), parse_limit_(parse_limit) {}

  // The node to complete on and how much of the text it has parsed.
  struct Start {
    NodeId node = kRootNode;
    size_t parsed = 0;
    bool is_prepared = false;  // it is one of ours, not the preamble's
  };
  Start Find(const CompletionPlace& place) const;

  // The user is there: makes a node for it, unless there is one, one is coming, or it would save too little.
  void Prepare(const CompletionPlace& place);

  // The file's node gave an empty answer or none: none is made for that declaration again.
  void Distrust(const std::string& path);
  // The preamble goes or the file is closed.
  void Drop(const std::string& path);

  // Whether the node or job is one of ours.
  bool HandleReady(const ParseEvent& event);
  bool HandleGone(NodeId node);
  bool HandleEnd(const ParseEvent& event);

 private:
  struct Prepared {
    NodeId preamble = kRootNode;
    NodeId node = kRootNode;
    uint32_t job = 0;
    bool ready = false;
    bool failed = false;  // stays, so that it is not tried again
    std::string text;     // that it has parsed
  };

  struct Declarations {
    uint64_t generation = 0;
    DeclarationStarts starts;
  };

  static bool Fits(const Prepared& prepared, const CompletionPlace& place);
  size_t StartOf(const CompletionPlace& place);
  void Forget(const std::string& path);
  void End(Prepared& prepared);

  ParseTree& tree_;
  const absl::Duration parse_limit_;
  std::map<std::string, Prepared> prepared_;  // by path
  std::map<std::string, Declarations>
      declarations_;  // of the texts that were last asked about, by path
};

// Whether an encoded answer to a question of that kind has nothing to offer; of kComplete and kSignatureHelp alone.
bool SaysNothing(QuestionKind kind, const std::string& answer);

}  // namespace astrolabe
