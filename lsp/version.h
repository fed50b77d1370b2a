// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The version of this build, from CMakeLists.txt.
#pragma once

#ifndef ASTROLABE_VERSION
#error "the build defines ASTROLABE_VERSION"
#endif

namespace astrolabe {

inline constexpr char kAstrolabeVersion[] = ASTROLABE_VERSION;

}  // namespace astrolabe
