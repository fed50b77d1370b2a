// A workspace that changes while it is indexed: between the scan of its includes and the parse of its units.
//
// The plan rests on what the scan has read. A unit of which that is no longer true must not be believed on its
// zygote, whose headers it may see without including them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/batch_run.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "alloc/arena.h"
#include "analysis/batch/plan_commands.h"
#include "analysis/project/dependency_scan.h"
#include "analysis/project/front_end_command.h"
#include "base/strings.h"
#include "index/semantic/shard.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

constexpr int kUnits = 6;

class BatchRunTest : public testing::Test {
 protected:
  BatchRunTest() : front_end_(*FrontEndCommands::Create({})) {
    work_.Write("shared.h", "#pragma once\n#include \"part.h\"\nstruct Shared { Part part; };\n");
    work_.Write("part.h", "#pragma once\nstruct Part { int value; };\n");
    work_.Write("other.h", "#pragma once\nstruct Other { int value; };\n");
    for (int i = 0; i < kUnits; ++i) {
      Add(StrCat("unit", i, ".cc"),
          StrCat("#include \"shared.h\"\nint f", i, "(Shared& s) { return s.part.value; }\n"));
    }
  }

  void Add(const std::string& file, const std::string& text,
           const std::vector<std::string>& flags = {}) {
    work_.Write(file, text);
    CompileCommand command;
    command.directory = work_.root();
    command.file = StrCat(work_.root(), "/", file);
    command.arguments = {"clang++", "-nostdinc"};
    command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
    command.arguments.push_back(file);
    absl::StatusOr<FrontEndCommand> made = front_end_->For(command);
    ASSERT_TRUE(made.ok()) << made.status();
    commands_.push_back(*std::move(made));
  }

  void Scan() { scan_ = ScanDependencies(commands_, 2, nullptr, nullptr); }

  BatchStatistics Run() {
    BatchRunOptions options;
    options.program = ASTROLABE_PROGRAM;
    options.root = work_.root();
    ClosureHashes closures(scan_);
    BatchCallbacks callbacks;
    callbacks.closure = [&](uint32_t unit) { return closures.Of(unit); };
    callbacks.quarantine = [](const QuarantinedUnit& unit) { ADD_FAILURE() << unit.reason; };
    callbacks.add = [this](std::string_view bytes) {
      Arena arena;
      absl::StatusOr<Shard> shard = DecodeShard(bytes, arena);
      if (!shard.ok()) return shard.status();
      if (shard->unit.path.empty()) return absl::OkStatus();
      std::string& closure = closures_[std::string(shard->unit.path)];
      for (const ClosureFile& file : shard->unit.closure) {
        closure += StrCat(closure.empty() ? "" : " ", file.path);
      }
      return absl::OkStatus();
    };
    BatchProgress progress;
    BatchStatistics statistics;
    Plan plan = PlanCommands(commands_, scan_, /*zygotes=*/true);
    EXPECT_EQ(plan.zygotes.size(), 1u);
    absl::Status status = RunBatch(commands_, scan_.files, std::move(plan), options, callbacks,
                                   &progress, nullptr, &statistics);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(statistics.with_errors, 0u);
    return statistics;
  }

  TempWorkspace work_;
  std::unique_ptr<FrontEndCommands> front_end_;
  std::vector<FrontEndCommand> commands_;
  ScanResult scan_;
  std::map<std::string, std::string> closures_;  // of units, as their shards tell it
};

TEST_F(BatchRunTest, AWorkspaceAtRest) {
  Scan();
  BatchStatistics statistics = Run();
  EXPECT_EQ(statistics.zygote, kUnits);
  EXPECT_EQ(closures_["unit0.cc"], "unit0.cc part.h shared.h");
}

// As the Linux kernel is built. The working directory's goes ahead of the include path's, as for a unit of its own.
TEST_F(BatchRunTest, HeadersThatFlagsIncludeByARelativePath) {
  commands_.clear();
  closures_.clear();
  work_.Write("conf.h", "#define FIELD value\n");
  work_.Write("config/conf.h", "#error the other one\n");
  work_.Write("config/only.h", "#pragma once\nstruct Only { int value; };\n");
  work_.Write("config/macros.h", "#define NAME(x) x\nint not_kept;\n");
  for (int i = 0; i < kUnits; ++i) {
    Add(StrCat("unit", i, ".cc"),
        StrCat("#include \"shared.h\"\nint NAME(f", i,
               ")(Shared& s, Only& o) { return s.part.FIELD + o.value; }\n"),
        {"-Iconfig", "-imacros", "config/../config/macros.h", "-include", "conf.h", "-include",
         "only.h"});
  }
  Scan();
  BatchStatistics statistics = Run();
  EXPECT_EQ(statistics.zygote, kUnits);
  EXPECT_EQ(closures_["unit0.cc"], "unit0.cc conf.h config/macros.h config/only.h part.h shared.h");
}

TEST_F(BatchRunTest, AHeaderIncludesMoreThanTheScanSaw) {
  Scan();
  work_.Write("part.h",
              "#pragma once\n#include \"other.h\"\nstruct Part { int value; Other o; };\n");
  BatchStatistics statistics = Run();
  EXPECT_EQ(statistics.plain_reasons["other files read"], kUnits);
  EXPECT_EQ(closures_["unit0.cc"], "unit0.cc other.h part.h shared.h");
}

TEST_F(BatchRunTest, AHeaderIncludesLessThanTheScanSaw) {
  Scan();
  work_.Write("shared.h", "#pragma once\nstruct Shared { struct { int value; } part; };\n");
  BatchStatistics statistics = Run();
  EXPECT_EQ(statistics.plain_reasons["other files read"], kUnits);
  EXPECT_EQ(closures_["unit0.cc"], "unit0.cc shared.h");
}

TEST_F(BatchRunTest, AUnitNoLongerIncludesWhatItDid) {
  Add("leaves.cc", "#include \"shared.h\"\n#include \"other.h\"\nint leaves;\n");
  Add("stays.cc", "#include \"shared.h\"\n#include \"other.h\"\nint stays;\n");
  Scan();
  work_.Write("leaves.cc", "#include \"shared.h\"\nint leaves;\n");
  BatchStatistics statistics = Run();
  EXPECT_EQ(statistics.zygote, kUnits + 1);
  EXPECT_EQ(statistics.plain_reasons["other files read"], 1u);
  EXPECT_EQ(closures_["leaves.cc"], "leaves.cc part.h shared.h");
  EXPECT_EQ(closures_["stays.cc"], "stays.cc other.h part.h shared.h");
}

// The table of symbols grows whoever asks it for a new one: a sanitizer has to stay silent, whose word would put the unit
// in quarantine.
TEST_F(BatchRunTest, RelationsAreTheFirstToNameASymbol) {
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += StrCat("template <class T> struct T", i, " {};\n");
    text += StrCat("template <class T> struct T", i, "<T*> {};\n");
    text += StrCat("template <> struct T", i, "<int> {};\nT", i, "<long> a", i, ";\n");
  }
  Add("many.cc", text);
  Scan();
  EXPECT_EQ(Run().quarantined, 0u);
}

TEST_F(BatchRunTest, AHeaderIsGone) {
  Scan();
  work_.Write("shared.h",
              "#pragma once\nstruct Part { int value; };\nstruct Shared { Part part; };\n");
  work_.Remove("part.h");
  Run();
  EXPECT_EQ(closures_["unit0.cc"], "unit0.cc shared.h");
}

}  // namespace
}  // namespace astrolabe
