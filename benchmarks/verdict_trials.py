"""Other constants of the rule at equal false alarms: what each finds of the changes planted in shuffled weeks.

A bar can be set to any number of false alarms, so designs are compared at the same number, with no bar of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.verdict_designs import replaced
from benchmarks.verdict_rows import MONTH, Array, Rows
from engagement.numbers import evidence, verdict
from engagement.numbers.bar import Thresholds

# The share of rooms that are flagged within four weeks although nothing changed, upwards and downwards, by class.
FALSE = {"×3": (0.09, 0.10, 0.12), "÷3": (0.01, 0.06, 0.20)}
FALSE_OF_MONTHS = {"×3": (0.03, 0.03, 0.05), "÷3": (0.01, 0.03, 0.10)}
_NO_BAR = Thresholds(up=(0, 0, 0), down=(0, 0, 0), usual_low=(1, 1, 1), usual_high=(1, 1, 1), chance=(1, 1, 1))

TRIALS: dict[str, dict[str, object]] = {
    "the rule": {},
    **{f"{weeks} weeks before": {"WINDOW": weeks + 1} for weeks in (8, 12, 25)},
    **{f"a burst counts {times:g} times the second": {"BURST": times} for times in (1.0, 1.5, 3.0, 1e9)},
    **{f"a burst counts twice the second and {more}": {"BURST_MESSAGES": float(more)} for more in (5, 10, 40)},
    **{f"typical spread like {weeks} weeks, falls": {"TYPICAL_WEEKS": weeks} for weeks in (2, 8, 12)},
    **{f"typical spread like {weeks} weeks, rises": {"TYPICAL_WEEKS_OF_RISES": weeks} for weeks in (4, 8, 20)},
    **{f"least level {level:g}": {"LEAST_LEVEL": level} for level in (1 / 8, 1.0, 2.0)},
    **{f"low weeks {runs}": {"LOW_RUNS": runs} for runs in ((1,), (1, 3), (1, 2, 3, 4), (1, 2, 3, 4, 5, 6))},
}
TRIALS_OF_MONTHS: dict[str, dict[str, object]] = {
    "a month": {},
    **{f"a month, {weeks} weeks before": {"WINDOW": weeks + MONTH} for weeks in (8, 22)},
}


def table(mixed: Rows, changes: Mapping[str, Array], classes: tuple[str, ...]) -> str:
    """One line per trial: which share of each planted change it finds, by class."""
    head = f"{'at equal false alarms':44}" + "".join(f"{f'{name}: ×3, conv., ÷3':>30}" for name in classes)
    lines = [head]
    for trials, month, false in ((TRIALS, False, FALSE), (TRIALS_OF_MONTHS, True, FALSE_OF_MONTHS)):
        for name, constants in trials.items():
            with replaced(constants):
                rise, fall = (_scores(mixed, changes, month=month, up=up) for up in (True, False))
            cells = []
            for kind in range(len(classes)):
                inside = mixed.kind == kind
                found = [_found(rise, change, inside, false["×3"][kind]) for change in ("×3", "×3 conv.")]
                found.append(_found(fall, "÷3", inside, false["÷3"][kind]))
                cells.append(", ".join(f"{share:.1%}" for share in found))
            lines.append(f"{name:44}" + "".join(f"{cell:>30}" for cell in cells))
    return "\n".join(lines)


def _scores(mixed: Rows, changes: Mapping[str, Array], *, month: bool, up: bool) -> dict[str, Array]:
    """The strongest evidence of each row within four weeks, or of the four together."""
    scores = {}
    for name, counts in changes.items():
        looks = [
            _evidence(mixed.moved(week, counts), month=month, up=up)
            for week in ((MONTH - 1,) if month else range(MONTH))
        ]
        scores[name] = np.max(looks, axis=0)
    return scores


def _evidence(rows: Rows, *, month: bool, up: bool) -> Array:
    weeks = verdict.compared(np.where(rows.seasonal, np.nan, rows.history).T, rows.made, np.zeros(0, dtype=np.int64))
    weeks = weeks[-evidence.WINDOW :]
    weeks[:-1] = verdict.unknown_first(weeks[:-1])
    _, _, edges = evidence.looked_at(evidence.Weeks(weeks), _NO_BAR, month=month)
    score: Array = np.where(np.isnan(edges.rise), -np.inf, edges.rise) if up else edges.fall
    return score


def _found(scores: Mapping[str, Array], change: str, inside: Array, false: float) -> float:
    if not inside.any():
        return float("nan")
    edge = np.quantile(scores["as they were"][inside], 1 - false, method="higher")
    return float((scores[change][inside] > edge).mean())
