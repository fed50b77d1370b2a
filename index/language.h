// Which file names are C-family sources, the only files whose contents tier 0 scans, and which of them are headers.
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
#include <span>
#include <string_view>

namespace astrolabe {

enum class SourceRole : uint8_t {
  kNone,    // not of the C family: listed for file search, contents not looked at
  kUnit,    // compiled for itself
  kHeader,  // included by whoever wants what it declares
  kPart,    // included by those that know it: inline definitions, template bodies, X-macro tables
};

// `name` is a base name or a path, any bytes; only what follows the last dot of the last component
// counts. A name that is nothing but an ending (".c") is a hidden file, not a source.
SourceRole RoleOfFileName(std::string_view name);

// The endings of a role, without dots, the most usual first.
std::span<const std::string_view> EndingsOf(SourceRole role);

// Whether it is a header's name, also one without an ending, as the standard library's have.
bool IsHeaderName(std::string_view name);

}  // namespace astrolabe
