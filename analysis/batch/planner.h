// Which headers to parse once, and for whom.
//
// Units whose front-end arguments mean the same, but for macros and search paths, form a group. Its
// zygote parses the headers that several of its units include by themselves. Macros split a group:
// where the definition of a name differs between units and a header mentions the name, that header
// may be shared only among units that agree. So each set of units that agree gets a zygote, and the sets
// that are too small for that get one together, with the headers that mention none of these names. What a unit defines ahead of all its includes counts as if its command line did. What no
// other unit shares is parsed plainly; so is a unit that defines a macro ahead of the
// first #include of a header that mentions it.
//
// The plan is about speed alone. Whether a unit was rightly parsed on top of a zygote is checked
// where it was parsed (parse_server.cc): a wrong plan costs a second parse and no wrong fact.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace astrolabe {

struct PlanInclude {
  std::string spelled;  // without delimiters
  bool angled = false;
  uint32_t file = 0;           // index in PlanInput::files
  uint32_t macros_before = 0;  // how many of the unit's macros_before_includes come ahead of it
};

struct PlanFile {
  std::string path;      // absolute
  bool guarded = false;  // by macro or #pragma once
  std::vector<uint32_t> includes;
};

struct PlanUnit {
  std::string file;
  std::string directory;
  std::vector<std::string> cc1;
  std::vector<PlanInclude> includes;  // those of the main file that were found, in order
  std::vector<std::string> macros_before_includes;
  // Of those, what it defines unconditionally ahead of all its includes, with the rest of the line.
  std::vector<std::pair<std::string, std::string>> leading_macros;
  uint64_t cost = 1;  // bytes to parse; the largest units start first
};

struct PlanInput {
  std::vector<PlanFile> files;
  std::vector<PlanUnit> units;
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

// A unit and how its macros differ from its zygote's.
struct PlannedUnit {
  uint32_t unit = 0;
  std::string macros;  // #define and #undef lines
  std::vector<std::string> changed_macros;
};

struct PlannedZygote {
  std::vector<std::string> cc1;
  std::string directory;
  std::vector<std::string> headers;    // as written behind #include
  std::vector<uint32_t> header_files;  // the same as files
  std::vector<PlannedUnit> units;      // the most costly first
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
  std::vector<PlainUnit> plain;
};

Plan MakePlan(const PlanInput& input, const PlanOptions& options);

// For people and tests: each zygote with its headers and units, each plain unit with its reason.
std::string DumpPlan(const PlanInput& input, const Plan& plan, std::string_view root);

}  // namespace astrolabe
