// The names that stand around a cursor: a proposal that is made of them fits better than one that brings its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <set>
#include <string_view>

namespace astrolabe {

// Views of the texts that it is made from, of their last and first 20,000 bytes.
class KnownNames {
 public:
  KnownNames(std::string_view prefix, std::string_view suffix);

  // Of the names in `text`, those that are known: 0 to 1. 1 for text without names.
  double ShareIn(std::string_view text) const;

 private:
  std::set<std::string_view> names_;
};

}  // namespace astrolabe
