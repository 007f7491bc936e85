"""Processes that tests start: some to be killed in the middle of their work, some to begin together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tests import ROOT

_FORKING = """
import os, sys

print("up", flush=True)
for line in sys.stdin:
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.read(told, 1)
        status = work(*line.split())
        sys.stdout.flush()
        os._exit(status or 0)
    print(child, flush=True)
    os.write(tell, b"!")
    print("ended", os.waitpid(child, 0)[1], flush=True)
"""


class Forks:
    """A process that runs ``code`` once, and then its ``work(*words)`` in a child for each line it is given."""

    def __init__(self, code: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self._host = _python(code + _FORKING, arguments, env)
        assert self.line() == "up"

    def line(self) -> str:
        """The next line that the child says; empty when there will be none."""
        assert self._host.stdout is not None
        return self._host.stdout.readline().strip()

    def start(self, *words: object) -> int:
        """The number of a child that works on these words."""
        assert self._host.stdin is not None
        self._host.stdin.write(" ".join(map(str, words)) + "\n")
        self._host.stdin.flush()
        return int(self.line())

    def to_the_end(self) -> list[str]:
        """What the child says until it has ended, and how."""
        told = [self.line()]
        while told[-1] and not told[-1].startswith("ended"):
            told.append(self.line())
        return told

    def kill(self, child: int) -> list[str]:
        """Kills the child: what it had said and nobody had read."""
        # It may have come to its own end in the moment before.
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        *said, end = self.to_the_end()
        assert end in (f"ended {signal.SIGKILL.value}", "ended 0")
        return said

    def close(self) -> None:
        self._host.communicate(timeout=30)


def together(code: str, *arguments: str, number: int = 4) -> list[str]:
    """What ``code`` prints in each of so many processes, whose ``work()`` begins at the same moment."""
    waiting = code + '\nimport sys\nprint("up", flush=True)\nsys.stdin.readline()\nwork()'
    processes = [_python(waiting, arguments) for _ in range(number)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60) for process in processes]
    assert not any(process.returncode for process in processes), "\n".join(errors for _, errors in told)
    return [said for said, _ in told]


def _python(code: str, arguments: Sequence[str], env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
