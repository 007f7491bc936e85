"""Colours can be read and told apart, and those of the pages are those of the figures."""

from __future__ import annotations

import tomllib

import pytest

from engagement.display.palette import DARK, LIGHT, faded
from tests import ROOT


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_read_and_told_apart(theme):
    for colour in (theme.ink, theme.muted, theme.this, theme.up, theme.down, *theme.others):
        assert contrast(colour, theme.paper) >= 4.5
        assert contrast(colour, theme.panel) >= 4.5
    assert len({theme.this, *theme.others}) == 5
    ages = [contrast(colour, theme.paper) for colour in theme.silent]
    assert ages == sorted(ages)
    assert ages[0] >= 1.6
    heat = [contrast(colour, theme.paper) for colour in theme.heat]
    assert heat == sorted(heat)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_theme_of_the_pages_has_the_colours_of_the_figures(theme):
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    set_there = config["theme"][theme.name]
    assert set_there["textColor"] == theme.ink
    assert set_there["backgroundColor"] == theme.paper
    assert set_there["secondaryBackgroundColor"] == theme.panel
    assert set_there["borderColor"] == theme.line
    assert (set_there["blueColor"], set_there["blueTextColor"]) == (theme.up, theme.up)
    assert (set_there["orangeColor"], set_there["orangeTextColor"]) == (theme.down, theme.down)
    assert set_there["grayTextColor"] == theme.muted
    assert len(set(set_there["chartCategoricalColors"])) >= 10
    assert len(set_there["chartSequentialColors"]) == len(set_there["chartDivergingColors"]) == 10
    # Streamlit writes white on the primary colour in both themes.
    assert contrast(set_there["primaryColor"], "#FFFFFF") >= 4.5


def test_captions_have_the_muted_colours():
    style = (ROOT / "engagement" / "ui" / "style.css").read_text(encoding="utf-8")
    assert f"light-dark({LIGHT.muted}, {DARK.muted})" in style


def test_a_faded_colour_keeps_its_hue():
    assert faded("#FF8000", 0.5) == "rgba(255, 128, 0, 0.5)"
