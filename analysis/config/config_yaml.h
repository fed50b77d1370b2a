// One YAML document of a configuration file to settings, with the place of each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "analysis/config/config_file.h"
#include "analysis/live/line_index.h"

namespace astrolabe {

// The bytes [begin, end) of `text`, which `lines` are of. Nothing for a document that is empty or that cannot be read;
// what is wrong is said. Values are as written: nothing is checked but that each key has the shape that it needs.
std::optional<ConfigFragment> ReadYamlDocument(const std::string& text, size_t begin, size_t end,
                                               const LineIndex& lines, const ConfigChecks& checks);

}  // namespace astrolabe
