"""What a hover says while the compiler reads a file for the first time: the files here begin with a declaration that it
does not come to an end with.

    lsp_hover_by_name_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from lsp_failures_test import ENDLESS  # noqa: E402
from lsp_server_test import ServerTest, place  # noqa: E402

SHAPES = """#pragma once
// How many sides there may be,
// at most.
#define MAX_SIDES \\
  12
namespace shapes {
/// Something with an outline.
class Shape {
 public:
  /**
   * How much it covers.
   */
  double Area() const;
  // The same, of several.
  double Area(int count = 1) const;
  // How long its outline is.
  double Perimeter() const { return 0; }
  Shape();
  int sides = 0;
};
}  // namespace shapes
namespace one { struct Twin { int a; }; }
namespace two { /* The second. */
// Of two.
struct Twin { int b; }; }
int Perimeter();
"""
SOURCE = """#include "shapes.h"
namespace shapes {
double Shape::Area(int count) const {
  return count;
}
// Known by nobody else, as a Shape.
int Count(const Shape& shape) {
  int Perimeter = shape.sides;
  return Perimeter + shape.Perimeter();
}
one::Twin first;
Twin second;
int limit = MAX_SIDES;
}  // namespace shapes
"""
BY_NAME = "*By name: the compiler is still reading this file.*"


class HoverByName(ServerTest):
    def opened(self, head=ENDLESS, **more):
        self.write("shapes.h", SHAPES)
        self.write("a.cc", SOURCE)
        self.write("compile_commands.json", json.dumps(
            [{"directory": self.root, "file": "a.cc",
              "arguments": ["clang++", "-std=c++20", "-fconstexpr-steps=4294967295", "-c", "a.cc"]}]))
        self.index("--tier", "0")
        client = self.server("--background-index=0", **more)
        client.open("a.cc", SOURCE + head)
        return client

    def ask(self, client, mark):
        return client.send("textDocument/hover", client.at("a.cc", *place(SOURCE, mark)))

    def hover(self, client, mark):
        answer = client.reply(self.ask(client, mark), deadline=20)["result"]
        return answer["contents"]["value"]

    def waits(self, client, mark):
        """Whether it is not answered before another one that is asked later."""
        asked = self.ask(client, mark)
        self.hover(client, "const Sha|pe&")
        self.assertNotIn("result", client.replies.get(asked, {}), mark)
        client.notify("$/cancelRequest", {"id": asked})

    def test_a_name_that_means_one_thing(self):
        client = self.opened()
        said = self.hover(client, "const Sha|pe&")
        self.assertEqual(said, "### class `Shape`\n\ndeclared in `shapes.h`\n\n---\n\nSomething with an outline.\n\n---\n\n"
                               f"```cpp\n// In shapes\nclass Shape;\n```\n\n{BY_NAME}")
        self.assertIn("Something with an outline.", self.hover(client, "double Sh|ape::"))

    def test_a_class_is_its_definition_however_often_it_is_declared(self):
        self.write("ahead.h", "namespace shapes {\nclass Shape;\n}\n")
        said = self.hover(self.opened(), "const Sha|pe&")
        self.assertIn("Something with an outline.", said)
        self.assertNotIn("more", said)

    def test_a_definition_has_its_own_text_and_the_documentation_of_its_declaration(self):
        said = self.hover(self.opened(), "Shape::Ar|ea(int")
        self.assertIn("double Shape::Area(int count) const;", said)
        self.assertIn("The same, of several.", said)
        self.assertNotIn("How much it covers.", said)

    def test_a_comment_in_the_document(self):
        said = self.hover(self.opened(), "int Co|unt(")
        self.assertIn("int Count(const Shape& shape);", said)
        self.assertIn("Known by nobody else, as a Shape.", said)

    def test_a_macro(self):
        said = self.hover(self.opened(), "MAX|_SIDES")
        self.assertIn("#define MAX_SIDES", said)
        self.assertIn("  12\n", said)
        self.assertIn("How many sides there may be,  \nat most.", said)

    def test_members_are_behind_a_dot(self):
        client = self.opened()
        self.assertIn("How long its outline is.", self.hover(client, "shape.Peri|meter()"))
        self.assertIn("int sides = 0;", self.hover(client, "shape.si|des"))

    def test_a_header(self):
        self.assertIn(os.path.join(self.root, "shapes.h"), self.hover(self.opened(), '"sha|pes.h"'))

    def test_what_may_mean_several_things_waits(self):
        client = self.opened()
        self.waits(client, "Tw|in second")
        said = self.hover(client, "one::Tw|in")
        self.assertIn("In one", said)

    def test_what_is_local_waits(self):
        client = self.opened()
        self.waits(client, "int Per|imeter")
        self.waits(client, "return Peri|meter")

    def test_words_of_comments_wait(self):
        self.waits(self.opened(), "as a Sha|pe.")

    def test_the_compiler_is_heard_where_it_is_fast(self):
        # How fast it is depends on what else the machine does: one answer in time is enough.
        for _ in range(5):
            said = self.hover(self.opened(head=""), "Shape::Ar|ea(int")
            if BY_NAME not in said:
                break
        self.assertIn("Parameters:", said)
        self.assertNotIn(BY_NAME, said)

    def test_it_is_not_heard_less_once_it_has_read_the_file(self):
        client = self.opened(head="")
        client.parsed("a.cc")
        client.change("a.cc", SOURCE + ENDLESS)
        asked = self.ask(client, "const Sha|pe&")
        client.request("workspace/symbol", {"query": "Shape"})
        client.change("a.cc", SOURCE)
        self.assertNotIn(BY_NAME, json.dumps(client.reply(asked)))

    def test_what_was_indexed_as_it_stands_is_not_by_name(self):
        self.write("shapes.h", SHAPES)
        text = SOURCE + ENDLESS
        self.write("a.cc", text)
        command = {"directory": self.root, "file": "a.cc", "arguments": ["clang++", "-std=c++20", "-c", "a.cc"]}
        self.write("compile_commands.json", json.dumps([command]))
        self.index()  # with the steps that are usual, after which the compiler gives up
        command["arguments"].insert(1, "-fconstexpr-steps=4294967295")
        self.write("compile_commands.json", json.dumps([command]))
        client = self.server("--background-index=0")
        client.open("a.cc", text)
        said = self.hover(client, "const Sha|pe&")
        self.assertIn("Something with an outline.", said)
        self.assertNotIn(BY_NAME, said)


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
