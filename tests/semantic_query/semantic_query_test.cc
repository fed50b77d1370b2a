// Questions about symbols as a user asks them, and which tier answers when files change.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/semantic_query.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "base/strings.h"
#include "index/query/semantic_includes.h"
#include "tests/semantic_query/fake_semantic_index.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

using Lines = std::vector<std::string>;

constexpr char kHeader[] =
    "namespace n {\n"
    "struct [[Base|Base|def]] {\n"
    "  virtual int [[get|Base::get|decl|Base]](int key);\n"
    "};\n"
    "struct [[Derived|Derived|def]] : [[Base|Base|ref|Derived]] {\n"
    "  int [[get|Derived::get|decl|Derived]](int key) override;\n"
    "  int [[count_|count_|def|Derived]] = 0;\n"
    "};\n"
    "struct [[Last|Last|def]] : [[Derived|Derived|ref|Last]] {};\n"
    "}\n";
constexpr char kSource[] =
    "#include \"lib/n.h\"\n"
    "int n::Derived::[[get|Derived::get|def]](int key) {\n"
    "  [[count_|count_|write|Derived::get]] = 1;\n"
    "  return [[helper|helper|call|Derived::get]](key) + [[helper|helper|call|Derived::get]](1);\n"
    "}\n"
    "int [[helper|helper|def]](int x) { return x; }\n";
// Not in the semantic index, only in tier 0.
constexpr char kOther[] =
    "#include \"../lib/n.h\"\n"
    "int use(n::Derived* d) { return d->get(3); }\n"
    "namespace other { int get(); int helper() { return 1; } }\n";

// Runs on the fake index and on the real one with the same facts.
class SemanticQueryTest : public testing::TestWithParam<const char*> {
 protected:
  SemanticQueryTest() : fake_(workspace_.root()) {}

  void SetUp() override {
    auto method = [&](const char* key, const char* name, const char* scope) {
      fake_.AddSymbol(key, {.kind = SymbolKind::kMethod,
                            .access = Access::kPublic,
                            .flags = kSymbolVirtual,
                            .name = name,
                            .scope = scope,
                            .signature = "(int key)",
                            .type = "int",
                            .documentation = "Reads one.\nNever fails."});
    };
    for (const char* key : {"Base", "Derived", "Last"}) {
      fake_.AddSymbol(key, {.kind = SymbolKind::kStruct, .name = key, .scope = "n"});
    }
    method("Base::get", "get", "n::Base");
    method("Derived::get", "get", "n::Derived");
    fake_.AddSymbol("count_",
                    {.kind = SymbolKind::kField, .name = "count_", .scope = "n::Derived"});
    fake_.AddSymbol("helper",
                    {.kind = SymbolKind::kFunction, .name = "helper", .signature = "(int x)"});
    workspace_.Write("lib/n.h", FakeSemanticIndex::Unmarked(kHeader));
    workspace_.Write("lib/n.cc", FakeSemanticIndex::Unmarked(kSource));
    workspace_.Write("app/other.cc", kOther);
    fake_.Relate("Derived", RelationKind::kBase, "Base");
    fake_.Relate("Last", RelationKind::kBase, "Derived");
    fake_.Relate("Derived::get", RelationKind::kOverride, "Base::get");
    fake_.Relate("Derived::get", RelationKind::kMember, "Derived");
    fake_.Relate("count_", RelationKind::kMember, "Derived");
    fake_.AddFile("lib/n.h", kHeader);
    fake_.AddFile("lib/n.cc", kSource);
    fake_.AddInclude(0, "lib/n.h", "lib/n.h");
    fake_.AddUnit({"lib/n.cc", "lib/n.h"});
    workspace_.Index();
    snapshot_ = workspace_.Open();
  }

  QuerySources Sources() {
    const SemanticIndex* index = &fake_;
    if (std::string_view(GetParam()) == "real") {
      const std::string directory = workspace_.index_dir() + "/semantic";
      std::filesystem::remove_all(directory);
      fake_.WriteTo(directory);
      auto real = SemanticIndex::Open(RealFileSystem(), directory);
      EXPECT_TRUE(real.ok()) << real.status();
      if (real.ok()) real_ = *real;
      index = real_.get();
    }
    return {index, snapshot_.get(), workspace_.root()};
  }

  // One line for each hit: "tier path:line:column name [container]".
  Lines Ask(SemanticQuestion question, const std::string& argument, bool transitive = false,
            size_t limit = 0) {
    return AskOf(Sources(), question, argument, transitive, limit);
  }
  Lines AskOf(const QuerySources& sources, SemanticQuestion question, const std::string& argument,
              bool transitive = false, size_t limit = 0) {
    SemanticRequest request;
    request.question = question;
    request.transitive = transitive;
    request.limit = limit;
    request.with_lines = true;
    absl::StatusOr<SymbolArgument> parsed = ParseSymbolArgument(argument);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    if (!parsed.ok()) return {};
    request.argument = *parsed;
    Lines lines;
    auto summary = AskSemantic(sources, request, [&](const SemanticHit& hit) {
      std::string line =
          StrCat(hit.tier, " ", hit.path, ":", hit.begin.line + 1, ":", hit.begin.column + 1, " ",
                 hit.symbol ? hit.symbol->Qualified() : hit.name);
      if (hit.container) line += StrCat(" in ", hit.container->Qualified());
      if (hit.stale) line += " stale";
      lines.push_back(line);
      last_ = hit;
    });
    EXPECT_TRUE(summary.ok()) << summary.status();
    if (summary.ok()) summary_ = *summary;
    return lines;
  }

  TempWorkspace workspace_;
  FakeSemanticIndex fake_;
  std::shared_ptr<const SemanticIndex> real_;
  std::shared_ptr<const Snapshot> snapshot_;
  SemanticHit last_;
  SemanticSummary summary_;
};

TEST_P(SemanticQueryTest, DefinitionByQualifiedName) {
  EXPECT_EQ(Ask(SemanticQuestion::kDefinition, "n::Derived::get"),
            (Lines{"1 lib/n.cc:2:17 n::Derived::get"}));
  EXPECT_EQ(last_.text, "int n::Derived::get(int key) {");
  EXPECT_EQ(last_.extent_end, (Position{1, 30}));
  EXPECT_EQ(Ask(SemanticQuestion::kDefinition, "Derived::get"),
            (Lines{"1 lib/n.cc:2:17 n::Derived::get"}));
}

TEST_P(SemanticQueryTest, AnonymousTypeArgumentsAndInlineNamespacesNeedNotBeTyped) {
  fake_.AddSymbol("odd", {.kind = SymbolKind::kVariable,
                          .name = "odd",
                          .scope = "n::(anonymous)::v1::Box<int, std::pair<a, b>>"});
  workspace_.Write("odd.cc", "int odd;\n");
  fake_.AddFile("odd.cc", "int [[odd|odd|def]];\n");
  for (const char* name : {"odd", "Box::odd", "v1::Box::odd", "n::v1::Box::odd", "n::Box::odd",
                           "Box<int, std::pair<a, b>>::odd", "::n::v1::Box::odd"}) {
    Ask(SemanticQuestion::kDeclaration, name);
    EXPECT_EQ(summary_.symbols.size(), 1u) << name;
  }
  for (const char* name : {"::odd", "Box::n::odd", "::n::Box::odd", "m::odd"}) {
    Ask(SemanticQuestion::kDeclaration, name);
    EXPECT_EQ(summary_.symbols.size(), 0u) << name;
  }
}

TEST_P(SemanticQueryTest, AnAmbiguousNameMeansAllAndTierZeroAddsTheRest) {
  EXPECT_EQ(Ask(SemanticQuestion::kDeclaration, "get"),
            (Lines{"1 lib/n.h:3:15 n::Base::get in n::Base",
                   "1 lib/n.h:6:7 n::Derived::get in n::Derived", "0 app/other.cc:3:23 get"}));
  EXPECT_EQ(summary_.symbols.size(), 2u);
}

TEST_P(SemanticQueryTest, UsrAndPlaceMeanOneSymbol) {
  EXPECT_EQ(Ask(SemanticQuestion::kDeclaration, "c:@Base::get"),
            (Lines{"1 lib/n.h:3:15 n::Base::get in n::Base"}));
  EXPECT_EQ(Ask(SemanticQuestion::kDefinition, "lib/n.cc:4:12"),
            (Lines{"1 lib/n.cc:6:5 helper", "0 app/other.cc:3:34 helper"}));
  EXPECT_EQ(Ask(SemanticQuestion::kDefinition, "lib/n.cc:4:1"), Lines{});
  ASSERT_EQ(summary_.notes.size(), 1u);
  EXPECT_NE(summary_.notes[0].find("lib/n.cc:4:1"), std::string::npos);
}

TEST_P(SemanticQueryTest, ReferencesMergeTheTiers) {
  EXPECT_EQ(Ask(SemanticQuestion::kReferences, "helper"),
            (Lines{"1 lib/n.cc:4:10 helper in n::Derived::get",
                   "1 lib/n.cc:4:24 helper in n::Derived::get", "1 lib/n.cc:6:5 helper",
                   "0 app/other.cc:3:34 helper"}));
  EXPECT_EQ(summary_.hits[0], 1u);
  EXPECT_EQ(summary_.hits[1], 3u);
}

TEST_P(SemanticQueryTest, LimitCountsBothTiers) {
  EXPECT_EQ(Ask(SemanticQuestion::kReferences, "helper", false, 3).size(), 3u);
  EXPECT_TRUE(summary_.truncated);
  EXPECT_EQ(Ask(SemanticQuestion::kReferences, "helper", false, 4).size(), 4u);
  EXPECT_FALSE(summary_.truncated);
}

TEST_P(SemanticQueryTest, WhenItIsCancelledItEndsWithWhatItHas) {
  const QuerySources sources = Sources();
  SemanticRequest request;
  request.question = SemanticQuestion::kReferences;
  request.argument = NameArgument{{}, "helper", false};
  std::atomic<bool> cancelled = false;
  int hits = 0;
  const auto ask = [&] {
    return AskSemantic(
        sources, request,
        [&](const SemanticHit&) {
          ++hits;
          cancelled = true;
        },
        &cancelled);
  };
  EXPECT_TRUE(ask().ok());
  EXPECT_EQ(hits, 1);
  EXPECT_TRUE(ask().ok());
  EXPECT_EQ(hits, 1) << "it was cancelled before";
}

TEST_P(SemanticQueryTest, AChangedFileIsAnsweredByTierZero) {
  workspace_.Write("lib/n.cc", "// shifted\n" + FakeSemanticIndex::Unmarked(kSource));
  workspace_.Index();
  snapshot_ = workspace_.Open();
  EXPECT_EQ(Ask(SemanticQuestion::kReferences, "helper"),
            (Lines{"0 app/other.cc:3:34 helper", "0 lib/n.cc:5:10 helper", "0 lib/n.cc:5:24 helper",
                   "0 lib/n.cc:7:5 helper"}));
  EXPECT_EQ(Ask(SemanticQuestion::kDefinition, "helper"),
            (Lines{"0 app/other.cc:3:34 helper", "0 lib/n.cc:7:5 helper"}));
  // What only tier 1 knows is told as it was, and marked.
  EXPECT_EQ(Ask(SemanticQuestion::kCallers, "helper"),
            (Lines{"1 lib/n.cc:4:10 helper in n::Derived::get stale",
                   "1 lib/n.cc:4:24 helper in n::Derived::get stale"}));
  ASSERT_EQ(summary_.notes.size(), 1u);
  // A place in a changed file means the name that stands there now.
  EXPECT_EQ(Ask(SemanticQuestion::kHover, "lib/n.cc:7:5"), (Lines{"1 lib/n.cc:6:5 helper stale"}));
}

TEST_P(SemanticQueryTest, ATouchedFileIsNoChangedFile) {
  workspace_.Write("lib/n.cc", FakeSemanticIndex::Unmarked(kSource));
  std::filesystem::last_write_time(
      workspace_.root() + "/lib/n.cc",
      std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  EXPECT_EQ(Ask(SemanticQuestion::kCallers, "helper"),
            (Lines{"1 lib/n.cc:4:10 helper in n::Derived::get",
                   "1 lib/n.cc:4:24 helper in n::Derived::get"}));
}

TEST_P(SemanticQueryTest, ANameThatTierOneDoesNotKnowIsLookedForEverywhere) {
  EXPECT_EQ(Ask(SemanticQuestion::kReferences, "key"),
            (Lines{"0 lib/n.cc:2:25 key", "0 lib/n.cc:4:17 key", "0 lib/n.h:3:23 key",
                   "0 lib/n.h:6:15 key"}));
  ASSERT_EQ(summary_.notes.size(), 1u);
  EXPECT_EQ(Ask(SemanticQuestion::kReferences, "operator=="), Lines{});
}

TEST_P(SemanticQueryTest, WithoutSemanticIndexNamesAnswer) {
  const QuerySources sources = {nullptr, snapshot_.get(), workspace_.root()};
  EXPECT_EQ(AskOf(sources, SemanticQuestion::kReferences, "helper"),
            (Lines{"0 app/other.cc:3:34 helper", "0 lib/n.cc:4:10 helper", "0 lib/n.cc:4:24 helper",
                   "0 lib/n.cc:6:5 helper"}));
  EXPECT_EQ(AskOf(sources, SemanticQuestion::kDefinition, "lib/n.cc:4:12"),
            (Lines{"0 app/other.cc:3:34 helper", "0 lib/n.cc:6:5 helper"}));
  SemanticRequest request;
  request.question = SemanticQuestion::kCallers;
  request.argument = NameArgument{{}, "helper", false};
  EXPECT_EQ(AskSemantic(sources, request, [](const SemanticHit&) {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(SemanticQueryTest, DeclaringFiles) {
  const QuerySources sources = Sources();
  const auto files = [&](SymbolId id) { return sources.semantic->DeclaringFiles(id); };
  using Paths = std::vector<std::string_view>;
  EXPECT_EQ(files(fake_.Id("Base")), (Paths{"lib/n.h"}));
  EXPECT_EQ(files(fake_.Id("helper")), (Paths{"lib/n.cc"}));
  EXPECT_EQ(files(fake_.Id("Derived::get")).size(), 2u);
  EXPECT_EQ(files(1), Paths());
}

TEST_P(SemanticQueryTest, WhatThePlacesDoNotNeedIsLeftOut) {
  const QuerySources sources = Sources();
  SemanticRequest request;
  request.question = SemanticQuestion::kReferences;
  request.argument = NameArgument{{}, "helper", false};
  request.with_containers = false;
  int hits = 0;
  ASSERT_TRUE(AskSemantic(sources, request, [&](const SemanticHit& hit) {
                ++hits;
                if (hit.tier == 1) EXPECT_EQ(hit.text, "");
                EXPECT_EQ(hit.container, nullptr);
              }).ok());
  EXPECT_GT(hits, 2);
}

TEST_P(SemanticQueryTest, CallersAndCallees) {
  EXPECT_EQ(Ask(SemanticQuestion::kCallers, "helper"),
            (Lines{"1 lib/n.cc:4:10 helper in n::Derived::get",
                   "1 lib/n.cc:4:24 helper in n::Derived::get"}));
  EXPECT_EQ(Ask(SemanticQuestion::kCallees, "Derived::get"),
            (Lines{"1 lib/n.cc:4:10 helper in n::Derived::get",
                   "1 lib/n.cc:4:24 helper in n::Derived::get"}));
  EXPECT_EQ(Ask(SemanticQuestion::kCallers, "Derived::get"), Lines{});
}

TEST_P(SemanticQueryTest, Hierarchies) {
  EXPECT_EQ(Ask(SemanticQuestion::kBases, "Last"), (Lines{"1 lib/n.h:5:8 n::Derived"}));
  EXPECT_EQ(Ask(SemanticQuestion::kBases, "Last", true),
            (Lines{"1 lib/n.h:5:8 n::Derived", "1 lib/n.h:2:8 n::Base"}));
  EXPECT_EQ(Ask(SemanticQuestion::kDerived, "Base"), (Lines{"1 lib/n.h:5:8 n::Derived"}));
  EXPECT_EQ(Ask(SemanticQuestion::kDerived, "Base", true),
            (Lines{"1 lib/n.h:5:8 n::Derived", "1 lib/n.h:9:8 n::Last"}));
  EXPECT_EQ(last_.depth, 2u);
  EXPECT_EQ(Ask(SemanticQuestion::kOverrides, "Derived::get"),
            (Lines{"1 lib/n.h:3:15 n::Base::get in n::Base"}));
  EXPECT_EQ(last_.relation, HitRelation::kOverridden);
  EXPECT_EQ(Ask(SemanticQuestion::kOverrides, "Base::get"),
            (Lines{"1 lib/n.cc:2:17 n::Derived::get"}));
  EXPECT_EQ(last_.relation, HitRelation::kOverrider);
  EXPECT_EQ(Ask(SemanticQuestion::kMembers, "Derived"),
            (Lines{"1 lib/n.h:6:7 n::Derived::get in n::Derived",
                   "1 lib/n.h:7:7 n::Derived::count_ in n::Derived"}));
}

TEST_P(SemanticQueryTest, HierarchiesThatGoInCirclesEnd) {
  fake_.Relate("Base", RelationKind::kBase, "Last");
  fake_.AddFile("lib/n.h", kHeader);
  EXPECT_EQ(Ask(SemanticQuestion::kDerived, "Base", true).size(), 2u);
}

TEST_P(SemanticQueryTest, HoverTellsWhatASymbolIs) {
  EXPECT_EQ(Ask(SemanticQuestion::kHover, "Derived::get"),
            (Lines{"1 lib/n.cc:2:17 n::Derived::get"}));
  EXPECT_EQ(last_.symbol->documentation, "Reads one.\nNever fails.");
  EXPECT_EQ(last_.symbol->type, "int");
}

TEST_P(SemanticQueryTest, Includes) {
  auto lines = [](const IncludeAnswer& answer) {
    EXPECT_TRUE(answer.known);
    Lines found;
    for (const IncludeHit& hit : answer.hits) {
      const bool directive = hit.line != IncludeHit::kNoLine;
      found.push_back(StrCat(hit.tier, " ", hit.path, directive ? StrCat(":", hit.line + 1) : "",
                             " ", hit.spelled, " -> ", hit.resolved));
    }
    return found;
  };
  EXPECT_EQ(lines(FindIncludes(Sources(), "lib/n.cc")), (Lines{"1 lib/n.cc:1 lib/n.h -> lib/n.h"}));
  EXPECT_EQ(lines(FindIncludes(Sources(), "app/other.cc")),
            (Lines{"0 app/other.cc:1 ../lib/n.h -> "}));
  EXPECT_EQ(lines(FindIncluders(Sources(), "lib/n.h", false)),
            (Lines{"0 app/other.cc:1 ../lib/n.h -> ", "1 lib/n.cc:1 lib/n.h -> lib/n.h"}));
  EXPECT_EQ(lines(FindIncluders(Sources(), "lib/n.h", true)), (Lines{"1 lib/n.cc  -> lib/n.h"}));
  EXPECT_FALSE(FindIncludes(Sources(), "nowhere.h").known);
}

TEST_P(SemanticQueryTest, AnIncludeOfAnotherFileOfThatNameIsNoIncluder) {
  workspace_.Write("more/n.h", "int more;\n");
  workspace_.Write("more/more.cc", "#include \"n.h\"\n");
  fake_.AddFile("more/more.cc", "#include \"n.h\"\n");
  fake_.AddInclude(0, "n.h", "more/n.h");
  workspace_.Index();
  snapshot_ = workspace_.Open();
  for (const IncludeHit& hit : FindIncluders(Sources(), "lib/n.h", false).hits) {
    EXPECT_NE(hit.path, "more/more.cc");
  }
  EXPECT_EQ(FindIncluders(Sources(), "more/n.h", false).hits.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Index, SemanticQueryTest, testing::Values("fake", "real"),
                         [](const auto& info) { return info.param; });

TEST(SymbolArgumentTest, WhatIsWhat) {
  auto name = [](std::string_view text) {
    auto parsed = ParseSymbolArgument(text);
    const auto* found = parsed.ok() ? std::get_if<NameArgument>(&*parsed) : nullptr;
    return found ? found->Spelled() : "no name";
  };
  EXPECT_EQ(name("Get"), "Get");
  EXPECT_EQ(name("::a::b<c::d>::e"), "::a::b::e");
  EXPECT_EQ(name("a::~B"), "a::~B");
  EXPECT_EQ(name("a::b()"), "a::b");
  EXPECT_EQ(name("a::operator()"), "a::operator()");
  EXPECT_EQ(name("a::operator std::string"), "a::operator std::string");
  EXPECT_EQ(name("a::operator<"), "a::operator<");
  EXPECT_EQ(name("my_operator::x"), "my_operator::x");
  EXPECT_EQ(name("(anonymous namespace)::x"), "x");
  EXPECT_EQ(name("c::d"), "c::d");
  auto place = ParseSymbolArgument("dir/a b.cc:12:7");
  ASSERT_TRUE(place.ok());
  EXPECT_EQ(std::get<PlaceArgument>(*place).path, "dir/a b.cc");
  EXPECT_EQ(std::get<PlaceArgument>(*place).position, (Position{11, 6}));
  auto usr = ParseSymbolArgument("c:a.cc@12@macro@X");
  ASSERT_TRUE(usr.ok());
  EXPECT_EQ(std::get<UsrArgument>(*usr).usr, "c:a.cc@12@macro@X");
  for (const char* bad : {"", "::", "a::", "a::::b", "a.cc:12", "a.cc:0:1", "dir/a.cc"}) {
    EXPECT_EQ(ParseSymbolArgument(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace astrolabe
