"""The small bars of weeks: how high they are, which one is marked, and that any browser can read them."""

from __future__ import annotations

from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from engagement.display.palette import DARK, LIGHT
from engagement.display.sparkline import HEIGHT, WIDTH, data_uri, svg

FEW: list[list[float]] = [[], [0.0], [5.0], [3.0, 0.0, 9.0], [-4.0, 2.0]]


def drawn(values: list[float]) -> ElementTree.Element:
    return ElementTree.fromstring(svg(values, LIGHT.up, LIGHT))


def bars(values: list[float]) -> list[tuple[float, float, str | None]]:
    """Left edge, height and colour of each, none of which leaves the box."""
    found = []
    for bar in drawn(values).iter("{http://www.w3.org/2000/svg}rect"):
        x, y, wide, high = (float(bar.get(name) or 0) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert x + wide <= WIDTH
        assert y >= 0
        assert y + high == pytest.approx(HEIGHT)
        found.append((x, high, bar.get("fill")))
    return found


@pytest.mark.parametrize("values", FEW)
def test_every_week_has_a_bar_inside_the_box_the_last_one_at_the_right_edge(values: list[float]) -> None:
    root = drawn(values)
    assert (root.get("width"), root.get("height")) == (str(WIDTH), str(HEIGHT))
    assert len(bars(values)) == len(values)
    assert [x for x, *_ in bars(values)][-1:] == ([87] if values else [])


def test_bars_are_drawn_from_zero_to_the_strongest_and_only_the_last_has_the_colour_of_the_signal() -> None:
    *before, last = bars([13.0, 0.0, -5.0, 26.0])
    assert [high for _, high, _ in before] == [13, 0, 0]
    assert (last[1], last[2]) == (HEIGHT, LIGHT.up)
    assert LIGHT.up not in [colour for *_, colour in before]


def test_where_four_weeks_are_judged_all_four_have_the_colour_of_the_signal() -> None:
    colours = [
        one.get("fill") for one in ElementTree.fromstring(svg([9.0, 9.0, 1.0, 2.0, 0.0, 3.0], LIGHT.down, LIGHT, 4))[1:]
    ]
    assert [colour == LIGHT.down for colour in colours] == [False, False, True, True, True, True]


def test_a_last_week_of_nothing_is_marked_all_the_same() -> None:
    assert bars([5.0, 0.0])[-1] == (87, 2, LIGHT.up)


def test_without_weeks_only_the_ground_is_drawn() -> None:
    assert [child.tag.split("}")[1] for child in drawn([])] == ["path"]


def test_the_address_of_the_image_holds_the_drawing_and_nothing_that_ends_an_attribute() -> None:
    address = data_uri([1.0, 2.0], DARK.down, DARK)
    assert unquote(address) == "data:image/svg+xml," + svg([1.0, 2.0], DARK.down, DARK)
    assert not set(address) & set("\"'<> #")
