"""A Monday: subscriptions that are due, over real HTTP, on a clock that the test moves."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from engagement.api.client import Pace
from engagement.cli import connection, send
from engagement.cli.surroundings import complain
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.errors import EngagementError
from engagement.storage.database import Store
from engagement.storage.subscriptions import Hour, Subscription, Subscriptions, Went, Wish
from tests.support.clock import Clock
from tests.support.demo_tools import daily
from tests.support.faults import SAID, WAITED, fault
from tests.support.processes import Forks

pytestmark = [pytest.mark.usefixtures("account", "drawn"), fault(kind="Posts", at="demo workspace", seen="send")]

WEEK = date(2026, 11, 16)
WISH = Wish("last-week", "previous", ("channel", "private"))
MONDAY = Hour(0, 8, "Europe/Berlin")
KILLED = """
import os, signal
from datetime import UTC, datetime
from engagement.cli import send
from engagement.posting import letter
from engagement.storage.posts import PostLog

letter.pictures.browser = lambda: "/a/browser"
letter.pictures.png = lambda document: b"a picture"
PostLog.posted = lambda *_: os.kill(os.getpid(), signal.SIGKILL)

def work(now):
    return send.send(listed=False, clock=lambda: datetime.fromtimestamp(float(now), UTC))
"""
RELEASES = [(3, 1), (6, 4), (7, 9), (8, 0, 0), (8, 4), (9, 0)]


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    rooms = [
        RoomSpec("community-id", name="community"),
        RoomSpec("calm-id", name="calm"),
        RoomSpec("heads-id", "p", name="heads", usernames=("admin", "manager")),
        RoomSpec("staff-id", "p", name="staff", usernames=("admin", "manager", "analyst")),
        RoomSpec("secret-id", "p", name="secret-merger", usernames=("admin",)),
    ]
    counts = {"community-id": daily(WEEK, 130, 15), "calm-id": daily(WEEK, 7, 7), "secret-id": daily(WEEK, 2, 2)}
    options = Options(timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=clock) as running:
        yield running


@pytest.fixture
def store(account: pytest.MonkeyPatch, clock: Clock, tmp_path: object) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/archive.sqlite3", clock=clock.moment)
    yield opened
    opened.close()


@pytest.fixture
def kept(server: DemoServer, store: Store, clock: Clock) -> Subscriptions:
    """The subscriptions of the workspace, under the name that a first run gives it."""
    assert send.send(listed=True, clock=clock.moment) == 0
    with store.reading() as reading:
        return Subscriptions(store, reading.execute(text("SELECT name FROM workspaces")).scalar_one())


@pytest.fixture
def killed(account: pytest.MonkeyPatch) -> Iterator[Forks]:
    """Runs of ``send --due``, each of which is killed when its first message has arrived."""
    runs = Forks(KILLED)
    yield runs
    runs.close()


def run(clock: Clock) -> int:
    """``send --due`` at a moment, as ``main`` runs it."""
    try:
        return send.send(listed=False, clock=clock.moment)
    except EngagementError as error:
        complain(str(error))
        return 1


def of(server: DemoServer, who: str, room_id: str, **more: object) -> Subscription:
    return Subscription(server.personal_token(who)[0], who, room_id, replace(WISH, **more), MONDAY)  # type: ignore[arg-type]


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.split(": ", 1)[1] for line in capsys.readouterr().out.splitlines()]


def test_a_monday(
    server: DemoServer, kept: Subscriptions, clock: Clock, drawn: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    kept.add(of(server, "manager", "community-id", if_news=True))
    kept.add(of(server, "manager", "calm-id", types=("private",)))
    kept.add(of(server, "manager", "heads-id"))
    kept.add(of(server, "analyst", "staff-id"))
    capsys.readouterr()
    # A Friday: nothing is due, and nobody is asked anything.
    server.calls.clear()
    assert run(clock) == 0
    assert (said(capsys), server.board.messages, server.calls) == ([], [], [])
    # Monday, 8 in Berlin. A public room is not told of private ones alone, and that is said.
    clock.forward(days=2, hours=19)
    assert run(clock) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "must not be told in #calm" in captured.err
    assert [len(server.board.of(room)) for room in ("community-id", "calm-id", "heads-id", "staff-id")] == [1, 0, 1, 1]
    [public], [named], [masked] = (server.board.of(room) for room in ("community-id", "heads-id", "staff-id"))
    assert "959 messages, 805 more than the 154 before" in public.text
    assert "973 messages, 805 more than the 168 before" in named.text
    assert "973 messages, 805 more than the 168 before" in masked.text
    assert "from=2026-11-16&to=2026-11-22" in public.text
    pictures = [server.board.pictures[message.picture] for message in (public, named, masked)]
    assert ["secret-merger" in drawn[int(picture.split()[1]) - 1] for picture in pictures] == [False, True, False]
    # The next run posts nothing.
    clock.forward(minutes=5)
    assert run(clock) == 0
    assert len(server.board.messages) == 3
    # A week later nothing rises any more, and the reports without a condition come all the same.
    for room_id, count in {"community-id": 15, "calm-id": 7}.items():
        for day in range(7, 14):
            server.workspace.add(room_id, WEEK + timedelta(days=day), count)
    clock.forward(days=7)
    run(clock)
    assert [len(server.board.of(room)) for room in ("community-id", "heads-id", "staff-id")] == [1, 2, 2]
    [calm] = [one for one in kept.all() if one.room_id == "community-id"]
    assert calm.result.startswith("no news")


@pytest.mark.parametrize("numbers", RELEASES)
def test_a_monday_on_every_release(
    numbers: tuple[int, ...], server: DemoServer, kept: Subscriptions, clock: Clock
) -> None:
    kept.add(of(server, "manager", "heads-id"))
    clock.forward(days=3)
    server.options = replace(server.options, release=numbers)
    assert run(clock) == 0
    [message] = server.board.of("heads-id")
    assert "973 messages" in message.text
    assert message.picture
    assert any("/rooms.mediaConfirm/" in path for _, path, _ in server.calls) is (numbers[:2] >= (8, 0))


@fault("an owner who may not see the figures any more, has left the room, or is gone", SAID, "ended, nothing posted")
@pytest.mark.parametrize("why", ["may not see the figures", "is not in the room", "has no account"])
def test_a_subscription_ends_when_its_owner_may_not_see_it_any_more(
    why: str, server: DemoServer, kept: Subscriptions, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    room_id = "staff-id" if why == "is not in the room" else "community-id"
    one = kept.add(of(server, "analyst", room_id))
    if why == "may not see the figures":
        server.accounts.people["analyst"].roles = ("user",)
    elif why == "has no account":
        del server.accounts.people["analyst"]
    else:
        server.workspace.room("staff-id").usernames = ("admin", "manager")
    clock.forward(days=3)
    capsys.readouterr()
    assert run(clock) == 0
    assert why in capsys.readouterr().out
    assert server.board.messages == []
    [ended] = kept.all()
    assert (ended.id, ended.went) == (one.id, Went.ENDED)
    clock.forward(days=7)
    assert run(clock) == 0
    assert server.board.messages == []


@fault("an owner who may not write in a room that is read-only", SAID, "ended, nothing posted")
def test_nobody_writes_by_the_account_of_the_timer_where_they_may_not_themselves(
    server: DemoServer, kept: Subscriptions, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    server.workspace.room("community-id").read_only = True
    server.workspace.room("calm-id").read_only, server.workspace.room("calm-id").owner = True, "analyst"
    kept.add(of(server, "analyst", "community-id"))
    kept.add(of(server, "analyst", "calm-id"))
    clock.forward(days=3)
    capsys.readouterr()
    assert run(clock) == 0
    assert "ended: the workspace does not tell that analyst may write in the room" in said(capsys)
    assert [len(server.board.of(room_id)) for room_id in ("community-id", "calm-id")] == [0, 1]
    assert {one.room_id: one.went for one in kept.all()} == {"community-id": Went.ENDED, "calm-id": Went.DONE}
    kept.add(of(server, "admin", "community-id"))
    clock.forward(days=7)
    assert run(clock) == 0
    assert [len(server.board.of(room_id)) for room_id in ("community-id", "calm-id")] == [1, 2]


def test_whoever_may_see_less_than_the_account_of_the_timer_is_shown_less(
    server: DemoServer, kept: Subscriptions, clock: Clock, account: pytest.MonkeyPatch
) -> None:
    kept.add(of(server, "analyst", "staff-id"))
    server.workspace.add_room(RoomSpec("hidden-id", "p", name="hidden", usernames=("admin",)))
    clock.forward(days=3)
    server.calls.clear()
    assert run(clock) == 0
    # The directory of all rooms is for those who may administer them.
    assert server.count("rooms.adminRooms") == 0
    assert server.count("groups.listAll") == 0
    assert server.board.of("staff-id")


@fault("an account that is not told what an owner may see", SAID, "public rooms only, and that is said")
def test_what_cannot_be_checked_is_said_and_only_public_rooms_are_told_of(
    server: DemoServer, kept: Subscriptions, clock: Clock, account: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], drawn: list[str],
) -> None:  # fmt: skip
    kept.add(of(server, "admin", "heads-id"))
    for name in ("USER", "PASSWORD"):
        account.setenv(f"ROCKETCHAT_{name}", "manager")
    clock.forward(days=3)
    capsys.readouterr()
    assert run(clock) == 0
    assert "what admin may see is not told to this account, so public rooms only" in capsys.readouterr().out
    [message] = server.board.of("heads-id")
    assert "959 messages" in message.text
    assert "secret-merger" not in drawn[0]


@fault("the limit of calls in the middle of a Monday", WAITED, "every report is there once")
def test_a_limit_in_the_middle_is_waited_for_and_every_report_is_there_once(
    server: DemoServer, kept: Subscriptions, clock: Clock, account: pytest.MonkeyPatch
) -> None:
    kept.add(of(server, "manager", "heads-id"))
    kept.add(of(server, "manager", "heads-id", types=("channel",)))
    # Of one view there is one message in a room, however many have asked for it.
    kept.add(of(server, "admin", "heads-id"))
    kept.add(of(server, "manager", "community-id"))
    clock.forward(days=3)
    # Every pause of the command passes on the clock of the test.
    account.setattr(connection, "sleep", clock.sleep)
    account.setattr(connection, "shared_pace", lambda *_: Pace(monotonic=clock))
    server.fail_next("/rooms.media/heads-id", "429", after=1)
    server.fail_next("/rooms.media/community-id", "429-past")
    began = clock.now
    assert run(clock) == 0
    assert clock.now > began + 60
    assert [len(server.board.of(room)) for room in ("heads-id", "community-id")] == [2, 1]
    assert [one.went for one in kept.all()] == [Went.DONE] * 4


@fault("a run that is killed between posting and noting it, on a Monday", SAID, "posted at most once more")
def test_a_run_that_is_killed_after_its_message_posts_at_most_once_more_and_says_so(
    server: DemoServer, kept: Subscriptions, clock: Clock, killed: Forks, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.add(of(server, "manager", "community-id"))
    clock.forward(days=3)
    for number in (1, 2):
        killed.start(clock.now)
        assert killed.to_the_end()[-1] == f"ended {signal.SIGKILL.value}"
        assert len(server.board.of("community-id")) == number
        assert run(clock) == 0
        assert len(server.board.of("community-id")) == number
        clock.forward(minutes=21)
    capsys.readouterr()
    assert run(clock) == 0
    told = capsys.readouterr()
    assert "was cut off while it posted 16–22 Nov 2026 into the room community-id" in told.err
    assert "was tried more than once" in told.out
    assert len(server.board.of("community-id")) == 2


@fault("the workspace is away on a Monday", SAID, "tried again later that day")
def test_what_failed_is_said_and_tried_again(
    server: DemoServer, kept: Subscriptions, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.add(of(server, "manager", "community-id"))
    clock.forward(days=3)
    server.fail_next("/rooms.media/community-id", "500")
    assert run(clock) == 1
    assert kept.all()[0].went is Went.FAILED
    clock.forward(minutes=21)
    assert run(clock) == 0
    assert len(server.board.of("community-id")) == 1


def test_the_list_tells_every_subscription_and_how_it_went(
    server: DemoServer, kept: Subscriptions, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    one = kept.add(of(server, "manager", "community-id"))
    capsys.readouterr()
    assert send.send(listed=True, clock=clock.moment) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{one.id}  manager  into community-id  Mon 08:00 Europe/Berlin  last-week  last run not yet",
        "1 subscription",
    ]
