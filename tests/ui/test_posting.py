"""The report page posts into a room in the name of whoever presses the button, and keeps reports for every week."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.posting import letter
from engagement.storage.subscriptions import Hour, Subscriptions, Went
from engagement.ui import loading, posting
from engagement.ui import runtime as runtimes
from tests.support.access_tools import TODAY, account_of, explore, process, read, sound, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import REFUSED, SAID, fault

pytestmark = [pytest.mark.usefixtures("dashboard"), fault(kind="Posts", at="demo workspace", seen="Report")]


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter.pictures, "browser", lambda: "/a/browser")
    monkeypatch.setattr(letter.pictures, "png", lambda _: b"\x89PNG picture")


@pytest.fixture
def server() -> DemoServer:
    """The demo workspace of the dashboard."""
    return runtimes.runtime().demo()


def page() -> AppTest:
    return sound(explore("report"))


def press(app: AppTest, key: str, room: str = "#general") -> AppTest:
    """The page when what a button began has ended."""
    app.text_input(key="post_room").set_value(room)
    app.button(key=key).click()
    app.run()
    while (job := app.session_state[posting.JOB]) is not None:
        assert job.wait(30)
        app.run()
    return read(app)


def said(app: AppTest) -> str:
    return "\n".join(str(one.value) for one in [*app.success, *app.info, *app.error]).replace("\\", "")


def test_the_message_is_shown_before_anything_is_posted(server: DemoServer) -> None:
    app = sound(press(page(), "post_preview"))
    assert "#general: everybody can read it, so public rooms only" in text_of(app).replace("\\", "")
    assert "(and the report as a picture)" in "\n".join(code.value for code in app.code)
    assert server.board.messages == []


def test_a_press_posts_words_and_picture_and_leads_to_the_room(server: DemoServer) -> None:
    app = sound(press(page(), "post_send"))
    [message] = server.board.of(server.workspace.rooms[0].room_id)
    assert message.text.startswith("**Channel engagement report** · Demo workspace · 9–15 Nov 2026")
    assert server.board.pictures[message.picture] == b"\x89PNG picture"
    assert "#general: posted 9–15 Nov 2026" in said(app)
    [link] = [one.proto.url for one in app.get("link_button") if "/demo/room/" in one.proto.url]
    assert link == f"{server.url}/demo/room/{message.room_id}"


def test_a_second_press_says_when_it_was_posted_and_offers_to_post_it_once_more(server: DemoServer) -> None:
    app = press(press(page(), "post_send"), "post_send")
    assert "was posted on" in said(app)
    assert len(server.board.messages) == 1
    app = sound(press(app, "post_again"))
    assert len(server.board.messages) == 2
    assert "post_again" not in {button.key for button in app.button}


def test_a_report_that_is_safe_to_share_names_nobody_in_any_room(server: DemoServer) -> None:
    room = next(one for one in server.workspace.rooms if one.type == "p")
    room.usernames = ("admin",)
    app = page()
    app.toggle(key="report_mask").set_value(True)
    press(read(app.run()), "post_send", room.name or "")
    [message] = server.board.messages
    assert message.room_id == room.room_id
    assert "Names of private rooms, people and events replaced" in message.text


@fault("a room that there is not, or no name of a room", SAID, "nothing is posted")
@pytest.mark.parametrize(("room", "says"), [("#nowhere", "no room of this name"), ("", "Type the name of a room")])
def test_a_wrong_name_is_said_and_nothing_typed_is_lost(room: str, says: str, server: DemoServer) -> None:
    app = press(page(), "post_send", room)
    assert says in said(app)
    assert app.text_input(key="post_room").value == room
    assert server.board.messages == []


def kept(app: AppTest) -> Subscriptions:
    """The subscriptions of the workspace that a page shows."""
    return Subscriptions(runtimes.runtime().store, app.session_state[loading.VIEW].facts.identity.name)


def test_a_view_is_subscribed_listed_and_stopped_with_one_click() -> None:
    app = page()
    app.selectbox(key="subscribe_day").select("Tuesday")
    app.selectbox(key="subscribe_hour").select(9)
    app = sound(press(app, "subscribe"))
    assert "the first report comes on" in said(app)
    [one] = kept(app).all()
    assert (one.owner, one.hour, one.wish.period, one.wish.types) == (
        "admin", Hour(1, 9, "UTC"), "last-week", ("channel", "private"),
    )  # fmt: skip
    assert "Your subscriptions" in text_of(app)
    shown = text_of(app).replace("\\", "")
    assert "#general** · Tuesdays 09:00 UTC, last full week" in shown
    assert "First on 24 Nov 2026, 09:00" in shown
    kept(app).ran(one.id, Went.DONE, "posted *9–15 Nov 2026*")
    assert r"posted \*9–15 Nov 2026\*" in text_of(app.run())
    app.button(key=f"subscription_stop_{one.id}").click()
    app = sound(read(app.run()))
    assert kept(app).all() == []
    assert "Your subscriptions" not in text_of(app)


@fault("a view that means nothing in another week, or holds a name", SAID, "nothing is kept")
@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"period": "Custom range", "from": "2026-11-02", "to": "2026-11-08"}, "days that move along"),
        ({"search": "release"}, "names are not kept"),
    ],
)
def test_what_cannot_be_subscribed_is_said(query: dict[str, str], says: str) -> None:
    app = press(explore("report", **query), "subscribe")
    assert says in said(app)
    assert kept(app).all() == []


@fault("a subscription into a read-only room that its owner may not write in", REFUSED, "nothing is kept")
def test_a_room_that_only_others_may_write_in_is_not_subscribed_to(server: DemoServer) -> None:
    server.workspace.rooms[0].read_only = True
    server.accounts.roles["post-readonly"] = {"owner"}
    app = press(page(), "subscribe")
    assert "Only some may write in #general" in said(app)
    assert kept(app).all() == []


@pytest.fixture
def shared(tmp_path: object) -> Iterator[DemoServer]:
    """A workspace that a dashboard reads by an account of its own."""
    with DemoServer(Options(rooms=20, today=TODAY, rate_limit=0), clock=Clock()) as server:
        yield server


@fault("a visitor without an account of their own", REFUSED, "no way to post or to subscribe", kind="Doors")
def test_by_the_account_of_a_dashboard_nobody_posts(
    shared: DemoServer, tmp_path_factory: pytest.TempPathFactory
) -> None:

    with process(tmp_path_factory.mktemp("shared"), ACCESS_MODE="everyone", **account_of(shared)):
        app = sound(read(tab(page="report")))
        assert app.title
        assert not {"post_send", "post_preview", "subscribe"} & {button.key for button in app.button}
