"""What decides on colours, arrows and shapes: whether something is news."""

from __future__ import annotations

import pytest

from engagement.display import arrows
from engagement.display.palette import DARK, LIGHT
from engagement.numbers.verdict import NEWS, SIGNALS


@pytest.mark.parametrize(
    ("signal", "way"),
    [
        ("rising", 1), ("returned", 1), ("falling", -1), ("unusually silent", -1),
        ("no clear change", 0), ("too few weeks", 0), ("", 0),
    ],
)  # fmt: skip
def test_a_signal_points_one_way_and_everything_else_neither(signal, way):
    assert arrows.way(signal) == way


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_only_news_has_a_colour(tokens):
    assert {signal for signal in SIGNALS if arrows.colour(signal, tokens) in (tokens.up, tokens.down)} == {*NEWS}
    assert arrows.colour("no clear change", tokens) == tokens.muted
    assert arrows.colour("no clear change", tokens, tokens.ink) == tokens.ink
    assert arrows.colour("falling", tokens, tokens.ink) == tokens.down


def test_whoever_sees_no_colour_is_told_by_an_arrow():
    assert arrows.told("rising", "+61") == "▲ +61"
    assert arrows.told("falling", "−15") == "▼ −15"
    assert arrows.told("no clear change", "+400") == "+400"
