"""Runs a command and says what it took: ``launch.py FILE COMMAND …`` with its output in FILE.

A process of its own, and a small one: Linux counts to the memory of a process what the one that starts it holds.
"""

import json
import os
import sys
import time

if __name__ == "__main__":
    out, program, *words = sys.argv[1:]
    to_file = (os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    begun = time.perf_counter()
    child = os.posix_spawn(program, [program, *words], os.environ, file_actions=[to_file])
    _, status, used = os.wait4(child, 0)
    took = time.perf_counter() - begun
    print(json.dumps([os.waitstatus_to_exitcode(status), took, used.ru_utime, 1024 * used.ru_maxrss]))
