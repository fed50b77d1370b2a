#!/usr/bin/env python3
"""That check_layers.py finds a breach where there is one, and none where there is none.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).with_name("check_layers.py")


def check(files, folders=("base", "alloc", "index", "analysis", "lsp")):
    """(exit status, lines printed) for a project of these files: path to text."""
    with tempfile.TemporaryDirectory() as root:
        for folder in folders:
            (pathlib.Path(root) / folder).mkdir()
        for name, text in files.items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        run = subprocess.run(
            [sys.executable, CHECKER, root], capture_output=True, text=True, check=False
        )
        return run.returncode, run.stdout.splitlines()


class CheckLayersTest(unittest.TestCase):
    def assert_breach(self, name, text, line, part):
        status, printed = check({name: text})
        self.assertEqual(status, 1, printed)
        self.assertEqual(len(printed), 1, printed)
        self.assertTrue(printed[0].startswith(f"{name}:{line}: "), printed)
        self.assertIn(part, printed[0])

    def assert_clean(self, files):
        self.assertEqual(check(files), (0, ["every include respects the layers"]))

    def test_upward_include(self):
        self.assert_breach(
            "base/a.h", '// A.\n#include "alloc/arena.h"\n', 2, "base/ is below alloc/"
        )
        self.assert_breach("index/a.cc", '#include "lsp/server.h"\n', 1, "index/ is below lsp/")
        self.assert_breach("analysis/a.cc", '#include "lsp/s.h"\n', 1, "analysis/ is below lsp/")

    def test_own_and_lower_layers(self):
        self.assert_clean(
            {
                "lsp/a.cc": '#include "lsp/a.h"\n#include "analysis/x.h"\n#include "base/y.h"\n',
                "index/query/a.cc": '#include "index/query/a.h"\n#include <vector>\n',
                "base/a.cc": '#include "absl/strings/str_cat.h"\n',
            }
        )

    def test_subfolders_are_looked_at(self):
        self.assert_breach("index/query/a.h", '#include "analysis/x.h"\n', 1, "below analysis/")

    def test_compiler_only_in_analysis(self):
        self.assert_clean({"analysis/a.cc": '#include "clang/AST/Decl.h"\n#include "llvm/X.h"\n'})
        for layer in ("base", "alloc", "index", "lsp"):
            self.assert_breach(f"{layer}/a.cc", "\n#include <llvm/A.h>\n", 2, "only analysis/ may")
            self.assert_breach(f"{layer}/a.h", '#include "clang/A.h"\n', 1, "only analysis/ may")

    def test_json_only_in_lsp(self):
        self.assert_clean({"lsp/a.cc": "#include <nlohmann/json.hpp>\n"})
        for layer in ("base", "alloc", "index", "analysis"):
            self.assert_breach(f"{layer}/a.cc", "#include <nlohmann/json.hpp>\n", 1, "only lsp/")
        self.assert_breach("analysis/b.cc", '#include "llvm/Support/JSON.h"\n', 1, "only analysis/project/")

    def test_model_runner_only_in_analysis_ai(self):
        self.assert_clean({"analysis/ai/model.cc": '#include "llama.h"\n#include "ggml.h"\n'})
        self.assert_breach("analysis/a.cc", '#include "llama.h"\n', 1, "only analysis/ai/")
        self.assert_breach("lsp/a.cc", "#include <ggml-backend.h>\n", 1, "only analysis/ai/")

    def test_ways_around(self):
        self.assert_breach("base/a.cc", '  #  include "index/x.h"\n', 1, "base/ is below")
        self.assert_breach("base/a.cc", "#include <index/x.h>\n", 1, "base/ is below")
        self.assert_breach("base/a.cc", '#include "../index/x.h"\n', 1, "without `..`")
        self.assert_breach("base/a.cc", "#include HEADER\n", 1, "can't be checked")
        self.assert_breach("lsp/a.cc", '#include "tests/x.h"\n', 1, "must not depend on tests/")

    def test_every_breach_is_named(self):
        status, printed = check({"base/a.h": '#include "lsp/x.h"\n#include <clang/A.h>\n'})
        self.assertEqual((status, len(printed)), (1, 2))

    def test_wrong_root_is_no_success(self):
        self.assertEqual(check({}, folders=("base",))[0], 2)


if __name__ == "__main__":
    unittest.main()
