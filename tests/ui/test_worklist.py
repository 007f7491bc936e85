"""The clean-up worklist: what is decided, who sees it, how it is taken back, and what two people see of each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.decisions import ROWS
from engagement.ui import listing, session
from engagement.ui import runtime as runtimes
from tests.support.access_tools import TODAY, account_of, process, read, signed_in, sound, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, REFUSED, fault
from tests.support.worklist_tools import WORKLIST, choose, choose_rows, decide, labels, names_in, press, table, worklist

pytestmark = fault(kind="Sessions and ends", at="demo workspace", seen="Inactive rooms")

HOSTILE = '=HYPERLINK("x") **bold** :material/delete: <b>'
ROOMS = [
    RoomSpec("busy-id", name="busy", owner="ada", created=date(2024, 1, 2)),
    RoomSpec("old-id", name="old", owner="ada", created=date(2024, 1, 2), members=9),
    RoomSpec("older-id", name="older", owner="ada", created=date(2023, 1, 2), members=2),
    RoomSpec("other-id", name="other", owner="bob", created=date(2024, 3, 4), members=1),
    RoomSpec("unused-id", "p", name="unused", owner="bob", created=date(2023, 1, 2), last_message=None),
]


@pytest.fixture
def workspace(clock: Clock) -> Iterator[DemoServer]:
    """Five rooms: one is busy, one spoke in October, one in spring, one a year ago, one never."""
    day = {"busy-id": date(2026, 11, 18), "old-id": date(2026, 10, 6), "older-id": date(2026, 4, 1)}
    counts = {room: {spoke: 5, spoke - timedelta(days=7): 5} for room, spoke in day.items()}
    counts |= {"other-id": {date(2025, 9, 1): 3}, "unused-id": {}}
    options = Options(today=TODAY, timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(ROOMS, counts), clock=clock) as server:
        yield server


@pytest.fixture
def of(dashboard: runtimes.Runtime, workspace: DemoServer) -> dict[str, str]:
    """Sessions by user."""
    sessions = {user: signed_in(dashboard, workspace, user) for user in ("manager", "admin", "analyst")}
    for session_id in sessions.values():
        dashboard.sessions.admitted(session_id, (), at=session.NEVER)
    return sessions


def opened(session_id: str, page: str = "inactive_rooms", **query: str | list[str]) -> AppTest:
    return sound(read(tab(session_id, page, **query)))


def test_rooms_are_noted_for_the_archive_and_it_is_undone_with_one_click(of: dict[str, str]) -> None:
    app = choose(opened(of["manager"]), "old", "other")
    app = decide(app, "archive", note="owner asked")
    assert "Noted for the archive: **2 rooms**." in text_of(app)
    assert table(app)["Decision"].value_counts().to_dict() == {"Archive": 2, "": 2}
    assert not [label for label in labels(app) if label.startswith("Keep")], "nothing is chosen any more"
    listed = worklist(app)
    assert listed[["Decision", "Note", "By"]].to_numpy().tolist() == [["Archive", "owner asked", "manager"]] * 2
    assert listed.loc["old", "Decided on"] == date(2026, 11, 20)
    press(app, "Undo")
    assert "what stood before stands again" in text_of(app)
    assert worklist(app).empty
    assert "Nothing is decided yet" in text_of(app)


def test_where_no_room_is_inactive_there_is_no_empty_list_to_choose_from(of: dict[str, str]) -> None:
    app = opened(of["manager"], search="busy")
    assert not app.dataframe
    assert "Rooms chosen in the list" not in text_of(app)
    assert "Rooms chosen in the list" in text_of(opened(of["manager"], search="old"))


def test_a_second_person_with_equal_rights_sees_it_and_one_with_fewer_nothing(of: dict[str, str]) -> None:
    decide(choose(opened(of["manager"]), "old"), "ask", note="a word in private")
    second = worklist(opened(of["admin"]))
    assert second.loc["old", ["Decision", "Note", "By"]].tolist() == [
        "Ask ada on 22 Nov 2026",
        "a word in private",
        "manager",
    ]
    app = opened(of["analyst"], list="Worklist", decision=["Asked"])
    assert "Decision" not in table(app)
    assert not [control for control in app.get("button_group") if control.key in {"list", "decision"}]
    assert not [label for label in labels(app) if label in {"Take back", "Undo"}]
    assert "in private" not in text_of(app)


def test_a_kept_room_is_inactive_on_no_page_until_its_day_and_for_those_who_may_not_know_it_stays(
    of: dict[str, str], clock: Clock
) -> None:
    def inactive(user: str) -> str:
        return next(m.value for m in opened(of[user], "overview").metric if m.label == "Inactive rooms")

    before, fewer = inactive("manager"), inactive("analyst")
    app = decide(choose(opened(of["manager"]), "old"), "keep", until=date(2026, 12, 1))
    assert "old" not in names_in(app)
    assert "1 silent room exempted." in text_of(app)
    assert worklist(app).loc["old", ["Decision", "State"]].tolist() == ["Keep until 1 Dec 2026", "exempt"]
    assert int(inactive("manager")) == int(before) - 1
    assert inactive("admin") == inactive("manager")
    assert inactive("analyst") == fewer


def test_who_asks_without_a_name_asks_the_owner_of_each_room(of: dict[str, str]) -> None:
    app = decide(choose(opened(of["manager"]), "old", "other", "unused"), "ask", day=date(2026, 11, 19))
    assert worklist(app)["Decision"].sort_index().tolist() == [
        "Ask ada on 19 Nov 2026",
        "Ask bob on 19 Nov 2026",
        "Ask bob on 19 Nov 2026",
    ]


def test_a_room_that_was_asked_about_and_speaks_again_says_so(of: dict[str, str], workspace: DemoServer) -> None:
    app = decide(choose(opened(of["manager"]), "old", "other"), "ask", day=date(2026, 9, 1))
    # Its last message is of October.
    assert worklist(app)["Spoke again"].dropna().to_dict() == {"old": date(2026, 10, 6)}
    assert worklist(opened(of["admin"], decision=["Spoke again"])).index.tolist() == ["old"]


@fault("two people decide about one room at once", EXACT, "both decisions are kept; the second is told of the first")
def test_two_who_decide_at_once_lose_nothing_and_the_second_is_told(of: dict[str, str]) -> None:
    first, second = choose(opened(of["manager"]), "old", "other"), choose(opened(of["admin"]), "old")
    decide(first, "keep", note="season")
    decide(second, "archive")
    said = "\n".join(warning.value for warning in second.warning)
    assert "manager decided about 1 of these rooms a moment ago" in said
    assert worklist(second).loc["old", ["Decision", "By"]].tolist() == ["Archive", "admin"]
    press(second, "Undo")
    assert worklist(second).loc["old", ["Decision", "Note"]].tolist() == ["Keep always", "season"]


def test_what_one_has_chosen_stays_chosen_when_another_decides_about_rows_above_it(of: dict[str, str]) -> None:
    mine = choose(opened(of["manager"]), "other", "old")
    decide(choose(opened(of["admin"]), "unused", "older"), "keep")
    mine.run()
    assert names_in(mine) == ["other", "old"]
    assert "**2 rooms chosen**" in text_of(mine)
    decide(mine, "archive")
    assert set(worklist(mine).query("Decision == 'Archive'").index) == {"other", "old"}


@fault("the right is taken away while somebody decides", REFUSED, "nothing is decided, nothing more is shown")
def test_whoever_loses_the_right_meanwhile_decides_nothing(
    of: dict[str, str], dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    app = choose(opened(of["manager"]), "old")
    workspace.revoke("view-room-administration", "manager")
    clock.forward(minutes=10)
    [button] = [one for one in app.button if one.label.startswith("Note for the archive")]
    read(button.click().run())
    assert not [label for label in labels(app) if label == "Take back"]
    assert worklist(opened(of["admin"])).empty


def test_whoever_signs_in_next_in_a_tab_sees_nothing_of_what_was_done_in_it(of: dict[str, str]) -> None:
    app = decide(choose(opened(of["manager"]), "unused"), "archive")
    app.text_input(key="event_name_0").set_value("merger")
    app = read(app.button(key="event_save").click().run())
    assert "merger" in text_of(app)
    assert "Noted for the archive" in text_of(app)
    app = app.button(key="sign_out").click().run()
    with DemoServer(Options(today=TODAY, rooms=9, rate_limit=0)) as other:
        for field, typed in (("url", other.url), ("user", "manager"), ("password", "manager")):
            app.text_input(key=f"signin_{field}").set_value(typed)
        app = press(app, "Sign in")
        assert "Sign out" in labels(app)
        assert not [word for word in ("merger", "unused", "Noted for the archive") if word in text_of(app)]
        assert "Undo" not in labels(app)


def test_where_the_dashboard_reads_by_an_account_of_its_own_nobody_decides(
    tmp_path: Path, workspace: DemoServer, clock: Clock
) -> None:
    with process(tmp_path, clock, **account_of(workspace), ACCESS_MODE="everyone"):
        app = sound(read(tab(page="inactive_rooms")))
        assert len(table(app)) == 4
        assert "Decision" not in table(app)
        assert not app.get("button_group")[-1].label == "Decided"


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"silent": "Over 90 days"}, {"older", "other", "unused"}),
        ({"silent": "Over 365 days"}, {"other", "unused"}),
        ({"state": ["Never used"]}, {"unused"}),
        ({"lacks": ["At most 2 members"]}, {"older", "other"}),
        ({"lacks": ["No owner"]}, set()),
        ({"decision": ["Undecided"]}, {"older", "other", "unused"}),
        ({"decision": ["To archive", "Undecided"], "silent": "Over 30 days"}, {"old", "older", "other", "unused"}),
    ],
)
def test_a_link_narrows_the_list(of: dict[str, str], query: dict[str, str | list[str]], left: set[str]) -> None:
    decide(choose(opened(of["manager"]), "old"), "archive")
    app = opened(of["manager"], **query)
    assert set(names_in(app)) == left


def test_of_a_long_list_all_rooms_are_chosen_at_once(of: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LAZY_ABOVE", 3)
    app = opened(of["manager"])
    [every] = [one for one in app.toggle if one.label == "Choose all 4 rooms"]
    every.set_value(True).run()
    decide(app, "archive")
    assert len(worklist(app)) == 4


def test_texts_for_owners_are_ready_to_copy_for_one_room_and_for_all_of_an_owner(of: dict[str, str]) -> None:
    app = choose(opened(of["manager"]), "old", "older", "unused")
    bobs, adas = sorted((code.value for code in app.code if code.value.startswith("Hello")), key=len)
    assert bobs.startswith("Hello bob, do you still need 🔒 unused? For all we can see, nobody has ever written in it.")
    assert adas.startswith("Hello ada, do you still need these rooms of yours?")
    assert "- #old: the last message is of 6 Oct 2026 http" in adas
    assert "/channel/older" in adas
    app.toggle(key="worklist_text_each").set_value(True).run()
    assert len([code for code in app.code if code.value.startswith("Hello")]) == 3


def test_words_for_owners_come_from_the_configuration(tmp_path: Path, workspace: DemoServer, clock: Clock) -> None:
    own = {"WORKLIST_TEXT": "{room} of {owner} at {workspace}, {{last}}: {last_message}"}
    with process(tmp_path, clock, WORKSPACE_ALLOW_TYPED_URL="true", **own) as running:
        app = choose(opened(signed_in(running, workspace)), "old")
    assert f"#old of ada at {workspace.url.split('//')[1]}, {{last}}: 6 Oct 2026" in [code.value for code in app.code]


@fault("a note that is markup, a formula or an icon", EXACT, "shown as it was typed", kind="Odd values")
def test_a_note_is_shown_as_it_was_typed(of: dict[str, str]) -> None:
    app = decide(choose(opened(of["manager"]), "old"), "archive", note=HOSTILE)
    assert worklist(app).loc["old", "Note"] == HOSTILE
    choose_rows(app, [0], WORKLIST)
    history = next(markdown.value for markdown in app.markdown if "manager" in markdown.value)
    assert r"\*\*bold\*\*" in history
    assert "<b>" not in history


def test_decisions_are_no_columns_of_what_is_kept_of_readings(of: dict[str, str], dashboard: runtimes.Runtime) -> None:
    decide(choose(opened(of["manager"]), "old"), "archive")
    for run in dashboard.jobs._runs.values():
        rooms = getattr(run.latest, "rooms", None)
        assert rooms is None or not {*ROWS} & {*rooms} - {"room_id"}


def test_a_room_is_decided_about_on_its_own_page_and_those_with_fewer_rights_see_nothing_of_it(
    of: dict[str, str],
) -> None:
    app = decide(opened(of["manager"], "room", room="old-id"), "archive", note="owner asked")
    said = "Archive, decided by manager on 20 Nov 2026 · “owner asked”"
    assert "Worklist" in [link.proto.label for link in app.get("page_link")]
    assert said in text_of(app).replace("\\", "")
    assert said in text_of(opened(of["admin"], "room", room="old-id")).replace("\\", "")
    fewer = opened(of["analyst"], "room", room="old-id")
    assert "owner asked" not in text_of(fewer)
    assert "Take back" not in labels(fewer)
    press(app, "Undo")
    left = text_of(app).replace("\\", "")
    assert said not in left
    # What was decided can still be read.
    assert "manager: taken back" in left
    assert "manager: Archive (owner asked)" in left
