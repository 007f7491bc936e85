"""Sessions that click at random while the workspace fails and recovers: what they saw, and what the processes held.

    python -m benchmarks.soak [--minutes 10] [--sessions 30] [--rooms 5000] [--copies 1] [--seed 1] [--document FILE]

Exit status 1 when a wrong number was shown as complete, or when anything is left of the sessions at the end.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.soak.run import Wish, soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--rooms", type=int, default=5000)
    parser.add_argument("--copies", type=int, default=1, choices=(1, 2))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--document", type=Path, help="write the figures into this file, beside those of other runs")
    given = parser.parse_args()
    result = soak(Wish(60 * given.minutes, given.sessions, given.rooms, given.copies, given.seed))
    sys.stdout.write(result.text())
    if given.document is not None:
        result.write(given.document)
    return int(bool(result.faults()))


sys.exit(main())
