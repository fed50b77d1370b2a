// From errno to absl::Status, in one place, so that one failure of the disk has one code
// everywhere.
//
// The codes are those listed in base/file_system.h. The message names what was being done, to which
// path, what the kernel said and, where a person can do something about it, what.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace astrolabe {

// "cannot `action` `path`: …", for example ErrnoStatus(errno, "write", path). `error` must not be
// 0.
absl::Status ErrnoStatus(int error, std::string_view action, std::string_view path);

}  // namespace astrolabe
