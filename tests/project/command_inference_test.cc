// Which command a file gets, and the sentence that says why.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/command_inference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/strings.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

class CommandInferenceTest : public testing::Test {
 protected:
  std::string Path(std::string_view path = "") const {
    return path.empty() ? work_.root() : StrCat(work_.root(), "/", path);
  }
  // Sources, each compiled with -DNAME-of-it (dots and slashes as underscores).
  void WriteDatabase(const Strings& files, const std::string& folder = ".",
                     const std::string& compiler = "cc") {
    std::string json = "[";
    for (const std::string& file : files) {
      work_.Write(file, "");
      json += StrCat(json.size() > 1 ? "," : "", "{\"directory\": \"", Path(), "\", \"file\": \"",
                     file, "\", \"arguments\": [\"", compiler, "\", \"-D", Mark(file),
                     "\", \"-o\", \"x.o\", \"-c\", \"", file, "\"]}");
    }
    work_.Write(folder + "/compile_commands.json", json + "]");
  }
  static std::string Mark(std::string file) {
    std::replace_if(file.begin(), file.end(), [](char c) { return c == '.' || c == '/'; }, '_');
    return file;
  }
  std::unique_ptr<ProjectModel> Load(const std::string& folder = "") {
    auto model = ProjectModel::Load({.root = Path(), .compile_commands_dir = folder});
    EXPECT_TRUE(model.ok()) << model.status();
    return model.ok() ? *std::move(model) : nullptr;
  }
  // That `file` gets the command of `source`, for that origin and with `why` in the reason.
  void Check(const ProjectModel& model, const std::string& file, const std::string& source,
             CommandOrigin origin, std::string_view why) {
    const CompileCommand command = model.CommandFor(Path(file));
    EXPECT_EQ(command.file, Path(file));
    EXPECT_EQ(command.origin, origin) << file << ": " << command.reason;
    EXPECT_NE(std::find(command.arguments.begin(), command.arguments.end(), "-D" + Mark(source)),
              command.arguments.end())
        << file << ": " << command.reason;
    EXPECT_NE(command.reason.find(why), std::string::npos) << command.reason;
    EXPECT_EQ(std::count(command.arguments.begin(), command.arguments.end(), Path(file)) +
                  std::count(command.arguments.begin(), command.arguments.end(), file),
              1)
        << testing::PrintToString(command.arguments);
  }

  TempWorkspace work_;
};

TEST_F(CommandInferenceTest, EntriesThenIncludersThenNeighboursThenGuesses) {
  WriteDatabase({"src/net/socket.cc", "src/net/tls.cc", "src/ui/window.cc", "tests/net_test.cc",
                 "legacy/old.c"});
  auto model = Load();
  Check(*model, "src/net/tls.cc", "src/net/tls.cc", CommandOrigin::kDatabase, "entry 1 of ");

  model->SetIncluders([&](const std::string& header) -> Strings {
    if (header == Path("include/api.h")) {
      return {Path("include/other.h"), Path("tests/net_test.cc"), Path("src/ui/window.cc")};
    }
    if (header == Path("src/net/options.h")) {
      return {Path("tests/net_test.cc"), Path("src/net/socket.cc")};
    }
    if (header == Path("include/net/tls.h")) {
      return {Path("src/net/socket.cc"), Path("src/net/tls.cc")};
    }
    if (header == Path("legacy/types.hpp")) return {Path("legacy/old.c"), Path("src/ui/window.cc")};
    return {};
  });
  // Of equals the graph's first; else the same name, else the nearest; a language that fits.
  Check(*model, "include/api.h", "tests/net_test.cc", CommandOrigin::kIncluder,
        "which includes it");
  Check(*model, "src/net/options.h", "src/net/socket.cc", CommandOrigin::kIncluder, "socket.cc");
  Check(*model, "include/net/tls.h", "src/net/tls.cc", CommandOrigin::kIncluder, "tls.cc");
  Check(*model, "legacy/types.hpp", "src/ui/window.cc", CommandOrigin::kIncluder, "window.cc");

  Check(*model, "src/net/socket.h", "src/net/socket.cc", CommandOrigin::kNeighbour, "same name");
  Check(*model, "include/ui/window.h", "src/ui/window.cc", CommandOrigin::kNeighbour, "same name");
  Check(*model, "src/net/tls_new.cc", "src/net/tls.cc", CommandOrigin::kNeighbour, "nearest");
  Check(*model, "src/ui/deep/er/button.cc", "src/ui/window.cc", CommandOrigin::kNeighbour,
        "nearest");
  Check(*model, "src/net/fast.c", "legacy/old.c", CommandOrigin::kNeighbour, "nearest");
  // Nothing fits Objective-C.
  EXPECT_EQ(model->CommandFor(Path("mac/app.m")).origin, CommandOrigin::kGuess);
}

TEST_F(CommandInferenceTest, TransfersWithoutFileOutputAndLanguage) {
  WriteDatabase({"a.cc"}, ".", "clang");
  auto model = Load();
  EXPECT_EQ(model->CommandFor(Path("a.h")).arguments,
            (Strings{"clang", "-Da_cc", "-x", "c++", Path("a.h")}));
  EXPECT_EQ(model->CommandFor(Path("b.cc")).arguments,
            (Strings{"clang", "-Da_cc", "-x", "c++", Path("b.cc")}));
  EXPECT_EQ(model->CommandFor(Path("x/../a.cc")).arguments.back(), "a.cc");
}

TEST_F(CommandInferenceTest, FindsTheDatabase) {
  const auto find = [&](const std::string& root, const std::string& folder = "") {
    return ProjectModel::FindDatabase({.root = Path(root), .compile_commands_dir = folder})
        .value_or("");
  };
  EXPECT_EQ(find(""), "");
  WriteDatabase({"a.cc"}, "build-old");
  WriteDatabase({"a.cc"}, "build/release");
  const auto old = std::filesystem::last_write_time(Path("build/release/compile_commands.json"));
  std::filesystem::last_write_time(Path("build-old/compile_commands.json"),
                                   old - std::chrono::hours(1));
  EXPECT_EQ(find(""), Path("build/release/compile_commands.json"));
  std::filesystem::last_write_time(Path("build-old/compile_commands.json"),
                                   old + std::chrono::hours(1));
  EXPECT_EQ(find(""), Path("build-old/compile_commands.json"));
  EXPECT_EQ(find("", "build/release"), Path("build/release/compile_commands.json"));
  EXPECT_EQ(find("", Path("build-old/compile_commands.json")),
            Path("build-old/compile_commands.json"));
  // One that is not there does not keep it from looking.
  EXPECT_EQ(find("", "nowhere"), Path("build-old/compile_commands.json"));
  work_.Write("compile_flags.txt", "-DF");
  EXPECT_EQ(find(""), Path("compile_flags.txt"));
  WriteDatabase({"a.cc"});
  EXPECT_EQ(find(""), Path("compile_commands.json"));
  work_.Write("deep/inside/x.cc", "");
  EXPECT_EQ(find("deep/inside"), Path("compile_commands.json"));
}

TEST_F(CommandInferenceTest, AFolderWithoutADatabaseIsNoEnd) {
  WriteDatabase({"a.cc"});
  work_.Write("empty/readme", "");
  for (const char* folder : {"nowhere", "empty", "empty/compile_commands.json"}) {
    auto model = ProjectModel::Load({.root = Path(), .compile_commands_dir = folder});
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_EQ((*model)->database_path(), Path("compile_commands.json"));
    EXPECT_FALSE((*model)->ChangedOnDisk());
  }
  // When it comes, it counts.
  auto model = *ProjectModel::Load({.root = Path(), .compile_commands_dir = "empty"});
  WriteDatabase({"b.cc"}, "empty");
  EXPECT_TRUE(model->ChangedOnDisk());
  ASSERT_TRUE(model->Reload().ok());
  EXPECT_EQ(model->database_path(), Path("empty/compile_commands.json"));
}

TEST_F(CommandInferenceTest, TakesCompileFlags) {
  work_.Write("compile_flags.txt", "-DF\n-Iinc\n");
  auto model = Load();
  const CompileCommand command = model->CommandFor(Path("x/a.c"));
  EXPECT_EQ(command.origin, CommandOrigin::kCompileFlags);
  EXPECT_EQ(command.directory, Path());
  EXPECT_EQ(command.arguments, (Strings{"clang", "-DF", "-Iinc", Path("x/a.c")}));
  EXPECT_NE(command.reason.find(Path("compile_flags.txt")), std::string::npos);
}

TEST_F(CommandInferenceTest, NoticesWhatChangesOnDisk) {
  auto model = Load();
  EXPECT_FALSE(model->ChangedOnDisk());
  EXPECT_EQ(model->CommandFor(Path("a.cc")).origin, CommandOrigin::kGuess);
  work_.Write("compile_flags.txt", "-DF");
  EXPECT_TRUE(model->ChangedOnDisk());
  ASSERT_TRUE(model->Reload().ok());
  EXPECT_FALSE(model->ChangedOnDisk());
  EXPECT_EQ(model->CommandFor(Path("a.cc")).origin, CommandOrigin::kCompileFlags);
  work_.Write("compile_flags.txt", "-DF -DG");
  EXPECT_TRUE(model->ChangedOnDisk());
  WriteDatabase({"a.cc"});
  ASSERT_TRUE(model->Reload().ok());
  auto database = model->database();
  ASSERT_NE(database, nullptr);
  EXPECT_EQ(model->CommandFor(Path("a.cc")).origin, CommandOrigin::kDatabase);
  // A broken file leaves the old state.
  work_.Write("compile_commands.json", "[{");
  EXPECT_FALSE(model->Reload().ok());
  EXPECT_TRUE(model->ChangedOnDisk());
  EXPECT_EQ(model->CommandFor(Path("a.cc")).origin, CommandOrigin::kDatabase);
  WriteDatabase({"b.cc"});
  ASSERT_TRUE(model->Reload().ok());
  EXPECT_EQ(model->CommandFor(Path("a.cc")).origin, CommandOrigin::kNeighbour);
  EXPECT_EQ(database->FileAt(0), Path("a.cc"));
}

TEST_F(CommandInferenceTest, GuessesIncludeDirectories) {
  const std::vector<FileIncludes> files = {
      {"/w/app/main.cc",
       {{"net/socket.h"}, {"util/log.h"}, {"main.h"}, {"vector", true}, {"../app/x.h"}}},
      {"/w/app/main.h", {{"net/socket.h"}, {"missing/none.h"}}},
      {"/w/app/x.h", {}},
      {"/w/libs/base/net/socket.h", {{"net/port.h"}, {"port.h"}}},
      {"/w/libs/base/net/port.h", {}},
      {"/w/libs/base/util/log.h", {}},
      {"/w/copy/util/log.h", {}},
      {"/w/third/inc/json.h", {}},
      {"/w/app/j.cc", {{"json.h", true}}},
  };
  EXPECT_EQ(GuessIncludeDirectories(files), (Strings{"/w/libs/base", "/w/third/inc"}));
  EXPECT_EQ(GuessIncludeDirectories(files, 1), (Strings{"/w/libs/base"}));
  EXPECT_TRUE(GuessIncludeDirectories({}).empty());
  // A C library's own headers are not for who includes the system's.
  EXPECT_TRUE(
      GuessIncludeDirectories(std::vector<FileIncludes>{{"/w/a.c", {{"string.h"}, {"compat.h"}}},
                                                        {"/w/libc/string.h", {}},
                                                        {"/w/libc/compat.h", {}}})
          .empty());

  auto model = Load();
  model->GuessFrom(files);
  const CompileCommand cxx = model->CommandFor(Path("a.h"));
  EXPECT_EQ(cxx.origin, CommandOrigin::kGuess);
  EXPECT_EQ(cxx.arguments, (Strings{"clang", "-x", "c++", "-std=gnu++20", "-I/w/libs/base",
                                    "-I/w/third/inc", Path("a.h")}));
  EXPECT_NE(cxx.reason.find("2 include directories"), std::string::npos) << cxx.reason;
  EXPECT_EQ(model->CommandFor(Path("a.c")).arguments[3], "-std=gnu17");
  EXPECT_EQ(model->CommandFor(Path("a.cu")).arguments[2], "cuda");
}

TEST_F(CommandInferenceTest, ExtraArgumentsComeBeforeTheFile) {
  WriteDatabase({"a.cc"});
  auto model = *ProjectModel::Load({.root = Path(), .extra_arguments = {"-DEXTRA"}});
  const CompileCommand header = model->CommandFor(Path("a.h"));
  EXPECT_EQ(header.arguments[header.arguments.size() - 2], "-DEXTRA");
  const CompileCommand own = model->CommandFor(Path("a.cc"));
  EXPECT_EQ(std::count(own.arguments.begin(), own.arguments.end(), "-DEXTRA"), 0);
}

}  // namespace
}  // namespace astrolabe
