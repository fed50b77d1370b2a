// The endings of C-family file names, as one table, looked up by the ending packed into an integer.
//
// A hash set gives the same answer; the table needs no set-up at process start and no hashing for
// the tens of thousands of names of a walk.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/language.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace astrolabe {
namespace {

// Upper case where it is a convention of its own, not for every spelling. The most usual first.
constexpr std::string_view kUnits[] = {"cc", "cpp", "cxx", "c", "c++", "C", "m", "mm", "cu", "hip",
                                       "cp", "CC", "CPP", "CXX", "C++", "M",
                                       // Module interface units.
                                       "cppm", "ixx", "ccm", "cxxm", "c++m", "mpp"};
constexpr std::string_view kHeaders[] = {"h",   "hh", "hpp", "hxx", "h++", "H",
                                         "cuh", "HH", "hp",  "HPP", "HXX"};
constexpr std::string_view kParts[] = {"inc", "ipp", "inl", "tcc", "tpp", "def", "icc", "txx"};

// Up to eight bytes, first byte lowest. Distinct endings have distinct keys.
constexpr uint64_t Key(std::string_view ending) {
  uint64_t key = 0;
  for (size_t i = 0; i < ending.size(); ++i) {
    key |= uint64_t{static_cast<unsigned char>(ending[i])} << (8 * i);
  }
  return key;
}

struct Ending {
  uint64_t key = 0;
  SourceRole role = SourceRole::kNone;
};

constexpr auto kSorted = [] {
  std::array<Ending, std::size(kUnits) + std::size(kHeaders) + std::size(kParts)> endings;
  size_t size = 0;
  for (std::string_view ending : kUnits) endings[size++] = {Key(ending), SourceRole::kUnit};
  for (std::string_view ending : kHeaders) endings[size++] = {Key(ending), SourceRole::kHeader};
  for (std::string_view ending : kParts) endings[size++] = {Key(ending), SourceRole::kPart};
  std::ranges::sort(endings, {}, &Ending::key);
  return endings;
}();

}  // namespace

SourceRole RoleOfFileName(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name[dot - 1] == '/') return SourceRole::kNone;
  const std::string_view ending = name.substr(dot + 1);
  if (ending.empty() || ending.size() > 8) return SourceRole::kNone;
  const uint64_t key = Key(ending);
  const auto* found = std::ranges::lower_bound(kSorted, key, {}, &Ending::key);
  return found != kSorted.end() && found->key == key ? found->role : SourceRole::kNone;
}

std::span<const std::string_view> EndingsOf(SourceRole role) {
  switch (role) {
    case SourceRole::kNone:
      return {};
    case SourceRole::kUnit:
      return kUnits;
    case SourceRole::kHeader:
      return kHeaders;
    case SourceRole::kPart:
      return kParts;
  }
  return {};
}

bool IsHeaderName(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  return name.find('.') == std::string_view::npos || RoleOfFileName(name) == SourceRole::kHeader;
}

}  // namespace astrolabe
