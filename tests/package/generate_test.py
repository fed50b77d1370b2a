"""`astrolabe generate`: the manual page and the completions can be read, and leave no command out.

    generate_test.py ASTROLABE [unittest arguments]

zsh and fish are asked where they are installed; of the others the texts are looked at alone.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ASTROLABE = None


def run(*arguments, **kwargs):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, **kwargs)


def commands():
    """The names in --help, of which nothing else is asked here."""
    listed = run(ASTROLABE, "--help").stdout.split("Subcommands:\n")[1]
    return re.findall(r"^  (\S+)", listed, re.MULTILINE)


class Generate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe-generate-")
        self.addCleanup(shutil.rmtree, self.folder)

    def generate(self, what):
        """The text, and a file that has it."""
        result = run(ASTROLABE, "generate", what)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        path = os.path.join(self.folder, what)
        with open(path, "w") as file:
            file.write(result.stdout)
        return result.stdout, path

    def need(self, program):
        if not shutil.which(program):
            self.skipTest(f"{program} is not installed")

    def test_all_name_every_command(self):
        names = commands()
        self.assertGreater(len(names), 10)
        self.assertNotIn("generate", names)
        for what in ("man", "bash", "zsh", "fish"):
            text, _ = self.generate(what)
            for name in names:
                self.assertRegex(text, rf"\b{name}\b", f"{what} has no {name}")
            # Below the first level, and the flags of a command that CLI11 does not read.
            for name in ("callers", "clang.{0,3}tidy", "compile.{0,3}commands.{0,3}dir", "threads"):
                self.assertRegex(text, name)

    def test_manual_page(self):
        self.need("groff")
        _, path = self.generate("man")
        result = run("groff", "-man", "-ww", "-Tutf8", "-P-cbu", "-K", "utf8", path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("doctor", result.stdout)

    def complete(self, *words):
        _, path = self.generate("bash")
        script = (f'source {path}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _astrolabe; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        result = run("bash", "-uc", script, "bash", *words)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.split()

    def test_bash(self):
        _, path = self.generate("bash")
        self.assertEqual(run("bash", "-n", path).stderr, "")
        self.assertEqual(self.complete("astrolabe", "doc"), ["doctor"])
        self.assertIn("--version", self.complete("astrolabe", "--"))
        self.assertEqual(sorted(self.complete("astrolabe", "query", "calle")), ["callees", "callers"])
        self.assertEqual(self.complete("astrolabe", "--log", "info", "query", "symbol", "--kin"), ["--kind"])
        self.assertEqual(self.complete("astrolabe", "lsp", "--completion-st"), ["--completion-style"])
        self.assertEqual(self.complete("astrolabe", "check", "no_such_f"), [])

    def press_tab(self, typed, until):
        """What zsh shows when `typed` and a tab are typed into it, up to `until`."""
        script, _ = self.generate("zsh")
        with open(os.path.join(self.folder, "_astrolabe"), "w") as file:
            file.write(script)
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(shutil.which("zsh"), ["zsh", "-f", "-i"],
                      {"PATH": os.environ["PATH"], "HOME": self.folder, "TERM": "dumb"})
        shown = b""

        def text():
            """Without bells and sequences that move the cursor."""
            return re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]|[\x07\r]", "", shown.decode(errors="replace"))
        try:
            os.write(terminal, b"PS1=; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; echo re''ady\n")
            ready, end = False, time.monotonic() + 30
            while time.monotonic() < end and not (ready and re.search(until, text())):
                if not select.select([terminal], [], [], 0.2)[0]:
                    continue
                shown += os.read(terminal, 4096)
                if not ready and b"ready" in shown:
                    ready, shown = True, b""
                    os.write(terminal, typed.encode() + b"\t")
            return text()
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(terminal)

    def test_zsh(self):
        self.need("zsh")
        _, path = self.generate("zsh")
        self.assertEqual(run("zsh", "-n", path).stderr, "")
        # Of several, all; of one, the rest of it.
        listed = self.press_tab("astrolabe query calle", "callers +--")
        self.assertRegex(listed, r"callees +-- .*\n.*callers +-- ")
        self.assertRegex(self.press_tab("astrolabe doc", "doctor"), "doctor")
        self.assertRegex(self.press_tab("astrolabe lsp --completion-sty", "completion-style"), "completion-style")
        self.assertRegex(self.press_tab("astrolabe check _astr", "_astrolabe"), "_astrolabe")  # a file

    def test_fish(self):
        self.need("fish")
        _, path = self.generate("fish")
        self.assertEqual(run("fish", "--no-execute", path).stderr, "")
        self.assertEqual(self.fish(path, "astrolabe query calle"), ["callees", "callers"])
        self.assertEqual(self.fish(path, "astrolabe doc"), ["doctor"])
        self.assertIn("--completion-style", self.fish(path, "astrolabe lsp --completion-sty"))
        self.assertEqual(self.fish(path, "astrolabe --log info query symbol --kin"), ["--kind"])

    def fish(self, path, typed):
        result = run("fish", "--no-config", "-c", f"source {path}; complete -C '{typed}'",
                     env=dict(os.environ, HOME=self.folder))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return [line.split("\t")[0] for line in result.stdout.splitlines()]


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
