// A stream of bytes cut into messages, however the bytes arrive and whatever they are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/transport/message_framer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

std::string Framed(std::string_view content) {
  return StrCat("Content-Length: ", content.size(), "\r\n\r\n", content);
}

// All that the framer makes of the pieces: contents as they are, errors as "! message".
std::vector<std::string> Messages(const std::vector<std::string>& pieces, size_t limit = 1000) {
  MessageFramer framer(limit);
  std::vector<std::string> all;
  for (const std::string& piece : pieces) {
    framer.Feed(piece);
    for (;;) {
      auto message = framer.Next();
      if (!message.ok()) {
        all.push_back(StrCat("! ", ToStd(message.status().message())));
      } else if (*message) {
        all.push_back(**message);
      } else {
        break;
      }
    }
  }
  if (auto end = framer.AtEnd(); !end.ok()) all.push_back(StrCat("! ", ToStd(end.message())));
  return all;
}

using Strings = std::vector<std::string>;

TEST(MessageFramer, SeveralMessagesInOnePiece) {
  EXPECT_EQ(Messages({Framed("{}") + Framed("") + Framed("[1]")}), (Strings{"{}", "", "[1]"}));
}

TEST(MessageFramer, EverySplitOfAStreamGivesTheSameMessages) {
  const std::string stream = Framed("{\"a\":1}") +
                             "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n"
                             "content-length:3\r\n\r\nabc" +
                             "junk\r\n\r\n" + Framed("x\r\n\r\ny") +
                             "Content-Length: 2000\r\n\r\n" + std::string(2000, 'z') +
                             Framed("last");
  const Strings whole = Messages({stream});
  ASSERT_EQ(whole.size(), 6U);
  for (size_t at = 0; at <= stream.size(); ++at) {
    EXPECT_EQ(Messages({stream.substr(0, at), stream.substr(at)}), whole) << at;
  }
  for (size_t step : {1, 2, 3, 7, 64}) {
    Strings pieces;
    for (size_t at = 0; at < stream.size(); at += step) pieces.push_back(stream.substr(at, step));
    EXPECT_EQ(Messages(pieces), whole) << step;
  }
}

TEST(MessageFramer, LinesMayEndWithoutACarriageReturn) {
  EXPECT_EQ(Messages({"Content-Length: 2\n\n{}"}), (Strings{"{}"}));
}

TEST(MessageFramer, ABadHeaderIsToldOnceAndSkipped) {
  constexpr char kBad[] =
      "! headers without a valid Content-Length: skipped to the next Content-Length";
  for (const char* bad :
       {"Content-Length: abc\r\n\r\n", "Content-Length: -1\r\n\r\n", "Content-Length:\r\n\r\n",
        "Content-Length: 1 2\r\n\r\n", "Content-Length: 99999999999999999999\r\n\r\n",
        "X: y\r\n\r\n", "{\"id\":1}\n\n{}\n\n\n\n", "\r\n\r\n\r\n\r\n",
        "Content-Length: 0x2\r\n\r\n{}"}) {
    EXPECT_EQ(Messages({StrCat(bad, Framed("{}"))}), (Strings{kBad, "{}"})) << bad;
  }
}

TEST(MessageFramer, TwoLengthsThatDifferAreToldAndTheLastIsTried) {
  EXPECT_EQ(Messages({"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}" + Framed("[]")}),
            (Strings{"! headers without a valid Content-Length: skipped to the next Content-Length",
                     "{}", "[]"}));
  EXPECT_EQ(Messages({"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"}), (Strings{"{}"}));
}

TEST(MessageFramer, HeadersWithoutAnEndAreGivenUp) {
  const std::string junk(3 * kMaxHeaderBytes, 'x');
  EXPECT_EQ(Messages({junk + Framed("{}")}),
            (Strings{"! headers without an end: skipped to the next Content-Length", "{}"}));
  EXPECT_EQ(Messages({junk, junk, Framed("{}")}).back(), "{}");
}

TEST(MessageFramer, AMessageAboveTheLimitIsSkippedToItsEnd) {
  EXPECT_EQ(Messages({Framed("12345678901") + Framed("{}")}, 10),
            (Strings{"! a message of 11 bytes is above the limit of 10: skipped", "{}"}));
  EXPECT_EQ(Messages({"Content-Length: 18446744073709551615\r\n\r\n{}", "more"}, 10),
            (Strings{"! a message of 18446744073709551615 bytes is above the limit of 10: skipped",
                     "! the input ends inside a message above the limit"}));
  EXPECT_EQ(Messages({Framed("1234567890")}, 10), (Strings{"1234567890"}));
}

TEST(MessageFramer, SaysWhatIsMissingAtTheEnd) {
  EXPECT_EQ(Messages({"Content-Length: 10\r\n\r\n{}"}),
            (Strings{"! the input ends inside a message: 2 of 10 bytes are there"}));
  EXPECT_EQ(Messages({"Content-Le"}),
            (Strings{"! the input ends inside the headers of a message"}));
  EXPECT_EQ(Messages({Framed("{}")}), (Strings{"{}"}));
  EXPECT_EQ(Messages({}), Strings{});
}

}  // namespace
}  // namespace astrolabe::lsp
