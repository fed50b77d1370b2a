"""`astrolabe ai` on models that are good, bad and missing.

    ai_test.py ASTROLABE [unittest arguments]
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
HERE = os.path.dirname(os.path.abspath(__file__))


class Ai(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="astrolabe-ai-")
        self.addCleanup(self.folder.cleanup)
        self.environment = {**os.environ, "XDG_DATA_HOME": self.folder.name}
        self.source = self.file("a.cc", b"int main() {\n  int value = 1;\n  return value;\n}\n")

    def file(self, name, content):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def model(self, name="tiny.gguf", *arguments):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run([sys.executable, os.path.join(HERE, "tiny_model.py"), path, *arguments], check=True)
        return path

    def ai(self, *arguments, check=0):
        result = subprocess.run([ASTROLABE, "ai", *arguments], capture_output=True, text=True, timeout=120,
                                env=self.environment)
        self.assertEqual(result.returncode, check, result.stdout + result.stderr)
        return result

    def test_a_model_says_what_it_is(self):
        info = json.loads(self.ai("info", "--json", "--model", self.model()).stdout)
        self.assertEqual((info["name"], info["architecture"], info["infilling"]), ("tiny", "llama", "suffix first"))
        self.assertEqual((info["layers"], info["embedding"], info["context"]), (2, 64, 256))
        for layout, infilling in (("", "prefix first"), ("suffix-prefix-joined", "suffix first, joined")):
            other = self.model("other.gguf", "--layout", layout)
            self.assertEqual(json.loads(self.ai("info", "--json", "--model", other).stdout)["infilling"], infilling)

    def test_models_of_the_users_folder_come_first(self):
        path = self.model("astrolabe/models/mine.gguf")
        self.assertEqual(json.loads(self.ai("models", "--json").stdout)["models"][0], path)
        self.assertEqual(json.loads(self.ai("info", "--json").stdout)["path"], path)

    def test_it_completes_where_it_is_asked(self):
        model = self.model()
        place = self.source + ":3:10"
        first = json.loads(self.ai("complete", "--json", "--model", model, "-n", "4", place).stdout)
        self.assertEqual(len(first["candidates"]), 4)
        self.assertTrue(all("\n" not in candidate["text"] for candidate in first["candidates"]))
        self.assertLess(max(candidate["log_probability"] for candidate in first["candidates"]), 0)
        again = json.loads(self.ai("complete", "--json", "--model", model, "-n", "4", place).stdout)
        self.assertEqual(first["candidates"], again["candidates"])

    def test_it_says_what_the_model_says(self):
        place = self.file("b.cc", b"int main() {\n  return ;\n}\n") + ":2:10"
        for says, shown in (("value+size", "value+size"),
                            ("value)+1", "value"),  # that bracket closes nothing
                            ("size;", "size")):     # the semicolon is there already
            with self.subTest(says):
                model = self.model("says.gguf", "--says", says, "--layers", "1")
                self.assertEqual(self.ai("complete", "--model", model, place).stdout, shown + "\n")

    def test_a_prompt_longer_than_the_context_is_cut(self):
        long = self.file("long.cc", b"".join(b"int value%d = %d;\n" % (i, i) for i in range(3000)))
        answer = json.loads(self.ai("complete", "--json", "--model", self.model(), long + ":1500:4").stdout)
        self.assertLessEqual(answer["cost"]["prompt_tokens"], 256)
        self.assertGreater(answer["cost"]["prompt_tokens"], 100)
        one_line = self.file("line.cc", "ä".encode() * 100_000)
        self.ai("complete", "--json", "--model", self.model(), one_line + ":1:100000")

    def test_places_that_are_none(self):
        model = self.model()
        for place in ("a.cc", self.source, self.source + ":0:1", self.source + ":99:1", ":1:1"):
            with self.subTest(place):
                self.assertIn("astrolabe: ", self.ai("complete", "--model", model, place, check=2).stderr)
        self.ai("complete", "--model", model, "/nowhere.cc:1:1", check=4)

    def test_files_that_are_no_models(self):
        good = self.model()
        with open(good, "rb") as file:
            raw = file.read()
        bad = {
            "empty.gguf": b"",
            "text.gguf": b"this is no model\n" * 100,
            "head.gguf": raw[:100],
            "cut.gguf": raw[:len(raw) // 2],
            "version.gguf": raw[:4] + b"\x63\0\0\0" + raw[8:],
            "huge.gguf": raw[:8] + b"\xff" * 8 + raw[16:],
            "zeros.gguf": raw[:3000] + b"\0" * len(raw),
        }
        for name, content in bad.items():
            with self.subTest(name):
                result = self.ai("info", "--model", self.file(name, content), check=4)
                self.assertIn(name, result.stderr)
        self.ai("info", "--model", self.model("gpt.gguf", "--architecture", "unheard-of"), check=4)
        self.assertIn("nowhere.gguf", self.ai("info", "--model", "/nowhere.gguf", check=4).stderr)

    def test_a_killed_model_is_an_error_and_no_hang(self):
        model = self.model("slow.gguf", "--layers", "8", "--width", "256")
        process = subprocess.Popen([ASTROLABE, "ai", "bench", "--runs", "1000", "--model", model],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        child = None
        end = time.time() + 30
        while child is None and time.time() < end:
            found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
            child = int(found[0]) if found else None
        time.sleep(0.5)
        os.kill(child, signal.SIGKILL)
        _, told = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 4)
        self.assertIn("the model's process died", told)

    def quantized(self, *arguments, source=None, check=0):
        """What `quantize` says of out.gguf, and all that is in its folder."""
        os.makedirs(os.path.join(self.folder.name, "out"), exist_ok=True)
        out = os.path.join(self.folder.name, "out", "out.gguf")
        result = self.ai("quantize", source or self.model("f32.gguf"), out, "--json", *arguments, check=check)
        said = json.loads(result.stdout) if check == 0 else result.stderr
        return said, sorted(os.listdir(os.path.dirname(out)))

    def test_a_model_is_quantized(self):
        before = os.path.getsize(self.model("f32.gguf"))
        for wanted, most in (("q8_0", 0.4), ("q4_k_m", 0.4), ("f16", 0.6)):
            with self.subTest(wanted):
                said, files = self.quantized("--type", wanted, "--force")
                self.assertEqual((said["type"], files), (wanted, ["out.gguf"]))
                self.assertEqual(said["bytes"], os.path.getsize(said["path"]))
                self.assertLess(said["bytes"], before * most)
                info = json.loads(self.ai("info", "--json", "--model", said["path"]).stdout)
                self.assertEqual((info["infilling"], info["layers"]), ("suffix first", 2))

    def test_a_quantized_model_says_the_same(self):
        model = self.model("says.gguf", "--says", "value+size", "--layers", "1")
        said, _ = self.quantized("--type", "q8_0", source=model)
        place = self.file("b.cc", b"int main() {\n  return ;\n}\n") + ":2:10"
        self.assertEqual(self.ai("complete", "--model", said["path"], place).stdout, "value+size\n")

    def test_auto_tries_some_and_takes_one(self):
        said, files = self.quantized()
        self.assertEqual(files, ["out.gguf"])
        self.assertEqual([trial["type"] for trial in said["tried"]], ["q8_0", "q6_k", "q5_k_m", "q4_k_m"])
        fastest = max(trial["written_tokens_per_second"] for trial in said["tried"])
        chosen = next(t for t in said["tried"] if t["written_tokens_per_second"] >= 0.8 * fastest)
        self.assertEqual((said["type"], said["bytes"]), (chosen["type"], chosen["bytes"]))
        self.ai("info", "--model", said["path"])

    def test_what_cannot_be_quantized_leaves_nothing(self):
        good = self.model()
        with open(good, "rb") as file:
            cut = self.file("cut.gguf", file.read()[:5000])
        said, files = self.quantized("--type", "q9", source=good, check=2)
        self.assertIn("q8_0, q6_k", said)
        for source, why in (("/nowhere.gguf", "/nowhere.gguf"), (self.file("text.gguf", b"no model" * 99), "no GGUF"),
                            (cut, "cut.gguf")):
            with self.subTest(source):
                said, files = self.quantized("--type", "q8_0", source=source, check=4)
                self.assertIn(why, said)
                self.assertEqual(files, [])
        self.quantized("--type", "q8_0", source=good)
        once = os.path.join(self.folder.name, "out", "out.gguf")
        said, files = self.quantized("--type", "q4_0", source=good, check=2)
        self.assertIn("--force", said)
        self.assertIn("itself", self.ai("quantize", once, once, "--force", check=2).stderr)
        again = os.path.join(self.folder.name, "again.gguf")
        self.assertIn("--requantize", self.ai("quantize", once, again, "--type", "q4_0", check=4).stderr)
        self.assertFalse(os.path.exists(again))
        self.ai("quantize", once, again, "--type", "q4_0", "--requantize")
        self.assertIn("no folder", self.ai("quantize", good, "/nowhere/x.gguf", check=4).stderr)

    def test_an_interrupted_one_leaves_what_was_there(self):
        source = self.model("large.gguf", "--layers", "4", "--width", "256")
        out = self.file("out/out.gguf", b"what was there")
        process = subprocess.Popen([ASTROLABE, "ai", "quantize", source, out, "--force", "--type", "q3_k_s"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        end = time.time() + 30
        while len(os.listdir(os.path.dirname(out))) < 2 and time.time() < end:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(os.listdir(os.path.dirname(out)), ["out.gguf"])
        with open(out, "rb") as file:
            self.assertEqual(file.read(), b"what was there")

    def test_a_processor_that_lacks_what_llama_was_built_for(self):
        features = json.loads(self.ai("info", "--json", "--model", self.model()).stdout)["wanted_instructions"]
        if not features:
            self.skipTest("built for any processor")
        self.environment["ASTROLABE_PROCESSOR_LACKS"] = f"{features[-1]},no_such_thing"
        for command in (["info"], ["complete", self.source + ":3:10"]):
            told = self.ai(*command, "--model", self.model(), check=4).stderr
            self.assertIn(f"a processor with {features[-1]}, which this one lacks", told)
        said, _ = self.quantized("--type", "q8_0", check=4)
        self.assertIn("which this one lacks", said)

    def test_by_hand(self):
        """Without anybody who speaks to it, the model's process ends by itself."""
        result = subprocess.run([ASTROLABE, "model"], stdin=subprocess.DEVNULL, timeout=10)
        self.assertEqual(result.returncode, 0)


if __name__ == "__main__":
    ASTROLABE = sys.argv.pop(1)
    unittest.main()
