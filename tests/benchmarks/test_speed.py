"""The benchmark, less its clock: ratios, budgets, growth, the tables it writes, and one small reading."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest

from benchmarks.speed import reading, trends
from benchmarks.speed.figures import Measured, alternating, growths, kilobytes, megabytes, number, seconds, slope
from benchmarks.speed.run import bench
from benchmarks.speed.site import Site
from benchmarks.speed.table import PARTS, Row, failed, merged, read, written
from tests import ROOT
from tests.support.report_tools import activity_of, history_of

RUN, LATER = "27 Nov 2026 09:00", "28 Nov 2026 09:00"
EMPTY = "\n".join(
    ["# Performance", "Before."]
    + [f"<!-- {name}: made by make bench -->\n<!-- {name}: end -->" for name in ("table", "runs", "floor")]
    + ["After."]
)


def no_browser() -> NoReturn:
    raise AssertionError("nothing here needs a browser")


def test_values_are_written_in_units_that_fit_their_size() -> None:
    assert [seconds(value) for value in (0.0123, 1.234, 23.456)] == ["12.3 ms", "1.23 s", "23.5 s"]
    assert [megabytes(value) for value in (4_900_000, 153_400_000)] == ["4.9 MB", "153 MB"]
    assert [kilobytes(value) for value in (950, 299_900)] == ["0.9 kB", "300 kB"]
    assert number(100_000) == "100,000"


def test_a_budget_is_judged_by_the_ratio_that_the_table_shows() -> None:
    def judged(here: float) -> Row:
        return Measured("time", 1000, here, seconds, "floor", 2.0, most=1.5).row(RUN)

    assert judged(3.008) == Row("time", "1,000", "3.01 s", "floor", "2.00 s", "1.50", "1.5 ×", "yes", RUN)
    assert judged(3.02) == Row("time", "1,000", "3.02 s", "floor", "2.00 s", "1.51", "1.5 ×", "**no**", RUN)


def test_a_bound_is_in_the_unit_of_the_value_and_needs_nothing_beside_it() -> None:
    assert Measured("bytes", 20, 300_000, kilobytes, bound=300_000).row(RUN) == Row(
        "bytes", "20", "300 kB", budget="300 kB", met="yes", run=RUN
    )
    assert Measured("bytes", 20, 300_001, kilobytes, bound=300_000).met is False


def test_without_a_budget_nothing_is_judged_and_counts_have_no_ratio() -> None:
    assert Measured("rooms received", 1000, 1000, number, "library", 900).row(RUN) == Row(
        "rooms received", "1,000", "1,000", "library", "900", run=RUN
    )
    assert Measured("time", None, 1, seconds, "nothing", 0, most=1.5).met is None


def test_the_exponent_is_that_of_the_power_the_values_follow() -> None:
    assert slope([10, 100, 1000], [3, 3, 3]) == pytest.approx(0)
    assert slope([10, 100, 1000], [2, 20, 200]) == pytest.approx(1)
    assert slope([1, 4, 16], [5, 10, 20]) == pytest.approx(0.5)


@pytest.mark.parametrize(("sizes", "values"), [([10, 10], [1, 2]), ([10, 100], [0, 1])])
def test_growth_that_cannot_be_fitted_is_an_error(sizes: list[float], values: list[float]) -> None:
    with pytest.raises(ValueError, match="two sizes"):
        slope(sizes, values)


def test_growth_is_fitted_from_a_thousand_rooms_up_where_two_sizes_are_known() -> None:
    def at(rooms: int, here: float, there: float) -> Measured:
        return Measured("time", rooms, here, seconds, "floor", there, grows=True, steepest=1.0)

    rows = growths([at(20, 50, 1), at(1_000, 1, 1), at(100_000, 1000, 10)], RUN)
    assert rows == [
        Row("exponent of time, 1,000 to 100,000 rooms", "growth", "1.50", "floor", "0.50", "", "1.00", "**no**", RUN)
    ]
    assert growths([at(20, 50, 1), at(1_000, 1, 1)], RUN) == []
    assert growths([Measured("bytes", rooms, 1, kilobytes) for rooms in (1_000, 10_000)], RUN) == []


def test_things_are_measured_in_turns_and_slow_ones_less_often() -> None:
    done: list[str] = []
    given = alternating({name: lambda name=name: done.append(name) for name in "abc"}, 2, {"c": 1})  # type: ignore[misc]
    assert done == ["a", "b", "c", "a", "b"]
    assert {name: len(ones) for name, ones in given.items()} == {"a": 2, "b": 2, "c": 1}


def test_a_line_of_the_table_is_read_back_as_the_row_it_was() -> None:
    row = Row("time", "1,000", "1.00 s", "floor", "0.50 s", "2.00", "1.5 ×", "**no**", RUN)
    assert Row.of(row.line) == row
    assert Row.of(failed(20, "a | b\nc", RUN).line).here == "a b c"


def test_a_run_replaces_the_rows_of_its_parts_and_sizes_and_no_others() -> None:
    kept = {
        "reading": [
            Row("time", "20", "1 s", run=RUN),
            Row("memory", "20", "1 MB", run=RUN),
            Row("time", "1,000", "2 s"),
        ],
        "travel": [Row("overview", "20", "9 kB", run=RUN)],
    }
    both = merged(kept, {"reading": [failed(20, "no browser", LATER)]})
    assert both["reading"] == [failed(20, "no browser", LATER), Row("time", "1,000", "2 s")]
    assert both["travel"] == kept["travel"]


def test_sizes_stand_in_order_and_growth_after_them() -> None:
    rows = [Row("b", "growth"), Row("time", "10,000"), Row("time", "20"), Row("memory", "20"), Row("a", "")]
    assert [(row.what, row.rooms) for row in merged({}, {"reading": rows})["reading"]] == [
        ("time", "20"), ("memory", "20"), ("time", "10,000"), ("a", ""), ("b", "growth"),
    ]  # fmt: skip


def test_the_text_around_the_tables_stays_and_what_is_written_is_read_back() -> None:
    first = {
        "screens": [Row("click", "20", "2 s", "a plain page", "1 s", run=RUN), Row("click", "1,000", "3 s", run=RUN)],
        "calls": [Row("first visit", "", "9", run=RUN)],
    }
    once = written(EMPTY, first, RUN, "2 cores")
    assert once.startswith("# Performance\nBefore.\n<!-- table")
    assert once.endswith("<!-- floor: end -->\nAfter.")
    assert {part: rows for part, rows in read(once)[0].items() if rows} == first
    assert read(once)[1] == {RUN: "2 cores"}
    assert "| A plain page | 20 rooms |\n| --- | ---: |\n| click | 1 s |\n" in once
    assert written(once, first, RUN, "2 cores") == once


def test_a_run_that_no_row_is_of_any_more_is_forgotten() -> None:
    once = written(EMPTY, {"calls": [Row("first visit", "", "9", run=RUN)]}, RUN, "2 cores")
    twice = written(once, {"reading": [Row("time", "20", "1 s", run=LATER)]}, LATER, "4 cores")
    assert read(twice)[1] == {RUN: "2 cores", LATER: "4 cores"}
    assert read(written(twice, {"calls": [Row("first visit", "", "8", run=LATER)]}, LATER, "4 cores"))[1] == {
        LATER: "4 cores"
    }


def test_the_document_has_a_place_for_every_table() -> None:
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    rows = {part: [Row("time", "20", "1 s", run=RUN)] for part in PARTS}
    assert read(written(text, rows, RUN, "2 cores"))[0].keys() == rows.keys()
    with pytest.raises(ValueError, match="no place for the table"):
        read("# Performance")


def test_a_part_that_fails_costs_its_own_rows_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Site) -> None:
        raise RuntimeError("no disk")

    def sound(site: Site) -> list[Measured]:
        return [Measured("time", site.rooms, 1.0, seconds)]

    monkeypatch.setattr(reading, "measure", broken)
    monkeypatch.setattr("benchmarks.speed.commands.measure", sound)
    result = bench(["reading", "commands"], [20, 1000], runs=1, minutes=1)
    assert [row.here for row in result.rows["reading"]] == ["RuntimeError: no disk"] * 2
    assert [row.rooms for row in result.rows["reading"]] == ["20", "1,000"]
    assert [row.here for row in result.rows["commands"]] == ["1.00 s"]
    assert result.failures == [f"reading, {size} rooms: RuntimeError: no disk" for size in ("20", "1,000")]


def test_what_does_not_begin_in_time_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    result = bench(["reading"], [20], runs=1, minutes=0)
    assert [row.here for row in result.rows["reading"]] == ["not begun within 0 minutes"]


def test_every_room_is_read_here_and_by_the_others(tmp_path: Path) -> None:
    with ExitStack() as stack:
        site = Site(20, 1, tmp_path, stack, no_browser)
        measured = list(reading.measure(site))
    received = {(one.what, one.against): (one.here, one.there) for one in measured if "received" in one.what}
    in_order = {key: rooms for key, rooms in received.items() if "ties" not in key[0]}
    assert in_order == {("rooms received of 20", name): (20, 20) for name in (reading.PAGES, reading.LIBRARY)}
    # With ties in no order only what is asked for at once, or checked, is whole.
    assert {here for here, _ in received.values()} == {20}
    assert {one.against for one in measured if one.what == "time" and one.here > 0} == set(reading.PEERS)


def test_the_picture_of_past_weeks_is_made_of_what_the_page_makes_it_of() -> None:
    totals, heat = trends.picture(
        activity_of({"name": "general", "messages": 4, "previous_messages": 3}), history_of({"general": [1, 3, 4]})
    )
    assert [week.messages for week in totals.weeks] == [1, 3, 4]
    assert [row.weeks for row in heat.rows] == [(1, 3, 4)]
