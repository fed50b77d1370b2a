// Open files as an editor lives with them, with the real parsing processes: texts in, diagnostics and answers
// out, whatever happens to the processes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/live_files.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "analysis/project/command_inference.h"
#include "analysis/project/front_end_command.h"
#include "base/archive.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

class LiveFilesTest : public testing::Test {
 protected:
  LiveFilesTest() {
    root_ = std::filesystem::path(testing::TempDir()) /
            StrCat("live_files_", getpid(), "_",
                   testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(root_);
    main_ = (root_ / "main.cc").string();
    absl::StatusOr<std::unique_ptr<FrontEndCommands>> commands = FrontEndCommands::Create({});
    EXPECT_TRUE(commands.ok()) << commands.status();
    commands_ = *std::move(commands);
    LiveOptions& options = options_;
    options.program = ASTROLABE_PROGRAM;
    options.root = root_.string();
    options.parse_limit = absl::Seconds(30);
    options.command = [this](const std::string& path) -> absl::StatusOr<LiveCommand> {
      CompileCommand command = CommandFor(path);
      absl::StatusOr<FrontEndCommand> front_end = commands_->For(command);
      if (!front_end.ok()) return front_end.status();
      return LiveCommand{*front_end, WarningFlags(command)};
    };
    options.neighbours = [this](const std::string& path) {
      std::vector<FrontEndCommand> commands;
      for (const auto& entry : std::filesystem::directory_iterator(root_)) {
        if (entry.path().extension() != ".cc" || entry.path() == path) continue;
        commands.push_back(commands_->For(CommandFor(entry.path().string())).value());
      }
      return commands;
    };
    options.on_diagnostics = [this](const std::string& path, uint64_t generation, bool complete,
                                    std::vector<LiveDiagnostic> diagnostics) {
      absl::MutexLock lock(&mutex_);
      first_.try_emplace(generation, Lines(diagnostics));
      said_[path] = {generation, complete, std::move(diagnostics)};
    };
    live_ = std::make_unique<LiveFiles>(options_);
  }
  ~LiveFilesTest() override {
    live_.reset();
    std::filesystem::remove_all(root_);
  }

  CompileCommand CommandFor(const std::string& path) const {
    CompileCommand command;
    command.file = path;
    command.directory = root_.string();
    command.arguments = {"clang++", "-std=c++20", "-Wall", path};
    // For parses that are to take longer than they may.
    command.arguments.insert(command.arguments.end() - 1, "-fconstexpr-steps=4294967295");
    return command;
  }

  // From here on with these limits.
  void Limit(absl::Duration parse_limit, uint64_t memory_limit) {
    options_.parse_limit = parse_limit;
    options_.memory_limit = memory_limit;
    StartAnew();
  }

  // With what the options are now.
  void StartAnew() {
    live_.reset();
    live_ = std::make_unique<LiveFiles>(options_);
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / name) << text;
  }
  void Open(const std::string& text) { live_->Update(main_, text, ++generation_); }

  struct Said {
    uint64_t generation = 0;
    bool complete = false;
    std::vector<LiveDiagnostic> diagnostics;
  };

  // Three files that share <vector> and h.h.
  void WriteNeighbours() {
    for (const char* name : {"b.cc", "c.cc", "d.cc"}) {
      Write(name, "#include <vector>\n#include \"h.h\"\n");
    }
  }

  // A folder whose files share <vector> and h.h, of which `first` is open, and the base for them is there.
  void OpenFirstOfMany(const std::string& first) {
    Write("h.h", "#pragma once\nstruct S { int x; };\n");
    WriteNeighbours();
    Write("main.cc", first);
    Open(first);
    // It is there once the open file stands on it: the process alone may be parsing still.
    EXPECT_TRUE(Eventually([] {
      std::vector<pid_t> bases = Processes("astrolabe-base");
      return bases.size() == 1 && !Processes("astrolabe-pre", bases[0]).empty();
    }));
    ASSERT_EQ(Processes("astrolabe-base").size(), 1u);
  }

  static bool Eventually(const std::function<bool()>& is_so,
                         absl::Duration limit = absl::Seconds(20)) {
    absl::Time latest = absl::Now() + limit;
    while (!is_so()) {
      if (absl::Now() > latest) return false;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return true;
  }

  // Of ours, by name.
  static std::vector<pid_t> Processes(const std::string& name, pid_t below = getpid()) {
    std::vector<pid_t> found;
    std::string folder = StrCat("/proc/", below, "/task");
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator(folder, gone)) {
      std::ifstream children(task.path() / "children");
      for (pid_t child; children >> child;) {
        std::string is;
        std::ifstream(StrCat("/proc/", child, "/comm")) >> is;
        if (is == name) found.push_back(child);
        for (pid_t other : Processes(name, child)) found.push_back(other);
      }
    }
    return found;
  }

  // Those of headers alone, and on top of one such the one that has instantiated what they left.
  static std::vector<pid_t> WarmProcesses() {
    std::vector<pid_t> warm;
    for (pid_t preamble : Processes("astrolabe-pre")) {
      for (pid_t child : Processes("astrolabe-pre", preamble)) warm.push_back(child);
    }
    return warm;
  }

  // So long that a process is kept for completion that has parsed it up to its last function. Of that the
  // second line has nothing to offer, the third a member.
  void OpenLongText() {
    std::string text = "#include <vector>\nstruct S { int member; };\n";
    for (int i = 0; i < 1000; ++i) text += StrCat("int function", i, "(int n);\n");
    Open(text + "int Last(S s) {\n  // nothing here\n  s.\n}\n");
    EXPECT_NE(Diagnostics(), "timeout");
  }

  // That process, once it waits for work; 0: there is none.
  static pid_t PreparedProcess() {
    std::vector<pid_t> found;
    const bool is_there = Eventually([&] {
      found = Processes("astrolabe-tu");  // what answers is called so too
      if (found.size() != 1) return false;
      std::string ignored, state;
      std::ifstream(StrCat("/proc/", found[0], "/stat")) >> ignored >> ignored >> state;
      return state == "S";
    });
    return is_there ? found[0] : 0;
  }

  // The names that are offered there.
  std::string Complete(CodePlace place) {
    Question question;
    question.kind = QuestionKind::kComplete;
    question.place = place;
    absl::StatusOr<std::string> answer = Ask(question);
    if (!answer.ok()) return std::string(answer.status().message());
    absl::StatusOr<CompletionAnswer> completion = Decode<CompletionAnswer>(*answer);
    if (!completion.ok()) return "damaged";
    std::set<std::string> names;
    for (const CompletionOption& option : completion->options) names.insert(option.label);
    std::string list;
    for (const std::string& name : names) list += StrCat(list.empty() ? "" : ", ", name);
    return list;
  }

  // Another file, until all of its diagnostics are there.
  std::string OpenAnother(const std::string& name, const std::string& text) {
    main_ = (root_ / name).string();
    Write(name, text);
    Open(text);
    return Diagnostics();
  }

  // All diagnostics of the newest text, one line each: "LINE:COLUMN MESSAGE".
  std::string Diagnostics() {
    absl::MutexLock lock(&mutex_);
    auto is_there = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      const Said& said = said_[main_];
      return said.generation == generation_ && said.complete;
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&is_there), absl::Seconds(60))) return "timeout";
    return Lines(said_[main_].diagnostics);
  }

  // What was said first about the newest text, once all is said.
  std::string FirstDiagnostics() {
    Diagnostics();
    absl::MutexLock lock(&mutex_);
    return first_[generation_];
  }

  static std::string Lines(const std::vector<LiveDiagnostic>& diagnostics) {
    std::string lines;
    for (const LiveDiagnostic& diagnostic : diagnostics) {
      lines += StrCat(diagnostic.range.begin.line, ":", diagnostic.range.begin.column, " ",
                      diagnostic.message, "\n");
    }
    return lines;
  }

  absl::StatusOr<std::string> Ask(Question question, const std::string& path = "") {
    absl::StatusOr<std::string> got = absl::UnknownError("no answer");
    absl::Notification done;
    live_->Ask(path.empty() ? main_ : path, std::move(question),
               [&](absl::StatusOr<std::string> answer) {
                 got = std::move(answer);
                 done.Notify();
               });
    if (!done.WaitForNotificationWithTimeout(absl::Seconds(60))) return absl::UnknownError("hung");
    return got;
  }

  LiveOptions options_;
  std::filesystem::path root_;
  std::string main_;
  std::unique_ptr<FrontEndCommands> commands_;
  uint64_t generation_ = 0;
  absl::Mutex mutex_;
  std::map<std::string, Said> said_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, std::string> first_ ABSL_GUARDED_BY(mutex_);  // by generation
  std::unique_ptr<LiveFiles> live_;
};

TEST_F(LiveFilesTest, AFileWithoutErrorsHasNoDiagnostics) {
  Write("h.h", "#pragma once\nstruct S { int x; };\n");
  Open("#include \"h.h\"\n#include <vector>\nint f(S& s) { return s.x; }\n");
  EXPECT_EQ(Diagnostics(), "");
}

TEST_F(LiveFilesTest, DiagnosticsComeAndGoWithTheText) {
  Open("#include <vector>\nint f() { return g(); }\n");
  EXPECT_EQ(Diagnostics(), "1:17 use of undeclared identifier 'g'\n");
  Open("#include <vector>\nint g();\nint f() { return g(); }\n");
  EXPECT_EQ(Diagnostics(), "");
  Open("#include <vector>\nint g();\nint f() { int unused; return g(); }\n");
  EXPECT_EQ(Diagnostics(), "2:14 unused variable 'unused'\n");
  Open("#include <vector>\nint g();\nint f() { return g() }\n");
  EXPECT_EQ(Diagnostics(), "2:19 expected ';' after return statement\n");
}

TEST_F(LiveFilesTest, AnEditInsideOneFunctionIsDiagnosedByItself) {
  // Takes far longer to parse than to skip, so that the function parsed by itself is first for certain.
  std::string slow = "void slow(int x) {\n";
  for (int i = 0; i < 30000; ++i) slow += "x = x + 1;";
  slow += "}\n";
  auto text = [&](const std::string& body) {
    return StrCat("#include <vector>\nstatic int unused() { return 1; }\n", slow, "int f() { ",
                  body, " }\nint g() { int w; return 1; }\n");
  };
  std::string others = "1:11 unused function 'unused'\n";
  Open(text("return 0;"));
  EXPECT_EQ(Diagnostics(), others + "5:14 unused variable 'w'\n");
  Open(text("return 0;\nint v;"));
  std::string moved = others + "5:4 unused variable 'v'\n6:14 unused variable 'w'\n";
  // What the end of the unit says of the other functions is there already, from before the edit.
  EXPECT_EQ(FirstDiagnostics(), moved);
  EXPECT_EQ(Diagnostics(), moved);
  Open(text("return 0; } int k() { int i; return 1;"));
  EXPECT_EQ(FirstDiagnostics(), "4:36 unused variable 'i'\n5:14 unused variable 'w'\n")
      << "another function: the whole file is parsed";
  EXPECT_EQ(Diagnostics(), others + "4:36 unused variable 'i'\n5:14 unused variable 'w'\n");
  Open(text("return 0; } struct { int v;"));
  EXPECT_EQ(FirstDiagnostics(), Diagnostics()) << "braces that are not even";
  Open(text("return 0;\n#define w f\n"));
  EXPECT_EQ(Diagnostics(), others + "7:14 unused variable 'f'\n")
      << "a macro is seen by the next function";
}

TEST_F(LiveFilesTest, AWarmProcessThatIsKilledIsDoneWithout) {
  std::string text = "#include <vector>\nint f(std::vector<int> v) { return v.size(); }\n";
  for (int round = 0; round < 10; ++round) {
    main_ = (root_ / StrCat("round", round, ".cc")).string();
    Open(text);
    EXPECT_EQ(Diagnostics(), "");
    Open(text + "int g();\n");
    EXPECT_EQ(Diagnostics(), "");
    ASSERT_TRUE(Eventually([] { return !WarmProcesses().empty(); }));
    for (pid_t process : WarmProcesses()) kill(process, SIGKILL);
    for (int edit = 0; edit < 5; ++edit) {
      Open(StrCat(text, "int g();\nint h", edit, "() { return e; }\n"));
      EXPECT_NE(Diagnostics().find("use of undeclared identifier 'e'"), std::string::npos);
    }
  }
}

TEST_F(LiveFilesTest, WhatTheEndOfTheUnitFinds) {
  Open("template <class T> int f(T t) { return t.size(); }\nint x = f(1);\n");
  EXPECT_EQ(Diagnostics(), "0:40 member reference base type 'int' is not a structure or union\n");
  Open("static int g() { return 1; }\n");
  EXPECT_EQ(Diagnostics(), "0:11 unused function 'g'\n");
  // A class inside a function, as libstdc++ has one in the constructor of std::string.
  Open(
      "template <class T> T f() { struct Local { T t; }; return Local().t; }\nint x = f<int>();\n");
  EXPECT_EQ(Diagnostics(), "");
}

TEST_F(LiveFilesTest, AnIncludeGuardStaysOpenBehindThePreamble) {
  main_ = (root_ / "guarded.h").string();
  Open("#ifndef GUARDED_H\n#define GUARDED_H\n#include <vector>\nint f();\n#endif\n");
  EXPECT_EQ(Diagnostics(), "");
  Open("#ifndef GUARDED_H\n#define GUARDED_H\n#include <vector>\nint f();\n");
  EXPECT_EQ(Diagnostics(), "0:1 unterminated conditional directive\n");
}

TEST_F(LiveFilesTest, AConditionalThatIsNotTakenAroundTheWholeFile) {
  Open(
      "#include <vector>\n#if defined(OTHER_PLATFORM)\n#include <other.h>\nint f() { return g(); "
      "}\n#endif\n");
  EXPECT_EQ(Diagnostics(), "");
  EXPECT_TRUE(Ask(Question()).ok());
  Open(
      "#include <vector>\n#if defined(OTHER_PLATFORM)\n#include <other.h>\n#endif\nint f() { "
      "return g(); }\n");
  EXPECT_EQ(Diagnostics(), "4:17 use of undeclared identifier 'g'\n");
}

TEST_F(LiveFilesTest, WhatATemplateOfAHeaderSaysAboutItsArguments) {
  Write("h.h",
        "#pragma once\ntemplate <class T> int Size(T t) { return t.size(); }\n"
        "struct S { int f() { return Size(1.5); } };\n");
  Open("#include \"h.h\"\nint x = Size(1);\n");
  EXPECT_EQ(Diagnostics(),
            "1:8 In template: member reference base type 'int' is not a structure or union\n");
}

TEST_F(LiveFilesTest, ProcessesThatEndAtOnceAreNotStartedForEver) {
  absl::Notification said;
  std::string message;
  LiveOptions options;
  options.program = "/bin/false";
  options.root = root_.string();
  options.command = [](const std::string&) -> absl::StatusOr<LiveCommand> { return LiveCommand(); };
  options.on_diagnostics = [&](const std::string&, uint64_t, bool,
                               std::vector<LiveDiagnostic> diagnostics) {
    message = diagnostics.at(0).message;
    said.Notify();
  };
  LiveFiles live(std::move(options));
  live.Update(main_, "int f();\n", 1);
  ASSERT_TRUE(said.WaitForNotificationWithTimeout(absl::Seconds(60)));
  EXPECT_EQ(
      message,
      "this file cannot be parsed: the processes that parse it end at once; it is tried again when "
      "its text or a header of it changes");
  absl::Notification answered;
  live.Ask(main_, Question(), [&](const absl::StatusOr<std::string>& answer) {
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
    answered.Notify();
  });
  EXPECT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(60)));
}

TEST_F(LiveFilesTest, AnIncludeIsAddedAndTakenAway) {
  Write("h.h", "#pragma once\nstruct S { int x; };\n");
  Open("int f(S& s) { return s.x; }\n");
  EXPECT_NE(Diagnostics(), "");
  Open("#include \"h.h\"\nint f(S& s) { return s.x; }\n");
  // The first diagnostics are those with the old preamble; then it is parsed.
  for (int i = 0; i < 600 && !Diagnostics().empty(); ++i) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(Diagnostics(), "");
}

TEST_F(LiveFilesTest, UnsavedHeadersAreSeen) {
  Write("h.h", "#pragma once\nstruct S {};\n");
  Open("#include \"h.h\"\nint f(S& s) { return s.x; }\n");
  EXPECT_NE(Diagnostics(), "");
  live_->Update((root_ / "h.h").string(), "#pragma once\nstruct S { int x; };\n", 1000);
  for (int i = 0; i < 600 && !Diagnostics().empty(); ++i) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(Diagnostics(), "");
}

TEST_F(LiveFilesTest, AHeaderThatWasMissingIsOpened) {
  Open("#include \"h.h\"\nS s;\n");
  EXPECT_NE(Diagnostics(), "");
  live_->Update((root_ / "h.h").string(), "#pragma once\nstruct S {};\n", 1000);
  EXPECT_TRUE(Eventually([&] { return Diagnostics().empty(); }));
}

TEST_F(LiveFilesTest, AHeaderThatWasMissingAppearsOnDisk) {
  std::filesystem::create_directory(root_ / "made");
  Open("#include \"made/h.h\"\nS s;\n");
  EXPECT_NE(Diagnostics(), "");
  Write("made/h.h", "#pragma once\nstruct S {};\n");
  live_->FileChanged((root_ / "made/h.h").string());
  EXPECT_TRUE(Eventually([&] { return Diagnostics().empty(); }));
}

TEST_F(LiveFilesTest, ACompilerCrashIsSaidAndTheNextTextIsParsed) {
  Open("int f();\n#pragma clang __debug crash\n");
  EXPECT_NE(Diagnostics().find("this file cannot be parsed: the compiler crashed"),
            std::string::npos)
      << Diagnostics();
  Question hover;
  EXPECT_EQ(Ask(hover).status().code(), absl::StatusCode::kUnavailable);
  Open("int f() { return 1; }\n");
  EXPECT_EQ(Diagnostics(), "");
  EXPECT_TRUE(Ask(hover).ok());
}

constexpr char kEndless[] =
    "constexpr int Spin() { for (;;) {} return 0; }\nconstexpr int kEnd = Spin();\n";

TEST_F(LiveFilesTest, AParseThatNeverEndsIsStoppedAndSaid) {
  Limit(absl::Seconds(2), options_.memory_limit);
  std::string endless = main_;
  Open(kEndless);
  uint64_t generation = generation_;
  EXPECT_EQ(OpenAnother("other.cc", "int f() { return g(); }\n"),
            "0:17 use of undeclared identifier 'g'\n")
      << "another file does not wait for it";
  EXPECT_EQ(Ask(Question(), endless).status().code(), absl::StatusCode::kUnavailable);
  main_ = endless;
  std::swap(generation, generation_);
  EXPECT_NE(Diagnostics().find("this file cannot be parsed: the compiler took longer than 2s"),
            std::string::npos)
      << Diagnostics();
  EXPECT_TRUE(Eventually([] { return Processes("astrolabe-ast").size() == 1; }));
  absl::SleepFor(absl::Milliseconds(300));
  EXPECT_EQ(Processes("astrolabe-ast").size(), 1u) << "only the other one is left, and stays so";
  generation_ = generation;
  Open("int f();\n");
  EXPECT_EQ(Diagnostics(), "");
}

TEST_F(LiveFilesTest, AParseThatCrashesIsTriedOnceMore) {
  Open(kEndless);
  std::vector<pid_t> before;
  for (int crash = 0; crash < 2; ++crash) {
    std::vector<pid_t> at_work;
    ASSERT_TRUE(Eventually([&] {
      at_work = Processes("astrolabe-ast");
      return at_work.size() == 1 && at_work != before;
    })) << crash;
    kill(at_work[0], SIGSEGV);
    before = at_work;
  }
  // Which crashes, or is ended by a sanitizer.
  EXPECT_NE(Diagnostics().find("this file cannot be parsed: the compiler "), std::string::npos)
      << Diagnostics();
}

TEST_F(LiveFilesTest, AParseThatOutgrowsItsMemoryIsStoppedAndSaid) {
  Limit(absl::Seconds(30), uint64_t{300} << 20);
  // 24 bytes each.
  Open(
      "template <class T, T... numbers> struct Sequence {};\n"
      "__make_integer_seq<Sequence, int, 20000000> sequence;\n");
#ifdef ASTROLABE_SANITIZED
  // An allocation that fails is the sanitizer's to report, in its own words.
  const std::string said = "this file cannot be parsed: the compiler ";
#else
  const std::string said = "this file cannot be parsed: the compiler out of memory";
#endif
  EXPECT_NE(Diagnostics().find(said), std::string::npos) << Diagnostics();
  EXPECT_EQ(OpenAnother("other.cc", "#include <vector>\n"), "");
}

TEST_F(LiveFilesTest, WhatTheEndOfTheUnitDoesNotComeThroughIsSaid) {
  Limit(absl::Seconds(2), options_.memory_limit);
  Open(
      "template <class T> constexpr int Spin(T on) { while (on) {} return 0; }\n"
      "template <class T> int Late(T t) { constexpr int end = Spin(T(1)); return end; }\n"
      "int x = Late(1);\nint f() { return g(); }\n");
  const std::string said = Diagnostics();
  EXPECT_NE(said.find("3:17 use of undeclared identifier 'g'"), std::string::npos) << said;
  EXPECT_NE(said.find("what the end of the file instantiates could not be checked: the compiler "
                      "took longer than 2s"),
            std::string::npos)
      << said;
  EXPECT_TRUE(Ask(Question()).ok());
}

TEST_F(LiveFilesTest, AQuestionThatCostsItsProcessIsAskedOnceMoreAndGivenUp) {
  options_.question_limit = absl::Seconds(1);
  StartAnew();
  Open(
      "constexpr double Spin(bool on) { while (on) {} return 0; }\n"
      "double f() { const double end = Spin(true); return end; }\n");
  EXPECT_EQ(Diagnostics(), "");
  Question hover;
  hover.place = {1, 27};
  EXPECT_EQ(Ask(hover).status().code(), absl::StatusCode::kUnavailable);
  hover.place = {1, 8};
  EXPECT_TRUE(Ask(hover).ok());
}

TEST_F(LiveFilesTest, AProcessThatNoLongerAnswersIsReplaced) {
  Open("#include <vector>\nint f();\n");
  EXPECT_EQ(Diagnostics(), "");
  std::vector<pid_t> stopped = Processes("astrolabe-ast");
  ASSERT_EQ(stopped.size(), 1u);
  kill(stopped[0], SIGSTOP);
  EXPECT_TRUE(Ask(Question()).ok());
  EXPECT_TRUE(Eventually([] { return Processes("astrolabe-ast").size() == 1; }));
  EXPECT_NE(Processes("astrolabe-ast"), stopped);
}

TEST_F(LiveFilesTest, ACancelledQuestionEndsItsProcess) {
  Open(StrCat(kEndless, "int x = \n"));
  Question question;
  question.kind = QuestionKind::kComplete;
  question.place = {2, 8};
  absl::Notification answered;
  absl::Status status;
  QuestionId id = live_->Ask(main_, question, [&](const absl::StatusOr<std::string>& answer) {
    status = answer.status();
    answered.Notify();
  });
  EXPECT_TRUE(Eventually([] { return !Processes("astrolabe-tu").empty(); }));
  live_->Cancel(id);
  EXPECT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(5)));
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(Eventually([] { return Processes("astrolabe-tu").empty(); }, absl::Seconds(5)));
}

TEST_F(LiveFilesTest, AClosedFileGivesItsProcessesBack) {
  Open("#include <vector>\nint f();\n");
  EXPECT_EQ(Diagnostics(), "");
  live_->Update((root_ / "endless.cc").string(), kEndless, 1000);
  live_->Close(main_);
  live_->Close((root_ / "endless.cc").string());
  EXPECT_TRUE(Eventually(
      [] { return Processes("astrolabe-ast").empty() && Processes("astrolabe-pre").empty(); }));
}

TEST_F(LiveFilesTest, QuestionsAboutFilesThatAreNotOpen) {
  EXPECT_EQ(Ask(Question(), "/nowhere.cc").status().code(), absl::StatusCode::kNotFound);
  Open("int f();\n");
  live_->Close(main_);
  EXPECT_EQ(Ask(Question()).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LiveFilesTest, EveryQuestionIsAnsweredWhileTheTextChanges) {
  Open("#include <vector>\n");
  std::atomic<int> answered = 0;
  for (int i = 0; i < 100; ++i) {
    Open(StrCat("#include <vector>\nint f", i, "() { return ", i, "; }\n"));
    live_->Ask(main_, Question(), [&](const absl::StatusOr<std::string>&) { ++answered; });
  }
  EXPECT_EQ(Diagnostics(), "");
  for (int i = 0; i < 1000 && answered < 100; ++i) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(answered, 100);
}

TEST_F(LiveFilesTest, AThousandQuickEditsOfALargeText) {
  std::string filler(300'000, '/');
  for (int i = 0; i < 1000; ++i) Open(StrCat("int f", i, "();  //", filler, "\n"));
  EXPECT_EQ(Diagnostics(), "");
}

TEST_F(LiveFilesTest, AFileOnSharedHeadersHasTheDiagnosticsOfAFileAlone) {
  ASSERT_NO_FATAL_FAILURE(
      OpenFirstOfMany("#include <vector>\n#include \"h.h\"\nint f(S& s) { return s.x; }\n"));
  EXPECT_EQ(OpenAnother("b.cc",
                        "#include <vector>\n#include \"h.h\"\n#include <string>\n"
                        "static int g(S& s) { int unused; return s.x; }\n"),
            "3:11 unused function 'g'\n3:25 unused variable 'unused'\n");
  EXPECT_EQ(Processes("astrolabe-base").size(), 1u);
}

TEST_F(LiveFilesTest, SharedHeadersDoNotHideAMissingInclude) {
  ASSERT_NO_FATAL_FAILURE(OpenFirstOfMany("#include <vector>\n#include \"h.h\"\nS s;\n"));
  EXPECT_EQ(OpenAnother("b.cc", "#include <vector>\nS s;\n"), "1:0 unknown type name 'S'\n");
}

TEST_F(LiveFilesTest, AMacroThatASharedHeaderAsksFor) {
  Write("asks.h",
        "#pragma once\n#ifdef WIDE\nusing Number = long;\n#else\nusing Number = int;\n#endif\n");
  for (const char* name : {"x.cc", "y.cc", "z.cc"}) Write(name, "#include \"asks.h\"\n");
  ASSERT_NO_FATAL_FAILURE(
      OpenFirstOfMany("#include <vector>\n#include \"h.h\"\n#include \"asks.h\"\nNumber n;\n"));
  EXPECT_EQ(OpenAnother("b.cc",
                        "#define WIDE\n#include <vector>\n#include \"h.h\"\n#include \"asks.h\"\n"
                        "static_assert(sizeof(Number) == 8);\n"),
            "");
}

TEST_F(LiveFilesTest, AnEditedHeaderIsNotTakenFromWhatIsShared) {
  ASSERT_NO_FATAL_FAILURE(OpenFirstOfMany("#include <vector>\n#include \"h.h\"\nS s;\n"));
  live_->Update((root_ / "h.h").string(), "#pragma once\nstruct T {};\n", 1000);
  EXPECT_EQ(OpenAnother("b.cc", "#include <vector>\n#include \"h.h\"\nT t;\n"), "");
}

TEST_F(LiveFilesTest, AHeaderThatChangesOnDiskIsReadAgain) {
  ASSERT_NO_FATAL_FAILURE(OpenFirstOfMany("#include <vector>\n#include \"h.h\"\nS s;\n"));
  Write("h.h", "#pragma once\nstruct T {};\n");
  live_->FileChanged((root_ / "h.h").string());
  EXPECT_EQ(OpenAnother("b.cc", "#include <vector>\n#include \"h.h\"\nT t;\n"), "");
}

TEST_F(LiveFilesTest, ManyOpenFilesKeepFewProcessesAndAllAnswer) {
  std::vector<std::string> paths;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(OpenAnother(StrCat("many", i, ".cc"), StrCat("int f", i, "();\n")), "");
    paths.push_back(main_);
    EXPECT_TRUE(Ask(Question()).ok());
  }
  EXPECT_LE(Processes("astrolabe-ast").size(), 5u);
  EXPECT_LE(Processes("astrolabe-pre").size(), 8u);
  for (const std::string& path : paths) EXPECT_TRUE(Ask(Question(), path).ok()) << path;
}

TEST_F(LiveFilesTest, AFileThatGaveItsMemoryBackHearsOfAChangedHeader) {
  Write("h.h", "#pragma once\nstruct S {};\n");
  EXPECT_EQ(OpenAnother("first.cc", "#include \"h.h\"\nS s;\n"), "");
  std::string first = main_;
  uint64_t generation = generation_;
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(OpenAnother(StrCat("many", i, ".cc"), StrCat("int f", i, "();\n")), "");
  }
  Write("h.h", "#pragma once\nstruct T {};\n");
  live_->FileChanged((root_ / "h.h").string());
  main_ = first;
  generation_ = generation;
  for (int i = 0; i < 600 && Diagnostics().empty(); ++i) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(Diagnostics(), "1:0 unknown type name 'S'\n");
}

TEST_F(LiveFilesTest, WhatIsSharedDiesAndNobodyNotices) {
  ASSERT_NO_FATAL_FAILURE(OpenFirstOfMany("#include <vector>\n#include \"h.h\"\nS s;\n"));
  for (pid_t base : Processes("astrolabe-base")) kill(base, SIGKILL);
  EXPECT_EQ(OpenAnother("b.cc", "#include <vector>\n#include \"h.h\"\nS s = 1;\n"),
            "2:2 no viable conversion from 'int' to 'S'\n");
  EXPECT_TRUE(Ask(Question()).ok());
}

TEST_F(LiveFilesTest, ACrashOnWhatIsSharedIsTriedWithoutIt) {
  ASSERT_NO_FATAL_FAILURE(OpenFirstOfMany("#include <vector>\n#include \"h.h\"\nS s;\n"));
  // Ahead of its own #include the macro is there only if others have included it.
  EXPECT_EQ(OpenAnother("b.cc",
                        "#ifdef _GLIBCXX_VECTOR\n#pragma clang __debug crash\n#endif\n"
                        "#include <vector>\n#include \"h.h\"\nS s = 1;\n"),
            "5:2 no viable conversion from 'int' to 'S'\n");
}

TEST_F(LiveFilesTest, SharedHeadersThatCannotBeParsedAreGivenUp) {
  // They alone are parsed with a main file "<astrolabe headers>".
  Write("h.h",
        "#pragma once\nconstexpr int Spin(const char* main) { while (*main == '<') {} return 0; }\n"
        "constexpr int kEnd = Spin(__BASE_FILE__);\n");
  WriteNeighbours();
  const std::string text = "#include <vector>\n#include \"h.h\"\nint end = kEnd;\n";
  Write("main.cc", text);
  Open(text);
  EXPECT_EQ(Diagnostics(), "");
  ASSERT_TRUE(Eventually([] { return !Processes("astrolabe-base").empty(); }));
  Open(text + "int more;\n");
  EXPECT_EQ(Diagnostics(), "");
  EXPECT_TRUE(WarmProcesses().empty()) << "while there may be a better place for it";
  for (pid_t base : Processes("astrolabe-base")) kill(base, SIGKILL);
  EXPECT_TRUE(Eventually([] { return !WarmProcesses().empty(); }));
  EXPECT_TRUE(Processes("astrolabe-base").empty());
}

TEST_F(LiveFilesTest, CompletionGoesOnWhenThePreparedProcessIsKilled) {
  OpenLongText();
  EXPECT_EQ(Complete({1004, 4}), "member");
  for (int round = 0; round < 3; ++round) {
    const pid_t prepared = PreparedProcess();
    ASSERT_GT(prepared, 0);
    kill(prepared, SIGKILL);
    EXPECT_EQ(Complete({1004, 4}), "member");
    EXPECT_EQ(Complete({1004, 4}), "member") << "and asks for another one";
  }
}

TEST_F(LiveFilesTest, APreparedProcessThatHasNothingToOfferIsAskedOnce) {
  OpenLongText();
  EXPECT_EQ(Complete({1003, 10}), "");
  EXPECT_GT(PreparedProcess(), 0);
  EXPECT_EQ(Complete({1003, 10}), "");
  EXPECT_EQ(Complete({1004, 4}), "member");
}

TEST_F(LiveFilesTest, TheEndComesAtOnce) {
  absl::Duration least = absl::InfiniteDuration();
  for (int round = 0; round < 4; ++round) {
    Open("int f();\n");
    EXPECT_EQ(Diagnostics(), "");
    const absl::Time start = absl::Now();
    StartAnew();
    least = std::min(least, absl::Now() - start);
  }
  EXPECT_LT(least, absl::Milliseconds(500));
}

TEST_F(LiveFilesTest, TheEndCancelsWhatIsAsked) {
  Open("#include <vector>\nint f();\n");
  std::atomic<int> answered = 0;
  for (int i = 0; i < 10; ++i) {
    live_->Ask(main_, Question(), [&](const absl::StatusOr<std::string>&) { ++answered; });
  }
  live_.reset();
  EXPECT_EQ(answered, 10);
}

}  // namespace
}  // namespace astrolabe
