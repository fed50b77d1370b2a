"""`astrolabe fix` end to end: what clang-tidy's checks find in a workspace, and what becomes of their fixes.

    fix_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import semantic_run_test  # noqa: E402
from semantic_run_test import SemanticRun  # noqa: E402

NULL = "--checks=-*,modernize-use-nullptr"


class Fix(SemanticRun):
    def fix(self, *arguments, check=0):
        self.save()
        result = subprocess.run(
            [semantic_run_test.ASTROLABE, "fix", "--root", self.root, "--index-dir", self.index_dir, "-j", "2",
             *arguments], capture_output=True, timeout=300, text=True, cwd=self.root)
        self.assertEqual(result.returncode, check, result.stderr + result.stdout)
        return result

    def listed(self, *arguments, check=0):
        """([(file, line, check, fix)], summary)"""
        lines = [json.loads(line) for line in self.fix("--list", "--json", *arguments, check=check).stdout.splitlines()]
        return [(f["file"], f["line"], f["check"], f["fix"]) for f in lines[:-1]], lines[-1]

    def text(self, name):
        with open(os.path.join(self.root, name)) as f:
            return f.read()


class Findings(Fix):
    def test_units_on_a_zygote_find_what_units_alone_do(self):
        self.write("shared.h", "#pragma once\n#include <string>\n#define HALF(x) x / 2\n"
                               "struct Shared { int* value = 0; std::string name; };\n"
                               "template <typename T> T* Null() { return 0; }\n")
        self.many_units(6, "int f{0}(Shared& s) {{ int* p = 0; return HALF(*p) + *Null<int>(); }}\n"
                           "#define TWICE{0}(x) x + x\n")
        checks = "--checks=-*,modernize-use-nullptr,bugprone-macro-parentheses,modernize-deprecated-headers"
        found, summary = self.listed(checks)
        self.assertEqual((summary["on_zygotes"], summary["plain"]), (6, 0), summary)
        alone, plainly = self.listed(checks, "--no-zygote")
        self.assertEqual((plainly["on_zygotes"], plainly["plain"]), (0, 6))
        self.assertEqual(found, alone)
        self.assertIn(("shared.h", 4, "modernize-use-nullptr", "yes"), found)
        self.assertIn(("shared.h", 3, "bugprone-macro-parentheses", "yes"), found)
        self.assertIn(("unit3.cc", 3, "bugprone-macro-parentheses", "yes"), found)
        self.assertEqual(len([f for f in found if f[0] == "shared.h" and f[1] == 4]), 1)

    def test_a_check_that_asks_for_the_name_of_the_main_file(self):
        self.write("kernel.cl", "#pragma once\nstruct Pair { char a; double b; char c; };\n")
        self.write("shared.h", '#pragma once\n#include "kernel.cl"\nstruct Shared { char a; double b; char c; };\n')
        self.many_units(6, "int f{0}(Shared& s) {{ return s.a; }}\n")
        found, summary = self.listed("--checks=-*,altera-*")
        self.assertEqual((summary["on_zygotes"], summary["plain"]), (6, 0), summary)
        self.assertIn(("shared.h", 3, "altera-struct-pack-align"), [f[:3] for f in found])
        self.assertIn(("shared.h", 2, "altera-kernel-name-restriction"), [f[:3] for f in found])
        self.assertEqual(found, self.listed("--checks=-*,altera-*", "--no-zygote")[0])

    def test_configuration_of_folders(self):
        self.write(".clang-tidy", "Checks: '-*,modernize-use-nullptr'\nWarningsAsErrors: '*'\n")
        self.write("sub/.clang-tidy", "Checks: '-modernize-use-nullptr,google-readability-todo'\n"
                                      "InheritParentConfig: true\n")
        self.unit("a.cc", "int* a = 0;\n// TODO: it\n")
        self.unit("sub/b.cc", "int* b = 0;\n// TODO: it\n")
        found, _ = self.listed(check=1)
        self.assertEqual(found, [("a.cc", 1, "modernize-use-nullptr", "yes"),
                                 ("sub/b.cc", 2, "google-readability-todo", "yes")])
        found, _ = self.listed("sub", check=1)
        self.assertEqual([f[0] for f in found], ["sub/b.cc"])

    def test_headers_by_filter(self):
        self.write("one.h", "#pragma once\ninline int* one() { return 0; }\n")
        self.write("two.h", "#pragma once\ninline int* two() { return 0; }\n")
        self.unit("a.cc", '#include "one.h"\n#include "two.h"\n')
        files = lambda *flags: [f[0] for f in self.listed(NULL, *flags)[0]]  # noqa: E731
        self.assertEqual(files(), ["one.h", "two.h"])
        self.assertEqual(files("--header-filter=one"), ["one.h"])
        self.assertEqual(files("--exclude-header-filter=one"), ["two.h"])
        self.assertEqual(files("--header-filter=^$"), [])

    def test_comments_suppress(self):
        self.unit("a.cc", "int* a = 0;  // NOLINT\nint* b = 0;\n")
        found, summary = self.listed(NULL)
        self.assertEqual([f[1] for f in found], [2])
        self.assertEqual(summary["suppressed"], 1)

    def test_a_declaration_elsewhere_in_the_unit(self):
        self.write("real.h", "#pragma once\nnamespace real { class Thing {}; }\n")
        self.write("other.h", "#pragma once\nnamespace other { class Thing {}; }\n")
        for i in range(6):
            self.unit(f"u{i}.cc", '#include "real.h"\n#include "other.h"\n' if i else '#include "real.h"\nclass Thing;\n')
        checks = "--checks=-*,bugprone-forward-declaration-namespace"
        self.assertEqual(self.listed(checks)[0], self.listed(checks, "--no-zygote")[0])
        self.assertEqual([f[0] for f in self.listed(checks)[0]], ["u0.cc"])


class Fixes(Fix):
    def test_a_header_is_fixed_once_for_all_units(self):
        self.write("shared.h", "#pragma once\n#include <string>\nstruct Shared { int* value = 0; std::string name; };\n")
        self.many_units(5, "int f{0}(Shared& s) {{ int* p = 0; return p == s.value; }}\n")
        self.fix(NULL)
        self.assertEqual(self.text("shared.h").count("nullptr"), 1)
        for i in range(5):
            self.assertEqual(self.text(f"unit{i}.cc").count("nullptr"), 1)
        self.assertEqual(self.listed(NULL)[0], [])

    def test_a_dry_run_is_a_patch(self):
        text = "".join(f"// {i}\n" for i in range(20))
        self.unit("a.cc", "int* a = 0;\n" + text + "int* b = 0;\nint* c = 0;")
        diff = self.fix(NULL, "--dry-run").stdout
        self.assertNotIn("nullptr", self.text("a.cc"))
        self.assertEqual(diff.count("@@"), 4)
        subprocess.run(["patch", "-p1"], cwd=self.root, input=diff, text=True, check=True, capture_output=True)
        self.assertEqual(self.text("a.cc"), "int* a = nullptr;\n" + text + "int* b = nullptr;\nint* c = nullptr;")

    def test_of_fixes_that_overlap_one_is_applied(self):
        self.unit("a.cc", "#include <string>\nstruct A {\n  A(const std::string& s) : s_(s) {}\n  std::string s_;\n};\n"
                          "int f(int x) { if (x) return 1; else return 2; }\n")
        checks = ("--checks=-*,readability-else-after-return,readability-braces-around-statements,"
                  "modernize-pass-by-value")
        found, summary = self.listed(checks)
        self.assertEqual(summary["fixes"] + summary["conflicts"], len([f for f in found if f[3] != "none"]))
        self.assertGreater(summary["fixes"], 1)
        self.fix(checks)
        subprocess.run(["clang++-22", "-fsyntax-only", "a.cc"], cwd=self.root, check=True)
        self.assertIn("std::move(s)", self.text("a.cc"))
        self.assertIn("#include <utility>", self.text("a.cc"))

    def test_the_mode_and_a_link_stay(self):
        self.unit("a.cc", "int* a = 0;\n")
        os.chmod(os.path.join(self.root, "a.cc"), 0o640)
        self.fix(NULL)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.root, "a.cc")).st_mode), 0o640)
        self.assertEqual(self.text("a.cc"), "int* a = nullptr;\n")


class Trouble(Fix):
    def test_a_unit_that_does_not_compile_is_not_changed(self):
        self.unit("bad.cc", "int* a = 0;\nint f() { return unknown; }\n")
        self.unit("good.cc", "int* a = 0;\n")
        self.fix(NULL, check=1)
        self.assertNotIn("nullptr", self.text("bad.cc"))
        self.assertIn("nullptr", self.text("good.cc"))
        found, _ = self.listed(NULL, check=1)
        self.assertIn(("bad.cc", 2, "clang-diagnostic-error", "none"), found)
        self.fix(NULL, "--fix-errors", check=1)
        self.assertIn("nullptr", self.text("bad.cc"))

    def test_a_unit_that_crashes_is_named_and_the_others_go_on(self):
        self.unit("crash.cc", "int* a = 0;\n#pragma clang __debug crash\n")
        self.unit("good.cc", "int* a = 0;\n")
        result = self.fix(NULL, check=1)
        self.assertIn("crash.cc: crashed", result.stderr)
        self.assertIn("nullptr", self.text("good.cc"))

    def test_a_check_that_hangs_is_named(self):
        self.unit("slow.cc", "int f(int a) { return " + " + ".join(["a"] * 20000) + "; }\n")
        result = self.fix("--checks=-*,bugprone-narrowing-conversions", "--unit-seconds=4", "--list", check=1)
        self.assertIn("slow.cc: took longer than 4s", result.stderr)

    def test_no_such_unit_and_no_database(self):
        self.unit("a.cc", "int a;\n")
        self.assertIn("none of the files", self.fix("b.cc", check=4).stderr)
        os.remove(os.path.join(self.root, "compile_commands.json"))
        self.save = lambda: None
        self.assertIn("no compile_commands.json", self.fix(check=4).stderr)


if __name__ == "__main__":
    semantic_run_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
