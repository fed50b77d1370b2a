"""clang-tidy's checks in open files, over the wire.

    lsp_tidy_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import ServerError, uri_of  # noqa: E402
from lsp_changes_test import RESOLVES, ChangesTest  # noqa: E402
from lsp_live_test import descendants  # noqa: E402

DIAGNOSTICS = "textDocument/publishDiagnostics"


class TidyTest(ChangesTest):
    def said(self, client, name, stages=3):
        """What is published last of a file that was just opened: of its parse, of the whole unit, with clang-tidy's."""
        uri = uri_of(client.path(name))
        said = lambda: [p["diagnostics"] for p in client.notifications(DIAGNOSTICS) if p["uri"] == uri]  # noqa: E731
        return self.eventually(said, lambda all_said: len(all_said) >= stages)[-1]

    def checks(self, name, text, config=None, *flags):
        """[(line, check)] of a file that is opened, with this .clang-tidy in the root."""
        if config is not None:
            self.write(".clang-tidy", config)
        self.write(name, text)
        client = self.server("--background-index=0", *flags)
        client.open(name)
        stages = 2 if "--clang-tidy=0" in flags else 3
        return [(d["range"]["start"]["line"], d["code"]) for d in self.said(client, name, stages)
                if d["source"] == "clang-tidy"]


class Configuration(TidyTest):
    NULL = "int* p = 0;\n"

    def test_a_check_says_who_it_is(self):
        self.write(".clang-tidy", "Checks: '-*,modernize-use-nullptr'\n")
        self.write("a.cc", self.NULL)
        client = self.server("--background-index=0")
        client.open("a.cc")
        [said] = self.said(client, "a.cc")
        self.assertEqual((said["source"], said["code"], said["severity"], said["message"]),
                         ("clang-tidy", "modernize-use-nullptr", 2, "use nullptr"))
        self.assertEqual(said["codeDescription"]["href"],
                         "https://clang.llvm.org/extra/clang-tidy/checks/modernize/use-nullptr.html")
        self.assertEqual(said["range"], {"start": {"line": 0, "character": 9}, "end": {"line": 0, "character": 10}})

    def test_without_configuration_there_are_a_few(self):
        text = "double half(int x) {\n  return x / 2;\n}\n" + self.NULL
        self.assertEqual(self.checks("a.cc", text), [(1, "bugprone-integer-division")])

    def test_it_can_be_turned_off(self):
        self.assertEqual(self.checks("a.cc", self.NULL, "Checks: '-*,modernize-use-nullptr'\n", "--clang-tidy=0"), [])

    def test_a_folder_inherits_if_it_says_so(self):
        self.write("sub/.clang-tidy", "Checks: 'readability-else-after-return'\nInheritParentConfig: true\n")
        text = self.NULL + "int f(int x) {\n  if (x > 0) {\n    return 1;\n  } else {\n    return 2;\n  }\n}\n"
        both = [(0, "modernize-use-nullptr"), (4, "readability-else-after-return")]
        self.assertEqual(self.checks("sub/a.cc", text, "Checks: '-*,modernize-use-nullptr'\n"), both)
        self.write("sub/.clang-tidy", "Checks: 'readability-else-after-return'\n")
        self.assertEqual(self.checks("sub/b.cc", text), both[1:])

    def test_options_of_checks(self):
        text = "namespace Zoo {\nint Legs = 4;\n}\n"
        config = ("Checks: '-*,readability-identifier-naming'\nCheckOptions:\n"
                  "  readability-identifier-naming.NamespaceCase: lower_case\n")
        self.assertEqual(self.checks("a.cc", text, config), [(0, "readability-identifier-naming")])

    def test_warnings_as_errors(self):
        self.write(".clang-tidy", "Checks: '-*,modernize-use-nullptr'\nWarningsAsErrors: 'modernize-*'\n")
        self.write("a.cc", self.NULL)
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.assertEqual([d["severity"] for d in self.said(client, "a.cc")], [1])

    def test_comments_suppress(self):
        text = ("int* a = 0;  // NOLINT\nint* b = 0;  // NOLINT(modernize-use-nullptr)\n"
                "// NOLINTNEXTLINE\nint* c = 0;\n// NOLINTBEGIN\nint* d = 0;\n// NOLINTEND\nint* e = 0;\n"
                "int* f = 0;  // NOLINT(other)\n")
        self.assertEqual(self.checks("a.cc", text, "Checks: '-*,modernize-use-nullptr'\n"),
                         [(7, "modernize-use-nullptr"), (8, "modernize-use-nullptr")])

    def test_slow_checks_are_left_out(self):
        text = "#include <string>\nbool f(const std::string& s) { return s.size() == 0; }\n" + self.NULL
        config = "Checks: '-*,readability-container-size-empty,modernize-use-nullptr'\n"
        self.assertEqual(self.checks("a.cc", text, config), [(2, "modernize-use-nullptr")])

    def test_a_change_of_the_configuration_is_seen(self):
        self.write(".clang-tidy", "Checks: '-*,modernize-use-nullptr'\n")
        self.write("a.cc", self.NULL)
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.assertEqual(len(self.said(client, "a.cc")), 1)
        self.write(".clang-tidy", "Checks: '-*,readability-else-after-return'\n")
        client.notify("workspace/didChangeWatchedFiles",
                      {"changes": [{"uri": uri_of(client.path(".clang-tidy")), "type": 2}]})
        self.assertEqual(self.said(client, "a.cc", stages=5), [])


class Checks(TidyTest):
    def test_those_that_listen_to_the_preprocessor(self):
        # The first macro and both includes are in the preamble, which another process has parsed.
        text = ("#include <string.h>\n#include <vector>\n#define TWICE(x) x + x\n\nint f(int a) { return a; }\n"
                "#define SQUARE(x) ((x) * (x))\n#define HALF(x) x / 2\n// TODO: more\n"
                "int g(int a) { return SQUARE(a++); }\n")
        config = ("Checks: '-*,bugprone-macro-parentheses,bugprone-macro-repeated-side-effects,"
                  "google-readability-todo,modernize-deprecated-headers'\n")
        self.assertEqual(self.checks("a.cc", text, config), [
            (0, "modernize-deprecated-headers"), (2, "bugprone-macro-parentheses"), (6, "bugprone-macro-parentheses"),
            (7, "google-readability-todo"), (8, "bugprone-macro-repeated-side-effects")])

    def test_instantiated_templates(self):
        text = "template <typename T> T* f() { return static_cast<T*>(0); }\nint* p = f<int>();\nint* q = 0;\n"
        self.assertEqual(self.checks("a.cc", text, "Checks: '-*,modernize-use-nullptr'\n"),
                         [(0, "modernize-use-nullptr"), (2, "modernize-use-nullptr")])

    def test_headers_know_that_they_are(self):
        self.assertEqual(self.checks("a.h", "#pragma once\nint f() { return 1; }\n"),
                         [(1, "misc-definitions-in-headers")])

    def test_of_code_that_does_not_compile(self):
        text = "int* p = 0;\nint f() { return unknown; }\n"
        self.assertEqual(self.checks("a.cc", text, "Checks: '-*,modernize-use-nullptr'\n"),
                         [(0, "modernize-use-nullptr")])


class Fixes(TidyTest):
    def actions(self, client, name, line, only=None):
        context = {"diagnostics": []} if only is None else {"diagnostics": [], "only": only}
        span = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 1000}}
        return client.request("textDocument/codeAction", client.document(name, range=span, context=context))

    def test_a_fix_is_offered_and_helps(self):
        self.write(".clang-tidy", "Checks: '-*,modernize-use-nullptr'\n")
        self.write("a.cc", "int* p = 0;\nint* q = 0;\n")
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.said(client, "a.cc")
        one, all_of_kind = self.actions(client, "a.cc", 0)
        self.assertEqual((one["title"], one["kind"]), ("change '0' to 'nullptr'", "quickfix"))
        self.assertEqual(all_of_kind["title"], "fix all 2 of [modernize-use-nullptr] in this file")
        self.apply(all_of_kind["edit"])
        self.assertEqual(self.text("a.cc"), "int* p = nullptr;\nint* q = nullptr;\n")

    def test_a_fix_that_needs_a_header(self):
        self.write(".clang-tidy", "Checks: '-*,modernize-make-unique'\n")
        self.write("a.cc", "#include <vector>\n#include <bits/unique_ptr.h>\n\n"
                           "std::unique_ptr<int> f() { return std::unique_ptr<int>(new int(1)); }\n")
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.said(client, "a.cc")
        [action] = self.actions(client, "a.cc", 3, only=["quickfix"])
        self.apply(action["edit"])
        self.assertEqual(self.text("a.cc"), "#include <memory>\n#include <vector>\n#include <bits/unique_ptr.h>\n\n"
                                            "std::unique_ptr<int> f() { return std::make_unique<int>(1); }\n")


    def test_one_that_would_bring_an_error(self):
        self.write(".clang-tidy", "Checks: '-*,readability-identifier-naming'\nCheckOptions:\n"
                                  "  readability-identifier-naming.VariableCase: lower_case\n")
        self.write("a.cc", "int Legs = 4;\nint legs = 5;\nint Tails = 1;\n")
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc")
        self.said(client, "a.cc")
        with self.assertRaises(ServerError) as caught:
            client.request("codeAction/resolve", self.actions(client, "a.cc", 0)[0])
        self.assertIn("this would bring an error: redefinition of 'legs'", caught.exception.message)
        self.apply(client.request("codeAction/resolve", self.actions(client, "a.cc", 2)[0])["edit"])
        self.assertEqual(self.text("a.cc"), "int Legs = 4;\nint legs = 5;\nint tails = 1;\n")


class Trouble(TidyTest):
    def check_it_costs_only_itself(self, meanwhile=lambda client: None):
        # 20,000 operands keep this check busy for more than a minute.
        self.write(".clang-tidy", "Checks: '-*,bugprone-narrowing-conversions,modernize-use-nullptr'\n")
        self.write("a.cc", "int* p = 0;\nint f(int a) { return " + " + ".join(["a"] * 20000) + "; }\nint g() {}\n")
        client = self.server("--background-index=0")
        client.open("a.cc")
        meanwhile(client)
        uri = uri_of(client.path("a.cc"))
        said = client.wait_notification(
            DIAGNOSTICS, lambda p: p["uri"] == uri and any("left out" in d["message"] for d in p["diagnostics"]),
            deadline=240)["diagnostics"]
        codes = [d["code"] for d in said]
        self.assertIn("modernize-use-nullptr", codes)
        self.assertIn("return-type", codes)
        [notice] = [d for d in said if d["code"] == "astrolabe"]
        self.assertIn("bugprone-narrowing-conversions crashed", notice["message"])

    def test_a_check_that_hangs(self):
        self.check_it_costs_only_itself()

    def test_a_check_that_crashes(self):
        def crash(client):
            busy = lambda: [pid for pid in descendants(client.process.pid) if self.is_at_a_check(pid)]  # noqa: E731
            [pid] = self.eventually(busy, lambda pids: len(pids) == 1)
            os.kill(pid, signal.SIGSEGV)
        self.check_it_costs_only_itself(crash)

    def is_at_a_check(self, pid):
        """Only clang-tidy's process has a limit of the processor's time, and only a check is at it for two seconds of it."""
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            with open(f"/proc/{pid}/limits", encoding="utf-8") as limits:
                [is_limited] = ["unlimited" not in line for line in limits if line.startswith("Max cpu time")]
        except OSError:
            return False
        used = sum(int(ticks) for ticks in fields[11:13]) / os.sysconf("SC_CLK_TCK")
        return is_limited and used > 2


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
