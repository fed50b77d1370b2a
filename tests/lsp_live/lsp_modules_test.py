"""Open files that import C++20 modules, over the wire, in a workspace as CMake leaves it.

    lsp_modules_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import uri_of  # noqa: E402
from lsp_changes_test import ChangesTest  # noqa: E402
from lsp_server_test import place  # noqa: E402

DIAGNOSTICS = "textDocument/publishDiagnostics"

GEOMETRY = """module;
#include <cmath>
export module geometry;
export import :shapes;
import colors;

/// How far two points are from each other.
export double Distance(double x, double y) { return std::sqrt(x * x + y * y); }

export namespace geometry {
struct Point {
  int x = 0;
  Color color;
};
int Area(const Square& square);
}
"""
SHAPES = "export module geometry:shapes;\nexport struct Square {\n  int side = 0;\n};\n"
COLORS = "export module colors;\nexport enum class Color { kRed, kGreen };\n"
AREA = "module geometry;\nnamespace geometry {\nint Area(const Square& square) { return square.side * square.side; }\n}\n"
MAIN = """#include <cstdio>
import geometry;

int main() {
  geometry::Point point{3};
  Square square{2};
  std::printf("%f %d", Distance(point.x, 4), geometry::Area(square));
}
"""


class Modules(ChangesTest):
    def setUp(self):
        super().setUp()
        self.files = {"geometry.cppm": GEOMETRY, "shapes.cppm": SHAPES, "colors.cppm": COLORS, "area.cc": AREA,
                      "main.cc": MAIN}
        for name, text in self.files.items():
            self.write(name, text)
        self.database(*self.files)

    def database(self, *names):
        # As CMake 3.28 and later write it: what each unit needs is in a file that the first build makes.
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": name, "command":
             f"clang++ -std=gnu++20 @CMakeFiles/a.dir/{name}.o.modmap -o CMakeFiles/a.dir/{name}.o -c {name}"}
            for name in names]))

    def said(self, client, name, until):
        """The messages of a file, once they are as `until` wants them."""
        uri = uri_of(client.path(name))
        return self.eventually(
            lambda: next((sorted(d["message"] for d in p["diagnostics"])
                          for p in reversed(client.notifications(DIAGNOSTICS)) if p["uri"] == uri), None),
            lambda messages: messages is not None and until(messages))

    def clean(self, client, *names):
        for name in names:
            self.assertEqual(self.said(client, name, lambda messages: True), [], name)

    def hover(self, client, name, text, mark):
        answer = client.request("textDocument/hover", client.at(name, *place(text, mark)))
        return answer["contents"]["value"] if answer else ""

    def test_an_importer_and_all_units_of_a_module_are_understood(self):
        client = self.server("--background-index=0")
        for name in self.files:
            client.open(name)
        self.clean(client, *self.files)
        self.assertIn("How far two points", self.hover(client, "main.cc", MAIN, "Distance"))
        definition = client.request("textDocument/definition", client.at("main.cc", *place(MAIN, "Square")))
        self.assertEqual([(d["uri"], d["range"]["start"]["line"]) for d in definition], [(client.uri("shapes.cppm"), 1)])
        area = client.request("textDocument/definition", client.at("area.cc", *place(AREA, "side")))
        self.assertEqual([(d["uri"], d["range"]["start"]["line"]) for d in area], [(client.uri("shapes.cppm"), 2)])

    def test_members_and_names_of_a_module_complete(self):
        client = self.server("--background-index=0")
        text = MAIN.replace("  Square square{2};\n", "  Square square{2};\n  square.\n")
        client.open("main.cc", text)
        line, column = place(text, "square.\n")
        answer = client.request("textDocument/completion", client.at("main.cc", line, column + len("square.")))
        self.assertIn("side", [item["filterText"] for item in answer["items"]])

    def test_the_name_of_a_module_leads_to_its_interface(self):
        client = self.server("--background-index=0")
        client.open("main.cc")
        definition = client.request("textDocument/definition", client.at("main.cc", *place(MAIN, "geometry;")))
        self.assertEqual([(d["uri"], d["range"]["start"]["line"]) for d in definition], [(client.uri("geometry.cppm"), 2)])

    def test_a_saved_interface_is_seen_by_importers(self):
        client = self.server("--background-index=0")
        client.open("main.cc")
        self.clean(client, "main.cc")
        self.write("shapes.cppm", SHAPES.replace("side", "edge"))
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("shapes.cppm"), "type": 2}]})
        client.open("area.cc")
        self.said(client, "area.cc", lambda messages: any("side" in m for m in messages))
        self.write("shapes.cppm", SHAPES)
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("shapes.cppm"), "type": 2}]})
        self.assertEqual(self.said(client, "area.cc", lambda messages: not messages), [])

    def test_an_import_that_is_typed_counts_at_once(self):
        text = "int main() { return Distance(3, 4) > 5; }\n"
        self.write("main.cc", text)
        client = self.server("--background-index=0")
        client.open("main.cc")
        self.said(client, "main.cc", lambda messages: any("Distance" in m for m in messages))
        client.change("main.cc", "import geometry;\n" + text)
        self.assertEqual(self.said(client, "main.cc", lambda messages: not messages), [])

    def test_a_module_that_nobody_declares_is_named(self):
        text = "import nowhere;\nint x;\n"
        self.write("main.cc", text)
        client = self.server("--background-index=0")
        client.open("main.cc")
        messages = self.said(client, "main.cc", lambda messages: len(messages) == 2)
        self.assertIn("no file of the project declares the module nowhere", messages)
        self.assertTrue(any("module 'nowhere' not found" in m.lower() for m in messages), messages)

    def test_a_broken_interface_still_gives_what_is_right_about_it(self):
        self.write("geometry.cppm", GEOMETRY.replace("int Area", "strange Oops();\nint Area"))
        client = self.server("--background-index=0")
        client.open("main.cc")
        [message] = self.said(client, "main.cc", lambda messages: messages)
        self.assertIn("module geometry has errors", message)
        self.assertIn("unknown type name 'strange'", message)
        self.assertIn("How far two points", self.hover(client, "main.cc", MAIN, "Distance"))

    def test_an_interface_that_crashes_the_compiler_costs_itself_alone(self):
        self.write("colors.cppm", COLORS + "#pragma clang __debug crash\n")
        client = self.server("--background-index=0")
        client.open("main.cc")
        client.open("shapes.cppm")
        messages = self.said(client, "main.cc", lambda messages: messages)
        self.assertTrue(any(m.startswith("module colors could not be built: the compiler ended with signal")
                            for m in messages), messages)
        self.clean(client, "shapes.cppm")

    def test_an_interface_that_never_ends_does_not_keep_the_server(self):
        self.write("colors.cppm", COLORS + "constexpr int Spin(int n) { while (n > 0) n = n < 9 ? n + 1 : 1; return n; }\n"
                   "static_assert(Spin(1) == 0);\n")
        self.write("compile_commands.json", self.text("compile_commands.json").replace(
            "-std=gnu++20", "-std=gnu++20 -fconstexpr-steps=2000000000"))
        client = self.server("--background-index=0")
        client.open("main.cc")
        client.open("shapes.cppm")
        self.clean(client, "shapes.cppm")
        start = time.monotonic()
        self.assertEqual(client.shutdown(), 0)
        self.assertLess(time.monotonic() - start, 5)

    def test_modules_that_import_each_other_are_a_mistake_of_the_project(self):
        self.write("colors.cppm", "export module colors;\nimport geometry;\n")
        client = self.server("--background-index=0")
        client.open("main.cc")
        messages = self.said(client, "main.cc", lambda messages: messages)
        self.assertTrue(any("imports itself" in m for m in messages), messages)

    def test_an_unsaved_interface_is_parsed_as_it_is_typed(self):
        client = self.server("--background-index=0")
        client.open("geometry.cppm")
        self.clean(client, "geometry.cppm")
        client.change("geometry.cppm", GEOMETRY + "export int Twice(Square s) { return s.sides; }\n")
        self.said(client, "geometry.cppm", lambda messages: any("sides" in m for m in messages))

    def test_the_second_session_builds_nothing(self):
        client = self.server("--background-index=0")
        # Written so shortly before that another write could leave them with the same time.
        for name, text in self.files.items():
            self.write(name, text)
        client.open("main.cc")
        folder = os.path.join(self.root, ".cache", "astrolabe", "modules")
        self.eventually(lambda: os.path.isdir(folder) and len([f for f in os.listdir(folder) if f.endswith(".pcm")]),
                        lambda count: count == 3)
        inodes = {f: os.stat(os.path.join(folder, f)).st_ino for f in os.listdir(folder) if f.endswith(".pcm")}
        client = self.server("--background-index=0")
        client.open("main.cc")
        self.clean(client, "main.cc")
        self.assertEqual({f: os.stat(os.path.join(folder, f)).st_ino for f in inodes}, inodes)


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
