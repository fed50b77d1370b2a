// Names for the benches: as long and as repetitive as identifiers in a kernel.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

// `distinct` names of 32 bytes on average (24 to 40), in random order, all different.
inline std::vector<std::string> MakeNames(size_t distinct) {
  static constexpr std::string_view kWords[] = {"page",  "cache", "inode",  "lock",  "super",
                                                "block", "read",  "ahead",  "table", "notify",
                                                "queue", "work",  "struct", "ops",   "device"};
  std::mt19937_64 random(1);
  std::vector<std::string> names(distinct);
  for (size_t i = 0; i < distinct; ++i) {
    std::string& name = names[i];
    const size_t length = 24 + random() % 17;
    while (name.size() + 8 < length) {
      name += kWords[random() % std::size(kWords)];
      name += '_';
    }
    // Seven base-36 digits tell the names apart.
    for (size_t rest = i * 2654435761u % 4294967296u, d = 0; d < 7; ++d, rest /= 36) {
      name += "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
    }
  }
  return names;
}

// Indices into `distinct` names: each once, and `repeats` further ones of which small numbers are
// likelier, shuffled together.
inline std::vector<uint32_t> MakeOccurrences(size_t distinct, size_t repeats) {
  std::mt19937_64 random(2);
  std::vector<uint32_t> occurrences;
  occurrences.reserve(distinct + repeats);
  for (size_t i = 0; i < distinct; ++i) occurrences.push_back(static_cast<uint32_t>(i));
  for (size_t i = 0; i < repeats; ++i) {
    const double u = std::uniform_real_distribution<double>(0, 1)(random);
    occurrences.push_back(static_cast<uint32_t>(u * u * u * static_cast<double>(distinct)));
  }
  for (size_t i = occurrences.size(); i > 1; --i) {
    std::swap(occurrences[i - 1], occurrences[random() % i]);
  }
  return occurrences;
}

}  // namespace astrolabe
