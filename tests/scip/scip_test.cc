// SCIP export: what a consumer finds in the file, and that the check notices what it must.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/strings.h"
#include "index/scip/check.h"
#include "index/scip/export.h"
#include "index/scip/scip.pb.h"
#include "index/scip/symbol_grammar.h"
#include "index/scip/symbol_table.h"
#include "tests/semantic_query/fake_semantic_index.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

std::string Read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string Hex(SymbolId id) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(id));
  return text;
}

// Runs on the fake index and on the real one with the same facts.
class ScipTest : public testing::TestWithParam<const char*> {
 protected:
  ScipTest()
      : outside_(std::filesystem::canonical(workspace_.root()).parent_path() / "outside.h"),
        output_(workspace_.root() + "/../index.scip"),
        fake_(workspace_.root()) {}

  void SetUp() override {
    const SymbolKind record = SymbolKind::kClass;
    fake_.AddSymbol("n", {.kind = SymbolKind::kNamespace, .name = "n"});
    fake_.AddSymbol("Box", {.kind = record,
                            .name = "Box",
                            .scope = "n",
                            .template_parameters = "<typename T>",
                            .documentation = "Holds one. \xFF"});
    fake_.AddSymbol("get", {.kind = SymbolKind::kMethod,
                            .access = Access::kPublic,
                            .name = "get",
                            .scope = "n::Box<T>",
                            .signature = "() const",
                            .type = "T",
                            .documentation = "The one."});
    fake_.AddSymbol("eq", {.kind = SymbolKind::kOperator,
                           .name = "operator==",
                           .scope = "n::Box",
                           .signature = "(int)"});
    fake_.AddSymbol("Outer", {.kind = record, .name = "Outer", .scope = "ext"});
    fake_.AddSymbol("unused", {.kind = record, .name = "unused", .scope = "ext"});
    fake_.AddSymbol("Outer::get",
                    {.kind = SymbolKind::kMethod, .name = "get", .scope = "ext::Outer"});
    fake_.AddSymbol("state1",
                    {.kind = SymbolKind::kVariable, .flags = kSymbolStatic, .name = "state"});
    fake_.AddSymbol("state2",
                    {.kind = SymbolKind::kVariable, .flags = kSymbolStatic, .name = "state"});
    fake_.AddSymbol("MAX", {.kind = SymbolKind::kMacro, .name = "MAX"});
    fake_.AddSymbol("builtin", {.kind = SymbolKind::kFunction, .name = "__builtin_trap"});

    fake_.Relate("Box", RelationKind::kBase, "Outer");
    fake_.Relate("get", RelationKind::kOverride, "Outer::get");
    Add("lib/box.h",
        "namespace [[n|n|def]] {\n"
        "template <typename T> class [[Box|Box|def]] : ext::[[Outer|Outer|ref|Box]] {\n"
        "  T [[get|get|decl|Box]]() const;\n"
        "  bool [[operator==|eq|decl|Box]](int);\n"
        "};\n"
        "}\n"
        "#define [[MAX|MAX|def]] 3\n");
    Add("lib/a.cc",
        "static int [[state|state1|def]] = [[MAX|MAX|ref|state1]];\n"
        "/* \xC3\xA4 */ T n::Box<T>::[[get|get|def]]() const { [[state|state1|write|get]] = 1; "
        "[[__builtin_trap|builtin|call|get]](); return [[|eq|implicit|get]]x; }\n");
    Add("lib/b.cc", "static int [[state|state2|def]];\n");
    std::ofstream(outside_) << "outer";
    fake_.AddFile(outside_.string(),
                  "class [[Outer|Outer|def]] { [[get|Outer::get|decl|Outer]] }; class "
                  "[[unused|unused|def]];\n");
    fake_.AddUnit({"lib/a.cc", "lib/box.h"});
  }

  void Add(const std::string& path, const std::string& marked) {
    workspace_.Write(path, FakeSemanticIndex::Unmarked(marked));
    fake_.AddFile(path, marked);
  }

  const SemanticIndex& Index() {
    if (std::string_view(GetParam()) == "fake") return fake_;
    const std::string directory = workspace_.index_dir() + "/semantic";
    std::filesystem::remove_all(directory);
    fake_.WriteTo(directory);
    auto real = SemanticIndex::Open(RealFileSystem(), directory);
    EXPECT_TRUE(real.ok()) << real.status();
    if (real.ok()) real_ = *real;
    return *real_;
  }

  ScipExportOptions Options() const {
    return {workspace_.root(), output_, "1.2", {"astrolabe", "export"}};
  }

  scip::Index Export() {
    absl::StatusOr<ScipExportReport> report = ExportScip(RealFileSystem(), Index(), Options());
    EXPECT_TRUE(report.ok()) << report.status();
    if (report.ok()) report_ = *report;
    scip::Index index;
    EXPECT_TRUE(index.ParseFromString(Read(output_)));
    for (const scip::Document& document : index.documents()) {
      for (const scip::SymbolInformation& symbol : document.symbols()) Keep(symbol);
    }
    for (const scip::SymbolInformation& symbol : index.external_symbols()) Keep(symbol);
    return index;
  }
  void Keep(const scip::SymbolInformation& symbol) { symbols_[symbol.symbol()] = symbol; }

  // The problems that the check finds after `change` was done to a good index.
  Strings Problems(const std::function<void(scip::Index&)>& change) {
    scip::Index index = Export();
    change(index);
    std::ofstream(output_, std::ios::binary) << index.SerializeAsString();
    return Check();
  }
  Strings Check() {
    auto report = CheckScip(RealFileSystem(), output_, {});
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return {};
    EXPECT_EQ(report->problem_count, report->problems.size());
    return report->problems;
  }

  TempWorkspace workspace_;
  std::filesystem::path outside_;
  std::string output_;
  FakeSemanticIndex fake_;
  std::shared_ptr<const SemanticIndex> real_;
  ScipExportReport report_;
  std::map<std::string, scip::SymbolInformation> symbols_;
};

TEST_P(ScipTest, SymbolsAreSpelledByTheGrammar) {
  Export();
  Strings found;
  for (const auto& [symbol, information] : symbols_) found.push_back(symbol);
  Strings wanted = {
      StrCat("cxx . . . ", Hex(fake_.Id("state1")), ":state."),
      StrCat("cxx . . . ", Hex(fake_.Id("state2")), ":state."),
      "cxx . . . MAX!",
      StrCat("cxx . . . ext/Outer#get(", Hex(fake_.Id("Outer::get")), ")."),
      "cxx . . . ext/Outer#",
      "cxx . . . n/",
      "cxx . . . n/Box#",
      StrCat("cxx . . . n/Box#`operator==`(", Hex(fake_.Id("eq")), ")."),
      StrCat("cxx . . . n/`Box<T>`#get(", Hex(fake_.Id("get")), ")."),
  };
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(found, wanted);
}

TEST_P(ScipTest, DocumentsHoldWhatStandsInTheFile) {
  const scip::Index index = Export();
  EXPECT_EQ(index.metadata().tool_info().name(), "astrolabe");
  EXPECT_EQ(index.metadata().project_root(), StrCat("file://", workspace_.root()));
  ASSERT_EQ(index.documents_size(), 3);
  const scip::Document& document = index.documents(0);
  EXPECT_EQ(document.relative_path(), "lib/a.cc");
  EXPECT_EQ(document.language(), "CPP");
  const std::string source = Read(workspace_.root() + "/lib/a.cc");
  Strings lines;
  for (const scip::Occurrence& o : document.occurrences()) {
    ASSERT_EQ(o.range_size(), 3);
    size_t line_begin = o.range(0) == 0 ? 0 : source.find('\n') + 1;
    lines.push_back(StrCat(source.substr(line_begin + static_cast<size_t>(o.range(1)),
                                         static_cast<size_t>(o.range(2) - o.range(1))),
                           " ", o.symbol_roles(), " ", o.enclosing_range_size()));
  }
  EXPECT_EQ(lines, (Strings{"state 1 3", "MAX 0 0", "get 1 3", "state 4 0"}));
  EXPECT_EQ(report_.left_out, 2u);  // the builtin and the implicit one
  EXPECT_EQ(report_.occurrences, 11u);
  EXPECT_EQ(report_.changed_files, 0u);
}

TEST_P(ScipTest, SymbolsLiveWhereTheyAreDefinedAndKeepTheirDocumentation) {
  const scip::Index index = Export();
  Strings homes;
  for (const scip::Document& document : index.documents()) {
    for (const scip::SymbolInformation& symbol : document.symbols()) {
      homes.push_back(StrCat(document.relative_path(), " ", symbol.display_name()));
    }
  }
  std::sort(homes.begin(), homes.end());
  EXPECT_EQ(homes, (Strings{"lib/a.cc get", "lib/a.cc state", "lib/b.cc state", "lib/box.h Box",
                            "lib/box.h MAX", "lib/box.h n", "lib/box.h operator=="}));
  const auto& box = symbols_["cxx . . . n/Box#"];
  ASSERT_EQ(box.documentation_size(), 1);
  EXPECT_EQ(box.documentation(0), "Holds one. \xEF\xBF\xBD");
  EXPECT_EQ(box.kind(), scip::SymbolInformation::Class);
  EXPECT_EQ(box.signature_documentation().text(), "template <typename T> class n::Box");
}

TEST_P(ScipTest, RelationshipsAndExternalSymbols) {
  const scip::Index index = Export();
  const auto& box = symbols_["cxx . . . n/Box#"];
  ASSERT_EQ(box.relationships_size(), 1);
  EXPECT_EQ(box.relationships(0).symbol(), "cxx . . . ext/Outer#");
  EXPECT_TRUE(box.relationships(0).is_implementation());
  EXPECT_FALSE(box.relationships(0).is_reference());
  const auto& get = symbols_[StrCat("cxx . . . n/`Box<T>`#get(", Hex(fake_.Id("get")), ").")];
  ASSERT_EQ(get.relationships_size(), 1);
  EXPECT_TRUE(get.relationships(0).is_implementation());
  EXPECT_TRUE(get.relationships(0).is_reference());
  // What nobody in the project mentions is not written.
  EXPECT_EQ(index.external_symbols_size(), 2);
  EXPECT_EQ(report_.external_symbols, 2u);
}

TEST_P(ScipTest, VariantsOfAHeaderAreOneDocument) {
  fake_.AddFile("lib/b.cc", "static int [[state|state2|def]];\n");
  const scip::Index index = Export();
  ASSERT_EQ(index.documents_size(), 3);
  EXPECT_EQ(index.documents(1).occurrences_size(), 1);
  EXPECT_EQ(index.documents(1).symbols_size(), 1);
}

TEST_P(ScipTest, TheExportPassesTheCheck) {
  Export();
  auto report = CheckScip(RealFileSystem(), output_, {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->problems, Strings{});
  EXPECT_EQ(report->documents, 3u);
  EXPECT_EQ(report->occurrences, 11u);
  EXPECT_EQ(report->symbols, 9u);
  EXPECT_EQ(report->relationships, 2u);
}

TEST_P(ScipTest, AFileChangedSinceIsReportedAndFailsTheCheck) {
  workspace_.Write("lib/b.cc", "\n");
  Export();
  EXPECT_EQ(report_.changed_files, 1u);
  EXPECT_FALSE(Check().empty());
}

TEST_P(ScipTest, CancellingLeavesTheOldFile) {
  std::ofstream(output_) << "old";
  const std::atomic<bool> cancelled = true;
  EXPECT_EQ(ExportScip(RealFileSystem(), Index(), Options(), &cancelled).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(Read(output_), "old");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(workspace_.root() + "/..")) {
    files += entry.path().filename().string().starts_with("index.scip");
  }
  EXPECT_EQ(files, 1);
}

TEST_P(ScipTest, TheCheckNoticesWhatIsWrong) {
  struct Case {
    const char* what;
    std::function<void(scip::Index&)> change;
  };
  auto occurrence = [](scip::Index& index) {
    return index.mutable_documents(0)->mutable_occurrences(0);
  };
  const Case cases[] = {
      {"no metadata", [](scip::Index& i) { i.clear_metadata(); }},
      {"no file: URI", [](scip::Index& i) { i.mutable_metadata()->set_project_root("/x"); }},
      {"no plain relative path",
       [](scip::Index& i) { i.mutable_documents(0)->set_relative_path("lib/../lib/a.cc"); }},
      {"occurs twice",
       [](scip::Index& i) { i.mutable_documents(0)->set_relative_path("lib/b.cc"); }},
      {"cannot read", [](scip::Index& i) { i.mutable_documents(0)->set_relative_path("gone.cc"); }},
      {"a range of 2 numbers",
       [&](scip::Index& i) { occurrence(i)->mutable_range()->RemoveLast(); }},
      {"out of order", [&](scip::Index& i) { occurrence(i)->set_range(2, 3); }},
      {"out of order", [&](scip::Index& i) { occurrence(i)->set_range(1, -1); }},
      {"beyond the text", [&](scip::Index& i) { occurrence(i)->set_range(2, 1000); }},
      {"beyond the text", [&](scip::Index& i) { occurrence(i)->set_range(0, 1000); }},
      {"does not enclose", [&](scip::Index& i) { occurrence(i)->set_enclosing_range(2, 12); }},
      {"unknown roles", [&](scip::Index& i) { occurrence(i)->set_symbol_roles(1 << 10); }},
      {"nothing describes", [&](scip::Index& i) { occurrence(i)->set_symbol("cxx . . . other#"); }},
      {"expected one of", [&](scip::Index& i) { occurrence(i)->set_symbol("cxx . . . other"); }},
      {"nothing describes", [](scip::Index& i) { i.clear_external_symbols(); }},
      {"described twice",
       [](scip::Index& i) { *i.add_external_symbols() = i.documents(0).symbols(0); }},
      {"says nothing",
       [](scip::Index& i) {
         i.mutable_external_symbols(0)->add_relationships()->set_symbol("cxx . . . n/");
       }},
      {"related to itself",
       [](scip::Index& i) {
         scip::SymbolInformation& symbol = *i.mutable_external_symbols(0);
         scip::Relationship& relationship = *symbol.add_relationships();
         relationship.set_symbol(symbol.symbol());
         relationship.set_is_reference(true);
       }},
      {"columns count", [](scip::Index& i) { i.mutable_documents(0)->clear_position_encoding(); }},
      {"no language", [](scip::Index& i) { i.mutable_documents(0)->clear_language(); }},
  };
  for (const Case& c : cases) {
    std::string all;
    for (const std::string& problem : Problems(c.change)) all += problem + "\n";
    EXPECT_NE(all.find(c.what), std::string::npos) << c.what << " not in:\n" << all;
  }
}

TEST_P(ScipTest, TheCheckNoticesACutFile) {
  Export();
  const std::string whole = Read(output_);
  // A cut between two pieces leaves a valid file with less in it; then something is not described, or the
  // metadata is gone. Only the very last pieces, which nothing mentions, could go unnoticed.
  for (size_t size = 0; size + 1 < whole.size(); size += 7) {
    std::ofstream(output_, std::ios::binary) << whole.substr(0, size);
    EXPECT_FALSE(Check().empty()) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Index, ScipTest, testing::Values("fake", "real"),
                         [](const auto& info) { return info.param; });

TEST(ScipGrammarTest, ParsesWhatItSpells) {
  const std::vector<ScipDescriptor> descriptors = {
      {ScipSuffix::kNamespace, "n", ""},
      {ScipSuffix::kType, "Box<a::b, `c`>", ""},
      {ScipSuffix::kMethod, "operator()", "1f"},
      {ScipSuffix::kParameter, "p", ""},
      {ScipSuffix::kTypeParameter, "T", ""},
      {ScipSuffix::kMacro, "M", ""},
      {ScipSuffix::kMeta, "a b", ""},
      {ScipSuffix::kTerm, "\xC3\xA4", ""},
      {ScipSuffix::kMethod, "f", ""},
      {ScipSuffix::kTerm, "`", ""},
  };
  std::string text = "cxx . two  words 1.0 ";
  for (const ScipDescriptor& d : descriptors) {
    AppendScipDescriptor(d.suffix, d.name, d.disambiguator, text);
  }
  EXPECT_EQ(
      text,
      "cxx . two  words 1.0 n/`Box<a::b, ``c``>`#`operator()`(1f).(p)[T]M!`a b`:`\xC3\xA4`.f()."
      "````.");
  absl::StatusOr<ScipSymbol> parsed = ParseScipSymbol(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, (ScipSymbol{"cxx", "", "two words", "1.0", descriptors, ""}));
  parsed = ParseScipSymbol("local 12");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->local, "12");
}

TEST(ScipGrammarTest, RefusesWhatIsNone) {
  for (const char* bad : {"",
                          "cxx",
                          "cxx . . .",
                          "cxx . . . ",
                          "cxx . .  a#",
                          "cxx . . . a",
                          "cxx . . . a b#",
                          "cxx . . . `a",
                          "cxx . . . `a`#",
                          "cxx . . . ``#",
                          "cxx . . . a(1)",
                          "cxx . . . a(1.",
                          "cxx . . . a(`1`).",
                          "cxx . . . [T",
                          "cxx . . . (p",
                          "cxx . . . #",
                          "cxx . . . a::b#",
                          "cxx . . . a<b>#",
                          "local ",
                          "local a b",
                          " . . . a#"}) {
    EXPECT_EQ(ParseScipSymbol(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(ValidUtf8Test, ReplacesOnlyWhatIsWrong) {
  EXPECT_EQ(ValidUtf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80"),
            "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80");
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(ValidUtf8("\xC3"), bad);
  EXPECT_EQ(ValidUtf8("\xC0\x80x"), bad + bad + "x");
  EXPECT_EQ(ValidUtf8("\xED\xA0\x80"), bad + bad + bad);
  EXPECT_EQ(ValidUtf8("\xF4\x90\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(ValidUtf8("\xE2\x82z"), bad + bad + "z");
}

}  // namespace
}  // namespace astrolabe
