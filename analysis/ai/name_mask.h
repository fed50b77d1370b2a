// Which bytes may follow where only certain names can stand: behind `.`, `->` and `::`, those that Sema would complete.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

// Sorted names, no two alike. Shared by all candidates of a request.
std::vector<std::string> SortedNames(std::vector<std::string> names);

// Follows one candidate: the names that its bytes so far can still become. Once one of them stands there in full and
// something else follows, everything is allowed.
class NameMask {
 public:
  // Borrowed: as SortedNames gives them. Without names everything is allowed from the start.
  explicit NameMask(const std::vector<std::string>& names);

  bool is_over() const { return is_over_; }
  // Whether a text may come next; what `piece` says behind the name does not matter.
  bool Allows(std::string_view piece) const {
    NameMask after = *this;
    return after.Take(piece);
  }
  // Whether the text may end here: at the end of a name.
  bool AllowsEnd() const { return is_over_ || IsName(); }
  // `piece` comes next. False if it may not; then this is of no more use.
  bool Take(std::string_view piece);

 private:
  bool IsName() const;

  const std::vector<std::string>* names_;
  // Those that begin with the bytes so far.
  size_t first_ = 0;
  size_t last_ = 0;
  size_t depth_ = 0;  // how many bytes that is
  bool is_over_ = false;
};

}  // namespace astrolabe
