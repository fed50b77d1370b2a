// Where models are looked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace astrolabe {

// The user's folder, then the one installed with this program, then this checkout's. Not all need exist.
std::vector<std::string> ModelFolders();

// The GGUF files in those, in their order and by name.
std::vector<std::string> FindModels();

// `wanted` (a file, or a folder with one) or else the first that is found. NotFound saying where to put one.
absl::StatusOr<std::string> ChooseModel(const std::string& wanted);

}  // namespace astrolabe
