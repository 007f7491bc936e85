"""The soak, for seconds: that it compares what is shown, finds what is wrong, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks.soak.judge import Judge, numbers
from benchmarks.soak.machines import Held
from benchmarks.soak.people import PERIODS, Tally
from benchmarks.soak.run import Result, Wish, soak
from benchmarks.soak.truth import Span, Truth, View, span_of
from engagement.demo import DemoServer, Options
from tests.support.access_tools import TODAY
from tests.support.clock import Clock
from tests.support.screen import Screen

WISH = Wish(seconds=8, sessions=3, rooms=60, spell=1, pause=0.1, settle=60, hangs=False, tours=False)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(DemoServer(Options(rooms=60, today=TODAY), clock=Clock()))


def test_a_short_soak_shows_no_wrong_number_and_leaves_nothing() -> None:
    result = soak(WISH)
    assert result.faults() == []
    assert result.tally.clicks > 3
    assert result.tally.numbers > 100
    assert result.tally.screens["complete"]
    assert result.faults_sent


def test_the_truth_counts_what_the_workspace_counts(truth: Truth) -> None:
    server = truth.server
    span, previous = span_of("Last full week", TODAY)
    assert (str(span), str(previous)) == ("9–15 Nov 2026", "2–8 Nov 2026")
    rooms = truth.look(View(span, previous, TODAY))
    first = int(rooms.numbers[rooms.now.argmax()])
    counted = server.workspace.community.counts.entries(first)
    every = [server.workspace.community.counts.entries(number) for number in rooms.numbers.tolist()]
    days = [sum(room.get(part.first, 0) for room in every) for part in span.parts()]
    assert truth.by_part(rooms, span.parts()) == days
    assert len(days) == 7
    assert sum(days) == rooms.now.sum()
    assert rooms.now.max() == sum(messages for day, messages in counted.items() if span.first <= day <= span.last)


def test_a_period_that_is_not_over_is_held_against_the_same_weekdays() -> None:
    span, previous = span_of("This week so far", date(2026, 11, 19))
    assert (span, previous) == (
        Span(date(2026, 11, 16), date(2026, 11, 19)),
        Span(date(2026, 11, 9), date(2026, 11, 12)),
    )


class Forged(Screen):
    """A screen with one table and nothing else."""

    def __init__(self, table: dict[str, list[object]]) -> None:
        self.elements, self.blocks, self.table = {}, {}, table

    def tables(self) -> list[dict[str, list[object]]]:
        return [self.table]


def test_one_number_that_is_not_true_is_found(truth: Truth) -> None:
    view = View(*span_of(PERIODS[0], TODAY), TODAY)
    rooms = truth.look(view)
    place = int(rooms.now.argmax())
    now, before = int(rooms.now[place]), int(rooms.before[place])
    table: dict[str, list[object]] = {
        "Room": [rooms.labels[place]],
        "Messages": [now],
        "Previous": [before],
        "Change": [now - before],
        "Change %": [100 * (now - before) / before],
    }

    def wrong(shown: dict[str, list[object]]) -> list[str]:
        judge = Judge(truth, view, Forged(shown))
        judge._table(shown)
        return judge.found.wrong

    assert wrong(table) == []
    for name in ("Messages", "Previous", "Change", "Change %"):
        assert wrong(table | {name: [float(str(table[name][0])) + 1]})


def test_what_is_left_and_what_grew_is_a_fault(tmp_path: Path) -> None:
    idle, warm = Held(100, 7, 6, 0), Held(200, 20, 9, 12)
    result = Result(WISH, Tally(numbers=5), 3, [idle], [[warm], [warm]], [idle], "")
    assert result.faults() == []
    assert replace(result, tally=Tally()).faults() == ["nothing was compared"]
    assert replace(result, after=[Held(100, 16, 6, 2)]).faults() == ["9 threads", "2 connections"]
    assert replace(result, course=[[warm], [Held(221, 20, 9, 12)]]).faults() == ["memory grew from 200 to 221 MB"]
    document = tmp_path / "soak.md"
    result.write(document)
    replace(result, wish=replace(WISH, copies=2)).write(document)
    result.write(document)
    rows = [line for line in document.read_text().splitlines() if line.startswith("| 0")]
    assert [row.split(" | ")[0] for row in rows] == [
        f"| 0.133333 min, 3 sessions, 60 rooms, {how}" for how in ("2 copies", "alone")
    ]


def test_numbers_are_read_as_people_read_them() -> None:
    assert numbers("+1,234 (\u22123.4\u00a0%)") == [1234.0, -3.4]
    assert numbers("no number") == []
