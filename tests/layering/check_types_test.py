#!/usr/bin/env python3
"""check_types.py on two small trees: one that is fine and one that is not.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("check_types.py")


class CheckTypes(unittest.TestCase):
    def run_on(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            got = subprocess.run([sys.executable, CHECK, folder], capture_output=True, text=True)
            return got.returncode, got.stdout.strip()

    def test_a_type_of_two_headers_is_named(self):
        code, said = self.run_on({
            "index/a.h": "namespace astrolabe {\nstruct Place;\nstruct Place {\n  int x;\n};\n}\n",
            "lsp/b.h": "namespace astrolabe {\n\nclass Place final : public Other {\n};\n}\n"})
        self.assertEqual((code, said), (1, "lsp/b.h:3: astrolabe::Place is defined in index/a.h:3 too"))

    def test_other_namespaces_nested_types_and_declarations_are_fine(self):
        code, said = self.run_on({
            "index/a.h": "namespace astrolabe {\nstruct Place {\n  struct Inner {\n  };\n};\nenum class Kind : int { kA };\n}\n",
            "lsp/b.h": "namespace astrolabe::lsp {\nstruct Place {\n  struct Inner {\n  };\n};\n}\nnamespace astrolabe {\nclass Kind;\n}\n"})
        self.assertEqual((code, said), (0, "3 types, each defined once"))


if __name__ == "__main__":
    unittest.main()
