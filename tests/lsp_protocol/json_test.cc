// JSON text that others wrote, and text that we write.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/protocol/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

std::string Message(std::string_view text) {
  return std::string(ToStd(ParseJson(text).status().message()));
}

TEST(ParseJson, ReadsEverySortOfValue) {
  for (const char* text : {"null", "true", "-7", "18446744073709551615", "2.5", "\"a\\u00e9\"",
                           "[]", R"({"a":[1,{"b":[[]]}],"c":{}})"}) {
    auto json = ParseJson(text);
    ASSERT_TRUE(json.ok()) << text << ": " << json.status();
    EXPECT_EQ(*json, Json::parse(text)) << text;
  }
}

TEST(ParseJson, TheLastOfTwoMembersWithOneNameCounts) {
  auto json = ParseJson(R"({"a":[1,2],"a":{"b":3}})");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["a"]["b"], 3);
}

TEST(ParseJson, SaysWhereItStopsBeingJson) {
  EXPECT_EQ(Message("{\"a\": 1,}"), "not valid JSON at byte 9");
  EXPECT_EQ(Message(""), "not valid JSON at byte 1");
  EXPECT_EQ(Message("{} {}"), "not valid JSON at byte 4");
  EXPECT_NE(Message("\"\xff\""), "");
  EXPECT_NE(Message("1e999"), "");
}

TEST(ParseJson, EveryPrefixOfADocumentIsRefused) {
  const std::string text = R"({"jsonrpc":"2.0","id":1,"params":[{"a":"\u20ac"},-1.5e3,true,null]})";
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(ParseJson(text.substr(0, size)).ok()) << size;
  }
}

TEST(ParseJson, RefusesNestingThatWouldOverflowTheStack) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(ParseJson(nested(kMaxJsonDepth)).ok());
  EXPECT_EQ(Message(nested(kMaxJsonDepth + 1)), "JSON nested deeper than 256 levels");
  EXPECT_EQ(Message(nested(1'000'000)), "JSON nested deeper than 256 levels");
}

TEST(DumpJson, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(DumpJson(Json("a\xff z")), "\"a\uFFFD z\"");
}

TEST(JsonWriter, SetsTheCommas) {
  JsonWriter out;
  out.BeginObject();
  out.Key("list");
  out.BeginArray();
  out.Int(-1);
  out.BeginArray();
  out.EndArray();
  out.BeginObject();
  out.EndObject();
  out.Double(0.5);
  out.EndArray();
  out.Key("text");
  out.String("\"\n\x80");
  out.Key("any");
  out.Any(Json{{"x", nullptr}});
  out.EndObject();
  EXPECT_EQ(out.text(),
            "{\"list\":[-1,[],{},0.5],\"text\":\"\\\"\\u000a\uFFFD\",\"any\":{\"x\":null}}");
}

TEST(JsonWriter, NumbersThatJsonLacksBecomeNull) {
  JsonWriter out;
  out.BeginArray();
  out.Double(NAN);
  out.Double(INFINITY);
  out.Double(1e300);
  out.EndArray();
  EXPECT_EQ(out.text(), "[null,null,1e+300]");
}

}  // namespace
}  // namespace astrolabe::lsp
