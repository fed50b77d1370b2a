// Brings clang-tidy's modules into the program: each registers its checks as the program starts, and the linker leaves
// out of an archive what nobody names. (clang-tidy has a header for this that wants one of its build's own, which no
// package has.)
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/tidy/tidy_modules.h"

#define ASTROLABE_TIDY_MODULES(X) \
  X(Abseil)                       \
  X(Altera)                       \
  X(Android)                      \
  X(Boost)                        \
  X(Bugprone)                     \
  X(CERT)                         \
  X(Concurrency)                  \
  X(CppCoreGuidelines)            \
  X(Darwin)                       \
  X(Fuchsia)                      \
  X(Google)                       \
  X(HICPP)                        \
  X(LinuxKernel)                  \
  X(LLVM)                         \
  X(LLVMLibc)                     \
  X(Misc)                         \
  X(Modernize)                    \
  X(ObjC)                         \
  X(OpenMP)                       \
  X(Performance)                  \
  X(Portability)                  \
  X(Readability)                  \
  X(Zircon)

#define ASTROLABE_DECLARE(name) extern volatile int name##ModuleAnchorSource;
namespace clang::tidy {
ASTROLABE_TIDY_MODULES(ASTROLABE_DECLARE)
}  // namespace clang::tidy

namespace astrolabe {

int NameTidyModules() {
  int sum = 0;
#define ASTROLABE_NAME(name) sum += clang::tidy::name##ModuleAnchorSource;
  ASTROLABE_TIDY_MODULES(ASTROLABE_NAME)
  return sum;
}

}  // namespace astrolabe
