"""The benchmark: what reading, pages, files and sessions take, beside the least they could and what others need.

    python -m benchmarks.speed [--only reading,screens] [--sizes 20,1000] [--runs 5] [--minutes 60] [--document FILE]

Prints the rows; with ``--document`` they replace those of the same parts and sizes there. Exit status 1 when a part
could not be measured.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.speed.run import bench
from benchmarks.speed.table import PARTS, write

SIZES = (20, 1_000, 10_000, 100_000)


def parts(text: str) -> list[str]:
    """Names of parts, in any order."""
    named = [part.strip() for part in text.split(",")]
    if unknown := [part for part in named if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: the parts are {', '.join(PARTS)}")
    return named


def sizes(text: str) -> list[int]:
    """Numbers of rooms."""
    return [int(size) for size in text.split(",")]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=parts, default=list(PARTS), metavar="PART,…", help=", ".join(PARTS))
    parser.add_argument("--sizes", type=sizes, default=list(SIZES), metavar="ROOMS,…")
    parser.add_argument("--runs", type=int, default=5, help="of which the median counts (default: 5)")
    parser.add_argument("--minutes", type=float, default=60, help="after which nothing more is begun (default: 60)")
    parser.add_argument("--document", type=Path, help="write the rows into this file")
    given = parser.parse_args()
    result = bench(given.only, given.sizes, given.runs, given.minutes)
    print(f"{result.run}: {result.machine}")
    for part, rows in result.rows.items():
        print("\n".join([f"\n{PARTS[part]}", *(row.line for row in rows)]))
    if given.document is not None:
        write(given.document, result.rows, result.run, result.machine)
    print("\n".join(["", *(f"NOT MEASURED {one}" for one in result.failures)]))
    return int(bool(result.failures))


if __name__ == "__main__":
    sys.exit(main())
