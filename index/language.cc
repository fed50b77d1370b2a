// The list of C-family extensions, as one switch over the extension packed into an integer.
//
// A hash set gives the same answer; the switch needs no set-up at process start and no hashing for
// the tens of thousands of names of a walk.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/language.h"

#include <cstddef>

namespace astrolabe {
namespace {

// Up to eight bytes, first byte lowest. Distinct extensions have distinct keys.
constexpr uint64_t Key(std::string_view extension) {
  uint64_t key = 0;
  for (size_t i = 0; i < extension.size(); ++i) {
    key |= uint64_t{static_cast<unsigned char>(extension[i])} << (8 * i);
  }
  return key;
}

bool IsSourceExtension(std::string_view extension) {
  if (extension.empty() || extension.size() > 8) return false;
  switch (Key(extension)) {
    // C and C++ sources. Upper case where it is a convention of its own, not for every spelling.
    case Key("c"):
    case Key("C"):
    case Key("cc"):
    case Key("CC"):
    case Key("cp"):
    case Key("cpp"):
    case Key("CPP"):
    case Key("cxx"):
    case Key("CXX"):
    case Key("c++"):
    case Key("C++"):
    // Headers.
    case Key("h"):
    case Key("H"):
    case Key("hh"):
    case Key("HH"):
    case Key("hp"):
    case Key("hpp"):
    case Key("HPP"):
    case Key("hxx"):
    case Key("HXX"):
    case Key("h++"):
    // Included parts: inline definitions, template bodies, X-macro tables.
    case Key("inl"):
    case Key("inc"):
    case Key("def"):
    case Key("icc"):
    case Key("ipp"):
    case Key("tcc"):
    case Key("tpp"):
    case Key("txx"):
    // Module interface units.
    case Key("ixx"):
    case Key("cppm"):
    case Key("ccm"):
    case Key("cxxm"):
    case Key("c++m"):
    case Key("mpp"):
    // CUDA, HIP, Objective-C, Objective-C++.
    case Key("cu"):
    case Key("cuh"):
    case Key("hip"):
    case Key("m"):
    case Key("mm"):
    case Key("M"):
      return true;
    default:
      return false;
  }
}

}  // namespace

FileClass ClassifyFileName(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name[dot - 1] == '/') return FileClass::kOther;
  return IsSourceExtension(name.substr(dot + 1)) ? FileClass::kSource : FileClass::kOther;
}

}  // namespace astrolabe
