// clang-tidy in a parsing process of the batch engine, as that sees it: the checks themselves are linked by the program
// alone (analysis/features/tidy/batch_tidy.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/batch/parse_session.h"

namespace astrolabe {

// For a chain of forks: what it has at a fork point, the children begin with.
class UnitTidy {
 public:
  virtual ~UnitTidy() = default;
  // Before anything is read. `request`: an encoded TidyRequest. False if it is none.
  virtual bool Start(ParseState& state, const std::string& request,
                     const std::string& directory) = 0;
  // In a zygote, its headers being parsed.
  virtual void AtForkPoint(ParseState& state) = 0;
  // Encoded TidyAnswers. Of the headers that a zygote has parsed ...
  virtual std::string OfHeaders(ParseState& state) = 0;
  // ... of a unit on a zygote, which reads so many of the record's files ...
  virtual std::string OfUnit(ParseState& state, const std::vector<bool>& closure) = 0;
  // ... and of a unit that was parsed alone.
  virtual std::string OfWhole(ParseState& state) = 0;
};

using MakeUnitTidy = std::unique_ptr<UnitTidy> (*)();

}  // namespace astrolabe
