// Classes as they are written, and new members for them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/selection.h"
#include "clang/Basic/Specifiers.h"

namespace clang {
class CXXRecordDecl;
}  // namespace clang

namespace astrolabe {

// The class with a body on whose head the selection is: `class`, its name, its bases. Null if there is none.
const clang::CXXRecordDecl* ClassOnHead(const Selection& selection);

struct NewMembers {
  clang::AccessSpecifier access = clang::AS_public;
  std::vector<std::string> lines;
};

// Behind the last member of the same access, or in a section of their own. With `at_begin` ahead of the first one.
absl::StatusOr<TextChanges> AddMembers(const LiveAst& ast, const clang::CXXRecordDecl& record,
                                       const std::vector<NewMembers>& members, bool at_begin);

// The same in whatever file the class is.
absl::StatusOr<FilesChanges> AddToClass(const LiveAst& ast, const clang::CXXRecordDecl& record,
                                        const std::vector<NewMembers>& members);

}  // namespace astrolabe
