"""What the commands do: ask a workspace without a screen, and write what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from engagement.api.client import SEE_ALL_ROOMS, Account, Client, Pace, shared_pace
from engagement.cli import sync
from engagement.display import tables, wording
from engagement.numbers import naming
from engagement.numbers.masks import masked
from engagement.numbers.measures import TYPES, Filters
from engagement.numbers.periods import Period, checked_period, preset_period
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import verdicts
from engagement.numbers.zone import offset_text
from engagement.reading.jobs import Jobs, Progress, Teller
from engagement.reading.reader import Reader
from engagement.reading.workspace import Access, Facts, admit
from engagement.settings.keys import Settings, command_line_account, default_files, load
from engagement.storage.archive import Archive
from engagement.storage.database import Store

EVERY_ROOM = Filters(frozenset(TYPES), archived=True)


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


def _now() -> datetime:
    return datetime.now(UTC)


def _pace(address: str, settings: Settings) -> Pace:
    return shared_pace(address, settings.limits.calls_a_minute, settings.limits.copies)


def connect(environ: Mapping[str, str], settings: Settings) -> Client:
    """A client of the account that the environment or the configuration names. Raises what signing in raises."""
    named = command_line_account(environ, settings)
    pace = _pace(named.url, settings)
    if named.auth_token is not None and named.user_id is not None:
        account = Account(named.user_id, named.auth_token, personal=True)
        return Client(named.url, account, pace=pace, ca_bundle=settings.workspace.ca_bundle)
    client = Client(named.url, pace=pace, ca_bundle=settings.workspace.ca_bundle)
    account = client.sign_in(named.user or "", named.password or "", named.code)
    return Client(named.url, account, pace=pace, ca_bundle=settings.workspace.ca_bundle)


def _say_wait(progress: Progress) -> None:
    print(sync.pause_text(progress), file=sys.stderr)


def make_reader(
    client: Client, access: Access, settings: Settings, say_wait: Callable[[Progress], None] = _say_wait
) -> Reader:
    """A reader that pauses as the client's workspace asks, saying so with ``say_wait``: on standard error."""

    pace = _pace(client.address, settings)

    def of(tell: Teller[Any]) -> Client:
        def wait(route: str, seconds: float) -> None:
            tell.waiting(route, seconds)
            say_wait(tell.standing())

        bundle = settings.workspace.ca_bundle
        return Client(client.address, client.account, pace=pace, sleep=tell.sleep, on_wait=wait, ca_bundle=bundle)

    return Reader(
        jobs=Jobs(),
        make_client=of,
        workspace=client.address,
        access=access,
        viewer="command line",
        archive=Archive(Store(settings.archive.url)),
        timezone=settings.calendar.timezone,
        week_start=settings.calendar.week_start,
        now=_now,
    )


def read(environ: Mapping[str, str], asked: Asked) -> tuple[Activity, pd.DataFrame]:
    """The activity that was asked for and the verdict of each of its rooms (``metrics.verdicts``); the account is
    signed out again. Raises EngagementError.
    """
    settings = load(environ, default_files())
    client = connect(environ, settings)
    try:
        reader = make_reader(client, admit(client), settings)
        facts: Facts = reader.facts().result()
        period = asked.period(facts.today(_now()), settings)
        activity = reader.activity(facts, period).result()
        history = reader.judged_history(facts, period)
        if settings.rooms.mask_names:
            activity = masked(activity)
        return activity, verdicts(activity.rooms, history.result() if history else None)
    finally:
        client.sign_out()


def channels(environ: Mapping[str, str], asked: Asked, form: str, *, people: bool) -> int:
    """Writes every room that the account may see to standard output."""
    activity, judged = read(environ, asked)
    if form == "json":
        print(json.dumps(as_json(activity, judged, people=people), ensure_ascii=False))
    elif form == "csv":
        print(tables.csv_text(_rows(activity, judged, people=people)), end="")
    else:
        print(_as_text(activity, people=people))
    for note in activity.completeness.notes:
        print(note, file=sys.stderr)
    return 0


_JSON_COLUMNS = (
    "room_id name type kind messages previous_messages change change_pct state verdict reason created last_message "
    "members owner archived"
).split()


def _rows(activity: Activity, judged: pd.DataFrame, *, people: bool) -> pd.DataFrame:
    rooms = activity.rooms
    masked = rooms["type"].eq("direct") & (not people)
    name = rooms["name"].mask(masked, naming.DIRECT_MASK)
    of_rooms = judged.reindex(rooms["room_id"]).reset_index(drop=True)
    rows = rooms.assign(name=name, verdict=of_rooms["verdict"], reason=of_rooms["reason"])
    return rows[_JSON_COLUMNS].astype({"members": "Int64"})


def as_json(activity: Activity, judged: pd.DataFrame, *, people: bool) -> dict[str, object]:
    """The activity as one object of plain values; None where something is not known."""

    def days(period: Period) -> dict[str, object]:
        return {"start": period.start.isoformat(), "end": period.end.isoformat(), "days": period.days}

    rows = _rows(activity, judged, people=people)
    columns = {name: [_plain(value) for value in rows[name]] for name in rows}
    return {
        "workspace": activity.workspace,
        "release": activity.release,
        "period": days(activity.period),
        "previous": days(activity.previous),
        "complete": activity.completeness.complete,
        "notes": list(activity.completeness.notes),
        "rooms": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
    }


def _plain(value: Any) -> object:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return round(value, 1)
    return value.item() if hasattr(value, "item") else value


def _as_text(activity: Activity, *, people: bool) -> str:
    rooms = activity.rooms
    names = naming.room_labels(rooms, show_people=people)
    lines = [f"{'Messages':>9} {'Before':>9} {'Change':>9}  {'State':<14} Room"]
    for name, now, before, change, state in zip(
        names, rooms["messages"], rooms["previous_messages"], rooms["change"], rooms["state"], strict=True
    ):
        lines.append(f"{now:>9,} {before:>9,} {change:>+9,}  {state:<14} {name}")
    complete = "complete" if activity.completeness.complete else "INCOMPLETE"
    lines.append(
        f"{wording.plural(len(rooms), 'room')}, {activity.period} compared with {activity.previous}, {complete}"
    )
    return "\n".join(lines)


def keep_weeks(environ: Mapping[str, str], weeks: int, *, quiet: bool) -> int:
    """Fills the archive with the last full weeks, and writes one line on what is there."""
    settings = load(environ, default_files())
    client = connect(environ, settings)
    try:
        with sync.display(sys.stderr, weeks, quiet=quiet) as shown:
            reader = make_reader(client, admit(client), settings, shown.pause)
            synced = sync.run(reader, weeks, shown.weeks)
        print(synced)
        for note in synced.notes:
            print(note, file=sys.stderr)
        return 0
    finally:
        client.sign_out()


def check(environ: Mapping[str, str]) -> int:
    """Writes one line each about version, account, rights, module, rate limit and counting."""
    settings = load(environ, default_files())
    client = connect(environ, settings)
    try:
        print(f"workspace  {client.address}")
        print(f"release    Rocket.Chat {client.release()}")
        person = client.me()
        print(f"account    {person.username} ({', '.join(sorted(person.roles)) or 'no role'})")
        access = admit(client)
        print("figures    may be seen (view-engagement-dashboard)")
        rooms = "all, private ones included" if access.all_rooms else f"public ones only (no {SEE_ALL_ROOMS})"
        print(f"directory  {rooms}")
        facts = make_reader(client, access, settings).facts().result()
        print(
            f"module     {'engagement dashboard is on' if facts.counted else 'no Premium licence: nothing is counted'}"
        )
        limit = _pace(client.address, settings).limit
        print(f"limit      {f'{limit} calls a minute' if limit else 'none for this account'}")
        if facts.counted:
            right = "as expected" if facts.checked else "not known yet"
            if facts.block_days is not None:
                right = "windows begin too late: read in blocks of four days"
            print(f"counting   {right}; first counted day {facts.first_counted or 'more than a year ago or unknown'}")
            print(f"days       begin at UTC{_offset(facts)}; today is {facts.today(_now())} there")
        for note in facts.notes:
            print(f"note       {note}")
        return 0
    finally:
        client.sign_out()


def _offset(facts: Facts) -> str:
    if facts.offset is None:
        return " (not known)"
    return offset_text(facts.offset)
