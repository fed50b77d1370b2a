// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/modules/project_modules.h"

#include <xxhash.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "oneapi/tbb/info.h"
#include "oneapi/tbb/parallel_for_each.h"
#include "oneapi/tbb/task_arena.h"

namespace astrolabe {
namespace {

// Without it Clang refuses an interface whose source has errors.
constexpr char kTakeBroken[] = "-fallow-pcm-with-compiler-errors";

size_t CommonPrefix(std::string_view a, std::string_view b) {
  return static_cast<size_t>(
      std::mismatch(a.begin(), a.begin() + std::min(a.size(), b.size()), b.begin()).first -
      a.begin());
}

std::vector<std::string> ArgumentsOf(const std::map<std::string, std::string>& files) {
  std::vector<std::string> arguments;
  if (files.empty()) return arguments;
  arguments.emplace_back(kTakeBroken);
  for (const auto& [name, path] : files) arguments.push_back(ModuleFileArgument(name, path));
  return arguments;
}

}  // namespace

// What a unit imports, directly and through others.
struct ProjectModules::Needs {
  std::map<std::string, std::string>
      files;  // the interfaces' paths, by the names that Clang knows them by
  std::set<std::string> problems;
};

struct ProjectModules::Interface {
  enum class State : uint8_t { kNew, kReaching, kReached };

  ModuleUnit unit;
  State state = State::kNew;
  int depth = 0;
  std::string circle;  // a sentence; empty: it does not import itself
  std::string path;    // once it is built; empty if that failed
  Needs needs;         // itself not among it
};

ProjectModules::ProjectModules(ModuleStore& store, std::vector<ModuleUnit> units) : store_(store) {
  for (ModuleUnit& unit : units) {
    if (!unit.directives.is_importable) continue;
    interfaces_.push_back(std::make_unique<Interface>());
    interfaces_.back()->unit = std::move(unit);
    by_name_[interfaces_.back()->unit.directives.name].push_back(interfaces_.back().get());
  }
}

ProjectModules::~ProjectModules() = default;

ProjectModules::Interface* ProjectModules::Find(const std::string& name,
                                                const FrontEndCommand& importer) const {
  auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  const auto nearness = [&](const Interface* interface) {
    const FrontEndCommand& command = interface->unit.command;
    return std::make_pair(command.digest == importer.digest,
                          CommonPrefix(command.file, importer.file));
  };
  return *std::max_element(
      found->second.begin(), found->second.end(),
      [&](const Interface* a, const Interface* b) { return nearness(a) < nearness(b); });
}

int ProjectModules::Reach(const ModuleUnit& unit) {
  int depth = 0;
  for (const std::string& name : unit.directives.imports) {
    Interface* interface = Find(name, unit.command);
    if (interface == nullptr) continue;
    if (interface->state == Interface::State::kReaching) {
      interface->circle = StrCat("module ", name, " imports itself, by way of ", unit.command.file);
    } else if (interface->state == Interface::State::kNew) {
      interface->state = Interface::State::kReaching;
      interface->depth = Reach(interface->unit);
      interface->state = Interface::State::kReached;
      levels_.resize(std::max(levels_.size(), static_cast<size_t>(interface->depth) + 1));
      levels_[static_cast<size_t>(interface->depth)].push_back(interface);
    }
    depth = std::max(depth, interface->depth + 1);
  }
  return depth;
}

ProjectModules::Needs ProjectModules::Gather(const ModuleUnit& unit) const {
  Needs needs;
  for (const std::string& name : unit.directives.imports) {
    const Interface* interface = Find(name, unit.command);
    if (interface == nullptr) {
      needs.problems.insert(StrCat("no file of the project declares the module ", name));
      continue;
    }
    needs.files.insert(interface->needs.files.begin(), interface->needs.files.end());
    needs.problems.insert(interface->needs.problems.begin(), interface->needs.problems.end());
    if (!interface->path.empty()) needs.files.emplace(name, interface->path);
  }
  return needs;
}

void ProjectModules::Build(Interface& interface, const std::atomic<bool>* cancelled) {
  const std::string& name = interface.unit.directives.name;
  interface.needs = Gather(interface.unit);
  if (!interface.circle.empty()) {
    interface.needs.problems.insert(interface.circle);
    return;
  }
  absl::StatusOr<StoredModule> stored =
      store_.Get(name, interface.unit.command, ArgumentsOf(interface.needs.files), cancelled);
  if (!stored.ok()) {
    interface.needs.problems.insert(
        StrCat("module ", name, " could not be built: ", stored.status().message()));
    return;
  }
  interface.path = std::move(stored->path);
  if (!stored->errors.empty()) {
    interface.needs.problems.insert(
        StrCat("module ", name, " has errors: ", stored->errors.front()));
  }
}

std::vector<ModuleArguments> ProjectModules::ArgumentsFor(std::span<const ModuleUnit> importers,
                                                          int threads,
                                                          const std::atomic<bool>* cancelled) {
  for (const ModuleUnit& importer : importers) Reach(importer);
  const auto is_cancelled = [&] { return cancelled != nullptr && *cancelled; };
  tbb::task_arena arena(threads > 0 ? threads : tbb::info::default_concurrency());
  arena.execute([&] {
    for (const std::vector<Interface*>& level : levels_) {
      tbb::parallel_for_each(level, [&](Interface* interface) {
        if (!is_cancelled()) Build(*interface, cancelled);
      });
    }
  });
  levels_.clear();
  std::vector<ModuleArguments> answers;
  for (const ModuleUnit& importer : importers) {
    Needs needs = Gather(importer);
    answers.push_back({ArgumentsOf(needs.files), {needs.problems.begin(), needs.problems.end()}});
  }
  return answers;
}

FrontEndCommand WithModules(FrontEndCommand command, const ModuleArguments& modules) {
  if (modules.cc1.empty()) return command;
  std::vector<std::string> cc1 = command.cc1;
  cc1.insert(cc1.end(), modules.cc1.begin(), modules.cc1.end());
  std::string meaning = StrCat(command.digest);
  for (const std::string& argument : modules.cc1) meaning += '\n' + argument;
  command.digest = XXH3_64bits(meaning.data(), meaning.size());
  command.cc1 = std::move(cc1);
  return command;
}

}  // namespace astrolabe
