// An open file in its parsing processes: the node that has parsed its preamble, the one that has parsed the
// rest, and the children that answer questions.
//
// Headers that open files of the same flags share are parsed once, in a base, if they are many (shared_headers.h).
// On it, or alone, the preamble is parsed as the file's own first lines, and the rest as a continuation of it in a forked
// child; so the result is what a parse of the whole file gives, and an edit behind the preamble costs a fork
// and a parse of the rest. Questions that only read are answered by the node that holds the AST; those that
// parse or instantiate are forks again, which can't damage the AST, and to cancel one is to kill it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/batch/parse_node.h"

namespace astrolabe {

// What a preamble node says when it is ready.
struct PreambleReport {
  std::vector<std::string> files;    // all that it reads, absolute
  std::vector<std::string> missing;  // names of headers that it has not found, without folders
  // It is what a parse from the file's first line gives. Always so on the root. On a base only if all that
  // the base has parsed is included by the file, and each header found the macros that it would have found.
  bool is_exact = true;
  // A conditional that is open at its end is not taken: nothing can be parsed behind it.
  bool is_dead_end = false;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(files, missing, is_exact, is_dead_end);
  }
};

// A RunLiveTask (parse_server.h).
[[noreturn]] void RunLiveServer(const Hello& hello, Task task);

}  // namespace astrolabe
