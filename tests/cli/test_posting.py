"""``report --post``: into rooms by name, once, and only what each of them may be told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from engagement.__main__ import main
from engagement.cli import posting
from engagement.demo import DemoServer, Options
from engagement.demo.board import Message
from engagement.demo.community import RoomSpec, community
from engagement.errors import NoBrowser
from engagement.posting import letter
from engagement.storage.database import Store
from engagement.storage.posts import PostLog
from tests.support.clock import Clock
from tests.support.demo_tools import daily
from tests.support.faults import NOTED, REFUSED, SAID, fault

pytestmark = [pytest.mark.usefixtures("account", "drawn"), fault(kind="Posts", at="demo workspace", seen="report")]

WEEK = ["--start", "2026-11-09", "--end", "2026-11-15"]
MONDAY = date(2026, 11, 9)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    rooms = [
        RoomSpec("community-id", name="community"),
        RoomSpec("calm-id", name="calm"),
        RoomSpec("pinging-id", name="x @all [y](http://evil.example)"),
        RoomSpec("secret-id", "p", name="secret-merger", usernames=("admin", "someone")),
        RoomSpec("heads-id", "p", name="heads", usernames=("admin", "manager")),
        RoomSpec("theirs-id", "p", name="theirs", usernames=("someone",)),
    ]
    counts = {
        "community-id": daily(MONDAY, 130, 15),
        "calm-id": daily(MONDAY, 7, 7),
        "pinging-id": daily(MONDAY, 12, 3),
        "secret-id": daily(MONDAY, 2, 2),
    }
    options = Options(today=date(2026, 11, 18), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=Clock()) as running:
        running.board.hooked = "calm-id"
        yield running


def post(*arguments: str) -> int:
    return main(["report", *WEEK, *arguments])


def posted(server: DemoServer, room_id: str) -> Message:
    [message] = server.board.of(room_id)
    return message


def test_words_and_picture_go_into_a_public_room_in_one_message_about_public_rooms_alone(
    server: DemoServer, drawn: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert post("--post", "#community") == 0
    message = posted(server, "community-id")
    assert message.text.startswith("**Channel engagement report** · ")
    # 7 days of 130 + 7 + 12, and of 15 + 7 + 3 before: the private room is not among them.
    assert "- 1,043 messages, 868 more than the 175 before" in message.text
    assert "_About public channels only._" in message.text
    assert "private room" not in message.text
    assert message.text.splitlines()[-1] == (
        "[The report of these days and rooms](https://dash.example.org/report?period=Custom+range&from=2026-11-09"
        "&to=2026-11-15&types=Channels&compare=Previous+period&without=)"
    )
    assert server.board.pictures[message.picture] == b"\x89PNG 1"
    assert "secret-merger" not in drawn[0] + message.text
    assert capsys.readouterr() == (
        f"#community: posted 9–15 Nov 2026 (message {message.message_id})\n",
        "",
    )


def test_the_name_of_a_room_calls_nobody(server: DemoServer) -> None:
    assert post("--post", "#community") == 0
    text = posted(server, "community-id").text
    assert "x @\u2060all [y](http://\u2060evil.example)" in text
    assert "@all" not in text


def test_a_private_room_is_told_names_only_where_all_of_its_members_may_see_them(
    server: DemoServer, drawn: list[str]
) -> None:
    assert post("--post", "#secret-merger", "--post", "#heads") == 0
    masked, named = posted(server, "secret-id"), posted(server, "heads-id")
    for message in (masked, named):
        assert "- 1,057 messages, 868 more than the 189 before" in message.text
    assert "Names of private rooms" in masked.text
    assert "Names of private rooms" not in named.text
    assert ["secret-merger" in document for document in drawn] == [False, True]


@fault("the mask is asked for, or is the rule", REFUSED, "no name in any room")
@pytest.mark.parametrize("how", ["option", "rule"])
def test_the_mask_holds_in_every_room(
    how: str, server: DemoServer, drawn: list[str], account: pytest.MonkeyPatch
) -> None:
    if how == "rule":
        account.setenv("ENGAGEMENT_ROOMS_MASK_NAMES", "true")
    assert post("--post", "#heads", *(["--mask"] if how == "option" else [])) == 0
    assert "secret-merger" not in drawn[0] + posted(server, "heads-id").text


@fault("the same report posted a second time", REFUSED, "the second run says so", at="command line")
def test_a_second_run_posts_nothing_and_says_so_until_it_is_told_to(
    server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert post("--post", "#community") == 0
    first = posted(server, "community-id")
    capsys.readouterr()
    assert post("--post", "community") == 0
    assert posted(server, "community-id") == first
    said = capsys.readouterr().out
    assert "#community: 9–15 Nov 2026 was posted on " in said
    assert f"by admin (message {first.message_id}); nothing posted now (--again does)" in said
    assert post("--post", "#community", "--again") == 0
    assert len(server.board.of("community-id")) == 2
    assert post("--post", "#community", "--types", "private,channel", "--compare-with", "year-before") == 0
    assert len(server.board.of("community-id")) == 3


def test_a_dry_run_prints_what_would_go_where_and_posts_nothing(
    server: DemoServer, drawn: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert post("--post", "#community", "--post", "#heads", "--dry-run", "--thread") == 0
    said = capsys.readouterr().out
    assert "#community: everybody can read it, so public rooms only\n" in said
    assert "🔒 heads: all of its 2 members may see the names\n" in said
    assert "(and in its thread:)" in said
    assert "(and the report as a picture)" in said
    assert "1,043 messages" in said
    assert (server.board.messages, drawn) == ([], [])
    assert not [path for method, path, _ in server.calls if method == "POST" and not path.endswith(("login", "logout"))]
    assert post("--post", "#community") == 0
    capsys.readouterr()
    assert post("--post", "#community", "--dry-run") == 0
    assert "nothing: 9–15 Nov 2026 was posted on " in capsys.readouterr().out


def test_with_if_news_only_news_that_was_not_told_there_is_posted(
    server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert post("--post", "#community", "--if-news") == 0
    assert "are rising" in posted(server, "community-id").text
    capsys.readouterr()
    # Another view of the same news: it was told here, and not there.
    other = ["--if-news", "--types", "channel,private", "--compare-with", "same-weekdays"]
    assert post("--post", "#community", "--post", "#calm", *other, "--dry-run") == 0
    community_says, calm_says = capsys.readouterr().out.split("#calm: ")
    assert "nothing: no news that was not told within the last 14 days" in community_says
    assert "are rising" in calm_says


def test_without_a_signal_there_is_no_news(
    server: DemoServer, account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.setenv("ENGAGEMENT_ROOMS_LEAVE_OUT", "community, x *")
    assert post("--post", "#community", "--if-news") == 0
    assert capsys.readouterr().out == "#community: no news\n"
    assert server.board.messages == []


def test_in_a_thread_the_room_reads_one_sentence(server: DemoServer) -> None:
    assert post("--post", "#community", "--thread") == 0
    head, rest = server.board.of("community-id")
    assert (head.picture, head.thread, head.text.count("\n- ")) == ("", "", 1)
    assert (rest.thread, bool(rest.picture)) == (head.message_id, True)
    assert rest.text.count("\n- ") > 1


@fault("an answer to a message that does not say which it is", SAID, "what belongs into its thread stands nowhere else")
@pytest.mark.parametrize("message_id", ["", "one\0\nline", 7, "x" * 300])
def test_without_the_id_of_its_head_nothing_is_posted_beside_a_thread(
    message_id: object, server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.fail_next("chat.postMessage", lambda body: body.update(message={"_id": message_id}))
    assert post("--post", "#community", "--thread") == 0
    assert posted(server, "community-id").text.count("\n- ") == 1
    assert "posted 9–15 Nov 2026; but not what belongs into its thread, as the" in capsys.readouterr().out
    assert post("--post", "#community", "--thread") == 0
    assert len(server.board.messages) == 1


def test_a_webhook_posts_the_text_of_public_rooms(
    server: DemoServer, account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = f"{server.url}/hooks/{server.board.hook}"
    account.setenv("ENGAGEMENT_REPORT_WEBHOOK", hook)
    assert post("--post", "webhook") == 0
    message = posted(server, "calm-id")
    assert (message.author, message.picture) == ("rocket.cat", "")
    assert "- 1,043 messages" in message.text
    said = capsys.readouterr()
    assert server.board.hook.partition("/")[2] not in said.out + said.err
    assert post("--post", "webhook") == 0
    assert "nothing posted now" in capsys.readouterr().out
    assert len(server.board.messages) == 1


@fault("a room that is not there or not the account's", SAID, "before the workspace is read")
@pytest.mark.parametrize("name", ["#nowhere", "#theirs", "webhook"])
def test_a_room_that_cannot_be_posted_into_is_said_before_anything_is_read(
    name: str, server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert post("--post", "#community", "--post", name) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert server.count("channels/list") == 0
    assert server.board.messages == []


@fault("one of two rooms refuses the message", SAID, "the other has it")
def test_where_one_room_refuses_the_others_are_posted_into(
    server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.fail_next("/rooms.media/calm-id", "403")
    assert post("--post", "#calm", "--post", "#community") == 1
    said = capsys.readouterr()
    assert said.err.startswith("python -m engagement: #calm: The workspace did not take the message")
    assert "#community: posted" in said.out
    assert post("--post", "#calm") == 0
    assert posted(server, "calm-id")


@fault("no browser, or a picture that is refused", NOTED, "the text is posted alone, and that is said")
@pytest.mark.parametrize("why", ["no browser", "too large"])
def test_without_a_picture_the_text_is_posted_and_that_is_said(
    why: str, server: DemoServer, account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none() -> str:
        raise NoBrowser

    if why == "no browser":
        account.setattr(letter.pictures, "browser", none)
    else:
        server.board.largest["file"] = 2
    assert post("--post", "#community") == 0
    assert posted(server, "community-id").picture == ""
    assert "; without the picture, which " in capsys.readouterr().out


def test_a_text_that_is_too_long_there_is_posted_shorter(server: DemoServer) -> None:
    server.board.largest["text"] = 1_000
    for number in range(12):
        server.workspace.add_room(RoomSpec(f"long-{number}", name=f"{'long-name-' * 6}{number}"))
        for day, count in daily(MONDAY, 130, 15).items():
            server.workspace.add(f"long-{number}", day, count)
    assert post("--post", "#community", "--title", "x" * 100) == 0
    message = posted(server, "community-id")
    assert len(message.text) <= 1_000
    assert "more in the report" in message.text
    assert message.picture


@fault("a run that is ended between posting and noting it", SAID, "posted once more, and that is said")
def test_a_run_that_is_cut_off_after_its_message_posts_at_most_once_more(
    server: DemoServer, account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    account.setattr(posting, "Store", lambda url, **_: Store(url, clock=clock.moment))
    with account.context() as cut:
        cut.setattr(PostLog, "posted", _ended)
        assert post("--post", "#community") == 1
    assert len(server.board.of("community-id")) == 1
    assert post("--post", "#community") == 0
    assert "is being posted by another run" in capsys.readouterr().out
    clock.forward(minutes=16)
    assert post("--post", "#community") == 0
    said = capsys.readouterr()
    assert "was cut off while it posted 9–15 Nov 2026 into the room community-id" in said.err
    assert "once more, as the run of 20 Nov 2026, 12:00 ended before it could say whether" in said.out
    assert len(server.board.of("community-id")) == 2
    assert post("--post", "#community") == 0
    assert len(server.board.of("community-id")) == 2


def _ended(*_: object) -> None:
    raise KeyboardInterrupt


@fault("the answer to a message breaks off", SAID, "nothing more is tried in this run")
def test_an_answer_that_breaks_off_is_said_and_the_message_is_not_sent_again(
    server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.fail_next("chat.postMessage", "cut")
    server.board.largest["file"] = 2
    assert post("--post", "#community") == 1
    assert "Look into the room" in capsys.readouterr().err
    assert len(server.board.of("community-id")) == 1
    assert server.count("chat.postMessage") == 1


@fault(lambda wrong: f"report {' '.join(wrong)}", SAID, "status 2", at="command line")
@pytest.mark.parametrize("wrong", [["--if-news", "--out", "r.csv"], ["--dry-run", "--out", "r.csv"], ["--again"]])
def test_what_goes_with_a_post_is_refused_without_one(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        post(*wrong)
    assert ended.value.code == 2
    assert "--post" in capsys.readouterr().err
