"""``send``: the subscriptions whose hour has come, for one line of cron or one timer."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace

from engagement.cli.connection import connected
from engagement.cli.posting import Counter, counter_of, tell_cut_off
from engagement.cli.surroundings import complain
from engagement.display.wording import WEEKDAYS, moment_text, plural
from engagement.errors import EngagementError, Unrecognised
from engagement.numbers.filters import Filters
from engagement.posting.audience import audience
from engagement.posting.delivery import Postman, Wanted
from engagement.posting.due import standing
from engagement.posting.letter import Letter
from engagement.reading.workspace import Reader
from engagement.report import pictures
from engagement.report.wishes import Wishes
from engagement.settings.keys import default_files, load
from engagement.storage.database import Clock, Store, utc_now
from engagement.storage.subscriptions import Subscription, Subscriptions, Went, any_due


def send(*, listed: bool, clock: Clock = utc_now) -> int:
    """Posts what is due by ``clock``, or lists every subscription with its last result. 1 where one of them failed, and
    the others went on. Where nothing is due, nobody is asked anything. Raises EngagementError where none can be told.
    """
    store = Store(load(os.environ, default_files()).archive.url, clock=clock)
    if not listed and not any_due(store):
        return 0
    with connected(lambda _: None) as connection, ExitStack() as closing:
        reader = connection.reader(keeps=True)
        counter = closing.enter_context(counter_of(connection, reader.access, store))
        facts = reader.facts().result()
        if not facts.identity.known:
            raise Unrecognised
        kept = Subscriptions(store, facts.identity.name)
        postman = counter.postman(facts)
        if listed:
            every = kept.all()
            for one in every:
                print(_line(one, postman))
            print(plural(len(every), "subscription"))
            return 0
        try:
            return _run(kept, _Sender(counter, reader, postman))
        finally:
            pictures.close()
            connection.learn()


def _run(kept: Subscriptions, sender: _Sender) -> int:
    tell_cut_off(sender.postman)
    status = 0
    while (one := kept.take()) is not None:
        try:
            went, said = sender.run(one)
        except EngagementError as error:
            kept.ran(one.id, Went.FAILED, str(error))
            complain(f"{_called(one)}: {error}")
            status = 1
            continue
        kept.ran(one.id, went, said)
        print(f"{_called(one)}: {said}", flush=True)
    return status


class _Sender:
    """Runs subscriptions one after another; what owners of the same rights may see is read once."""

    def __init__(self, counter: Counter, reader: Reader, postman: Postman) -> None:
        self._counter, self._reader, self.postman = counter, reader, postman

    def run(self, one: Subscription) -> tuple[Went, str]:
        """How the run of one went, in words. Raises what reading and posting raise."""
        counter, connection, wish = self._counter, self._counter.connection, one.wish
        rule = connection.settings.rooms.mask_names or wish.mask
        room = counter.poster.room_of(one.room_id)
        to = audience(counter.poster, room, counter.connection.roles, rule=rule)
        owner = standing(counter.poster, self._reader.access, counter.connection.roles, one, to, room)
        if owner.ended:
            return Went.ENDED, f"ended: {owner.ended}"
        if owner.note:
            to = replace(to, public=True, names=False)
        reader = replace(self._reader, access=owner.access)
        activity, facts = connection.read_by(reader, period=wish.period, start=None, end=None, against=wish.against)
        days = connection.days(activity, reader, facts, wish.against)
        filters = Filters(frozenset(wish.types), "", frozenset(wish.left_out), wish.archived)
        wishes = Wishes(wish.title, top=wish.top)
        letter = Letter(activity, filters, wishes, days, wish.against, connection.dashboard)
        wanted = Wanted(wish.if_news, wish.thread, grace=connection.settings.report.grace)
        outcome = self.postman.post(to, letter, wanted)
        notes = [owner.note] if owner.note else []
        if not activity.receipt.complete:
            notes.append(f"incomplete: {len(activity.rooms)} of {activity.rooms_expected} rooms were received")
        return Went.DONE, "; ".join([outcome.said, *notes])


def _called(one: Subscription) -> str:
    return f"{one.id} of {one.owner}"


def _line(one: Subscription, postman: Postman) -> str:
    hour = f"{WEEKDAYS[one.hour.weekday]} {one.hour.hour:02d}:00 {one.hour.zone}"
    last = f"{moment_text(one.at, postman.zone)}: {one.result or one.went}" if one.went is not Went.NEVER else "not yet"
    return f"{one.id}  {one.owner}  into {one.room_id}  {hour}  {one.wish.period}  last run {last}"
