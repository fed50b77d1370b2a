// Regular expressions of paths, as .clangd files have them.
//
// RE2, not LLVM's: what a file of the workspace says must not take exponential time or memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace astrolabe {

// Immutable, cheap to copy; any thread.
class PathPattern {
 public:
  // Matches paths that are like it from end to end. InvalidArgument, with the reason, if it is no expression.
  static absl::StatusOr<PathPattern> Whole(const std::string& text);
  // Matches paths that end like it.
  static absl::StatusOr<PathPattern> Ending(const std::string& text);

  bool Matches(std::string_view path) const;

 private:
  static absl::StatusOr<PathPattern> Compile(const std::string& text);

  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace astrolabe
