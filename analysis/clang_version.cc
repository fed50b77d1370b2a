// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/clang_version.h"

#include "clang/Basic/Version.h"

namespace astrolabe {

std::string ClangVersion() { return CLANG_VERSION_STRING; }

}  // namespace astrolabe
