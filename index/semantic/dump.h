// Facts as text, one line an item, for `astrolabe dump` and for tests that compare.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include "index/semantic/facts.h"

namespace astrolabe {

// Lines and columns are printed 0-based, as they are stored; symbols by USR where the file declares
// them, else as their id in hexadecimal. Strings are escaped so that an item stays on its line.
std::string DumpFileFacts(const FileFacts& facts);

// An encoded shard: the unit, its closure, then every file. What does not decode is said in its place.
std::string DumpShard(std::string_view encoded);

}  // namespace astrolabe
