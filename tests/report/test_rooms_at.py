"""Names in a report lead to the pages of their rooms, where these have an address and the names may be known."""

from __future__ import annotations

import json
import re

from engagement.numbers.filters import Filters
from engagement.numbers.masks import masked
from engagement.report import html
from engagement.report.content import build
from engagement.report.wishes import SECTIONS, Wishes
from tests.support.report_tools import activity_of

AT = "https://engagement.example.org/room?types=Channels&room="
ROOMS = (
    {"name": "general", "room_id": 'a/b ü"', "messages": 40, "previous_messages": 10},
    {"name": "<b>bold", "room_id": "B", "messages": 9, "previous_messages": 30},
    {"name": "ops", "room_id": "C", "type": "private", "messages": 5, "previous_messages": 5},
    {"name": "d", "room_id": "idOfAdaIdOfBob", "type": "direct", "usernames": "ada, bob", "messages": 4},
)
EVERY = Filters(frozenset({"channel", "private", "direct"}))


def links(document: str) -> set[tuple[str, str]]:
    """Where links lead that leave the document, and what is written on them."""
    return set(re.findall(r'<a href="(http[^"]*)"><bdi>(.*?)</bdi></a>', document))


def test_names_in_tables_lead_to_the_page_of_their_room() -> None:
    content = build(activity_of(*ROOMS), EVERY, Wishes(), rooms_at=AT)
    at = AT.replace("&", "&amp;")
    assert links(html.document(content)) == {
        (f"{at}a%2Fb%20%C3%BC%22", "#general"),
        (f"{at}B", "#&lt;b&gt;bold"),
        (f"{at}C", "🔒 ops"),
    }
    assert links(html.table_element("top", content.tables["top"])) == set()


def test_the_id_of_a_direct_message_which_tells_its_people_stands_nowhere_until_they_are_shown() -> None:
    content = build(activity_of(*ROOMS), EVERY, Wishes(), rooms_at=AT)
    assert "idOfAdaIdOfBob" not in html.document(content)
    content = build(activity_of(*ROOMS), EVERY, Wishes(people=True), rooms_at=AT)
    assert (f"{AT.replace('&', '&amp;')}idOfAdaIdOfBob", "ada, bob") in links(html.document(content))


def test_what_leads_to_its_page_is_told_by_the_type_of_a_room_in_another_period_too() -> None:
    other = activity_of(
        {"name": "gone", "room_id": "G", "messages": 90},
        {"name": "e", "room_id": "idOfCydIdOfDan", "type": "direct", "usernames": "cyd, dan", "messages": 80},
    )
    document = html.document(build(activity_of(*ROOMS), EVERY, Wishes(), compared=other, rooms_at=AT))
    assert (f"{AT.replace('&', '&amp;')}G", "#gone") in links(document)
    assert document.count("<bdi>direct message ") > 1
    assert "idOfCydIdOfDan" not in document


def test_a_room_that_the_words_name_leads_to_its_page_where_it_has_no_line() -> None:
    content = build(activity_of(*ROOMS), EVERY, Wishes(sections=frozenset(SECTIONS) - {"tables"}), rooms_at=AT)
    assert (f"{AT.replace('&', '&amp;')}B", "#&lt;b&gt;bold") in links(html.document(content))


def ways(document: str) -> dict[str, list[str]]:
    """Where the marks of each chart lead."""
    [data] = re.findall(r'<script type="application/json" id="figures">(.*?)</script>', document)
    found: dict[str, list[str]] = json.loads(data)["ways"]
    return found


def test_marks_of_charts_lead_to_the_page_of_their_room_and_those_of_direct_messages_nowhere() -> None:
    content = build(activity_of(*ROOMS), EVERY, Wishes(), rooms_at=AT)
    found = ways(html.document(content))
    assert found["top"] == [f"{AT}a%2Fb%20%C3%BC%22", f"{AT}B", f"{AT}C", ""]
    # Gains first: 30 of the first room, 4 of the direct message; then the loss of 21.
    assert found["movers"] == [f"{AT}a%2Fb%20%C3%BC%22", "", f"{AT}B"]
    assert set(found) == {"top", "movers"}
    people = build(activity_of(*ROOMS), EVERY, Wishes(people=True), rooms_at=AT)
    assert ways(html.document(people))["top"][3] == f"{AT}idOfAdaIdOfBob"


def test_without_an_address_and_with_names_replaced_no_name_leads_anywhere() -> None:
    document = html.document(build(activity_of(*ROOMS), EVERY, Wishes()))
    assert (links(document), ways(document)) == (set(), {})
    document = html.document(build(masked(activity_of(*ROOMS)), EVERY, Wishes(), rooms_at=AT))
    assert (links(document), ways(document)) == (set(), {})
    assert "engagement.example.org" not in document
