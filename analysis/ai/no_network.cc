// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/no_network.h"

#include "base/refused_calls.h"

namespace astrolabe {

bool CloseNetwork() { return RefuseCalls({.network = true}); }

}  // namespace astrolabe
