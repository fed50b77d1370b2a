// Languages, through the driver's own tables.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/source_language.h"

#include <cctype>
#include <string>

#include "analysis/project/paths.h"
#include "clang/Driver/Types.h"
#include "index/language.h"

namespace astrolabe {
namespace {

namespace types = clang::driver::types;

LanguageGuess FromType(types::ID type) {
  if (type == types::TY_INVALID || !types::isAcceptedByClang(type)) return {};
  // A name like "c++-header" or "objective-c-header-cpp-output" says all that is needed.
  std::string_view name = types::getTypeName(type);
  LanguageGuess guess;
  guess.is_header = name.find("-header") != name.npos;
  if (types::isCuda(type)) {
    guess.language = SourceLanguage::kCuda;
  } else if (types::isHIP(type)) {
    guess.language = SourceLanguage::kHip;
  } else if (types::isObjC(type)) {
    guess.language = types::isCXX(type) ? SourceLanguage::kObjCxx : SourceLanguage::kObjC;
  } else if (types::isCXX(type)) {
    guess.language = SourceLanguage::kCxx;
  } else if (name == "c" || name.starts_with("c-header") || name.starts_with("cpp-output")) {
    guess.language = SourceLanguage::kC;
  } else {
    return {};
  }
  return guess;
}

}  // namespace

LanguageGuess LanguageOfFile(std::string_view path) {
  const std::string_view extension = Extension(path);
  if (extension.empty()) return {};
  if (RoleOfFileName(path) == SourceRole::kPart) return {SourceLanguage::kCxx, true};
  return FromType(types::lookupTypeForExtension({extension.data(), extension.size()}));
}

bool IsSourceFile(std::string_view path) {
  const LanguageGuess guess = LanguageOfFile(path);
  return guess.language != SourceLanguage::kNone && !guess.is_header;
}

LanguageGuess LanguageOfSpecifier(std::string_view specifier) {
  if (specifier == "none") return {};
  return FromType(types::lookupTypeForTypeSpecifier(std::string(specifier).c_str()));
}

std::string_view LanguageSpecifier(SourceLanguage language) {
  switch (language) {
    case SourceLanguage::kNone:
      return "";
    case SourceLanguage::kC:
      return "c";
    case SourceLanguage::kCxx:
      return "c++";
    case SourceLanguage::kObjC:
      return "objective-c";
    case SourceLanguage::kObjCxx:
      return "objective-c++";
    case SourceLanguage::kCuda:
      return "cuda";
    case SourceLanguage::kHip:
      return "hip";
  }
  return "";
}

SourceLanguage WithCxx(SourceLanguage language) {
  return language == SourceLanguage::kC ? SourceLanguage::kCxx : language;
}

LanguageGuess LanguageOfCommand(std::span<const std::string> arguments, std::string_view file) {
  std::string_view specifier;
  bool cxx = !arguments.empty() && IsCxxCompiler(arguments[0]);
  bool cxx_standard = false;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == file) break;
    if (argument == "-x" && i + 1 < arguments.size()) {
      specifier = arguments[++i];
    } else if (argument.starts_with("-x") && argument.size() > 2 &&
               LanguageOfSpecifier(argument.substr(2)).language == SourceLanguage::kNone) {
      continue;  // -xHost and the like of other compilers
    } else if (argument.starts_with("-x") && argument.size() > 2) {
      specifier = argument.substr(2);
    } else if (argument == "--driver-mode=g++") {
      cxx = true;
    } else if (argument.starts_with("-std=c++") || argument.starts_with("-std=gnu++") ||
               argument.starts_with("--std=c++") || argument.starts_with("--std=gnu++")) {
      cxx_standard = true;
    }
  }
  if (!specifier.empty() && specifier != "none") return LanguageOfSpecifier(specifier);
  LanguageGuess guess = LanguageOfFile(file);
  if (cxx || (guess.is_header && cxx_standard)) guess.language = WithCxx(guess.language);
  return guess;
}

bool IsCxxCompiler(std::string_view program) {
  std::string_view name = BaseName(program);
  if (name.ends_with(".exe")) name.remove_suffix(4);
  // A version suffix: clang++-22, g++-12.3.
  size_t end = name.size();
  while (end > 0 &&
         (std::isdigit(static_cast<unsigned char>(name[end - 1])) != 0 || name[end - 1] == '.')) {
    --end;
  }
  if (end > 0 && end < name.size() && name[end - 1] == '-') name = name.substr(0, end - 1);
  return name.ends_with("++");
}

}  // namespace astrolabe
