// What clang-tidy found in many units, as one list, and the fixes of it that go together.
//
// Two findings are the same if file, offset, check and message are. Their fixes may differ, as when a name is renamed
// at its uses in each unit; then all edits of both belong to it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/batch/tidy_protocol.h"

namespace astrolabe {

class TidyFindings {
 public:
  // `fixes`: whether their edits count; those of a unit with errors do not.
  void Add(std::vector<TidyFinding> findings, bool fixes);
  // By file, offset, check and message.
  std::vector<TidyFinding> Take();

 private:
  std::map<std::tuple<std::string, uint64_t, std::string, std::string>, TidyFinding> findings_;
};

struct ChosenFixes {
  std::map<std::string, std::vector<TidyEdit>> edits;  // by file; by offset, apart from each other
  std::vector<size_t> applied;                         // of the findings given
  std::vector<size_t> conflicting;  // they overlap one that is applied, wholly left out
};

// A fix is taken with all its edits or not at all, in the order of the findings. Equal edits of several fixes are one;
// insertions at the same place come one behind the other. Edits of files outside `root` are refused.
ChosenFixes ChooseFixes(const std::vector<TidyFinding>& findings, std::string_view root);

// `edits` as in ChosenFixes. Edits that `text` is too short for are left out.
std::string ApplyEdits(std::string_view text, const std::vector<TidyEdit>& edits);

}  // namespace astrolabe
