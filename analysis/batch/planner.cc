// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/planner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "analysis/batch/command_parts.h"
#include "analysis/batch/macro_order.h"
#include "base/strings.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

// Names are numbered within a group.
using NameSet = std::vector<uint32_t>;

// Parsing a zygote's headers once more costs about as much as so many units alone.
constexpr size_t kMinUnitsApart = 8;
// A header is common if one unit in so many includes it by itself.
constexpr size_t kCommonShare = 12;

// Headers that are meant to be included more than once.
bool IsFragment(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".def" || extension == ".inc" || extension == ".c" || extension == ".cc" ||
         extension == ".cpp" || extension == ".cxx" || extension == ".ipp" || extension == ".tcc";
}

// Marks the names of `known` that occur in a text. A word too many (in a comment) costs speed, one
// too few would be found by the child's own check.
void FindNames(std::string_view text, const std::unordered_map<std::string_view, uint32_t>& known,
               std::vector<bool>* found) {
  size_t at = 0;
  while (at < text.size()) {
    if (!IsNameByte(text[at])) {
      ++at;
      continue;
    }
    size_t begin = at;
    while (at < text.size() && IsNameByte(text[at])) ++at;
    auto it = known.find(text.substr(begin, at - begin));
    if (it != known.end()) (*found)[it->second] = true;
  }
}

template <typename Unit>
void SortByCost(std::span<const uint64_t> costs, std::vector<Unit>* units) {
  std::stable_sort(units->begin(), units->end(),
                   [&](const Unit& a, const Unit& b) { return costs[a.unit] > costs[b.unit]; });
}

class Planner {
 public:
  Planner(const PlanInput& input, const PlanOptions& options)
      : input_(input),
        files_(input.scan.files),
        options_(options),
        is_main_(files_.size()),
        parts_(TakeCommandsApart()),
        order_(input.scan, options.read, [this](uint32_t file) { return IsSystem(file); }) {
    std::unordered_map<std::string_view, uint32_t> by_path;
    for (uint32_t file = 0; file < files_.size(); ++file) by_path.emplace(files_[file].path, file);
    for (size_t i = 0; i < input.commands.size(); ++i) {
      auto it = by_path.find(input.commands[i].file);
      if (it != by_path.end()) is_main_[it->second] = true;
      CommandMacros& leading = leading_.emplace_back();
      for (const auto& [name, definition] : input.scan.units[i].leading_macros) {
        // Defined twice: left to MacroConflict.
        if (!parts_[i]->macros.contains(std::string(name))) leading.emplace(name, definition);
      }
    }
  }

  Plan Make() {
    std::map<std::string_view, std::vector<uint32_t>> groups;
    for (uint32_t unit = 0; unit < input_.commands.size(); ++unit) {
      if (input_.scan.units[unit].uses_modules) {
        // A module comes ahead of all else in its unit, so there is no parsing of it behind headers.
        plan_.plain.push_back({unit, "uses C++20 modules"});
      } else {
        groups[parts_[unit]->semantics].push_back(unit);
      }
    }
    for (const auto& [semantics, units] : groups) PlanGroup(units);
    for (PlannedZygote& zygote : plan_.zygotes) {
      for (const PlannedUnit& unit : zygote.units) zygote.cost += input_.costs[unit.unit];
      SortByCost(input_.costs, &zygote.units);
    }
    SortByCost(input_.costs, &plan_.plain);
    return std::move(plan_);
  }

 private:
  // By unit; each set of flags once, whatever the number of units that have it. Finds system_folders_.
  std::vector<std::shared_ptr<const CommandParts>> TakeCommandsApart() {
    std::vector<std::shared_ptr<const CommandParts>> by_unit;
    std::map<std::pair<const void*, std::string_view>, std::shared_ptr<const CommandParts>> known;
    for (const FrontEndCommand& command : input_.commands) {
      const std::vector<std::string>& cc1 = command.cc1;
      std::shared_ptr<const CommandParts>& parts = known[{&cc1, command.directory}];
      if (parts == nullptr) {
        parts = std::make_shared<const CommandParts>(SplitCommand(cc1, command.directory));
        AddSystemFolders(command);
      }
      by_unit.push_back(parts);
    }
    return by_unit;
  }

  void AddSystemFolders(const FrontEndCommand& command) {
    for (size_t i = 0; i + 1 < command.cc1.size(); ++i) {
      if (!command.cc1[i].ends_with("isystem")) continue;
      std::filesystem::path folder =
          std::filesystem::path(command.directory) / command.cc1[i + 1] / "";
      system_folders_.insert(folder.lexically_normal().string());
    }
  }

  // Of its command line and of its first lines; no name is in both.
  std::array<const CommandMacros*, 2> MacroSets(uint32_t unit) const {
    return {&parts_[unit]->macros, &leading_[unit]};
  }

  // How a unit's command line or its first lines define a macro; null if they do not mention it.
  const std::optional<std::string>* FindMacro(uint32_t unit, const std::string& name) const {
    for (const CommandMacros* macros : MacroSets(unit)) {
      auto it = macros->find(name);
      if (it != macros->end()) return &it->second;
    }
    return nullptr;
  }

  CommandMacros MacrosOf(uint32_t unit) const {
    CommandMacros macros = parts_[unit]->macros;
    macros.insert(leading_[unit].begin(), leading_[unit].end());
    return macros;
  }

  // What the units of one group have in common and what not.
  struct Group {
    std::vector<uint32_t> units;
    CommandParts common;  // macros on which all agree, all search directories
    std::vector<std::string> names;
    std::vector<std::vector<bool>> own;       // by file: names in it; empty: not looked at
    std::vector<std::vector<bool>> mentions;  // by file: names in it or in what it includes
    std::vector<bool> has_mentions;           // by file: computed
  };

  void PlainAll(const std::vector<uint32_t>& units, std::string_view reason) {
    for (uint32_t unit : units) plan_.plain.push_back({unit, std::string(reason)});
  }

  void PlanGroup(const std::vector<uint32_t>& all) {
    if (all.size() < options_.min_units) {
      return PlainAll(all, StrCat("only ", all.size(), " with these flags"));
    }
    Group group;
    group.units = all;
    FindCommon(group);
    FindMentions(group);
    LeaveOutUnitsWithMacros(group);
    if (group.units.size() < options_.min_units) {
      return PlainAll(group.units, "too few are left of its group");
    }
    // Units that agree on every name that any header of the group mentions.
    std::map<std::vector<std::string>, std::vector<uint32_t>> agreeing;
    std::vector<uint32_t> dividing = DividingNames(group);
    for (uint32_t unit : group.units) {
      std::vector<std::string> values;
      for (uint32_t name : dividing) values.push_back(ValueOf(unit, group.names[name]));
      agreeing[values].push_back(unit);
    }
    // Sets too small for a zygote of their own share one with the headers that mean the same to all.
    std::vector<uint32_t> rest;
    for (const auto& [values, units] : agreeing) {
      bool small = agreeing.size() > 1 && units.size() < options_.min_units;
      if (small) {
        rest.insert(rest.end(), units.begin(), units.end());
      } else {
        AddZygotes(group, units, SharedMacros(units), {});
      }
    }
    if (rest.size() >= options_.min_units) {
      AddZygotes(group, rest, group.common.macros, dividing);
    } else {
      PlainAll(rest, "too few agree with it on the macros that its headers mention");
    }
  }

  std::string ValueOf(uint32_t unit, const std::string& name) const {
    const std::optional<std::string>* value = FindMacro(unit, name);
    if (value == nullptr) return "not given";
    return value->has_value() ? "=" + **value : "undefined";
  }

  void FindCommon(Group& group) {
    // The largest unit's directories first, each other's new ones behind.
    std::vector<uint32_t> order = group.units;
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return parts_[a]->search.size() > parts_[b]->search.size();
    });
    group.common.rest = parts_[order[0]]->rest;
    std::set<SearchEntry> known;
    std::map<std::string, std::map<std::string, size_t>> values;
    for (uint32_t unit : order) {
      for (const SearchEntry& entry : parts_[unit]->search) {
        if (known.insert(entry).second) group.common.search.push_back(entry);
      }
      for (const CommandMacros* macros : MacroSets(unit)) {
        for (const auto& [name, value] : *macros) ++values[name][ValueOf(unit, name)];
      }
    }
    std::set<std::string> names;
    for (const auto& [name, by_value] : values) {
      bool all_agree = by_value.size() == 1 && by_value.begin()->second == order.size();
      if (all_agree) {
        group.common.macros[name] = *FindMacro(order[0], name);
      } else {
        names.insert(name);
      }
    }
    for (uint32_t unit : group.units) {
      const std::vector<std::string_view>& own = input_.scan.units[unit].macros_before_includes;
      names.insert(own.begin(), own.end());
    }
    group.names.assign(names.begin(), names.end());
  }

  void FindMentions(Group& group) {
    group.mentions.resize(files_.size());
    group.has_mentions.resize(files_.size());
    group.own.resize(files_.size());
    if (group.names.empty()) return;
    std::unordered_map<std::string_view, uint32_t> known;
    for (uint32_t name = 0; name < group.names.size(); ++name) known[group.names[name]] = name;
    for (uint32_t unit : group.units) {
      for (const ScannedInclude& include : input_.scan.units[unit].includes) {
        Mentions(group, known, include.file);
      }
    }
  }

  // Names in `file` and in all that it reaches. The include graph may have cycles.
  void Mentions(Group& group, const std::unordered_map<std::string_view, uint32_t>& known,
                uint32_t file) {
    if (group.has_mentions[file]) return;
    std::vector<bool> all(group.names.size());
    for (uint32_t reached : Reach(file)) {
      std::vector<bool>& names = group.own[reached];
      if (names.empty()) {
        names.resize(group.names.size());
        FindNames(options_.read(files_[reached].path), known, &names);
      }
      for (size_t name = 0; name < names.size(); ++name) {
        if (names[name]) all[name] = true;
      }
    }
    group.mentions[file] = std::move(all);
    group.has_mentions[file] = true;
  }

  std::vector<uint32_t> Reach(uint32_t from) const {
    std::vector<bool> seen(files_.size());
    std::vector<uint32_t> reached = {from};
    seen[from] = true;
    for (size_t i = 0; i < reached.size(); ++i) {
      for (uint32_t next : files_[reached[i]].includes) {
        if (seen[next]) continue;
        seen[next] = true;
        reached.push_back(next);
      }
    }
    return reached;
  }

  // What is entered anew wherever `from` is included: files without guards, up to the first guard.
  std::set<uint32_t> UnguardedReach(uint32_t from) const {
    std::set<uint32_t> reached;
    std::vector<uint32_t> todo = {from};
    while (!todo.empty()) {
      uint32_t file = todo.back();
      todo.pop_back();
      if (files_[file].guarded || !reached.insert(file).second) continue;
      todo.insert(todo.end(), files_[file].includes.begin(), files_[file].includes.end());
    }
    return reached;
  }

  void LeaveOutUnitsWithMacros(Group& group) {
    std::unordered_map<std::string_view, uint32_t> number;
    for (uint32_t name = 0; name < group.names.size(); ++name) number[group.names[name]] = name;
    std::vector<uint32_t> left;
    for (uint32_t unit : group.units) {
      std::string reason = MacroConflict(group, unit, number);
      if (reason.empty()) {
        left.push_back(unit);
      } else {
        plan_.plain.push_back({unit, reason});
      }
    }
    group.units = std::move(left);
  }

  // Why a zygote can't have parsed the headers of a unit as the unit's own macros have them; empty if
  // it can.
  std::string MacroConflict(const Group& group, uint32_t unit,
                            const std::unordered_map<std::string_view, uint32_t>& number) const {
    const ScannedUnit& planned = input_.scan.units[unit];
    std::vector<bool> entered(files_.size());  // by an earlier #include, for good
    for (const ScannedInclude& include : planned.includes) {
      std::vector<uint32_t> reached = Reach(include.file);
      for (uint32_t m = 0; m < include.macros_before; ++m) {
        std::string_view macro = planned.macros_before_includes[m];
        if (leading_[unit].contains(std::string(macro))) continue;
        uint32_t name = number.at(macro);
        if (!group.mentions[include.file][name]) continue;
        std::set<uint32_t> own = UnguardedReach(include.file);
        for (uint32_t file : reached) {
          if (own.contains(file) || entered[file] || !group.own[file][name]) continue;
          return StrCat("defines ", macro, " before it first includes ", files_[file].path,
                        ", which mentions it");
        }
      }
      for (uint32_t file : reached) {
        if (files_[file].guarded) entered[file] = true;
      }
    }
    return {};
  }

  // Names on which units differ and which a header mentions that a zygote would have.
  NameSet DividingNames(const Group& group) const {
    std::vector<bool> mentioned(group.names.size());
    for (uint32_t file = 0; file < files_.size(); ++file) {
      if (!group.has_mentions[file]) continue;
      for (size_t name = 0; name < mentioned.size(); ++name) {
        if (group.mentions[file][name]) mentioned[name] = true;
      }
    }
    NameSet names;
    for (uint32_t name = 0; name < group.names.size(); ++name) {
      if (!mentioned[name]) continue;
      std::set<std::string> values;
      for (uint32_t unit : group.units) values.insert(ValueOf(unit, group.names[name]));
      if (values.size() > 1) names.push_back(name);
    }
    return names;
  }

  // One zygote for all units in which headers find the same macros of other headers; those in which they find
  // others get another, if there are enough of them: a few are quicker tried, and parsed plainly.
  void AddZygotes(const Group& group, std::vector<uint32_t> units, const CommandMacros& macros,
                  const NameSet& avoid) {
    for (;;) {
      auto [agreeing, rest] = order_.Partition(units);
      if (rest.size() < kMinUnitsApart || agreeing.size() < kMinUnitsApart) break;
      AddZygote(group, agreeing, macros, avoid);
      units = std::move(rest);
    }
    AddZygote(group, units, macros, avoid);
  }

  // Appends a zygote with the headers that `units` share and that mention none of `avoid`, and one for the
  // second chance; if there are no such headers, the units are plain.
  void AddZygote(const Group& group, const std::vector<uint32_t>& units,
                 const CommandMacros& macros, const NameSet& avoid) {
    PlannedZygote zygote = MakeZygote(group, units, macros, avoid, options_.min_sharers);
    if (zygote.headers.empty()) return PlainAll(units, "shares no header with its group");
    size_t index = plan_.zygotes.size();
    AddUnits(zygote, macros, units);
    plan_.zygotes.push_back(std::move(zygote));
    if (units.size() < options_.min_units_for_second_chance) return;
    PlannedZygote common = MakeZygote(group, units, macros, avoid, units.size() / kCommonShare);
    if (common.headers.empty()) return;
    plan_.zygotes[index].second_chance = static_cast<uint32_t>(plan_.zygotes.size());
    plan_.zygotes.push_back(std::move(common));
  }

  // Without units. Without headers if no header has so many sharers.
  PlannedZygote MakeZygote(const Group& group, const std::vector<uint32_t>& units,
                           const CommandMacros& macros, const NameSet& avoid,
                           size_t min_sharers) const {
    struct Candidate {
      uint32_t file = 0;
      uint32_t sharers = 0;
      double position = 0;  // summed over them: 0 for a first #include, 1 for a last
      std::string text;
      uint32_t last_unit = 0xFFFFFFFF;
    };
    std::map<uint32_t, Candidate> candidates;
    for (uint32_t unit : units) {
      const std::vector<ScannedInclude>& includes = input_.scan.units[unit].includes;
      for (size_t i = 0; i < includes.size(); ++i) {
        const ScannedInclude& include = includes[i];
        const DependencyFile& file = files_[include.file];
        if (!file.guarded || IsFragment(file.path) || is_main_[include.file]) continue;
        bool avoided = false;
        for (uint32_t name : avoid) avoided |= group.mentions[include.file][name];
        if (avoided) continue;
        Candidate& candidate = candidates[include.file];
        if (candidate.last_unit == unit) continue;
        candidate.file = include.file;
        candidate.last_unit = unit;
        candidate.position += static_cast<double>(i) / static_cast<double>(includes.size());
        ++candidate.sharers;
        if (candidate.text.empty()) candidate.text = IncludeText(unit, include);
      }
    }
    std::vector<const Candidate*> chosen;
    for (const auto& [file, candidate] : candidates) {
      if (candidate.sharers >= min_sharers) chosen.push_back(&candidate);
    }
    SortHeaders(&chosen);
    std::vector<uint32_t> files;
    for (const Candidate* candidate : chosen) files.push_back(candidate->file);
    files = order_.Sort(units, files);
    PlannedZygote zygote;
    CommandParts parts = group.common;
    parts.macros = macros;
    zygote.cc1 = JoinCommand(parts);
    zygote.directory = input_.commands[units[0]].directory;
    for (uint32_t file : files) zygote.headers.push_back(candidates.at(file).text);
    zygote.header_files = std::move(files);
    return zygote;
  }

  // In the order in which units include them, so that what one header leaves for the next (macros
  // above all) is there as it is in the units; and what most units include first, since that stands
  // on its own feet more likely.
  template <typename Candidates>
  static void SortHeaders(Candidates* chosen) {
    auto rank = [](const auto* candidate) {
      double position = candidate->position / candidate->sharers;
      return position - 0.1 * std::log2(static_cast<double>(candidate->sharers));
    };
    std::stable_sort(chosen->begin(), chosen->end(),
                     [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  }

  // What a unit writes behind #include, but so that it means the same elsewhere: a file found beside
  // the includer gets its whole path.
  std::string IncludeText(uint32_t unit, const ScannedInclude& include) const {
    if (include.angled) return StrCat("<", include.spelled, ">");
    const std::string& path = files_[include.file].path;
    std::filesystem::path beside =
        std::filesystem::path(input_.commands[unit].file).parent_path() / include.spelled;
    bool is_beside = beside.lexically_normal() == std::filesystem::path(path);
    return StrCat("\"", is_beside ? path : std::string_view(include.spelled), "\"");
  }

  // The macros on which all of `units` agree.
  CommandMacros SharedMacros(const std::vector<uint32_t>& units) const {
    CommandMacros shared = MacrosOf(units[0]);
    for (uint32_t unit : units) {
      std::erase_if(shared, [&](const auto& macro) {
        const std::optional<std::string>* value = FindMacro(unit, macro.first);
        return value == nullptr || *value != macro.second;
      });
    }
    return shared;
  }

  void AddUnits(PlannedZygote& into, const CommandMacros& have,
                const std::vector<uint32_t>& units) const {
    std::map<const CommandParts*, std::shared_ptr<const MacroChanges>> known;
    for (uint32_t unit : units) {
      std::shared_ptr<const MacroChanges> macros;
      if (leading_[unit].empty()) {
        std::shared_ptr<const MacroChanges>& alike = known[parts_[unit].get()];
        if (alike == nullptr) alike = Changes(have, unit);
        macros = alike;
      } else {
        macros = Changes(have, unit);
      }
      into.units.push_back({unit, std::move(macros)});
    }
  }

  // What the unit defines itself it is left to define: only its zygote must not have seen it otherwise.
  std::shared_ptr<const MacroChanges> Changes(const CommandMacros& have, uint32_t unit) const {
    auto changes = std::make_shared<MacroChanges>();
    CommandMacros want = MacrosOf(unit);
    for (const auto& [name, value] : leading_[unit]) {
      auto had = have.find(name);
      if (had != have.end() && had->second == value) continue;
      want.erase(name);
      if (had == have.end()) changes->names.push_back(name);
    }
    changes->lines = MacroDifference(have, want, &changes->names);
    return changes;
  }

  // Whether a header is one of the compiler's or the C library's, by where it was found.
  bool IsSystem(uint32_t file) const {
    const std::string& path = files_[file].path;
    return std::any_of(system_folders_.begin(), system_folders_.end(),
                       [&](const std::string& folder) { return path.starts_with(folder); });
  }

  const PlanInput& input_;
  const std::vector<DependencyFile>& files_;
  const PlanOptions& options_;
  std::vector<bool> is_main_;
  std::set<std::string> system_folders_;                    // each with a slash at its end
  std::vector<std::shared_ptr<const CommandParts>> parts_;  // by unit
  // By unit: what it defines itself ahead of all its includes and its command line does not.
  std::vector<CommandMacros> leading_;
  MacroOrder order_;
  Plan plan_;
};

std::string Shown(std::string_view root, const std::string& path) {
  bool inside = path.size() > root.size() + 1 && path.starts_with(root) && path[root.size()] == '/';
  return inside ? path.substr(root.size() + 1) : path;
}

}  // namespace

Plan MakePlan(const PlanInput& input, const PlanOptions& options) {
  return Planner(input, options).Make();
}

Plan PlanPlainly(std::span<const uint64_t> costs, std::string_view reason) {
  Plan plan;
  for (uint32_t unit = 0; unit < costs.size(); ++unit) {
    plan.plain.push_back({unit, std::string(reason)});
  }
  SortByCost(costs, &plan.plain);
  return plan;
}

std::string DumpPlan(const PlanInput& input, const Plan& plan, std::string_view root) {
  std::string out;
  for (size_t i = 0; i < plan.zygotes.size(); ++i) {
    const PlannedZygote& zygote = plan.zygotes[i];
    out += StrCat("zygote ", i, ": ", zygote.headers.size(), " headers, ", zygote.units.size(),
                  " units");
    if (zygote.second_chance != kNoZygote) {
      out += StrCat(", second chance on zygote ", zygote.second_chance);
    }
    out += "\n";
    for (size_t h = 0; h < zygote.headers.size(); ++h) {
      out += StrCat("  header ", zygote.headers[h], " ",
                    Shown(root, input.scan.files[zygote.header_files[h]].path), "\n");
    }
    for (const PlannedUnit& unit : zygote.units) {
      out += StrCat("  unit ", Shown(root, input.commands[unit.unit].file));
      for (const std::string& name : unit.macros->names) out += StrCat(" ", name);
      out += "\n";
    }
  }
  for (const PlainUnit& unit : plan.plain) {
    out += StrCat("plain ", Shown(root, input.commands[unit.unit].file), ": ", unit.reason, "\n");
  }
  return out;
}

}  // namespace astrolabe
