// Lists of parameters and arguments as they are cut: `f(a, b)` gives "a|b".
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/argument_list.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace astrolabe::lsp {
namespace {

std::string Cut(std::string_view text, bool is_declaration) {
  const TextBuffer buffer{std::string(text)};
  const SourceTokens source(buffer);
  const auto list = ArgumentListBehind(source, 1, is_declaration);
  if (!list) return "none";
  std::string items = list->is_ambiguous ? "?" : "";
  for (size_t i = 0; i < list->items.size(); ++i) {
    const ByteRange item = list->items[i];
    items += (i == 0 ? "" : "|") + source.text.substr(item.begin, item.end - item.begin);
  }
  return items;
}
std::string Call(std::string_view text) { return Cut(text, false); }
std::string Declaration(std::string_view text) { return Cut(text, true); }

TEST(ArgumentList, Calls) {
  EXPECT_EQ(Call("f(a, g(b, c), {1, 2}, x[1, 2]);"), "a|g(b, c)|{1, 2}|x[1, 2]");
  EXPECT_EQ(Call("f();"), "");
  EXPECT_EQ(Call("f( /* nothing */ );"), "");
  EXPECT_EQ(Call("f<int, char>(a);"), "a");
  EXPECT_EQ(Call("f(\"a, b\", ',', R\"(,)\");"), "\"a, b\"|','|R\"(,)\"");
  EXPECT_EQ(Call("f([](int a, int b) { return a, b; }, 2);"),
            "[](int a, int b) { return a, b; }|2");
  EXPECT_EQ(Call("f = 1;"), "none");
  EXPECT_EQ(Call("f(a, b"), "none");
}

TEST(ArgumentList, AngleBracketsOfCalls) {
  EXPECT_EQ(Call("f(a < b, c);"), "a < b|c");
  EXPECT_EQ(Call("f(std::pair<int, char>(1, 'c'), 2);"), "std::pair<int, char>(1, 'c')|2");
  EXPECT_EQ(Call("f(T<a, b>::c, 2);"), "T<a, b>::c|2");
  EXPECT_EQ(Call("f(a < b, c > d);"), "?a < b|c > d");
}

TEST(ArgumentList, Declarations) {
  EXPECT_EQ(Declaration("f(std::map<int, char> a, int (*b)(int, int), int c = 1) const;"),
            "std::map<int, char> a|int (*b)(int, int)|int c = 1");
  EXPECT_EQ(Declaration("f(void);"), "");
  EXPECT_EQ(Declaration("f(void* p);"), "void* p");
}

TEST(ArgumentList, Comments) {
  EXPECT_EQ(Call("f(/*a=*/1,  // one\n  /*b=*/2  // two\n);"), "/*a=*/1|/*b=*/2");
  EXPECT_EQ(Call("f(  // first\n  1, 2);"), "1|2");
  EXPECT_EQ(Declaration("f(const A& /*a*/, B /* b */ /*c*/ , C\n /*d*/, D /*e*/) const;"),
            "const A& /*a*/|B /* b */ /*c*/|C|D /*e*/");
  EXPECT_EQ(Call("f(1 /* no end"), "none");
}

std::string Name(std::string_view parameter) {
  const TextBuffer buffer{std::string(parameter)};
  const SourceTokens source(buffer);
  return NameOfParameter(source, {0, parameter.size()});
}

TEST(ArgumentList, NamesOfParameters) {
  EXPECT_EQ(Name("int a"), "a");
  EXPECT_EQ(Name("const std::vector<int>& values = {}"), "values");
  EXPECT_EQ(Name("unsigned long"), "");
  EXPECT_EQ(Name("const char* const argv[]"), "argv");
  EXPECT_EQ(Name("const T&"), "");
  EXPECT_EQ(Name("n::T"), "");
  EXPECT_EQ(Name("struct S* s"), "s");
  EXPECT_EQ(Name("int (*f)(int x)"), "f");
  EXPECT_EQ(Name("T&& t = f(x)"), "t");
}

}  // namespace
}  // namespace astrolabe::lsp
