"""Whether the bars of any filter add up to its messages: random periods and filters over one workspace."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from engagement.numbers.filters import TYPES, Filters
from engagement.numbers.measures import MEASURES, compared
from engagement.numbers.periods import Period
from engagement.reading.facts import Facts
from engagement.reading.workspace import Reader

SEARCHES = ("", "a", "er", "core")
MESSAGES = next(measure for measure in MEASURES if measure.name == "messages")


@st.composite
def periods(draw: st.DrawFn, first: date, today: date) -> Period:
    """Days, weeks or months between ``first`` and a week after ``today``."""
    end = draw(st.dates(first, today + timedelta(days=7)))
    days = draw(st.one_of(st.integers(1, 35), st.integers(1, 35), st.integers(36, 180), st.integers(181, 366)))
    return Period(min(today, max(first, end - timedelta(days=days - 1))), end)


@st.composite
def filters(draw: st.DrawFn, room_ids: list[str]) -> Filters:
    """Any choice of a reader."""
    types = draw(st.sets(st.sampled_from(TYPES), min_size=1))
    out = draw(st.sets(st.sampled_from(room_ids), max_size=5)) if room_ids else set()
    return Filters(frozenset(types), draw(st.sampled_from(SEARCHES)), frozenset(out), draw(st.booleans()))


def proved(reader: Reader, facts: Facts, period: Period, draw_filters: object) -> int:
    """Reads ``period`` and its parts; how many bars were held against tiles, which they add up to."""
    activity = reader.activity(facts, period).result(120)
    read = reader.days(facts, period).result(600)
    held = 0
    for _ in range(4):
        chosen = draw_filters(sorted(activity.rooms["room_id"]))  # type: ignore[operator]
        rooms = chosen.keep(activity.rooms)
        bars, tile = activity.bars(read, rooms), compared(MESSAGES, rooms, activity.previous)
        counted = [bar.messages for bar in bars.bars if bar.messages is not None]
        if not activity.no_data and len(rooms):
            assert sum(counted) == tile.now == bars.messages, (period, chosen)
            assert bars.astray == 0
        unknown = [bar for bar in bars.bars if bar.messages is None]
        assert all(
            bar.part.start > facts.today(reader.now()) or {*bar.part.dates()} <= {*activity.uncounted}
            for bar in unknown
        ), (period, unknown)
        held += len(counted)
    return held
