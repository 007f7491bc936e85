"""How rooms, numbers and days are written, on every screen and in every file.

A name that a server hands us is untrusted text. ``room_label`` makes a plain label of it; the ``for_...`` functions
make that label safe for the place where it is shown. Labels are passed around plain and made safe last, once.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

import pandas as pd

from engagement.numbers.periods import Period

NO_NAME = "(no name)"
UNDEFINED = "–"
DIRECT_MASK = "direct message"
SIGNS = {"channel": "#", "private": "🔒 ", "discussion": "› ", "team": "◊ "}
SIGNS_NOTE = "# channel · 🔒 private · › discussion · ◊ team"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LONGEST_CELL = 300
_FOUND_LATE = re.compile(r"(?i):(?=[^\W\d]|[_+/-]|\d+[a-z_:])|www(?=\.)|(?=@)|[<=-](?=[>-])|[<>~!](?==)|<(?=-)")
_SPANS = ((14, 1, "day"), (61, 7, "week"), (731, 30.4375, "month"), (math.inf, 365.25, "year"))
_MOST_MARKS = 3
_NBSP, _MINUS, _ELLIPSIS = "\u00a0", "\u2212", "…"
_ISOLATE, _ISOLATE_END = "\u2068", "\u2069"
_JOINER, _NON_JOINER, _WORD_JOINER = "\u200d", "\u200c", "\u2060"


def clean(text: object) -> str:
    """One line of ``text`` without control characters, direction overrides or towers of accents; "" when missing."""
    if not isinstance(text, str):
        return ""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category == "Cs":
            kept.append("\ufffd")
        elif marks <= _MOST_MARKS and (category != "Cf" or _joins(character)):
            kept.append(character)
    return " ".join("".join(kept).split())


def _joins(character: str) -> bool:
    # Joiners and tags are invisible too, but Persian words and many emoji fall apart without them.
    return character in (_JOINER, _NON_JOINER) or "\U000e0020" <= character <= "\U000e007f"


def isolated(text: str) -> str:
    """``text`` between direction isolates where it holds right-to-left letters, else unchanged."""
    if any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text):
        return f"{_ISOLATE}{text}{_ISOLATE_END}"
    return text


def workspace_name(workspace: str) -> str:
    """The address of a workspace without its scheme, or what the demo is called."""
    return "Demo workspace" if workspace.startswith("demo:") else workspace.split("://", 1)[-1]


def room_label(name: object, type: str, kind: str = "room", *, mask: str | None = None) -> str:
    """The plain label of a room: a sign for its type or kind, then its name; direct messages carry no sign.

    With ``mask`` that text stands in place of the name, and the sign stays.
    """
    shown = mask if mask is not None else isolated(clean(name) or NO_NAME)
    if type == "direct":
        return shown
    return SIGNS.get(kind, SIGNS.get(type, "")) + shown


def room_labels(rooms: pd.DataFrame, *, show_people: bool = False) -> pd.Series[str]:
    """The label of every room of a rooms table (columns name, type, kind), with the index of the table.

    Direct messages read "direct message" unless ``show_people``.
    """
    texts = [
        room_label(name, type_, kind, mask=DIRECT_MASK if type_ == "direct" and not show_people else None)
        for name, type_, kind in zip(rooms["name"], rooms["type"], rooms["kind"], strict=True)
    ]
    return pd.Series(texts, index=rooms.index, dtype="str")


def width(text: str) -> int:
    """How many columns ``text`` takes: 2 for emoji and East Asian letters, 0 for what is invisible, else 1."""
    return len(text) if text.isascii() else sum(_cluster_width(cluster) for cluster in _clusters(text))


def short(label: str, limit: int = 28) -> str:
    """``label`` in at most ``limit`` columns (3 at least), with an ellipsis in the middle where it is longer.

    Emoji sequences, accented letters and flags are kept whole, and direction isolates stay paired.
    """
    if width(label) <= max(limit, 3):
        return label
    room = max(limit, 3) - width(_ELLIPSIS)
    clusters = list(_clusters(label))
    head = _fitting(clusters, room - room // 2)
    tail = _fitting(clusters[::-1], room // 2)[::-1]
    return _paired("".join(head).rstrip() + _ELLIPSIS + "".join(tail).lstrip())


def told_apart(labels: Sequence[str], limit: int = 28) -> list[str]:
    """Different ``labels`` that ``short`` would write alike, each in ``limit`` columns with the part that differs."""
    parts = [list(_clusters(label)) for label in labels]
    same = 0
    for column in zip(*parts, strict=False):
        if len(set(column)) > 1:
            break
        same += 1
    return [_around(clusters, same, max(limit, 3)) for clusters in parts]


def _around(clusters: list[str], same: int, limit: int) -> str:
    """What fits in ``limit`` columns of a beginning that is the same elsewhere, and of what follows it."""
    text = "".join(clusters)
    if width(text) <= limit:
        return text
    head = _fitting(clusters, limit - 1)
    if len(head) >= same + 3:
        return _paired("".join(head).rstrip() + _ELLIPSIS)
    head = _fitting(clusters, limit // 3)
    # A little of what is the same before it makes the difference readable: "2025" rather than "5".
    rest = clusters[max(same - 3, len(head)) :]
    begun = "".join(head).rstrip() + _ELLIPSIS
    kept = _fitting(rest, limit - width(begun))
    if len(kept) < len(rest):
        return _paired(begun + "".join(_fitting(rest, limit - width(begun) - 1)) + _ELLIPSIS)
    return _paired(begun + "".join(kept))


def _fitting(clusters: list[str], room: int) -> list[str]:
    taken: list[str] = []
    for cluster in clusters:
        room -= _cluster_width(cluster)
        if room < 0:
            break
        taken.append(cluster)
    return taken


def _paired(text: str) -> str:
    missing = text.count(_ISOLATE) - text.count(_ISOLATE_END)
    if missing >= 0:
        return text + _ISOLATE_END * missing
    return text.replace(_ISOLATE_END, "", -missing)


def _clusters(text: str) -> Iterator[str]:
    # Close enough to Unicode's grapheme clusters for a cut: nothing that is drawn as one sign is torn apart.
    cluster = ""
    for character in text:
        if cluster and not _continues(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _continues(cluster: str, character: str) -> bool:
    if unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf") or cluster[-1] == _JOINER:
        return True
    if _is_flag_letter(character):
        return len(cluster) == 1 and _is_flag_letter(cluster)
    return "\U0001f3fb" <= character <= "\U0001f3ff" or "\u1160" <= character <= "\u11ff"


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _cluster_width(cluster: str) -> int:
    if "\ufe0f" in cluster or any(_is_wide(character) for character in cluster):
        return 2
    return 0 if all(unicodedata.category(character) in ("Mn", "Me", "Cf") for character in cluster) else 1


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F") or _is_flag_letter(character)


def for_html(text: str) -> str:
    """``text`` for an HTML document, in an element or in a quoted attribute."""
    return html.escape(text, quote=True)


def for_plotly(text: str) -> str:
    """``text`` for any text of a Plotly figure, which reads a subset of HTML, ``%{...}`` templates and ``$TeX$``."""
    return html.escape(text, quote=False).replace("%{", "&#37;{").replace("$", "&#36;")


def for_markdown(text: str) -> str:
    """``text`` for Streamlit's Markdown: shown as it is, never read as markup, icon, colour, formula or link."""
    # Shortcodes, coloured text and bare links are found after the escapes are gone, so these are broken up.
    joined = _FOUND_LATE.sub(rf"\g<0>{_WORD_JOINER}", text)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", joined)


def for_spreadsheet(text: object, longest: int = _LONGEST_CELL) -> str:
    """``text`` for a cell of CSV or XLSX: no control characters, at most ``longest`` characters, never a formula."""
    if isinstance(text, str) and text[:1] in ("\t", "\r", "\n"):
        return _capped("'" + clean(text), longest)
    plain = clean(text)
    return _capped("'" + plain if plain.startswith(tuple("=+-@＝＋－＠")) else plain, longest)


def _capped(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    kept = ""
    for cluster in _clusters(text):
        if len(kept) + len(cluster) >= longest:
            break
        kept += cluster
    return kept + _ELLIPSIS


def _defined(number: float | None) -> bool:
    return number is not None and math.isfinite(number)


def _rounded(number: float, decimals: int = 0) -> Decimal:
    # Half away from zero, as browsers and spreadsheets round: a table and a sentence beside it say the same.
    exact = Decimal(number) if isinstance(number, (int, float)) else Decimal(int(number))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(prec=400))


def count(number: float | None) -> str:
    """A whole number with commas between thousands and a true minus sign; "–" where it is not known."""
    if number is None or not _defined(number):
        return UNDEFINED
    return f"{int(_rounded(number)):,}".replace("-", _MINUS)


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
    """``value`` percent with its sign: "+12 %", "−3.4 %", "0 %"; "–" where it is not defined."""
    text = percent(value)
    rises = value is not None and _defined(value) and _rounded(value, 1) > 0
    return f"+{text}" if rises else text


def plural(number: float, one: str, many: str = "") -> str:
    """The count and its noun: "1 room", "1,200 rooms", "2 replies"."""
    return f"{count(number)} {one if _rounded(number) == 1 else many or one + 's'}"


def day_text(day: date | None) -> str:
    """A day as "9 Nov 2026"; "–" where it is not known."""
    if day is None or pd.isna(day):
        return UNDEFINED
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def period_text(period: Period) -> str:
    """A period as "9 Nov 2026", "9–15 Nov 2026", "26 Oct – 1 Nov 2026" or "28 Dec 2026 – 3 Jan 2027"."""
    start, end = period.start, period.end
    if start == end:
        return day_text(end)
    if start.year != end.year:
        return f"{day_text(start)} – {day_text(end)}"
    if start.month != end.month:
        return f"{start.day} {MONTHS[start.month - 1]} – {day_text(end)}"
    return f"{start.day}–{day_text(end)}"


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
