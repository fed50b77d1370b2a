// Which headers to parse once, and for whom.
//
// Units whose front-end arguments mean the same, but for macros and search paths, form a group. Its
// zygote parses the headers that several of its units include by themselves. Macros split a group:
// where the definition of a name differs between units and a header mentions the name, that header
// may be shared only among units that agree. So each set of units that agree gets a zygote, and the sets
// that are too small for that get one together, with the headers that mention none of these names. What a unit
// defines ahead of all its includes counts as if its command line did. What no other unit shares is parsed
// plainly; so is a unit that defines a macro ahead of the first #include of a header that mentions it.
//
// The plan is about speed alone. Whether a unit was rightly parsed on top of a zygote is checked
// where it was parsed (parse_server.cc): a wrong plan costs a second parse and no wrong fact.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/project/compile_command.h"
#include "analysis/project/dependency_scan.h"

namespace astrolabe {

// Borrowed, all by unit: its command, what the scan found (whose files the plan speaks of), and what a parse
// costs: bytes, say. The largest units start first.
struct PlanInput {
  std::span<const FrontEndCommand> commands;
  const ScanResult& scan;
  std::span<const uint64_t> costs;
};

struct PlanOptions {
  size_t min_units = 3;    // a zygote for fewer is not worth its parse
  size_t min_sharers = 2;  // a header that fewer units include is left to them
  // In so many units there are enough that their zygote does not suit to be worth another one.
  size_t min_units_for_second_chance = 100;
  // The text of a header, for the search for macro names; empty if it can't be read.
  std::function<std::string(const std::string& path)> read;
};

inline constexpr uint32_t kNoZygote = 0xFFFFFFFF;

// How macros differ from a zygote's.
struct MacroChanges {
  std::string lines;  // #define and #undef
  std::vector<std::string> names;
};

struct PlannedUnit {
  uint32_t unit = 0;
  std::shared_ptr<const MacroChanges> macros;  // never null; the same for units with the same flags
};

struct PlannedZygote {
  std::vector<std::string> cc1;
  std::string directory;
  std::vector<std::string> headers;    // as written behind #include
  std::vector<uint32_t> header_files;  // the same as files
  std::vector<PlannedUnit> units;      // the most costly first
  uint64_t cost = 0;                   // of them all
  // For units that this one does not suit: a zygote with the headers alone that most units include, among
  // which fewer get in each other's way; kNoZygote if there is none. That one has no units of its own.
  uint32_t second_chance = kNoZygote;
};

struct PlainUnit {
  uint32_t unit = 0;
  std::string reason;
};

struct Plan {
  std::vector<PlannedZygote> zygotes;
  std::vector<PlainUnit> plain;  // the most costly first
};

Plan MakePlan(const PlanInput& input, const PlanOptions& options);

// Without a zygote.
Plan PlanPlainly(std::span<const uint64_t> costs, std::string_view reason);

// For people and tests: each zygote with its headers and units, each plain unit with its reason.
std::string DumpPlan(const PlanInput& input, const Plan& plan, std::string_view root);

}  // namespace astrolabe
