"""The workspace that a command asks: its account, signed out at the end, and the reader of what was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from engagement.api.client import Account, Client, Pace, shared_pace
from engagement.display.wording import duration_text
from engagement.numbers.periods import Period, checked_period, preset_period
from engagement.numbers.rooms import Activity
from engagement.reading.jobs import Jobs, Progress, Teller
from engagement.reading.rights import admit
from engagement.reading.workspace import Reader, rules_of
from engagement.settings.account import CommandLineAccount, command_line_account
from engagement.settings.keys import Settings, default_files, load
from engagement.storage.archive import Archive
from engagement.storage.database import Store

SayWait = Callable[[Progress], None]


@dataclass(frozen=True)
class Asked:
    """The period as it was asked for: a preset, or a first and a last day."""

    preset: str | None = None
    start: date | None = None
    end: date | None = None

    def period(self, today: date, settings: Settings) -> Period:
        """The period on ``today`` of the server; the last full week when nothing was asked. Raises InvalidPeriod."""
        if self.start and self.end:
            return checked_period(self.start, self.end, today, settings.limits.longest_period)
        return preset_period(self.preset or "last-week", today, settings.calendar.week_start)


def pause_text(progress: Progress) -> str:
    """One line on a pause, with the time that the whole will still take where that is longer."""
    text = f"{progress.why}: going on in {progress.pause:.0f} s"
    return text + (f", done in about {duration_text(progress.pause + progress.later)}" if progress.later else "")


def say_wait(progress: Progress) -> None:
    """Tells a pause on standard error."""
    print(pause_text(progress), file=sys.stderr)


@dataclass(frozen=True)
class Connection:
    """A workspace in the name of the account of the command line."""

    client: Client
    pace: Pace
    settings: Settings

    def reader(self, say_wait: SayWait = say_wait) -> Reader:
        """A reader that pauses as the workspace asks, saying so with ``say_wait``. Raises what admission raises."""

        def of(tell: Teller[Any]) -> Client:
            def wait(why: str, seconds: float) -> None:
                tell.waiting(why, seconds)
                say_wait(tell.standing())

            return self.client.with_waits(sleep=tell.sleep, on_wait=wait, stop=tell.stop)

        return Reader(
            jobs=Jobs(),
            make_client=of,
            workspace=self.client.address,
            access=admit(self.client),
            viewer="command line",
            archive=Archive(Store(self.settings.archive.url)),
            timezone=self.settings.calendar.timezone,
            week_start=self.settings.calendar.week_start,
            rules=rules_of(self.settings),
            now=lambda: datetime.now(UTC),
        )

    def read(self, asked: Asked, say_wait: SayWait = say_wait) -> Activity:
        """The activity of the period, with verdicts where there are weeks that they can rest on.

        Raises the errors of any reading, and InvalidPeriod.
        """
        reader = self.reader(say_wait)
        facts = reader.facts().result()
        period = asked.period(facts.today(reader.now()), self.settings)
        activity = reader.activity(facts, period).result()
        history = reader.judged_history(facts, period)
        return activity.judged(history.result() if history else None)


@contextmanager
def connected(environ: Mapping[str, str]) -> Iterator[Connection]:
    """The workspace and the account that the environment or the configuration names, signed out at the end.

    Raises InvalidSettings, and what signing in raises.
    """
    settings = load(environ, default_files())
    named = command_line_account(environ, settings)
    pace = shared_pace(named.url, settings.limits.calls_a_minute, settings.limits.copies)
    with Client(named.url, _token(named), pace=pace, ca_bundle=settings.workspace.ca_bundle) as client:
        if client.account is None:
            client.sign_in(named.user or "", named.password or "", named.code)
        try:
            yield Connection(client, pace, settings)
        finally:
            client.sign_out()


def _token(named: CommandLineAccount) -> Account | None:
    if named.auth_token is None or named.user_id is None:
        return None
    return Account(named.user_id, named.auth_token, personal=True)
