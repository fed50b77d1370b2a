// Compilers that are asked, and those that must never be run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/query_driver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "analysis/project/front_end_check.h"
#include "analysis/project/front_end_command.h"
#include "base/strings.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

class QueryDriverTest : public testing::Test {
 protected:
  // A compiler that writes down how it is called, and answers as gcc does.
  void InstallCompiler(const std::string& name, std::string_view extra = "") {
    work_.Write(name, StrCat("#!/bin/sh\necho \"$@\" >> ", Log(), "\n", extra, R"(
case "$*" in
*-dM*) cat <<END
#define __arm__ 1
#define __MADE_UP_BOARD__ 7
#define __MADE_UP_FUNCTION__(a, b) a + b
#define __GNUC__ 12
#define __VERSION__ "12.2"
END
;;
*) cat >&2 <<END
Using built-in specs.
Target: arm-none-eabi
#include "..." search starts here:
#include <...> search starts here:
 )",
                             work_.root(), R"(/toolchain/lib/gcc/../c++
 )",
                             work_.root(), R"(/toolchain/own
 )",
                             work_.root(), R"(/toolchain/sys
End of search list.
END
;;
esac
)"));
    std::filesystem::permissions(Path(name), std::filesystem::perms::all);
    work_.Write("toolchain/own/stdint-gcc.h", "");
    work_.Write("toolchain/sys/stdio.h", "");
    work_.Write("toolchain/lib/c++/vector", "");
  }
  std::string Path(const std::string& name) const { return StrCat(work_.root(), "/", name); }
  std::string Log() const { return Path("log"); }
  size_t Calls() const {
    std::ifstream in(Log());
    return std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  }
  std::unique_ptr<QueryDrivers> Drivers(const std::string& allowed, const std::string& cache = "",
                                        absl::Duration timeout = absl::Seconds(20)) {
    auto drivers =
        QueryDrivers::Create({.allowed = {allowed}, .cache_directory = cache, .timeout = timeout});
    EXPECT_TRUE(drivers.ok()) << drivers.status();
    return *std::move(drivers);
  }
  absl::StatusOr<std::shared_ptr<const DriverKnowledge>> Ask(
      QueryDrivers& drivers, const std::string& compiler,
      const std::vector<std::string>& arguments = {}) {
    return drivers.Ask(work_.root(), compiler, "c++", arguments);
  }

  TempWorkspace work_;
};

TEST_F(QueryDriverTest, TakesTargetDirectoriesAndMacros) {
  InstallCompiler("bin/my-g++");
  auto drivers = Drivers(StrCat("/nowhere/*,", work_.root(), "/bin/*-g++"));
  auto answer = Ask(
      *drivers, Path("bin/my-g++"),
      {"-DX", "-mcpu=m4", "-std=c++17", "-Iinc", "--sysroot=sys", "-B/evil", "-specs=evil.specs"});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ((*answer)->target, "arm-none-eabi");
  EXPECT_EQ((*answer)->include_directories,
            (std::vector<std::string>{Path("toolchain/lib/c++"), Path("toolchain/own"),
                                      Path("toolchain/sys")}));
  ASSERT_EQ((*answer)->macros.size(), 5u);
  EXPECT_EQ((*answer)->macros[2].name, "__MADE_UP_FUNCTION__(a, b)");
  EXPECT_EQ((*answer)->macros[2].value, "a + b");
  EXPECT_EQ((*answer)->macros[4].value, "\"12.2\"");
  std::ifstream in(Log());
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, StrCat("-E -v -x c++ -mcpu=m4 -std=c++17 --sysroot=", Path("sys"), " /dev/null"));
}

TEST_F(QueryDriverTest, NeverRunsWhatIsNotAllowed) {
  InstallCompiler("bin/my-g++");
  InstallCompiler("other/my-g++");
  for (const std::string& allowed :
       {std::string(), std::string("/usr/bin/*"), StrCat(work_.root(), "/other/*"),
        StrCat(work_.root(), "/*"), std::string("my-g++"), std::string("bin/my-g++")}) {
    auto drivers = Drivers(allowed);
    for (const std::string& spelled :
         {Path("bin/my-g++"), std::string("bin/my-g++"), std::string("./other/../bin/my-g++")}) {
      EXPECT_TRUE(absl::IsPermissionDenied(Ask(*drivers, spelled).status())) << allowed;
    }
    EXPECT_EQ(drivers->runs(), 0u);
  }
  EXPECT_EQ(Calls(), 0u);
  EXPECT_EQ(Ask(*Drivers("/**"), "no-such-compiler-anywhere").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(QueryDriverTest, RemembersInMemoryAndOnDisk) {
  InstallCompiler("bin/my-g++");
  const std::string cache = Path("cache/query-driver");
  auto first = Drivers(StrCat(work_.root(), "/bin/*"), cache);
  auto answer = Ask(*first, Path("bin/my-g++"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(Calls(), 2u);
  EXPECT_TRUE(Ask(*first, "bin/my-g++", {"-DNOT_RELEVANT"}).ok());
  EXPECT_EQ(Calls(), 2u);
  auto second = Drivers(StrCat(work_.root(), "/bin/*"), cache);
  auto again = Ask(*second, Path("bin/my-g++"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(**again, **answer);
  EXPECT_EQ(Calls(), 2u);
  EXPECT_TRUE(Ask(*second, Path("bin/my-g++"), {"-m32"}).ok());
  EXPECT_EQ(Calls(), 4u);
  // A new compiler at the same path is asked anew; so it is when the cache is damaged.
  InstallCompiler("bin/my-g++", "# newer");
  EXPECT_TRUE(Ask(*Drivers(StrCat(work_.root(), "/bin/*"), cache), Path("bin/my-g++")).ok());
  EXPECT_EQ(Calls(), 6u);
  for (const auto& file : std::filesystem::directory_iterator(cache)) {
    std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) - 3);
  }
  EXPECT_TRUE(Ask(*Drivers(StrCat(work_.root(), "/bin/*"), cache), Path("bin/my-g++")).ok());
  EXPECT_EQ(Calls(), 8u);
}

TEST_F(QueryDriverTest, ReportsCompilersThatFailOrHang) {
  InstallCompiler("bin/failing", "echo broken >&2; exit 3");
  InstallCompiler("bin/hanging", "sleep 60");
  InstallCompiler("bin/silent", "exit 0");
  auto drivers = Drivers(StrCat(work_.root(), "/bin/*"), "", absl::Milliseconds(300));
  const absl::Status failing = Ask(*drivers, Path("bin/failing")).status();
  EXPECT_EQ(failing.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(failing.message()).find("broken"), std::string::npos) << failing;
  EXPECT_TRUE(absl::IsDeadlineExceeded(Ask(*drivers, Path("bin/hanging")).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(Ask(*drivers, Path("bin/silent")).status()));
  EXPECT_FALSE(Ask(*drivers, Path("bin/gone")).ok());
  EXPECT_FALSE(QueryDrivers::Create({.allowed = {"/usr/[bin/gcc"}}).ok());
}

TEST_F(QueryDriverTest, ItsAnswerEntersTheFrontEndCommand) {
  InstallCompiler("bin/my-g++");
  auto drivers = Drivers(StrCat(work_.root(), "/bin/*"));
  auto commands = *FrontEndCommands::Create({.query_drivers = drivers.get()});
  CompileCommand command;
  command.directory = work_.root();
  command.file = Path("a.cc");
  command.arguments = {"bin/my-g++", "-D__MADE_UP_BOARD__=8", "-c", "a.cc"};
  absl::StatusOr<FrontEndCommand> front_end = commands->For(command);
  ASSERT_TRUE(front_end.ok()) << front_end.status();
  EXPECT_TRUE(CheckFrontEndCommand(*front_end).ok());
  const auto at = [&](const std::string& argument) {
    const auto& all = front_end->cc1;
    const auto found = std::find(all.begin(), all.end(), argument);
    EXPECT_NE(found, all.end()) << argument << testing::PrintToString(all);
    return found - all.begin();
  };
  EXPECT_LT(at(Path("toolchain/lib/c++")), at(Path("toolchain/sys")));
  // Clang's own headers stand where the compiler's own stood.
  EXPECT_LT(at(Path("toolchain/lib/c++")), at(commands->resource_directory() + "/include"));
  EXPECT_LT(at(commands->resource_directory() + "/include"), at(Path("toolchain/sys")));
  EXPECT_EQ(std::count(front_end->cc1.begin(), front_end->cc1.end(), Path("toolchain/own")), 0);
  EXPECT_EQ(std::count(front_end->cc1.begin(), front_end->cc1.end(), "/usr/include"), 0);
  // The command's own definition comes after the compiler's.
  EXPECT_LT(at("__MADE_UP_BOARD__=7"), at("__MADE_UP_BOARD__=8"));
  at("__MADE_UP_FUNCTION__(a, b)=a + b");
  EXPECT_EQ(std::count(front_end->cc1.begin(), front_end->cc1.end(), "__GNUC__=12"), 0);
  EXPECT_EQ(std::count(front_end->cc1.begin(), front_end->cc1.end(), "__arm__=1"), 0);
  EXPECT_EQ(front_end->cc1[at("-triple") + 1].substr(0, 3), "arm");

  command.arguments[0] = "bin/failing-g++";
  InstallCompiler("bin/failing-g++", "exit 1");
  front_end = commands->For(command);
  ASSERT_TRUE(front_end.ok());
  ASSERT_EQ(front_end->notes.size(), 1u);
  EXPECT_NE(front_end->notes[0].find("bin/failing-g++"), std::string::npos);
}

TEST_F(QueryDriverTest, AsksTheRealCompiler) {
  if (!std::filesystem::exists("/usr/bin/g++")) GTEST_SKIP() << "no g++";
  auto drivers = Drivers("/usr/bin/g++*");
  auto answer = Ask(*drivers, "g++", {"-m64"});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_NE(std::find((*answer)->include_directories.begin(), (*answer)->include_directories.end(),
                      "/usr/include"),
            (*answer)->include_directories.end());
  EXPECT_GT((*answer)->macros.size(), 100u);
}

}  // namespace
}  // namespace astrolabe
