// Which headers open files of the same flags parse once, together, instead of once per file.
//
// Chosen for one file and its neighbours, the units of the same folder: those headers that the file includes and
// at least half of the neighbours include too. So for the file itself nothing is in it that a parse of its own
// would not have, and for half of the neighbours and more hardly anything. Of RocksDB's 87 units in db/, 52 %
// include all that db_impl.cc shares with half of them, which is 94 % of the lines of db_impl.cc's headers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/project/compile_command.h"
#include "analysis/project/dependency_scan.h"

namespace astrolabe {

// As written behind #include, in the order in which the file comes to them. Empty if it is not worth a process.
// `scan` has the file's unit first and those of neighbours with the same arguments behind it; `command` is the
// file's. No header that is, or includes, one of `left_out` (absolute paths) is chosen.
std::vector<std::string> ChooseSharedHeaders(const ScanResult& scan, const FrontEndCommand& command,
                                             const std::set<std::string>& left_out);

}  // namespace astrolabe
