"""What a page is about: the rooms of an activity that pass the filters, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar
from weakref import ref

import pandas as pd

from engagement import figures
from engagement.numbers.measures import by_week
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History, by_month
from engagement.reading.jobs import bytes_of
from engagement.ui import loading
from engagement.ui.loading import View
from engagement.ui.runtime import runtime

T = TypeVar("T")
InfoType = TypeVar("InfoType", bound=figures.Info)


# Which of the rooms, as a mask.
Which = Callable[[pd.DataFrame], "pd.Series[bool]"]


@dataclass(frozen=True)
class Shown:
    """A view of an activity. What is made of it is made once for all who look at the same.

    ``parts`` are what the page leaves of its rooms, each by a name that says all it depends on.
    """

    view: View
    activity: Activity
    parts: tuple[tuple[Hashable, Which], ...] = ()

    @cached_property
    def rooms(self) -> pd.DataFrame:
        """The rows of the rooms. Where everything else is kept, nobody asks for them."""
        rooms = self.view.rooms(self.activity)
        for _, which in self.parts:
            rooms = rooms[which(rooms)].reset_index(drop=True)
        return rooms

    @property
    def number(self) -> int:
        """How many rooms these are."""
        return self.made("number", lambda: len(self.rooms))

    def made(self, what: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` makes of the rooms, or made of the same before; ``what`` names it and all it depends on."""
        names = tuple(name for name, _ in self.parts)
        return runtime().kept.of(self.activity, (self.view.filters, self.view.people, names, what), make)

    def figure(self, make: Callable[..., InfoType], *more: Any) -> InfoType:
        """The numbers of a figure of ``engagement.figures``."""
        return self.made((make.__name__, more), lambda: make(self.rooms, self.context(), *more))

    def context(self, *notes: str) -> figures.Context:
        """What every chart says of its source; ``notes`` are phrases for one chart alone."""
        return figures.Context.of(self.activity, *notes, people=self.view.people)

    def weekly(self, history: History) -> pd.DataFrame:
        """The measures of the rooms in each week of the activity's own history (``measures.by_week``)."""
        return self.made("weekly", lambda: by_week(history, self.rooms))

    def part(self, name: Hashable, which: Which) -> Shown:
        """Those of the rooms that ``which`` marks."""
        return replace(self, parts=(*self.parts, (name, which)))

    def with_weeks(self, history: History) -> tuple[Shown, History]:
        """The same with these weeks as its history, and that: in its own weeks it says what the activity says.

        It is judged as the chosen period is elsewhere, by a week or a month.
        """
        basis, month = loading.basis(), by_month(loading.view().period)

        def agreed() -> Activity:
            return replace(self.activity, history=replace(self.activity.agreed(history, basis), month=month))

        made = runtime().kept.of(
            self.activity,
            ("weeks", ref(history), basis, month),
            agreed,
            lambda activity: bytes_of(activity.history),
        )
        assert made.history is not None  # noqa: S101 - it has just been given one
        return replace(self, activity=made), made.history

    def judged(self) -> Shown:
        """The same with signals, as ``loading.judged``."""
        return replace(self, activity=loading.judged(self.activity))
