// Where the declarations begin that places of a file are in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace astrolabe {

// Told by the scanner of tier 0, so it can be wrong where macros stand for braces. Holds no text; made once for a text, as
// scanning a long one takes as long as an answer of the compiler.
class DeclarationStarts {
 public:
  DeclarationStarts() = default;
  DeclarationStarts(const std::string& path, const std::string& text);

  // The byte at which the declaration of namespace scope around `offset` begins; between two declarations, or on the
  // name of a namespace, the end of the last one ahead. 0 if there is none.
  size_t Of(size_t offset) const;

 private:
  struct Declaration {
    size_t begin = 0;
    size_t end = 0;
    bool is_namespace = false;
    size_t behind =
        0;  // where the next may begin: `end`, or the semicolon's; 0 if neither is the end of it
  };
  std::vector<Declaration> declarations_;  // by `begin`
};

}  // namespace astrolabe
