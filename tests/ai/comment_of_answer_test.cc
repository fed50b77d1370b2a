// What becomes of an answer that was to be a comment.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/comment_text.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe::lsp {
namespace {

TEST(CommentOfAnswer, AnyFormOfCommentBecomesThatOfTheFile) {
  for (const char* answer : {"/// Counts.\n/// Twice.", "// Counts.\n// Twice.",
                             "//! Counts.\n//! Twice.", "/** Counts.\n * Twice.\n */",
                             "/* Counts.\n   Twice. */", "/**\n * Counts.\n * Twice.\n **/"}) {
    EXPECT_EQ(CommentOfAnswer(answer, "///", "  "), "  /// Counts.\n  /// Twice.\n") << answer;
  }
  EXPECT_EQ(CommentOfAnswer("/// Counts.", "//", ""), "// Counts.\n");
  EXPECT_EQ(CommentOfAnswer("/** Counts. */", "//", ""), "// Counts.\n");
}

TEST(CommentOfAnswer, ItsFirstParagraphWhereThereIsNoComment) {
  EXPECT_EQ(CommentOfAnswer("\nCounts\nboxes.\n\nI hope this helps.", "//", ""),
            "// Counts\n// boxes.\n");
}

TEST(CommentOfAnswer, WhatStandsAroundItIsLeftOut) {
  EXPECT_EQ(CommentOfAnswer("Sure!\n/// Counts.\nint Count() { return 1; }  // one", "///", ""),
            "/// Counts.\n");
  EXPECT_EQ(CommentOfAnswer("/** Counts. */\nint Count();\n// No.", "///", ""), "/// Counts.\n");
}

TEST(CommentOfAnswer, EmptyLinesStayInsideOnly) {
  EXPECT_EQ(CommentOfAnswer("///\n/// Counts.\n///\n/// Twice.\n///\n", "//", ""),
            "// Counts.\n//\n// Twice.\n");
  EXPECT_EQ(CommentOfAnswer("///\n///", "//", ""), "");
  EXPECT_EQ(CommentOfAnswer("/***/", "//", ""), "");
  EXPECT_EQ(CommentOfAnswer("", "//", ""), "");
}

TEST(CommentOfAnswer, NothingOfItLeadsOutOfTheComment) {
  EXPECT_EQ(CommentOfAnswer("/// Counts. \\\n/// Twice. \\ \\\n", "//", ""),
            "// Counts.\n// Twice.\n");
  EXPECT_EQ(CommentOfAnswer("Counts */ int x; /* y", "//", ""), "// Counts */ int x; /* y\n");
}

TEST(CommentOfAnswer, LongLinesAreBroken) {
  const std::string words(40, 'x');
  EXPECT_EQ(CommentOfAnswer("// " + words + " " + words + " " + words, "//", ""),
            "// " + words + " " + words + "\n// " + words + "\n");
  const std::string word(200, 'x');
  EXPECT_EQ(CommentOfAnswer(word + " " + word, "//", ""), "// " + word + "\n// " + word + "\n");
}

TEST(CommentMarkOf, TheOneThatTheFileHas) {
  EXPECT_EQ(CommentMarkOf("int x;  // no line of its own\n"), "///");
  EXPECT_EQ(CommentMarkOf("// One.\n/// Two.\n  // Three.\n"), "//");
  EXPECT_EQ(CommentMarkOf("/// One.\n// Two.\n"), "///");
}

}  // namespace
}  // namespace astrolabe::lsp
