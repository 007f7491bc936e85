"""What a test says of the fault that it produces: the words of ``docs/reliability.md``, which is made from them.

``@fault("a total of {kind}", NOTED, "the note says it")`` stands before a test, ``marks=fault(…)`` at one of its
parameters. In braces stand parameters of the test; a function of some parameters may stand for any text. What a module
says in ``pytestmark`` holds for all its faults, and what a parameter says is added to each fault of its test. A case
that has nothing to show gives an empty text for what is wrong.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

EXACT, NOTED, SAID, WAITED, REFUSED = (
    "exact figures",
    "figures with a note",
    "an error that says what to do",
    "waits and goes on",
    "refused",
)
# What may become of a fault. That something wrong is shown as right is none of it.
OUTCOMES = {
    EXACT: "what is shown or written is whole and right, as if there had been no fault",
    NOTED: "what is known is shown and right; what is not is left out, blank or called unknown, and that is said",
    SAID: "no figures; one sentence says what happened and what to do, on the page or as the command's one line",
    WAITED: "it is tried again or waited for, in bounds, and then the work goes on",
    REFUSED: "what asks for it gets nothing, and nothing else is changed",
}
KINDS = (
    "Contradictory answers",
    "A past that changes",
    "Another workspace",
    "Uncounted days",
    "Unfinished weeks",
    "Counting and zones",
    "Last messages",
    "Side dishes and refusals",
    "Waits and limits",
    "Broken connections",
    "Odd values",
    "Addresses and gates",
    "Doors",
    "Surroundings of commands",
    "Settings",
    "Sessions and ends",
    "Files",
    "Posts",
)
COMMANDS = ("check", "channels table", "channels CSV", "channels JSON", "report", "sync", "events", "send", "demo")
PAGES = ("Overview", "Top channels", "Inactive rooms", "Week over week", "Trends", "Room", "Report", "Sign-in")
# Where the others get everything from, so that a fault shown there is shown for all of them.
PARTS = {
    "client": "the only code that asks a workspace anything; every command and page reads through it",
    "reading": "what makes the one table of a period and of its weeks; every command, page and file shows that table",
    "table": "the states, changes and signals of that table, computed from given counts",
    "archive": "the past weeks that are kept, and the database below them",
    "worklist": "what was decided about rooms, and by whom; every page, file and command asks it which are kept",
    "sessions": "who is signed in, and since when; every page asks it",
    "settings": "the one file and the environment; every command and the dashboard begin with them",
    "web server": "what answers a browser, before and beside the pages",
    "every page": "each of the pages in turn",
    "every file": "HTML, PDF, PNG, workbook, CSV and Markdown, as far as they can hold the fault",
    "charts": "the figures of pages and files",
}
PLACES = (*COMMANDS, *PAGES, *PARTS)

# The faults of the demo workspace, as they are called there.
SWITCHES = {
    "401": "signed out (401)",
    "403": "no permission (403)",
    "404": "not found (404)",
    "429": "too many requests (429)",
    "500": "an internal error (500)",
    "502": "the page of a proxy (502)",
    "gate-401": "a gate that wants a password (401)",
    "gate-403": "a gate that lets nobody through (403)",
    "html": "a web page with status 200",
    "nonsense": "JSON that answers something else",
    "garbage": "JSON that breaks off",
}

Text = str | Callable[..., str]


def switch(fault: str) -> str:
    """A fault of the demo workspace in words."""
    return SWITCHES[fault]


def title(page: str) -> str:
    """The title of a page by the name of its file."""
    return page.capitalize().replace("_", " ")


def fault(
    what: Text | None = None,
    then: Text | None = None,
    says: Text | None = None,
    *,
    kind: Text | None = None,
    at: Text | None = None,
    seen: Text | None = None,
) -> pytest.MarkDecorator:
    """The marker: what is wrong, which of OUTCOMES, what is said or seen of it, which of KINDS, where it is produced,
    and on which of PLACES (parted by commas) the test proves it.
    """
    told = {"what": what, "then": then, "says": says, "kind": kind, "at": at, "seen": seen}
    return pytest.mark.fault(**{name: text for name, text in told.items() if text is not None})


@dataclass(frozen=True)
class Fault:
    """One fault at one place, and what becomes of it."""

    kind: str
    what: str
    at: str
    then: str
    says: str


def faults(test: pytest.Item) -> Iterator[tuple[Fault, tuple[str, ...]]]:
    """The faults that a collected test proves, each with the places where. Raises ValueError for a word that is none
    of ours, and for a text that lacks or names an unknown parameter.
    """
    callspec = getattr(test, "callspec", None)
    given: Mapping[str, Any] = callspec.params if callspec else {}
    at_parameters = list(callspec.marks) if callspec else []
    of_parameters = [mark for mark in at_parameters if mark.name == "fault"]
    own = [mark for mark in test.own_markers if mark.name == "fault" and mark not in of_parameters]
    of_module = [mark for node, mark in test.iter_markers_with_node("fault") if node is not test]
    for mark in own or of_parameters[:1]:
        told: dict[str, Text] = {"says": ""}
        for one in (*of_module, mark, *of_parameters):
            told |= one.kwargs
        try:
            if _text(told["what"], given):
                yield _fault({name: _text(text, given) for name, text in told.items()})
        except (KeyError, TypeError, ValueError) as exc:
            raise ValueError(f"{test.nodeid}: {exc!r}") from exc


def _fault(told: dict[str, str]) -> tuple[Fault, tuple[str, ...]]:
    places = tuple(place.strip() for place in told.pop("seen").split(","))
    made = Fault(**told)
    unknown = {made.kind} - {*KINDS} | {made.then} - OUTCOMES.keys() | {*places} - {*PLACES}
    if unknown:
        raise ValueError(f"nothing is called {', '.join(sorted(unknown))}")
    if not made.at:
        raise ValueError("where it is produced is not said")
    return made, places


def _text(text: Text, given: Mapping[str, Any]) -> str:
    if callable(text):
        return text(*(given[name] for name in inspect.signature(text).parameters))
    return text.format_map({name: _said(value) for name, value in given.items()})


def _said(value: Any) -> str:
    """A parameter in words."""
    if inspect.isroutine(value):
        return value.__name__.strip("_").replace("_", " ")
    if isinstance(value, tuple) and all(isinstance(part, int) for part in value):
        return ".".join(map(str, value))
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 80 else f"{text[:24]}… ({len(text):,} characters)"
