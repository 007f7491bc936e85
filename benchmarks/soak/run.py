"""One soak from beginning to end, and its figures."""

from __future__ import annotations

import random
import statistics
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak.machines import FULL, Held, Site, alone, copies
from benchmarks.soak.people import OWN_WAYS, RIGHTS, Person, Tally
from benchmarks.soak.truth import Truth
from benchmarks.soak.weather import Weather
from engagement.demo import DemoServer, Options

# Whatever is being worked on in a moment comes on top of what is held, so of some looks the least counts, and before
# them everybody stops for at most so many seconds.
LOOKS, STOPS = 10, 60.0
# Seconds in which everybody has arrived; the minutes are counted from then on.
ARRIVAL = 900.0
# How much more of it than an idle process may be held at the end: the framework's own threads, which wait for work in
# pools for a while, are no sign of a leak, and whatever is left of each of thirty sessions is more than these.
WHAT = {"threads": 8, "files": 0, "connections": 0}
MORE_MEMORY = 1.10
GROWS = f"""# Soak

Sessions that click at random over the demo workspace while its answers fail and recover: every number that a page calls
complete is compared with the workspace's own counts. The minutes begin when each session has seen every page once and
clicked {OWN_WAYS} times; of readings {FULL} MB may be kept (`[limits] memory`), so that what is kept on purpose is full
then. Every minute all of them stop for a moment, in which the memory is read.
`make soak` writes this table.

"""
HEAD = ("run", "clicks", "numbers compared", "wrong", "screens complete / incomplete / error", "faults sent",
        "median / slowest click", "memory after a minute / at the end", "left over")  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What is asked for: ``spell`` seconds of each weather, ``pause`` between looks at what is held, and ``settle`` for
    everything to be let go at the end.
    """

    seconds: float = 600
    sessions: int = 30
    rooms: int = 5000
    copies: int = 1
    seed: int = 1
    spell: float = 7.0
    pause: float = 1.0
    settle: float = 180.0
    hangs: bool = True
    tours: bool = True


@dataclass(frozen=True)
class Result:
    """What came of it; of every process what it held when it was idle, after each minute, and when all had gone."""

    wish: Wish
    tally: Tally
    faults_sent: int
    idle: list[Held]
    course: list[list[Held]]
    after: list[Held]
    log: str

    @property
    def warm(self) -> list[Held]:
        """After the first minute."""
        return self.course[0]

    @property
    def end(self) -> list[Held]:
        return self.course[-1]

    def left(self) -> list[str]:
        """What is held for nobody when all have gone, beyond what an idle process holds."""
        return _beyond(self.idle, self.after)

    def faults(self) -> list[str]:
        """Why this is no pass."""
        grown = [
            f"memory grew from {warm.memory:.0f} to {end.memory:.0f} MB"
            for warm, end in zip(self.warm, self.end, strict=True)
            if end.memory > MORE_MEMORY * warm.memory
        ]
        traces = [f"the log says {part[:2000]}" for part in self.log.split("Traceback")[1:]]
        nothing = [] if self.tally.numbers else ["nothing was compared"]
        return [*self.tally.wrong, *self.left(), *grown, *traces, *nothing]

    def row(self) -> list[str]:
        wish, seen = self.wish, self.tally.screens
        slow = sorted(self.tally.slow)
        memory = ", ".join(f"{w.memory:.0f} / {e.memory:.0f} MB" for w, e in zip(self.warm, self.end, strict=True))
        return [
            f"{wish.seconds / 60:g} min, {wish.sessions} sessions, {wish.rooms:,} rooms, "
            + ("alone" if wish.copies == 1 else f"{wish.copies} copies"),
            f"{self.tally.clicks:,}",
            f"{self.tally.numbers:,}",
            f"{len(self.tally.wrong)}",
            f"{seen['complete']:,} / {seen['incomplete']:,} / {seen['error']:,}",
            f"{self.faults_sent:,}",
            f"{statistics.median(slow):.2f} / {slow[-1]:.1f} s" if slow else "none",
            memory,
            ", ".join(self.left()) or "nothing",
        ]

    def text(self) -> str:
        """The figures and every fault as lines."""
        lines = [f"{name}: {value}" for name, value in zip(HEAD, self.row(), strict=True)]
        lines += [f"screens: {dict(self.tally.screens)}"]
        for name, held in (("idle", self.idle), *enumerate(self.course, start=1), ("after", self.after)):
            lines.append(f"{name}: {held}")
        return "\n".join([*lines, *(f"FAULT {fault}" for fault in self.faults()[:40])]) + "\n"

    def write(self, path: Path) -> None:
        """Puts the row of this run in its place in the table."""
        rows = [line for line in path.read_text().splitlines() if line.startswith("| ")] if path.exists() else []
        ours = f"| {' | '.join(self.row())} |"
        kept = [row for row in rows[2:] if row.split(" | ")[0] != ours.split(" | ")[0]]
        table = [f"| {' | '.join(HEAD)} |", f"| {' | '.join('---' for _ in HEAD)} |", *sorted([*kept, ours])]
        path.write_text(GROWS + "\n".join(table) + "\n")


def soak(wish: Wish) -> Result:
    """Runs it. The dashboard is started and stopped here."""
    dice, tally, over, moving = random.Random(wish.seed), Tally(), threading.Event(), threading.Event()
    moving.set()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        server = stack.enter_context(DemoServer(Options(rooms=wish.rooms, rate_limit=0)))
        truth = Truth(server)
        where = alone(folder / "alone", server.url) if wish.copies == 1 else copies(folder, server.url, wish.copies)
        site = stack.enter_context(where)
        tally.wrong += _warm_up(site, truth, wish)
        idle = _settled(site, None, wish.settle)
        users, arrived = list(RIGHTS), threading.Barrier(wish.sessions + 1)
        people = [
            Person(
                site.url,
                users[n % len(users)],
                truth,
                tally,
                random.Random(dice.random()),
                over.is_set,
                site.tls,
                arrived=arrived.wait,
                rest=moving.wait,
            )
            for n in range(wish.sessions)
        ]
        threads = [
            threading.Thread(target=person.live, kwargs={"everything": wish.tours}, daemon=True) for person in people
        ]
        weather = Weather(server, random.Random(dice.random()), wish.spell, hangs=wish.hangs)
        for thread in threads:
            thread.start()
        arrived.wait(ARRIVAL)
        weather.start()
        every = min(60.0, wish.seconds / 2)
        course: list[list[Held]] = []
        for _ in range(round(wish.seconds / every)):
            time.sleep(every)
            course.append(_at_rest(site, wish, tally, moving))
        weather.stop()
        over.set()
        for thread in threads:
            thread.join(180)
        after = _settled(site, idle, wish.settle)
        log = "".join(one.log() for one in site.dashboards)
    return Result(wish, tally, sum(weather.seen.values()), idle, course, after, log)


def _warm_up(site: Site, truth: Truth, wish: Wish) -> list[str]:
    """Somebody of each rights sees everything once in every process, so that what is imported, opened and kept once is
    no leak, and the figures that are kept are there from the first minute on. Comes back with what was wrong.
    """
    tally = Tally()
    for one in site.dashboards:
        for user in RIGHTS if wish.tours else ["manager"]:
            person = Person(one.url, user, truth, tally, random.Random(1), lambda: False, pause=0)
            person.tour() if wish.tours else person.tour((), 0)
    return tally.wrong


def _at_rest(site: Site, wish: Wish, tally: Tally, moving: threading.Event) -> list[Held]:
    """What is held while nobody moves, what is not in use any more collected; then they go on."""
    moving.clear()
    ends = time.monotonic() + min(STOPS, wish.seconds)
    while tally.busy and time.monotonic() < ends:
        time.sleep(0.1)
    site.collect()
    now = _looked(site, wish.pause)
    moving.set()
    return now


def _looked(site: Site, pause: float) -> list[Held]:
    looks = []
    for _ in range(LOOKS):
        looks.append(site.held())
        time.sleep(pause)
    return [min(of_one, key=lambda held: held.memory) for of_one in zip(*looks, strict=True)]


def _settled(site: Site, idle: list[Held] | None, seconds: float) -> list[Held]:
    """What is held when nothing is left that an idle process does not hold, or when waiting for that is over.

    Without anything to compare with: when nobody is connected to any process, nor it to the workspace.
    """
    ends = time.monotonic() + seconds
    while True:
        site.knock()
        now = _looked(site, 0.1)
        more = any(one.connections for one in now) if idle is None else _beyond(idle, now)
        if not more or time.monotonic() > ends:
            return now


def _beyond(idle: list[Held], now: list[Held]) -> list[str]:
    """What each process holds now beyond what it held when it was idle, less what it may."""
    more = [
        (getattr(one, what) - getattr(before, what), what, spare)
        for before, one in zip(idle, now, strict=True)
        for what, spare in WHAT.items()
    ]
    return [f"{number} {what}" for number, what, spare in more if number > spare]
