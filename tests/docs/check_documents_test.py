"""check_documents.py finds what is wrong, and nothing else."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_documents  # noqa: E402


class Documents(unittest.TestCase):
    def problems(self, text, packages="a-dev  # why", reasons="`a-dev`\n"):
        with tempfile.TemporaryDirectory() as root:
            for folder in ("docs", "third_party"):
                os.mkdir(os.path.join(root, folder))
            script = f"packages=(\n  {packages}\n)\ncmd_run() {{\n"
            other = "# Other one\n## It's `here`\n## Twice\n## Twice\n"
            for name, content in (("x", script), ("docs/other.md", other), ("README.md", text),
                                  ("third_party/README.md", reasons)):
                with open(os.path.join(root, name), "w") as file:
                    file.write(content)
            return [problem.split(": ", 1)[1] for problem in check_documents.check(root)]

    def test_links(self):
        self.assertEqual(self.problems("[a](docs/other.md) [b](#top) [c](https://example.org/x)\n# Top\n"), [])
        self.assertEqual(self.problems("\n[a](docs/none.md)\n"), ["there is no docs/none.md"])
        self.assertEqual(self.problems("![a](docs/none.svg)\n"), ["there is no docs/none.svg"])

    def test_anchors(self):
        self.assertEqual(self.problems("[a](docs/other.md#its-here) [b](docs/other.md#twice-1)\n"), [])
        self.assertEqual(self.problems("[a](docs/other.md#there)\n"), ["docs/other.md has no heading #there"])

    def test_paths(self):
        self.assertEqual(self.problems("`docs/other.md`, `docs/`, `build/release/x`, `docs/NAME/`, `usr/share`\n"), [])
        self.assertEqual(self.problems("`docs/none.py` and `NONE.md`\n"), ["there is no docs/none.py", "there is no NONE.md"])

    def test_commands(self):
        self.assertEqual(self.problems("`./x run`\n```\n./x run HERE\n```\n"), [])
        self.assertEqual(self.problems("Then `./x walk`.\n"), ["./x has no command 'walk'"])

    def test_packages(self):
        self.assertEqual(self.problems("", reasons="`libaa-dev`\n"), ["no word on the package a-dev"])

    def test_code_is_no_link(self):
        self.assertEqual(self.problems("```\n[a](docs/none.md)\n```\n"), [])


if __name__ == "__main__":
    unittest.main()
