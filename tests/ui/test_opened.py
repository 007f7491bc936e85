"""Any link: the page shows, what it asks for and nobody offers is named in one sentence, and nothing is an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.errors import InvalidPeriod
from engagement.numbers.periods import checked_period
from engagement.ui.opened import ignored
from tests.support.access_tools import PAGES, TODAY, process, read, signed_in, tab, text_of
from tests.support.clock import Clock

PERIODS = ["Last full week", "Last 7 full days", "Last 4 full weeks", "Last full month", "Last 30 days", "Last 90 days",
           "This week so far", "Custom range"]  # fmt: skip
TYPES = ["Channels", "Private", "Direct"]
# Of every page, what may stand under each name: the first of it is the usual.
OFFERED = {
    "period": PERIODS,
    "compare": ["Previous period", "Same weekdays before", "A year before", "From a day on"],
    "types": TYPES,
    "archived": ["false", "true"],
    "top": ["10", "20", "30"],
    "weeks": ["13", "26", "52"],
    "heat": ["20", "40"],
    "sort": ["Default order", "Messages", "Change", "Change %", "Silent days", "Members", "Last message", "Room"],
    "moved": ["New", "Back", "Fell silent"],
    "exempt": ["false", "true"],
}
DAYS = ["2026-11-09", "2026/11/10", "2014-12-31", "2100-01-01", "0000-00-00", "9999-12-31", "20261109", "2026-02-30",
        "2026-W46-1", "-1", "1e9", "today"]  # fmt: skip
FREE = ["search", "without", "room", "beside"]
# Names of what is no control of the link: it sets none of them.
OTHERS = ["left_out", "room_choice", "_session_id", "_view", "people", "report_mask", "embed", "utm_source", ""]
ODD = ["", " ", "\ud800", "\udfff\ud800", "\x00", "\x1b[2J", "\u202e", "x" * 20_000, "9" * 400, "\n", "[]", "true\x00",
       "<img src=x>", "%", "__proto__", "None", "nan", "-0", "Last full week\n"]  # fmt: skip
TEXTS = st.one_of(st.sampled_from([*ODD, *DAYS]), st.text(max_size=12), st.integers().map(str))
Query = Mapping[str, Sequence[str]]


def queries(names: Sequence[str]) -> st.SearchStrategy[dict[str, list[str]]]:
    """Queries with any of the names, each with a value or several, offered ones among them."""

    def values(name: str) -> st.SearchStrategy[tuple[str, list[str]]]:
        usual = st.sampled_from(OFFERED.get(name) or DAYS if name not in FREE else ["room-1", "general"])
        return st.lists(usual | TEXTS, min_size=1, max_size=4).map(lambda found: (name, found))

    return st.lists(st.sampled_from(names).flatmap(values), max_size=5).map(dict)


def sent(query: Query) -> dict[str, list[bytes]]:
    """The query as bytes, so that what is no text can be sent too."""
    return {name: [value.encode("utf-8", "surrogatepass") for value in values] for name, values in query.items()}


def arrived(text: str) -> str:
    """What a server reads where ``text`` was sent."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def told(app: AppTest) -> set[str]:
    """The names that the sentence about the link tells."""
    sentences = [one.value for one in app.warning if one.value.startswith("This link asks for something unknown")]
    assert len(sentences) <= 1
    return set(sentences[0].split("(")[1].split(")")[0].split(", ")) if sentences else set()


def only_the_filters() -> None:
    """The filters of the frame alone, over two rooms."""
    from datetime import date

    import streamlit as st

    from engagement.errors import InvalidPeriod
    from engagement.ui import filters, opened
    from tests.support.report_tools import activity_of

    rooms = activity_of({"name": "general", "messages": 3}, {"name": "room-1"})
    opened.begin()
    try:
        chosen = filters.choose(date(2026, 11, 22), lambda *_: rooms)
        st.caption(f"{chosen.period} {len(chosen.filters.keep(rooms.rooms))}")
    except InvalidPeriod as error:
        st.error(str(error))
    opened.say()


def day_of(text: str) -> date | None:
    """The day that a field of the framework reads, inside its bounds."""
    for form in ("%Y-%m-%d", "%Y/%m/%d"):
        try:
            day = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return day if date(2015, 1, 1) <= day <= date(2099, 12, 31) else None
    return None


@settings(suppress_health_check=[HealthCheck.too_slow])
@example(query={"period": ["Custom range"], "from": ["2014-12-31"], "to": ["2026-11-15"]})
@example(query={"from": ["2026-11-09"], "to": ["2026-11-15"]})
@example(query={"period": ["Custom range"], "from": ["2026/11/09"], "to": ["2026-11-15"]})
@example(query={"compare": ["From a day on"], "since": ["2026-11-02"]})
@example(query={"compare": ["From a day on"], "since": ["2026-11-10"]})
@example(query={"search": ["\ud800"], "without": ["room-1", "\ud800", "", "room-1"]})
@given(query=queries(["period", "types", "archived", "search", "without", "from", "to", "compare", "since", *OTHERS]))
def test_whatever_a_link_says_the_filters_are_drawn_and_what_is_unknown_is_named(query: Query) -> None:
    app = AppTest.from_function(only_the_filters)
    app.query_params = dict(sent(query))
    app.run()
    assert not app.exception, app.exception[0].message
    assert len(app.error) + len([one for one in app.caption if one.value.startswith("20")]) == 1
    asked = {name: [arrived(value) for value in values] for name, values in query.items()}
    assert told(app) >= unknown(asked)
    # What is offered, once, is never called unknown.
    fine = {name for name, [first, *more] in asked.items() if first in OFFERED.get(name, ()) and not more}
    assert not told(app) & fine
    # A value that is none of the link's controls sets nothing.
    assert told(app) <= {"period", "types", "archived", "search", "without", "from", "to", "compare", "since"}


def unknown(asked: Query) -> set[str]:
    """The names of a link in which something stands that nobody offers."""
    found = {
        name
        for name in ("period", "compare", "types", "archived")
        if {value.casefold() for value in asked.get(name, ()) if value} - {one.casefold() for one in OFFERED[name]}
    }
    found |= {
        name
        for name in ("from", "to", "since")
        if any(value and day_of(value) is None for value in asked.get(name, ()))
    }
    return found | ({"without"} if set(asked.get("without", ())) - {"", "general", "room-1"} else set())


@given(st.dates(), st.dates(), st.integers(1, 366))
def test_any_two_days_are_a_period_or_a_sentence(start: date, end: date, longest: int) -> None:
    try:
        period = checked_period(start, end, TODAY, longest)
    except InvalidPeriod:
        return
    assert (period.start, period.end) == (start, end)
    assert period.start <= TODAY
    assert period.days <= longest


@given(st.lists(st.text(max_size=5)), st.lists(st.text(min_size=1, max_size=5)))
def test_nothing_is_ignored_of_what_is_shown(link: list[str], shown: list[str]) -> None:
    assert not ignored(shown, [*shown, *link])
    assert not ignored([""], shown)
    assert ignored(["\x00 never offered", *link], shown)


@pytest.fixture(scope="module")
def session_id(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    clock = Clock()
    with (
        DemoServer(Options(rooms=30, today=TODAY, rate_limit=0), clock=clock) as server,
        process(tmp_path_factory.mktemp("links"), clock, WORKSPACE_ALLOW_TYPED_URL="true") as running,
    ):
        yield signed_in(running, server)


CONTROLS = {
    "overview": [],
    "top_channels": ["top", "sort"],
    "inactive_rooms": ["exempt", "sort"],
    "week_over_week": ["moved", "sort"],
    "trends": ["weeks", "heat", "room"],
    "room": ["room", "beside"],
    "report": [],
}


@pytest.mark.parametrize("page", PAGES)
@settings(
    max_examples=max(5, settings.default.max_examples // 100),  # type: ignore[union-attr]
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_a_link_says_every_page_shows(page: str, session_id: str, data: st.DataObject) -> None:
    names = [*CONTROLS[page], "period", "compare", "since", "types", "search", "from", "without", *OTHERS]
    query = data.draw(queries(names), label="query")
    app = read(tab(session_id, page, **sent(query)))  # type: ignore[arg-type]
    assert not app.exception, app.exception[0].message
    assert app.title
    assert "inside this dashboard" not in " ".join(one.value for one in app.error)
    typed = {"Custom range", "From a day on"}.intersection(*[[*query.get("period", ()), *query.get("compare", ())]])
    assert not app.error or typed, app.error[0].value
    asked = {name: [arrived(value) for value in query.get(name, ())] for name in CONTROLS[page] if name in OFFERED}
    odd = {name for name, values in asked.items() if any(v and v not in OFFERED[name] for v in values)}
    if "No room matches" not in text_of(app) and not app.error:
        assert odd <= told(app) | {"sort", "exempt"}


@pytest.mark.parametrize(
    ("page", "query", "names"),
    [
        ("top_channels", {"top": "99", "sort": "Owner"}, {"top", "sort"}),
        ("top_channels", {"top": "20", "sort": "Members"}, set()),
        ("inactive_rooms", {"exempt": "perhaps", "sort": "Messages"}, {"exempt", "sort"}),
        ("week_over_week", {"moved": ["New", "Old"]}, {"moved"}),
        ("trends", {"weeks": "14", "heat": "20", "room": "nowhere"}, {"weeks", "room"}),
        ("room", {"beside": ["nowhere"]}, {"beside"}),
        ("overview", {"from": "2026-11-09", "without": "nowhere", "types": "Channels"}, {"from", "without"}),
    ],
)
def test_a_link_to_a_page_says_what_of_it_is_unknown_until_that_was_read(
    page: str, query: dict[str, str | list[str]], names: set[str], session_id: str
) -> None:
    app = read(tab(session_id, page, **query))
    assert told(app) == names
    if names:
        app.button(key="broken_read").click().run()
        assert told(app) == set()
    assert app.get("plotly_chart")


def test_two_rooms_with_one_label_are_two_entries_to_choose_from() -> None:
    def leaving_out() -> None:
        from datetime import date

        import streamlit as st

        from engagement.ui import filters, opened
        from tests.support.report_tools import activity_of

        pair = {"type": "direct", "usernames": "ada, bob"}
        rooms = activity_of({"name": "a", "messages": 2, **pair}, {"name": "b", "messages": 1, **pair})
        opened.begin()
        st.caption(",".join(filters.choose(date(2026, 11, 22), lambda *_: rooms).filters.left_out))

    app = AppTest.from_function(leaving_out).run()
    assert app.multiselect(key="left_out").options == ["direct message 4143", "direct message 8387"]
    app.multiselect(key="left_out").set_value(["direct message 8387"]).run()
    assert app.caption[-1].value == "b"
