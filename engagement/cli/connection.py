"""The workspace that a command asks: its account, signed out at the end, and the reader of what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from time import sleep
from typing import Any

from engagement.api.client import Account, Client, Pace, shared_pace
from engagement.api.guard import Way
from engagement.api.pace import LONGEST_WAIT
from engagement.cli.surroundings import complain, say
from engagement.display.wording import duration_text
from engagement.errors import EngagementError, SlowDown, StoreUnavailable
from engagement.numbers.periods import Period, checked_period, preset_period
from engagement.numbers.rooms import Activity
from engagement.reading.jobs import Jobs, Progress, Teller
from engagement.reading.rights import admit
from engagement.reading.workspace import Reader, rules_of
from engagement.settings.account import CommandLineAccount, command_line_account
from engagement.settings.keys import Settings, default_files, load
from engagement.storage.archive import Archive
from engagement.storage.database import Store
from engagement.storage.spare import archive_or_memory

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
    say(pause_text(progress))


@dataclass(frozen=True)
class Connection:
    """A workspace in the name of the account of the command line; ``say_wait`` tells its pauses.

    With ``keeps`` a database is needed; without, what is read is kept where that is possible.
    """

    client: Client
    pace: Pace
    settings: Settings
    say_wait: SayWait
    keeps: bool = False

    def reader(self, say_wait: SayWait | None = None) -> Reader:
        """A reader that pauses as the workspace asks, saying so with ``say_wait``. Raises what admission raises."""
        say_wait = say_wait or self.say_wait
        access = admit(self.client)

        def of(tell: Teller[Any]) -> Client:
            def wait(why: str, seconds: float) -> None:
                tell.waiting(why, seconds)
                say_wait(tell.standing())

            return self.client.with_waits(sleep=tell.sleep, on_wait=wait, stop=tell.stop)

        return Reader(
            jobs=Jobs(),
            make_client=of,
            workspace=self.client.address,
            access=access,
            viewer="command line",
            archive=self._archive(),
            timezone=self.settings.calendar.timezone,
            week_start=self.settings.calendar.week_start,
            rules=rules_of(self.settings),
        )

    def _archive(self) -> Archive:
        url = self.settings.archive.url
        return Archive(Store(url)) if self.keeps else archive_or_memory(url, _say_not_kept)

    def read(self, asked: Asked) -> Activity:
        """The activity of the period, with verdicts where there are weeks that they can rest on.

        Raises the errors of any reading, and InvalidPeriod.
        """
        reader = self.reader()
        facts = reader.facts().result()
        period = asked.period(facts.today(reader.now()), self.settings)
        activity = reader.activity(facts, period).result()
        history = reader.judged_history(facts, period)
        return activity.judged(history.result() if history else None)


@contextmanager
def connected(environ: Mapping[str, str], say_wait: SayWait = say_wait, *, keeps: bool = False) -> Iterator[Connection]:
    """The workspace and the account that the environment or the configuration names, signed out at the end.

    Nobody stands by, so that signing in and out wait for the rate limit too. Raises InvalidSettings, and what signing
    in raises.
    """
    settings = load(environ, default_files())
    named = command_line_account(environ, settings)
    pace = shared_pace(named.url, settings.limits.calls_a_minute, settings.limits.copies)
    with Client(named.url, _token(named), pace=pace, way=Way.by(settings.workspace, named.url)) as client:
        if client.account is None:
            patiently(lambda: client.sign_in(named.user or "", named.password or "", named.code), say_wait)
        account = client.account
        try:
            yield Connection(client, pace, settings, say_wait, keeps)
        except BaseException:
            # Why it ended is told, and at once.
            with suppress(EngagementError):
                client.sign_out()
            raise

        def sign_out() -> None:
            client.account = account
            client.sign_out()

        try:
            patiently(sign_out, say_wait)
        except EngagementError as error:
            complain(f"the session at the workspace may last: {error}")


def patiently(call: Callable[[], object], say_wait: SayWait) -> None:
    """Calls until the rate limit lets it pass; a quarter of an hour at most, then SlowDown is raised."""
    waited = 0.0
    while True:
        try:
            call()
        except SlowDown as slow:
            waited += slow.seconds
            if waited > LONGEST_WAIT:
                raise
            say_wait(Progress(pause=slow.seconds))
            sleep(slow.seconds)
        else:
            return


def _say_not_kept(error: StoreUnavailable) -> None:
    """Why nothing is kept, for whoever can do something about it: the database's own words where there are any."""
    cause = error.__cause__
    complain(f"nothing that is read now is kept: {getattr(cause, 'orig', cause) or error}")


def _token(named: CommandLineAccount) -> Account | None:
    if named.auth_token is None or named.user_id is None:
        return None
    return Account(named.user_id, named.auth_token, personal=True)
