"""What a command finds around it, made fit: standard streams that may be closed, full or not UTF-8, and signals."""

from __future__ import annotations

import gc
import importlib
import io
import logging
import os
import signal
import sys
from contextlib import suppress
from types import ModuleType

from engagement.settings.program import COMMAND

_ENDING = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]


class _Lossy(io.TextIOWrapper):
    """Standard error: what cannot be written there is lost, and no command fails for it."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def prepare() -> None:
    """Files and pipes get UTF-8, a terminal what it can show. Being told to end ends as Ctrl-C does: cleaning up."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The next file that is opened would take its place, and be written into. From this one nothing can be
            # read, and writing to it fails.
            os.open(os.devnull, os.O_RDONLY)
    if not isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = open(1, "w", closefd=False)
    if sys.stdout.isatty():
        sys.stdout.reconfigure(errors="replace")
    else:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    encoding = sys.stderr.encoding if sys.stderr is not None else "utf-8"
    sys.stderr = _Lossy(open(2, "wb", 0, closefd=False), encoding, "backslashreplace", write_through=True)
    # What matters is said in sentences of the command's own; libraries log whole tracebacks.
    logging.getLogger().addHandler(logging.NullHandler())
    for number in _ENDING:
        # Whoever had a signal ignored, as nohup does, goes on having it ignored.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def imported(name: str) -> ModuleType:
    """A module with all that it imports, in which nobody looks for circles, now or later: all of it stays, and looking
    takes a tenth of a short command.
    """
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def say(text: str) -> None:
    """One line on standard error, in which nothing moves the cursor or changes its colour."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    print(" ".join(plain.split()), file=sys.stderr)


def complain(text: str) -> None:
    """What went wrong, as such a line in the name of the program."""
    say(f"{COMMAND}: {text}")


def flush() -> None:
    """Writes what is left of the output; where that fails, nothing is left that would fail again at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise
