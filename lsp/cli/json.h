// JSON as the command line prints it: keys in the order given, one line, bytes that are no UTF-8 replaced.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace astrolabe {

using OrderedJson = nlohmann::ordered_json;

inline void PrintJsonLine(const OrderedJson& object) {
  std::string line = object.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stdout);
}

}  // namespace astrolabe
