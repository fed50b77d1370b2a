// clang-tidy's checks over a workspace, in the batch engine's processes.
//
// The checks are made before anything is read and go through the forks with the parse, so that they have heard the
// preprocessor from the first line, as in clang-tidy. The headers of a zygote are walked once, by a child of their own,
// and not by each unit; a unit's child walks what it has parsed itself and what it has instantiated of the headers'
// templates. Only unit-wide checks (tidy_checks.h) walk all that the unit includes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>

#include "analysis/batch/unit_tidy.h"

namespace astrolabe {

std::unique_ptr<UnitTidy> MakeBatchTidy();

}  // namespace astrolabe
