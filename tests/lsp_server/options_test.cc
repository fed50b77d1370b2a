// The command line of the server: clangd's, in all the ways in which it is written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace astrolabe::lsp {
namespace {

using Strings = std::vector<std::string>;

bool Says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Exactly one, with that in it.
bool AreOneThatSays(const Strings& warnings, const std::string& part) {
  return warnings.size() == 1 && Says(warnings[0], part);
}

ServerOptions Parsed(const std::vector<std::string>& arguments) {
  auto options = ParseServerFlags(arguments);
  EXPECT_TRUE(options.ok()) << options.status();
  return options.ok() ? *options : ServerOptions();
}

std::string ErrorOf(const std::vector<std::string>& arguments) {
  auto options = ParseServerFlags(arguments);
  return options.ok() ? "" : std::string(options.status().message());
}

TEST(ServerOptions, FlagsAreWrittenAsClangdTakesThem) {
  EXPECT_EQ(Parsed({"--limit-results=7"}).limit_results, 7U);
  EXPECT_EQ(Parsed({"-limit-results=7"}).limit_results, 7U);
  EXPECT_EQ(Parsed({"--limit-results", "7"}).limit_results, 7U);
  EXPECT_EQ(Parsed({"-j4"}).threads, 4);
  EXPECT_EQ(Parsed({"-j=4"}).threads, 4);
  EXPECT_EQ(Parsed({"-j", "4"}).threads, 4);
  EXPECT_FALSE(Parsed({"--background-index=0"}).background_index);
  EXPECT_FALSE(Parsed({"--background-index=false"}).background_index);
  EXPECT_TRUE(Parsed({"--background-index"}).background_index);
}

TEST(ServerOptions, ALaterFlagWins) {
  EXPECT_EQ(Parsed({"--limit-references=1", "--limit-references=2"}).limit_references, 2U);
}

TEST(ServerOptions, WhatNobodyKnowsIsAnError) {
  EXPECT_TRUE(Says(ErrorOf({"--bakground-index"}), "--bakground-index"));
  EXPECT_TRUE(Says(ErrorOf({"file.cc"}), "file.cc"));
  EXPECT_TRUE(Says(ErrorOf({"-"}), "unexpected"));
}

TEST(ServerOptions, ValuesAreChecked) {
  EXPECT_TRUE(Says(ErrorOf({"--limit-results=many"}), "expected a number"));
  EXPECT_TRUE(Says(ErrorOf({"--limit-results"}), "a value is missing"));
  EXPECT_TRUE(Says(ErrorOf({"--background-index=maybe"}), "boolean"));
  EXPECT_TRUE(Says(ErrorOf({"--offset-encoding=latin-1"}), "utf-8"));
  EXPECT_TRUE(Says(ErrorOf({"--header-insertion=always"}), "iwyu"));
  EXPECT_TRUE(Says(ErrorOf({"--compile_args_from=nowhere"}), "filesystem"));
  EXPECT_TRUE(Says(ErrorOf({"--path-mappings=/only/one"}), "/only/one"));
}

// The output of `clangd-22 --help-list-hidden`, without --help's kin.
TEST(ServerOptions, EveryFlagOfClangdIsTaken) {
  for (const char* flag : {"--all-scopes-completion",
                           "--async-preamble",
                           "--background-index",
                           "--background-index-priority=low",
                           "--check",
                           "--check=file.cc",
                           "--clang-tidy",
                           "--clang-tidy-checks=*",
                           "--collect-main-file-refs",
                           "--compile-commands-dir=build",
                           "--compile_args_from=lsp",
                           "--completion-parse=auto",
                           "--completion-style=bundled",
                           "--crash-pragmas",
                           "--cross-file-rename",
                           "--debug-origin",
                           "--enable-config",
                           "--enable-test-uri-scheme",
                           "--experimental-modules-support",
                           "--fallback-style=Google",
                           "--folding-ranges",
                           "--function-arg-placeholders=0",
                           "--header-insertion=never",
                           "--header-insertion-decorators",
                           "--hidden-features",
                           "--import-insertions",
                           "--include-cleaner-stdlib",
                           "--include-ineligible-results",
                           "--index",
                           "--index-file=index",
                           "--inlay-hints",
                           "--input-mirror-file=mirror",
                           "--input-style=standard",
                           "-j=2",
                           "--limit-references=0",
                           "--limit-results=0",
                           "--lit-test",
                           "--log=verbose",
                           "--malloc-trim",
                           "--offset-encoding=utf-8",
                           "--parse-forwarding-functions",
                           "--path-mappings=/a=/b",
                           "--pch-storage=memory",
                           "--pretty",
                           "--print-all-options",
                           "--print-options",
                           "--project-root=.",
                           "--query-driver=/usr/bin/*",
                           "--ranking-model=heuristics",
                           "--recovery-ast",
                           "--recovery-ast-type",
                           "--remote-index-address=host:1",
                           "--rename-file-limit=3",
                           "--resource-dir=.",
                           "--strong-workspace-mode",
                           "--suggest-missing-includes",
                           "--sync",
                           "--tweaks=a",
                           "--use-dirty-headers",
                           "--version"}) {
    EXPECT_EQ(ErrorOf({flag}), "") << flag;
  }
}

TEST(ServerOptions, AFlagWithoutEffectSaysSo) {
  EXPECT_TRUE(AreOneThatSays(Parsed({"--pch-storage=memory"}).warnings, "--pch-storage=memory"));
  EXPECT_TRUE(AreOneThatSays(Parsed({"--input-style=delimited"}).warnings, "delimited"));
  EXPECT_EQ(Parsed({"--input-style=standard", "--pretty"}).warnings, Strings());
  EXPECT_EQ(Parsed({"--stdio"}).warnings, Strings()) << "given to all servers";
}

TEST(ServerOptions, CheckTakesAFileOrNone) {
  EXPECT_EQ(Parsed({}).check, std::nullopt);
  EXPECT_EQ(Parsed({"--check"}).check, "");
  EXPECT_EQ(Parsed({"--check=a.cc", "--log=error"}).check, "a.cc");
}

TEST(ServerOptions, TheEnvironmentsFlagsAreCutAsAShellWould) {
  EXPECT_EQ(SplitFlags("  --log=error\t-j 2 "), (Strings{"--log=error", "-j", "2"}));
  EXPECT_EQ(SplitFlags("--query-driver=\"/opt/my gcc\" '--x=\\' a\\ b"),
            (Strings{"--query-driver=/opt/my gcc", "--x=\\", "a b"}));
  EXPECT_EQ(SplitFlags("'' \"open"), (Strings{"", "open"}));
  EXPECT_EQ(SplitFlags(""), Strings());
}

TEST(ServerOptions, WhatTheClientSaysComesOnTop) {
  ServerOptions options = Parsed({"--compile-commands-dir=/flag"});
  ClangdOptions given;
  given.fallback_flags = {"-std=c++17"};
  given.compilation_database_changes = {{{"/a.cc", {"/", {"clang", "/a.cc"}}}}};
  ApplyClientOptions(given, options);
  EXPECT_EQ(options.compile_commands_dir, "/flag");
  EXPECT_EQ(options.fallback_flags, (Strings{"-std=c++17"}));
  EXPECT_EQ(options.compile_commands.at("/a.cc").working_directory, "/");
  given = {};
  given.compilation_database_path = "/client";
  given.clangd_file_status = true;
  given.compilation_database_changes = {{{"/b.cc", {}}}};
  ApplyClientOptions(given, options);
  EXPECT_EQ(options.compile_commands_dir, "/client");
  EXPECT_TRUE(options.file_status);
  EXPECT_EQ(options.fallback_flags, (Strings{"-std=c++17"}));
  EXPECT_EQ(options.compile_commands.size(), 2U);
}

TEST(ServerOptions, HelpNamesWhatCanBeSet) {
  EXPECT_TRUE(Says(DescribeServerFlags(), "--path-mappings=CLIENT=SERVER"));
  EXPECT_TRUE(Says(DescribeServerFlags(), "--check[=FILE]"));
}

}  // namespace
}  // namespace astrolabe::lsp
