// What a model that chats was to write, without what it says around it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

namespace astrolabe {

// What stands between the first two fences (```), or else all of it; without blank lines at both ends. An answer that was
// cut has no second fence.
std::string_view FencedText(std::string_view answer);

}  // namespace astrolabe
