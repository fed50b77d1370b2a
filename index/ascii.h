// Classes of single bytes in source code. ASCII only, whatever the locale; a byte above 0x7F counts as part
// of a word, so that UTF-8 identifiers stay whole.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace astrolabe {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsHighByte(char c) { return static_cast<unsigned char>(c) >= 0x80; }
constexpr bool IsWordByte(char c) {
  return IsLower(c) || IsUpper(c) || IsDigit(c) || c == '_' || IsHighByte(c);
}
// What Clang takes in a name: dollars too.
constexpr bool IsNameByte(char c) { return IsWordByte(c) || c == '$'; }

}  // namespace astrolabe
