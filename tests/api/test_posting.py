"""Writing into rooms on every release, and what becomes of it when the workspace says no, nothing, or too much."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from engagement.api.client import Account, Pace
from engagement.api.posting import MOST_MEMBERS, Poster, Room, post_by_webhook
from engagement.demo import DemoServer
from engagement.demo.community import RoomSpec
from engagement.errors import (
    EngagementError,
    NoSuchRoom,
    PictureRefused,
    PostRefused,
    PostUnknown,
    SignedOut,
    SlowDown,
    TextTooLong,
    UnreadableAnswer,
)
from tests.support.api_tools import answering, send
from tests.support.clock import Clock
from tests.support.demo_tools import NOW, workspaces
from tests.support.faults import REFUSED, SAID, WAITED, fault

pytestmark = fault(kind="Posts", at="demo workspace", seen="client")

PNG = b"\x89PNG\r\n\x1a\n picture"
RELEASES = [(3, 1), (4, 0), (6, 4), (7, 2), (7, 9), (8, 0, 0), (8, 4), (9, 0)]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    rooms = [
        RoomSpec("open", name="community"),
        RoomSpec("closed", "p", name="secret", title="Secret *plans*", usernames=("manager", "carol")),
        RoomSpec("theirs", "p", name="theirs", usernames=("carol",)),
    ]
    with workspaces(clock) as start:
        yield start(rooms, {})


def poster_of(server: DemoServer, clock: Clock, who: str = "manager") -> Poster:
    account = Account(*server.personal_token(who), personal=True)
    return Poster(server.url, account, pace=Pace(monotonic=clock), sleep=clock.sleep, monotonic=clock)


def release(server: DemoServer, *numbers: int, **more: object) -> None:
    server.options = type(server.options)(**{**vars(server.options), "release": numbers, **more})


@pytest.mark.parametrize("numbers", RELEASES)
def test_text_and_picture_are_one_message_on_every_release(
    numbers: tuple[int, ...], server: DemoServer, clock: Clock
) -> None:
    release(server, *numbers)
    with poster_of(server, clock) as poster:
        message_id = poster.post_picture("open", "The *week*", PNG, "report.png")
    [posted] = server.board.of("open")
    assert (posted.message_id, posted.text, posted.author) == (message_id, "The *week*", "manager")
    assert server.board.pictures[posted.picture] == PNG
    confirmed = any("/rooms.mediaConfirm/" in path for _, path, _ in server.calls)
    assert confirmed is (numbers[:2] >= (8, 0))


@pytest.mark.parametrize("numbers", RELEASES)
def test_rooms_and_members_are_known_on_every_release(
    numbers: tuple[int, ...], server: DemoServer, clock: Clock
) -> None:
    release(server, *numbers)
    poster = poster_of(server, clock)
    assert poster.room("community") == poster.room_of("open") == Room("open", "community", "channel")
    closed = poster.room("secret")
    assert closed == Room("closed", "Secret *plans*", "private")
    assert poster.members(closed) == [server.personal_token("manager")[0], "user-carol"]
    assert poster.standing("user-carol").roles is None
    assert poster_of(server, clock, "admin").standing("user-carol").roles == {"user"}
    for unknown in ("theirs", "nowhere"):
        with pytest.raises(NoSuchRoom):
            poster.room(unknown)
    assert poster.post("open", "text", "message-x") == server.board.of("open")[0].message_id
    assert server.board.of("open")[0].thread == "message-x"


def test_who_may_write_in_a_read_only_room_is_known_where_the_workspace_tells(server: DemoServer, clock: Clock) -> None:
    server.workspace.add_room(RoomSpec("news", name="news", read_only=True, owner="manager"))
    server.workspace.add_room(RoomSpec("board", "p", name="board", read_only=True, usernames=("manager",)))
    poster = poster_of(server, clock)
    news, manager = poster.room("news"), server.personal_token("manager")[0]
    assert news.read_only
    assert poster.roles_in(news, manager) == {"owner"}
    assert poster.roles_in(news, "user-carol") == poster.roles_in(poster.room("board"), manager) == frozenset()
    server.fail_next("channels.roles", "403")
    assert poster.roles_in(news, manager) == frozenset()


def test_of_many_members_one_more_than_are_asked_for_is_known(server: DemoServer, clock: Clock) -> None:
    names = ("manager", *(f"member-{number}" for number in range(MOST_MEMBERS + 20)))
    server.workspace.add_room(RoomSpec("crowd", "p", name="crowd", usernames=names))
    poster = poster_of(server, clock)
    assert len(poster.members(poster.room("crowd"))) == MOST_MEMBERS + 1


@fault("a workspace that lists fewer members at a time than were asked for", SAID, "it is asked for the others")
def test_all_members_are_known_where_the_workspace_gives_a_few_at_a_time(server: DemoServer, clock: Clock) -> None:
    names = ("manager", *(f"member-{number}" for number in range(24)))
    server.workspace.add_room(RoomSpec("staff", "p", name="staff", usernames=names))
    server.board.largest["members"] = 10
    poster = poster_of(server, clock)
    members = poster.members(poster.room("staff"))
    assert len(members) == 25
    assert members[-1] == "user-member-23"
    server.board.largest["members"] = 0
    with pytest.raises(UnreadableAnswer, match="fewer members"):
        poster.members(poster.room("staff"))


@fault("an 8.x without the newer way to post a picture", SAID, "the older one is taken")
def test_where_the_newer_route_is_missing_the_older_one_is_taken(server: DemoServer, clock: Clock) -> None:
    server.fail_next("/rooms.media/open", "404")
    assert poster_of(server, clock).post_picture("open", "x", PNG, "r.png")
    assert [one.text for one in server.board.of("open")] == ["x"]
    assert server.count("/rooms.upload/open") == 1


@fault("a picture that the workspace does not take", REFUSED, "nothing is posted, the text may be")
@pytest.mark.parametrize("numbers", [(7, 9), (8, 4)])
def test_a_refused_picture_leaves_the_text_to_be_posted(
    numbers: tuple[int, int], server: DemoServer, clock: Clock
) -> None:
    release(server, *numbers)
    server.board.largest["file"] = 5
    with pytest.raises(PictureRefused, match="error-file-too-large"):
        poster_of(server, clock).post_picture("open", "x", PNG, "r.png")
    assert server.board.messages == []


@fault("a text longer than the workspace allows", REFUSED, "nothing is posted, a shorter one may be")
@pytest.mark.parametrize("numbers", [(7, 9), (8, 4)])
def test_a_text_that_is_too_long_is_told_apart(numbers: tuple[int, int], server: DemoServer, clock: Clock) -> None:
    release(server, *numbers)
    server.board.largest["text"] = 10
    poster = poster_of(server, clock)
    with pytest.raises(TextTooLong):
        poster.post("open", "x" * 11)
    with pytest.raises(TextTooLong):
        poster.post_picture("open", "x" * 11, PNG, "r.png")
    assert server.board.messages == []


@fault("a message into a room that the account may not enter", REFUSED, "nothing is posted")
def test_a_room_that_the_account_may_not_enter_is_refused(server: DemoServer, clock: Clock) -> None:
    for numbers in RELEASES:
        release(server, *numbers)
        poster = poster_of(server, clock)
        for write in (lambda p: p.post("theirs", "x"), lambda p: p.post_picture("theirs", "x", PNG, "r.png")):
            with pytest.raises(PostRefused, match="Nothing was posted"):
                write(poster)
    assert server.board.messages == []


@fault("the token is withdrawn before a message", SAID)
def test_a_withdrawn_token_is_said(server: DemoServer, clock: Clock) -> None:
    poster = poster_of(server, clock)
    server.sign_out_everyone()
    with pytest.raises(SignedOut):
        poster.post("open", "x")


@fault("the answer to a message breaks off", SAID, "nobody knows, and it is not sent again")
@pytest.mark.parametrize("broken", ["cut", "502", "500", "html"])
def test_a_message_without_an_answer_is_never_sent_again(broken: str, server: DemoServer, clock: Clock) -> None:
    server.fail_next("chat.postMessage", broken)  # type: ignore[arg-type]
    with pytest.raises(PostUnknown, match="Look into the room"):
        poster_of(server, clock).post("open", "x")
    assert server.count("chat.postMessage") == 1


@fault("the answer to an upload that posts nothing breaks off", SAID, "nothing was posted")
def test_an_upload_without_an_answer_has_posted_nothing(server: DemoServer, clock: Clock) -> None:
    server.fail_next("/rooms.media/open", "502")
    with pytest.raises(EngagementError) as caught:
        poster_of(server, clock).post_picture("open", "x", PNG, "r.png")
    assert not isinstance(caught.value, PostUnknown)
    assert server.board.messages == []


@fault("the limit of calls in the middle of a post", WAITED, "posted once")
def test_the_limit_is_waited_for_and_the_message_is_there_once(server: DemoServer, clock: Clock) -> None:
    release(server, 8, 4, rate_limit=2)
    poster = poster_of(server, clock)
    for number in range(5):
        poster.post_picture("open", str(number), PNG, "r.png")
    assert [one.text for one in server.board.of("open")] == list("01234")
    assert clock.now > NOW + 60


@fault("a limit that does not end", SAID, "nothing was posted")
def test_a_limit_that_does_not_end_is_said(server: DemoServer, clock: Clock) -> None:
    server.fail_next("chat.postMessage", "429", None)
    with pytest.raises(SlowDown):
        poster_of(server, clock).post("open", "x")
    assert server.board.messages == []


SECRET = "its-secret-which-nobody-may-see"


def _refuse(handler: BaseHTTPRequestHandler) -> None:
    handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    send(handler, 404, f'{{"success":false,"error":"no {handler.path}"}}'.replace(SECRET, "x").encode())


def _drop(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


def _nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    send(handler, 200, b"<html>")


def test_a_webhook_posts_a_text(server: DemoServer) -> None:
    server.board.hooked = "open"
    post_by_webhook(f"{server.url}/hooks/{server.board.hook}", "hello")
    assert [one.text for one in server.board.of("open")] == ["hello"]


@fault("a webhook that is refused, breaks off or answers nonsense", SAID, "its address in no error and no log")
@pytest.mark.parametrize("respond", [_refuse, _drop, _nonsense, None])
def test_the_address_of_a_webhook_is_in_no_error_and_no_log(respond: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with answering(respond or _drop) as url:  # type: ignore[arg-type]
        base = url if respond else "http://127.0.0.1:9"
        with pytest.raises((PostRefused, PostUnknown)) as caught:
            post_by_webhook(f"{base}/hooks/id/{SECRET}", "hello")
    error: BaseException | None = caught.value
    shown = "".join(traceback.format_exception(caught.value)) + repr(error) + str(vars(error))
    while error is not None:
        shown += str(error) + repr(error.args)
        error = error.__cause__ or error.__context__
    assert SECRET not in shown
    assert SECRET not in caplog.text
