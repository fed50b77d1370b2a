"""The recipes of docs/getting-started.md, run as they stand there, lead to a workspace in which all is well.

    recipes_test.py ASTROLABE [unittest arguments]

A recipe is a block of shell commands behind `<!-- recipe: NAME -->`. Each runs in a small project of its build system,
and is skipped where that is not installed. Then `doctor` has nothing against the workspace, `check` finds no error, the
index knows the compiler's answers, and an editor gets its first hover.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lsp_server"))
from client import Client  # noqa: E402

ASTROLABE = None

with open(os.path.join(ROOT, "docs", "getting-started.md")) as document:
    RECIPES = dict(re.findall(r"<!-- recipe: (\w+) -->\n```sh\n(.*?)```", document.read(), re.DOTALL))

FILES = {
    ".gitignore": "/build\n/.cache\n",
    "include/shapes/area.h": "#pragma once\nnamespace shapes {\n/// How much a rectangle covers.\n"
                             "int Area(int width, int height);\n}\n",
    "src/area.cc": '#include "shapes/area.h"\n'
                   "int shapes::Area(int width, int height) { return width * height; }\n",
    "src/main.cc": '#include "shapes/area.h"\n#include <vector>\n'
                   "int main() { return std::vector<int>(1, shapes::Area(2, 3))[0]; }\n",
}
CMAKE = ("cmake_minimum_required(VERSION 3.10)\nproject(shapes CXX)\nadd_executable(shapes src/main.cc src/area.cc)\n"
         "target_include_directories(shapes PRIVATE include)\n")
# What Debian's package has is of a later Bazel than its Bazel.
BAZEL_RULES = "/usr/share/bazel/rules"


class Recipes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe-recipes-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.root = os.path.join(self.folder, "shapes")
        os.makedirs(os.path.join(self.root, ".git"))
        self.environment = dict(os.environ, HOME=self.folder, CCACHE_DISABLE="1",
                                XDG_CONFIG_HOME=os.path.join(self.folder, "config"),
                                XDG_CACHE_HOME=os.path.join(self.folder, "cache"),
                                XDG_DATA_HOME=os.path.join(self.folder, "data"))
        for name in ("CC", "CXX", "CXXFLAGS", "MAKEFLAGS", "MAKELEVEL"):
            self.environment.pop(name, None)
        for path, text in FILES.items():
            self.write(path, text)

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def need(self, *programs):
        for program in programs:
            if not shutil.which(program):
                self.skipTest(f"{program} is not installed")

    def run_it(self, *command, timeout=120):
        return subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True,
                              timeout=timeout)

    def astrolabe(self, *arguments):
        result = self.run_it(ASTROLABE, *arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def complaints(self):
        """Of doctor, but for the model, which a test has none of."""
        result = self.run_it(ASTROLABE, "doctor", "--json")
        findings = json.loads(result.stdout)["findings"]
        return {found["check"]: found for found in findings
                if found["level"] != "fine" and found["check"] != "model"}

    def follow(self, recipe):
        self.assertEqual(list(self.complaints()), ["no-database", "no-index"])
        result = self.run_it("bash", "-euo", "pipefail", "-c", RECIPES[recipe], timeout=300)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(list(self.complaints()), ["no-index"], self.complaints())
        self.assertIn("0 errors", self.astrolabe("check", "src/main.cc"))
        self.astrolabe("index")
        self.assertEqual(self.complaints(), {})
        self.assertIn("How much a rectangle covers.", self.astrolabe("query", "hover", "shapes::Area"))
        refs = self.astrolabe("query", "refs", "shapes::Area")
        for place in ("area.h:4:5: [declaration]", "area.cc:2:13: [definition]", "main.cc:3:49: [call]"):
            self.assertIn(place, refs)
        with Client([ASTROLABE, "lsp", "--background-index=0"], self.root, self.environment) as client:
            client.initialize()
            client.open("src/main.cc", FILES["src/main.cc"])
            hover = client.request("textDocument/hover", {**client.document("src/main.cc"),
                                                          "position": {"line": 2, "character": 50}})
            self.assertIn("How much a rectangle covers.", json.dumps(hover))

    def test_cmake(self):
        self.need("cmake", "c++")
        self.write("CMakeLists.txt", CMAKE)
        self.follow("cmake")

    def test_cmake_by_the_environment(self):
        self.need("cmake", "c++")
        self.write("CMakeLists.txt", CMAKE)
        self.environment["CMAKE_EXPORT_COMPILE_COMMANDS"] = "1"
        self.assertEqual(self.run_it("cmake", "-S", ".", "-B", "build").returncode, 0)
        self.assertEqual(list(self.complaints()), ["no-index"])

    def test_meson(self):
        self.need("meson", "ninja", "c++")
        self.write("meson.build", "project('shapes', 'cpp')\n"
                   "executable('shapes', 'src/main.cc', 'src/area.cc', include_directories: 'include')\n")
        self.follow("meson")

    def test_make(self):
        self.need("make", "bear", "c++")
        self.write("Makefile", "CPPFLAGS = -Iinclude\nshapes: src/main.o src/area.o\n\t$(CXX) -o $@ $^\n"
                   "clean:\n\trm -f shapes src/*.o\n")
        self.follow("make")

    def test_bazel(self):
        self.need("bazel", "jq", "c++")
        if not all(os.path.isdir(os.path.join(BAZEL_RULES, name)) for name in ("cc", "java")):
            self.skipTest("bazel-rules-cc and bazel-rules-java are not installed, and nothing is fetched here")
        rules = os.path.join(self.folder, "rules_cc")
        shutil.copytree(os.path.join(BAZEL_RULES, "cc"), rules)
        for folder, _, names in os.walk(rules):
            for name in filter(lambda name: name.endswith(".bzl"), names):
                path = os.path.join(folder, name)
                with open(path) as file:
                    text = file.read()
                with open(path, "w") as file:
                    file.write(text.replace(', "use_cpp_toolchain"', "").replace(
                        "use_cpp_toolchain()", '["@bazel_tools//tools/cpp:toolchain_type"]'))
        self.write(".bazelrc", f"build --override_repository=rules_cc={rules} "
                   f"--override_repository=rules_java={BAZEL_RULES}/java\n")
        self.write("WORKSPACE", "")
        self.write("BUILD", 'cc_binary(name = "shapes", srcs = ["src/main.cc", "src/area.cc", '
                   '"include/shapes/area.h"], copts = ["-Iinclude"])\n')
        self.addCleanup(self.run_it, "bazel", "shutdown")
        self.follow("bazel")

    def test_flags(self):
        self.follow("flags")

    def test_flags_with_headers_alone(self):
        """No source includes them: the index has names, an open header has all."""
        shutil.rmtree(os.path.join(self.root, "src"))
        self.write("include/shapes/square.h", '#pragma once\n#include "shapes/area.h"\n'
                   "inline int Square(int side) { return shapes::Area(side, side); }\n")
        self.assertEqual(self.run_it("bash", "-euc", RECIPES["flags"]).returncode, 0)
        self.assertIn("0 errors", self.astrolabe("check", "include/shapes/square.h"))
        self.astrolabe("index")
        self.assertIn("area.h:4:5", self.astrolabe("query", "def", "shapes::Area"))

    def test_cross(self):
        self.need("cmake", "aarch64-linux-gnu-g++")
        self.write("CMakeLists.txt", CMAKE)
        self.write("src/area.cc", FILES["src/area.cc"] + "#ifndef __aarch64__\n#error for another machine\n#endif\n")
        self.follow("cross")
        self.assertIn("0 errors", self.astrolabe("check", "src/area.cc"))

    def test_a_compiler_that_has_to_be_asked(self):
        self.need("c++")
        self.write("sdk/include/board.h", "#pragma once\nstruct Board {};\n")
        self.write("src/board.cc", "#include <board.h>\nBoard board;\n")
        compiler = os.path.join(self.root, "sdk/bin/board-g++")
        self.write("sdk/bin/board-g++", f'#!/bin/sh\nexec c++ -isystem {self.root}/sdk/include "$@"\n')
        os.chmod(compiler, 0o755)
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": "src/board.cc", "arguments": [compiler, "-c", "src/board.cc"]}]))
        for allowed in (False, True):
            flags = [f"--query-driver={self.root}/sdk/**/bin/*-g++"] if allowed else []
            self.assertEqual("all checks are done, 0 errors" in
                             self.run_it(ASTROLABE, "lsp", "--check=src/board.cc", *flags).stdout, allowed)
            self.astrolabe("index", *flags)
            self.assertEqual("[reference]" in self.run_it(ASTROLABE, "query", "refs", "Board").stdout, allowed)

    def test_a_database_elsewhere(self):
        self.need("cmake", "c++")
        self.write("CMakeLists.txt", CMAKE)
        self.write(".gitignore", "/made\n/.cache\n")
        recipe = RECIPES["cmake"].replace("-B build", "-B made")
        self.assertEqual(self.run_it("bash", "-euc", recipe).returncode, 0)
        self.assertIn("no-database", self.complaints())
        self.assertIn("0 errors", self.astrolabe("check", "--compile-commands-dir=made", "src/main.cc"))
        self.write(".clangd", "CompileFlags: {CompilationDatabase: made}\n")
        self.assertIn("0 errors", self.astrolabe("check", "src/main.cc"))
        os.remove(os.path.join(self.root, ".clangd"))
        os.symlink("made/compile_commands.json", os.path.join(self.root, "compile_commands.json"))
        self.assertEqual(list(self.complaints()), ["no-index"])

    def test_every_recipe_is_followed(self):
        self.assertEqual(sorted(RECIPES), ["bazel", "cmake", "cross", "flags", "make", "meson"])


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
