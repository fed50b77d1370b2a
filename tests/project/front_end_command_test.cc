// What becomes of compile commands as projects write them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/front_end_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "analysis/project/front_end_check.h"
#include "base/strings.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

class FrontEndCommandTest : public testing::Test {
 protected:
  FrontEndCommandTest() {
    auto commands = FrontEndCommands::Create({});
    EXPECT_TRUE(commands.ok()) << commands.status();
    commands_ = *std::move(commands);
  }

  absl::StatusOr<FrontEndCommand> Try(const Strings& arguments, const std::string& file) {
    CompileCommand command;
    command.directory = work_.root();
    command.file = StrCat(work_.root(), "/", file);
    command.arguments = arguments;
    command.arguments.push_back(file);
    return commands_->For(command);
  }

  FrontEndCommand For(const Strings& arguments, const std::string& file = "a.cc") {
    absl::StatusOr<FrontEndCommand> command = Try(arguments, file);
    EXPECT_TRUE(command.ok()) << command.status();
    if (!command.ok()) return {};
    EXPECT_FALSE(command->cc1.empty());
    const absl::Status loads = CheckFrontEndCommand(*command);
    EXPECT_TRUE(loads.ok()) << loads;
    return *std::move(command);
  }

  // That `extra` changes nothing, and draws `notes` notes.
  void CheckDropped(const Strings& extra, size_t notes, const std::string& compiler = "clang++") {
    const std::string shown = testing::PrintToString(extra);
    Strings arguments = {compiler, "-DA"};
    const FrontEndCommand plain = For(arguments);
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    const FrontEndCommand with = For(arguments);
    EXPECT_EQ(with.cc1, plain.cc1) << shown;
    EXPECT_EQ(with.digest, plain.digest) << shown;
    EXPECT_EQ(with.notes.size(), notes) << shown << testing::PrintToString(with.notes);
  }

  static bool Has(const FrontEndCommand& command, const std::string& argument) {
    return std::find(command.cc1.begin(), command.cc1.end(), argument) != command.cc1.end();
  }
  static bool Has(const FrontEndCommand& command, const std::string& first,
                  const std::string& second) {
    for (size_t i = 0; i + 1 < command.cc1.size(); ++i) {
      if (command.cc1[i] == first && command.cc1[i + 1] == second) return true;
    }
    return false;
  }
  static std::string Language(const FrontEndCommand& command) {
    const auto x = std::find(command.cc1.begin(), command.cc1.end(), "-x");
    return x == command.cc1.end() ? "" : *(x + 1);
  }

  TempWorkspace work_;
  std::unique_ptr<FrontEndCommands> commands_;
};

TEST_F(FrontEndCommandTest, KeepsWhatChangesTheMeaning) {
  const FrontEndCommand command =
      For({"clang++", "-DFOO=1", "-UFOO", "-DBAR", "-Ione", "-isystem", "two", "-I", "three",
           "-std=c++20", "-O2", "-fno-exceptions", "-include", "stdio.h", "-m32"});
  EXPECT_TRUE(command.notes.empty()) << testing::PrintToString(command.notes);
  Strings macros;
  Strings folders;
  for (size_t i = 0; i + 1 < command.cc1.size(); ++i) {
    if (command.cc1[i] == "-D" || command.cc1[i] == "-U") macros.push_back(command.cc1[i + 1]);
    if (command.cc1[i] == "-I" || command.cc1[i] == "-isystem") {
      folders.push_back(command.cc1[i + 1]);
    }
  }
  EXPECT_EQ(macros, (Strings{"FOO=1", "FOO", "BAR"}));
  folders.resize(3);  // the compiler's own follow
  EXPECT_EQ(folders, (Strings{"one", "three", "two"}));
  EXPECT_TRUE(Has(command, "-std=c++20"));
  EXPECT_TRUE(Has(command, "-O2"));
  EXPECT_TRUE(Has(command, "-include", "stdio.h"));
  EXPECT_TRUE(Has(command, "-triple", "i386-pc-linux-gnu")) << testing::PrintToString(command.cc1);
  EXPECT_FALSE(Has(command, "-fcxx-exceptions"));
  EXPECT_TRUE(Has(command, "-w"));
  EXPECT_TRUE(Has(command, "-resource-dir", commands_->resource_directory()));
}

TEST_F(FrontEndCommandTest, NothingOfTheFileIsLeft) {
  const FrontEndCommand a = For({"clang++", "-g", "-c", "-MD", "-MF", "a.d", "-o", "a.o"}, "a.cc");
  const FrontEndCommand b =
      For({"clang++", "-ggdb3", "-S", "-MMD", "-MT", "x", "-MF", "b.d", "-o", "b.o"}, "src/b.cpp");
  EXPECT_EQ(a.cc1, b.cc1);
  EXPECT_EQ(a.digest, b.digest);
  EXPECT_NE(a.file, b.file);
  for (const std::string& argument : a.cc1) {
    EXPECT_EQ(argument.find("a.cc"), std::string::npos) << argument;
    EXPECT_EQ(argument.find(work_.root()), std::string::npos) << argument;
  }
  EXPECT_EQ(commands_->driver_runs(), 1u);
}

TEST_F(FrontEndCommandTest, DropsOutputAndWarnings) {
  CheckDropped({"-Wall", "-Wextra", "-Werror", "-Wno-unused", "-pedantic-errors", "-w"}, 0);
  CheckDropped({"-c", "-o", "x.o", "-pipe", "-save-temps", "-g3", "-gdwarf-4", "-v"}, 0);
  CheckDropped({"-Wp,-MMD,x/.a.o.d", "-MP", "-MQ", "y"}, 0);
  CheckDropped({"-Xpreprocessor", "-MF", "-Xpreprocessor", "f.d"}, 0);
  CheckDropped({"-Wl,-z,now", "-lm", "-L/x", "-Wa,--noexecstack", "-shared"}, 0);
  CheckDropped({"-fcolor-diagnostics", "-fdiagnostics-color=always", "-ftime-trace"}, 0);
  CheckDropped({"-fprofile-arcs", "-ftest-coverage", "--coverage"}, 0);
}

TEST_F(FrontEndCommandTest, KeepsPreprocessorArgumentsOfWp) {
  const FrontEndCommand command = For({"gcc", "-Wp,-MMD,a.d,-DX=1", "-Wp,-D_FORTIFY_SOURCE=2"});
  EXPECT_TRUE(Has(command, "-D", "X=1"));
  EXPECT_TRUE(Has(command, "-D", "_FORTIFY_SOURCE=2"));
  EXPECT_TRUE(command.notes.empty()) << testing::PrintToString(command.notes);
}

TEST_F(FrontEndCommandTest, KeepsWarningFlagsThatMakeErrorsNone) {
  const FrontEndCommand command =
      For({"clang++", "-Wno-narrowing", "-Wall", "-Wno-error=int-conversion", "-Wno-unused"});
  EXPECT_TRUE(Has(command, "-Wno-narrowing"));
  EXPECT_TRUE(Has(command, "-Wno-error=int-conversion"));
  EXPECT_FALSE(Has(command, "-Wall"));
  EXPECT_FALSE(Has(command, "-Wno-unused"));
}

TEST_F(FrontEndCommandTest, DropsWhatOnlyGccKnows) {
  for (const std::string& flag : Strings{
           "-fno-tree-loop-im", "-fconserve-stack", "-mpreferred-stack-boundary=3",
           "-mno-fp-ret-in-387", "-fno-allow-store-data-races", "-mindirect-branch-register",
           "-mrecord-mcount", "-fplugin-arg-x-y", "-fno-var-tracking-assignments",
           "-falign-jumps=1", "-fzero-call-used-regs=what", "-mabi=quite-odd", "--param=ssp-buffer",
           "-fanalyzer", "-fno-such-thing", "-mno-such-thing", "-march=i987"}) {
    const FrontEndCommand command = For({"gcc", flag});
    EXPECT_LE(command.notes.size(), 1u) << flag << testing::PrintToString(command.notes);
  }
  CheckDropped({"-fno-such-thing", "-mno-such-thing=2", "-fno-such-thing"}, 2, "g++");
  CheckDropped({"-Wno-such-warning", "-Wmade-up=3"}, 0, "g++");
}

TEST_F(FrontEndCommandTest, DropsModulesAndPlugins) {
  CheckDropped({"-fmodules"}, 1);
  CheckDropped({"-fmodules-ts"}, 0);
  CheckDropped({"-fmodule-file=x.pcm"}, 1);
  CheckDropped({"-fmodule-file=x=x.pcm", "-fmodule-map-file=m"}, 1);
  CheckDropped({"-fmodules-cache-path=/nowhere", "-fmodule-output=a.pcm"}, 1);
  CheckDropped({"@CMakeFiles/a.dir/a.cc.o.modmap"}, 0);
  CheckDropped({"-fplugin=evil.so"}, 1);
  CheckDropped({"-Xclang", "-load", "-Xclang", "evil.so"}, 1);
  CheckDropped({"-Xclang", "-add-plugin", "-Xclang", "evil"}, 1);
  CheckDropped({"-mllvm", "-print-after-all"}, 1);
  CheckDropped({"-Xclang", "-no-such-flag"}, 1);
  CheckDropped({"-resource-dir", "/opt/other"}, 1);
  CheckDropped({"libfoo.a"}, 1);
}

TEST_F(FrontEndCommandTest, DropsPrecompiledHeaders) {
  CheckDropped({"-include-pch", "x.pch"}, 1);
  const FrontEndCommand cmake =
      For({"clang++", "-Winvalid-pch", "-Xclang", "-include-pch", "-Xclang", "cmake_pch.hxx.pch",
           "-Xclang", "-include", "-Xclang", "cmake_pch.hxx"});
  EXPECT_TRUE(Has(cmake, "-include", "cmake_pch.hxx"));
  EXPECT_FALSE(Has(cmake, "-include-pch"));
  EXPECT_EQ(cmake.notes.size(), 1u);

  // gcc takes foo.h.gch beside foo.h by itself; the header says the same.
  work_.Write("foo.h", "#pragma once\n");
  work_.Write("foo.h.gch", "gpch");
  const FrontEndCommand gcc = For({"g++", "-include", "foo.h"});
  EXPECT_TRUE(Has(gcc, "-include", "foo.h"));
  EXPECT_FALSE(Has(gcc, "-include-pch"));
  EXPECT_TRUE(gcc.notes.empty());
  work_.Write("pch/only.h.gch", "gpch");
  const FrontEndCommand only = For({"g++", "-Ipch", "-include", "only.h"});
  EXPECT_FALSE(Has(only, "-include", "only.h"));
  EXPECT_EQ(only.notes.size(), 1u);
}

TEST_F(FrontEndCommandTest, TakesTheLanguageFromFileFlagsAndCompiler) {
  EXPECT_EQ(Language(For({"clang"}, "a.c")), "c");
  EXPECT_EQ(Language(For({"clang"}, "a.cc")), "c++");
  EXPECT_EQ(Language(For({"clang"}, "a.m")), "objective-c");
  EXPECT_EQ(Language(For({"clang"}, "a.mm")), "objective-c++");
  EXPECT_EQ(Language(For({"g++-12"}, "a.c")), "c++");
  EXPECT_EQ(Language(For({"cc", "-x", "c++"}, "a.c")), "c++");
  EXPECT_EQ(Language(For({"cc", "-xc"}, "a.cc")), "c");
  EXPECT_EQ(Language(For({"cc"}, "a.h")), "c");
  EXPECT_EQ(Language(For({"cc", "-std=c++17"}, "a.h")), "c++");
  EXPECT_EQ(Language(For({"c++"}, "a.h")), "c++");
  EXPECT_EQ(Language(For({"cc", "-x", "c++-header"}, "a.h")), "c++");
  EXPECT_EQ(Language(For({"cc"}, "a.hpp")), "c++");
  EXPECT_EQ(Language(For({"clang++"}, "a.cu")), "cuda");
  EXPECT_EQ(Try({"cc"}, "a.s").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(FrontEndCommandTest, LooksThroughLaunchersAndAtTheCompilersName) {
  EXPECT_EQ(For({"/usr/bin/ccache", "/usr/bin/clang++", "-DX"}).cc1,
            For({"/usr/bin/clang++", "-DX"}).cc1);
  EXPECT_EQ(For({"env", "A=1", "/usr/bin/clang++", "-DX"}).cc1,
            For({"/usr/bin/clang++", "-DX"}).cc1);
  EXPECT_TRUE(Has(For({"aarch64-linux-gnu-g++"}), "-triple", "aarch64-unknown-linux-gnu"));
  EXPECT_TRUE(
      Has(For({"clang++", "--target=riscv64-linux-gnu"}), "-triple", "riscv64-unknown-linux-gnu"));
  // A target that is given counts more than the name.
  EXPECT_TRUE(Has(For({"aarch64-linux-gnu-gcc", "--target=riscv64-linux-gnu"}), "-triple",
                  "riscv64-unknown-linux-gnu"));
}

TEST_F(FrontEndCommandTest, SurvivesNonsense) {
  For({"cc", "--target=no-such-machine-at-all", "-DX"}, "a.c");
  For({"cc", "-std=c++1999"}, "a.cc");
  For({"cc", "-std=c++20"}, "a.c");
  For({"cc", "-I"}, "a.c");
  For({"cc", "-arch", "arm64"}, "a.c");
  For({"", ""}, "a.c");
  EXPECT_FALSE(commands_->For({}).ok());
  CompileCommand empty;
  empty.file = "/a.c";
  empty.directory = "/";
  EXPECT_EQ(commands_->For(empty).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(FrontEndCommandTest, TakesNonAsciiAndLongCommands) {
  Strings arguments = {"clang++", "-Igröße"};
  for (int i = 0; i < 10000; ++i) arguments.push_back(StrCat("-DSOME_NAME_", i, "=x"));
  const FrontEndCommand command = For(arguments, "日本.cc");
  EXPECT_TRUE(Has(command, "-I", "größe"));
  EXPECT_TRUE(Has(command, "-D", "SOME_NAME_9999=x"));
}

TEST_F(FrontEndCommandTest, DirectoryCountsAndVersionToo) {
  CompileCommand command;
  command.directory = work_.root();
  command.file = StrCat(work_.root(), "/a.cc");
  command.arguments = {"clang++", command.file};
  const FrontEndCommand here = *commands_->For(command);
  command.directory = "/";
  const FrontEndCommand there = *commands_->For(command);
  EXPECT_EQ(here.cc1, there.cc1);
  EXPECT_NE(here.digest, there.digest);
  auto newer = *FrontEndCommands::Create({.tool_version = "next"});
  EXPECT_NE(newer->For(command)->digest, there.digest);
}

TEST_F(FrontEndCommandTest, IsSafeAndRunsOnceAmongThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(
            Try({"clang++", "-c", StrCat("-DX", i % 3)}, StrCat("f", t, "_", i, ".cc")).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(commands_->driver_runs(), 3u);
}

TEST_F(FrontEndCommandTest, SaysWhereItLookedForResources) {
  const absl::Status status = FrontEndCommands::Create({.resource_directory = "/no/such"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(std::string(status.message()).find("/no/such"), std::string::npos) << status;
}

}  // namespace
}  // namespace astrolabe
