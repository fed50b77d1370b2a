"""Stands between an editor and its language server and writes down what the editor says.

The editor starts `astrolabe-bench record FILE --root DIR -- SERVER ARGUMENT…` in place of its server. Every
byte is passed on at once, before anything is looked at, so that the recorder costs the session nothing; the
file is written when the editor closes its end.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import select
import subprocess
import threading
import time

from astrolabe_bench.session_file import Recording


class Frames:
    """The messages in a stream of bytes that comes in pieces."""

    def __init__(self):
        self.held = b""

    def feed(self, piece):
        """The messages that are complete now, decoded. What is no message is skipped."""
        self.held += piece
        found = []
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            length = next((int(line.partition(b":")[2]) for line in self.held[:end].split(b"\r\n")
                           if line.lower().startswith(b"content-length:")), None)
            if length is None:
                self.held = self.held[end + 4:]
                continue
            if len(self.held) < end + 4 + length:
                break
            content, self.held = self.held[end + 4:end + 4 + length], self.held[end + 4 + length:]
            try:
                found.append(json.loads(content))
            except ValueError:
                pass  # the server's to complain about
        return found


def _write(descriptor, piece):
    while piece:
        piece = piece[os.write(descriptor, piece):]


def _pass_on(source, target, ended):
    try:
        while piece := os.read(source, 1 << 16):
            _write(target, piece)
    except OSError:
        pass  # one of the two has gone
    os.close(ended)


def record(command, root, path, source=0, target=1):
    """Runs the server between two descriptors until either side ends; the server's exit code."""
    recording, frames = Recording(root), Frames()
    ended, ends = os.pipe()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as server:
        answers = threading.Thread(target=_pass_on, args=(server.stdout.fileno(), target, ends), daemon=True)
        answers.start()
        try:
            while ended not in select.select([source, ended], [], [])[0]:
                piece = os.read(source, 1 << 16)
                if not piece:
                    break
                moment = time.monotonic()
                _write(server.stdin.fileno(), piece)
                for message in frames.feed(piece):
                    recording.take(moment, message)
        except OSError:
            pass  # the server has gone; what it was asked until then is worth keeping
        recording.write(path)
        server.stdin.close()
        code = server.wait()
        answers.join(5)
    os.close(ended)
    return code
