"""Which rooms a view is about."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The names of the types are asked for by a command line that needs no tables.
    import pandas as pd

TYPES = ("channel", "private", "direct")


@dataclass(frozen=True)
class Filters:
    """Which rooms a view is about. ``types`` as in the rooms table; ``search`` is part of a name, any case.

    ``left_out`` are room ids that the reader leaves out, besides those that the rooms table marks as left out.
    """

    types: frozenset[str] = frozenset({"channel", "private"})
    search: str = ""
    left_out: frozenset[str] = frozenset()
    archived: bool = False

    def keep(self, rooms: pd.DataFrame) -> pd.DataFrame:
        """The rows of ``rooms`` that the view is about, in their order."""
        return rooms[reduce(and_, self._conditions(rooms).values())].reset_index(drop=True)

    def hidden(self, rooms: pd.DataFrame) -> dict[str, int]:
        """How many of ``rooms`` come back when one filter alone is lifted: by a type of TYPES, ``archived``, ``search``
        or ``left_out``; filters of which none would come back are not in it.

        A room that two filters hide is in no number, nor is what the rooms table marks as left out.
        """
        conditions = self._conditions(rooms)
        back = {}
        for name, met in conditions.items():
            others = [other for one, other in conditions.items() if one != name]
            back[name] = rooms["type"][reduce(and_, others) & ~met]
        back |= {type_: back["types"][back["types"] == type_] for type_ in TYPES}
        liftable = (*TYPES, "archived", "search", "left_out")
        return {name: len(back[name]) for name in liftable if name in back and len(back[name])}

    def _conditions(self, rooms: pd.DataFrame) -> dict[str, pd.Series]:
        """What a room must meet, by filter, as masks."""
        conditions = {
            "types": rooms["type"].isin(self.types),
            "rules": ~rooms["left_out"],
            "left_out": ~rooms["room_id"].isin(self.left_out),
        }
        if not self.archived:
            conditions["archived"] = ~rooms["archived"]
        if self.search.strip().lstrip("#"):
            conditions["search"] = found(rooms, self.search)
        return conditions


def found(rooms: pd.DataFrame, search: str) -> pd.Series:
    """Which rooms have a name that holds ``search``, in any case, as a mask."""
    return rooms["name"].str.contains(search.strip().lstrip("#"), case=False, regex=False)


def named_like(rooms: pd.DataFrame, patterns: tuple[str, ...]) -> pd.Series:
    """Which rooms have a name, or a name in links, like one of ``patterns`` (``*`` stands for anything), any case."""
    if not patterns:
        return rooms["name"].isna() & False
    like = "|".join(fnmatch.translate(pattern.casefold()) for pattern in patterns)
    return rooms["name"].str.casefold().str.match(like) | rooms["slug"].str.casefold().str.match(like)
