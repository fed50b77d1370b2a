"""One command, or one tree of processes: how long it took, and the memory of all of it together.

Memory of several processes is the sum of their proportional set sizes (PSS: a page that n processes share
counts 1/n in each), sampled, since there is no counter of its peak. Of a single process that starts no others
the kernel knows the peak resident set to the page.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import atexit
import contextlib
import marshal
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading


class CommandFailed(Exception):
    """A command ended as it should not; says which, how, and what it last said."""


def family(pid):
    """A process and all its descendants."""
    found, todo = [], [pid]
    while todo:
        pid = todo.pop()
        found.append(pid)
        with contextlib.suppress(OSError):  # it has just ended
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                    todo += [int(child) for child in children.read().split()]
    return found


def memory_mb(pid):
    """Summed PSS of a process and all its descendants, in MB of 2^20 bytes."""
    total = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            with open(f"/proc/{member}/smaps_rollup", encoding="ascii") as rollup:
                total += next((int(line.split()[1]) for line in rollup if line.startswith("Pss:")), 0)
    return total / 1024


class _Repeated:
    """Calls look() every `interval` seconds, on a thread of its own, until it is left."""

    def __init__(self, interval):
        self.interval = interval
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.ended.set()
        self.thread.join()

    def _run(self):
        while True:
            self.look()
            if self.ended.wait(self.interval):
                return


class PeakMemory(_Repeated):
    """Looks at the summed PSS of a tree of processes until it is left; `mb` is the most it saw.

    One look costs the kernel a walk over the page tables, milliseconds for a process of a gigabyte: a tenth
    of a second between looks keeps that below a few percent.
    """

    def __init__(self, pid, interval=0.1):
        super().__init__(interval)
        self.pid, self.mb = pid, 0.0

    def look(self):
        self.mb = max(self.mb, memory_mb(self.pid))


class NoIdlePriority(_Repeated):
    """Gives threads of a tree of processes that take the scheduler's idle class the usual one, again and
    again, since clangd's take it for each task, whatever --background-index-priority says (22.1). On a busy
    machine that class gets next to nothing, which is the machine's figure and not the program's. Needs the
    right to do so; without it nothing happens.
    """

    def __init__(self, pid, interval=0.2):
        super().__init__(interval)
        self.pid = pid

    def look(self):
        for pid in family(self.pid):
            with contextlib.suppress(OSError):
                for task in map(int, os.listdir(f"/proc/{pid}/task")):
                    if os.sched_getscheduler(task) == os.SCHED_IDLE:
                        os.sched_setscheduler(task, os.SCHED_OTHER, os.sched_param(0))


class TimeLimit:
    """Kills all that this process has started once so many seconds are over, whatever waits for it: whoever
    waits then fails. `is_over` says that this is why. One at a time.
    """

    def __init__(self, seconds):
        self.seconds, self.is_over = seconds, False
        self.timer = threading.Timer(seconds, self._end)
        self.timer.daemon = True

    def __enter__(self):
        self.timer.start()
        return self

    def __exit__(self, *unused):
        self.timer.cancel()

    def _end(self):
        self.is_over = True
        kept = {os.getpid(), *(launcher.process.pid for launcher in _launchers)}
        for pid in reversed(family(os.getpid())):
            if pid not in kept:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)


class _Launcher:
    """The small process that starts commands (launcher.py), kept from one to the next."""

    def __init__(self):
        ask, self.asks = os.pipe()
        self.tells, tell = os.pipe()
        file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launcher.py")
        # Through a shell, since descriptors have to be 3 and 4.
        script = f'exec "$0" -I -S -B "$1" 3<&{ask} 4>&{tell} {ask}<&- {tell}>&-'
        self.process = subprocess.Popen(["/bin/sh", "-c", script, sys.executable, file], pass_fds=(ask, tell),
                                        stdin=subprocess.DEVNULL)
        os.close(ask)
        os.close(tell)
        self.told = os.fdopen(self.tells, "rb", buffering=0)

    def start(self, command, environment, folder, output, errors):
        """The process's id."""
        content = marshal.dumps((list(command), dict(environment), folder, output, errors))
        while content:
            content = content[os.write(self.asks, content):]
        code, *pid = marshal.load(self.told)
        if code:
            raise CommandFailed(f"{command[0]}: {os.strerror(code)}")
        return pid[0]

    def wait(self):
        """(status, peak KB, processor seconds, wall seconds) of what was started."""
        return marshal.load(self.told)

    def close(self):
        os.close(self.asks)
        self.told.close()
        self.process.wait()


_launchers = []  # one; none before the first command


def _launcher():
    if not _launchers:
        _launchers.append(_Launcher())
        atexit.register(lambda: _launchers.pop().close())
    return _launchers[0]


def run(command, environment=None, accepted=(0, 1), interval=None, folder=None, timeout=3600):
    """Runs it to its end; -> {"seconds", "cpu_seconds", "mb", "output"}. One at a time.

    interval: seconds between looks at the summed PSS of the tree, which `mb` is the peak of; None: `mb` is
    the peak resident set of the process alone, and nothing disturbs it. accepted: exit codes that are no
    failure (1 is how searches say that nothing was found). CPU time is of the process and all it waited for.
    """
    with tempfile.NamedTemporaryFile() as output, tempfile.NamedTemporaryFile() as errors:
        launcher = _launcher()
        pid = launcher.start(command, os.environ if environment is None else environment, folder, output.name,
                             errors.name)
        late = threading.Event()
        killer = threading.Timer(timeout, lambda: (late.set(), _kill_group(pid)))
        killer.start()
        try:
            with PeakMemory(pid, interval) if interval else contextlib.nullcontext() as peak:
                status, peak_kb, cpu_seconds, seconds = launcher.wait()
        except BaseException:  # interrupted
            _kill_group(pid)
            launcher.wait()
            raise
        finally:
            killer.cancel()
        code = os.waitstatus_to_exitcode(status)
        if code not in accepted:
            said = errors.read().decode(errors="replace").strip()[-1500:]
            if late.is_set():
                said = f"{said}\nended after {timeout:g} s".strip()
            raise CommandFailed(f"{' '.join(command)}: exit {code}\n{said}")
        return {"seconds": seconds, "cpu_seconds": cpu_seconds, "mb": peak.mb if interval else peak_kb / 1024,
                "output": output.read()}


def _kill_group(pid):
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


class CpuTime:
    """CPU seconds of a process and of the children it starts from now on: also of those that nobody waits
    for, whose time getrusage() never gets."""

    def __init__(self, pid):
        self.perf = None
        if shutil.which("perf"):
            self.perf = subprocess.Popen(["perf", "stat", "-x,", "-e", "task-clock", "-p", str(pid)],
                                         text=True,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def seconds(self):
        """To be called once the process has ended; None if perf is not there."""
        if self.perf is None:
            return None
        lines = self.perf.communicate(timeout=30)[1].splitlines()
        return next((float(line.split(",")[0]) / 1e3 for line in lines if "task-clock" in line), None)


def folder_bytes(path):
    return sum(os.lstat(os.path.join(parent, name)).st_size
               for parent, _, names in os.walk(path) for name in names)
