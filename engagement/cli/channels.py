"""``channels``: every room of a period as a table, CSV or JSON."""

from __future__ import annotations

import json
import math
import os
import re
import stat
import sys
from typing import Any

import pandas as pd

from engagement.api.decode import uncollected
from engagement.cli.connection import connected
from engagement.cli.surroundings import say
from engagement.display import reasons, signals, sources, tables, wording
from engagement.numbers import naming
from engagement.numbers.counters import Span
from engagement.numbers.measures import MEASURES, Comparison, totals
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.numbers.sieve import without_owner

_JSON_COLUMNS = (
    "room_id name type kind messages previous_messages change change_pct state signal reason created last_message "
    "members owner archived"
).split()
# Columns of a terminal that the name of a room may take.
WIDEST_NAME = 60
# What moves the cursor of some terminals, and what is no character at all; JSON knows them by their numbers too.
_UNPRINTABLE = re.compile("[\x7f-\x9f\ud800-\udfff]")


# Looking for circles among so many rooms takes a quarter of the time, and the command soon ends.
@uncollected()
def channels(*, form: str, people: bool, bom: bool | None, **asked: Any) -> int:
    """Writes every room that the account may see to standard output. Raises EngagementError.

    ``bom`` says whether a CSV begins with the mark by which Excel knows UTF-8; None: where it becomes a file.
    """
    with connected() as connection:
        activity = connection.read(**asked)
    if form == "json":
        text = json.dumps(as_json(activity, people=people), ensure_ascii=False)
        print(_UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
    elif form == "csv":
        mark = "\ufeff" if (_is_new_file() if bom is None else bom) else ""
        print(mark + tables.csv_text(_rows(activity, people=people)), end="")
    else:
        print(_as_text(activity, people=people))
    for note in filter(None, [sources.told(activity), *activity.receipt.notes]):
        say(note)
    connection.learn()
    return 0


def _is_new_file() -> bool:
    """True when the output becomes a file of its own: what a person opens, not what a program reads through a pipe."""
    try:
        found = os.fstat(sys.stdout.fileno())
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == 0


def _rows(activity: Activity, *, people: bool) -> pd.DataFrame:
    rooms = activity.rooms
    hidden = naming.unnamed(rooms, show_people=people)
    # A room without an owner has none, and one of which none is known has null.
    owner = rooms["owner"].mask(without_owner(rooms), "")
    rows = rooms.assign(name=rooms["name"].mask(hidden, rooms["label"]), owner=owner)
    unjudged = signals.UNJUDGED if activity.counted else None
    rows["reason"] = reasons.texts(rows["reason"]) if "reason" in rows else unjudged
    whole = ("messages", "previous_messages", "change", "members")
    return rows.reindex(columns=_JSON_COLUMNS).astype(dict.fromkeys(whole, "Int64"))


def as_json(activity: Activity, *, people: bool) -> dict[str, object]:
    """The activity as one object of plain values; None where something is not known."""

    def days(period: Period) -> dict[str, object]:
        return {"start": period.start.isoformat(), "end": period.end.isoformat(), "days": period.days}

    rows = _rows(activity, people=people)
    columns = {name: _values(rows[name]) for name in rows}
    return {
        "workspace": activity.workspace,
        "release": activity.release,
        "period": days(activity.period),
        "previous": days(activity.previous),
        "source": sources.source(activity),
        "readings": _readings(activity),
        "complete": activity.receipt.complete,
        "like_for_like": activity.like_for_like,
        "notes": list(activity.receipt.notes),
        "judged": days(activity.history.judged_period) if activity.history is not None else None,
        "thresholds": _thresholds(activity),
        "events": [
            {"name": one.name, **days(one.period), "not_comparable": one.not_comparable} for one in activity.happened
        ],
        "totals": _totals(activity),
        "rooms": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
    }


def _readings(activity: Activity) -> dict[str, object] | None:
    """Between which moments the counters of rooms were read for both periods; None where the server counts."""
    if (told := activity.readings) is None:
        return None

    def ends(span: Span | None) -> dict[str, str] | None:
        return None if span is None else {"from": span.start.isoformat(), "to": span.end.isoformat()}

    return {"number": told.number, "period": ends(told.span), "previous": ends(told.before)}


def _thresholds(activity: Activity) -> dict[str, object] | None:
    """Where the thresholds of signals come from; None where nothing is judged."""
    if activity.history is None:
        return None
    basis = activity.history.basis
    start, end = (basis.period.start.isoformat(), basis.period.end.isoformat()) if basis.period else (None, None)
    return {"own": basis.period is not None, "weeks": basis.known, "start": start, "end": end}


def _totals(activity: Activity) -> dict[str, object]:
    """Every measure over all rooms listed; None where nothing was counted, and for changes that are none."""
    of = totals(activity.rooms, activity.previous) if activity.counted and not activity.no_data else {}
    told: dict[str, object] = {}
    for measure in MEASURES:
        figure = of.get(measure.name, Comparison(math.nan, math.nan))
        told[measure.name] = {
            "label": measure.label,
            "unit": measure.unit,
            "value": _plain(figure.now),
            "previous": _plain(figure.before),
            "change": _plain(figure.change) if activity.like_for_like else None,
            "change_pct": _plain(figure.change_pct) if activity.like_for_like else None,
        }
    return told


def _values(column: pd.Series) -> list[object]:
    """The values of a column as JSON knows them."""
    if pd.api.types.is_datetime64_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    values = column.astype("object").where(column.notna(), None).tolist()
    return [_plain(value) for value in values] if pd.api.types.is_float_dtype(column) else values


def _plain(value: Any) -> object:
    """One decimal of a number that is not whole, None for one that is missing."""
    if pd.isna(value):
        return None
    return round(value, 1) if isinstance(value, float) else int(value)


def _padded(count: float, sign: str = "") -> str:
    return f"{'no data':>9}" if pd.isna(count) else f"{int(count):>{sign if count else ''}9,}"


def _as_text(activity: Activity, *, people: bool) -> str:
    rooms = activity.rooms
    names = [wording.short(name, WIDEST_NAME) for name in naming.room_labels(rooms, show_people=people)]
    lines = [f"{'Messages':>9} {'Before':>9} {'Change':>9}  {'State':<14} Room"]
    for name, now, before, change, state in zip(
        names, rooms["messages"], rooms["previous_messages"], rooms["change"], rooms["state"], strict=True
    ):
        counts = [_padded(now), _padded(before), _padded(change, "+")]
        lines.append(f"{' '.join(counts)}  {state:<14} {name}")
    complete = "complete" if activity.receipt.complete else "INCOMPLETE"
    lines.append(
        f"{wording.plural(len(rooms), 'room')}, {activity.period} compared with {activity.previous}"
        f"{'' if activity.same_weekdays else ' (other weekdays)'}, {complete}"
    )
    return "\n".join(lines)
