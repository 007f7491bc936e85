"""Names are shown as they are, wherever they are shown."""

import html

import pytest
from hypothesis import given

from engagement.display import escaping
from engagement.numbers import naming
from tests.support.texts import FAMILY, odd_text


def test_plotly_reads_neither_markup_nor_templates_nor_formulas():
    assert escaping.for_plotly("<b>x</b> & %{y} $z$") == "&lt;b&gt;x&lt;/b&gt; &amp; &#37;{y} &#36;z&#36;"


@given(odd_text)
def test_what_plotly_is_given_reads_as_the_label(text):
    assert (
        html.unescape(escaping.for_plotly(naming.clean(text) + "<&%{$"))
        == html.unescape(naming.clean(text).replace("&", "&amp;")) + "<&%{$"
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
    assert escaping.for_markdown(text) == written


@given(odd_text)
def test_markdown_meets_no_punctuation_that_is_not_escaped(text):
    written = escaping.for_markdown(text)
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
    assert escaping.for_spreadsheet(text) == cell


def test_a_cell_is_never_longer_than_the_cap_and_never_ends_in_half_a_sign():
    assert escaping.for_spreadsheet("x" * 300) == "x" * 300
    assert escaping.for_spreadsheet("x" * 301) == "x" * 299 + "…"
    assert escaping.for_spreadsheet("ab" + FAMILY, longest=5) == "ab…"
