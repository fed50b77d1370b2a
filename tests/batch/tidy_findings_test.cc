// Findings of many units as one list, and the fixes that go together.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/tidy_findings.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

constexpr char kFile[] = "/w/a.cc";
constexpr char kText[] = "0123456789";

TidyFinding Finding(uint64_t offset, std::vector<TidyEdit> edits) {
  TidyFinding finding;
  finding.path = kFile;
  finding.offset = offset;
  finding.check = "check";
  finding.message = "it is wrong";
  finding.edits = std::move(edits);
  return finding;
}

TidyEdit Edit(uint64_t offset, uint64_t length, const std::string& text) {
  return {kFile, offset, length, text};
}

// What is left of the text once the fixes that go together are applied.
std::string Applied(const std::vector<TidyFinding>& findings, size_t conflicts = 0) {
  ChosenFixes chosen = ChooseFixes(findings, "/w");
  EXPECT_EQ(chosen.conflicting.size(), conflicts);
  return ApplyEdits(kText, chosen.edits[kFile]);
}

TEST(TidyFindings, TheSameOfTwoUnitsIsOne) {
  TidyFindings findings;
  findings.Add({Finding(1, {Edit(1, 1, "x")}), Finding(0, {})}, /*fixes=*/true);
  findings.Add({Finding(1, {Edit(1, 1, "x"), Edit(5, 1, "y")})}, /*fixes=*/true);
  std::vector<TidyFinding> all = findings.Take();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].offset, 0u);
  EXPECT_EQ(all[1].edits, (std::vector{Edit(1, 1, "x"), Edit(5, 1, "y")}));
  EXPECT_TRUE(findings.Take().empty());
}

TEST(TidyFindings, AUnitWithErrorsGivesNoFixes) {
  TidyFindings findings;
  findings.Add({Finding(1, {Edit(1, 1, "x")})}, /*fixes=*/false);
  EXPECT_TRUE(findings.Take()[0].edits.empty());
}

TEST(ChooseFixes, ApartAllAreApplied) {
  EXPECT_EQ(Applied({Finding(4, {Edit(4, 2, "x")}), Finding(1, {Edit(1, 1, ""), Edit(8, 0, "y")})}),
            "023x67y89");
}

TEST(ChooseFixes, TouchingIsNotOverlapping) {
  EXPECT_EQ(Applied({Finding(1, {Edit(1, 2, "x")}), Finding(3, {Edit(3, 2, "y")}),
                     Finding(5, {Edit(5, 0, "z")})}),
            "0xyz56789");
}

TEST(ChooseFixes, OfThoseThatOverlapTheFirstIsAppliedAndTheOtherNotAtAll) {
  EXPECT_EQ(Applied({Finding(1, {Edit(1, 3, "x")}), Finding(2, {Edit(3, 2, "y"), Edit(8, 1, "z")})},
                    /*conflicts=*/1),
            "0x456789");
}

TEST(ChooseFixes, ALongOneFarAheadOverlapsToo) {
  EXPECT_EQ(Applied({Finding(0, {Edit(0, 9, "x")}), Finding(1, {Edit(1, 1, "y")}),
                     Finding(5, {Edit(5, 0, "z")})},
                    /*conflicts=*/2),
            "x9");
}

TEST(ChooseFixes, EqualEditsOfTwoFixesAreOne) {
  EXPECT_EQ(Applied({Finding(1, {Edit(0, 0, "#"), Edit(1, 1, "x")}),
                     Finding(2, {Edit(0, 0, "#"), Edit(2, 1, "y")})}),
            "#0xy3456789");
}

TEST(ChooseFixes, InsertionsAtOnePlaceComeInOrder) {
  EXPECT_EQ(Applied({Finding(1, {Edit(3, 0, "(")}), Finding(2, {Edit(3, 0, "[")}),
                     Finding(3, {Edit(3, 1, "x")})}),
            "012([x456789");
}

TEST(ChooseFixes, NothingOutsideTheRootIsTouched) {
  std::vector<TidyFinding> findings = {
      Finding(1, {Edit(1, 1, "x"), {"/usr/include/a.h", 0, 0, "y"}})};
  ChosenFixes chosen = ChooseFixes(findings, "/w");
  EXPECT_TRUE(chosen.edits.empty());
  EXPECT_EQ(chosen.conflicting.size(), 1u);
}

TEST(ApplyEdits, WhatTheTextIsTooShortForIsLeftOut) {
  EXPECT_EQ(ApplyEdits("abc", {Edit(1, 1, "x"), Edit(2, 2, "y"), Edit(9, 0, "z")}), "axc");
}

}  // namespace
}  // namespace astrolabe
