"""What was measured as rows of a table: units, medians, ratios, verdicts on budgets, exponents of growth."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TypeVar

from benchmarks.speed.table import Row

T = TypeVar("T")
Unit = Callable[[float], str]

# Below, what is the same for every size outweighs what grows.
GROWS_FROM = 1_000
GROWTH = "growth"


def seconds(value: float) -> str:
    """As 1.23 s; milliseconds below a tenth."""
    return f"{1000 * value:.1f} ms" if value < 0.1 else f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def megabytes(value: float) -> str:
    """Of bytes."""
    return f"{value / 1e6:,.1f} MB" if value < 1e7 else f"{value / 1e6:,.0f} MB"


def kilobytes(value: float) -> str:
    """Of bytes."""
    return f"{value / 1e3:,.1f} kB" if value < 1e4 else f"{value / 1e3:,.0f} kB"


def number(value: float) -> str:
    """A count."""
    return f"{value:,.0f}"


def exponent(value: float) -> str:
    """Of growth."""
    return f"{value:.2f}"


@dataclass(frozen=True)
class Measured:
    """One figure, and what it is held against: ``there`` of something else, at most ``most`` times as much, or a
    ``bound`` in its own unit. ``rooms`` is None where their number plays no part. ``grows``: its growth is fitted, and
    shall be at most ``steepest``.
    """

    what: str
    rooms: int | None
    here: float
    unit: Unit
    against: str = ""
    there: float | None = None
    most: float | None = None
    bound: float | None = None
    grows: bool = False
    steepest: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as much as there; None where there is nothing to divide by."""
        return self.here / self.there if self.there is not None and self.there > 0 else None

    @property
    def met(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.bound is not None:
            return self.here <= self.bound
        if self.most is None or self.ratio is None:
            return None
        # As the table shows it.
        return round(self.ratio, 2) <= self.most

    def row(self, run: str) -> Row:
        """Its line in the table of this run."""
        budget = f"{self.most:g} ×" if self.most is not None else ""
        if self.bound is not None:
            budget = self.unit(self.bound)
        return Row(
            what=self.what,
            rooms="" if self.rooms is None else number(self.rooms),
            here=self.unit(self.here),
            against=self.against,
            there="" if self.there is None else self.unit(self.there),
            ratio="" if self.ratio is None or self.unit in (number, exponent) else f"{self.ratio:.2f}",
            budget=budget,
            met={True: "yes", False: "**no**", None: ""}[self.met],
            run=run,
        )


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The exponent b of values that grow as a · size^b: the slope of the line of least squares through the logarithms.

    Raises ValueError for fewer than two sizes, and for a value that has no logarithm.
    """
    if len(set(sizes)) < 2 or min(values) <= 0:
        raise ValueError("Growth takes two sizes, and positive values.")
    return statistics.linear_regression([math.log(one) for one in sizes], [math.log(one) for one in values]).slope


def growths(measured: Iterable[Measured], run: str) -> list[Row]:
    """A row for each thing whose growth is fitted and that was measured at two sizes."""
    found: dict[tuple[str, str], list[Measured]] = {}
    for one in measured:
        if one.grows and one.rooms is not None and one.rooms >= GROWS_FROM:
            found.setdefault((one.what, one.against), []).append(one)
    return [_growth(ones, run) for ones in found.values() if len({one.rooms for one in ones}) > 1]


def _growth(ones: Sequence[Measured], run: str) -> Row:
    sizes = [float(one.rooms or 0) for one in ones]
    there = [one.there for one in ones if one.there]
    grown = Measured(
        what=f"exponent of {ones[0].what}, {number(min(sizes))} to {number(max(sizes))} rooms",
        rooms=None,
        here=slope(sizes, [one.here for one in ones]),
        unit=exponent,
        against=ones[0].against if len(there) == len(ones) else "",
        there=slope(sizes, there) if len(there) == len(ones) else None,
        bound=ones[0].steepest,
    ).row(run)
    return replace(grown, rooms=GROWTH)


def taken(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def alternating(
    things: Mapping[str, Callable[[], T]], runs: int, few: Mapping[str, int] | None = None
) -> dict[str, list[T]]:
    """What each of ``things`` gives, ``runs`` times in turns, so that what the machine does meanwhile meets all alike.

    Those named in ``few`` take part in so many turns alone.
    """
    given: dict[str, list[T]] = {name: [] for name in things}
    for turn in range(runs):
        for name, thing in things.items():
            if turn < (few or {}).get(name, runs):
                given[name].append(thing())
    return given
