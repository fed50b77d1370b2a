"""Where a figure was measured and by what: the machine, the compiler, the flags, the commit, and what memory
can do.

Figures of two machines are not compared; a machine is known by a digest over what makes it fast or slow. What
compiled a program it says itself, in the section .comment, where every compiler leaves its name.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import ctypes
import hashlib
import json
import os
import platform
import re
import struct
import subprocess
import time

REPOSITORY = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def _field(path, name):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return next((line.split(":", 1)[1].strip() for line in file
                         if line.split(":")[0].strip() == name), "")
    except OSError:
        return ""


def description():
    """What stays the same on this machine from run to run; json-able."""
    memory = _field("/proc/meminfo", "MemTotal").split()
    return {"architecture": platform.machine(), "processor": _field("/proc/cpuinfo", "model name"),
            "cores": os.cpu_count(), "memory_gb": round(int(memory[0]) / 2**20) if memory else None,
            "virtual": "hypervisor" in processor_features(),
            "kernel": ".".join(platform.release().split(".")[:2])}


def processor_features():
    return set(_field("/proc/cpuinfo", "flags").split())


def fingerprint(described):
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]


def in_words(described):
    kind = "virtual cores" if described.get("virtual") else "cores"
    return (f"{described['cores']} {kind} of {described['processor'] or described['architecture']}, "
            f"{described['memory_gb']} GB, Linux {described['kernel']}")


def commit(folder=REPOSITORY):
    """(commit, whether files differ from it); ("unknown", False) outside of git."""
    def git(*arguments):
        got = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=False)
        return got.stdout.strip() if got.returncode == 0 else None
    try:
        head = git("rev-parse", "HEAD")
        if head:
            return head, bool(git("status", "--porcelain", "--untracked-files=no"))
    except OSError:
        pass  # no git
    return "unknown", False


def compilers(program):
    """The names in the program's .comment section, sorted; none if it is no 64-bit little-endian ELF file or
    has none."""
    try:
        with open(program, "rb") as file:
            header = file.read(64)
            if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01":
                return []
            offset, = struct.unpack_from("<Q", header, 0x28)
            size, count, names_index = struct.unpack_from("<HHH", header, 0x3a)

            def section(index):
                file.seek(offset + index * size)
                entry = file.read(64)
                return struct.unpack_from("<I", entry)[0], *struct.unpack_from("<QQ", entry, 0x18)
            _, names_at, names_size = section(names_index)
            file.seek(names_at)
            names = file.read(names_size)
            for index in range(count):
                name, at, length = section(index)
                if names[name:names.find(b"\0", name)] == b".comment":
                    file.seek(at)
                    found = file.read(length).decode(errors="replace")
                    return sorted({re.sub(r" \([^()]*deb[^()]*\)$", "", text) for text in found.split("\0")
                                   if text})
    except (OSError, struct.error):
        pass
    return []


def build_flags(build):
    """What CMake's cache of a build folder says about how it is compiled; empty without one."""
    wanted = ("CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE", "CMAKE_EXE_LINKER_FLAGS",
              "ASTROLABE_SANITIZE")
    found = {}
    try:
        with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
            for line in file:
                key, _, value = line.rstrip("\n").partition("=")
                if key.split(":")[0] in wanted and value:
                    found[key.split(":")[0]] = value
    except OSError:
        pass
    return " ".join(f"{key}={found[key]}" for key in wanted if key in found)


def copy_bandwidth(megabytes=64, rounds=5):
    """Bytes that one thread copies within memory in a second of its own, the best of some rounds: the limit
    beside which a scan stands."""
    size = megabytes << 20
    source, target = ctypes.create_string_buffer(size), ctypes.create_string_buffer(size)
    ctypes.memset(source, 1, size)
    best = float("inf")
    for _ in range(rounds):
        start = time.thread_time()
        ctypes.memmove(target, source, size)
        best = min(best, time.thread_time() - start)
    return size / best
