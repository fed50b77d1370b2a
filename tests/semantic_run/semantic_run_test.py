"""Semantic indexing end to end: what a user notices when units are good, bad, changed or killed.

    semantic_run_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ASTROLABE = None
COMPILER = "clang++"


class SemanticRun(unittest.TestCase):
    """A workspace of files and commands; `index` runs the program on it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe-semantic-")
        self.root = os.path.join(self.folder, "root")
        self.index_dir = os.path.join(self.folder, "index")
        os.mkdir(self.root)
        self.entries = []

    def tearDown(self):
        subprocess.run(["rm", "-rf", self.folder])

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())

    def unit(self, path, text, *flags, compiler=COMPILER):
        """A source file with an entry in the database."""
        self.write(path, text)
        self.entries.append({"directory": self.root, "file": path,
                             "arguments": [compiler, *flags, "-c", path, "-o", path + ".o"]})

    def many_units(self, count, text="int f{0}(Shared& s) {{ return s.value + {0}; }}\n", header="shared.h"):
        for i in range(count):
            self.unit(f"unit{i}.cc", f'#include "{header}"\n' + text.format(i))

    def save(self):
        self.write("compile_commands.json", json.dumps(self.entries))

    def command(self, *arguments):
        return [ASTROLABE, "index", "--root", self.root, "--index-dir", self.index_dir, "--json", "-j", "2",
                *arguments]

    def index(self, *arguments, check=0):
        self.save()
        result = subprocess.run(self.command(*arguments), capture_output=True, timeout=300)
        self.assertEqual(result.returncode, check, result.stderr.decode(errors="replace"))
        return json.loads(result.stdout)["semantic"]

    def query(self, what, argument, check=None):
        result = subprocess.run([ASTROLABE, "query", what, argument, "--root", self.root, "--index-dir",
                                 self.index_dir, "--json"], capture_output=True, timeout=60)
        if check is not None:
            self.assertEqual(result.returncode, check, result.stderr)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        return [line for line in lines if line.get("tier") == 1]

    def places(self, what, argument):
        return sorted((hit["file"], hit["line"], hit["column"]) for hit in self.query(what, argument))


SHARED = "#pragma once\n#include <string>\nstruct Shared { int value; std::string name; };\n"


class Modules(SemanticRun):
    """C++20's, in a database as CMake writes it."""

    SHAPES = "export module geometry:shapes;\nexport struct Square { int side; };\n"
    FILES = {
        "geometry.cppm": "export module geometry;\nexport import :shapes;\nimport colors;\n"
                         "export int Area(const Square& square);\n",
        "shapes.cppm": SHAPES,
        "colors.cppm": "module;\n#include \"paint.h\"\nexport module colors;\nexport using ::Paint;\n",
        "area.cc": "module geometry;\nint Area(const Square& square) { return square.side * square.side; }\n",
        "main.cc": "import geometry;\nint main() { return Area(Square{3}); }\n",
        "other.cc": "int other() { return 0; }\n",
    }

    def setUp(self):
        super().setUp()
        self.write("paint.h", "#pragma once\nstruct Paint { int red; };\n")
        for name, text in self.FILES.items():
            self.unit(name, text, "-std=c++20", f"@{name}.o.modmap")

    def index(self, *arguments, check=0):
        time.sleep(0.05)  # what is written in the moment of a build is not remembered
        return super().index(*arguments, check=check)

    def test_units_are_parsed_with_what_they_import(self):
        report = self.index()
        self.assertEqual((report["units"], report["failed"], report["with_errors"]), (6, 0, 0), report)
        self.assertEqual(report["modules_built"], 3)
        self.assertEqual(report["notes"], [])
        self.assertEqual(self.places("refs", "Area"), [("area.cc", 2, 5), ("geometry.cppm", 4, 12), ("main.cc", 2, 21)])
        self.assertEqual(self.places("refs", "Square::side"), [
            ("area.cc", 2, 48), ("area.cc", 2, 62), ("shapes.cppm", 2, 28)])
        self.assertEqual([hit["file"] for hit in self.query("included-by", "geometry.cppm")], ["area.cc", "main.cc"])

    def test_a_change_of_an_interface_reaches_who_imports_it(self):
        self.index()
        self.write("shapes.cppm", self.SHAPES)  # the same once more
        report = self.index()
        self.assertEqual((report["unchanged"], report["modules_built"]), (6, 0))
        self.write("shapes.cppm", self.SHAPES.replace("int side", "int edge"))
        report = self.index()
        self.assertEqual(report["modules_built"], 2)
        self.assertEqual(report["unchanged"], 2)  # colors.cppm, other.cc
        self.assertEqual(report["with_errors"], 1)  # area.cc

    def test_a_header_in_a_module_counts_for_its_importers(self):
        self.index()
        self.write("paint.h", "#pragma once\nstruct Paint { int red, green; };\n")
        report = self.index()
        self.assertEqual(report["modules_built"], 2)
        self.assertEqual(report["unchanged"], 2)  # shapes.cppm, other.cc

    def test_what_is_wrong_is_said_and_costs_no_other_unit(self):
        self.unit("lost.cc", "import nowhere;\nimport <vector>;\n", "-std=c++20")
        self.unit("circle_a.cppm", "export module circle_a;\nimport circle_b;\n", "-std=c++20")
        self.unit("circle_b.cppm", "export module circle_b;\nimport circle_a;\n", "-std=c++20")
        self.unit("crash.cppm", "export module crash;\n#pragma clang __debug crash\n", "-std=c++20")
        self.unit("crashed.cc", "import crash;\nint x;\n", "-std=c++20")
        report = self.index()
        notes = "\n".join(report["notes"])
        self.assertIn("no file of the project declares the module nowhere", notes)
        self.assertIn("header units are not supported", notes)
        self.assertIn("imports itself", notes)
        self.assertIn("module crash could not be built: the compiler ended with signal", notes)
        self.assertEqual(len(self.places("refs", "Area")), 3)

    def test_two_programs_may_have_modules_of_one_name(self):
        for folder, type_name in (("a", "int"), ("b", "long")):
            self.unit(f"{folder}/m.cppm", f"export module m;\nexport {type_name} Value{folder}();\n", "-std=c++20")
            self.unit(f"{folder}/use.cc", f"import m;\nauto x = Value{folder}();\n", "-std=c++20")
        report = self.index()
        self.assertEqual(report["with_errors"], 0, report)

    def test_other_standards_have_no_modules(self):
        self.entries = []
        self.unit("old.cc", "int import, module;\nvoid f() {\n  import = 1;\n}\n", "-std=c++17")
        report = self.index()
        self.assertEqual((report["modules_built"], report["with_errors"]), (0, 0))



class Good(SemanticRun):
    def test_units_on_a_zygote_have_the_facts_of_a_plain_parse(self):
        self.write("shared.h", SHARED)
        self.many_units(6)
        report = self.index("--audit", "100")
        self.assertEqual(report["zygote"], 6, report)
        self.assertEqual(report["audited"], 6)
        self.assertEqual(report["audit_differences"], 0, report["audit"])
        on_zygote = self.places("refs", "Shared::value")
        self.assertEqual(len(on_zygote), 7)
        subprocess.run(["rm", "-rf", self.index_dir])
        report = self.index("--no-zygote")
        self.assertEqual(report["plain"], 6)
        self.assertEqual(self.places("refs", "Shared::value"), on_zygote)

    def test_nothing_changed_and_one_file_changed(self):
        self.write("shared.h", SHARED)
        self.many_units(5)
        self.index()
        self.assertEqual(self.index()["unchanged"], 5)
        self.write("unit3.cc", '#include "shared.h"\nint renamed(Shared&) { return 0; }\n')
        report = self.index()
        self.assertEqual((report["unchanged"], report["plain"]), (4, 1))
        self.assertEqual(self.places("def", "renamed"), [("unit3.cc", 2, 5)])
        self.assertEqual(self.places("def", "f3"), [])
        self.write("unit3.cc", '#include "shared.h"\nint another(Shared&) { return 0; }\n')  # as long as before
        self.assertEqual(self.index()["plain"], 1)
        self.assertEqual(self.places("def", "another"), [("unit3.cc", 2, 5)])

    def test_header_changed_parses_who_includes_it(self):
        self.write("shared.h", SHARED)
        self.many_units(5)
        self.unit("alone.cc", "int alone() { return 1; }\n")
        self.index()
        self.write("shared.h", SHARED + "struct Added {};\n")
        report = self.index()
        self.assertEqual(report["unchanged"], 1)
        self.assertEqual(self.places("def", "Added"), [("shared.h", 4, 8)])

    def test_entry_removed(self):
        self.unit("a.cc", "int a() { return 1; }\n")
        self.unit("b.cc", "int b() { return 1; }\n")
        self.index()
        self.entries.pop()
        self.assertEqual(self.index()["removed"], 1)
        self.assertEqual(self.places("def", "b"), [])
        self.assertEqual(self.places("def", "a"), [("a.cc", 1, 5)])

    def test_same_file_with_other_flags(self):
        for flag in ("-DONE", "-DTWO"):
            self.unit("a.cc", "#ifdef ONE\nint one;\n#else\nint two;\n#endif\n", flag)
        self.assertEqual(self.index()["units"], 2)
        self.assertEqual(self.places("def", "one"), [("a.cc", 2, 5)])
        self.assertEqual(self.places("def", "two"), [("a.cc", 4, 5)])

    def test_macro_that_a_shared_header_reads(self):
        self.write("shared.h", "#pragma once\n#ifdef WIDE\nstruct Wide {};\n#else\nstruct Narrow {};\n#endif\n")
        self.many_units(5, "Narrow n{0};\n")
        self.unit("wide1.cc", '#define WIDE\n#include "shared.h"\nWide w1;\n')
        self.unit("wide2.cc", '#include "shared.h"\nWide w2;\n', "-DWIDE")
        report = self.index("--audit", "100")
        self.assertEqual(report["with_errors"], 0, report)
        self.assertEqual(report["audit_differences"], 0, report["audit"])
        self.assertEqual(len(self.places("refs", "Wide")), 3)
        self.assertEqual(len(self.places("refs", "Narrow")), 6)

    def test_macro_of_a_header_that_only_some_include_first(self):
        self.write("config.h", "#pragma once\n#define HAVE_FAST 1\n")
        self.write("queue.h", "#pragma once\n#ifdef HAVE_FAST\nstruct FastQueue { int fast; };\n"
                              "#else\nstruct PlainQueue { int plain; };\n#endif\n")
        for i in range(6):
            self.unit(f"plain{i}.cc", '#include "queue.h"\n#include "config.h"\n'
                                      f"int plain{i}(PlainQueue& queue) {{ return queue.plain; }}\n")
        for i in range(2):
            self.unit(f"fast{i}.cc", '#include "config.h"\n#include "queue.h"\n'
                                     f"int fast{i}(FastQueue& queue) {{ return queue.fast; }}\n")
        # It would compile either way, and mean something else.
        self.unit("either.cc", '#include "config.h"\n#include "queue.h"\nint either;\n')
        report = self.index("--audit", "100")
        self.assertEqual(report["with_errors"], 0)
        self.assertEqual(report["audit_differences"], 0)
        self.assertEqual(report["plain_reasons"].get("a header would see other macros", 0)
                         + report["plain_reasons"].get("errors", 0), 3, report)
        self.assertEqual(len(self.places("refs", "FastQueue")), 3)
        self.assertEqual(len(self.places("refs", "PlainQueue")), 7)

    def test_what_a_unit_does_not_include_is_not_there(self):
        """Its zygote has headers of the other units as well."""
        self.write("shared.h", SHARED + "inline int pick(double) { return 1; }\n")
        self.write("extra.h", "#pragma once\nstruct Taken {};\ninline int pick(int) { return 2; }\n")
        for i in range(8):
            self.unit(f"both{i}.cc", f'#include "shared.h"\n#include "extra.h"\nint both{i}(Taken&);\n')
        self.unit("taken.cc", '#include "shared.h"\nint Taken;\nenum { Own };\n')  # both may be: one hides the other
        self.unit("redefined.cc", '#include "shared.h"\nstruct Taken { int mine; };\n')
        self.unit("chosen.cc", '#include "shared.h"\nint chosen = pick(1);\n')
        report = self.index("--audit", "100")
        self.assertEqual((report["with_errors"], report["audit_differences"]), (0, 0), report)
        self.assertEqual(report["plain_reasons"].get("errors"), 1, report)
        self.assertGreaterEqual(report["plain_reasons"].get("name of a header not included", 0), 1, report)
        self.assertEqual(self.places("def", "Taken::mine"), [("redefined.cc", 2, 20)])
        self.assertEqual([hit["signature"] for hit in self.query("callees", "chosen")], ["(double)"])

    def test_macro_whose_name_no_header_spells(self):
        self.write("width.h", "#pragma once\n#define JOIN2(a, b) a##b\n#define JOIN(a, b) JOIN2(a, b)\n"
                              "struct Width { int JOIN(WI, DE); };\n")
        for i in range(6):
            self.unit(f"wide{i}.cc", f'#include "width.h"\nint wide{i}(Width& w) {{ return w.WIDE; }}\n')
        self.unit("narrow.cc", '#define WIDE NARROW\n#include "width.h"\nint narrow;\n')
        report = self.index("--audit", "100")
        self.assertEqual((report["with_errors"], report["audit_differences"]), (0, 0), report)
        self.assertEqual(report["plain_reasons"].get("macro defined otherwise"), 1, report)
        self.assertEqual(self.places("def", "Width::NARROW"), [("width.h", 4, 20)])

    def test_unguarded_headers_and_fragments(self):
        self.write("shared.h", SHARED)
        self.write("list.def", "ITEM(red)\nITEM(green)\n")
        self.write("open.h", "int counter;\n")
        self.many_units(4, 'enum E{0} {{\n#define ITEM(x) x##{0},\n#include "list.def"\n#undef ITEM\n}};\n'
                           'namespace n{0} {{\n#include "open.h"\n}}\n')
        report = self.index("--audit", "100")
        self.assertEqual((report["with_errors"], report["audit_differences"]), (0, 0), report["audit"])
        self.assertEqual(len(self.places("def", "green2")), 1)

    def test_header_that_needs_another_before_it(self):
        self.write("first.h", "#pragma once\nstruct First {};\n")
        self.write("needs.h", "#pragma once\nstruct Needs { First f; };\n")
        for i in range(5):
            self.unit(f"u{i}.cc", f'#include "first.h"\n#include "needs.h"\nNeeds n{i};\n')
        report = self.index("--audit", "100")
        self.assertEqual((report["with_errors"], report["audit_differences"]), (0, 0), report)
        self.assertEqual(len(self.places("refs", "Needs")), 6)

    def test_odd_paths_and_long_commands(self):
        self.write("with space/Größe.h", SHARED)
        flags = [f"-DLONG_NAME_OF_A_MACRO_{i}=" + "x" * 100 for i in range(1600)]  # 200 KB
        for i in range(4):
            self.unit(f"with space/Übung {i}.cc", f'#include "Größe.h"\nint ü{i}(Shared&);\n', *flags)
        self.assertEqual(self.index()["with_errors"], 0)
        self.assertEqual(len(self.places("refs", "Shared")), 5)


CALLED = """#pragma once
namespace ns {
struct T {
  T();
  T(int a);
  T(const T&);
  operator bool() const;
};
template <class X> struct Box { Box(X); ~Box(); };
}
"""


class ConstructorCalls(SemanticRun):
    """Who calls a constructor: marks in the text, `§` before a call that names the class, `¤` before one that does not."""

    def check(self, text, what="ns::T::T"):
        self.write("called.h", CALLED)
        self.unit("other.cc", '#include "called.h"\n')
        marked = '#include "called.h"\nusing ns::T;\n' + text
        expected = []
        for number, line in enumerate(marked.split("\n"), 1):
            column = 1
            for byte in line:
                if byte in "§¤":
                    expected.append((number, column, byte == "¤"))
                else:
                    column += 1
        self.unit("user.cc", marked.replace("§", "").replace("¤", ""), "-std=c++20")
        report = self.index("--audit", "100")
        self.assertEqual((report["with_errors"], report["audit_differences"]), (0, 0), report)
        hits = [hit for hit in self.query("refs", what) if hit["file"] == "user.cc" and "call" in hit["roles"]]
        self.assertEqual(sorted((hit["line"], hit["column"], "implicit" in hit["roles"]) for hit in hits), expected)
        for hit in hits:
            length = hit["end_column"] - hit["column"]
            self.assertEqual(length, 0 if "implicit" in hit["roles"] else len(what.split("::")[-1]), hit)
        callers = self.query("callers", what)
        self.assertEqual({caller["container"] for caller in callers if "container" in caller},
                         {hit["container"] for hit in hits})
        return hits

    def test_variables(self):
        self.check("T ¤a;\nT ¤b{1};\nT ¤c(2);\nT d = ¤3;\nT e = §T(4);\nns::T f = ns::§T{};\n"
                   "void g() {\n  T ¤x;\n  static T ¤y(1);\n  T ¤many[3];\n  T ¤T;\n"
                   "  for (ns::T ¤each : many) {}\n}\n")

    def test_conversions(self):
        self.check("T take(T x);\nvoid f() {\n  take(¤1);\n  take(¤{2});\n  (void)¤(T)3;\n  throw §T();\n}\n"
                   "T g() { return ¤1; }\nT h(T x = ¤1) { return ¤x; }\n")

    def test_allocation(self):
        self.check("T* a = new §T;\nT* b = new ns::§T(1);\nT* c = new §T[10];\n")

    def test_initialisers(self):
        hits = self.check("struct D : T {\n  D() : §T(1), ¤m() {}\n  D(int);\n  D(char) : D(1) {}\n"
                          "  T m;\n  T n¤{1};\n};\nD::¤D(int) {}\n")
        self.assertEqual({hit["container"] for hit in hits}, {"D::D", "D::n"})

    def test_a_member_that_is_named_like_its_class(self):
        self.check("struct S { ns::T T; S() : ¤T(1) {} };\n")

    def test_inherited(self):
        self.check("struct E : T { using T::T; };\nE ¤e(3);\nE f = ¤E(4);\n")

    def test_what_is_only_needed_by_somebody_else_is_no_call(self):
        self.check("struct F { T t; F() = default; };\nF f;\nstruct G { T t; };\nG g;\n")

    def test_templates(self):
        self.check("using ns::Box;\nBox ¤a(1);\nBox<int> b = §Box<int>(2);\nBox<int> c = §Box(3);\nusing B = Box<int>;\n"
                   "B d = ¤B(4);\nstruct D : Box<int> { D() : §Box(1) {} };\n"
                   "template <class X> void f(X x) { Box<int> ¤y(1); }\n", "ns::Box::Box")

    def test_conversion_functions(self):
        self.check("bool f(T& x) { return ¤x ? true : false; }\n", "ns::T::operator bool")


class HeaderEdits(SemanticRun):
    """A header that five units include is edited: who is parsed again, and is the index then what one made anew is?"""

    UNITS = 5
    HEADER = """#pragma once
/* about the file */
#define LIMIT 10
#define CHECK(x) ((x) ? void() : fail(__FILE__, __LINE__))
void fail(const char* file, int line);
// What it holds.
struct Shared {
  int get() const { CHECK(value > 0); return value; }
  constexpr int twice() const { return 2 * value; }
  auto deduced() const { return value; }
  template <typename T> T as() const { return T(value); }
  int value = LIMIT;
};
inline int helper(const Shared& s) {
  return s.get();
}
static int internal() { return 1; }
"""

    def scip(self):
        out = os.path.join(self.folder, "index.scip")
        subprocess.run([ASTROLABE, "export", "--scip", out, "--root", self.root, "--index-dir", self.index_dir],
                       check=True, capture_output=True, timeout=60)
        with open(out, "rb") as f:
            return f.read()

    def edit(self, after, before=None, uses="int f{0}(Shared& s) {{ return s.get() + helper(s) + LIMIT; }}\n"):
        """The number of units that were spared."""
        subprocess.run(["rm", "-rf", self.index_dir, self.root])
        os.mkdir(self.root)
        self.entries = []
        self.write("shared.h", before or self.HEADER)
        self.many_units(self.UNITS, uses)
        self.index()
        self.write("shared.h", after)
        report = self.index()
        self.assertEqual(report["unchanged"], report["spared"])
        self.assertEqual(report["unchanged"] + report["plain"] + report["zygote"], self.UNITS, report)
        again = self.index()
        self.assertEqual((again["unchanged"], again["spared"]), (self.UNITS, 0))
        incremental = self.scip()
        subprocess.run(["rm", "-rf", self.index_dir])
        self.index()
        self.assertEqual(incremental, self.scip(), "differs from an index made anew")
        return report["spared"]

    def test_what_only_the_header_notices(self):
        for old, new in (
                ("/* about the file */", "/* about\n   this\n   file */"),
                ("// What it holds.\n", ""),
                ("// What it holds.", "// What it\n// holds, and more."),
                ("#define LIMIT 10\n", "#define LIMIT 10   // ten\n\n\n"),
                ("  int value", "     int value"),
                ("  return s.get();", "  int twice = 2 * s.get();\n  return twice;"),
                ("CHECK(value > 0); return value;", "CHECK(value > 1);\n    return value + 1;"),
                ("{ return 1; }", "{ return 2; }")):
            with self.subTest(old=old, new=new):
                self.assertIn(old, self.HEADER)
                self.assertEqual(self.edit(self.HEADER.replace(old, new)), self.UNITS - 1)

    def test_what_others_may_notice(self):
        for old, new in (
                ("#define LIMIT 10", "#define LIMIT 11"),
                ("// What it holds.", "struct More {};"),
                ("/* about the file */", "/* about the file *//**/int uncommented;"),
                ("int get() const {", "long get() const {"),
                ("2 * value", "3 * value"),
                ("auto deduced() const { return value; }", "auto deduced() const { return value + 0.5; }"),
                ("return T(value);", "return T(value + 1);"),
                ("int value = LIMIT;", "int value = 0;"),
                ("  return s.get();", "  return s.get() + __COUNTER__;"),
                ("  return s.get();", "#define INSIDE 1\n  return s.get();"),
                ("  return s.get();", "  extern int elsewhere;\n  return s.get();"),
                ("static int internal()", "static  inline int internal()"),
                ("#define CHECK(x)", "#define CHECK (x)")):
            with self.subTest(old=old, new=new):
                self.assertIn(old, self.HEADER)
                self.assertEqual(self.edit(self.HEADER.replace(old, new)), 0)

    def test_lines_that_become_part_of_a_name_or_value(self):
        pasted = "#define PASTE2(a, b) a##b\n#define PASTE(a, b) PASTE2(a, b)\n"
        for line in ("enum { kLine = __LINE__ };", "extern int PASTE(at_, __LINE__);",
                     "template <int N> struct Of {}; using Here = Of<__LINE__>;",
                     "constexpr int Line() { return __LINE__; }",
                     "constexpr int kBuiltin = __builtin_LINE();",
                     "struct { int x; } unnamed;"):
            with self.subTest(line=line):
                header = self.HEADER + pasted + "// comment\n" + line + "\n"
                self.assertEqual(self.edit(header.replace("// comment\n", "// com\n// ment\n"), header), 0)
                self.assertEqual(self.edit(header.replace("// comment", "// cemmont"), header), self.UNITS - 1)

    def test_header_that_is_preprocessed_in_two_ways(self):
        self.write("shared.h", "#pragma once\n#ifdef WIDE\nlong wide;\n#else\nint narrow;\n#endif\n")
        for i in range(8):
            self.unit(f"u{i}.cc", '#include "shared.h"\n', *(["-DWIDE"] if i % 2 else []))
        self.index()
        self.write("shared.h", "#pragma once\n// both\n#ifdef WIDE\nlong wide;\n#else\nint narrow;\n#endif\n")
        report = self.index()
        self.assertEqual(self.places("def", "wide"), [("shared.h", 4, 6)])
        self.assertEqual(self.places("def", "narrow"), [("shared.h", 6, 5)])
        self.assertGreaterEqual(report["spared"], 5, report)

    def test_a_changed_unit_and_a_comment(self):
        self.write("shared.h", self.HEADER)
        self.many_units(self.UNITS)
        self.index()
        self.write("shared.h", "// new first line\n" + self.HEADER)
        self.write("unit2.cc", '#include "shared.h"\nint changed(Shared& s) { return s.value; }\n')
        report = self.index()
        self.assertEqual(report["spared"], self.UNITS - 2)
        self.assertEqual(self.places("def", "changed"), [("unit2.cc", 2, 5)])
        self.assertEqual(self.places("def", "Shared"), [("shared.h", 8, 8)])
        incremental = self.scip()
        subprocess.run(["rm", "-rf", self.index_dir])
        self.index()
        self.assertEqual(incremental, self.scip())


class Bad(SemanticRun):
    def check_rest(self, report, quarantined):
        """The bad units are told of, and the good ones have not suffered."""
        named = " ".join(report["quarantine"] + report["failures"])
        for name in quarantined:
            self.assertIn(name, named)
        self.assertEqual(self.places("def", "f0"), [("unit0.cc", 2, 5)])
        self.assertEqual(self.places("def", "f3"), [("unit3.cc", 2, 5)])

    def test_units_that_crash_or_hang(self):
        self.write("shared.h", SHARED)
        self.many_units(4)
        self.unit("crash.cc", '#include "shared.h"\n#pragma clang __debug crash\n')
        self.unit("hang.cc", "constexpr int spin() { for (;;) {} return 0; }\nconstexpr int x = spin();\n",
                  "-fconstexpr-steps=4294967295", "-std=c++20")
        report = self.index("--unit-seconds", "4")
        self.check_rest(report, ["crash.cc", "hang.cc"])
        told = {q.split(":")[0]: q for q in report["quarantine"]}
        self.assertRegex(told["crash.cc"], r"crashed .* at .*crash\.cc:2:")
        self.assertIn("longer than", told["hang.cc"])
        self.assertIn("to reproduce: cd ", told["crash.cc"])
        # Remembered while nothing changes, and tried again when it does.
        again = self.index("--unit-seconds", "4")
        self.assertEqual((again["unchanged"], again["quarantined"]), (6, 0))
        self.write("crash.cc", '#include "shared.h"\nint cured;\n')
        self.assertEqual(self.index("--unit-seconds", "4")["plain"], 1)
        self.assertEqual(self.places("def", "cured"), [("crash.cc", 2, 5)])

    # Apart from one that hangs: on a busy machine what a unit eats takes longer than a limit of time for tests.
    def test_a_unit_that_eats_memory(self):
        self.write("shared.h", SHARED)
        self.many_units(4)
        self.unit("memory.cc", "template <int N> struct Deep { Deep<N + 1> next; };\nDeep<0> deep;\n",
                  "-ftemplate-depth=100000000")
        report = self.index("--unit-memory-mb", "600")
        self.check_rest(report, ["memory.cc"])
        self.assertIn("out of memory", report["quarantine"][0])

    def test_nesting(self):
        self.write("shared.h", SHARED)
        self.many_units(4)
        self.unit("parens.cc", "int x = " + "(" * 10000 + "1" + ")" * 10000 + ";\n", "-fbracket-depth=1000000")
        self.unit("blocks.cc", "void f() " + "{" * 10000 + "}" * 10000 + "\n", "-fbracket-depth=1000000")
        self.unit("minus.cc", "int y = " + "- " * 10000 + "1;\n")
        report = self.index("--unit-seconds", "20")
        self.check_rest(report, [])
        self.assertEqual(report["units"], report["zygote"] + report["plain"] + report["quarantined"])

    def test_header_that_kills_the_zygote(self):
        self.write("shared.h", SHARED)
        self.write("deadly.h", "#pragma once\nint before;\n#pragma clang __debug crash\n")
        self.many_units(4)
        for i in range(3):
            self.unit(f"dead{i}.cc", '#include "shared.h"\n#include "deadly.h"\n')
        report = self.index()
        self.check_rest(report, ["dead0.cc", "dead1.cc", "dead2.cc"])
        self.assertGreaterEqual(report["zygote_restarts"], 1)
        self.assertEqual(report["zygote"], 4, report["plain_reasons"])

    def test_broken_sources(self):
        self.write("shared.h", SHARED)
        self.many_units(4)
        uses = ('#include "shared.h"\ntemplate <typename T> struct Box { T& get(); };\n'
                "int use(Box<Shared>& b) { return b.get().value; }\n")
        self.unit("missing.cc", 'int bad = undeclared;\n#include "nowhere.h"\n#include "gone.h"\n' + uses)
        self.unit("many.cc", "int bad = undeclared;\n" * 30 + uses)
        self.unit("errors.cc", '#include "shared.h"\nint good() { return 1; }\nint bad( {\n')
        self.unit("bytes.cc", b'#include "shared.h"\n// \xff\xfe\nint bytes;\n')
        self.unit("self.cc", '#include "shared.h"\n#ifndef ONCE\n#define ONCE\n#include "self.cc"\n#endif\nextern int s;\n')
        report = self.index()
        self.check_rest(report, [])
        self.assertEqual(report["with_errors"], 3)
        uses = self.places("refs", "Shared::value")
        self.assertIn("missing.cc", [file for file, _, _ in uses])
        self.assertIn("many.cc", [file for file, _, _ in uses])
        self.assertEqual(self.places("def", "good"), [("errors.cc", 2, 5)])
        self.assertEqual(self.places("def", "bytes"), [("bytes.cc", 3, 5)])

    def test_flags_of_other_compilers(self):
        self.write("shared.h", SHARED)
        self.many_units(4)
        self.unit("gcc.cc", "int gcc;\n", "-fno-tree-vectorize", "-fconserve-stack", "-mno-such-thing",
                  "-fno-such-flag-anywhere", "-Wno-gcc-only", "-include-pch", "gone.pch")
        self.unit("modules.cc", "int modules;\n", "-fmodules-ts", "-fmodule-mapper=x", "-std=c++20")
        report = self.index()
        self.check_rest(report, [])
        self.assertEqual(report["with_errors"], 0, report)
        self.assertEqual(self.places("def", "gcc"), [("gcc.cc", 1, 5)])
        self.assertTrue(any("-fconserve-stack" in note for note in report["notes"]), report["notes"])

    def test_generated_file_comes_later(self):
        self.unit("user.cc", '#include "generated.h"\nGenerated g;\n', "-Iout")
        self.write("between.h", "#include <deep.h>\n")
        self.unit("through.cc", '#include "between.h"\nDeep d;\n', "-isystem", "out")
        self.entries.append({"directory": self.root, "file": "later.cc",
                             "arguments": [COMPILER, "-c", "later.cc"]})
        self.assertEqual(self.index()["units"], 2)
        self.assertEqual(self.index()["unchanged"], 2)  # still not there: not tried again
        self.write("out/generated.h", "struct Generated {};\n")
        self.write("out/deep.h", "struct Deep {};\n")
        self.write("later.cc", "int later;\n")
        report = self.index()
        self.assertEqual((report["units"], report["unchanged"], report["with_errors"]), (3, 0, 0))
        self.assertEqual(self.places("def", "Generated"), [("out/generated.h", 1, 8)])
        self.assertEqual(self.places("def", "Deep"), [("out/deep.h", 1, 8)])
        self.assertEqual(self.places("def", "later"), [("later.cc", 1, 5)])

    def test_databases_without_use(self):
        self.assertEqual(self.index()["units"], 0)
        self.entries = [{"directory": "/nowhere", "file": "x.cc", "command": "c++ x.cc"}, {"file": 7}, {}]
        report = self.index()
        self.assertEqual(report["units"], 0)
        self.assertTrue(report["notes"])
        self.write("compile_commands.json", "[{")
        result = subprocess.run(self.command(), capture_output=True, timeout=60)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(b"compile_commands.json", result.stderr)


class Interrupted(SemanticRun):
    def start(self):
        self.write("shared.h", SHARED + "#include <map>\n#include <vector>\n#include <algorithm>\n")
        self.many_units(40, "#include <regex>\nstd::regex r{0};\nint f{0}(Shared& s) {{ return s.value; }}\n")
        self.save()
        return subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**os.environ, "ASTROLABE_TEST": self.root})

    def parsing_processes(self):
        """Those of this test, known by their environment: other tests run the same program beside it."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    is_parsing = b"--parse-server" in f.read()
                with open(f"/proc/{pid}/environ", "rb") as f:
                    if is_parsing and f"ASTROLABE_TEST={self.root}\0".encode() in f.read():
                        found.append(pid)
            except OSError:
                pass  # gone meanwhile
        return found

    def wait_for_facts(self):
        """Until some units are done and none of them is committed."""
        journal = os.path.join(self.index_dir, "semantic", "journal")
        end = time.time() + 60
        while time.time() < end and not (os.path.exists(journal) and os.path.getsize(journal) > 100_000):
            time.sleep(0.02)

    def wait_for_process(self, name):
        """The number of a parsing process that the kernel knows by this name."""
        end = time.time() + 60
        while time.time() < end:
            for pid in self.parsing_processes():
                try:
                    with open(f"/proc/{pid}/comm") as f:
                        if f.read().strip() == name:
                            return int(pid)
                except OSError:
                    pass  # gone meanwhile
        self.fail(f"there is no {name}")

    def test_a_killed_front_has_kept_what_is_done(self):
        process = self.start()
        self.wait_for_facts()
        process.kill()
        process.communicate(timeout=60)
        report = self.index()
        self.assertGreater(report["recovered"], 0)
        self.assertGreater(report["unchanged"], 0)
        self.assertEqual(len(self.places("refs", "Shared::value")), 41)

    def test_a_killed_zygote_is_made_again(self):
        for moment in ("while it parses its headers", "while it serves units"):
            with self.subTest(moment):
                process = self.start()
                zygote = self.wait_for_process("astrolabe-zyg")
                if moment.endswith("units"):
                    self.wait_for_process("astrolabe-unit")
                os.kill(zygote, signal.SIGKILL)
                out, _ = process.communicate(timeout=120)
                report = json.loads(out)["semantic"]
                self.assertEqual((report["zygote_restarts"], report["quarantined"]), (1, 0), report)
                self.assertGreaterEqual(report["zygote"], 36, report)  # but those that were at work
                self.assertEqual(len(self.places("refs", "Shared::value")), 41)
                subprocess.run(["rm", "-rf", self.index_dir])
                self.entries = []

    def test_signals_keep_what_is_done(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start()
            self.wait_for_facts()
            process.send_signal(number)
            out, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130)
            self.assertTrue(json.loads(out)["cancelled"])
            report = self.index()
            self.assertGreater(report["unchanged"], 0)
            self.assertEqual(len(self.places("refs", "Shared::value")), 41)
            subprocess.run(["rm", "-rf", self.index_dir])
            self.entries = []

    def test_killed_front_leaves_nobody_behind(self):
        process = self.start()
        end = time.time() + 60
        while time.time() < end and not self.parsing_processes():
            time.sleep(0.02)
        time.sleep(0.3)
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
        end = time.time() + 20
        while time.time() < end and self.parsing_processes():
            time.sleep(0.05)
        self.assertEqual(self.parsing_processes(), [])
        self.assertEqual(self.index()["quarantined"], 0)
        self.assertEqual(len(self.places("refs", "Shared::value")), 41)

    def test_a_killed_unit_is_parsed_again(self):
        """The kernel kills so when memory is short: the unit is not to blame."""
        self.unit("slow.cc", "constexpr int spin() { int x = 0; for (int i = 0; i < 3000000; ++i) x ^= i; return x; }\n"
                             "constexpr int kept = spin();\n", "-fconstexpr-steps=4294967295", "-std=c++20")
        self.save()
        process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, "ASTROLABE_TEST": self.root})
        os.kill(self.wait_for_process("astrolabe-tu"), signal.SIGKILL)
        out, _ = process.communicate(timeout=60)
        report = json.loads(out)["semantic"]
        self.assertEqual((report["plain"], report["quarantined"]), (1, 0), report)
        self.assertEqual(self.places("def", "kept"), [("slow.cc", 2, 15)])


class Inspection(SemanticRun):
    def run_on(self, *arguments):
        self.save()
        return subprocess.run([ASTROLABE, *arguments, "--root", self.root, "--index-dir", self.index_dir],
                              capture_output=True, timeout=60)

    def test_plan_explains_itself(self):
        self.write("shared.h", SHARED)
        self.many_units(4)
        self.unit("other.cc", "int other;\n", "-std=c++20")
        text = self.run_on("dump", "plan").stdout.decode()
        self.assertIn("zygote 0: 1 headers, 4 units", text)
        self.assertIn('header "' + os.path.join(self.root, "shared.h") + '" shared.h', text)
        self.assertIn("plain other.cc: only 1 with these flags", text)

    def test_flags_name_their_origin(self):
        self.unit("a.cc", "int a;\n", "-DA=1")
        self.write("b.cc", "int b;\n")
        self.assertIn("origin compilation database",
                      self.run_on("dump", "flags", os.path.join(self.root, "a.cc")).stdout.decode())
        text = self.run_on("dump", "flags", os.path.join(self.root, "b.cc")).stdout.decode()
        self.assertIn("origin a similar file", text)
        self.assertIn("-DA=1", text)

    def test_check_shows_every_step(self):
        self.unit("a.cc", "int a;\nint b = c;\n")
        result = self.run_on("check", os.path.join(self.root, "a.cc"))
        text = result.stdout.decode()
        for step in ("database", "flags", "closure", "parse", "facts"):
            self.assertIn(f"{step} ", text)
        self.assertIn("a.cc:2:9: ", text)
        self.assertNotEqual(result.returncode, 0)

    def test_compile_flags(self):
        self.write("compile_flags.txt", "-DFLAG\n")
        self.write("a.cc", "#ifdef FLAG\nint with_flag;\n#endif\n")
        result = subprocess.run(self.command(), capture_output=True, timeout=60)
        self.assertEqual(json.loads(result.stdout)["semantic"]["plain"], 1)
        self.assertEqual(self.places("def", "with_flag"), [("a.cc", 2, 5)])


if __name__ == "__main__":
    ASTROLABE = sys.argv.pop(1)
    unittest.main()
