// The protocol's messages and what most files of this layer need to handle them, precompiled once
// (lsp/CMakeLists.txt). Files still include what they use.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "lsp/protocol/methods.h"
#include "lsp/protocol/types_json.h"
