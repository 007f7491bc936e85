"""The rows of a table: the way to each room here and in the workspace."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pytest
from playwright.sync_api import Browser

from engagement.ui import listing, signs
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


# Texts as they are painted, the last one being no number alone.
PAINT = """texts => {
  const painted = [];
  CanvasRenderingContext2D.prototype.fillText = text => painted.push(text);
  SCRIPT;
  const canvas = document.createElement("canvas").getContext("2d");
  texts.forEach(text => canvas.fillText(text, 0, 0));
  return painted;
}"""


def test_numbers_of_a_table_are_painted_as_words_and_files_write_them(chromium: Browser) -> None:
    counts, percents = ["0", "5", "1,093", "-12"], ["0.00", "0.01", "4.30", "-3.30", "43.00", "-1,234.00", "3,100.00"]
    texts = [
        *(*counts, *(number + signs.CHANGE for number in counts)),
        *(f"{number} %" for number in percents),
        *(f"{number} %{signs.CHANGE}" for number in percents),
        *("-3 of them", "2026"),
    ]
    page = chromium.new_page()
    painted = page.evaluate(PAINT.replace("SCRIPT", signs.SCRIPT), texts)
    page.close()
    assert painted == [
        *("0", "5", "1,093", "−12", "0", "+5", "+1,093", "−12"),
        *("0 %", "0.0 %", "4.3 %", "−3.3 %", "43 %", "−1,234 %", "3,100 %"),
        *("0 %", "0.0 %", "+4.3 %", "−3.3 %", "+43 %", "−1,234 %", "×32"),
        *("-3 of them", "2026"),
    ]


def test_percents_travel_as_they_are_told() -> None:
    rows = pd.DataFrame({"Room": ["#a"], "Change %": [3049.0], "Share %": [43.45]}, index=["D"])
    assert travelling(rows, ROOMS, None).to_pylist() == [{"Room": "#a", "Change %": 3000.0, "Share %": 43.0}]
