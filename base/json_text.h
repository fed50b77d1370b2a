// JSON strings, for the few places in base/ that write JSON: traces and metrics. JSON proper is
// lsp/'s.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace astrolabe {

// Appends `text` to `out` as a JSON string with its quotes. The result is valid whatever the bytes:
// each one that is not part of well-formed UTF-8 becomes U+FFFD, since JSON can't carry it.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace astrolabe
