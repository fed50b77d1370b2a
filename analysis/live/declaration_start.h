// Where the declaration begins that a place of a file is in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

namespace astrolabe {

// The byte at which the declaration of namespace scope around `offset` begins; between two declarations, or on the
// name of a namespace, the end of the last one ahead. 0 if there is none. Told by the scanner of tier 0, so it can be
// wrong where macros stand for braces.
size_t DeclarationStart(const std::string& path, const std::string& text, size_t offset);

}  // namespace astrolabe
