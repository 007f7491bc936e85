"""A room has one signal, whatever page shows it and however many weeks that page draws; and so have all of them."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from engagement.numbers import naming
from engagement.ui import loading
from tests.support.access_tools import explore, sound, text_of

pytestmark = pytest.mark.usefixtures("dashboard")


def titles(app: AppTest) -> list[str]:
    """The titles of the charts of a page, as they are read."""
    return [title.value.replace("\\", "") for title in app.main.header]


def signal_in(title: str) -> str:
    """The signal in the title of a line of weeks: "#general: rising, 1,200 messages, usually …"."""
    return title.rsplit(": ", 1)[1].split(",")[0]


@pytest.mark.parametrize("period", ["Last full week", "Last 4 full weeks"])
def test_every_page_gives_one_answer(period: str) -> None:
    table = sound(explore("week_over_week", period=period))
    # Three weeks came with the counting check, and the others were read for the signals.
    assert "So far 17 weeks of this workspace have been read whole; until it has 48, the thresholds" in text_of(table)
    rows = table.dataframe[0].value.set_index("Room")["Signal"]
    view = table.session_state[loading.VIEW]
    rooms = view.rooms(view.reader.activity(view.facts, view.period).result(10))
    labels = dict(zip(rooms["room_id"], naming.room_labels(rooms, show_people=False), strict=True))
    told = re.search(r"shown, together, in [^*]*\*\*(.*?)\*\*", text_of(sound(explore(period=period))))
    assert told
    for weeks in ("13", "26"):
        for room_id, label in list(labels.items())[:2]:
            together, _, room = titles(sound(explore("trends", period=period, weeks=weeks, room=room_id)))
            assert signal_in(room) == rows[label]
            assert signal_in(together) == told[1]
