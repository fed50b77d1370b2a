// What a source says about C++20's named modules: the one it is of, and those that it imports.
//
// Read from its text by Clang's scanner of directives, without a command line: both sides of every `#if` count, so an
// import that is conditional is one. Knowing a module that is not needed does no harm.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

namespace astrolabe {

struct ModuleDirectives {
  // "geometry", or of a partition "geometry:shapes"; empty: the file is of no named module.
  std::string name;
  // Others may import it: it is an interface or a partition.
  bool is_importable = false;
  // Full names, ascending, each once: those of `import`, and what a unit that implements a module has from its
  // interface without saying so.
  std::vector<std::string> imports;
  std::vector<std::string> header_units;  // as written: <vector>, "a.h"

  bool UsesModules() const { return !name.empty() || !imports.empty(); }
  friend bool operator==(const ModuleDirectives&, const ModuleDirectives&) = default;
};

// Never fails: what is no directive by its looks is none.
ModuleDirectives ReadModuleDirectives(const std::string& source);

// Whether these arguments of the front end are of a standard that has modules.
bool AllowModules(const std::vector<std::string>& cc1);

}  // namespace astrolabe
