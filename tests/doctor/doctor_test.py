"""`astrolabe doctor`: finds what is planted, names it, and has nothing against a workspace that is in order.

    doctor_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

ASTROLABE = None


class Doctor(unittest.TestCase):
    """Each test begins with two sources that are compiled, indexed and in order."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe-doctor-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = os.path.join(self.folder, "root")
        self.index_dir = os.path.join(self.folder, "index")
        # No model and no configuration but those that a test plants.
        self.environment = dict(os.environ, HOME=self.folder,
                                XDG_CONFIG_HOME=os.path.join(self.folder, "config"),
                                XDG_DATA_HOME=os.path.join(self.folder, "data"))
        self.write("shape.h", "#pragma once\nint Area(int width);\n")
        self.write("shape.cc", '#include <stddef.h>\n#include "shape.h"\nint Area(int w) { return w; }\n')
        self.write("main.cc", '#include "shape.h"\nint main() { return Area(1); }\n')
        self.entries("main.cc", "shape.cc")

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def entries(self, *files, compiler="clang++-22", directory=None):
        self.write("compile_commands.json", json.dumps(
            [{"directory": directory or self.root, "file": file, "arguments": [compiler, "-I.", "-c", file]}
             for file in files]))

    def run_it(self, *arguments, **kwargs):
        return subprocess.run([ASTROLABE, *arguments, "--index-dir", self.index_dir], capture_output=True,
                              text=True, timeout=120, env=self.environment, **kwargs)

    def index(self):
        result = self.run_it("index", self.root)
        self.assertEqual(result.returncode, 0, result.stderr)

    def findings(self, **kwargs):
        """By check; the exit code is held against their levels."""
        result = self.run_it("doctor", self.root, "--json", **kwargs)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        findings = json.loads(result.stdout)["findings"]
        self.assertEqual(result.returncode, int(any(found["level"] == "problem" for found in findings)))
        for found in findings:
            self.assertEqual(found["level"] == "fine", found["advice"] == "", found)
        return {found["check"]: found for found in findings}

    def complaints(self, **kwargs):
        return sorted(name for name, found in self.findings(**kwargs).items() if found["level"] != "fine")

    def check(self, expected, mentions="", **kwargs):
        """`expected` is complained about, and `mentions` stands in what is said of it."""
        findings = self.findings(**kwargs)
        self.assertIn(expected, findings)
        self.assertEqual(findings[expected]["level"], "problem")
        self.assertIn(mentions, json.dumps(findings[expected]))

    def test_nothing_to_complain_about(self):
        self.index()
        self.assertEqual(self.complaints(), [])
        text = self.run_it("doctor", self.root)
        self.assertEqual((text.returncode, text.stderr), (0, ""))
        self.assertNotIn("What to do", text.stdout)

    def test_text_says_what_to_do(self):
        result = self.run_it("doctor", self.root)
        self.assertEqual(result.returncode, 1)
        # What is to be done stands first, with how.
        lines = result.stdout.splitlines()
        self.assertEqual(lines[0], self.root)
        self.assertRegex(lines[1], r"^problem +There is no index .* \[no-index\]$")
        self.assertRegex(lines[2], r"^ +What to do: run: astrolabe index --root ")

    def test_no_database(self):
        os.remove(os.path.join(self.root, "compile_commands.json"))
        self.check("no-database", "CMAKE_EXPORT_COMPILE_COMMANDS")

    def test_database_that_is_no_json(self):
        self.write("compile_commands.json", '[{"directory": "/')
        self.check("database-unreadable", "compile_commands.json")

    def test_empty_database(self):
        self.write("compile_commands.json", "[]")
        self.check("database-empty", "compile_commands.json")

    def test_entry_whose_file_is_gone(self):
        self.entries("main.cc", "shape.cc", "deleted.cc")
        self.check("stale-entries", "deleted.cc")

    def test_entry_whose_folder_is_gone(self):
        self.entries("main.cc", directory="/no/such/build")
        self.check("stale-entries", "/no/such/build")

    def test_source_without_entry(self):
        self.entries("main.cc")
        self.check("sources-without-entry", "shape.cc")

    def test_what_a_build_makes_for_itself_needs_no_entry(self):
        for path in ("out/CMakeCache.txt", "out/a/CMakeFiles/3.25.1/CompilerIdCXX/CMakeCXXCompilerId.cpp", "out/made/moc.cc",
                     "meson/meson-info/meson-info.json", "meson/meson-private/sanitycheckcpp.cc", "n/build.ninja", "n/x.cc",
                     "CMakeCache.txt", "CMakeFiles/CMakeScratch/try.cc"):
            self.write(path, "")
        findings = self.findings()
        self.assertNotIn("sources-without-entry", findings)
        self.assertIn("All 2 source files", json.dumps(findings["entries"]))
        self.write("src/forgotten.cc", "")
        self.check("sources-without-entry", "1 of 3 source files")

    def test_compiler_that_is_not_there(self):
        self.entries("main.cc", "shape.cc", compiler="/opt/nothing/bin/g++")
        self.check("compiler", "/opt/nothing/bin/g++")

    def test_compiler_that_does_not_answer(self):
        self.entries("main.cc", "shape.cc", compiler="/bin/false")
        self.check("compiler", "exit code 1")

    def test_program_of_the_workspace_is_not_run(self):
        self.write("cc", f"#!/bin/sh\ntouch {self.folder}/was-run\n")
        os.chmod(os.path.join(self.root, "cc"), 0o755)
        self.entries("main.cc", "shape.cc", compiler=os.path.join(self.root, "cc"))
        self.findings()
        self.assertFalse(os.path.exists(os.path.join(self.folder, "was-run")))

    def test_generated_header_that_is_missing(self):
        self.write("shape.h", '#ifndef SHAPE_H\n#define SHAPE_H\n#include "shape.pb.h"\n#ifdef _WIN32\n'
                              '#include "windows_only.h"\n#endif\nint Area(int width);\n'
                              'static const char* text = R"(\n#include "in_a_string.h"\n)";\n#endif\n')
        self.check("missing-headers", "shape.pb.h")
        said = json.dumps(self.findings()["missing-headers"])
        self.assertNotIn("windows_only", said)
        self.assertNotIn("in_a_string", said)

    def test_no_index(self):
        self.check("no-index", "astrolabe index --root")

    def test_index_that_is_stale(self):
        self.index()
        self.write("shape.cc", '#include "shape.h"\nint Area(int) { return 0; }\n')
        os.remove(os.path.join(self.root, "main.cc"))
        self.check("index-stale", "1 source files changed, 0 are new, 1 are gone")

    def test_index_that_is_damaged(self):
        self.index()
        segment = max((os.path.join(self.index_dir, name) for name in os.listdir(self.index_dir)
                       if os.path.isfile(os.path.join(self.index_dir, name))), key=os.path.getsize)
        with open(segment, "r+b") as file:
            file.seek(os.path.getsize(segment) // 3)
            file.write(b"\xff" * 64)
        self.check("index-damaged", os.path.basename(segment))

    def test_index_of_another_format(self):
        self.index()
        manifest = os.path.join(self.index_dir, "MANIFEST")
        with open(manifest) as file:
            first, rest = file.read().split("\n", 1)
        word, _ = first.split(" ", 1)
        with open(manifest, "w") as file:
            file.write(f"{word} 999\n{rest}")
        self.check("index-format", "999")

    def test_index_folder_that_cannot_be(self):
        with open(self.index_dir, "w"):
            pass
        self.check("index-folder", self.index_dir)

    def test_configuration_with_a_mistake(self):
        self.write(".clangd", "CompileFlags:\n  Add: [-Wall\n")
        self.check("config", ".clangd:")

    def test_model_that_is_none(self):
        models = os.path.join(self.folder, "data", "astrolabe", "models")
        os.makedirs(models)
        with open(os.path.join(models, "half.gguf"), "w") as file:
            file.write("<html>404</html>")
        self.check("model", "half.gguf")

    def test_few_descriptors(self):
        self.check("open-files", "128",
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128)))

    def doctor_behind(self, commands):
        """The findings with the shell's `commands` done first, in mounts of its own; by check."""
        inside = ["unshare", "--user", "--map-root-user", "--mount", "bash", "-euc"]
        if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine gives no namespaces to its users")
        result = subprocess.run(
            [*inside, commands + '\n"$@"', "bash", ASTROLABE, "doctor", self.root, "--json",
             "--index-dir", self.index_dir], capture_output=True, text=True, timeout=120, env=self.environment)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        return {found["check"]: found for found in json.loads(result.stdout)["findings"]}

    def test_a_disk_that_is_nearly_full(self):
        os.mkdir(self.index_dir)
        found = self.doctor_behind(f"mount -t tmpfs -o size=1m none {self.index_dir}")["disk"]
        self.assertEqual(found["level"], "problem")
        self.assertIn("Only 1.0 MB are free", found["what"])
        self.assertIn("--index-dir", found["advice"])

    def test_fewer_watches_than_folders(self):
        for name in "abc":
            self.write(f"{name}/x.h", "")
        limit = os.path.join(self.folder, "limit")
        with open(limit, "w") as file:
            file.write("3\n")
        plant = "mount --bind {} /proc/sys/fs/inotify/{}"
        found = self.doctor_behind(plant.format(limit, "max_user_watches"))["watches"]
        self.assertEqual(found["level"], "problem")
        self.assertIn("4 folders, but the system lets you watch only 3", found["what"])
        self.assertIn("max_user_watches=8", found["advice"])
        found = self.doctor_behind(plant.format(limit, "max_user_instances"))["watches"]
        self.assertIn("only 3 watchers", found["what"])

    def test_ten_at_once(self):
        self.index()
        command = {"directory": self.root, "arguments": ["/opt/nothing/bin/g++", "-c", "main.cc"]}
        self.write("compile_commands.json", json.dumps(
            [command | {"file": "main.cc"}, command | {"file": "deleted.cc"}, command,
             command | {"file": "shape.cc", "arguments": ["g++", "@gone.rsp", "-c", "shape.cc"]}]))
        self.write("new.cc", "int x;\n")
        self.write("main.cc", '#include "generated.h"\nint main() {}\n')
        self.write(".clangd", "Nonsense: [\n")
        with open(os.path.join(self.index_dir, "MANIFEST"), "a") as file:
            file.write("nonsense\n")
        models = os.path.join(self.folder, "data", "astrolabe", "models")
        os.makedirs(models)
        with open(os.path.join(models, "a.gguf"), "w"):
            pass
        self.assertEqual(
            self.complaints(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))),
            ["compiler", "config", "index-damaged", "malformed-entries", "missing-headers", "model",
             "open-files", "response-files", "sources-without-entry", "stale-entries"])


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
