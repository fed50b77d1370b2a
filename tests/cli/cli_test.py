"""The astrolabe program end to end: what it prints, how it exits, and what bad input does to it.

    cli_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ASTROLABE = None


def run(*arguments, cwd=None, check=None, **kwargs):
    result = subprocess.run([ASTROLABE, *arguments], cwd=cwd, capture_output=True, timeout=120, **kwargs)
    if check is not None and result.returncode != check:
        raise AssertionError(f"{arguments}: exit {result.returncode}, wanted {check}\n"
                             f"{result.stdout!r}\n{result.stderr!r}")
    return result


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe-cli-")
        self.root = os.path.join(self.folder, "root")
        self.index_dir = os.path.join(self.folder, "index")
        os.mkdir(self.root)

    def tearDown(self):
        subprocess.run(["chmod", "-R", "u+rwx", self.folder], stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", self.folder])

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())

    def index(self, *arguments, check=0):
        result = run("index", "--root", self.root, "--index-dir", self.index_dir, "--json", *arguments,
                     check=check)
        return json.loads(result.stdout) if check in (0, 130) and result.stdout else result

    def query(self, what, text, *arguments, check=None):
        result = run("query", what, text, "--root", self.root, "--index-dir", self.index_dir, "--json",
                     *arguments, check=check)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def found(self, name):
        return [hit["file"] for hit in self.query("symbol", name, "--exact")]


class Commands(CliTest):
    def test_version_and_help(self):
        self.assertRegex(run("--version", check=0).stdout.decode(), r"astrolabe \d.*Clang 22")
        for command in ([], ["index"], ["query"], ["query", "symbol"], ["stats"], ["dump"]):
            self.assertIn(b"Usage", run(*command, "--help", check=0).stdout)

    def test_wrong_usage(self):
        for arguments in ([], ["nonsense"], ["query", "symbol"], ["index", "-j", "0"]):
            self.assertEqual(run(*arguments).returncode, 2, arguments)
        self.write("a.c", "int a;\n")
        self.index()
        self.query("text", "(", "--regex", check=2)
        self.query("symbol", "a", "--kind", "nonsense", check=2)

    def test_index_fields(self):
        self.write("a.c", "int a;\nint b;\n")
        self.write("doc.md", "x\n")
        report = self.index()
        for field in ("files", "lines", "bytes", "symbols", "seconds", "lines_per_second", "peak_rss_mb",
                      "index_mb", "tier"):
            self.assertIn(field, report)
        self.assertEqual((report["files"], report["lines"], report["symbols"], report["tier"]),
                         (1, 2, 2, 0))

    def test_symbol_fields_are_one_based(self):
        self.write("a.cc", "namespace n {\n  int answer();\n}\n")
        self.index()
        hit = self.query("symbol", "answer", check=0)[0]
        self.assertEqual((hit["file"], hit["line"], hit["column"], hit["name"], hit["qualified"],
                          hit["kind"], hit["tier"]), ("a.cc", 2, 7, "answer", "n::answer", "function", 0))
        self.assertGreater(hit["score"], 0)

    def test_other_queries(self):
        self.write("dir/a.c", "int answer; // answer\nint x = answer + 1;\n")
        self.index()
        self.assertEqual([h["line"] for h in self.query("refs", "answer", check=0)], [1, 2])
        self.assertEqual([h["line"] for h in self.query("text", "= answer", check=0)], [2])
        self.assertEqual([h["line"] for h in self.query("text", "a.*1", "--regex", check=0)], [2])
        self.assertEqual(self.query("file", "a.c", check=0)[0]["file"], "dir/a.c")
        self.assertEqual([h["name"] for h in self.query("outline", "dir/a.c", check=0)], ["answer", "x"])
        self.assertEqual(
            [h["name"] for h in self.query("outline", os.path.join(self.root, "dir/a.c"), check=0)],
            ["answer", "x"])
        self.assertEqual(self.query("symbol", "nothing_like_it", check=1), [])
        self.assertEqual(self.query("text", "nothing_like_it", check=1), [])

    def test_root_is_found_upwards(self):
        self.write(".git/HEAD", "")
        self.write("deep/er/a.c", "int from_above;\n")
        run("index", cwd=os.path.join(self.root, "deep/er"), check=0)
        self.assertTrue(os.path.exists(os.path.join(self.root, ".cache/astrolabe/MANIFEST")))
        result = run("query", "symbol", "from_above", cwd=os.path.join(self.root, "deep"), check=0)
        self.assertIn(b"deep/er/a.c:1:5: variable from_above", result.stdout)
        # The index does not index itself.
        self.assertIn(b"0 scanned", run("index", cwd=self.root, check=0).stdout)

    def test_root_as_the_only_argument(self):
        self.write("a.c", "int a;\n")
        run("index", self.root, "--index-dir", self.index_dir, check=0)
        self.assertEqual(self.found("a"), ["a.c"])
        stats = json.loads(run("stats", self.root, "--index-dir", self.index_dir, "--json", check=0).stdout)
        self.assertEqual(stats["root"], os.path.realpath(self.root))
        run("verify", "--index-dir", self.index_dir, self.root, check=0)
        # Which of two was meant is not for us to say.
        for arguments in (["index", self.root, "--root", self.root], ["index", self.root, self.folder]):
            self.assertEqual(run(*arguments, "--index-dir", self.index_dir).returncode, 2, arguments)
        self.assertEqual(run("index", os.path.join(self.folder, "nowhere")).returncode, 4)

    def test_no_index_yet(self):
        result = run("query", "symbol", "x", "--root", self.root, check=3)
        self.assertIn(b"astrolabe index --root", result.stderr)
        run("stats", "--root", self.root, check=3)
        run("verify", "--root", self.root, check=3)

    def test_stats_verify_dump(self):
        self.write("a.c", "#define M 1\nint a;\n")
        self.index()
        where = ("--root", self.root, "--index-dir", self.index_dir)
        self.assertEqual(json.loads(run("stats", *where, "--json", check=0).stdout)["symbols"], 2)
        self.assertTrue(json.loads(run("verify", *where, "--json", check=0).stdout)["ok"])
        source = os.path.join(self.root, "a.c")
        self.assertIn(b"2:5 identifier a\n", run("dump", "tokens", source, check=0).stdout)
        self.assertIn(b"2:5 variable a [2:1-2:7]", run("dump", "outline", source, check=0).stdout)
        segment = next(f for f in os.listdir(self.index_dir) if f.endswith(".seg"))
        self.assertIn(b"2:5 variable a",
                      run("dump", "segment", os.path.join(self.index_dir, segment), check=0).stdout)

    def test_reader_that_goes_away_is_no_error(self):
        self.write("a.c", "".join(f"int needle; // {i}\n" for i in range(50000)))
        self.index()
        pipe = subprocess.Popen([ASTROLABE, "query", "text", "needle", "--root", self.root, "--index-dir",
                                 self.index_dir], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        pipe.stdout.readline()
        pipe.stdout.close()
        error = pipe.stderr.read()
        self.assertEqual((pipe.wait(60), b"cannot write" in error), (0, False))

    def test_watch_follows_changes(self):
        self.write("a.c", "int at_first;\n")
        watcher = subprocess.Popen([ASTROLABE, "index", "--watch", "--root", self.root, "--index-dir",
                                    os.path.join(self.root, "idx"), "--json"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.assertEqual(json.loads(watcher.stdout.readline())["files"], 1)
            self.write("new/b.c", "int came_later;\n")
            while True:  # each batch prints a report; the test's time limit is the last resort
                report = json.loads(watcher.stdout.readline())
                if report["files"] == 2:
                    break
            where = ("--root", self.root, "--index-dir", os.path.join(self.root, "idx"))
            run("query", "symbol", "came_later", *where, check=0)
            os.remove(os.path.join(self.root, "a.c"))
            while json.loads(watcher.stdout.readline())["files"] != 1:
                pass
            run("query", "symbol", "at_first", "--exact", *where, check=1)
            # The index inside the workspace is neither indexed nor a reason to index again.
            run("query", "file", "MANIFEST", *where, check=1)
        finally:
            watcher.send_signal(signal.SIGINT)
            rest, _ = watcher.communicate(timeout=30)
        self.assertEqual(watcher.returncode, 0)
        self.assertLess(rest.count(b"\n"), 3)

    def test_full_disk_behind_standard_output(self):
        self.write("a.c", "int a;\n")
        self.index()
        with open("/dev/full", "wb") as full:
            result = subprocess.run([ASTROLABE, "query", "symbol", "a", "--root", self.root, "--index-dir",
                                     self.index_dir], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, 4)

    def test_trace_is_valid_json(self):
        self.write("a.c", "int a;\n")
        trace = os.path.join(self.folder, "trace.json")
        self.index("--trace", trace)
        with open(trace) as f:
            content = json.load(f)
        events = content["traceEvents"] if isinstance(content, dict) else content
        self.assertIn("scan", [e.get("name") for e in events])
        self.assertNotEqual(
            run("--trace", "/nonexistent/t.json", "stats", "--root", self.root).returncode, 0)


class Check(CliTest):
    """How `astrolabe check` comes to the command of a file."""

    def check(self, *arguments):
        return run("check", os.path.join(self.root, "app/a.cc"), "--root", self.root, "--index-dir", self.index_dir,
                   *arguments)

    def test_include_folders_are_guessed_without_a_database(self):
        self.write("app/a.cc", '#include "net/port.h"\nint port = kPort;\n')
        self.write("libs/net/port.h", "const int kPort = 1;\n")
        self.assertNotIn(b"include director", self.check().stdout)
        self.index()
        said = self.check().stdout.decode()
        self.assertIn("1 include directory by what the workspace includes", said)
        self.assertIn("0 errors", said)

    def test_a_compiler_may_be_asked(self):
        self.write("app/a.cc", "#include <only_it_has.h>\n")
        self.write("sdk/include/only_it_has.h", "")
        self.write("sdk/bin/g++", "#!/bin/sh\necho 'Target: x86_64-linux-gnu\n#include <...> search starts here:\n"
                                  f" {self.root}/sdk/include\nEnd of search list.' >&2\n")
        os.chmod(os.path.join(self.root, "sdk/bin/g++"), 0o755)
        self.write("compile_commands.json", json.dumps([{
            "directory": self.root, "file": "app/a.cc",
            "arguments": [os.path.join(self.root, "sdk/bin/g++"), "-c", "app/a.cc"]}]))
        self.assertIn(b"1 errors", self.check().stdout)
        self.assertIn(b"0 errors", self.check(f"--query-driver={self.root}/sdk/bin/*").stdout)

    def test_a_folder_without_a_database_is_said(self):
        self.write("app/a.cc", "int a = A;\n")
        self.write("compile_commands.json", json.dumps([{
            "directory": self.root, "file": "app/a.cc", "arguments": ["c++", "-DA=1", "-c", "app/a.cc"]}]))
        result = self.check("--compile-commands-dir=/no/such/folder")
        self.assertIn(b"0 errors", result.stdout)
        said = [line for line in result.stderr.decode().splitlines() if "/no/such/folder" in line]
        self.assertEqual(len(said), 1, said)
        self.assertIn(f"{self.root}/compile_commands.json is used", said[0])


class BadInput(CliTest):
    def test_empty_workspace(self):
        self.assertEqual(self.index()["files"], 0)
        self.query("symbol", "x", check=1)

    def test_root_missing_or_a_file(self):
        self.assertEqual(run("index", "--root", self.root + "/missing").returncode, 4)
        self.write("file", "")
        self.assertEqual(run("index", "--root", self.root + "/file").returncode, 4)

    @unittest.skipUnless(os.geteuid() == 0, "drops privileges, so it needs some")
    def test_unreadable_directory_and_file(self):
        self.write("ok.c", "int ok;\n")
        self.write("secret/a.c", "int hidden_symbol;\n")
        self.write("locked.c", "int locked_symbol;\n")
        os.chmod(os.path.join(self.root, "secret"), 0)
        os.chmod(os.path.join(self.root, "locked.c"), 0)
        os.chmod(self.folder, 0o777)
        os.mkdir(self.index_dir)
        os.chmod(self.index_dir, 0o777)
        report = json.loads(run("index", "--root", self.root, "--index-dir", self.index_dir, "--json",
                                user=65534, check=0).stdout)
        self.assertEqual(report["files"], 1)
        self.assertTrue(any("secret" in line for line in report["skipped"]), report)
        self.assertTrue(any("locked.c" in line for line in report["skipped"]), report)
        self.assertEqual(self.found("ok"), ["ok.c"])

    def test_one_gigabyte_file(self):
        path = os.path.join(self.root, "huge.c")
        with open(path, "wb") as f:
            f.truncate(1 << 30)  # sparse: what counts is the size
        self.write("ok.c", "int ok;\n")
        report = self.index()
        self.assertEqual(report["files"], 1)
        self.assertTrue(any("huge.c" in line for line in report["skipped"]))
        self.assertLess(report["peak_rss_mb"], 300)
        # Allowed by name, it is opened: its zero bytes say that it is no text, and no more is read.
        report = self.index("--max-file-mb", "2000")
        self.assertTrue(any("huge.c: binary" in line for line in report["skipped"]), report["skipped"])
        self.assertLess(report["peak_rss_mb"], 300)

    def test_two_megabyte_line(self):
        for i, line in enumerate(["int a" + ",a" * 1_000_000 + ";", "(" * 2_000_000, "{" * 2_000_000,
                                  "<" * 2_000_000, "\"\\" * 1_000_000, "A(" * 1_000_000,
                                  "template<" * 220_000, "x::" * 700_000, "'1" * 1_000_000,
                                  "/*" + "*/#" * 700_000, "R\"(" * 700_000, "#if 1\\" * 300_000]):
            self.write(f"long{i}.cc", line + "\nint behind" + str(i) + ";\n")
        start = time.monotonic()
        report = self.index()
        self.assertEqual(report["files"], 12)
        self.assertLess(time.monotonic() - start, 60, "something takes quadratic time")

    def test_many_files_in_one_folder(self):
        folder = os.path.join(self.root, "many")
        os.mkdir(folder)
        for i in range(100_000):
            os.close(os.open(f"{folder}/f{i}.c", os.O_CREAT | os.O_WRONLY))
        self.write("many/f77777.c", "int the_one;\n")
        self.assertEqual(self.index()["files"], 100_000)
        self.assertEqual(self.found("the_one"), ["many/f77777.c"])

    def test_path_of_4000_bytes(self):
        depth, part = 20, "d" * 199
        home = os.open(".", os.O_RDONLY)
        try:
            os.chdir(self.root)
            for _ in range(depth):
                os.mkdir(part)
                os.chdir(part)
            with open("deep.c", "w") as f:
                f.write("int at_the_bottom;\n")
        finally:
            os.fchdir(home)
            os.close(home)
        self.index()
        self.assertEqual(self.found("at_the_bottom"), ["/".join([part] * depth + ["deep.c"])])
        self.assertEqual(len(self.query("refs", "at_the_bottom")), 1)

    def test_names_that_are_no_utf8(self):
        with open(os.path.join(self.root.encode(), b"caf\xe9\xff.c"), "wb") as f:
            f.write(b"int in_odd_file; /* caf\xe9 */\nint \xff\xfeodd;\n")
        self.assertEqual(self.index()["files"], 1)
        self.assertEqual(len(self.found("in_odd_file")), 1)
        text = run("query", "symbol", "in_odd_file", "--root", self.root, "--index-dir", self.index_dir)
        self.assertIn(b"caf\xe9\xff.c:1:5", text.stdout)

    def test_symlink_loop(self):
        self.write("a/x.c", "int looped;\n")
        os.symlink("..", os.path.join(self.root, "a/up"))
        os.symlink("self", os.path.join(self.root, "self"))
        self.assertEqual(self.index()["files"], 1)
        self.assertEqual(self.index("--follow")["files"], 1)

    @unittest.skipUnless(os.geteuid() == 0, "drops privileges, so it needs some")
    def test_read_only_index_place(self):
        self.write("a.c", "int a;\n")
        os.chmod(self.folder, 0o755)
        result = run("index", "--root", self.root, "--index-dir", self.index_dir, user=65534, check=4)
        self.assertIn(b"ermission", result.stderr)

    def test_index_place_is_a_file(self):
        self.write("a.c", "int a;\n")
        with open(self.index_dir, "w") as f:
            f.write("not a folder")
        result = run("index", "--root", self.root, "--index-dir", self.index_dir)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(self.index_dir.encode(), result.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "mounts a small file system")
    def test_full_disk(self):
        os.mkdir(self.index_dir)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", self.index_dir],
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("mount is not allowed here")
        try:
            self.write("a.c", "int before_full;\n")
            self.index()
            self.write("b.c", "".join(f"int a_rather_long_symbol_name_{i * 7919 % 100003};\n"
                                      for i in range(60000)))
            result = run("index", "--root", self.root, "--index-dir", self.index_dir, check=4)
            self.assertRegex(result.stderr, rb"(?i)no space")
            self.assertEqual(self.found("before_full"), ["a.c"])
            os.remove(os.path.join(self.root, "b.c"))
            self.index()
            self.assertEqual(self.found("before_full"), ["a.c"])
        finally:
            subprocess.run(["umount", self.index_dir])

    def test_two_writers(self):
        for i in range(3000):
            self.write(f"d{i % 50}/f{i}.c", f"int n{i};\n" * 50)
        command = [ASTROLABE, "index", "--root", self.root, "--index-dir", self.index_dir]
        writers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for _ in range(4)]
        codes = []
        for writer in writers:
            _, error = writer.communicate(timeout=120)
            codes.append(writer.returncode)
            if writer.returncode == 5:
                self.assertIn(b"process", error)
        self.assertTrue(set(codes) <= {0, 5}, codes)
        self.assertIn(0, codes)
        self.assertEqual(self.index()["files"], 3000)

    def test_other_format_version(self):
        self.write("a.c", "int a;\n")
        self.index()
        manifest = os.path.join(self.index_dir, "MANIFEST")
        with open(manifest, "rb") as f:
            lines = f.read().split(b"\n")
        name, version = lines[0].rsplit(b" ", 1)
        lines[0] = name + b" " + str(int(version) + 41).encode()
        with open(manifest, "wb") as f:
            f.write(b"\n".join(lines))
        result = run("query", "symbol", "a", "--root", self.root, "--index-dir", self.index_dir, check=3)
        self.assertIn(b"version", result.stderr)
        self.assertEqual(self.index()["files_scanned"], 1)
        self.assertEqual(self.found("a"), ["a.c"])

    def test_damage_is_named_quarantined_and_rebuilt(self):
        for i in range(200):
            self.write(f"f{i}.c", f"int symbol_number_{i};\n")
        self.index()
        segment = next(f for f in os.listdir(self.index_dir) if f.endswith(".seg"))
        path = os.path.join(self.index_dir, segment)
        size = os.path.getsize(path)
        with open(path, "r+b") as f:  # one bit, in the middle
            f.seek(size // 2)
            byte = f.read(1)
            f.seek(size // 2)
            f.write(bytes([byte[0] ^ 4]))
        result = run("verify", "--root", self.root, "--index-dir", self.index_dir, check=3)
        self.assertIn(segment.encode(), result.stderr)
        report = self.index()
        self.assertEqual(report["files_scanned"], 200)
        self.assertTrue(any(segment in note for note in report["notes"]), report["notes"])
        self.assertTrue(os.listdir(os.path.join(self.index_dir, "quarantine")))
        self.assertEqual(self.found("symbol_number_77"), ["f77.c"])
        # Cut short instead.
        segment = next(f for f in os.listdir(self.index_dir) if f.endswith(".seg"))
        os.truncate(os.path.join(self.index_dir, segment), 1000)
        run("query", "symbol", "symbol", "--root", self.root, "--index-dir", self.index_dir, check=3)
        self.index()
        self.assertEqual(self.found("symbol_number_77"), ["f77.c"])

    def test_index_copied_from_another_machine(self):
        self.write("a.c", "int travelled;\n")
        self.index()
        other = os.path.join(self.folder, "elsewhere")
        shutil.copytree(self.root, other)  # new inodes, new times
        shutil.copytree(self.index_dir, other + "-index")
        self.write("a.c", "int stayed;\n")
        hits = run("query", "symbol", "travelled", "--root", other, "--index-dir", other + "-index",
                   check=0)
        self.assertIn(b"a.c:1:5", hits.stdout)
        report = json.loads(run("index", "--root", other, "--index-dir", other + "-index", "--json",
                                check=0).stdout)
        self.assertEqual(report["files"], 1)

    def test_interrupted_run_leaves_a_valid_index(self):
        for i in range(4000):
            self.write(f"d{i % 40}/f{i}.c", f"int name_{i};\n" * 200)
        command = [ASTROLABE, "index", "--root", self.root, "--index-dir", self.index_dir]
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            for delay in (0.01, 0.05, 0.15):
                process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                time.sleep(delay)
                process.send_signal(signal_number)
                process.communicate(timeout=60)
                self.assertIn(process.returncode, (0, 4, 130, 143, -signal_number))
                if os.path.exists(os.path.join(self.index_dir, "MANIFEST")):
                    run("verify", "--root", self.root, "--index-dir", self.index_dir, check=0)
        self.assertEqual(self.index()["files"], 4000)
        self.assertEqual(set(self.found("name_3999")), {"d39/f3999.c"})


class Config(CliTest):
    def setUp(self):
        super().setUp()
        self.environment = dict(os.environ, XDG_CONFIG_HOME=os.path.join(self.folder, "home"))

    def config(self, *arguments, check=0):
        return run("config", *arguments, cwd=self.root, env=self.environment, check=check).stdout.decode()

    def test_each_value_and_where_it_is_from(self):
        self.write(".clangd", "CompileFlags:\n  Add: [-DOUTER, -Wall]\nHover:\n  ShowAKA: No\n")
        self.write("sub/.clangd", "Hover: {ShowAKA: Yes}\nCompileFlags: {Add: -DINNER}\n")
        said = self.config("sub/a.cc").splitlines()
        self.assertEqual(said[0], f"{self.root}/sub/a.cc")
        self.assertIn(f"  reads {self.root}/.clangd", said)
        self.assertIn(f"CompileFlags.Add: -DOUTER, -Wall  # {self.root}/.clangd:2", said)
        self.assertIn(f"CompileFlags.Add: -DINNER  # {self.root}/sub/.clangd:2", said)
        self.assertIn(f"Hover.ShowAKA: Yes  # {self.root}/sub/.clangd:1", said)  # what counts is the last one
        self.assertIn("InlayHints.TypeNameLimit: 32  # default", said)

    def test_json(self):
        self.write(".clangd", "If:\n  PathMatch: .*\\.h\nHover:\n  ShowAKA: No\n")
        said = json.loads(self.config("a.h", "--json"))
        self.assertEqual(said["files"], [f"{self.root}/.clangd"])
        self.assertIn({"key": "Hover.ShowAKA", "value": "No", "file": f"{self.root}/.clangd", "line": 4}, said["values"])
        self.assertEqual(said["problems"], [])
        self.assertIn({"key": "Hover.ShowAKA", "value": "Yes"}, json.loads(self.config("a.cc", "--json"))["values"])

    def test_the_users_file(self):
        path = os.path.join(self.folder, "home/clangd/config.yaml")
        os.makedirs(os.path.dirname(path))
        with open(path, "w") as f:
            f.write("Index: {Background: Skip}\n")
        said = self.config()
        self.assertIn(f"  reads {path} (the user's)", said)
        self.assertIn(f"Index.Background: Skip  # {path}:1", said)

    def test_mistakes(self):
        self.write(".clangd", "CompileFlags:\n  Ad: x\n")
        self.assertIn(f'{self.root}/.clangd:2:3: warning: CompileFlags has no key "Ad"; did you mean "Add"?',
                      self.config("a.cc"))
        self.write(".clangd", b"\xff\xfe[")
        self.assertIn("error: this is not UTF-8", self.config("a.cc", check=1))
        problem = json.loads(self.config("a.cc", "--json", check=1))["problems"][0]
        self.assertEqual((problem["line"], problem["column"], problem["level"]), (1, 1, "error"))

    def test_flags_in_the_command_of_a_file(self):
        self.write("a.cc", "int a;\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": "a.cc", "arguments": ["c++", "-DOLD=1", "-Wall", "-c", "a.cc"]}]))
        self.write(".clangd", "CompileFlags: {Add: -DNEW, Remove: [-DOLD=*]}\n")
        flags = lambda *more: run("dump", "flags", "a.cc", *more, cwd=self.root, env=self.environment,  # noqa: E731
                                  check=0).stdout.decode()
        self.assertIn("command c++ -Wall -c -DNEW a.cc\n", flags())
        self.assertIn(f"edited by {self.root}/.clangd", flags())
        self.assertIn("command c++ -DOLD=1 -Wall -c a.cc\n", flags("--enable-config=0"))

    def test_the_index_is_of_configured_units(self):
        for name in ("a.cc", "b.cc", "skip/c.cc"):
            self.write(name, f"#ifdef NEW\nint new_{name[-4]};\n#endif\nint old_{name[-4]};\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": f, "arguments": ["c++", "-c", f]} for f in ("a.cc", "b.cc", "skip/c.cc")]))
        self.write(".clangd", "If: {PathMatch: a.cc}\nCompileFlags: {Add: -DNEW}\n---\n"
                              "If: {PathMatch: skip/.*}\nIndex: {Background: Skip}\nNonsense: 1\n")
        report = self.index()
        self.assertEqual(report["semantic"]["units"] if "semantic" in report else report["units"], 2)
        defined = lambda name: run("query", "def", name, "--root", self.root, "--index-dir", self.index_dir,  # noqa: E731
                                   "--json").stdout.decode()
        self.assertIn("a.cc", defined("new_a"))
        # Another configuration is another meaning: the units that it is for are parsed again, or left out.
        self.write(".clangd", "")
        report = self.index()
        self.assertEqual(report["semantic"]["units"] if "semantic" in report else report["units"], 3)


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
