"""One report into one room: the turn is taken, the message sent, and what became of it noted, in this order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from typing import TypeVar

from engagement.api.posting import Poster
from engagement.display import wording
from engagement.errors import (
    EngagementError,
    FileNotMade,
    NoBrowser,
    PictureRefused,
    PostRefused,
    PostUnknown,
    TextTooLong,
    WorkspaceError,
)
from engagement.numbers import rankings
from engagement.numbers.zone import clocks
from engagement.posting.audience import WEBHOOK, Audience
from engagement.posting.letter import Letter
from engagement.posting.message import FEWEST_TEXT, MOST_TEXT, Message
from engagement.reading.facts import Facts
from engagement.report.content import Content
from engagement.storage.database import Store
from engagement.storage.posts import Claim, Key, Post, PostLog, State

T = TypeVar("T")

PICTURE_NAME = "report.png"
_NOT_NOW = "nothing posted now"


@dataclass(frozen=True)
class Wanted:
    """How a report is posted: only ``if_news`` that was not told there within ``grace`` days, with the details in a
    ``thread``, once more although it is there (``again``).
    """

    if_news: bool = False
    thread: bool = False
    again: bool = False
    grace: int = 14


@dataclass(frozen=True)
class Outcome:
    """What became of it: whether a message was ``posted``, one line to tell, and whether it was ``there`` already, so
    that only ``again`` posts it.
    """

    posted: bool
    said: str
    there: bool = False


@dataclass(frozen=True)
class Postman:
    """Posts in the name of the account of ``poster``, or by ``webhook(text)``, and notes it in ``log`` by ``who``.

    ``zone`` is that of the server, in which moments are told.
    """

    poster: Poster
    log: PostLog
    who: str
    zone: tzinfo
    webhook: Callable[[str], None] | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, poster: Poster, store: Store, facts: Facts, who: str, webhook: Callable[[str], None] | None = None
    ) -> Postman:
        """Who carries reports on the workspace of these facts, and notes it in ``store``."""
        identity = facts.identity
        log = PostLog(store, identity.name if identity.known else identity.address)
        return cls(poster, log, who, clocks(facts.offset), webhook)

    def post(self, to: Audience, letter: Letter, wanted: Wanted) -> Outcome:
        """Posts the report, unless it is there already or holds no news. Raises PostUnknown and what the workspace
        refuses with; nothing was posted then.
        """
        message = letter.message(to)
        news = news_of(message.content)
        if wanted.if_news and (why := self._no_news(to, message.content, news, wanted.grace)):
            return Outcome(False, why)
        key = key_of(to, message.content)
        # What takes long and can fail comes before the turn is taken.
        picture, notes = self._picture(to, letter)
        claim = self.log.claim(key, self.who, again=wanted.again)
        if not claim.number:
            return self._held(claim)
        try:
            message_id, more = self._send(to, message, picture, thread=wanted.thread)
        except PostUnknown:
            self.log.unknown(claim.number)
            raise
        except EngagementError:
            self.log.refused(claim.number)
            raise
        self.log.posted(claim.number, message_id, news)
        said = f"posted {wording.period_text(key.period)}" + (f" (message {message_id})" if message_id else "")
        if claim.before is not None:
            cut = f"the run of {self._at(claim.before)} ended before it could say whether its message arrived"
            more = (*more, f"once more, as {cut}")
        return Outcome(True, "; ".join([said, *notes, *more]))

    def would(self, to: Audience, letter: Letter, wanted: Wanted) -> str:
        """What ``post`` would do now, for people; nothing is written anywhere."""
        message = letter.message(to)
        content = message.content
        if wanted.if_news and (why := self._no_news(to, content, news_of(content), wanted.grace)):
            return f"nothing: {why}"
        there = self.log.there(key_of(to, content))
        if there is not None and there.state is State.POSTED and not wanted.again:
            return f"nothing: {self._held(Claim(0, there)).said}"
        if to.room_id == WEBHOOK:
            return message.whole()
        whole = f"{message.whole()}\n(and the report as a picture)"
        return f"{message.head()}\n(and in its thread:)\n{whole}" if wanted.thread else whole

    def _no_news(self, to: Audience, content: Content, news: frozenset[str], grace: int) -> str:
        if not news:
            known = "" if content.activity.history is not None else ", as no signal is known yet"
            return f"no news{known}"
        today = self.log.store.clock().astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        since = today - timedelta(days=grace - 1)
        if news <= self.log.told(to.room_id, since):
            return f"no news that was not told within the last {wording.plural(grace, 'day')}"
        return ""

    def _held(self, claim: Claim) -> Outcome:
        before = claim.before
        if before is None:
            return Outcome(False, f"somebody else posts it; {_NOT_NOW}")
        days, at = wording.period_text(before.period), self._at(before)
        if before.state is State.POSTED:
            message = f" (message {before.message_id})" if before.message_id else ""
            return Outcome(False, f"{days} was posted on {at} by {before.who}{message}; {_NOT_NOW}", there=True)
        if before.state is State.POSTING:
            return Outcome(False, f"{days} is being posted by another run since {at}; {_NOT_NOW}")
        tried = f"{days} was tried more than once, the last time on {at}, and nothing tells whether it arrived"
        return Outcome(False, f"{tried}: look into the room; {_NOT_NOW}", there=True)

    def _at(self, post: Post) -> str:
        return wording.moment_text(post.at, self.zone)

    def _picture(self, to: Audience, letter: Letter) -> tuple[bytes | None, tuple[str, ...]]:
        if to.room_id == WEBHOOK:
            return None, ()
        try:
            return letter.picture(to), ()
        except NoBrowser:
            return None, ("without the picture, which needs Chrome or Chromium",)
        except FileNotMade:
            return None, ("without the picture, which could not be made",)

    def _send(
        self, to: Audience, message: Message, picture: bytes | None, *, thread: bool
    ) -> tuple[str, tuple[str, ...]]:
        """The id of the message, and what is to be said of it."""
        if to.room_id == WEBHOOK:
            if self.webhook is None:
                raise PostRefused("no webhook is configured")
            self._in_length(self.webhook, message.whole)
            return "", ()
        if not thread:
            return self._with_picture(to.room_id, message.whole, picture)
        head = self._in_length(lambda text: self.poster.post(to.room_id, text), message.head)
        if not head:
            return head, ("but not what belongs into its thread, as the workspace did not tell which message it is",)
        try:
            _, notes = self._with_picture(to.room_id, message.whole, picture, head)
        except WorkspaceError as error:
            # The message is there, and posted again it would be there twice.
            return head, (f"but not what belongs into its thread: {error}",)
        return head, notes

    def _with_picture(
        self, room_id: str, said: Callable[[int], str], picture: bytes | None, thread: str = ""
    ) -> tuple[str, tuple[str, ...]]:
        if picture is not None:
            try:
                return self._in_length(
                    lambda text: self.poster.post_picture(room_id, text, picture, PICTURE_NAME, thread), said
                ), ()
            except PictureRefused as refused:
                why = f"without the picture, which was refused ({refused.reason})"
        message_id = self._in_length(lambda text: self.poster.post(room_id, text, thread), said)
        return message_id, (why,) if picture is not None else ()

    def _in_length(self, send: Callable[[str], T], said: Callable[[int], str]) -> T:
        """Sends a text, and a shorter one where that was refused as too long, so that it is not there."""
        try:
            return send(said(MOST_TEXT))
        except TextTooLong:
            return send(said(FEWEST_TEXT))


def key_of(to: Audience, content: Content) -> Key:
    """What is posted once: nothing of the view can be read in it."""
    filters, activity = content.filters, content.activity
    words = [*sorted(filters.types), filters.search, *sorted(filters.left_out), filters.archived, activity.previous]
    return Key(to.room_id, activity.period, _without_meaning(words))


def news_of(content: Content) -> frozenset[str]:
    """The rooms of a report with a signal, each with what it is, as words that cannot be read."""
    activity = content.activity
    if activity.history is None:
        return frozenset()
    loud = rankings.with_signal(content.filters.keep(activity.rooms))
    told = zip(loud["room_id"], loud["signal"], strict=True)
    return frozenset(_without_meaning(one) for one in told)


def _without_meaning(words: Iterable[object]) -> str:
    return hashlib.sha256("\0".join(map(str, words)).encode()).hexdigest()[:20]
