"""The workspace that a command asks: its account, signed out at the end, and the reader of what was asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from time import sleep
from typing import Any

from engagement.api.client import Account, Client, Pace, shared_pace
from engagement.api.guard import Way
from engagement.api.pace import patiently
from engagement.api.posting import Poster
from engagement.cli.surroundings import complain, say
from engagement.display.wording import duration_text
from engagement.errors import EngagementError, SignedOut, StoreUnavailable
from engagement.numbers.decisions import decided
from engagement.numbers.periods import PREVIOUS, Against, checked_period, preset_period
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History
from engagement.reading.deciding import desk
from engagement.reading.facts import Facts
from engagement.reading.jobs import Jobs, Progress, Teller
from engagement.reading.rights import admit, roles_told, rules_of
from engagement.reading.workspace import Reader
from engagement.settings.account import command_line_account
from engagement.settings.keys import Settings, default_files, load
from engagement.storage.archive import Archive
from engagement.storage.database import Store
from engagement.storage.decisions import Decisions
from engagement.storage.spare import archive_or_memory

SayWait = Callable[[Progress], None]


def pause_text(progress: Progress) -> str:
    """One line on a pause, with the time that the whole will still take where that is longer."""
    text = f"{progress.why}: going on in {progress.pause:.0f} s"
    return text + (f", done in about {duration_text(progress.pause + progress.later)}" if progress.later else "")


def say_wait(progress: Progress) -> None:
    """Tells a pause on standard error."""
    say(pause_text(progress))


@dataclass(frozen=True)
class Connection:
    """A workspace in the name of the account of the command line; ``say_wait`` tells its pauses."""

    client: Client
    pace: Pace
    settings: Settings
    say_wait: SayWait
    _later: list[Callable[[], object]] = field(default_factory=list, repr=False)

    @cached_property
    def roles(self) -> Mapping[str, frozenset[str]]:
        """The roles that have each permission, asked once; none where the server gives no answer that can be read."""
        return roles_told(self.client)

    def reader(self, say_wait: SayWait | None = None, *, keeps: bool = False) -> Reader:
        """A reader that pauses as the workspace asks, saying so with ``say_wait``. Raises what admission raises.

        With ``keeps`` a database is needed; without, what is read is kept where that is possible.
        """
        say_wait = say_wait or self.say_wait
        access, place = admit(self.client, self.roles), self.settings.archive

        def of(tell: Teller[Any]) -> Client:
            def wait(why: str, seconds: float) -> None:
                tell.waiting(why, seconds)
                say_wait(tell.standing())

            return self.client.with_waits(sleep=tell.sleep, on_wait=wait, stop=tell.stop)

        return Reader(
            jobs=Jobs(),
            make_client=of,
            workspace=self.settings.opened_at(self.client.address),
            access=access,
            viewer="command line",
            archive=Archive(Store(place.url), place.weeks)
            if keeps
            else archive_or_memory(place.url, _say_not_kept, place.weeks),
            timezone=self.settings.calendar.timezone,
            week_start=self.settings.calendar.week_start,
            rules=rules_of(self.settings),
            decisions=_decisions(place.url),
        )

    @property
    def dashboard(self) -> str:
        """Where the dashboard is for its readers; empty where no address is configured."""
        return self.settings.dashboard.link(os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", ""))

    def read(
        self, *, period: str | None, start: date | None, end: date | None, against: Against = PREVIOUS
    ) -> Activity:
        """The activity of a preset period or between two days, by default of the last full week, and of what it is
        compared with; with signals where there are weeks that they can rest on. Raises the errors of any reading, and
        InvalidPeriod.
        """
        return self.read_by(self.reader(), period=period, start=start, end=end, against=against)[0]

    def days(self, activity: Activity, reader: Reader, facts: Facts, against: Against) -> History | None:
        """The days of every room in the period of ``activity``; None where the server counts none."""
        return reader.days(facts, activity.period, against).result() if activity.counted else None

    def read_by(
        self, reader: Reader, *, period: str | None, start: date | None, end: date | None, against: Against = PREVIOUS
    ) -> tuple[Activity, Facts]:
        """The same by a reader that may be allowed less than the account, and the facts that it rests on."""
        facts = reader.facts().result()
        today = facts.today(reader.now())
        if start and end:
            asked = checked_period(start, end, today, self.settings.limits.longest_period)
        else:
            asked = preset_period(period or "last-week", today, self.settings.calendar.week_start)
        events = reader.events(facts)
        activity = reader.activity(facts, asked, against).result().with_events(events)
        if facts.remembered and (facts := reader.facts().result()).today(reader.now()) != today:
            # The server has moved to another day since the facts were kept.
            return self.read_by(reader, period=period, start=start, end=end, against=against)
        if at := desk(reader, facts):
            # Where the database does not answer, that was said when nothing could be kept.
            with suppress(StoreUnavailable):
                activity = decided(activity, at.worklist())
        history = reader.judged_history(facts, asked)
        if history is None or not activity.counted:
            return activity, facts
        self._later.append(lambda: reader.calibrated(facts, events).result())
        return activity.judged(history.result(), reader.basis(facts, events).result()), facts

    def poster(self) -> Poster:
        """What writes in the name of the same account."""
        account, address = self.client.account, self.client.address
        if account is None:
            raise SignedOut
        return Poster(address, account, pace=self.pace, way=Way.by(self.settings.workspace, address), sleep=sleep)

    def learn(self) -> None:
        """Finds the thresholds of signals on what was read, where they are due: when the answer is written, as nobody
        shall wait for it. Without them the next run has those of now.
        """
        for find in self._later:
            with suppress(EngagementError):
                find()


@contextmanager
def connected(say_wait: SayWait = say_wait) -> Iterator[Connection]:
    """The workspace and the account that the environment or the configuration names, signed out at the end.

    Nobody stands by, so that signing in and out wait for the rate limit too. Raises InvalidSettings, and what signing
    in raises.
    """
    settings = load(os.environ, default_files())
    named = command_line_account(os.environ, settings)
    token = Account(named.user_id, named.auth_token, personal=True) if named.user_id and named.auth_token else None
    pace = shared_pace(named.url, settings.limits.calls_a_minute, settings.limits.copies)

    def pause(seconds: float) -> None:
        say_wait(Progress(pause=seconds))
        sleep(seconds)

    with Client(named.url, token, pace=pace, way=Way.by(settings.workspace, named.url)) as client:
        if token is None:
            patiently(lambda: client.sign_in(named.user or "", named.password or "", named.code), pause)
        account = client.account
        try:
            yield Connection(client, pace, settings, say_wait)
        except BaseException:
            # Why it ended is told, and at once.
            with suppress(EngagementError):
                client.sign_out()
            raise

        def sign_out() -> None:
            client.account = account
            client.sign_out()

        try:
            patiently(sign_out, pause)
        except EngagementError as error:
            complain(f"the session at the workspace may last: {error}")


def _decisions(url: str | None) -> Decisions | None:
    # Without a home folder there is no file that could hold any.
    with suppress(StoreUnavailable):
        return Decisions(Store(url))
    return None


def _say_not_kept(error: StoreUnavailable) -> None:
    """Why nothing is kept, for whoever can do something about it: the database's own words where there are any."""
    cause = error.__cause__
    complain(f"nothing that is read now is kept, and no kept room is known: {getattr(cause, 'orig', cause) or error}")
