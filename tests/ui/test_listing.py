"""The rows of a table: the way to each room here and in the workspace."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pytest

from engagement.ui import listing
from engagement.ui.listing import LAZY_ABOVE, clicked, look, travelling
from tests.support.report_tools import activity_of

SERVER = "https://chat.example.org"
ROOMS = activity_of(
    {"name": "general", "room_id": "A", "messages": 3},
    {"name": "Team A / 1=1", "slug": "team-a", "room_id": "B", "type": "private", "messages": 2},
    {"name": "a=b/c#d", "room_id": "D", "messages": 1},
)
ROWS = pd.DataFrame({"Rank": [1, 2], "Room": ["#a=b/c#d", "🔒 Team A / 1=1"]}, index=["D", "B"])


def test_the_way_into_the_workspace_stands_beside_the_name_of_each_room() -> None:
    sent = travelling(ROWS, ROOMS, SERVER)
    assert sent.column_names == ["Rank", "Room", "Rocket.Chat"]
    assert sent["Room"].to_pylist() == list(ROWS["Room"])
    assert sent["Rocket.Chat"].to_pylist() == [f"{SERVER}/channel/a%3Db%2Fc%23d", f"{SERVER}/group/team-a"]


def test_a_workspace_without_screens_of_its_own_has_no_way_into_it() -> None:
    assert travelling(ROWS, ROOMS, None).column_names == ["Rank", "Room"]


def told(row: int, label: str, labels: list[str]) -> str | None:
    ids = pa.array([f"id-{number}" for number in range(len(labels))])
    return clicked({"row": row, "label": label}, pa.chunked_array([labels]), ids)


def test_a_click_on_a_name_is_a_click_on_the_room_of_its_row() -> None:
    assert told(1, "#b", ["#a", "#b"]) == "id-1"
    assert told(1, "#help", ["#help", "#help"]) == "id-1"
    assert told(2, "#c", ["#a", "#b"]) is None


def test_in_a_long_table_that_the_browser_sorted_the_name_tells_the_room_where_it_is_that_of_one() -> None:
    names = [f"#{number}" for number in range(LAZY_ABOVE)] + ["#last", "#help", "#help"]
    assert told(0, "#last", names) == f"id-{LAZY_ABOVE}"
    # Which of the two that is, nobody can tell.
    assert told(0, "#help", names) is None
    assert told(LAZY_ABOVE + 1, "#help", names) is None


def test_what_a_click_on_a_name_needs_holds_no_rooms() -> None:
    # The framework keeps it for as long as a session lasts, of every page and every filter.
    shown = SimpleNamespace(view=SimpleNamespace(shown=dict), rooms=pd.DataFrame({"messages": [1]}))
    gone = weakref.ref(shown.rooms)
    drawn = look(shown, travelling(ROWS, ROOMS, None), ["D", "B"], "top-channels", "room_of_top")  # type: ignore[arg-type]
    del shown
    gc.collect()
    assert gone() is None
    assert drawn["column_config"]["Room"]


@pytest.mark.parametrize(
    ("columns", "orders", "then"),
    [
        (["Members"], {"sort": "Default order"}, {"sort": "Members"}),
        (["Why"], {"sort": "Room"}, {"sort": "Room"}),
        ([], {"sort": "Room"}, {"sort": "Room"}),
        (["Members"], {}, {}),
    ],
)
def test_the_head_of_a_column_chooses_the_order_where_the_page_has_one_and_the_column_is_one(
    columns: list[str], orders: dict[str, str], then: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = {"table": {"selection": {"columns": columns}}, **orders}
    monkeypatch.setattr(listing.st, "session_state", state)
    listing.sort("table")
    assert {name: value for name, value in state.items() if name != "table"} == then
