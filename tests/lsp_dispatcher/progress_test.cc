// What a client sees of work in progress.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/progress.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace astrolabe::lsp {
namespace {

struct Recorder {
  // The values that `$/progress` carried, shortened to "kind message percentage".
  std::vector<std::string> Values() const {
    std::vector<std::string> values;
    for (const Json& message : sent) {
      if (message["method"] != "$/progress") continue;
      const Json& value = message["params"]["value"];
      std::string text = value["kind"].get<std::string>();
      for (const char* member : {"title", "message", "percentage"}) {
        if (value.contains(member)) text += " " + value[member].dump();
      }
      values.push_back(text);
    }
    return values;
  }

  std::vector<Json> sent;
  absl::Time now = absl::UnixEpoch();
  std::shared_ptr<Client> client = std::make_shared<Client>(
      [this](const std::string& content) { sent.push_back(Json::parse(content)); });
  ProgressOptions options{.interval = absl::Milliseconds(100), .now = [this] { return now; }};
};

using Strings = std::vector<std::string>;

TEST(WorkDoneProgress, ReportsAreThrottledButTheLastOne) {
  Recorder recorder;
  WorkDoneProgress progress(recorder.client, "t", recorder.options);
  progress.Report("too early");
  progress.Begin("Indexing");
  progress.Begin("twice");
  progress.Report("1/4", 25);
  recorder.now += absl::Milliseconds(150);
  progress.Report("2/4", 50);
  progress.Report("3/4", 75);
  progress.Report("4/4", 100);
  progress.End("done");
  progress.End("twice");
  progress.Report("too late");
  EXPECT_EQ(recorder.Values(), (Strings{R"(begin "Indexing")", R"(report "2/4" 50)",
                                        R"(report "4/4" 100)", R"(end "done")"}));
  EXPECT_EQ(recorder.sent[0]["params"]["token"], "t");
}

TEST(WorkDoneProgress, PercentagesDoNotFall) {
  Recorder recorder;
  recorder.options.interval = absl::ZeroDuration();
  WorkDoneProgress progress(recorder.client, 7, recorder.options);
  progress.Begin("x");
  progress.Report("a", 50);
  progress.Report("b", 40);
  progress.Report("c", 400);
  EXPECT_EQ(recorder.Values(),
            (Strings{R"(begin "x")", R"(report "a" 50)", R"(report "b" 50)", R"(report "c" 100)"}));
}

TEST(WorkDoneProgress, DestructionEnds) {
  Recorder recorder;
  {
    WorkDoneProgress(recorder.client, "unused", recorder.options);
  }
  EXPECT_TRUE(recorder.sent.empty());
  {
    WorkDoneProgress(recorder.client, "t", recorder.options).Begin("x");
  }
  EXPECT_EQ(recorder.Values(), (Strings{R"(begin "x")", "end"}));
}

TEST(WorkDoneProgress, OfItsOwnStartsWhenTheClientAccepts) {
  Recorder recorder;
  auto progress = WorkDoneProgress::Create(recorder.client, recorder.options);
  progress->Begin("Indexing");
  progress->Report("1/2", 50);
  ASSERT_EQ(recorder.sent.size(), 1U);
  EXPECT_EQ(recorder.sent[0]["method"], "window/workDoneProgress/create");
  recorder.client->OnResponse({{"id", recorder.sent[0]["id"]}, {"result", nullptr}});
  progress->End();
  EXPECT_EQ(recorder.Values(), (Strings{R"(begin "Indexing" "1/2" 50)", "end"}));
}

TEST(WorkDoneProgress, IsSilentIfTheClientRefusesOrItIsOverBefore) {
  Recorder recorder;
  auto refused = WorkDoneProgress::Create(recorder.client, recorder.options);
  refused->Begin("x");
  recorder.client->OnResponse(
      {{"id", recorder.sent[0]["id"]}, {"error", {{"code", -32601}, {"message", "no"}}}});
  refused->Report("y");
  refused->End();
  auto quick = WorkDoneProgress::Create(recorder.client, recorder.options);
  quick->Begin("x");
  quick->End();
  recorder.client->OnResponse({{"id", recorder.sent[1]["id"]}, {"result", nullptr}});
  EXPECT_EQ(recorder.Values(), Strings{});
}

}  // namespace
}  // namespace astrolabe::lsp
