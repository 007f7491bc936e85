"""What is taken: a page in a workspace, over a number of days, on a screen, in a theme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

from engagement.display.views import CUSTOM
from engagement.ui.screens import TITLES
from tests.support.clock import NOON

Theme = Literal["light", "dark"]

# The last full week before the moment at which the clock of the pictures stands, so that they are the same tomorrow.
LAST_DAY = date(2026, 11, 15)
TODAY = NOON.date()
# Width, height and how many points of a screen make a pixel of the page: 2 is a zoom of 200 %.
SIZES = {
    "360": (360, 780, 1),
    "390": (390, 844, 1),
    "720": (720, 1024, 1),
    "768": (768, 1024, 1),
    "1024": (1024, 768, 1),
    "1280": (1280, 800, 1),
    "1440": (1440, 900, 1),
    "1920": (1920, 1080, 1),
    "zoom": (640, 400, 2),
}
PHONE = 430
PAGES, THEMES, DAYS = tuple(TITLES), ("light", "dark"), ("1", "7", "90", "366")
# Numbers of rooms of the generated community, and one of names that are hard to draw.
NAMES = "names"
WORKSPACES = ("1", "20", "1200", "10000", NAMES)
# What shows most of what one dimension does to a page.
_NARROW_MIDDLE_WIDE = ("390", "1024", "1440")


@dataclass(frozen=True)
class Scene:
    """One picture; each field but the page has the value that is usual."""

    page: str
    size: str = "1440"
    theme: Theme = "light"
    workspace: str = "1200"
    days: str = "7"

    @property
    def name(self) -> str:
        """What tells it from all others, as a name of a file without its ending."""
        return f"{self.page}-{Path(self.workspace).name}-rooms-{self.days}-days-{self.size}-{self.theme}"

    @property
    def address(self) -> str:
        """The path and query that show it."""
        path = "" if self.page == "overview" else self.page
        if self.days == "7":
            return path
        first = LAST_DAY - timedelta(days=int(self.days) - 1)
        return f"{path}?{urlencode({'period': CUSTOM, 'from': first.isoformat(), 'to': LAST_DAY.isoformat()})}"


def chosen(**values: Iterable[str]) -> list[Scene]:
    """Every combination of the ``values`` of fields of a scene, the others being the usual ones."""
    return _in_order(Scene(**dict(zip(values, ones, strict=True))) for ones in product(*values.values()))  # type: ignore[arg-type]


def usual(pages: Iterable[str]) -> list[Scene]:
    """Each dimension by itself: all sizes in both themes, all workspaces, all numbers of days; not their product."""
    return _in_order(
        scene
        for page in pages
        for scene in (
            *chosen(page=[page], size=SIZES, theme=THEMES),
            *chosen(page=[page], size=_NARROW_MIDDLE_WIDE, workspace=WORKSPACES),
            *chosen(page=[page], size=_NARROW_MIDDLE_WIDE, days=DAYS),
        )
    )


def _in_order(scenes: Iterable[Scene]) -> list[Scene]:
    """Each once; those of one workspace, whose dashboard is started once, together."""
    return sorted(dict.fromkeys(scenes), key=lambda scene: (scene.workspace != Scene.workspace, scene.workspace))


def hard_names() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows of ``rooms.csv`` and of ``daily.csv``: a year of rooms with names that are hard to draw, by hand."""
    told = list(_hard_names())
    rooms = [
        {"room_id": f"R{n:02}", "type": kind, "name": name, "title": title, "created": "2024-02-05"}
        for n, (kind, name, title) in enumerate(told)
    ]
    days = [TODAY - timedelta(days=back) for back in range(400)]
    daily = [
        {"date": f"{day}", "room_id": room["room_id"], "messages": str(messages)}
        for n, room in enumerate(rooms)
        for day in days
        # Each room has a size and a weekday of its own on which it is silent; every seventh has fallen silent.
        if (messages := (2 + 61 * n % 90) * ((day.toordinal() + n) % 7) // 6)
        and not (n % 7 == 3 and day > date(2026, 11, 8))
    ]
    return rooms, daily


def _hard_names() -> Iterator[tuple[str, str, str]]:
    yield "c", "تخطيط-الإصدار", "تخطيط الإصدار القادم ومتابعة العملاء"
    yield "c", "תמיכה", "תמיכה בלקוחות ותכנון רבעוני"
    yield "c", "日本語サポート", "日本語サポートと翻訳の相談窓口"
    yield (
        "c",
        "long-words",
        "Working group on the harmonisation of cross-regional incident escalation and communication",
    )
    yield "p", "unbroken", "a_room_whose_name_is_one_long_word_without_any_place_at_which_it_could_be_broken_" * 2
    yield "c", "wide", "ＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷＷ"
    yield "c", "party-🎉🎉🎉", "launch party 🎉🎉🎉 👩‍👩‍👧‍👦"
    yield "c", "mixed", "release 9.0 מהדורה (beta) إصدار ‮back"
    for n in range(6):
        yield "p", f"question-{n}", "How do we translate the price list?"
    for n in range(6):
        yield "c", f"project-atlas-team-coordination-and-planning-berlin-{n}", ""
    yield "c", "x", ""
