// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/name_mask.h"

#include <algorithm>

#include "index/ascii.h"

namespace astrolabe {
std::vector<std::string> SortedNames(std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) { return name.empty(); });
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

NameMask::NameMask(const std::vector<std::string>& names)
    : names_(&names), last_(names.size()), is_over_(names.empty()) {}

bool NameMask::IsName() const { return first_ < last_ && (*names_)[first_].size() == depth_; }

bool NameMask::Take(std::string_view piece) {
  for (char byte : piece) {
    if (is_over_) break;
    if (!IsWordByte(byte)) {
      // `~` and `operator` are names that begin otherwise; those are for whoever types them.
      is_over_ = IsName();
      return is_over_;
    }
    const auto begin = names_->begin() + static_cast<std::ptrdiff_t>(first_);
    const auto end = names_->begin() + static_cast<std::ptrdiff_t>(last_);
    // -1 for a name that ends here, which comes ahead of all that go on.
    auto byte_of = [this](const std::string& name) {
      return depth_ < name.size() ? static_cast<int>(static_cast<unsigned char>(name[depth_])) : -1;
    };
    const int wanted = static_cast<unsigned char>(byte);
    const auto from = std::partition_point(
        begin, end, [&](const std::string& name) { return byte_of(name) < wanted; });
    const auto to = std::partition_point(
        from, end, [&](const std::string& name) { return byte_of(name) == wanted; });
    if (from == to) return false;
    first_ = static_cast<size_t>(from - names_->begin());
    last_ = static_cast<size_t>(to - names_->begin());
    ++depth_;
  }
  return true;
}

}  // namespace astrolabe
