"""Reports into rooms from the command line: for whom, what, and a line on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from engagement.api.guard import Way
from engagement.api.posting import Poster, post_by_webhook
from engagement.cli.connection import Connection
from engagement.cli.surroundings import complain, say
from engagement.display.wording import moment_text, period_text
from engagement.errors import EngagementError, InvalidSettings
from engagement.posting.audience import WEBHOOK, Audience, audience, of_webhook
from engagement.posting.delivery import Postman, Wanted
from engagement.posting.letter import Letter
from engagement.reading.facts import Facts
from engagement.reading.rights import Access
from engagement.storage.database import Store


@dataclass(frozen=True)
class Counter:
    """Where posts are handed in: what writes, and who posts; noted in ``store``, by default that of the settings."""

    connection: Connection
    poster: Poster
    who: str
    store: Store | None = None

    def audience(self, name: str, *, mask: bool = False) -> Audience:
        """Who reads the room of this name; with ``mask`` nobody is told a name. Raises NoSuchRoom."""
        if name == WEBHOOK:
            if self.connection.settings.report.webhook is None:
                raise InvalidSettings(["[report] webhook is missing: it is the address of the webhook to post by."])
            return of_webhook()
        rule = mask or self.connection.settings.rooms.mask_names
        return audience(self.poster, self.poster.room(name.removeprefix("#")), self.connection.roles, rule=rule)

    def postman(self, facts: Facts) -> Postman:
        """Who carries reports on the workspace of these facts, and notes it in the database."""
        settings, webhook = self.connection.settings, None
        if hook := settings.report.webhook:
            webhook = partial(post_by_webhook, hook, way=Way.by(settings.workspace, hook.partition("/hooks/")[0]))
        store = self.store or Store(settings.archive.url)
        return Postman.of(self.poster, store, facts, self.who, webhook)


@contextmanager
def counter_of(connection: Connection, access: Access, store: Store | None = None) -> Iterator[Counter]:
    """Where posts in the name of the account of the command line are handed in."""
    with connection.poster() as poster:
        yield Counter(connection, poster, access.person.username, store)


def deliver(
    postman: Postman, letter: Letter, audiences: Sequence[Audience], wanted: Wanted, *, dry_run: bool = False
) -> int:
    """Posts into each room, or prints what would be; 1 where one of them failed, and the others went on."""
    if not dry_run:
        tell_cut_off(postman)
    status = 0
    for to in audiences:
        try:
            if dry_run:
                print(f"{to.label}: {to.why}\n{postman.would(to, letter, wanted)}", flush=True)
            else:
                outcome = postman.post(to, letter, wanted)
                print(f"{to.label}: {outcome.said}{' (--again does)' if outcome.there else ''}", flush=True)
        except EngagementError as error:
            complain(f"{to.label}: {error}")
            status = 1
    return status


def tell_cut_off(postman: Postman) -> None:
    """Says of which messages nobody knows whether they are there, as their run ended too early; of each once."""
    for post in postman.log.cut_off():
        say(
            f"the run of {moment_text(post.at, postman.zone)} was cut off while it posted {period_text(post.period)} "
            f"into the room {post.room_id}: nothing tells whether the message is there"
        )
