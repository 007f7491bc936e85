"""The words of a message: short enough, honest about what is left out, and no name of a room calls or leads anybody."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from engagement.numbers.filters import Filters
from engagement.numbers.masks import masked
from engagement.posting.message import Message, size
from engagement.report.content import Content, build
from engagement.report.wishes import Wishes
from tests.support.report_tools import HOSTILE, activity_of, strange_rooms

LINK = "https://dash.example.org/report?period=Custom+range&from=2026-11-09&to=2026-11-15"


def content_of(*rooms: dict[str, object], wishes: Wishes | None = None, mask: bool = False) -> Content:
    activity = activity_of(*rooms)
    return build(masked(activity) if mask else activity, Filters(), wishes or Wishes())


def test_a_message_is_the_summary_and_the_link_to_the_view() -> None:
    content = content_of({"name": "general", "messages": 30, "previous_messages": 20})
    assert Message(content, LINK).whole().splitlines() == [
        "**Channel engagement report** · chat.example.org · 9–15 Nov 2026 · compared with 2–8 Nov 2026",
        "",
        "- 30 messages, 10 more than the 20 before (+50\u00a0%).",
        "- #general drove most of it (+10 of +10).",
        "- The only room had messages.",
        f"[The report of these days and rooms]({LINK})",
    ]
    assert "](" not in Message(content).whole()


CALLS = ("@here", "x @all y", "hello @ada", "http://evil.example", "www.evil.example", "`@all`", "a\n@all",
         "[x](http://evil.example)")  # fmt: skip


@pytest.mark.parametrize("name", [*HOSTILE, *CALLS])
def test_no_name_calls_people_or_leads_anywhere(name: str) -> None:
    content = content_of({"name": name, "messages": 90, "previous_messages": 10}, *strange_rooms())
    content = replace(content, title=name, comment=f"{name}\nsee {name}")
    text = Message(content, LINK).whole().removesuffix(f"[The report of these days and rooms]({LINK})")
    assert not re.search(r"@\w", text)
    assert not re.search(r"(?i)://\w|www\.", text)
    assert not re.search(r"(?<!\\)\]\(", re.sub(r"`[^`]*`", "", text))


def test_a_short_limit_leaves_out_sentences_first_and_then_the_comment_and_says_so() -> None:
    wishes = Wishes(comment="Quiet week. " * 20)
    content = content_of({"name": "a", "messages": 5}, {"name": "b", "previous_messages": 40}, wishes=wishes)
    points = len(content.sentences)
    assert points >= 3
    whole = Message(content, LINK).whole()
    assert "left out" not in whole
    assert "more in the report" not in whole
    shorter = Message(content, LINK).whole(size(whole) - 1)
    assert re.search(r"\n- … and [12] sentences? more in the report\n", shorter)
    assert size(shorter) < size(whole)
    assert "Quiet week." in shorter
    least = Message(content, LINK).whole(1)
    assert "_The comment is left out here._" in least
    assert f"- … and {points - 1} sentences more in the report" in least
    assert "Quiet week." not in least
    assert least.endswith(f"]({LINK})")


def test_the_head_of_a_thread_is_one_sentence() -> None:
    content = content_of({"name": "a", "messages": 5, "previous_messages": 4}, wishes=Wishes(comment="Hello"))
    head = Message(content, LINK).head()
    assert head.count("\n- ") == 1
    assert "Hello" not in head
    assert head.endswith(f"]({LINK})")


def test_a_link_that_is_longer_than_a_message_may_be_is_left_out_and_that_is_said() -> None:
    content = content_of({"name": "a", "messages": 5, "previous_messages": 4})
    # As many rooms left out make it as long.
    message = Message(content, f"{LINK}{'&without=23456789ABCDEFGHJ' * 250}")
    for text in (message.whole(), message.head()):
        assert size(text) <= 5_000
        assert "- 5 messages, 1 more than the 4 before" in text
        assert text.endswith("_The link to these days and rooms is too long for a message._")
    assert message.head(10_000).endswith("23456789ABCDEFGHJ)")
    assert "too long" not in Message(content).whole()


def test_what_is_masked_or_incomplete_says_so() -> None:
    room = {"name": "secret", "type": "private", "messages": 5, "previous_messages": 4}
    text = Message(content_of(room, mask=True)).whole()
    assert "secret" not in text
    assert "Names of private rooms, people and events replaced" in text
    activity = activity_of(room)
    broken = replace(activity, receipt=replace(activity.receipt, complete=False, missing=6))
    assert "Incomplete: 1 of 7 rooms received." in Message(build(broken, Filters(), Wishes())).whole()


def test_length_is_what_the_server_counts() -> None:
    assert [size("abc"), size("ä"), size("👩"), size("")] == [3, 1, 2, 0]
