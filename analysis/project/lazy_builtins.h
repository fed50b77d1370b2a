// Clang's built-in functions, entered in an identifier table when their names are met.
//
// A preprocessor asks for them in __has_builtin alone, but Clang enters all of them, some thousands, in
// the table of each unit, which costs more than many a small unit's directives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "analysis/project/compile_command.h"
#include "clang/Basic/IdentifierTable.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/StringMap.h"

namespace astrolabe {

using BuiltinNumbers = llvm::StringMap<unsigned>;  // of Clang, by name

// The numbers for each target and language that was asked for. For one thread.
class BuiltinNumbering {
 public:
  // As Clang's own initialisation would enter them for `preprocessor`, which has its target and was made
  // for `command`. Owned here.
  const BuiltinNumbers& For(const FrontEndCommand& command, clang::Preprocessor& preprocessor);

 private:
  // By the arguments that can have a say in it.
  absl::flat_hash_map<std::string, std::unique_ptr<BuiltinNumbers>> numbers_;
};

// Gives each identifier that `table` meets from now on its number. Both must outlive; `table` must not meet
// another after this is gone.
class LazyBuiltins : public clang::IdentifierInfoLookup {
 public:
  LazyBuiltins(clang::IdentifierTable& table, const BuiltinNumbers& numbers);

  clang::IdentifierInfo* get(llvm::StringRef name) override;

 private:
  clang::IdentifierTable& table_;
  const BuiltinNumbers& numbers_;
};

}  // namespace astrolabe
