// See tidy_modules.cc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace astrolabe {

// To be called by whoever wants checks; what it gives means nothing.
int NameTidyModules();

}  // namespace astrolabe
