// Which headers a zygote gets, and which units it serves. The workspaces are sources, the expectations
// what `astrolabe dump plan` prints.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "analysis/batch/macro_order.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constexpr char kGuard[] = "#pragma once\n";

// A workspace at /w, as the dependency scan would tell of it. Headers come before who includes them.
class Workspace {
 public:
  void Header(const std::string& path, const std::string& text) {
    DependencyFile file;
    file.path = "/w/" + path;
    file.guarded = text.starts_with(kGuard);
    texts_[file.path] = text;
    scan_.files.push_back(std::move(file));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("#include")) continue;
      uint32_t found = Find(scan_.files.back().path, Spelled(line));
      scan_.files.back().includes.push_back(found);
    }
  }

  // Its #defines are leading ones (see ScannedUnit) up to the first #include.
  void Unit(const std::string& path, const std::string& text,
            const std::vector<std::string>& flags = {}) {
    FrontEndCommand command;
    command.file = "/w/" + path;
    command.directory = "/w";
    std::vector<std::string> cc1 = {"-std=c++20", "-I", "include"};
    cc1.insert(cc1.end(), flags.begin(), flags.end());
    command.cc1 = cc1;
    ScannedUnit unit;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("#include")) {
        ScannedInclude include;
        include.spelled = Keep(Spelled(line));
        include.angled = line.find('<') != std::string::npos;
        include.file = Find(command.file, std::string(include.spelled));
        include.macros_before = static_cast<uint32_t>(unit.macros_before_includes.size());
        unit.includes.push_back(include);
      } else if (line.starts_with("#define ")) {
        std::string_view definition = Keep(line.substr(8));
        std::string_view name = definition.substr(0, definition.find(' '));
        unit.macros_before_includes.push_back(name);
        if (unit.includes.empty()) {
          unit.leading_macros.emplace_back(name, definition.substr(name.size()));
        }
      }
    }
    commands_.push_back(std::move(command));
    scan_.units.push_back(std::move(unit));
    costs_.push_back(1);
  }

  void SameUnits(const std::vector<std::string>& paths, const std::string& text,
                 const std::vector<std::string>& flags = {}) {
    for (const std::string& path : paths) Unit(path, text, flags);
  }

  PlanInput input() { return {commands_, scan_, costs_}; }
  ScanResult& scan() { return scan_; }
  void SetCost(size_t unit, uint64_t cost) { costs_[unit] = cost; }

  Plan Make() {
    PlanOptions options;
    options.read = [this](const std::string& path) { return texts_[path]; };
    return MakePlan(input(), options);
  }

  std::string Dump() { return DumpPlan(input(), Make(), "/w"); }

 private:
  static std::string Spelled(const std::string& line) {
    size_t begin = line.find_first_of("<\"") + 1;
    return line.substr(begin, line.find_first_of(">\"", begin) - begin);
  }

  uint32_t Find(const std::string& includer, const std::string& spelled) {
    std::filesystem::path beside = std::filesystem::path(includer).parent_path() / spelled;
    for (const std::string& path :
         {beside.lexically_normal().string(), StrCat("/w/include/", spelled)}) {
      for (uint32_t file = 0; file < scan_.files.size(); ++file) {
        if (scan_.files[file].path == path) return file;
      }
    }
    ADD_FAILURE() << includer << " includes " << spelled << ", which is not there";
    return 0;
  }

  std::string_view Keep(std::string_view text) {
    return scan_.spellings->Get(scan_.spellings->Intern(text));
  }

  std::vector<FrontEndCommand> commands_;
  ScanResult scan_;
  std::vector<uint64_t> costs_;
  std::map<std::string, std::string> texts_;
};

TEST(Planner, NothingToPlan) { EXPECT_EQ(Workspace().Dump(), ""); }

TEST(Planner, UnitsWithTheSameFlagsShareWhatSeveralInclude) {
  Workspace w;
  w.Header("include/common.h", kGuard);
  w.Header("include/rare.h", kGuard);
  w.Unit("a.cc", "#include <common.h>\n#include <rare.h>\n");
  w.SameUnits({"b.cc", "c.cc"}, "#include <common.h>\n");
  EXPECT_EQ(w.Dump(), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit a.cc
  unit b.cc
  unit c.cc
)");
}

TEST(Planner, OtherFlagsMeanAnotherZygote) {
  Workspace w;
  w.Header("include/common.h", kGuard);
  w.SameUnits({"a.cc", "b.cc", "c.cc"}, "#include <common.h>\n");
  w.SameUnits({"d.cc", "e.cc", "f.cc"}, "#include <common.h>\n", {"-fno-exceptions"});
  w.Unit("g.cc", "#include <common.h>\n", {"-fno-rtti"});
  EXPECT_EQ(w.Dump(), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit a.cc
  unit b.cc
  unit c.cc
zygote 1: 1 headers, 3 units
  header <common.h> include/common.h
  unit d.cc
  unit e.cc
  unit f.cc
plain g.cc: only 1 with these flags
)");
}

TEST(Planner, AZygoteSearchesWhereAnyOfItsUnitsDoes) {
  Workspace w;
  w.Header("include/common.h", kGuard);
  w.Unit("a.cc", "#include <common.h>\n", {"-I", "/a", "-isystem", "/sys"});
  w.Unit("b.cc", "#include <common.h>\n", {"-I", "b"});
  w.Unit("c.cc", "#include <common.h>\n", {"-I/a"});
  Plan plan = w.Make();
  ASSERT_EQ(plan.zygotes.size(), 1u);
  EXPECT_EQ(plan.zygotes[0].units.size(), 3u);
  EXPECT_EQ(plan.zygotes[0].cc1,
            (std::vector<std::string>{"-std=c++20", "-I", "/w/include", "-I", "/a", "-isystem",
                                      "/sys", "-I", "/w/b"}));
}

TEST(Planner, MostCostlyUnitsFirst) {
  Workspace w;
  w.Header("include/common.h", kGuard);
  w.SameUnits({"a.cc", "b.cc", "c.cc"}, "#include <common.h>\n");
  w.SetCost(1, 9);
  w.SetCost(2, 7);
  EXPECT_EQ(w.Dump(), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit b.cc
  unit c.cc
  unit a.cc
)");
}

TEST(Planner, HeadersInTheOrderOfTheUnits) {
  Workspace w;
  w.Header("include/needs_first.h", kGuard);
  w.Header("include/first.h", kGuard);
  w.SameUnits({"a.cc", "b.cc", "c.cc"}, "#include <first.h>\n#include <needs_first.h>\n");
  EXPECT_EQ(w.Dump(), R"(zygote 0: 2 headers, 3 units
  header <first.h> include/first.h
  header <needs_first.h> include/needs_first.h
  unit a.cc
  unit b.cc
  unit c.cc
)");
}

TEST(Planner, AHeaderFoundBesideItsIncluderGetsItsWholePath) {
  Workspace w;
  w.Header("lib/beside.h", kGuard);
  w.Header("include/searched.h", kGuard);
  w.SameUnits({"lib/a.cc", "lib/b.cc", "lib/c.cc"},
              "#include \"beside.h\"\n#include \"searched.h\"\n");
  EXPECT_EQ(w.Dump(), R"(zygote 0: 2 headers, 3 units
  header "/w/lib/beside.h" lib/beside.h
  header "searched.h" include/searched.h
  unit lib/a.cc
  unit lib/b.cc
  unit lib/c.cc
)");
}

TEST(Planner, WhatIsMeantToBeIncludedAgainStaysWithTheUnits) {
  Workspace w;
  w.Header("include/common.h", kGuard);
  w.Header("include/unguarded.h", "int x;\n");
  w.Header("include/list.def", std::string(kGuard) + "ITEM(a)\n");
  w.Header("include/body.inc", kGuard);
  w.SameUnits({"a.cc", "b.cc", "c.cc"},
              "#include <unguarded.h>\n#include <common.h>\n#include <list.def>\n"
              "#include <body.inc>\n");
  EXPECT_EQ(w.Dump(), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit a.cc
  unit b.cc
  unit c.cc
)");
}

TEST(Planner, AUnitThatOthersIncludeIsNoHeader) {
  Workspace w;
  w.Header("whole.h", kGuard);
  w.Unit("whole.h", "");
  w.SameUnits({"a.cc", "b.cc"}, "#include \"whole.h\"\n");
  EXPECT_EQ(w.Dump(), R"(plain whole.h: shares no header with its group
plain a.cc: shares no header with its group
plain b.cc: shares no header with its group
)");
}

TEST(Planner, MacrosThatNoHeaderMentionsDivideNothing) {
  Workspace w;
  w.Header("include/common.h", std::string(kGuard) + "struct Common {};\n");
  w.Unit("a.cc", "#include <common.h>\n", {"-D", "TARGET=a"});
  w.Unit("b.cc", "#include <common.h>\n", {"-DTARGET=b"});
  w.Unit("c.cc", "#include <common.h>\n");
  Plan plan = w.Make();
  EXPECT_EQ(DumpPlan(w.input(), plan, "/w"), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit a.cc TARGET
  unit b.cc TARGET
  unit c.cc
)");
  EXPECT_EQ(plan.zygotes[0].units[0].macros->lines, "#undef TARGET\n#define TARGET a\n");
  EXPECT_EQ(plan.zygotes[0].units[2].macros->lines, "");
}

TEST(Planner, MacrosThatAHeaderMentionsDivideAGroup) {
  Workspace w;
  w.Header("include/deep.h", std::string(kGuard) + "#ifdef WIDE\n#endif\n");
  w.Header("include/common.h", std::string(kGuard) + "#include <deep.h>\n");
  w.SameUnits({"a.cc", "b.cc", "c.cc"}, "#include <common.h>\n");
  w.SameUnits({"d.cc", "e.cc", "f.cc"}, "#include <common.h>\n", {"-DWIDE"});
  EXPECT_EQ(w.Dump(), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit d.cc
  unit e.cc
  unit f.cc
zygote 1: 1 headers, 3 units
  header <common.h> include/common.h
  unit a.cc
  unit b.cc
  unit c.cc
)");
  Plan plan = w.Make();
  const std::vector<std::string>& wide = plan.zygotes[0].cc1;
  EXPECT_NE(std::find(wide.begin(), wide.end(), "WIDE=1"), wide.end());
  const std::vector<std::string>& narrow = plan.zygotes[1].cc1;
  EXPECT_EQ(std::find(narrow.begin(), narrow.end(), "WIDE=1"), narrow.end());
}

TEST(Planner, AWordThatOnlyContainsTheNameIsNoMention) {
  Workspace w;
  w.Header("include/common.h", std::string(kGuard) + "#ifdef WIDER\n#endif\n");
  w.SameUnits({"a.cc", "b.cc"}, "#include <common.h>\n");
  w.SameUnits({"c.cc", "d.cc"}, "#include <common.h>\n", {"-DWIDE"});
  EXPECT_EQ(w.Make().zygotes.size(), 1u);
}

TEST(Planner, SetsThatAreTooSmallShareTheHeadersThatMeanTheSame) {
  Workspace w;
  w.Header("include/size.h", std::string(kGuard) + "SIZE\n");
  w.Header("include/common.h", kGuard);
  w.Unit("a.cc", "#include <common.h>\n#include <size.h>\n", {"-DSIZE=1"});
  w.Unit("b.cc", "#include <common.h>\n#include <size.h>\n", {"-DSIZE=2"});
  w.Unit("c.cc", "#include <common.h>\n#include <size.h>\n", {"-USIZE"});
  EXPECT_EQ(w.Dump(), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit a.cc SIZE
  unit b.cc SIZE
  unit c.cc SIZE
)");
}

TEST(Planner, TooFewToShareAnything) {
  Workspace w;
  w.Header("include/size.h", std::string(kGuard) + "SIZE\n");
  w.SameUnits({"a.cc", "b.cc", "c.cc"}, "#include <size.h>\n", {"-DSIZE=1"});
  w.Unit("d.cc", "#include <size.h>\n", {"-DSIZE=2"});
  EXPECT_EQ(w.Dump(), R"(zygote 0: 1 headers, 3 units
  header <size.h> include/size.h
  unit a.cc
  unit b.cc
  unit c.cc
plain d.cc: too few agree with it on the macros that its headers mention
)");
}

TEST(Planner, WhatAUnitDefinesFirstCountsAsIfItsCommandDid) {
  Workspace w;
  w.Header("include/common.h", std::string(kGuard) + "#ifdef WIDE\n#endif\n");
  w.SameUnits({"a.cc", "b.cc"}, "#define WIDE 1\n#include <common.h>\n");
  w.Unit("c.cc", "#include <common.h>\n", {"-DWIDE"});
  Plan plan = w.Make();
  EXPECT_EQ(DumpPlan(w.input(), plan, "/w"), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit a.cc
  unit b.cc
  unit c.cc
)");
  // On a zygote that has it already, defining it alike once more is no error.
  EXPECT_EQ(plan.zygotes[0].units[0].macros->lines, "");
}

TEST(Planner, AMacroBetweenIncludesThatTheNextOneMentions) {
  Workspace w;
  w.Header("include/first.h", kGuard);
  w.Header("include/asks.h", std::string(kGuard) + "#ifdef MINE\n#endif\n");
  w.SameUnits({"a.cc", "b.cc", "c.cc"}, "#include <first.h>\n#include <asks.h>\n");
  w.Unit("d.cc", "#include <first.h>\n#define MINE\n#include <asks.h>\n");
  // Harmless where the header was there before it, or does not ask.
  w.Unit("e.cc", "#include <asks.h>\n#define MINE\n#include <first.h>\n#include <asks.h>\n");
  w.Unit("f.cc", "#include <asks.h>\n#define OTHER\n#include <first.h>\n");
  EXPECT_EQ(w.Dump(), R"(zygote 0: 2 headers, 5 units
  header <first.h> include/first.h
  header <asks.h> include/asks.h
  unit a.cc
  unit b.cc
  unit c.cc
  unit e.cc
  unit f.cc
plain d.cc: defines MINE before it first includes /w/include/asks.h, which mentions it
)");
}

TEST(Planner, AnUnguardedHeaderMayReadTheUnitsMacro) {
  Workspace w;
  w.Header("include/list.def", "ITEM(a)\n");
  w.Header("include/common.h", kGuard);
  w.SameUnits({"a.cc", "b.cc", "c.cc"},
              "#include <common.h>\n#define ITEM(x) x,\n#include <list.def>\n");
  EXPECT_EQ(w.Dump(), R"(zygote 0: 1 headers, 3 units
  header <common.h> include/common.h
  unit a.cc
  unit b.cc
  unit c.cc
)");
}

TEST(Planner, HeadersThatIncludeEachOther) {
  Workspace w;
  w.Header("include/one.h", kGuard);
  w.Header("include/two.h", std::string(kGuard) + "#include <one.h>\nMINE\n");
  w.scan().files[0].includes.push_back(1);
  w.SameUnits({"a.cc", "b.cc", "c.cc"}, "#include <one.h>\n");
  w.SameUnits({"d.cc", "e.cc", "f.cc"}, "#include <one.h>\n", {"-DMINE"});
  EXPECT_EQ(w.Make().zygotes.size(), 2u);
}

TEST(Planner, AHeaderThatAsksForAMacroComesBeforeWhoDefinesItIfItDoesInMostUnits) {
  Workspace w;
  w.Header("include/config.h", std::string(kGuard) + "#define HAVE_STAT 1\n");
  w.Header("include/files.h", std::string(kGuard) + "#ifdef HAVE_STAT\n#endif\n");
  // Most include config.h alone or later, and config.h has the most includers.
  w.SameUnits({"a.cc", "b.cc", "c.cc", "d.cc"}, "#include <config.h>\n");
  w.SameUnits({"e.cc", "f.cc", "g.cc"}, "#include <files.h>\n#include <config.h>\n");
  w.Unit("h.cc", "#include <config.h>\n#include <files.h>\n");
  std::string plan = w.Dump();
  EXPECT_NE(plan.find("  header <files.h> include/files.h\n  header <config.h> include/config.h\n"),
            std::string::npos)
      << plan;
}

TEST(Planner, ManyUnitsInWhichAHeaderFindsAMacroThatItDoesNotFindInOthersAreApart) {
  Workspace w;
  w.Header("include/config.h", std::string(kGuard) + "#define HAVE_STAT 1\n");
  w.Header("include/files.h", std::string(kGuard) + "#ifdef HAVE_STAT\n#endif\n");
  for (int i = 0; i < 9; ++i) {
    w.Unit(StrCat("after", i, ".cc"), "#include <files.h>\n#include <config.h>\n");
    w.Unit(StrCat("before", i, ".cc"), "#include <config.h>\n#include <files.h>\n");
  }
  Plan plan = w.Make();
  ASSERT_EQ(plan.zygotes.size(), 2u);
  for (const PlannedZygote& zygote : plan.zygotes) {
    ASSERT_EQ(zygote.units.size(), 9u);
    bool files_first = zygote.headers[0] == "<files.h>";
    for (const PlannedUnit& unit : zygote.units) {
      bool after = w.input().commands[unit.unit].file.starts_with("/w/after");
      EXPECT_EQ(after, files_first);
    }
  }
}

TEST(Planner, ASecondChanceHasTheCommonHeadersAlone) {
  Workspace w;
  w.Header("include/common.h", kGuard);
  w.Header("include/rare.h", kGuard);
  for (int i = 0; i < 120; ++i) {
    w.Unit(StrCat("u", i, ".cc"),
           i < 3 ? "#include <common.h>\n#include <rare.h>\n" : "#include <common.h>\n");
  }
  Plan plan = w.Make();
  ASSERT_EQ(plan.zygotes.size(), 2u);
  EXPECT_EQ(plan.zygotes[0].headers.size(), 2u);
  ASSERT_EQ(plan.zygotes[0].second_chance, 1u);
  EXPECT_EQ(plan.zygotes[1].headers, std::vector<std::string>{"<common.h>"});
  EXPECT_TRUE(plan.zygotes[1].units.empty());
}

TEST(MacroOrder, NamesInDirectives) {
  DirectiveNames names = FindDirectiveNames(
      "#ifndef GUARD\n#define GUARD\n"
      "  # if defined(ONE) && TWO > 0x10L \\\n && THREE // FOUR\n"
      "#elif __has_include(<x.h>)\n"
      "int if_FIVE; // #ifdef SIX\n"
      "#undef SEVEN\n#define EIGHT(x) NINE\n#endif");
  EXPECT_EQ(names.asked, (std::vector<std::string>{"GUARD", "ONE", "THREE", "TWO", "h", "x"}));
  EXPECT_EQ(names.defined, (std::vector<std::string>{"EIGHT", "GUARD", "SEVEN"}));
  EXPECT_TRUE(FindDirectiveNames("#").asked.empty());
  EXPECT_TRUE(FindDirectiveNames("#define").defined.empty());
}

TEST(Planner, EveryUnitIsPlannedOnce) {
  Workspace w;
  std::vector<std::string> headers;
  for (int i = 0; i < 12; ++i) {
    headers.push_back(StrCat("h", i, ".h"));
    w.Header("include/" + headers.back(),
             StrCat(i % 5 == 0 ? "" : kGuard, "#ifdef M", i % 4, "\n#endif\n"));
  }
  for (int i = 0; i < 300; ++i) {
    std::string text;
    if (i % 7 == 0) text += StrCat("#define M", i % 4, "\n");
    for (int k = 0; k < 4; ++k) {
      text += StrCat("#include <", headers[static_cast<size_t>((i * (k + 3) + k) % 12)], ">\n");
      if (i % 11 == k) text += StrCat("#define M", k, "\n");
    }
    std::vector<std::string> flags;
    if (i % 3 == 0) flags.push_back(StrCat("-DM", i % 4, "=", i % 2));
    if (i % 13 == 0) flags.push_back("-O2");
    w.Unit(StrCat("u", i, ".cc"), text, flags);
  }
  Plan plan = w.Make();
  std::vector<int> times(300);
  for (const PlainUnit& unit : plan.plain) {
    ++times[unit.unit];
    EXPECT_NE(unit.reason, "");
  }
  for (const PlannedZygote& zygote : plan.zygotes) {
    EXPECT_FALSE(zygote.headers.empty());
    EXPECT_EQ(zygote.headers.size(), zygote.header_files.size());
    for (const PlannedUnit& unit : zygote.units) ++times[unit.unit];
  }
  EXPECT_EQ(times, std::vector<int>(300, 1));
  EXPECT_GT(plan.zygotes.size(), 1u);
}

}  // namespace
}  // namespace astrolabe
