// What units include, on small workspaces with every kind of #include that matters.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/dependency_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/project/front_end_command.h"
#include "base/strings.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;
using Views = std::vector<std::string_view>;

class DependencyScanTest : public testing::Test {
 protected:
  DependencyScanTest() : commands_(*FrontEndCommands::Create({})) {}

  void Add(const std::string& file, const Strings& flags = {}) {
    CompileCommand command;
    command.directory = work_.root();
    command.file = StrCat(work_.root(), "/", file);
    command.arguments = {"clang++", "-nostdinc"};
    command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
    command.arguments.push_back(file);
    absl::StatusOr<FrontEndCommand> front_end = commands_->For(command);
    ASSERT_TRUE(front_end.ok()) << front_end.status();
    units_.push_back(*std::move(front_end));
  }
  void Scan(int threads = 2) { scan_ = ScanDependencies(units_, threads, nullptr, nullptr); }

  std::string Relative(uint32_t file) const {
    const std::string& path = scan_.files[file].path;
    return path.starts_with(work_.root() + "/") ? path.substr(work_.root().size() + 1) : path;
  }
  Strings Paths(const std::vector<uint32_t>& files) const {
    Strings paths;
    for (const uint32_t file : files) paths.push_back(Relative(file));
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  Strings Closure(size_t unit) const { return Paths(scan_.units[unit].Closure()); }
  // "spelled>file:line" for each.
  Strings Includes(size_t unit) const {
    Strings out;
    for (const ScannedInclude& include : scan_.units[unit].includes) {
      out.push_back(StrCat(include.angled ? "<" : "\"", include.spelled, ">",
                           Relative(include.file), ":", include.line));
    }
    return out;
  }
  const DependencyFile& File(const std::string& path) const {
    for (size_t i = 0; i < scan_.files.size(); ++i) {
      if (Relative(static_cast<uint32_t>(i)) == path) return scan_.files[i];
    }
    ADD_FAILURE() << path << " is in no closure";
    return scan_.files[0];
  }

  TempWorkspace work_;
  std::unique_ptr<FrontEndCommands> commands_;
  std::vector<FrontEndCommand> units_;
  ScanResult scan_;
};

TEST_F(DependencyScanTest, FollowsConditionsSearchPathsAndComputedIncludes) {
  work_.Write("a.cc", R"(#include "near.h"
#include <far.h>
#ifdef WITH_MORE
#include "more.h"
#endif
#define HEADER "computed.h"
#include HEADER
int x;  // #include "comment.h"
)");
  work_.Write("near.h", "#pragma once\n#include \"sub/../deep.h\"\n");
  work_.Write("deep.h", "#pragma once\n");
  work_.Write("one/far.h", "#pragma once\n#include_next <far.h>\n");
  work_.Write("two/far.h", "#pragma once\n");
  work_.Write("sub/unused.h", "");
  work_.Write("more.h", "");
  work_.Write("computed.h", "");
  work_.Write("comment.h", "");
  work_.Write("forced.h", "#pragma once\n");
  Add("a.cc", {"-Ione", "-Itwo", "-include", "forced.h"});
  Add("a.cc", {"-Itwo", "-DWITH_MORE"});
  Scan();
  ASSERT_EQ(scan_.units.size(), 2u);
  EXPECT_TRUE(scan_.units[0].status.ok()) << scan_.units[0].status;
  EXPECT_EQ(Closure(0), (Strings{"a.cc", "computed.h", "deep.h", "forced.h", "near.h", "one/far.h",
                                 "two/far.h"}));
  EXPECT_EQ(Closure(1), (Strings{"a.cc", "computed.h", "deep.h", "more.h", "near.h", "two/far.h"}));
  EXPECT_EQ(Includes(0),
            (Strings{"\"near.h>near.h:0", "<far.h>one/far.h:1", "\"computed.h>computed.h:6"}));
  EXPECT_EQ(Includes(1), (Strings{"\"near.h>near.h:0", "<far.h>two/far.h:1", "\"more.h>more.h:3",
                                  "\"computed.h>computed.h:6"}));
  EXPECT_EQ(Paths(File("one/far.h").includes), (Strings{"two/far.h"}));
  EXPECT_EQ(Paths(File("near.h").includes), (Strings{"deep.h"}));
  // Both units' edges.
  EXPECT_EQ(Paths(File("a.cc").includes),
            (Strings{"computed.h", "more.h", "near.h", "one/far.h", "two/far.h"}));
}

TEST_F(DependencyScanTest, KnowsGuards) {
  work_.Write("a.cc", R"(
#include "once.h"
#include "macro.h"
#include "if_not_defined.h"
#include "none.h"
#include "after.h"
#include "list.def"
#include "else.h"
#include "before.h"
#include "two.h"
#include "nested.h"
#include "once.h"
)");
  work_.Write("once.h", "// a comment\n#pragma once\nint a;\n");
  work_.Write("macro.h", "/* c */\n#ifndef MACRO_H\n#define MACRO_H\nint b;\n#endif  // MACRO_H\n");
  work_.Write("if_not_defined.h", "#if !defined(IND_H)\n#define IND_H\n#endif\n");
  work_.Write("none.h", "int c;\n");
  work_.Write("after.h", "#ifndef AFTER_H\n#define AFTER_H\n#endif\nint d;\n");
  work_.Write("list.def", "X(1)\nX(2)\n");
  work_.Write("else.h", "#ifndef ELSE_H\n#define ELSE_H\n#else\nint e;\n#endif\n");
  work_.Write("before.h", "int f;\n#ifndef BEFORE_H\n#define BEFORE_H\n#endif\n");
  work_.Write("two.h", "#ifndef TWO_H\n#define TWO_H\n#endif\n#ifndef G\n#define G\n#endif\n");
  work_.Write("nested.h",
              "#ifndef NESTED_H\n#define NESTED_H\n#if 1\n#else\nint '\n#endif\n#define "
              "G_ \\\n#else\n# endif // x\n// y\n");
  Add("a.cc");
  Scan();
  for (const char* path : {"once.h", "macro.h", "if_not_defined.h", "nested.h"}) {
    EXPECT_TRUE(File(path).guarded) << path;
  }
  for (const char* path :
       {"none.h", "after.h", "list.def", "else.h", "before.h", "two.h", "a.cc"}) {
    EXPECT_FALSE(File(path).guarded) << path;
  }
}

TEST_F(DependencyScanTest, RecordsMacrosBeforeTheLastInclude) {
  work_.Write("a.cc", R"(#define ONE 1
#define TWO(x) x
#undef ONE
#if 0
#define NEVER
#endif
#include "a.h"
#undef THREE
#include "a.h"
#define AFTER
)");
  work_.Write("a.h", "#pragma once\n#define IN_HEADER\n#define THREE\n");
  work_.Write("none.cc", "#define X\nint x;\n");
  Add("a.cc", {"-DCOMMAND_LINE"});
  Add("none.cc");
  Scan();
  EXPECT_EQ(scan_.units[0].macros_before_includes, (Views{"ONE", "TWO", "THREE"}));
  EXPECT_TRUE(scan_.units[1].macros_before_includes.empty());
}

// Of the language and target of each unit: general ones, one of the target, a name that is a keyword too, one
// that only some languages have, one that is switched off.
TEST_F(DependencyScanTest, KnowsBuiltinFunctions) {
  work_.Write("a.cc", R"(#if __has_builtin(__builtin_expect)
#include "general.h"
#endif
#if __has_builtin(__builtin_ia32_pause)
#include "target.h"
#endif
#if __has_builtin(__builtin_never)
#include "never.h"
#endif
#if __has_builtin(__builtin_va_arg) && __has_builtin(__is_trivially_copyable)
#include "keyword.h"
#endif
#if __has_builtin(__builtin_coro_resume)
#include "coroutine.h"
#endif
#if __has_builtin(printf)
#include "printf.h"
#endif
)");
  const Strings headers = {"general.h", "target.h",    "never.h",
                           "keyword.h", "coroutine.h", "printf.h"};
  for (const std::string& header : headers) {
    work_.Write(header, "#pragma once\n");
  }
  Add("a.cc", {"-std=c++17"});
  Add("a.cc", {"-std=c++20", "-DNOTHING", "-fno-builtin-printf"});
  Scan(1);
  EXPECT_EQ(Closure(0), (Strings{"a.cc", "general.h", "keyword.h", "printf.h", "target.h"}));
  EXPECT_EQ(Closure(1), (Strings{"a.cc", "coroutine.h", "general.h", "keyword.h", "target.h"}));
}

TEST_F(DependencyScanTest, FollowsSystemHeaders) {
  work_.Write("a.cc", "#include \"system.h\"\n#include \"system.h\"\n");
  work_.Write("system.h", R"(#ifndef SYSTEM_H
#define SYSTEM_H
#pragma GCC system_header
#include "below.h"
#endif
)");
  work_.Write("below.h", "#pragma GCC system_header\n");
  Add("a.cc");
  Add("a.cc", {"-DOTHER"});
  Scan(1);
  for (size_t unit : {0, 1}) {
    EXPECT_EQ(Closure(unit), (Strings{"a.cc", "below.h", "system.h"}));
  }
  EXPECT_TRUE(File("system.h").guarded);
}

TEST_F(DependencyScanTest, GoesOnAfterWhatIsMissing) {
  work_.Write("a.cc", "#include \"gone.h\"\n#include \"there.h\"\n");
  work_.Write("there.h", "#pragma once\n#include <also/gone.h>\n#error not reached by a scan\n");
  Add("a.cc");
  Add("missing.cc");
  work_.Write("größe/日本.cc", "#include \"ü.h\"\n");
  work_.Write("größe/ü.h", "#pragma once\n");
  Add("größe/日本.cc");
  FrontEndCommand nonsense = units_[0];
  nonsense.cc1 = {"-cc1", "-triple", "no-such-machine"};
  nonsense.digest = 1;
  units_.push_back(nonsense);
  FrontEndCommand nowhere = units_[0];
  nowhere.directory += "/nowhere";
  units_.push_back(nowhere);
  Scan();
  EXPECT_EQ(scan_.units[4].status.code(), absl::StatusCode::kNotFound) << scan_.units[4].status;
  EXPECT_TRUE(scan_.units[0].status.ok());
  EXPECT_EQ(Closure(0), (Strings{"a.cc", "there.h"}));
  EXPECT_EQ(scan_.units[0].missing, (Strings{"gone.h", "also/gone.h"}));
  EXPECT_EQ(scan_.units[1].status.code(), absl::StatusCode::kNotFound) << scan_.units[1].status;
  EXPECT_NE(std::string(scan_.units[1].status.message()).find("missing.cc"), std::string::npos);
  EXPECT_EQ(Closure(2), (Strings{"größe/ü.h", "größe/日本.cc"}));
  EXPECT_EQ(scan_.units[3].status.code(), absl::StatusCode::kInvalidArgument)
      << scan_.units[3].status;
}

TEST_F(DependencyScanTest, ManyThreadsAgreeWithOne) {
  for (int i = 0; i < 40; ++i) {
    work_.Write(StrCat("h", i, ".h"),
                StrCat("#pragma once\n", i > 0 ? StrCat("#include \"h", i - 1, ".h\"\n") : ""));
    work_.Write(StrCat("u", i, ".cc"), StrCat("#include \"h", i, ".h\"\n"));
    Add(StrCat("u", i, ".cc"), {StrCat("-DFLAG", i % 5)});
  }
  Scan(1);
  std::vector<Strings> expected;
  for (size_t i = 0; i < 40; ++i) expected.push_back(Closure(i));
  EXPECT_EQ(expected[39].size(), 41u);
  std::atomic<uint32_t> done = 0;
  scan_ = ScanDependencies(units_, 2, nullptr, &done);
  EXPECT_EQ(done.load(), 40u);
  for (size_t i = 0; i < 40; ++i) EXPECT_EQ(Closure(i), expected[i]) << i;
}

TEST_F(DependencyScanTest, StopsWhenCancelled) {
  work_.Write("a.cc", "");
  Add("a.cc");
  const std::atomic<bool> cancelled = true;
  scan_ = ScanDependencies(units_, 1, &cancelled, nullptr);
  EXPECT_TRUE(absl::IsCancelled(scan_.units[0].status));
  EXPECT_TRUE(ScanDependencies({}, 0, nullptr, nullptr).units.empty());
}

}  // namespace
}  // namespace astrolabe
