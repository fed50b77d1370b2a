"""What docs/privacy.md promises, seen from the kernel: a session and the commands, under strace.

    privacy_test.py ASTROLABE [unittest arguments]

Skipped where strace is not installed or may not trace.
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

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "lsp_server"))
from client import Client  # noqa: E402

ASTROLABE = None
SOURCE = "#include <stddef.h>\n/// How much.\nint Area(int width) { return width; }\nint main() { return Area(1); }\n"


class Privacy(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe-privacy-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = os.path.join(self.folder, "root")
        self.home = os.path.join(self.folder, "home")
        os.makedirs(self.root)
        os.makedirs(self.home)
        self.environment = {"HOME": self.home, "PATH": os.environ["PATH"], "TMPDIR": self.folder,
                            **{name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}}
        self.write("a.cc", SOURCE)
        self.write("compile_commands.json", json.dumps(
            [{"directory": self.root, "file": "a.cc", "arguments": ["c++", "-c", "a.cc"]}]))
        self.log = os.path.join(self.folder, "strace")
        # Wherever a file is made or changed, a program started, or a socket made.
        self.strace = ["strace", "-f", "-qq", "-s", "4096", "-o", self.log, "-e",
                       "trace=socket,connect,bind,listen,open,openat,creat,execve,rename,renameat,renameat2"]
        if not shutil.which("strace") or subprocess.run([*self.strace, "true"], capture_output=True).returncode != 0:
            self.skipTest("no strace")

    def write(self, path, text):
        with open(os.path.join(self.root, path), "w") as file:
            file.write(text)

    def check(self, writes, starts=(ASTROLABE,)):
        with open(self.log) as log:
            calls = [line.split(maxsplit=1)[1] for line in log]
        self.assertTrue(any(call.startswith("execve(") for call in calls))
        for call in calls:
            self.assertNotRegex(call, r"^(socket|connect|bind|listen)\(")
            path = (re.search(r'"((?:[^"\\]|\\.)*)"', call) or [None, ""])[1]
            if call.startswith("execve("):
                self.assertIn(path, {ASTROLABE, "/proc/self/exe", *starts})
            elif call.startswith(("rename", "creat")) or re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", call):
                self.assertTrue(path.startswith((*writes, "/dev/null", "/proc/")), call)

    def test_a_session(self):
        with Client([*self.strace, ASTROLABE, "lsp", "--ai=1"], self.root, self.environment) as client:
            client.initialize(capabilities={"textDocument": {"inlineCompletion": {}}})
            client.open("a.cc", SOURCE)
            client.wait_notification("textDocument/publishDiagnostics")
            document = client.document("a.cc")
            here = {**document, "position": {"line": 3, "character": 22}}
            self.assertIn("How much.", json.dumps(client.request("textDocument/hover", here)))
            client.request("textDocument/completion", here)
            client.request("textDocument/formatting", {**document, "options": {"tabSize": 2, "insertSpaces": True}})
            client.request("textDocument/references", {**here, "context": {"includeDeclaration": True}})
            client.request("textDocument/inlineCompletion", {**here, "context": {"triggerKind": 1}})
            client.request("shutdown", None)
            client.notify("exit", None)
            client.process.wait(30)
        self.check([f"{self.root}/.cache/astrolabe", f"{self.home}/.local/state/astrolabe/ai"])
        self.assertEqual(os.listdir(self.home) or [".local"], [".local"])
        status = subprocess.run([ASTROLABE, "ai", "status", "--json"], capture_output=True, text=True,
                                env=self.environment)
        servers = json.loads(status.stdout)["servers"]
        self.assertEqual([True] * len(servers), [model["offline"] for server in servers for model in server["models"]])
        for folder, _, names in os.walk(os.path.join(self.home, ".local")):
            for name in names:
                with open(os.path.join(folder, name)) as file:
                    self.assertNotIn("Area", file.read())

    def test_commands(self):
        index = f"{self.root}/.cache/astrolabe"
        for arguments in (["index", "--tier", "0"], ["index"], ["query", "refs", "Area"], ["check", "a.cc"],
                          ["stats"], ["verify"], ["config", "a.cc"], ["ai", "models"], ["ai", "status"]):
            subprocess.run([*self.strace, ASTROLABE, *arguments], cwd=self.root, env=self.environment,
                           capture_output=True, timeout=120)
            self.check([index])

    def test_compile_commands_neither_run_nor_write(self):
        plugin, ran = os.path.join(self.folder, "plugin.so"), os.path.join(self.folder, "ran")
        self.write("plugin.c", f'#include <stdlib.h>\n__attribute__((constructor)) void f(void) {{ system("touch {ran}"); }}')
        if not shutil.which("cc") or subprocess.run(["cc", "-shared", "-fPIC", "-o", plugin,
                                                     os.path.join(self.root, "plugin.c")]).returncode != 0:
            self.skipTest("no C compiler")
        self.write("evil.rsp", f"-fplugin={plugin}")
        self.write("evil.cfg", f"-MJ{self.root}/a.json")
        for program in ("amdgpu-arch", "nvptx-arch", "offload-arch"):  # which Clang's driver asks for the processor
            self.write(program, f"#!/bin/sh\ntouch {ran}\necho gfx90a\n")
            os.chmod(os.path.join(self.root, program), 0o755)
        for flags in ([f"-fplugin={plugin}"], ["-Xclang", "-load", "-Xclang", plugin], [f"-fpass-plugin={plugin}"],
                      ["-mllvm", f"-load={plugin}"], ["@evil.rsp"],
                      ["-MD", "-MF", "a.d"], ["-Wp,-MMD,a.d"], ["-ftime-trace"], ["-save-temps"], ["-MJ", "a.json"],
                      ["--serialize-diagnostics", "a.dia"], ["-Xclang", "-dependency-dot", "-Xclang", "a.dot"],
                      ["-Xclang", "-stats-file=a.stats"], ["-Xclang", "-diagnostic-log-file", "-Xclang", "a.log"],
                      ["-foptimization-record-file=a.yaml"], ["-Xclang", "-emit-pch", "-o", "a.pch"],
                      ["-Xclang", "-dump-minimization-hints=a.hints"], ["-Xclang", "-emit-symbol-graph"],
                      ["-Xclang", "-symbol-graph-dir=graphs"], ["-gen-cdb-fragment-path", "fragments"],
                      ["-Xclang", "-module-dependency-dir", "-Xclang", "modules"], ["-Xclang", "-fthin-link-bitcode=a.bc"],
                      ["-Xclang", "-header-include-file", "-Xclang", "a.h.txt"], ["-ftime-report", "-print-stats"],
                      ["-fstack-usage"], ["-fcrash-diagnostics-dir=crash"], ["-fproc-stat-report=a.stat"],
                      [f"--config={self.root}/evil.cfg"], ["-Xarch_host", f"-MJ{self.root}/b.json"],
                      [f"-B{self.root}", "--target=amdgcn-amd-amdhsa", "-mcpu=native"],
                      [f"-B{self.root}", "-fopenmp", "-fopenmp-targets=amdgcn-amd-amdhsa"],
                      [f"-B{self.root}", "--target=nvptx64-nvidia-cuda", "-march=native"]):
            self.write("compile_commands.json", json.dumps(
                [{"directory": self.root, "file": "a.cc", "arguments": ["clang++", *flags, "-c", "a.cc"]}]))
            before = sorted(os.listdir(self.root))
            for arguments in (["index"], ["check", "a.cc"], ["lsp", "--check=a.cc"]):
                subprocess.run([ASTROLABE, *arguments, f"--index-dir={self.folder}/index"],
                               cwd=self.root, env=self.environment, capture_output=True, timeout=120)
            self.assertFalse(os.path.exists(ran), flags)
            self.assertEqual(sorted(os.listdir(self.root)), before, flags)

    def test_doctor_starts_compilers(self):
        subprocess.run([*self.strace, ASTROLABE, "doctor"], cwd=self.root, env=self.environment, capture_output=True,
                       timeout=120)
        with open(self.log) as log:
            started = re.findall(r'execve\("([^"]*)", \[(.*?)\]', log.read())
        compiler = shutil.which("c++")
        for program, arguments in started:
            if program == compiler:
                self.assertIn('"--version"', arguments)
        self.check([], [program for program, arguments in started if '"--version"' in arguments])


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
