"""Somebody with a tab who clicks at random, and what became of every screen that they saw."""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

import requests
from websockets.exceptions import WebSocketException

from benchmarks.soak.judge import Judge
from benchmarks.soak.truth import Truth, View, span_of
from tests.support.screen import Screen, hand_in

PERIODS = ("Last full week", "Last 7 full days", "Last 4 full weeks", "Last full month", "Last 30 days", "Last 90 days",
           "This week so far")  # fmt: skip
PAGES = ("", "top_channels", "inactive_rooms", "week_over_week", "trends", "report")
SEARCHES = ("", "", "", "release", "platform", "budget", "no such room")
TYPES = (["Channels", "Private"], ["Channels"], ["Private"], ["Channels", "Private", "Direct"])
# So many custom ranges there are, so that what is kept of them is bounded as it is of the others.
RANGES = 5
RIGHTS = {"admin": True, "manager": True, "analyst": False}
COOKIE = "engagement_session"
LOOK_EVERY, SETTLES = 0.7, 90.0
# After so many clicks people look at different things, each of which is held for them as long as they do.
OWN_WAYS = 15
# How often somebody who cannot find the button to sign out opens the page again.
TRIES = 3


@dataclass
class Tally:
    """What all of them saw. Safe to add to from any thread."""

    screens: Counter[str] = field(default_factory=Counter)
    numbers: int = 0
    clicks: int = 0
    wrong: list[str] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, kind: str, numbers: int = 0, wrong: list[str] | None = None) -> None:
        with self.lock:
            self.screens[kind] += 1
            self.numbers += numbers
            self.wrong += wrong or []

    @contextmanager
    def at_it(self) -> Iterator[None]:
        """Counts somebody as busy."""
        with self.lock:
            self.busy += 1
        try:
            yield
        finally:
            with self.lock:
                self.busy -= 1

    def clicked(self, seconds: float) -> None:
        with self.lock:
            self.clicks += 1
            self.slow.append(seconds)


@dataclass
class Person:
    """One of them, until ``over`` says so; ``url`` is where the dashboard is, ``user`` an account of the workspace.

    Before each click they wait for as long as ``rest`` takes.
    """

    url: str
    user: str
    truth: Truth
    tally: Tally
    dice: random.Random
    over: Callable[[], bool]
    tls: str | None = None
    pause: float = 0.5
    arrived: Callable[[], object] = lambda: None
    rest: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self._browser = requests.Session()
        # Or certificates named by the environment would stand in for ours.
        self._browser.trust_env = False
        self._browser.verify = self.tls or True
        self._view: dict[str, object] = {}

    def live(self, *, everything: bool) -> None:
        """Signs in, clicks, opens the page anew now and then, and signs out. Has arrived when it has looked at
        ``everything`` once and gone its own ways from there.
        """
        screen: Screen | None = self._open()
        for page in PAGES if everything else ():
            screen.go(page)
            screen.run()
            self._look(screen)
        for _ in range(OWN_WAYS if everything else 0):
            screen = self._clicked(screen)
        self.arrived()
        while not self.over():
            self.rest()
            with self.tally.at_it():
                screen = self._clicked(screen)
        self._leave(screen)
        self._browser.close()

    def _clicked(self, screen: Screen | None) -> Screen | None:
        """Clicks and looks; comes back with the tab, None where it broke or was closed."""
        try:
            if screen is None:
                screen = self._open()
            self._click(screen)
            self._look(screen)
        except (WebSocketException, TimeoutError, OSError) as error:
            self.tally.saw(f"connection: {error}")
            screen = self._closed(screen)
        else:
            if self.dice.random() < 0.04:
                screen = self._closed(screen)
        time.sleep(self.pause * self.dice.random())
        return screen

    def tour(self, periods: Sequence[str] = PERIODS, ranges: int = RANGES) -> None:
        """So many periods and custom ranges on the overview, and then every page."""
        screen = self._open()
        for period in periods:
            self._choose(screen, "period", period)
            screen.run()
            self._look(screen)
        for place in range(ranges):
            self._choose(screen, "period", "Custom range")
            screen.run()
            self._type(screen, *self._range(place))
            screen.run()
            self._look(screen)
        for page in PAGES:
            screen.go(page)
            screen.run()
            self._look(screen)
        self._leave(screen)
        self._browser.close()

    def _open(self) -> Screen:
        if not self._browser.cookies:
            # By the cookie of the first answer a reverse proxy knows its visitors.
            self._browser.get(f"{self.url}/healthz", timeout=30)
        context = ssl.create_default_context(cafile=self.tls) if self.tls else None
        cookies = "; ".join(f"{one.name}={one.value}" for one in self._browser.cookies)
        screen = Screen(self.url, {"Cookie": cookies} if cookies else {}, context)
        self._view = {"period": PERIODS[0], "types": TYPES[0], "search": "", "archived": False}
        screen.run()
        while screen.widget("signin_password") and not self.over():
            screen.choose(signin_user=self.user, signin_password=self.user)
            screen.run(pressed="Sign in")
            hand_in(screen, self.url, self._browser)
        return screen

    def _closed(self, screen: Screen | None) -> None:
        if screen is not None:
            screen.close()

    def _leave(self, screen: Screen | None) -> None:
        for _ in range(TRIES):
            try:
                screen = screen or self._open()
                if screen.widget("sign_out"):
                    screen.run(pressed="sign_out")
                    return screen.close()
            except (WebSocketException, TimeoutError, OSError) as error:
                self.tally.saw(f"leaving: {error}")
            screen = self._closed(screen)
        return None

    def _click(self, screen: Screen) -> None:
        chance, pressed = self.dice.random(), ""
        if self._owes_range() and screen.widget("from"):
            # The page showed an error, and no fields of days, when it was asked for a range.
            self._type(screen, *self._range(self.dice.randrange(RANGES)))
        elif screen.widget("period") is None or chance < 0.3:
            screen.go(self.dice.choice(PAGES))
        elif chance < 0.5:
            self._choose(screen, "period", self.dice.choice([*PERIODS, "Custom range"]))
            self._view.pop("to", None)
            if self._owes_range():
                screen.run()
                self._type(screen, *self._range(self.dice.randrange(RANGES)))
        elif chance < 0.62:
            self._choose(screen, "types", self.dice.choice(TYPES))
        elif chance < 0.75 and "Direct" not in self._types():
            self._choose(screen, "search", self.dice.choice(SEARCHES))
        elif chance < 0.8:
            self._choose(screen, "archived", not self._view["archived"])
        elif chance < 0.85:
            pressed = next((key for key in ("try_again", "page_again", "read_again") if screen.widget(key)), "")
        elif chance < 0.9 and screen.widget("top"):
            screen.choose(top=[self.dice.choice(["10", "20", "30"])])
        elif screen.widget("weeks"):
            screen.choose(weeks=[self.dice.choice(["13", "26"])])
        if "Direct" in self._types() and self._view["search"]:
            self._choose(screen, "search", "")
        screen.run(pressed=pressed)
        self.tally.clicked(screen.seconds)

    def _owes_range(self) -> bool:
        return self._view["period"] == "Custom range" and "to" not in self._view

    def _range(self, place: int) -> tuple[date, date]:
        start = self.truth.today - timedelta(days=10 + 9 * place)
        return start, start + timedelta(days=5)

    def _type(self, screen: Screen, start: date, end: date) -> None:
        """Both days at once, as a link does: of a first day typed beside an old last one there are as many readings as
        there are pairs, and what is kept of them would grow for an hour.
        """
        self._choose(screen, "from", [start.isoformat()])
        self._choose(screen, "to", [end.isoformat()])

    def _choose(self, screen: Screen, key: str, value: str | bool | list[str]) -> None:
        if screen.widget(key):
            screen.choose(**{key: value})
            self._view[key] = value

    def _types(self) -> list[str]:
        types = self._view["types"]
        assert isinstance(types, list)
        return types

    def _look(self, screen: Screen) -> None:
        """Waits as an open page does until everything is drawn, and compares."""
        ends = time.monotonic() + SETTLES
        while screen.reading and time.monotonic() < ends and not self.over():
            self._compare(screen)
            time.sleep(LOOK_EVERY)
            screen.run()
        self._compare(screen)

    def _compare(self, screen: Screen) -> None:
        shows = any(True for kind in ("metric", "plotly_chart", "dataframe") for _ in screen.each(kind))
        words = screen.popovers()
        if any(True for _ in screen.each("exception")):
            self.tally.saw("exception", wrong=[f"{screen.page}: an exception is shown"])
        elif not shows:
            said = [alert.body for alert in screen.each("alert")]
            if any("inside this dashboard" in one for one in said):
                self.tally.saw("mistake", wrong=[f"{screen.page}: {said}"])
            self.tally.saw("error" if said else "progress" if screen.reading else "empty")
        elif self._owes_range():
            self.tally.saw("range not typed")
        elif "Incomplete" in words:
            self.tally.saw("incomplete")
        elif "Complete" not in words:
            self.tally.saw("unmarked", wrong=[f"{screen.page}: numbers without a word on how complete they are"])
        else:
            self._judge(screen)

    def _judge(self, screen: Screen) -> None:
        found = Judge(self.truth, self._asked(screen.page), screen).all()
        where = f"{screen.page or 'overview'}, {self.user}, {self._view}"
        self.tally.saw("complete", found.compared, [f"{where}: {one}" for one in found.wrong])

    def _asked(self, page: str) -> View:
        name, typed = str(self._view["period"]), None
        if name == "Custom range":
            first, last = self._view["from"], self._view["to"]
            assert isinstance(first, list)
            assert isinstance(last, list)
            typed = date.fromisoformat(first[0]), date.fromisoformat(last[0])
        if page == "trends":
            name, typed = PERIODS[0], None
        span, previous = span_of(name, self.truth.today, typed)
        return View(
            span,
            previous,
            self.truth.today,
            frozenset(self._types()),
            str(self._view["search"]),
            bool(self._view["archived"]),
            RIGHTS[self.user],
        )
