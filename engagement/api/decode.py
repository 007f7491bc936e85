"""Strict reading of JSON: the documented shape, or UnreadableAnswer."""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from engagement.errors import UnreadableAnswer
from engagement.numbers.receipt import ONE_CALL, Receipt

Object = Mapping[str, object]
Row = TypeVar("Row")

# Beyond this a JavaScript server does not count exactly either.
LARGEST = 2**53
# Conversations with visitors, which no table has.
OTHER_TYPES = frozenset({"l", "v"})
_ROOM_TYPES = {"c": "channel", "p": "private", "d": "direct"} | {other: other for other in OTHER_TYPES}
_LONGEST_ID = 255
_PART = 256


class _GarbageCollector:
    """Whether the collector is off, and for how many threads: it goes on with the last of them, if it was on before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._off_for = 0
        self._was_on = False

    def off(self) -> None:
        with self._lock:
            if not self._off_for:
                self._was_on = gc.isenabled()
                gc.disable()
            self._off_for += 1

    def on(self) -> None:
        with self._lock:
            self._off_for -= 1
            if not self._off_for and self._was_on:
                gc.enable()


_collector = _GarbageCollector()


@contextmanager
def uncollected() -> Iterator[None]:
    """What is decoded forms no circles: looking for some while more and more arrives takes as long as decoding."""
    _collector.off()
    try:
        yield
    finally:
        _collector.on()


@dataclass(frozen=True)
class Reply:
    """The body of a successful answer, and what it took to get it."""

    body: Object = field(repr=False)
    receipt: Receipt = ONE_CALL


def text(source: Object, key: str, what: str) -> str:
    """The text under ``key``, which must not be empty."""
    value = source.get(key)
    if not isinstance(value, str) or not value:
        raise UnreadableAnswer(f"{what} without {key}")
    return value


def optional_text(source: Object, key: str) -> str | None:
    """The text under ``key``; None when it is missing, empty or no text."""
    value = source.get(key)
    return value if isinstance(value, str) and value else None


def objects(source: Object, key: str, what: str) -> list[Object]:
    """The list of objects under ``key``; an empty one in the place of what is no object."""
    value = source.get(key)
    if not isinstance(value, list):
        raise UnreadableAnswer(f"{what} without a list of {key}")
    return [one if isinstance(one, dict) else {} for one in value]


def an_object(source: Object, key: str, what: str) -> Object:
    """The object under ``key``."""
    value = source.get(key)
    if not isinstance(value, dict):
        raise UnreadableAnswer(f"{what} without {key}")
    return value


def texts(source: Object, key: str) -> list[str]:
    """The texts in the list under ``key``, other entries left out; empty when there is no list."""
    value = source.get(key)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def whole(source: Object, key: str, what: str) -> int:
    """The whole number under ``key``."""
    value = whole_or_none(source, key)
    if value is None:
        raise UnreadableAnswer(f"{what} without a whole number of {key}")
    return value


def whole_or_none(source: Object, key: str) -> int | None:
    """The whole number under ``key``; None when there is none that a JavaScript server counts exactly."""
    value = source.get(key)
    # JavaScript knows one kind of number, so 3.0 is a whole one; true is none.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and -LARGEST < value < LARGEST else None


def number(source: Object, key: str) -> float:
    """The number under ``key``, NaN when there is none."""
    value = source.get(key)
    return float(value) if type(value) in (int, float) and abs(value) < LARGEST else float("nan")  # type: ignore[arg-type]


def text_values(sources: Sequence[Object], key: str) -> list[str | None]:
    """The text under ``key`` of each: None where it is missing, empty or no text."""
    return [value if isinstance(value := one.get(key), str) and value else None for one in sources]


def whole_values(sources: Sequence[Object], key: str) -> list[int | None]:
    """The whole number under ``key`` of each: None where there is none that a JavaScript server counts exactly."""
    return [
        value if type(value := one.get(key)) is int and -LARGEST < value < LARGEST else whole_or_none(one, key)
        for one in sources
    ]


def how_many(sources: Sequence[Object], key: str) -> list[float]:
    """The number of things under ``key`` of each: NaN where that is none."""
    return [math.nan if value is None or value < 0 else value for value in whole_values(sources, key)]


def flags(sources: Sequence[Object], key: str) -> list[bool]:
    """Whether ``key`` of each is true, and nothing else."""
    return [one.get(key) is True for one in sources]


def identifiers(sources: Sequence[Object], key: str) -> list[str | None]:
    """The id under ``key`` of each: None for what the server would give nothing as an id."""
    texts = text_values(sources, key)
    return [value if value and len(value) <= _LONGEST_ID and value.isprintable() else None for value in texts]


def identifier(source: Object, key: str) -> str | None:
    """The id under ``key``; None for what the server would give nothing as an id."""
    return identifiers([source], key)[0]


def inner(sources: Sequence[Object], key: str) -> list[Object]:
    """The object under ``key`` of each; an empty one in the place of what is no object."""
    return [value if isinstance(value := one.get(key), dict) else {} for one in sources]


def room_types(rooms: Sequence[Object], listed_as: str | None = None) -> list[str | None]:
    """The type of each room (channel, private, direct, or one of OTHER_TYPES); ``listed_as`` where it has none."""
    return [_ROOM_TYPES.get(kind or "", listed_as) for kind in text_values(rooms, "t")]


def names_of_people(sources: Sequence[Object]) -> list[str | None]:
    """How the direct conversation of each list of ``usernames`` is called: its people, as the web client joins them."""
    return [" × ".join(texts(one, "usernames")) or None if "usernames" in one else None for one in sources]


def in_parts(
    sources: Sequence[Object], read: Callable[[Sequence[Object]], tuple[Sequence[str | None], Sequence[Row | None]]]
) -> tuple[list[str | None], list[Row | None]]:
    """The ids and rows that ``read`` makes of ``sources``: part by part, so that what it goes through key by key stays
    in the processor's cache meanwhile, which halves the time.
    """
    named, rows = list[str | None](), list[Row | None]()
    with uncollected():
        for start in range(0, len(sources), _PART):
            ids, read_now = read(sources[start : start + _PART])
            named += ids
            rows += read_now
    return named, rows


def text_column(values: Iterable[str | None]) -> pd.Series:
    """Texts as a column of dtype ``str``, NaN for None; half a surrogate pair, which no file can hold, as ``?``."""
    listed = list(values)
    try:
        return pd.Series(listed, dtype="str")
    except UnicodeEncodeError:
        clean = (None if value is None else value.encode("utf-8", "replace").decode() for value in listed)
        return pd.Series(list(clean), dtype="str")


def time_column(values: Iterable[str | None]) -> pd.Series:
    """ISO 8601 instants as a column of UTC instants (``datetime64[us, UTC]``), NaT for what is none."""
    # Nothing else is an instant, and half a surrogate pair is no text that pandas can look up where many are the same.
    told = [value if value is None or value.isascii() else None for value in values]
    parsed = pd.to_datetime(pd.Series(told, dtype="object"), format="ISO8601", utc=True, errors="coerce")
    return parsed.dt.as_unit("us")
