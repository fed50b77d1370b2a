// Property test: on random trees and patterns the walk lists what git and ripgrep list.
//
// Git is the definition of its ignore files, so the patterns thrown at it are as odd as its syntax allows. ripgrep
// differs from git in odd patterns, so the comparison with it keeps to plain ones and is about what
// git does not know: `.ignore`, and hidden names. Seeded: a failure prints what to reproduce it with.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/walk/temp_tree.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;
using Random = std::mt19937;

size_t Below(Random& random, size_t limit) { return random() % limit; }

template <typename Choices>
std::string Pick(Random& random, const Choices& choices) {
  return std::string(choices[Below(random, std::size(choices))]);
}

// The zero-terminated items that a command prints, sorted.
Strings Output(const std::string& command, int* status) {
  Strings items(1);
  FILE* const pipe = popen(command.c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c == 0) {
      items.emplace_back();
    } else {
      items.back().push_back(static_cast<char>(c));
    }
  }
  items.pop_back();
  *status = pclose(pipe);
  std::sort(items.begin(), items.end());
  return items;
}

// Without the user's and the machine's configuration.
const std::string kGit = "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git ";

bool Installed(const std::string& program) {
  return TempTree::Shell(program + " --version > /dev/null 2>&1") == 0;
}

constexpr std::string_view kOddNames[] = {"a",     "b",   "ab", "abc", "a.c", "b.h",    "foo",
                                          "foo.o", "a b", "x ", ".h",  "[a]", "a\\b",   "\xff",
                                          "a-b",   "]",   "#a", "!a",  "*",   "foo.o.c"};
constexpr std::string_view kPieces[] = {
    "a",     "b",        "c",   "foo", ".",    ".o",    ".c",          "*",     "*",    "**",
    "?",     "/",        "/",   "/",   "**/",  "/**",   "/**/",        "[ab]",  "[!a]", "[^b-z]",
    "[a-c]", "[]a]",     "[[]", "\\",  "\\*",  "\\a",   "[[:alpha:]]", " ",     "-",    "#",
    "[",     "[[:no:]]", "]",   "\\ ", "\xff", "[\\]]", "***",         "[a/b]", "[.-]", "!"};

std::string OddPattern(Random& random) {
  std::string pattern;
  if (Below(random, 4) == 0) pattern += '!';
  if (Below(random, 6) == 0) pattern += '/';
  if (Below(random, 3) == 0) {
    pattern += Pick(random, kOddNames);
  } else {
    const size_t pieces = 1 + Below(random, 5);
    for (size_t i = 0; i < pieces; ++i) pattern += Pick(random, kPieces);
  }
  if (Below(random, 6) == 0) pattern += '/';
  if (Below(random, 12) == 0) pattern += ' ';
  if (Below(random, 12) == 0) pattern += '\r';
  return pattern;
}

template <typename PatternFn>
std::string IgnoreText(Random& random, PatternFn pattern) {
  std::string text;
  for (size_t lines = 1 + Below(random, 6); lines > 0; --lines) {
    text += pattern(random);
    if (lines > 1 || Below(random, 2) == 0) text += '\n';
  }
  return text;
}

// Folders three deep with a few files each.
template <typename Names>
Strings MakeTree(const TempTree& tree, Random& random, const Names& names) {
  Strings folders = {""};
  for (size_t i = 0; i < folders.size() && folders.size() < 20; ++i) {
    if (std::count(folders[i].begin(), folders[i].end(), '/') >= 3) continue;
    for (size_t children = 1 + Below(random, 3); children > 0; --children) {
      const std::string folder = folders[i] + Pick(random, names) + "/";
      if (std::find(folders.begin(), folders.end(), folder) == folders.end()) {
        folders.push_back(folder);
      }
    }
  }
  for (const std::string& folder : folders) {
    tree.MakeFolder(folder);
  }
  for (const std::string& folder : folders) {
    for (size_t files = 1 + Below(random, 5); files > 0; --files) {
      const std::string file = folder + Pick(random, names);
      if (!std::filesystem::exists(tree / file)) tree.Write(file, "x");
    }
  }
  return folders;
}

std::string Describe(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string text;
  for (const auto& [path, rules] : files) text += "--- " + path + "\n" + rules + "\n";
  return text;
}

TEST(IgnorePeers, AgreesWithGit) {
  if (!Installed("git")) GTEST_SKIP() << "git is not installed";
  constexpr int kTrees = 12;
  constexpr int kRulesPerTree = 40;
  size_t listed = 0, left_out = 0;
  for (int seed = 0; seed < kTrees; ++seed) {
    Random random(static_cast<unsigned>(seed));
    TempTree tree;
    ASSERT_EQ(TempTree::Shell(kGit + "init -q '" + tree.root() + "'"), 0);
    const Strings folders = MakeTree(tree, random, kOddNames);
    const size_t all = WalkPaths({.root = tree.root(), .hidden = true, .no_ignore = true}).size();
    for (int round = 0; round < kRulesPerTree; ++round) {
      std::vector<std::pair<std::string, std::string>> rules;
      for (size_t files = 1 + Below(random, 3); files > 0; --files) {
        std::string path = Pick(random, folders) + ".gitignore";
        if (Below(random, 6) == 0) path = ".git/info/exclude";
        const std::string_view mark = Below(random, 8) == 0 ? "\xEF\xBB\xBF" : "";
        rules.emplace_back(path, std::string(mark) + IgnoreText(random, OddPattern));
        tree.Write(path, rules.back().second);
      }
      int status = 0;
      const Strings expected = Output("cd '" + tree.root() + "' && " + kGit +
                                          "ls-files -z --others --cached --exclude-standard",
                                      &status);
      ASSERT_EQ(status, 0);
      const Strings actual = WalkPaths({.root = tree.root(), .hidden = true});
      ASSERT_EQ(actual, expected) << "seed " << seed << " round " << round << "\n"
                                  << Describe(rules);
      listed += actual.size();
      left_out += all + rules.size() - std::min(all + rules.size(), actual.size());
      for (const auto& [path, text] : rules) std::filesystem::remove(tree / path);
    }
  }
  // The patterns have to bite for the comparison to say anything.
  EXPECT_GT(listed, 1000u);
  EXPECT_GT(left_out, 1000u);
}

constexpr std::string_view kPlainNames[] = {"a",     "b",     "src",   "lib",   "a.c",
                                            "b.cc",  "c.h",   ".dot",  ".d.c",  "x.log",
                                            "build", "y.txt", "x.tmp", "tests", "z.min.js"};
constexpr std::string_view kPlainPatterns[] = {
    "*.log", "*.c",   "build/", "/src",  "src/a",  "!a.c",     "!.dot",  "*.tmp",     "**/b",
    "lib/*", "!lib/", "a",      "!*.cc", "/*.txt", "tests/**", "z.*.js", "[ab].[ch]", ".d.c"};

TEST(IgnorePeers, AgreesWithRipgrep) {
  if (!Installed("rg")) GTEST_SKIP() << "ripgrep is not installed";
  for (int seed = 0; seed < 12; ++seed) {
    Random random(static_cast<unsigned>(seed));
    TempTree tree;
    tree.MakeFolder(".git");  // ripgrep honours .gitignore only in a repository
    const Strings folders = MakeTree(tree, random, kPlainNames);
    for (int round = 0; round < 10; ++round) {
      std::vector<std::pair<std::string, std::string>> rules;
      for (size_t files = 1 + Below(random, 4); files > 0; --files) {
        const std::string path =
            Pick(random, folders) + (Below(random, 2) == 0 ? ".gitignore" : ".ignore");
        rules.emplace_back(path,
                           IgnoreText(random, [](Random& r) { return Pick(r, kPlainPatterns); }));
        tree.Write(path, rules.back().second);
      }
      const bool hidden = Below(random, 2) == 0;
      const std::string command = "cd '" + tree.root() + "' && rg --no-config --no-ignore-global " +
                                  (hidden ? "--hidden " : "") + "--no-messages --files -0";
      int status = 0;
      const Strings expected = Output(command, &status);
      const Strings actual = WalkPaths({.root = tree.root(), .hidden = hidden});
      ASSERT_EQ(actual, expected) << "seed " << seed << " round " << round << " hidden " << hidden
                                  << "\n"
                                  << Describe(rules);
      for (const auto& [path, text] : rules) std::filesystem::remove(tree / path);
    }
  }
}

}  // namespace
}  // namespace astrolabe
