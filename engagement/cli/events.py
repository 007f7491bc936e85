"""``events``: what happened in the workspace, listed, added, imported from a calendar or a table, and removed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from engagement.cli.calendars import read_events
from engagement.cli.connection import connected
from engagement.cli.surroundings import say
from engagement.display.wording import plural
from engagement.numbers.events import Event, Events, event
from engagement.reading.events import book
from engagement.storage.events import EventBook


def events(
    *,
    listed: bool,
    add: str | None,
    file: Path | None,
    remove: str | None,
    start: date | None,
    end: date | None,
    not_comparable: bool,
    form: str,
) -> int:
    """Does what one of the options says, and writes what is then there or what has changed. Raises EngagementError,
    for what was typed before anybody is asked.
    """
    typed = event(add, start, end, not_comparable=not_comparable) if add is not None and start is not None else None
    if file is not None:
        # The days of its instants need the server's zone; that it can be used at all does not.
        read_events(file, lambda instant: instant.date())
    with connected() as connection:
        reader = connection.reader(keeps=True)
        facts = reader.facts().result()
        kept, who = book(reader.archive, facts.identity), reader.access.person.user_id
        if listed:
            print(_as_json(kept.all()) if form == "json" else _as_text(kept.all()))
        elif remove is not None:
            print(f"removed: {_line(kept.remove(remove, who))}")
        elif typed is not None:
            _added(kept, (typed,), who)
        elif file is not None:
            found, notes = read_events(file, facts.zone.day)
            _added(kept, tuple(replace(one, not_comparable=one.not_comparable or not_comparable) for one in found), who)
            for note in notes:
                say(note)
    return 0


def _added(kept: EventBook, found: Events, who: str) -> None:
    added = kept.add(found, who)
    for one in added:
        print(_line(one))
    print(f"{plural(len(added), 'event')} added, {len(found) - len(added)} there already")


def _as_json(listed: Events) -> str:
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "start": one.period.start.isoformat(),
            "end": one.period.end.isoformat(),
            "not_comparable": one.not_comparable,
        }
        for one in listed
    ]
    return json.dumps(rows, ensure_ascii=False)


def _as_text(listed: Events) -> str:
    return "\n".join([*map(_line, listed), plural(len(listed), "event")])


def _line(one: Event) -> str:
    remark = ", not comparable" if one.not_comparable else ""
    return f"{one.id}  {one.period}  {one.name}{remark}"
