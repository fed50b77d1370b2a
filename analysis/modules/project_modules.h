// The modules of a project: which file declares which, and what a unit that imports some of them is compiled with.
//
// Interfaces are built in the order of their imports, those that do not depend on each other at the same time. Of several
// files that declare a module of the same name (each program of a workspace may have its own) an importer has the one
// that is compiled as it is itself, else the one nearest to it by path.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/modules/module_store.h"
#include "analysis/modules/module_units.h"
#include "analysis/project/compile_command.h"

namespace astrolabe {

struct ModuleArguments {
  // To be appended to FrontEndCommand::cc1: the interfaces of all modules that the unit imports, directly or not. Empty
  // if it imports none that could be built.
  std::vector<std::string> cc1;
  // Why some are missing or incomplete, one sentence each, for people.
  std::vector<std::string> problems;

  friend bool operator==(const ModuleArguments&, const ModuleArguments&) = default;
};

// One set of units. One thread.
class ProjectModules {
 public:
  // `store` must outlive. Units that nobody can import are left out.
  ProjectModules(ModuleStore& store, std::vector<ModuleUnit> units);
  ~ProjectModules();

  // What each of `importers` is compiled with, built on `threads` threads (0: as many as cores). Stops early, with what
  // there is, when `cancelled` (may be null) is set.
  std::vector<ModuleArguments> ArgumentsFor(std::span<const ModuleUnit> importers, int threads,
                                            const std::atomic<bool>* cancelled);

 private:
  struct Needs;
  struct Interface;

  // The nearest interface of this name; null if there is none.
  Interface* Find(const std::string& name, const FrontEndCommand& importer) const;
  // What is to be built for `unit`, and for what it imports, into levels_. Returns how deep its imports go.
  int Reach(const ModuleUnit& unit);
  // What `unit` needs of interfaces that have been built.
  Needs Gather(const ModuleUnit& unit) const;
  void Build(Interface& interface, const std::atomic<bool>* cancelled);

  ModuleStore& store_;
  std::vector<std::unique_ptr<Interface>> interfaces_;
  std::map<std::string, std::vector<Interface*>> by_name_;
  // What was asked for, by how deep its imports go: each level needs those before it alone.
  std::vector<std::vector<Interface*>> levels_;
};

// The command of a unit with what it imports: a meaning of its own, and a digest of its own.
FrontEndCommand WithModules(FrontEndCommand command, const ModuleArguments& modules);

}  // namespace astrolabe
