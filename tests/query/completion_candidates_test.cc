// What the headers of a small workspace offer for completion.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/completion_candidates.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "tests/support/temp_workspace.h"

namespace astrolabe {
namespace {

class CompletionCandidatesTest : public testing::Test {
 protected:
  void SetUp() override {
    workspace_.Write("include/shop.h",
                     "#ifndef SHOP_H\n#define SHOP_H\n#define SHOP_LIMIT 3\n"
                     "namespace shop {\n"
                     "class Article { void Articulate(); class ArticlePart {}; };\n"
                     "int ArticleCount();\nint ArticleCount(int);\n"
                     "namespace detail { struct ArticleNode {}; }\n"
                     "}\nstruct ArticleList {};\n#endif\n");
    workspace_.Write("include/forward.h", "namespace shop { class Article; }\n");
    workspace_.Write("shop.cc", "namespace shop { int ArticleInSource() { return 1; } }\n");
    workspace_.Index();
    snapshot_ = workspace_.Open();
  }

  std::vector<std::string> Names(const CandidateQuery& query) {
    std::vector<std::string> names;
    for (const CompletionCandidate& candidate : FindCompletionCandidates(*snapshot_, query)) {
      names.push_back(StrCat(candidate.scope, candidate.name, " ", candidate.header));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  using Lines = std::vector<std::string>;
  TempWorkspace workspace_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(CompletionCandidatesTest, NamesOfAllNamespacesWithTheHeaderThatDefinesThem) {
  EXPECT_EQ(
      Names({.typed = "Article", .any_scope = true}),
      (Lines{"ArticleList include/shop.h", "shop::Article include/shop.h",
             "shop::ArticleCount include/shop.h", "shop::detail::ArticleNode include/shop.h"}));
}

TEST_F(CompletionCandidatesTest, OnlyTheScopeThatIsWritten) {
  EXPECT_EQ(Names({.typed = "Art", .scopes = {"shop::"}}),
            (Lines{"shop::Article include/shop.h", "shop::ArticleCount include/shop.h"}));
  EXPECT_EQ(Names({.typed = "Art", .scopes = {""}}), (Lines{"ArticleList include/shop.h"}));
}

TEST_F(CompletionCandidatesTest, MacrosButNoIncludeGuards) {
  EXPECT_EQ(Names({.typed = "SHOP", .any_scope = true}), (Lines{"SHOP_LIMIT include/shop.h"}));
}

TEST_F(CompletionCandidatesTest, NothingForNothing) {
  EXPECT_EQ(Names({.typed = "", .any_scope = true}), Lines{});
  EXPECT_EQ(Names({.typed = "Article", .any_scope = true, .limit = 0}), Lines{});
}

}  // namespace
}  // namespace astrolabe
