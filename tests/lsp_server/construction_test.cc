// How constructors are called: `^` is the place that the compiler names, what comes back are the arguments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/construction.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

// A text without its mark, and where that was.
struct Marked {
  explicit Marked(std::string marked)
      : text(std::move(marked)), at(text.find('^')), buffer(text.erase(at, 1)), source(buffer) {}
  std::string text;
  size_t at;
  TextBuffer buffer;
  SourceTokens source;
};

std::string Items(const Marked& marked, const ArgumentList& list) {
  std::string items(list.is_braced ? "{" : "(");
  for (size_t i = 0; i < list.items.size(); ++i) {
    const ByteRange item = list.items[i];
    items += (i == 0 ? "" : "|") + marked.text.substr(item.begin, item.end - item.begin);
  }
  return items + (list.is_braced ? "}" : ")");
}

// "(a|b)", "{}", "none", or the text with a list where one could be.
std::string Dog(std::string marked, bool names_type = false) {
  const Marked at(std::move(marked));
  const Construction call = ConstructionAt(at.source, at.at, "Dog", names_type);
  if (call.list) return Items(at, *call.list);
  if (!call.list_place) return "none";
  return std::string(at.text).insert(*call.list_place, "(…)");
}

TEST(Construction, TheTypeIsNamed) {
  EXPECT_EQ(Dog("f(^Dog(1, 2));"), "(1|2)");
  EXPECT_EQ(Dog("x = ^zoo::Dog{1};"), "{1}");
  EXPECT_EQ(Dog("x = zoo::^Dog();"), "()");
  EXPECT_EQ(Dog("new ^::zoo::Dog(1);"), "(1)");
  EXPECT_EQ(Dog("x = ^kennel<int, 2>::Dog<char>(1);"), "(1)");
  EXPECT_EQ(Dog("x = new ^Dog;"), "x = new Dog(…);");
  EXPECT_EQ(Dog("f(new ^Dog<int>, 2);"), "f(new Dog<int>(…), 2);");
  EXPECT_EQ(Dog("x = new ^Dog[3];"), "none");
  EXPECT_EQ(Dog("Puppy() : ^Dog(1) {}"), "(1)");
  EXPECT_EQ(Dog("f(^Hound(1));", /*names_type=*/true), "(1)");
}

TEST(Construction, VariablesAndMembers) {
  EXPECT_EQ(Dog("zoo::Dog ^a(1, 2);"), "(1|2)");
  EXPECT_EQ(Dog("static const Dog<int> ^a{1};"), "{1}");
  EXPECT_EQ(Dog("Dog ^a;"), "Dog a(…);");
  EXPECT_EQ(Dog("Dog ^a, b;"), "Dog a(…), b;");
  EXPECT_EQ(Dog("Dog a(1), ^b(2);"), "(2)");
  EXPECT_EQ(Dog("f(); Dog a{1}, ^b(2);"), "(2)");
  EXPECT_EQ(Dog("if (x) { } Dog a{1}, ^b{2};"), "{2}");
  EXPECT_EQ(Dog("Dog a ^= {1, 2};"), "{1|2}");
  EXPECT_EQ(Dog("Kennel(int n) : a_(n), ^b_(n, 2) {}"), "(n|2)");
  EXPECT_EQ(Dog("Kennel(int n) noexcept : ^b_{n} {}"), "{n}");
  EXPECT_EQ(Dog("Kennel::Kennel() : a_{1}, ^b_{2} {}"), "{2}");
  EXPECT_EQ(Dog("public: Dog a(1), ^b(2);"), "(2)");
}

TEST(Construction, ListsAlone) {
  EXPECT_EQ(Dog("f(^{1, 2}, 3);"), "{1|2}");
  EXPECT_EQ(Dog("Dog f() { ^return {1, 2}; }"), "{1|2}");
}

TEST(Construction, Conversions) {
  EXPECT_EQ(Dog("f(^g(1));"), "none");
  EXPECT_EQ(Dog("f(1, ^g(1));"), "none");
  EXPECT_EQ(Dog("x = y ? z : ^g(1);"), "none");
  EXPECT_EQ(Dog("x = y ? z(2) : ^g(1);"), "none");
  EXPECT_EQ(Dog("{ x, ^g(1); }"), "none");
  EXPECT_EQ(Dog("return ^x;"), "none");
  EXPECT_EQ(Dog("return ^g(1);"), "none");
  EXPECT_EQ(Dog("Dog a ^= 1;"), "none");
  EXPECT_EQ(Dog("x = ^static_cast<Dog>(1);"), "none");
  EXPECT_EQ(Dog("f(^\"name\");"), "none");
  EXPECT_EQ(Dog("for (Dog a : ^all(1)) {}"), "none");
}

std::string Forwarded(std::string marked) {
  const Marked at(std::move(marked));
  const auto forwarding = ForwardingAt(at.source, at.at);
  if (!forwarding) return IsTemplateArgument(at.source, at.at) ? "held" : "none";
  return StrCat(forwarding->function, forwarding->list ? Items(at, *forwarding->list) : "");
}

TEST(Construction, ByOthers) {
  EXPECT_EQ(Forwarded("std::make_unique<^Dog>(1, 2)"), "make_unique(1|2)");
  EXPECT_EQ(Forwarded("make_shared<const zoo::^Dog>()"), "make_shared()");
  EXPECT_EQ(Forwarded("a.emplace<^Dog>(1)"), "emplace(1)");
  EXPECT_EQ(Forwarded("auto f = std::make_unique<^Dog>;"), "make_unique");
  EXPECT_EQ(Forwarded("std::vector<^Dog> dogs;"), "held");
  EXPECT_EQ(Forwarded("std::map<int, zoo::^Dog> dogs;"), "held");
  EXPECT_EQ(Forwarded("f(1, ^Dog(2));"), "none");
  EXPECT_EQ(Forwarded("^Dog a;"), "none");
}

TEST(Construction, NamesOfConstructors) {
  EXPECT_TRUE(NamesConstructor("zoo::Dog::Dog", "Dog"));
  EXPECT_TRUE(NamesConstructor("Dog::Dog", "Dog"));
  EXPECT_FALSE(NamesConstructor("HotDog::Dog", "Dog"));
  EXPECT_FALSE(NamesConstructor("zoo::Dog", "Dog"));
  EXPECT_FALSE(NamesConstructor("zoo::Dog::Dog", "a"));
}

}  // namespace
}  // namespace astrolabe::lsp
