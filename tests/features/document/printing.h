// Places and ranges in failures of tests, as an editor counts them less one: 3:4-3:9.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <ostream>

#include "analysis/live/answers.h"

namespace astrolabe {

inline void PrintTo(const CodePlace& place, std::ostream* out) {
  *out << place.line << ":" << place.column;
}

inline void PrintTo(const CodeRange& range, std::ostream* out) {
  PrintTo(range.begin, out);
  *out << "-";
  PrintTo(range.end, out);
}

}  // namespace astrolabe
