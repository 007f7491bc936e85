"""Links to a view: everything spelled out, and days that move along or stay."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from engagement.display.views import compose
from engagement.numbers.periods import Period

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
PAGE = "https://engagement.example.org/top_channels"


def test_a_link_spells_out_the_usual_choices_too() -> None:
    link = compose(PAGE, {"period": ["Last full week"], "types": ["Channels", "Private"], "without": []}, None)
    assert link == f"{PAGE}?period=Last+full+week&types=Channels&types=Private"


def test_a_link_with_fixed_days_has_them_instead_of_the_choice_of_period() -> None:
    shown = {"period": ["Custom range"], "from": ["2020-01-01"], "to": ["2020-01-31"], "search": ["a&b"]}
    link = compose(PAGE, shown, WEEK)
    assert parse_qs(urlsplit(link).query) == {
        "period": ["Custom range"],
        "from": ["2026-11-09"],
        "to": ["2026-11-15"],
        "search": ["a&b"],
    }


def test_the_query_of_the_address_is_replaced() -> None:
    assert compose(f"{PAGE}?search=old#part", {"search": ["new"]}, None) == f"{PAGE}?search=new"


@given(st.dictionaries(st.sampled_from(["search", "without", "room"]), st.lists(st.text(min_size=1), min_size=1)))
def test_what_goes_into_a_link_comes_out_of_it(shown: dict[str, list[str]]) -> None:
    link = compose(PAGE, shown, None)
    assert parse_qs(urlsplit(link).query, keep_blank_values=True) == shown
    assert link.isascii()
