"""An activity by hand, for the tests of masks and reports, and what a PDF says."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
from pypdf import PdfReader

from engagement.numbers.rooms import NO_RULES, Activity, Rules
from engagement.numbers.weeks import History, weeks_until
from tests.support.rooms import WEEK, rooms_table

READ_AT = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)

IMG = "<img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://evil.example","x")'
SCRIPT = "</script><script>alert(2)</script>"
LONG = "n" * 300
RTL = "‮abc שלום"
EMOJI = "👩🏽‍🚀 launch"
HOSTILE = (IMG, FORMULA, SCRIPT, LONG, RTL, EMOJI, "@all", "`x` **y** [z](http://evil.example) | {{ 7*7 }} %{x} $y$")


def activity_of(*rooms: dict[str, object], rules: Rules = NO_RULES, **changes: object) -> Activity:
    """The activity of WEEK in these rooms, read whole from https://chat.example.org."""
    table = rooms_table(*rooms, rules=rules)
    days = pd.DatetimeIndex(pd.date_range("2026-11-02", "2026-11-15"))
    whole = Activity(
        workspace="https://chat.example.org",
        release="8.4",
        period=WEEK,
        previous=WEEK.previous,
        today=date(2026, 11, 16),
        read_at=READ_AT,
        rooms=table,
        daily=pd.Series(1, index=days, name="messages"),
        offset=timedelta(hours=2),
        rules=rules,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def history_of(weeks: dict[str, list[float]]) -> History:
    """The weeks of rooms by room id, the last one WEEK."""
    number = len(next(iter(weeks.values())))
    periods = weeks_until(WEEK, number)
    columns = [pd.Timestamp(week.start) for week in periods]
    counts = pd.DataFrame(list(weeks.values()), index=pd.Index(list(weeks)), columns=columns)
    return History(tuple(periods), counts, ())


def strange_rooms() -> list[dict[str, object]]:
    """A room for every hostile name, each with fewer messages than the one before."""
    return [
        {"name": name, "room_id": f"hostile-{number}", "messages": 90 - number, "previous_messages": 10 + number}
        for number, name in enumerate(HOSTILE)
    ]


def pdf_pages(made: bytes) -> list[str]:
    """The text of every page of a PDF."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


def pdf_text(made: bytes) -> str:
    """The text of all pages of a PDF."""
    return "\n".join(pdf_pages(made))


def pdf_lines(made: bytes) -> list[list[str]]:
    """The lines of every page of a PDF, from above; each with one space between its words."""
    return [[" ".join(line.split()) for line in text.splitlines() if line.strip()] for text in pdf_pages(made)]
