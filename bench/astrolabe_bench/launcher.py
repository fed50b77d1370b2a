"""Starts commands for process.py, from a process that is as small as Python gets.

Linux counts into a process's peak memory what its parent had when it was forked, until the new program is
loaded: started from the tool itself, /bin/true "needs" 24 MB. This process imports nothing but what is built
in and has 8 MB, which is less than any program that is measured here.

Reads from descriptor 3, by marshal: (argv, environment, folder, descriptors of output and errors' files by
name). Answers on descriptor 4: the process's id, then (status, peak KB, processor seconds, wall seconds) or
(error number,) at once.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import marshal
import os
import time


def main():
    with os.fdopen(3, "rb") as asked, os.fdopen(4, "wb", buffering=0) as told:
        while True:
            try:
                command, environment, folder, output, errors = marshal.load(asked)
            except EOFError:
                return
            try:
                if folder:
                    os.chdir(folder)
                actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                           (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY, 0),
                           (os.POSIX_SPAWN_OPEN, 2, errors, os.O_WRONLY, 0),
                           (os.POSIX_SPAWN_CLOSE, 3), (os.POSIX_SPAWN_CLOSE, 4)]
                start = time.monotonic()
                pid = os.posix_spawnp(command[0], command, environment, file_actions=actions, setpgroup=0)
            except OSError as error:
                told.write(marshal.dumps((error.errno,)))
                continue
            told.write(marshal.dumps((0, pid)))
            _, status, usage = os.wait4(pid, 0)
            seconds = time.monotonic() - start
            told.write(marshal.dumps((status, usage.ru_maxrss, usage.ru_utime + usage.ru_stime, seconds)))


if __name__ == "__main__":
    main()
