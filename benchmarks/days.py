"""Whether the daily bars of any filter add up to the tile, on a folder of rooms and daily counts.

    python -m benchmarks.days DIR [--examples 40] [--seed 1]

DIR holds rooms.csv and daily.csv, as the demo workspace reads them. Random periods and filters of its last year are
asked for in each of the seven time zones, with releases from 3.1 to 9.0, at once and in pages. It ends with an
AssertionError where a bar is not what it should be.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from engagement.demo import DemoServer, Options
from engagement.numbers.filters import TYPES, Filters
from engagement.numbers.periods import Period
from tests.support.adding_up import SEARCHES, proved
from tests.support.asking import reader_of
from tests.support.clock import Clock
from tests.support.zones import ZONES

RELEASES = ((3, 1), (4, 8), (6, 10), (6, 12), (7, 10), (8, 4), (9, 0))


def builds(folder: Path) -> Iterator[Options]:
    """Each zone with a release, at once and in pages."""
    for zone, release in zip(ZONES, RELEASES, strict=True):
        for unlimited in (True, False):
            yield Options(data=folder, rate_limit=0, timezone=zone, release=release, unlimited=unlimited, page_cap=50)


def period_of(chance: random.Random, today: date) -> Period:
    """Days, weeks or months of the last year."""
    days = chance.choice([chance.randint(1, 35), chance.randint(36, 180), chance.randint(181, 366)])
    end = today - timedelta(days=chance.randint(-3, 200))
    return Period(min(today, end - timedelta(days=days - 1)), end)


def filters_of(chance: random.Random, room_ids: list[str]) -> Filters:
    """Any choice of a reader."""
    types = chance.sample(TYPES, chance.randint(1, len(TYPES)))
    out = chance.sample(room_ids, min(len(room_ids), chance.randint(0, 5)))
    return Filters(frozenset(types), chance.choice(SEARCHES), frozenset(out), chance.random() < 0.5)


def measured(folder: Path, examples: int, seed: int) -> int:
    """How many bars were held against tiles. Raises AssertionError."""
    held = 0
    for build in builds(folder):
        chance, clock = random.Random(seed), Clock()
        with DemoServer(build, clock=clock) as server:
            reader = reader_of(server, now=clock.moment)
            facts = reader.facts().result(120)
            today = facts.today(clock.moment())
            choose = partial(filters_of, chance)
            here = sum(proved(reader, facts, period_of(chance, today), choose) for _ in range(examples))
        pages = "at once" if build.unlimited else "in pages"
        print(f"{build.timezone}, {'.'.join(map(str, build.release))}, {pages}: {here:,} bars add up", flush=True)
        held += here
    return held


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Hold daily bars against tiles.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--examples", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{measured(asked.folder, asked.examples, asked.seed):,} bars of {asked.folder.name} add up to their tiles")
