"""What a link says of a view: the words of the controls, under the names that they have in an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from engagement.numbers.filters import Filters
from engagement.numbers.periods import PREVIOUS, SAME_WEEKDAYS, YEAR_BEFORE, Against, Period

# What the URL carries is what the widget shows, so these words are part of links and never change.
CUSTOM = "Custom range"
COMPARISON_NAMES = {"Previous period": PREVIOUS, "Same weekdays before": SAME_WEEKDAYS, "A year before": YEAR_BEFORE}
FROM_A_DAY = "From a day on"
TYPES = {"Channels": "channel", "Private": "private", "Direct": "direct"}
# Ids of rooms: those left out, the one of a page, and those beside it.
LEFT_OUT, ROOM, BESIDE = "without", "room", "beside"

# What a link says, by the names of the URL.
View = Mapping[str, Sequence[str]]


def said(name: str, period: Period, filters: Filters, against: Against) -> dict[str, list[str]]:
    """What a link must say to show the same; ``name`` is how the period was chosen."""
    types = [word for word, type_ in TYPES.items() if type_ in filters.types]
    days = [period.start.isoformat()], [period.end.isoformat()]
    start, end = days if name == CUSTOM else ([], [])
    said = {"period": [name], "from": start, "to": end, "types": types}
    if isinstance(against, date):
        said |= {"compare": [FROM_A_DAY], "since": [against.isoformat()]}
    else:
        said |= {"compare": [word for word, named in COMPARISON_NAMES.items() if named == against], "since": []}
    # Where the link does not say that none is left out, the first view of its reader would decide.
    said[LEFT_OUT] = sorted(filters.left_out) or [""]
    if filters.search:
        said["search"] = [filters.search]
    return said


def compose(address: str, shown: View, period: Period | None) -> str:
    """The link to a view at ``address`` (its query is replaced), every choice spelled out, also where it is usual.

    With ``period`` the link has those fixed days instead of what its choice of period means on another day.
    """
    pairs = [(name, value) for name, values in shown.items() for value in values]
    if period is not None:
        pairs = [(name, value) for name, value in pairs if name not in {"period", "from", "to"}]
        pairs += [("period", CUSTOM), ("from", period.start.isoformat()), ("to", period.end.isoformat())]
    return f"{address.split('?')[0].split('#')[0]}?{urlencode(pairs)}"


def report_at(address: str, period: Period, filters: Filters, against: Against) -> str:
    """The link to the report page of a dashboard at ``address`` with exactly this view; empty without one."""
    if not address:
        return ""
    more = {"archived": ["true"]} if filters.archived else {}
    return compose(f"{address}/report", {**said(CUSTOM, period, filters, against), **more}, None)


def rooms_at(dashboard: str, shown: View, period: Period) -> str:
    """The address of the page of a room up to its id, at that of a ``dashboard``, with the days of ``period``; empty
    where the dashboard has none.
    """
    return f"{compose(f'{dashboard}/room', shown, period)}&{ROOM}=" if dashboard else ""
