// Which language of the C family a file is, as the driver decides it from names and -x.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace astrolabe {

enum class SourceLanguage : uint8_t { kNone, kC, kCxx, kObjC, kObjCxx, kCuda, kHip };

struct LanguageGuess {
  SourceLanguage language = SourceLanguage::kNone;  // kNone: not of the C family, or unknown
  bool is_header = false;
};

// By extension, as Clang's driver maps them; the parts of headers that it does not know (.inl, .ipp, .def, …: see
// index/language.h) are C++ headers. ".h" is kC.
LanguageGuess LanguageOfFile(std::string_view path);
// Whether it is compiled for itself, by its name.
bool IsSourceFile(std::string_view path);

// By the value of -x: "c++", "c-header", "objective-c", …. kNone for anything else ("assembler",
// "f95"); "none" too.
LanguageGuess LanguageOfSpecifier(std::string_view specifier);

// The value of -x for it as a main source: "c++". Empty for kNone.
std::string_view LanguageSpecifier(SourceLanguage language);

// The same language with C++ for C, as g++ takes a .c file. Others are returned as they are.
SourceLanguage WithCxx(SourceLanguage language);

// What a driver command line takes `file` for: the last -x before it, else its extension; and whether
// the compiler or, for a header, -std makes C++ of C. kNone if no compiler of ours can take it.
LanguageGuess LanguageOfCommand(std::span<const std::string> arguments, std::string_view file);

// Whether a compiler of this name compiles C as C++: clang++, g++-12, c++, arm-none-eabi-g++.
bool IsCxxCompiler(std::string_view program);

}  // namespace astrolabe
