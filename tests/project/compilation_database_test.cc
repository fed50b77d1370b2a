// compile_commands.json in all the shapes in which build systems and accidents write it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/compilation_database.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "base/strings.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

using ::testing::Test;

class CompilationDatabaseTest : public Test {
 protected:
  std::string Root(std::string_view path = "") const { return StrCat(work_.root(), path); }

  // The database with `json`, in which $R stands for the workspace's root.
  absl::StatusOr<CompilationDatabase> TryLoad(std::string json) {
    json = absl::StrReplaceAll(json, {{"$R", Root()}});
    work_.Write("compile_commands.json", json);
    return CompilationDatabase::Load(Root("/compile_commands.json"));
  }
  CompilationDatabase Load(const std::string& json) {
    absl::StatusOr<CompilationDatabase> database = TryLoad(json);
    if (!database.ok()) {
      ADD_FAILURE() << database.status();
      return *TryLoad("[]");
    }
    return *std::move(database);
  }

  TempWorkspace work_;
};

using Strings = std::vector<std::string>;

TEST_F(CompilationDatabaseTest, TakesCommandAndArguments) {
  work_.Write("a.cc", "");
  work_.Write("b c.cc", "");
  const CompilationDatabase db = Load(R"([
    {"directory": "$R", "command": "g++ -DX=\"a b\" -DY='c d' -DZ=\\\"e\\\" -c a.cc -o a.o", "file": "a.cc"},
    {"directory": "$R", "arguments": ["clang++", "-c", "b c.cc", "-DQ=\"1 2\""], "file": "b c.cc",
     "output": "b.o"}
  ])");
  ASSERT_EQ(db.size(), 2u);
  const CompileCommand a = db.at(0);
  EXPECT_EQ(a.file, Root("/a.cc"));
  EXPECT_EQ(a.directory, Root());
  EXPECT_EQ(a.arguments,
            (Strings{"g++", "-DX=a b", "-DY=c d", "-DZ=\"e\"", "-c", "a.cc", "-o", "a.o"}));
  EXPECT_EQ(a.origin, CommandOrigin::kDatabase);
  EXPECT_EQ(a.reason, StrCat("entry 0 of ", Root("/compile_commands.json")));
  EXPECT_EQ(db.at(1).file, Root("/b c.cc"));
  EXPECT_EQ(db.at(1).arguments, (Strings{"clang++", "-c", "b c.cc", "-DQ=\"1 2\""}));
  EXPECT_TRUE(db.notes().empty());
}

TEST_F(CompilationDatabaseTest, ResolvesRelativeDirectoriesAndFiles) {
  work_.Write("src/a.cc", "");
  work_.Write("build/sub/keep", "");
  const CompilationDatabase db = Load(R"([
    {"directory": "build/./sub", "command": "c++ -I../inc ../../src//a.cc", "file": "../../src/a.cc"}])");
  ASSERT_EQ(db.size(), 1u);
  EXPECT_EQ(db.at(0).directory, Root("/build/sub"));
  EXPECT_EQ(db.at(0).file, Root("/src/a.cc"));
  // The same file under another spelling is not added to the arguments again.
  EXPECT_EQ(db.at(0).arguments, (Strings{"c++", "-I../inc", "../../src//a.cc"}));
  EXPECT_EQ(db.Find(Root("/src/a.cc")), 0u);
  EXPECT_EQ(db.Find(Root("/src/b.cc")), std::nullopt);
}

TEST_F(CompilationDatabaseTest, AddsTheFileWhereTheCommandLacksIt) {
  work_.Write("a.cc", "");
  const CompilationDatabase db =
      Load(R"([{"directory": "$R", "command": "c++ -DX", "file": "a.cc"}])");
  ASSERT_EQ(db.size(), 1u);
  EXPECT_EQ(db.at(0).arguments, (Strings{"c++", "-DX", "a.cc"}));
}

TEST_F(CompilationDatabaseTest, KeepsDuplicatesInOrder) {
  work_.Write("a.cc", "");
  const CompilationDatabase db = Load(R"([
    {"directory": "$R", "command": "c++ -DONE a.cc", "file": "a.cc"},
    {"directory": "$R", "command": "c++ -DTWO a.cc", "file": "$R/a.cc"},
    {"directory": "$R", "command": "c++ -DTHREE a.cc", "file": "a.cc"}])");
  ASSERT_EQ(db.size(), 3u);
  EXPECT_EQ(db.Find(Root("/a.cc")), 0u);
  EXPECT_EQ(db.at(0).arguments[1], "-DONE");
  EXPECT_EQ(db.at(1).arguments[1], "-DTWO");
  EXPECT_EQ(db.at(2).arguments[1], "-DTHREE");
}

TEST_F(CompilationDatabaseTest, ReportsWhatIsGone) {
  work_.Write("a.cc", "");
  const CompilationDatabase db = Load(R"([
    {"directory": "$R", "command": "c++ gone.cc", "file": "gone.cc"},
    {"directory": "$R/nowhere", "command": "c++ ../a.cc", "file": "../a.cc"},
    {"directory": "$R", "command": "c++ a.cc", "file": "a.cc"}])");
  EXPECT_EQ(db.size(), 1u);
  EXPECT_EQ(db.counters().entries, 3u);
  EXPECT_EQ(db.counters().missing_file, 1u);
  EXPECT_EQ(db.counters().missing_directory, 1u);
  ASSERT_EQ(db.notes().size(), 2u);
  EXPECT_NE(db.notes()[0].find("entry 0: " + Root("/gone.cc")), std::string::npos) << db.notes()[0];
  EXPECT_NE(db.notes()[1].find("entry 1: "), std::string::npos) << db.notes()[1];
  EXPECT_NE(db.notes()[1].find(Root("/nowhere")), std::string::npos) << db.notes()[1];
  EXPECT_EQ(db.at(0).reason, StrCat("entry 2 of ", Root("/compile_commands.json")));
}

TEST_F(CompilationDatabaseTest, WhatIsWrittenLaterIsFound) {
  work_.Write("a.cc", "");
  const CompilationDatabase db = Load(R"([
    {"directory": "$R", "command": "c++ -DLATER later.cc", "file": "later.cc"},
    {"directory": "$R", "command": "c++ -DA a.cc", "file": "a.cc"},
    {"directory": "$R", "command": "c++ -DAGAIN later.cc", "file": "later.cc"},
    {"directory": "$R", "command": "rustc later.rs", "file": "later.rs"}])");
  EXPECT_EQ(db.size(), 1u);
  EXPECT_EQ(db.counters().used, 1u);
  EXPECT_EQ(db.counters().missing_file, 3u);
  EXPECT_EQ(db.counters().other_language, 0u);
  EXPECT_EQ(db.FileAt(0), Root("/a.cc"));
  const std::optional<size_t> later = db.Find(Root("/later.cc"));
  ASSERT_TRUE(later.has_value());
  EXPECT_GE(*later, db.size());
  EXPECT_EQ(db.at(*later).file, Root("/later.cc"));
  EXPECT_EQ(db.at(*later).arguments, (Strings{"c++", "-DLATER", "later.cc"}));
  EXPECT_FALSE(db.Find(Root("/later.rs")).has_value());
}

TEST_F(CompilationDatabaseTest, SkipsOtherLanguages) {
  std::string json = "[";
  for (const std::string_view name : {"boot.S", "x.s", "f.f90", "l.rs", "g.go", "README"}) {
    work_.Write(std::string(name), "");
    json +=
        StrCat(R"({"directory": "$R", "command": "cc -c )", name, R"(", "file": ")", name, "\"},");
  }
  for (const std::string_view name : {"a.c", "b.C", "c.cu", "d.mm", "e.m", "f.cppm", "h.hpp"}) {
    work_.Write(std::string(name), "");
    json +=
        StrCat(R"({"directory": "$R", "command": "cc -c )", name, R"(", "file": ")", name, "\"},");
  }
  work_.Write("odd.weird", "");
  json += R"({"directory": "$R", "command": "cc -x c++ -c odd.weird", "file": "odd.weird"},
             {"directory": "$R", "command": "cc -x assembler-with-cpp a.c", "file": "a.c"}])";
  const CompilationDatabase db = Load(json);
  EXPECT_EQ(db.counters().other_language, 7u);
  EXPECT_EQ(db.size(), 8u);
}

TEST_F(CompilationDatabaseTest, ExpandsResponseFiles) {
  work_.Write("a.cc", "");
  work_.Write("build/flags.rsp", "-DA='x y'\n@more.rsp -DB");
  work_.Write("build/more.rsp", "-I inc");
  work_.Write("build/loop.rsp", "-DL @loop.rsp");
  const CompilationDatabase db = Load(R"([
    {"directory": "build", "command": "c++ @flags.rsp -c ../a.cc", "file": "../a.cc"},
    {"directory": "build", "command": "c++ @gone.rsp @CMakeFiles/a.o.modmap -c ../a.cc", "file": "../a.cc"},
    {"directory": "build", "command": "c++ @loop.rsp -c ../a.cc", "file": "../a.cc"}])");
  ASSERT_EQ(db.size(), 3u);
  EXPECT_EQ(db.at(0).arguments, (Strings{"c++", "-DA=x y", "-I", "inc", "-DB", "-c", "../a.cc"}));
  EXPECT_EQ(db.at(1).arguments,
            (Strings{"c++", "@gone.rsp", "@CMakeFiles/a.o.modmap", "-c", "../a.cc"}));
  EXPECT_EQ(db.counters().missing_response_files, 2u);
  ASSERT_EQ(db.notes().size(), 2u);
  EXPECT_NE(db.notes()[0].find(Root("/build/gone.rsp")), std::string::npos) << db.notes()[0];
  EXPECT_NE(db.notes()[1].find("nested"), std::string::npos) << db.notes()[1];
}

TEST_F(CompilationDatabaseTest, ReportsMalformedEntriesAndKeepsTheRest) {
  work_.Write("a.cc", "");
  const CompilationDatabase db = Load(R"([
    {"directory": "$R", "command": "c++ a.cc"},
    {"directory": "$R", "file": "a.cc"},
    {"directory": "$R", "arguments": ["c++", 5], "file": "a.cc"},
    {"directory": "$R", "arguments": [], "file": "a.cc"},
    {"directory": "$R" "command": "no comma", "file": "a.cc"},
    17, "text", ["x"], null,
    {"directory": "$R", "command": "c++ a.cc", "file": "a.cc"},
  ])");
  EXPECT_EQ(db.counters().malformed, 9u);
  EXPECT_EQ(db.counters().entries, 10u);
  ASSERT_EQ(db.size(), 1u);
  ASSERT_EQ(db.notes().size(), 9u);
  EXPECT_NE(db.notes()[4].find("entry 4: malformed"), std::string::npos) << db.notes()[4];
}

TEST_F(CompilationDatabaseTest, NamesThePlaceWhereTheTextIsNoArray) {
  const auto message = [&](const std::string& json) {
    absl::StatusOr<CompilationDatabase> db = TryLoad(json);
    EXPECT_FALSE(db.ok()) << json;
    EXPECT_EQ(db.status().code(), absl::StatusCode::kInvalidArgument) << json;
    return std::string(db.status().message());
  };
  EXPECT_NE(message("").find("byte 0, line 1"), std::string::npos);
  EXPECT_NE(message("{}").find("byte 0, line 1"), std::string::npos);
  EXPECT_NE(message("[\n{}\n{}]").find("byte 5, line 3"), std::string::npos);
  EXPECT_NE(message("[{}]\n\n[]").find("byte 6, line 3"), std::string::npos);
  EXPECT_NE(message("[,]").find("byte 1"), std::string::npos);
  EXPECT_NE(message("[\n {\"a\": \"\\\"").find("byte 3, line 2"), std::string::npos);
  EXPECT_EQ(CompilationDatabase::Load(Root("/no.json")).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Load("  [ ]\n").size(), 0u);
  EXPECT_EQ(Load("\xEF\xBB\xBF[]").size(), 0u);
}

TEST_F(CompilationDatabaseTest, EveryTruncationIsAnErrorOfItsOwn) {
  work_.Write("a.cc", "");
  const std::string json = R"([{"directory": ".", "arguments": ["c++", "-DX=\"\\\"", "{[", "a.cc"],
    "file": "a.cc"}, {"directory": ".", "command": "c++ \"a.cc\"", "file": "a.cc"}])";
  for (size_t length = 0; length < json.size(); ++length) {
    EXPECT_FALSE(TryLoad(json.substr(0, length)).ok()) << length;
  }
  EXPECT_EQ(Load(json).size(), 2u);
  // And any single byte lost or changed does not bring it down.
  for (size_t at = 0; at < json.size(); ++at) {
    (void)TryLoad(json.substr(0, at) + json.substr(at + 1));
    std::string changed = json;
    changed[at] = '"';
    (void)TryLoad(changed);
  }
}

TEST_F(CompilationDatabaseTest, TakesNonAsciiPathsAndLongCommands) {
  work_.Write("größe/日本.cc", "");
  std::string defines;
  Strings expected = {"c++"};
  for (int i = 0; i < 10000; ++i) {
    defines += StrCat(" -DSOME_LONG_NAME_", i, "=x");
    expected.push_back(StrCat("-DSOME_LONG_NAME_", i, "=x"));
  }
  ASSERT_GT(defines.size(), 200000u);
  expected.emplace_back("größe/日本.cc");
  const CompilationDatabase db =
      Load(StrCat(R"([{"directory": "$R", "command": "c++)", defines,
                  R"( größe/日本.cc", "file": "gr\u00f6\u00dfe/日本.cc"}])"));
  ASSERT_EQ(db.size(), 1u) << testing::PrintToString(db.notes());
  EXPECT_EQ(db.at(0).file, Root("/größe/日本.cc"));
  EXPECT_EQ(db.at(0).arguments, expected);
  EXPECT_EQ(db.Find(Root("/größe/日本.cc")), 0u);
}

TEST_F(CompilationDatabaseTest, NoticesChangesOnDisk) {
  work_.Write("a.cc", "");
  const CompilationDatabase db =
      Load(R"([{"directory": "$R", "command": "c++ a.cc", "file": "a.cc"}])");
  EXPECT_FALSE(db.ChangedOnDisk());
  work_.Write("compile_commands.json", "[ ]");
  EXPECT_TRUE(db.ChangedOnDisk());
  work_.Remove("compile_commands.json");
  EXPECT_TRUE(db.ChangedOnDisk());
}

TEST_F(CompilationDatabaseTest, HoldsManyEntriesInLittleMemory) {
  constexpr size_t kEntries = 100000;
  constexpr size_t kFiles = 200;
  for (size_t i = 0; i < kFiles; ++i) work_.Write(StrCat("src/file", i, ".cc"), "");
  std::string json = "[\n";
  size_t bytes = 0;
  std::string flags;
  for (int i = 0; i < 60; ++i) flags += StrCat(" -I/some/workspace/with/a/long/name/module", i);
  for (size_t i = 0; i < kEntries; ++i) {
    // A few flag sets, an output for each entry, as build systems write them.
    json += StrCat("{\"directory\": \"$R\", \"command\": \"/usr/bin/c++ -DSET=", i % 10, flags,
                   " -o CMakeFiles/some_target.dir/src/file", i, ".cc.o -c src/file", i % kFiles,
                   ".cc\", \"file\": \"src/file", i % kFiles, ".cc\"},\n");
    bytes = json.size();
  }
  json.back() = ']';
  json[json.size() - 2] = ' ';
  EXPECT_GT(bytes / kEntries, 2000u);
  absl::StatusOr<CompilationDatabase> db = TryLoad(std::move(json));
  ASSERT_TRUE(db.ok()) << db.status();
  ASSERT_EQ(db->size(), kEntries);
  EXPECT_LT(db->bytes() / kEntries, 200u);
  RecordProperty("bytes_per_entry", static_cast<int>(db->bytes() / kEntries));
  EXPECT_EQ(db->at(99999).arguments.size(), 66u);
  EXPECT_EQ(db->at(99999).arguments[63], "CMakeFiles/some_target.dir/src/file99999.cc.o");
  EXPECT_EQ(db->Find(Root("/src/file7.cc")), 7u);
}

TEST_F(CompilationDatabaseTest, ReadsCompileFlags) {
  work_.Write("compile_flags.txt", "-xc++\r\n  -Iinclude dir \n\n# a comment\n-DX=1");
  EXPECT_EQ(*ReadCompileFlags(Root("/compile_flags.txt")),
            (Strings{"-xc++", "-Iinclude dir", "-DX=1"}));
  EXPECT_EQ(ReadCompileFlags(Root("/none.txt")).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace astrolabe
