"""``demo``: the demo workspace, served on the loopback interface."""

from __future__ import annotations

from typing import Any

from engagement.demo import Options
from engagement.demo.server import serve
from engagement.errors import InvalidInput


def demo(port: int, **wanted: Any) -> int:
    """Serves until it is told to stop. ``wanted`` are fields of Options; those left out have their defaults.

    Raises InvalidInput for options, files and a port that cannot be used.
    """
    try:
        serve(Options(**wanted), port)
    except ValueError as exc:
        # What the demo workspace says of options or files that it cannot use is a sentence already.
        raise InvalidInput(str(exc)) from exc
    except OSError as exc:
        if exc.filename or isinstance(exc, BrokenPipeError):
            raise
        raise InvalidInput(f"The demo workspace cannot be served at port {port}: {exc.strerror}.") from exc
    return 0
