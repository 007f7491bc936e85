"""One report for several audiences: made once for all who may be told the same, and no secret in what carries it."""

from __future__ import annotations

from datetime import UTC
from functools import partial
from typing import Any, cast

import pytest

from engagement.api.posting import Poster, post_by_webhook
from engagement.numbers.filters import Filters
from engagement.posting import letter as letters
from engagement.posting.audience import Audience, of_webhook
from engagement.posting.delivery import Postman
from engagement.posting.letter import Letter
from engagement.report.wishes import Wishes
from engagement.storage.database import Store
from engagement.storage.posts import PostLog
from tests.support.report_tools import activity_of

HEADS = Audience("heads", "🔒 heads", False, True, "all may")
ROOMS: list[dict[str, object]] = [
    {"name": "general", "room_id": "general-id", "messages": 5},
    {"name": "secret", "room_id": "secret-id", "type": "private", "messages": 4},
    {"name": "ada × bob", "room_id": "pair-id", "type": "direct", "usernames": "ada × bob", "messages": 3},
]


def letter_of(*left_out: str, types: tuple[str, ...] = ("channel", "private"), people: bool = False) -> Letter:
    filters = Filters(frozenset(types), left_out=frozenset(left_out))
    return Letter(activity_of(*ROOMS), filters, Wishes(people=people), None, "previous", "https://dash.example.org")


def test_a_link_names_no_room_that_its_readers_are_not_told_of() -> None:
    letter = letter_of("general-id", "secret-id")
    assert "&without=general-id)" in letter.message(of_webhook()).whole()
    assert "&without=general-id&without=secret-id)" in letter.message(HEADS).whole()


def test_people_of_direct_messages_are_named_in_no_room() -> None:
    letter = letter_of(types=("channel", "private", "direct"), people=True)
    said = letter.message(HEADS)
    assert "ada" not in said.whole()
    assert "12 messages" in said.whole()


def test_the_picture_has_charts_and_neither_words_nor_tables_and_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    documents: list[str] = []
    monkeypatch.setattr(letters.pictures, "browser", lambda: "/a/browser")
    monkeypatch.setattr(letters.pictures, "png", lambda document: documents.append(document) or b"picture")
    letter = letter_of()
    pair = [letter.picture(one) for one in (HEADS, Audience("other", "🔒 other", False, True, "all may"))]
    assert pair == [b"picture"] * 2
    [document] = documents
    assert "Plotly.newPlot" in document
    assert "<table" not in document
    letter.picture(of_webhook())
    assert "secret" not in documents[1]
    assert "secret" in document


def test_what_carries_a_letter_shows_no_address_of_a_webhook() -> None:
    webhook = partial(post_by_webhook, "https://chat.example.org/hooks/id/its-secret")
    log = PostLog(Store("sqlite://"), "one")
    postman = Postman(cast(Poster, cast(Any, None)), log, "ada", UTC, webhook)
    assert "its-secret" not in repr(postman)
