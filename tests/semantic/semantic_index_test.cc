// Every question of SemanticIndex, over one segment, over several, and over variants of a header.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/semantic_index.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/memory_file_system.h"
#include "base/strings.h"
#include "index/semantic/semantic_writer.h"
#include "tests/semantic/sample_facts.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

// A workspace of two units and a header, committed once or unit by unit.
class SemanticIndexTest : public testing::TestWithParam<bool> {
 protected:
  SemanticIndexTest() {
    auto writer = SemanticWriter::Open(fs_, "/s", {.tool_version = "1", .owner = "test"});
    EXPECT_TRUE(writer.ok()) << writer.status();

    FactsBuilder header("src/shape.h", 10, 1);
    shape_ = header.Declare(2, "", "Shape", kRoleDefinition);
    area_ = header.Declare(3, "Shape", "Area", 0, "How large it is.");
    header.Relate(area_, RelationKind::kMember, shape_);
    FactsBuilder other_variant("src/shape.h", 10, 2);
    other_variant.Declare(2, "", "Shape", kRoleDefinition);
    other_variant.Declare(9, "Shape", "Debug");

    FactsBuilder circle("src/circle.cc", 11);
    circle.Include(0, "shape.h", "src/shape.h");
    circle_ = circle.Declare(4, "", "Circle", kRoleDefinition);
    circle_area_ = circle.Declare(5, "Circle", "Area", kRoleDefinition);
    circle.Refer(4, 20, shape_, kRoleReference);
    circle.Refer(6, 8, area_, kRoleReference | kRoleCall, circle_area_, 4);
    circle.Refer(6, 8, shape_, kRoleReference | kRoleImplicit, circle_area_, 0);
    circle.Relate(circle_, RelationKind::kBase, shape_);
    circle.Relate(circle_area_, RelationKind::kOverride, area_);

    FactsBuilder main("src/main.cc", 12);
    main.Include(0, "shape.h", "src/shape.h");
    main_ = main.Declare(2, "", "main", kRoleDefinition);
    main.Refer(3, 2, area_, kRoleReference | kRoleCall, main_, 4);
    main.Refer(4, 2, area_, kRoleReference | kRoleAddressOf, main_, 4);

    auto add = [&](const std::string& shard) {
      EXPECT_TRUE((*writer)->Add(shard).ok());
      if (GetParam()) EXPECT_TRUE((*writer)->Commit().ok());
    };
    add(MakeShard("src/circle.cc", 1,
                  {{"src/circle.cc", 11}, {"/usr/include/math.h", 90}, {"src/shape.h", 10}},
                  {circle.Encode(), header.Encode()}));
    add(MakeShard("src/main.cc", 2,
                  {{"src/main.cc", 12}, {"src/config.h", 91}, {"src/shape.h", 10}},
                  {main.Encode(), other_variant.Encode()}, ParseOutcome::kPlain));
    if (!GetParam()) EXPECT_TRUE((*writer)->Commit().ok());
    auto index = SemanticIndex::Open(fs_, "/s");
    EXPECT_TRUE(index.ok()) << index.status();
    index_ = *std::move(index);
    usrs_ = {{IdOf(shape_), "Shape"},   {IdOf(area_), "Shape::Area"},
             {IdOf(circle_), "Circle"}, {IdOf(circle_area_), "Circle::Area"},
             {IdOf(main_), "main"},     {0, "-"}};
    // The builders go; the views of the USRs must not.
    shape_ = "c:@Shape";
    area_ = "c:Shape@Area";
    circle_ = "c:@Circle";
    circle_area_ = "c:Circle@Area";
    main_ = "c:@main";
  }

  std::string Text(const FoundOccurrence& it) {
    return StrCat(it.path, ":", it.begin.line, ":", it.begin.column, "+", it.length, " ",
                  usrs_[it.symbol], " in ", usrs_[it.container], " roles ", it.roles);
  }
  Strings Occurrences(std::string_view usr, RoleSet roles = 0) {
    Strings found;
    index_->Occurrences(IdOf(usr), roles, [&](const FoundOccurrence& it) {
      found.push_back(Text(it));
      return true;
    });
    return found;
  }
  Strings Relations(std::string_view usr, RelationKind kind, bool as_object) {
    Strings found;
    for (const FoundRelation& it : index_->RelationsOf(IdOf(usr), kind, as_object)) {
      found.push_back(StrCat(usrs_[it.subject], " ", usrs_[it.object]));
    }
    return found;
  }

  MemoryFileSystem fs_;
  std::string_view shape_, area_, circle_, circle_area_, main_;
  std::map<SymbolId, std::string> usrs_;
  std::shared_ptr<const SemanticIndex> index_;
};

INSTANTIATE_TEST_SUITE_P(OneAndManyCommits, SemanticIndexTest, testing::Bool());

TEST_P(SemanticIndexTest, UnitsAndTheirClosures) {
  std::vector<IndexedUnit> units;
  index_->ForEachUnit([&](const IndexedUnit& unit) {
    units.push_back(unit);
    return true;
  });
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[0].path, "src/circle.cc");
  EXPECT_EQ(units[0].command_digest, 1u);
  EXPECT_EQ(units[0].outcome, ParseOutcome::kZygote);
  EXPECT_EQ(units[1].outcome, ParseOutcome::kPlain);
  Strings closure;
  for (const ClosureFile& file : index_->Closure(units[0].id)) {
    closure.push_back(StrCat(file.path, "@", file.state.digest));
    EXPECT_EQ(file.state, StateOf(file.state.digest));
  }
  EXPECT_EQ(closure, (Strings{"src/circle.cc@11", "/usr/include/math.h@90", "src/shape.h@10"}));
  EXPECT_EQ(index_->UnitsIncluding("src/shape.h"),
            (std::vector<uint32_t>{units[0].id, units[1].id}));
  EXPECT_EQ(index_->UnitsIncluding("src/config.h"), std::vector<uint32_t>{units[1].id});
  EXPECT_EQ(index_->UnitsIncluding("src/main.cc"), std::vector<uint32_t>{units[1].id});
  EXPECT_EQ(index_->UnitsIncluding("nowhere.h"), std::vector<uint32_t>{});
  int visited = 0;
  index_->ForEachUnit([&](const IndexedUnit&) { return ++visited < 1; });
  EXPECT_EQ(visited, 1);
  EXPECT_TRUE(index_->Closure(1000).empty());
}

TEST_P(SemanticIndexTest, FilesAndTheirFacts) {
  Strings files;
  std::set<uint32_t> ids;
  index_->ForEachFile([&](const IndexedFile& file) {
    files.push_back(StrCat(file.path, " ", file.variant));
    ids.insert(file.id);
    Arena arena;
    absl::StatusOr<FileFacts> facts = index_->Facts(file.id, arena);
    EXPECT_TRUE(facts.ok()) << facts.status();
    EXPECT_EQ(facts->path, file.path);
    EXPECT_EQ(facts->state, file.state);
    EXPECT_EQ(facts->variant, file.variant);
    EXPECT_FALSE(facts->symbols.empty());
    return true;
  });
  EXPECT_EQ(files, (Strings{"src/circle.cc 0", "src/main.cc 0", "src/shape.h 1", "src/shape.h 2"}));
  EXPECT_EQ(ids.size(), 4u);
  EXPECT_EQ(index_->FindFile("src/shape.h").size(), 2u);
  EXPECT_EQ(index_->FindFile("src/main.cc").size(), 1u);
  EXPECT_TRUE(index_->FindFile("src/config.h").empty()) << "read, but no facts";
  EXPECT_TRUE(index_->FindFile("").empty());
  Arena arena;
  EXPECT_TRUE(absl::IsNotFound(index_->Facts(1000, arena).status()));
}

TEST_P(SemanticIndexTest, FactsComeBackWhole) {
  std::deque<std::string> strings;
  for (uint32_t seed : {1u, 2u, 3u, 4u}) {
    FileFacts facts = RandomFacts(seed, 200, strings);
    const std::string path(facts.path);
    auto writer = SemanticWriter::Open(fs_, "/s", {.tool_version = "1", .owner = "test"});
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE(
        (*writer)
            ->Add(MakeShard(path, 1, {{path, facts.state.digest}}, {EncodeFileFacts(facts)}))
            .ok());
    ASSERT_TRUE((*writer)->Commit().ok());
    auto index = SemanticIndex::Open(fs_, "/s");
    Arena arena;
    absl::StatusOr<FileFacts> stored = (*index)->Facts((*index)->FindFile(path)[0].id, arena);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_TRUE(SameFacts(facts, *stored));
    // And what the directory says of every symbol is what the facts say.
    for (uint32_t symbol = 0; symbol < facts.symbol_ids.size(); ++symbol) {
      size_t expected = 0;
      for (const Occurrence& it : facts.occurrences) expected += it.symbol == symbol ? 1 : 0;
      std::set<std::pair<Position, uint32_t>> places;
      (*index)->Occurrences(facts.symbol_ids[symbol], 0, [&](const FoundOccurrence& it) {
        if (it.path == path) places.insert({it.begin, it.length});
        return true;
      });
      EXPECT_EQ(places.size(), expected);
    }
    for (const SymbolFacts& symbol : facts.symbols) {
      std::vector<SymbolId> named = (*index)->FindByName(symbol.name);
      EXPECT_EQ(std::count(named.begin(), named.end(), symbol.id), 1);
    }
  }
}

TEST_P(SemanticIndexTest, SymbolsByName) {
  std::vector<SymbolId> areas = {IdOf(area_), IdOf(circle_area_)};
  std::sort(areas.begin(), areas.end());
  EXPECT_EQ(index_->FindByName("Area"), areas);
  EXPECT_EQ(index_->FindByName("Shape"), std::vector<SymbolId>{IdOf(shape_)});
  EXPECT_TRUE(index_->FindByName("area").empty());
  EXPECT_TRUE(index_->FindByName("").empty());
}

TEST_P(SemanticIndexTest, TheSummaryPrefersTheDocumentedDeclaration) {
  std::optional<SymbolSummary> area = index_->Summary(IdOf(area_));
  ASSERT_TRUE(area.has_value());
  const SymbolSummary moved = *std::move(area);
  EXPECT_EQ(moved.facts.name, "Area");
  EXPECT_EQ(moved.facts.scope, "Shape");
  EXPECT_EQ(moved.facts.usr, "c:Shape@Area");
  EXPECT_EQ(moved.facts.signature, "(int a)");
  EXPECT_EQ(moved.facts.documentation, "How large it is.");
  EXPECT_EQ(index_->Summary(IdOf(main_))->facts.name, "main");
  EXPECT_FALSE(index_->Summary(IdOf("c:unknown")).has_value());
  EXPECT_FALSE(index_->Summary(0).has_value());
}

TEST_P(SemanticIndexTest, OccurrencesByRole) {
  EXPECT_EQ(Occurrences(area_), (Strings{"src/circle.cc:6:8+4 Shape::Area in Circle::Area roles 36",
                                         "src/main.cc:3:2+4 Shape::Area in main roles 36",
                                         "src/main.cc:4:2+4 Shape::Area in main roles 132",
                                         "src/shape.h:3:5+4 Shape::Area in - roles 1"}));
  EXPECT_EQ(Occurrences(area_, kRoleDeclaration),
            Strings{"src/shape.h:3:5+4 Shape::Area in - roles 1"});
  EXPECT_EQ(Occurrences(area_, kRoleAddressOf | kRoleWrite),
            Strings{"src/main.cc:4:2+4 Shape::Area in main roles 132"});
  EXPECT_EQ(Occurrences("c:unknown"), Strings{});
  // Both variants of the header define it, at the same place.
  EXPECT_EQ(Occurrences(shape_, kRoleDefinition), Strings{"src/shape.h:2:5+5 Shape in - roles 3"});
  int visited = 0;
  index_->Occurrences(IdOf(area_), 0, [&](const FoundOccurrence&) { return ++visited < 2; });
  EXPECT_EQ(visited, 2);
}

TEST_P(SemanticIndexTest, ADeclarationsOccurrenceHasItsExtent) {
  index_->Occurrences(IdOf(area_), 0, [&](const FoundOccurrence& it) {
    const bool declares = (it.roles & kRoleDeclaration) != 0;
    EXPECT_EQ(it.extent_begin, declares ? (Position{3, 0}) : it.begin);
    EXPECT_EQ(it.extent_end, declares ? (Position{5, 1}) : it.begin);
    return true;
  });
}

TEST_P(SemanticIndexTest, WhatAContainerContains) {
  Strings found;
  index_->Contained(IdOf(circle_area_), 0, [&](const FoundOccurrence& it) {
    found.push_back(Text(it));
    return true;
  });
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (Strings{"src/circle.cc:6:8+0 Shape in Circle::Area roles 260",
                            "src/circle.cc:6:8+4 Shape::Area in Circle::Area roles 36"}));
  found.clear();
  index_->Contained(IdOf(main_), kRoleCall, [&](const FoundOccurrence& it) {
    found.push_back(Text(it));
    return true;
  });
  EXPECT_EQ(found, Strings{"src/main.cc:3:2+4 Shape::Area in main roles 36"});
}

TEST_P(SemanticIndexTest, Relations) {
  EXPECT_EQ(Relations(shape_, RelationKind::kBase, true), Strings{"Circle Shape"});
  EXPECT_EQ(Relations(shape_, RelationKind::kBase, false), Strings{});
  EXPECT_EQ(Relations(circle_, RelationKind::kBase, false), Strings{"Circle Shape"});
  EXPECT_EQ(Relations(area_, RelationKind::kOverride, true), Strings{"Circle::Area Shape::Area"});
  EXPECT_EQ(Relations(shape_, RelationKind::kMember, true), Strings{"Shape::Area Shape"});
}

TEST_P(SemanticIndexTest, SymbolsAtAPlace) {
  auto at = [this](std::string_view path, Position position) {
    Strings found;
    for (const FoundOccurrence& it : index_->At(path, position)) found.push_back(Text(it));
    return found;
  };
  EXPECT_EQ(at("src/circle.cc", {6, 8}),
            (Strings{"src/circle.cc:6:8+4 Shape::Area in Circle::Area roles 36",
                     "src/circle.cc:6:8+0 Shape in Circle::Area roles 260"}))
      << "the explicit before the implicit";
  EXPECT_EQ(at("src/circle.cc", {6, 11}),
            Strings{"src/circle.cc:6:8+4 Shape::Area in Circle::Area roles 36"});
  EXPECT_EQ(at("src/circle.cc", {6, 12}), Strings{});
  EXPECT_EQ(at("src/circle.cc", {6, 7}), Strings{});
  EXPECT_EQ(at("src/circle.cc", {60, 8}), Strings{});
  EXPECT_EQ(at("src/shape.h", {2, 6}), Strings{"src/shape.h:2:5+5 Shape in - roles 3"});
  EXPECT_EQ(at("nowhere", {0, 0}), Strings{});
}

TEST_P(SemanticIndexTest, NothingWasDamaged) { EXPECT_TRUE(index_->damage().ok()); }

}  // namespace
}  // namespace astrolabe
