// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/spelling.h"

#include "index/query/name_matcher.h"

namespace astrolabe {
namespace {

constexpr uint32_t kMaxWordsLookedAt = 2048;
constexpr size_t kMinTyped = 4;
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace

std::vector<MeantWord> WordsMeant(const Segment& segment, std::string_view typed, size_t limit) {
  std::vector<MeantWord> meant;
  if (typed.size() < kMinTyped) return meant;
  const StringTable& words = segment.words();
  // As few right letters as leave few enough words to look at each.
  size_t kept = 1;
  IdRange near = words.WithPrefix(typed.substr(0, kept));
  while (near.size() > kMaxWordsLookedAt && kept < typed.size()) {
    near = words.WithPrefix(typed.substr(0, ++kept));
  }
  const NameMatcher matcher(typed);
  for (StringCursor word = words.Walk(near); meant.size() < limit && word.Next();) {
    if (matcher.StartsWithOneMistake(word.text())) {
      meant.push_back({word.id(), std::string(word.text())});
    }
  }
  // A mistake among the letters kept: every spelling that it can have come from.
  auto try_spelling = [&](const std::string& spelling) {
    for (StringCursor word = words.Walk(words.WithPrefix(spelling));
         meant.size() < limit && word.Next();) {
      meant.push_back({word.id(), std::string(word.text())});
    }
  };
  for (size_t at = 1; at < kept && meant.size() < limit; ++at) {
    std::string spelling(typed);
    std::swap(spelling[at], spelling[at + 1]);
    if (spelling != typed) try_spelling(spelling);
    spelling = typed;
    try_spelling(spelling.erase(at, 1));
    for (char letter : kLetters) {
      spelling = typed;
      try_spelling(spelling.insert(at, 1, letter));
      if (letter == typed[at]) continue;
      spelling = typed;
      spelling[at] = letter;
      try_spelling(spelling);
    }
  }
  return meant;
}

}  // namespace astrolabe
