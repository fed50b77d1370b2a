"""What the tests of a language model over the wire share: a server, and models of tiny_model.py's that write what they are told.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from lsp_server_test import ServerTest  # noqa: E402


class ModelTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.folder, "state")
        os.environ["XDG_STATE_HOME"] = self.state

    def model(self, *arguments, file="model.gguf"):
        path = os.path.join(self.folder, file)
        subprocess.run([sys.executable, os.path.join(HERE, "tiny_model.py"), path, "--layers", "1", *arguments],
                       check=True)
        return path

    def status(self, check=0):
        """What `ai status` says; it exits with `check`, or somehow if that is None."""
        result = subprocess.run([lsp_server_test.ASTROLABE, "ai", "status", "--json"], capture_output=True, text=True,
                                timeout=60)
        if check is not None:
            self.assertEqual(result.returncode, check, result.stderr)
        return json.loads(result.stdout)
