"""How numbers, days, periods and lengths of text and time are written, on every screen and in every file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import takewhile

import pandas as pd
import wcwidth
from wcwidth import iter_graphemes

from engagement.numbers.days import spans
from engagement.numbers.naming import ISOLATE, ISOLATE_END
from engagement.numbers.periods import Period, same_weekdays

UNDEFINED = "–"
# Said of two periods that have not the same days counted.
NOT_ALIKE = "not like for like"
ELLIPSIS = "…"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = tuple(day[:3] for day in DAYS)

_SPANS = ((14, 1, "day"), (61, 7, "week"), (731, 30.4375, "month"), (math.inf, 365.25, "year"))
_SPELLED = "No One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve".split()
# A rise of so many percent.
_TENFOLD = 900
_NBSP, _MINUS = "\u00a0", "\u2212"
_EXACT = Context(prec=400)


def workspace_name(workspace: str) -> str:
    """The address of a workspace without its scheme, or what the demo is called."""
    return "Demo workspace" if workspace.startswith("demo:") else workspace.split("://", 1)[-1]


def width(text: str) -> int:
    """How many columns ``text`` takes: 2 for emoji and East Asian letters, 0 for what is invisible, else 1."""
    return len(text) if text.isascii() and text.isprintable() else wcwidth.width(text, control_codes="ignore")


def short(label: str, limit: int = 28) -> str:
    """``label`` in at most ``limit`` columns (3 at least), with an ellipsis in the middle where it is longer.

    Emoji sequences, accented letters and flags are kept whole, and direction isolates stay paired.
    """
    if width(label) <= max(limit, 3):
        return label
    room = max(limit, 3) - width(ELLIPSIS)
    clusters = list(iter_graphemes(label))
    head = _fitting(clusters, room - room // 2)
    tail = _fitting(clusters[::-1], room // 2)[::-1]
    return _paired("".join(head).rstrip() + ELLIPSIS + "".join(tail).lstrip())


def told_apart(labels: Sequence[str], limit: int = 28) -> list[str]:
    """Different ``labels`` that ``short`` would write alike, each in ``limit`` columns with the part that differs."""
    parts = [list(iter_graphemes(label)) for label in labels]
    same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*parts, strict=False)))
    return [_around(clusters, same, max(limit, 3)) for clusters in parts]


def _around(clusters: list[str], same: int, limit: int) -> str:
    """What fits in ``limit`` columns of a beginning that is the same elsewhere, and of what follows it."""
    text = "".join(clusters)
    if width(text) <= limit:
        return text
    head = _fitting(clusters, limit - 1)
    if len(head) >= same + 3:
        return _paired("".join(head).rstrip() + ELLIPSIS)
    head = _fitting(clusters, limit // 3)
    # A little of what is the same before it makes the difference readable: "2025" rather than "5".
    rest = clusters[max(same - 3, len(head)) :]
    begun = "".join(head).rstrip() + ELLIPSIS
    kept = _fitting(rest, limit - width(begun))
    if len(kept) < len(rest):
        return _paired(begun + "".join(_fitting(rest, limit - width(begun) - 1)) + ELLIPSIS)
    return _paired(begun + "".join(kept))


def _fitting(clusters: list[str], room: int) -> list[str]:
    taken: list[str] = []
    for cluster in clusters:
        room -= width(cluster)
        if room < 0:
            break
        taken.append(cluster)
    return taken


def _paired(text: str) -> str:
    missing = text.count(ISOLATE) - text.count(ISOLATE_END)
    if missing >= 0:
        return text + ISOLATE_END * missing
    return text.replace(ISOLATE_END, "", -missing)


def _defined(number: float | None) -> bool:
    return number is not None and math.isfinite(number)


def _rounded(number: float, decimals: int = 0) -> Decimal:
    # Half away from zero, as browsers and spreadsheets round: a table and a sentence beside it say the same.
    exact = Decimal(number) if isinstance(number, (int, float)) else Decimal(int(number))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT)


def count(number: float | None) -> str:
    """A whole number with commas between thousands and a true minus sign; "–" where it is not known."""
    if number is None or not _defined(number):
        return UNDEFINED
    # Most are whole, and rounding takes ten times as long.
    whole = int(number) if number == int(number) else int(_rounded(number))
    return f"{whole:,}".replace("-", _MINUS)


def amount(number: float | None) -> str:
    """As ``count``, but with one decimal where the number is not whole, as a median may be."""
    if number is None or not _defined(number) or number == int(number) or not _rounded(number, 1):
        return count(number)
    return f"{_rounded(number, 1):,}".replace("-", _MINUS)


def signed(number: float | None) -> str:
    """A whole number with its sign: "+12", "−3", "0"; "–" where it is not known."""
    text = count(number)
    return f"+{text}" if number is not None and _defined(number) and _rounded(number) > 0 else text


def percent(value: float | None) -> str:
    """``value`` percent: "83 %" from 10 up, "4.2 %" below, "0 %"; "–" where it is not defined."""
    if value is None or not _defined(value):
        return UNDEFINED
    decimals = 0 if value == 0 or abs(_rounded(value, 1)) >= 10 else 1
    text = f"{_rounded(value, decimals):,.{decimals}f}"
    bare = text.lstrip("-")
    return f"{_MINUS if text.startswith('-') and float(bare.replace(',', '')) else ''}{bare}{_NBSP}%"


def signed_percent(value: float | None) -> str:
    """``value`` percent with its sign: "+12 %", "−3.4 %", "0 %"; "–" where it is not defined.

    What is ten times as much or more is told as that: "×215" rather than "+21,400 %".
    """
    if value is not None and _defined(value) and _rounded(value) >= _TENFOLD:
        return f"×{count(1 + value / 100)}"
    text = percent(value)
    rises = value is not None and _defined(value) and _rounded(value, 1) > 0
    return f"+{text}" if rises else text


def told_percents(values: pd.Series, *, changes: bool) -> pd.Series:
    """What ``percent`` tells of many values, as numbers (0.01 for "0.0 %").

    Of ``changes`` it is what ``signed_percent`` tells: 3,100 for "×32".
    """

    def told(number: float) -> float:
        if changes and _rounded(number) >= _TENFOLD:
            return 100 * float(_rounded(1 + number / 100) - 1)
        rounded = _rounded(number, 1)
        # What is nearly nothing is no zero: "0.0 %" rather than "0 %".
        return float(_rounded(number) if abs(rounded) >= 10 else rounded) or 0.01 * bool(number)

    # A table has thousands of them, most of which are the same few.
    known = pd.Series(values.unique()).dropna()
    finite = known[known.abs() != math.inf]
    return values.map(dict(zip(finite, map(told, finite), strict=True)))


def share_text(part: float, whole: float) -> str:
    """How much of ``whole`` is ``part``, never rounded up to all of it: "83 %", "99.9 %", "100 %"."""
    share = 100 * part / whole
    return f"{min(math.floor(share * 10) / 10, 99.9):.1f}{_NBSP}%" if 99.5 <= share < 100 else percent(share)


def plural(number: float, one: str, many: str = "") -> str:
    """The count and its noun: "1 room", "1,200 rooms", "2 replies"."""
    told = count(number)
    return f"{told} {one if told == '1' else many or one + 's'}"


def signed_plural(number: float, one: str) -> str:
    """A difference and its noun: "+1 message", "−12 messages"."""
    return f"{signed(number)} {one if count(abs(number)) == '1' else one + 's'}"


def spelled(number: int) -> str:
    """``number`` to begin a sentence with: "Ten", "Twenty", "Thirty", otherwise digits from 13 on."""
    if number < len(_SPELLED):
        return _SPELLED[number]
    return {20: "Twenty", 30: "Thirty"}.get(number, f"{number:,}")


def day_text(day: date | None) -> str:
    """A day as "9 Nov 2026"; "–" where it is not known."""
    if day is None or pd.isna(day):
        return UNDEFINED
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_text(moment: datetime, zone: tzinfo) -> str:
    """A moment (aware) by the clocks of ``zone`` as "9 Nov 2026, 00:05"."""
    here = moment.astimezone(zone)
    return f"{day_text(here.date())}, {here:%H:%M}"


def period_text(period: Period, *, unfinished: bool = False) -> str:
    """A period as "9 Nov 2026", "9–15 Nov 2026", "26 Oct – 1 Nov 2026" or "28 Dec 2026 – 3 Jan 2027".

    An ``unfinished`` one is marked as such.
    """
    if unfinished:
        return f"{period_text(period)} (not over yet)"
    start, end = period.start, period.end
    if start == end:
        return day_text(end)
    if start.year != end.year:
        return f"{day_text(start)} – {day_text(end)}"
    if start.month != end.month:
        return f"{start.day} {MONTHS[start.month - 1]} – {day_text(end)}"
    return f"{start.day}–{day_text(end)}"


def compared_text(period: Period, previous: Period) -> str:
    """ "compared with 2–8 Nov 2026", and whether those are other weekdays, as they are where 30 days are compared."""
    other = "" if same_weekdays(period, previous) else " (other weekdays)"
    return f"compared with {period_text(previous)}{other}"


def listed(parts: Sequence[str]) -> str:
    """One or more parts of a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def days_listed(days: Iterable[date]) -> str:
    """Days as periods: "11–12 Nov 2026 and 14 Nov 2026"."""
    return listed([period_text(span) for span in spans(days)])


def days_text(days: float | None) -> str:
    """A length in days as "1 day" or "1,200 days"; "–" where it is not known."""
    return UNDEFINED if days is None or not _defined(days) else plural(days, "day")


def ago(days: float | None) -> str:
    """How long ago: "today", "yesterday", "9 days ago", "5 weeks ago", "14 months ago", "3 years ago"; else "–"."""
    if days is None or not _defined(days):
        return UNDEFINED
    if days < 1:
        return "today"
    if days < 2:
        return "yesterday"
    length, noun = next((length, noun) for until, length, noun in _SPANS if days < until)
    return f"{plural(math.floor(days / length), noun)} ago"


def duration_text(seconds: float) -> str:
    """A length of time as a reader wants it: ``40 seconds``, ``12 minutes``, ``2 hours 5 minutes``."""
    if seconds < 90:
        return plural(round(seconds), "second")
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return " ".join(plural(number, unit) for number, unit in ((hours, "hour"), (minutes, "minute")) if number)
