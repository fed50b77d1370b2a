// What may be wrong with a workspace and the machine it is on, said so that somebody who is new can mend it.
//
// Each check looks at one thing and adds what it has found: a sentence on what is the matter, one on what to do,
// and a few examples. Nothing is changed, and nothing that lies in the workspace is run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/batch/batch_indexer.h"

namespace astrolabe {

enum class FindingLevel : uint8_t {
  kFine,
  kNote,     // good to know; nothing has to be done
  kProblem,  // answers are wrong, missing or slow until it is mended
};

// "fine", "note" or "problem".
const char* FindingLevelName(FindingLevel level);

struct Finding {
  FindingLevel level = FindingLevel::kFine;
  std::string check;   // what was looked at, one of a few fixed names: "stale-entries"
  std::string what;    // a sentence
  std::string advice;  // what to do; empty where nothing is
  std::vector<std::string> examples;
};

using Findings = std::vector<Finding>;

// The compilation database, its entries, their compilers, the headers they lack, configuration files.
void CheckProject(const SemanticOptions& options, Findings& findings);
// Whether there is an index that can be read and is up to date, and whether it can be written.
void CheckIndex(const SemanticOptions& options, Findings& findings);
// Clang's own headers, the language model, the limits of the system.
void CheckMachine(const SemanticOptions& options, Findings& findings);

}  // namespace astrolabe
