// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/known_names.h"

#include <algorithm>

#include "index/visit_names.h"

namespace astrolabe {
namespace {

constexpr size_t kReach = 20'000;

}  // namespace

KnownNames::KnownNames(std::string_view prefix, std::string_view suffix) {
  const auto know = [this](std::string_view name, size_t) { names_.insert(name); };
  VisitNames(prefix.substr(prefix.size() - std::min(prefix.size(), kReach)), know);
  VisitNames(suffix.substr(0, kReach), know);
}

double KnownNames::ShareIn(std::string_view text) const {
  int all = 0;
  int known = 0;
  VisitNames(text, [&](std::string_view name, size_t) {
    ++all;
    known += names_.contains(name) ? 1 : 0;
  });
  return all == 0 ? 1 : static_cast<double>(known) / all;
}

}  // namespace astrolabe
