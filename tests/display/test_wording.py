"""How numbers, days and lengths are written, and how a long name is cut."""

import unicodedata
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.display import wording
from engagement.numbers import naming
from engagement.numbers.periods import Period
from tests.support.texts import FAMILY, odd_text

GERMANY = "🇩🇪"


@pytest.mark.parametrize(
    ("label", "limit", "shortened"),
    [
        ("#general", 28, "#general"),
        ("#" + "a" * 27, 28, "#" + "a" * 27),
        ("#incident-2026-11-08-database-failover", 28, "#incident-2026…base-failover"),
        ("abcdefghij", 5, "ab…ij"),
        ("abc def ghi jkl", 8, "abc…jkl"),
        ("産品開発室", 7, "産…室"),
        (FAMILY * 5, 6, f"{FAMILY}…{FAMILY}"),
        (GERMANY * 5, 6, f"{GERMANY}…{GERMANY}"),
        ("👍🏽" * 5, 6, "👍🏽…👍🏽"),
        ("e\u0301" * 5, 3, "e\u0301…e\u0301"),
        ("#\u2068" + "ש" * 40 + "\u2069", 8, "#\u2068ששש…ששש\u2069"),
        ("abcdef", -1, "a…f"),
    ],
)
def test_a_long_label_keeps_its_beginning_and_its_end(label, limit, shortened):
    assert wording.short(label, limit) == shortened


@given(odd_text, st.integers(3, 40))
def test_a_shortened_label_fits_and_stays_as_it_is_when_shortened_again(text, limit):
    shortened = wording.short(text, limit)
    assert wording.width(shortened) <= limit
    assert wording.short(shortened, limit) == shortened
    if wording.width(text) <= limit:
        assert shortened == text


@given(odd_text, st.integers(3, 40))
def test_a_cut_tears_no_sign_apart_and_leaves_no_isolate_open(text, limit):
    name = naming.isolated(naming.clean(text.replace("…", "x")))
    shortened = wording.short(name, limit)
    assert shortened.count("\u2068") == shortened.count("\u2069")
    if shortened != name:
        head, _, tail = shortened.partition("…")
        assert name.startswith(head)
        for rest in (name[len(head) :], tail):
            assert not head or not rest or unicodedata.category(rest[0]) not in ("Mn", "Me", "Mc")
            assert not rest.startswith(("\u200d", "🏽"))


@pytest.mark.parametrize(
    ("number", "plain", "with_sign"),
    [
        (0, "0", "0"),
        (12, "12", "+12"),
        (-3, "−3", "−3"),
        (1234567, "1,234,567", "+1,234,567"),
        (-1234, "−1,234", "−1,234"),
        (2.6, "3", "+3"),
        (2.5, "3", "+3"),
        (-2.5, "−3", "−3"),
        (0.2, "0", "0"),
        (-0.2, "0", "0"),
        (np.int64(5), "5", "+5"),
        (np.nan, "–", "–"),
        (None, "–", "–"),
        (float("inf"), "–", "–"),
    ],
)
def test_numbers_have_commas_and_a_true_minus(number, plain, with_sign):
    assert wording.count(number) == plain
    assert wording.signed(number) == with_sign


def test_a_difference_of_one_is_one_message():
    assert wording.signed_plural(1, "message") == "+1 message"
    assert wording.signed_plural(-1, "message") == "−1 message"
    assert wording.signed_plural(0, "message") == "0 messages"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1234, "1,234"), (5.5, "5.5"), (-1234.25, "−1,234.3"), (0.04, "0"), (-0.04, "0"), (None, "–")],
)
def test_an_amount_that_is_not_whole_has_one_decimal(number, said):
    assert wording.amount(number) == said


@pytest.mark.parametrize(
    ("value", "plain", "with_sign"),
    [
        (0, "0 %", "0 %"),
        (83.4, "83 %", "+83 %"),
        (10, "10 %", "+10 %"),
        (9.94, "9.9 %", "+9.9 %"),
        (9.96, "10 %", "+10 %"),
        (4.0, "4.0 %", "+4.0 %"),
        (899.4, "899 %", "+899 %"),
        (899.6, "900 %", "×10"),
        (900, "900 %", "×10"),
        (21_400, "21,400 %", "×215"),
        (0.04, "0.0 %", "0.0 %"),
        (-0.04, "0.0 %", "0.0 %"),
        (-20.2, "−20 %", "−20 %"),
        (-3.25, "−3.3 %", "−3.3 %"),
        (862.5, "863 %", "+863 %"),
        (-862.5, "−863 %", "−863 %"),
        (-1234.0, "−1,234 %", "−1,234 %"),
        (np.nan, "–", "–"),
        (None, "–", "–"),
        (float("inf"), "–", "–"),
    ],
)
def test_percentages_have_a_decimal_only_below_ten(value, plain, with_sign):
    assert wording.percent(value) == plain.replace(" ", "\u00a0")
    assert wording.signed_percent(value) == with_sign.replace(" ", "\u00a0")


def test_percents_of_a_table_are_rounded_as_they_are_told():
    values = pd.Series([4.35, 43.45, 9.96, -3.25, 0.0, -0.04, 899.6, 3049.0, np.nan])
    plain = [4.3, 43.0, 10.0, -3.3, 0.0, 0.01, 900.0, 3049.0]
    # A rise of 3,049 % is told as ×31, which is one of 3,000 %.
    changes = [4.3, 43.0, 10.0, -3.3, 0.0, 0.01, 900.0, 3000.0]
    for told, so in ((plain, False), (changes, True)):
        made = wording.told_percents(values, changes=so)
        assert list(made[:-1]) == told
        assert np.isnan(made.iloc[-1])


def test_nouns_follow_their_number():
    assert wording.plural(1, "room") == "1 room"
    assert wording.plural(0, "room") == "0 rooms"
    assert wording.plural(1200, "reply", "replies") == "1,200 replies"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2026, 11, 9), date(2026, 11, 9), "9 Nov 2026"),
        (date(2026, 11, 9), date(2026, 11, 15), "9–15 Nov 2026"),
        (date(2026, 10, 26), date(2026, 11, 1), "26 Oct – 1 Nov 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 Dec 2026 – 3 Jan 2027"),
    ],
)
def test_a_period_says_each_month_and_year_once(start, end, text):
    assert wording.period_text(Period(start, end)) == text


def test_days_are_written_with_the_month_in_words():
    assert wording.day_text(date(2024, 2, 29)) == "29 Feb 2024"
    assert wording.day_text(pd.Timestamp("2026-01-02")) == "2 Jan 2026"
    assert wording.day_text(pd.NaT) == "–"
    assert wording.day_text(None) == "–"


def test_lengths_in_days_are_written_out():
    assert [wording.days_text(days) for days in (0, 1, 2.0, 1200, np.nan, None)] == [
        "0 days", "1 day", "2 days", "1,200 days", "–", "–",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "today"),
        (1, "yesterday"),
        (2, "2 days ago"),
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (60, "8 weeks ago"),
        (61, "2 months ago"),
        (730, "23 months ago"),
        (731, "2 years ago"),
        (4000, "10 years ago"),
        (np.nan, "–"),
        (None, "–"),
    ],
)
def test_how_long_ago_in_the_largest_unit_that_still_tells(days, text):
    assert wording.ago(days) == text


def test_a_sentence_begins_with_a_word_for_the_numbers_of_a_ranking():
    assert [wording.spelled(number) for number in (1, 10, 12, 13, 20, 30, 1200)] == [
        "One", "Ten", "Twelve", "13", "Twenty", "Thirty", "1,200",
    ]  # fmt: skip
