// Which configuration counts for which path, and that changes on disk are seen.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/config_provider.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/config/configured_project.h"
#include "base/strings.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

class ConfigProviderTest : public testing::Test {
 protected:
  std::string Path(std::string_view path) const { return StrCat(work_.root(), "/", path); }

  ConfigProvider& provider() {
    if (provider_ == nullptr) {
      ConfigOptions options;
      options.user_file = Path("home/config.yaml");
      options.on_read = [this](const ConfigFile& file, bool is_change) {
        read_.push_back(StrCat(is_change ? "changed " : "", file.path.substr(work_.root().size())));
      };
      provider_ = std::make_unique<ConfigProvider>(std::move(options));
    }
    return *provider_;
  }
  std::shared_ptr<const Config> For(std::string_view path) { return provider().For(Path(path)); }
  Strings Added(std::string_view path) {
    Strings flags;
    for (const FlagEdit& edit : For(path)->compile_flags.edits) {
      flags.insert(flags.end(), edit.add.begin(), edit.add.end());
    }
    return flags;
  }

  TempWorkspace work_;
  std::unique_ptr<ConfigProvider> provider_;
  Strings read_;
};

TEST_F(ConfigProviderTest, OuterFilesFirstAndTheUsersLast) {
  work_.Write(".clangd", "CompileFlags: {Add: -Douter}\nHover: {ShowAKA: No}\n");
  work_.Write("src/.clangd", "CompileFlags: {Add: -Dinner}\nHover: {ShowAKA: Yes}\n");
  work_.Write("home/config.yaml", "CompileFlags: {Add: -Duser}\n");
  EXPECT_EQ(Added("src/deep/a.cc"), Strings({"-Douter", "-Dinner", "-Duser"}));
  EXPECT_EQ(Added("a.cc"), Strings({"-Douter", "-Duser"}));
  EXPECT_TRUE(For("src/a.cc")->answers.show_aka);
  EXPECT_FALSE(For("a.cc")->answers.show_aka);
  const std::vector<ConfigSource>& sources = For("src/a.cc")->sources;
  ASSERT_EQ(sources.size(), 5U);
  EXPECT_EQ(sources[0].key, "CompileFlags.Add");
  EXPECT_EQ(sources[0].value, "-Douter");
  EXPECT_EQ(sources[0].path, Path(".clangd"));
  EXPECT_EQ(sources[3].path, Path("src/.clangd"));
  EXPECT_EQ(sources[3].line, 2U);
}

TEST_F(ConfigProviderTest, FilesThatSayTheSameAreOne) {
  work_.Write(".clangd", "If: {PathMatch: '.*\\.h'}\nHover: {ShowAKA: No}\n");
  EXPECT_EQ(For("a.h"), For("sub/b.h"));
  EXPECT_EQ(For("a.cc"), For("b.cc"));
  EXPECT_NE(For("a.h"), For("a.cc"));
}

TEST_F(ConfigProviderTest, ChangesAreSeen) {
  EXPECT_EQ(Added("a.cc"), Strings());
  work_.Write(".clangd", "CompileFlags: {Add: -D1}\n");
  EXPECT_EQ(Added("a.cc"), Strings({"-D1"}));
  const auto first = For("a.cc");
  work_.Write(".clangd", "CompileFlags: {Add: -D1}\n");  // the same text
  EXPECT_EQ(For("a.cc"), first);
  work_.Write(".clangd", "CompileFlags: {Add: -D22}\n");
  EXPECT_EQ(Added("a.cc"), Strings({"-D22"}));
  std::filesystem::remove(Path(".clangd"));
  EXPECT_EQ(Added("a.cc"), Strings());
  EXPECT_EQ(read_, Strings({"changed /.clangd", "changed /.clangd", "changed /.clangd"}));
}

// Within the clock's step, and with the same size: only who is told knows.
TEST_F(ConfigProviderTest, WhoIsToldLooksInside) {
  work_.Write(".clangd", "CompileFlags: {Add: -D1}\n");
  EXPECT_EQ(Added("a.cc"), Strings({"-D1"}));
  const auto time = std::filesystem::last_write_time(Path(".clangd"));
  work_.Write(".clangd", "CompileFlags: {Add: -D2}\n");
  std::filesystem::last_write_time(Path(".clangd"), time);
  provider().FilesChanged({Path(".clangd"), Path("other.cc")});
  EXPECT_EQ(Added("a.cc"), Strings({"-D2"}));
}

TEST_F(ConfigProviderTest, WhatIsNoFileIsNotRead) {
  std::filesystem::create_directories(Path("a/.clangd"));
  std::filesystem::create_directories(Path("b"));
  ASSERT_EQ(mkfifo(Path("b/.clangd").c_str(), 0600), 0);
  std::filesystem::create_directory_symlink(Path("loop"), Path("loop"));
  EXPECT_EQ(Added("a/x.cc"), Strings());
  EXPECT_EQ(Added("b/x.cc"), Strings());
  EXPECT_EQ(Added("loop/loop/loop/x.cc"), Strings());
  std::filesystem::create_directory_symlink(Path("."), Path("again"));
  work_.Write(".clangd", "CompileFlags: {Add: -D1}\n");
  EXPECT_EQ(Added("again/again/x.cc"), Strings({"-D1", "-D1", "-D1"}));
}

TEST_F(ConfigProviderTest, ItCanBeTurnedOff) {
  work_.Write(".clangd", "CompileFlags: {Add: -D1}\n");
  ConfigProvider off(ConfigOptions{.enabled = false});
  EXPECT_TRUE(off.For(Path("a.cc"))->sources.empty());
  EXPECT_FALSE(off.IsConfigFile(Path(".clangd")));
}

TEST_F(ConfigProviderTest, AnIndexFromElsewhere) {
  std::filesystem::create_directories(Path("index"));
  work_.Write(".clangd", "Index: {Background: Build, External: {File: index, MountPoint: lib}}\n");
  const auto inside = For("lib/a.cc");
  ASSERT_TRUE(inside->index.external.has_value());
  EXPECT_EQ(inside->index.external->folder, Path("index"));
  EXPECT_EQ(inside->index.external->mount_point, Path("lib"));
  EXPECT_FALSE(inside->index.background);
  EXPECT_FALSE(For("a.cc")->index.external.has_value());
  EXPECT_TRUE(For("a.cc")->index.background);
  work_.Write(".clangd", "Index: {External: {File: index}}\n---\nIndex: {Background: Build}\n");
  EXPECT_EQ(For("a.cc")->index.external->mount_point, work_.root());
  EXPECT_TRUE(For("a.cc")->index.background);
}

TEST_F(ConfigProviderTest, Suppressed) {
  work_.Write(".clangd", "Diagnostics: {Suppress: [-Wunused-variable, err_bad, warn_x]}\n");
  const auto config = For("a.cc");
  EXPECT_TRUE(config->Suppresses({.code = "unused-variable"}));
  EXPECT_TRUE(config->Suppresses({.code = "bad"}));
  EXPECT_TRUE(config->Suppresses({.code = "flag", .name = "warn_x"}));
  EXPECT_FALSE(config->Suppresses({.code = "unused"}));
  work_.Write(".clangd", "Diagnostics: {Suppress: '*'}\n");
  EXPECT_TRUE(For("a.cc")->Suppresses({.code = "unused"}));
}

TEST_F(ConfigProviderTest, DatabasesByPath) {
  const auto database = [&](const std::string& folder, const std::string& file,
                            const std::string& flag) {
    work_.Write(folder + "/compile_commands.json",
                StrCat("[{\"directory\": \"", work_.root(), "\", \"file\": \"", file,
                       "\", \"arguments\": [\"cc\", \"", flag, "\", \"", file, "\"]}]"));
  };
  work_.Write("a.cc", "");
  work_.Write("lib/b.cc", "");
  work_.Write("none/c.cc", "");
  database(".", "a.cc", "-DOWN");
  database("lib/out", "lib/b.cc", "-DLIB");
  work_.Write("lib/.clangd", "CompileFlags: {CompilationDatabase: out, Add: -DMORE}\n");
  work_.Write("none/.clangd", "CompileFlags: {CompilationDatabase: None}\n");
  ConfiguredProject project({.root = work_.root()}, &provider());
  const auto has = [&](const std::string& file, const std::string& flag) {
    const CompileCommand command = *project.CommandFor(Path(file));
    return std::ranges::find(command.arguments, flag) != command.arguments.end();
  };
  EXPECT_TRUE(has("a.cc", "-DOWN"));
  EXPECT_TRUE(has("lib/b.cc", "-DLIB"));
  EXPECT_TRUE(has("lib/b.cc", "-DMORE"));
  EXPECT_FALSE(has("a.cc", "-DMORE"));
  EXPECT_EQ(project.CommandFor(Path("none/c.cc"))->origin, CommandOrigin::kGuess);
  // A flag of the command line counts more.
  ConfiguredProject named({.root = work_.root(), .compile_commands_dir = work_.root()},
                          &provider());
  EXPECT_EQ(named.CommandFor(Path("none/c.cc"))->origin, CommandOrigin::kNeighbour);
  // One that is configured and not there: no other is taken for it.
  work_.Write("gone/.clangd", "CompileFlags: {CompilationDatabase: nowhere}\n");
  EXPECT_EQ(project.CommandFor(Path("gone/c.cc"))->origin, CommandOrigin::kGuess);
}

TEST(UserConfigPath, IsWhereThePlatformHasIt) {
  setenv("XDG_CONFIG_HOME", "/x", 1);
  EXPECT_EQ(UserConfigPath(), "/x/clangd/config.yaml");
  unsetenv("XDG_CONFIG_HOME");
  setenv("HOME", "/home/u", 1);
  EXPECT_EQ(UserConfigPath(), "/home/u/.config/clangd/config.yaml");
}

}  // namespace
}  // namespace astrolabe
