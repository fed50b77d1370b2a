// Which file names are C-family sources, the only files whose contents tier 0 scans.
//
// Decided by name alone: looking into 78,000 files to see what they are would cost more than the
// walk. The set is what clang's driver takes as C, C++, Objective-C, CUDA or HIP input or header,
// joined with what ctags maps to C and C++ and with the usual names of files that are only ever
// included (.inl, .ipp, .tcc, .def, .inc and the like). Left out on purpose: headers without an
// extension as the C++ standard library has them (nothing in the name tells them from README or
// Makefile), preprocessed output (.i, .ii), templates for a configure step (.h.in), and assembler
// (.s, .S).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>

namespace astrolabe {

enum class FileClass : uint8_t {
  kOther = 0,   // listed for file search, contents not looked at
  kSource = 1,  // C family
};

// `name` is a base name or a path, any bytes; only what follows the last dot of the last component
// counts. A name that is nothing but an extension (".c") is a hidden file, not a source.
FileClass ClassifyFileName(std::string_view name);

}  // namespace astrolabe
