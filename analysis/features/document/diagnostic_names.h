// The names under which Clang's sources know its diagnostics: the codes of those that no flag controls.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

namespace astrolabe {

// "undeclared_var_use" for diag::err_undeclared_var_use; empty if Clang has no diagnostic of the number.
std::string_view DiagnosticName(unsigned id);

}  // namespace astrolabe
