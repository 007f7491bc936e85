"""``demo``: the demo workspace, served on the loopback interface."""

from __future__ import annotations

import sys
from typing import Any

from engagement.demo import Options
from engagement.demo.server import serve


def demo(port: int, **wanted: Any) -> int:
    """Serves until it is told to stop. ``wanted`` are fields of Options; those left out have their defaults."""
    try:
        serve(Options(**wanted), port)
    except ValueError as exc:
        # What the demo workspace says of options or files that it cannot use is a sentence already.
        print(f"python -m engagement demo: {exc}", file=sys.stderr)
        return 1
    return 0
