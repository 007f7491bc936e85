"""How rooms, numbers and days are written."""

import html
import unicodedata
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.display import wording
from engagement.numbers.periods import Period

FAMILY = "👩‍👩‍👧‍👦"
GERMANY = "🇩🇪"

# Letters, signs that join, combine or change direction, and anything else.
odd_text = st.text(
    st.one_of(
        st.sampled_from("ab #-…🎉👩\u200d\ufe0f\u0301\u0300🇩🇪🏽שלםقن\u2068\u2069産\u1161\u20e3"),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("type_", "kind", "label"),
    [
        ("channel", "room", "#release-help"),
        ("private", "room", "🔒 release-help"),
        ("channel", "discussion", "› release-help"),
        ("private", "discussion", "› release-help"),
        ("private", "team", "◊ release-help"),
        ("direct", "room", "release-help"),
        ("something new", "room", "release-help"),
    ],
)
def test_the_sign_before_a_name_tells_its_type(type_, kind, label):
    assert wording.room_label("release-help", type_, kind) == label


def test_a_mask_stands_in_place_of_the_name_and_the_sign_stays():
    assert wording.room_label("ada × bob", "direct", "room", mask="direct message") == "direct message"
    assert wording.room_label("salaries", "private", "room", mask="room 3") == "🔒 room 3"


@pytest.mark.parametrize("name", ["", "   ", "\u200b\n", None, float("nan"), 7])
def test_a_room_without_a_name_says_so(name):
    assert wording.room_label(name, "channel") == "#(no name)"


def test_a_name_from_right_to_left_does_not_turn_its_sign_and_number_around():
    assert wording.room_label("שלום", "channel") == "#\u2068שלום\u2069"
    assert wording.isolated("hello 12") == "hello 12"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("two\nlines\tand\x00more", "two lines and more"),
        ("  much   room  ", "much room"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("in\u2066vis\u200bible\ufeff", "invisible"),
        ("half\ud83d", "half\ufffd"),
        ("e\u0301", "é"),
        ("z" + "\u0302" * 40, "ẑ" + "\u0302" * 3),
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_cleaned_name_is_one_line_without_tricks(name, cleaned):
    assert wording.clean(name) == cleaned


def test_labels_of_a_table_hide_people_unless_asked_for():
    rooms = pd.DataFrame(
        {"name": ["general", "ada × bob", "general"], "type": ["channel", "direct", "private"], "kind": ["room"] * 3},
        index=[4, 2, 9],
    )
    assert wording.room_labels(rooms).to_dict() == {4: "#general", 2: "direct message", 9: "🔒 general"}
    assert wording.room_labels(rooms, show_people=True).to_dict() == {4: "#general", 2: "ada × bob", 9: "🔒 general"}
    assert wording.room_labels(rooms.iloc[:0]).tolist() == []


def test_every_sign_is_explained():
    for sign in wording.SIGNS.values():
        assert sign.strip() in wording.SIGNS_NOTE


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
    name = wording.isolated(wording.clean(text.replace("…", "x")))
    shortened = wording.short(name, limit)
    assert shortened.count("\u2068") == shortened.count("\u2069")
    if shortened != name:
        head, _, tail = shortened.partition("…")
        assert name.startswith(head)
        for rest in (name[len(head) :], tail):
            assert not head or not rest or unicodedata.category(rest[0]) not in ("Mn", "Me", "Mc")
            assert not rest.startswith(("\u200d", "🏽"))


@given(odd_text)
def test_a_label_is_always_one_line_that_can_be_written_to_a_file(text):
    label = wording.room_label(text, "channel")
    label.encode()
    assert label.splitlines() == [label]
    assert not any(unicodedata.category(character) == "Cc" for character in label)


def test_html_is_escaped_in_elements_and_in_attributes():
    assert wording.for_html("<b a='x'>\"&amp;") == "&lt;b a=&#x27;x&#x27;&gt;&quot;&amp;amp;"


def test_plotly_reads_neither_markup_nor_templates_nor_formulas():
    assert wording.for_plotly("<b>x</b> & %{y} $z$") == "&lt;b&gt;x&lt;/b&gt; &amp; &#37;{y} &#36;z&#36;"


@given(odd_text)
def test_what_plotly_is_given_reads_as_the_label(text):
    assert (
        html.unescape(wording.for_plotly(wording.clean(text) + "<&%{$"))
        == html.unescape(wording.clean(text).replace("&", "&amp;")) + "<&%{$"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("#a_b", r"\#a\_b"),
        ("*b* ~s~ `c`", r"\*b\* \~s\~ \`c\`"),
        ("[l](x) <b> $m$", r"\[l\]\(x\) \<b\> \$m\$"),
        ("1. one", r"1\. one"),
        ("a|b \\ &lt;", r"a\|b \\ \&lt\;"),
        (":red[x]", "\\:\u2060red\\[x\\]"),
        (":material/home:", "\\:\u2060material\\/home\\:"),
        (":100: :+1:", "\\:\u2060100\\: \\:\u2060\\+1\\:"),
        ("https://x", "https\\:\u2060\\/\\/x"),
        ("www.x.org", "www\u2060\\.x\\.org"),
        ("a@b", "a\u2060\\@b"),
        ("a -> b", "a \\-\u2060\\> b"),
        ("at 10:30", r"at 10\:30"),
        ("🔒 plain › é", "🔒 plain › é"),
    ],
)
def test_markdown_shows_a_name_as_it_is(text, written):
    assert wording.for_markdown(text) == written


@given(odd_text)
def test_markdown_meets_no_punctuation_that_is_not_escaped(text):
    written = wording.for_markdown(text)
    for sign in "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~":
        assert written.count(f"\\{sign}") == written.count(sign) == text.count(sign)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("general", "general"),
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("  =x", "'=x"),
        ("\tx", "'x"),
        ("\rx", "'x"),
        ("＝x", "'＝x"),
        ("a=b", "a=b"),
        ("a\x00b\x1bc", "a b c"),
        ("#\u2068שלום\u2069", "#שלום"),
        (None, ""),
    ],
)
def test_a_cell_is_never_a_formula(text, cell):
    assert wording.for_spreadsheet(text) == cell


def test_a_cell_is_never_longer_than_the_cap_and_never_ends_in_half_a_sign():
    assert wording.for_spreadsheet("x" * 300) == "x" * 300
    assert wording.for_spreadsheet("x" * 301) == "x" * 299 + "…"
    assert wording.for_spreadsheet("ab" + FAMILY, longest=5) == "ab…"


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


@pytest.mark.parametrize(
    ("value", "plain", "with_sign"),
    [
        (0, "0 %", "0 %"),
        (83.4, "83 %", "+83 %"),
        (10, "10 %", "+10 %"),
        (9.94, "9.9 %", "+9.9 %"),
        (9.96, "10 %", "+10 %"),
        (4.0, "4.0 %", "+4.0 %"),
        (0.04, "0.0 %", "0.0 %"),
        (-0.04, "0.0 %", "0.0 %"),
        (-20.2, "−20 %", "−20 %"),
        (-3.25, "−3.3 %", "−3.3 %"),
        (862.5, "863 %", "+863 %"),
        (-862.5, "−863 %", "−863 %"),
        (1234.0, "1,234 %", "+1,234 %"),
        (np.nan, "–", "–"),
        (None, "–", "–"),
        (float("inf"), "–", "–"),
    ],
)
def test_percentages_have_a_decimal_only_below_ten(value, plain, with_sign):
    assert wording.percent(value) == plain.replace(" ", "\u00a0")
    assert wording.signed_percent(value) == with_sign.replace(" ", "\u00a0")


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
