"""The thin client of one workspace: sign in, every page of the channel list, the room directory.

It speaks to every Rocket.Chat from 3.1 to 9.0, keeps to the rate limit, and raises the errors of
``engagement.errors`` alone. No password and no token appears in what it raises, logs or prints.
"""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Final, Self

import pandas as pd

from engagement.api.account import Account, Person, person_of
from engagement.api.answer import Answer
from engagement.api.channel_list import ChannelCounts, read_channel_counts
from engagement.api.daily_totals import DailyTotals
from engagement.api.decode import (
    Object,
    Reply,
    an_object,
    identifier,
    objects,
    optional_text,
    text,
    texts,
    time_column,
    whole,
)
from engagement.api.guard import DIRECT, Way
from engagement.api.pace import OnWait, Pace, Sleep, Turn, shared_pace
from engagement.api.paging import Progress
from engagement.api.refusals import refusal, sign_in_refusal
from engagement.api.release import UNKNOWN, Release, told
from engagement.api.room_directory import Directory, read_directory, read_oldest
from engagement.api.statistics import ROUTE as STATISTICS
from engagement.api.statistics import Statistics, read_statistics
from engagement.api.transport import READING, Bounds, Params, Transport, Waits
from engagement.errors import (
    Gated,
    NotRocketChat,
    RefusedParameters,
    SignedOut,
    UnreadableAnswer,
    WrongCredentials,
)
from engagement.numbers.periods import DAY, Window, instant_text
from engagement.numbers.receipt import Receipt
from engagement.numbers.zone import ServerDays, midnights_of, server_days
from engagement.settings.address import clean_address, places

__all__ = [
    "Account",
    "ChannelCounts",
    "Client",
    "DailyTotals",
    "Directory",
    "Pace",
    "Person",
    "Release",
    "ServerDays",
    "clean_address",
    "shared_pace",
]

SEE_FIGURES: Final = "view-engagement-dashboard"
SEE_ALL_ROOMS: Final = "view-room-administration"
SEE_CHANNELS: Final = "view-c-room"
SEE_STATISTICS: Final = "view-statistics"

_V1 = "/api/v1/"
_CHANNEL_LIST = "engagement-dashboard/channels/list"
_MESSAGES_SENT = "engagement-dashboard/messages/messages-sent"
# Of all other routes, the lists of rooms, that is SEE_ALL_ROOMS.
_PERMISSIONS = {"channels.list": SEE_CHANNELS, STATISTICS: SEE_STATISTICS}
_LOGIN_NEEDED = "You must be logged in to do this."
_RELEASE_KNOWN_SECONDS = 600.0
_MODULE_KNOWN_SECONDS = 3600.0


class Client:
    """Asks one workspace in the name of one account, or of nobody. Safe to use from several threads.

    ``timeout`` is (to connect, between two parts of an answer) in seconds. Reads wait for the rate limit, a quarter of
    an hour at most before each call, and are tried again for half a minute; sign-in never waits. Give all clients of a
    workspace one ``pace`` (``shared_pace``). ``bounds`` says how much is borne of the server, ``way`` how it is
    reached; with its ``guard``, for an address that a visitor typed, InvalidAddress is raised instead of connecting to
    a machine's own network.
    """

    def __init__(
        self,
        address: str,
        account: Account | None = None,
        *,
        pace: Pace | None = None,
        timeout: tuple[float, float] = (5.0, 120.0),
        sleep: Sleep | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        bounds: Bounds = READING,
        way: Way = DIRECT,
    ) -> None:
        self.account = account
        self.workspace_id: str | None = None
        self._pace = pace if pace is not None else Pace(monotonic=monotonic)
        self._transport = Transport(
            clean_address(address),
            pace=self._pace,
            timeout=timeout,
            monotonic=monotonic,
            waits=Waits(sleep=sleep),
            bounds=bounds,
            way=way,
        )

    def with_waits(
        self, *, stop: threading.Event | None = None, on_wait: OnWait | None = None, sleep: Sleep | None = None
    ) -> Client:
        """The same account over the same connections, which are closed once, for a job that waits in its own way.

        ``stop`` ends waits and answers with ReadingStopped; each pause is announced with
        ``on_wait(why, seconds)``; ``sleep`` may raise to end one.
        """
        return self._waiting(Waits(stop, on_wait, sleep))

    def at_turn(self, turn: Turn) -> Client:
        """The same client, whose calls are about to be made: they let those of earlier turns go first."""
        self._pace.expect(turn)
        return self._waiting(replace(self._transport.waits, turn=turn))

    def _waiting(self, waits: Waits) -> Client:
        other = copy(self)
        other._transport = self._transport.with_waits(waits)
        return other

    def __repr__(self) -> str:
        return f"Client({self.address!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """The address of the workspace; with https, and less a page of the web client, once the server has said so."""
        return self._transport.base

    @property
    def calls_a_minute(self) -> int | None:
        """The calls a minute and route that this client may make; None where no limit is known."""
        return self._pace.allowed(self.account.user_id if self.account else "", self._transport.waits.turn)

    def close(self, *, for_good: bool = True) -> None:
        """Closes the connections; for good, so that what still reads over them ends with SignedOut, unless said.

        A token stays valid.
        """
        self._transport.close(for_good=for_good)

    def release(self) -> Release:
        """The release of the workspace, asked anonymously; UNKNOWN where it does not say. Raises NotRocketChat.

        ``workspace_id`` is then the workspace's own id, where it has one: another at the same address has another.
        """
        return self._ask_release(wait=True)

    def sign_in(self, user: str, password: str, code: str | None = None) -> Account:
        """A login token for user name or e-mail and password (and code); the client uses it from now on.

        Raises CodeNeeded, CodeWrong, WrongCredentials, LockedOut, SlowDown (at once) and the errors of any call.
        CodeNeeded with the method ``unknown``: the server says only "unauthorized"; the password may be wrong.
        """
        # Before the password leaves: is that a Rocket.Chat, and does it want https?
        self._ask_release(wait=False)
        body = {"user": user.strip(), "password": password}
        code = "".join((code or "").split())
        answer = self._transport.post(_V1 + "login", body | ({"code": code} if code else {}), headers={}, who="")
        if answer.status != 200 or answer.body is None or answer.body.get("status") != "success":
            raise sign_in_refusal(answer, self.address, code_given=bool(code))
        data = an_object(answer.body, "data", "a sign-in")
        self.account = Account(text(data, "userId", "a sign-in"), text(data, "authToken", "a sign-in"), False)
        return self.account

    def sign_in_with_token(self, user_id: str, token: str) -> Account:
        """The account of a personal access token, once the server has accepted it. Raises WrongCredentials."""
        self._ask_release(wait=False)
        account = Account(user_id.strip(), token.strip(), True)
        answer = self._get_me(account, wait=False)
        if answer.status == 401:
            raise WrongCredentials
        if person_of(self._checked(answer, "me", account)).user_id != account.user_id:
            raise WrongCredentials
        self.account = account
        return account

    def sign_out(self) -> None:
        """Revokes a login token; a personal access token is left alone. The client has no account afterwards."""
        account, self.account = self.account, None
        if account is None or account.personal:
            return
        answer = self._transport.post(_V1 + "logout", {}, headers=account.headers(), who=account.user_id)
        # 401: the session was over already.
        if answer.status not in {200, 401}:
            raise UnreadableAnswer(f"status {answer.status} from the sign-out")

    def me(self) -> Person:
        """Who the account belongs to. Raises SignedOut when its token is no longer accepted."""
        return person_of(self._read("me").body)

    def roles_by_permission(self) -> dict[str, frozenset[str]]:
        """The roles that have each permission; every account is told the same.

        Raises UnreadableAnswer. The server does not know view-engagement-dashboard where the Premium module never ran.
        """
        listed = objects(self._read("permissions.listAll").body, "update", "the permissions")
        # Who may see what is never made of an answer that can be read in part.
        if not listed or not all(isinstance(one.get("roles"), list) for one in listed):
            raise UnreadableAnswer("permissions without roles")
        return {text(one, "_id", "a permission"): frozenset(texts(one, "roles")) for one in listed}

    def server_now(self) -> datetime:
        """The server's clock (UTC), from its last answer; our own where it has not answered or tells no time."""
        return self._transport.server_now()

    def sent_per_day(self, start: str | datetime, end: str | datetime) -> DailyTotals:
        """Messages of all rooms per day from ``start`` to ``end`` (aware datetimes or instant texts).

        Raises RefusedParameters for more than a day on the build that begins too late.
        """
        start, end = (one if isinstance(one, str) else instant_text(one) for one in (start, end))
        begins = datetime.fromisoformat(start)
        # The server sends no more days than trunc(end - start) + 1, which cuts the first one or two of several.
        several = datetime.fromisoformat(end) > begins
        longer = instant_text(begins - 2 * DAY)
        try:
            reply = self._read(_MESSAGES_SENT, [("start", longer if several else start), ("end", end)])
        except RefusedParameters:
            if several:
                raise
            # Where the windows are a day short, a single day is no days.
            reply = self._read(_MESSAGES_SENT, [("start", longer), ("end", end)])
        days = objects(reply.body, "days", "messages per day")
        index = time_column(optional_text(day, "day") for day in days)
        if index.isna().any():
            raise UnreadableAnswer("messages per day without a day")
        if index.duplicated().any():
            raise UnreadableAnswer("messages per day with a day twice")
        values = [whole(day, "messages", "messages per day") for day in days]
        sent = pd.Series(values, index=pd.DatetimeIndex(index), dtype="int64", name="messages").sort_index()
        return DailyTotals(sent[sent.index > begins - DAY], reply.receipt)

    def server_days(self, sent: pd.Series, person: Person | None = None) -> ServerDays:
        """The server's offset from UTC, from about a year of ``sent_per_day`` and the person's own offset."""
        return server_days(midnights_of(sent), person.utc_offset if person is not None else None)

    def channel_counts(self, window: Window, *, every_room: bool, progress: Progress | None = None) -> ChannelCounts:
        """Every room that the channel list has for ``window``; silent ones too with ``every_room``, before 8.0.

        ``progress(received, announced)`` is called after each page. Raises NoPermission, NoPremiumModule.
        """
        release = self._known_release()
        hide = release.hides_on_request and not every_room

        def counts(hide: bool) -> ChannelCounts:
            return read_channel_counts(
                lambda params: self._read(_CHANNEL_LIST, params),
                window,
                every_room=every_room,
                lists_silent=release.lists_silent_rooms and not hide,
                hide=hide,
                progress=progress,
            )

        try:
            return counts(hide)
        except RefusedParameters:
            if not hide:
                raise
            # The first builds that could hide silent rooms fail when every counted room was deleted.
            return counts(hide=False)

    def directory(self, *, full: bool, progress: Progress | None = None) -> Directory:
        """All rooms with ``full`` (needs view-room-administration), else the public channels outside teams.

        Without ``full`` it depends on the rights alone as long as the account has view-c-room; without that
        permission the server lists the channels that this person has joined. Raises NoPermission.
        """
        apart = full and self._known_release() < Release(4, 0)
        return read_directory(self._read, full=full, discussions_apart=apart, progress=progress)

    def statistics(self, known: int, progress: Progress | None = None) -> Statistics:
        """The totals of the workspace, a row a day, after the first ``known`` rows. Raises NoPermission."""
        return read_statistics(self._read, known, progress)

    def oldest_rooms(self) -> tuple[dict[str, str], Receipt]:
        """When each of the fifty oldest public channels was created, by its id, which no other workspace has.

        Everybody with view-c-room is told the same.
        """
        return read_oldest(self._read)

    def _ask_release(self, *, wait: bool) -> Release:
        """The release, from the first of the places where the workspace may live that has one."""
        *others, last = places(self.address)
        for place in others:
            self._transport.base = place
            with suppress(NotRocketChat):
                return self._release_here(wait=wait)
        self._transport.base = last
        return self._release_here(wait=wait)

    def _release_here(self, *, wait: bool) -> Release:
        release = UNKNOWN
        for path in ("/api/info", _V1 + "info"):
            # A gate may have closed what tells the release, and nothing else.
            with suppress(Gated):
                answer = self._transport.get(path, headers={}, who="", wait=wait)
                release = told(answer)
                if release is not UNKNOWN:
                    self.workspace_id = identifier(answer.body or {}, "cloudWorkspaceId")
                    break
        else:
            self._prove_rocket_chat(wait=wait)
        _releases[self._pace] = (time.monotonic(), release, self.address)
        return release

    def _prove_rocket_chat(self, *, wait: bool) -> None:
        """Raises NotRocketChat, or Gated, unless what answers wants a sign-in in the words of every Rocket.Chat."""
        answer = self._transport.get(_V1 + "me", headers={}, who="", wait=wait)
        if answer.status != 401 or answer.error != _LOGIN_NEEDED:
            raise NotRocketChat(self.address)

    def _known_release(self) -> Release:
        """The release as anybody of this process learned it lately from the same workspace, else asked for now."""
        at, release, place = _releases.get(self._pace, (0.0, None, ""))
        if release is not None and time.monotonic() - at < _RELEASE_KNOWN_SECONDS:
            if place in places(self.address):
                self._transport.base = place
            return release
        return self._ask_release(wait=True)

    def _read(self, route: str, params: Params = ()) -> Reply:
        """A successful answer. Raises what any other stands for."""
        account = self.account
        if account is None:
            raise SignedOut
        if len(places(self.address)) > 1:
            self._known_release()
        answer = self._transport.get(_V1 + route, params, headers=account.headers(), who=account.user_id)
        if route == "me" and answer.status == 401:
            raise SignedOut
        return Reply(self._checked(answer, route, account), answer.receipt)

    def _checked(self, answer: Answer, route: str, account: Account) -> Object:
        dashboard = route.startswith("engagement-dashboard/")
        if answer.status == 200 and answer.body is not None and answer.body.get("success") is True:
            if dashboard:
                _modules[self._pace] = time.monotonic()
            return answer.body

        def signed_in() -> None:
            me = self._get_me(account)
            if me.status == 401:
                raise SignedOut
            if me.body is None:
                raise NotRocketChat(self.address)

        raise refusal(
            answer,
            route,
            permission=SEE_FIGURES if dashboard else _PERMISSIONS.get(route, SEE_ALL_ROOMS),
            dashboard=dashboard,
            module_seen=time.monotonic() - _modules.get(self._pace, -math.inf) < _MODULE_KNOWN_SECONDS,
            signed_in=signed_in,
        )

    def _get_me(self, account: Account, *, wait: bool = True) -> Answer:
        return self._transport.get(_V1 + "me", headers=account.headers(), who=account.user_id, wait=wait)


# A new client is made for each reading; asking for the version each time would use up its rate limit.
_releases: weakref.WeakKeyDictionary[Pace, tuple[float, Release, str]] = weakref.WeakKeyDictionary()
# When the Premium module of a workspace last answered: a web page in between does not mean that it is gone.
_modules: weakref.WeakKeyDictionary[Pace, float] = weakref.WeakKeyDictionary()
