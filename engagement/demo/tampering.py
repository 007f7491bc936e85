"""Answers that contradict themselves or hold what no room has: changes to an honest body, to be queued as faults.

``DemoServer.fail_next("channels/list", total("negative"), times=None)``, say. Each works on every list: of the channel
list, of the room directory, of days. A body of one's own making is any function that changes the decoded one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from itertools import count
from typing import Any, Literal

from starlette.responses import Response

Body = dict[str, Any]
Tampering = Callable[[Body], None]
Total = Literal["negative", "zero", "fewer than rows", "rows of the page", "shrinking", "one page ahead"]

ODD_VALUES: Mapping[str, Any] = {
    "fraction": 1.5,
    "negative": -7,
    "huge": 10**30,
    "text": "many",
    "null": None,
    "lone surrogate": "\ud800",
    "very long": "x" * 10_000,
    "a list": [1],
    "an object": {"$date": 1},
}


class _Again(str):
    """A key that stands in an object beside an equal one."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def total(kind: Total) -> Tampering:
    """The number of all rows is not what it says; ``shrinking`` by one with every answer."""
    answers = count(1)

    def change(body: Body) -> None:
        rows, honest = len(_rows(body)), body["total"]
        body["total"] = {
            "negative": -honest - 1,
            "zero": 0,
            "fewer than rows": rows // 2,
            "rows of the page": rows,
            "shrinking": honest - next(answers),
            "one page ahead": body["offset"] + rows + (rows or 50),
        }[kind]

    return change


def key_twice(room_id: str | None, field: str, value: object) -> Tampering:
    """A field of one room (None: of the answer itself) stands there once more, with another value."""

    def change(body: Body) -> None:
        for holder in [body] if room_id is None else _holders(body, room_id, field):
            holder[_Again(field)] = value

    return change


def room_twice(room_id: str, **other: object) -> Tampering:
    """One room has two rows in a page, which ``other`` (``messages=5``, say) tells apart."""

    def change(body: Body) -> None:
        rows = _rows(body)
        again = [{**deepcopy(row), **other} for row in rows if _id(row) == room_id]
        rows.extend(again)
        body["count"] += len(again)

    return change


def unannounced(rooms: int) -> Tampering:
    """The first page holds so many more rooms, which neither ``count`` nor ``total`` knows of."""

    def change(body: Body) -> None:
        rows = _rows(body)
        if body["offset"] or not rows:
            return
        for number in range(1, rooms + 1):
            row = deepcopy(rows[0])
            row.get("room", row).update(_id=f"unannounced-{number}", name=f"unannounced-{number}")
            rows.append(row)

    return change


def odd_value(room_id: str, field: str, value: object) -> Tampering:
    """One field of one room (of one day, by its ``day``) has another value: one of ODD_VALUES, say."""

    def change(body: Body) -> None:
        for holder in _holders(body, room_id, field):
            holder[field] = value

    return change


def tamper(answer: Response, change: Tampering) -> None:
    """Changes the body of an honest answer. Raises ValueError for an answer that is not JSON."""
    body = json.loads(bytes(answer.body))
    change(body)
    answer.body = json.dumps(body, separators=(",", ":")).encode()
    answer.headers["content-length"] = str(len(answer.body))


def _rows(body: Body) -> list[Body]:
    return next((value for value in body.values() if isinstance(value, list)), [])


def _id(row: Body) -> object:
    return row.get("room", row).get("_id", row.get("day"))


def _holders(body: Body, room_id: str, field: str) -> list[Body]:
    """What holds the field of a room: its row, or in the channel list the room inside it."""
    rows = [row for row in _rows(body) if _id(row) == room_id]
    return [row if field in row else row.get("room", row) for row in rows]
