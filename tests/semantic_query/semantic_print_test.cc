// What a person and a script read when they ask about a symbol.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/semantic_print.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/semantic_query/fake_semantic_index.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

constexpr char kSource[] =
    "struct [[Base|Base|def]] {};\n"
    "struct [[Box|Box|def]] : [[Base|Base|ref|Box]] {\n"
    "  int [[get|get|def|Box]](int n) { return [[count|count|read|get]] + [[get|get|call|get]](n); "
    "}\n"
    "  int [[count|count|def|Box]];\n"
    "};\n"
    "int [[top|top|def]] = Box().[[get|get|call]](1);\n";

class SemanticPrintTest : public testing::Test {
 protected:
  SemanticPrintTest() : fake_(workspace_.root()) {}

  void SetUp() override {
    fake_.AddSymbol("Base", {.kind = SymbolKind::kStruct, .name = "Base"});
    fake_.AddSymbol("Box", {.kind = SymbolKind::kStruct, .name = "Box"});
    fake_.AddSymbol("get", {.kind = SymbolKind::kMethod,
                            .access = Access::kPublic,
                            .flags = kSymbolInline,
                            .name = "get",
                            .scope = "Box",
                            .signature = "(int n)",
                            .type = "int",
                            .documentation = "First line.\nSecond."});
    fake_.AddSymbol("count", {.kind = SymbolKind::kField, .name = "count", .scope = "Box"});
    fake_.AddSymbol("top", {.kind = SymbolKind::kVariable, .name = "top"});
    workspace_.Write("box.cc", FakeSemanticIndex::Unmarked(kSource));
    workspace_.Write("other.c", "int get(void);\n");
    fake_.Relate("Box", RelationKind::kBase, "Base");
    fake_.AddFile("box.cc", kSource);
    workspace_.Index();
    snapshot_ = workspace_.Open();
  }

  std::string Print(SemanticQuestion question, const std::string& argument, bool json = false) {
    SemanticRequest request;
    request.question = question;
    request.argument = *ParseSymbolArgument(argument);
    request.with_lines = true;
    HitPrinter printer(question, json, true);
    testing::internal::CaptureStdout();
    auto summary = AskSemantic({&fake_, snapshot_.get(), workspace_.root()}, request,
                               [&](const SemanticHit& hit) { printer.Print(hit); });
    EXPECT_TRUE(summary.ok()) << summary.status();
    return testing::internal::GetCapturedStdout();
  }

  TempWorkspace workspace_;
  FakeSemanticIndex fake_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(SemanticPrintTest, ReferencesStandUnderTheirSymbol) {
  EXPECT_EQ(Print(SemanticQuestion::kReferences, "get"),
            "method Box::get(int n)\n"
            "  box.cc:3:7: [definition] int get(int n) { return count + get(n); }  (in Box)\n"
            "  box.cc:3:35: [call] int get(int n) { return count + get(n); }  (in Box::get)\n"
            "  box.cc:6:17: [call] int top = Box().get(1);\n"
            "\n"
            "by name (tier 0)\n"
            "  other.c:1:5: int get(void);\n");
}

TEST_F(SemanticPrintTest, CallersStandUnderTheCallingFunction) {
  EXPECT_EQ(Print(SemanticQuestion::kCallers, "get"),
            "method Box::get(int n)\n"
            "  Box::get(int n)\n"
            "    box.cc:3:35: [call] int get(int n) { return count + get(n); }\n"
            "  (top level)\n"
            "    box.cc:6:17: [call] int top = Box().get(1);\n");
}

TEST_F(SemanticPrintTest, RelatedSymbols) {
  EXPECT_EQ(Print(SemanticQuestion::kDerived, "Base"),
            "struct Base\n"
            "  derived struct Box  box.cc:2:8\n");
}

TEST_F(SemanticPrintTest, Hover) {
  EXPECT_EQ(Print(SemanticQuestion::kHover, "get"),
            "public inline method Box::get\n"
            "  int Box::get(int n)\n"
            "  definition at box.cc:3:7\n"
            "\n"
            "  First line.\n"
            "  Second.\n"
            "\n");
}

TEST_F(SemanticPrintTest, JsonLinesHaveOneBasedPlacesAndTheirTier) {
  const std::string text = Print(SemanticQuestion::kCallers, "get", true);
  const auto first = nlohmann::json::parse(text.substr(0, text.find('\n')));
  EXPECT_EQ(first["file"], "box.cc");
  EXPECT_EQ(first["line"], 3);
  EXPECT_EQ(first["column"], 35);
  EXPECT_EQ(first["end_line"], 3);
  EXPECT_EQ(first["end_column"], 38);
  EXPECT_EQ(first["roles"], nlohmann::json({"call"}));
  EXPECT_EQ(first["kind"], "method");
  EXPECT_EQ(first["name"], "get");
  EXPECT_EQ(first["qualified"], "Box::get");
  EXPECT_EQ(first["container"], "Box::get");
  EXPECT_EQ(first["tier"], 1);
  const std::string hover = Print(SemanticQuestion::kHover, "get", true);
  EXPECT_EQ(nlohmann::json::parse(hover)["documentation"], "First line.\nSecond.");
}

}  // namespace
}  // namespace astrolabe
