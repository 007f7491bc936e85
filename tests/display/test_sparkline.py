"""The small line of weeks: where its points lie, and that any browser can read it."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from engagement.display.palette import DARK, LIGHT
from engagement.display.sparkline import HEIGHT, WIDTH, data_uri, svg

FEW: list[list[float]] = [[], [0.0], [5.0], [3.0, 0.0, 9.0], [-4.0, 2.0]]


def drawn(values: list[float]) -> ElementTree.Element:
    return ElementTree.fromstring(svg(values, LIGHT.up, LIGHT))


@pytest.mark.parametrize("values", FEW)
def test_every_line_stays_inside_its_box(values: list[float]) -> None:
    root = drawn(values)
    assert (root.get("width"), root.get("height")) == (str(WIDTH), str(HEIGHT))
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d") or "")
        assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in pairs)


def test_the_last_week_is_a_dot_at_the_right_in_the_colour_of_the_signal() -> None:
    [dot] = drawn([0.0, 5.0, 10.0]).iter("{http://www.w3.org/2000/svg}circle")
    # The largest of all: 3.5 pixels below the top, and left of the edge.
    assert (dot.get("cx"), dot.get("cy"), dot.get("fill")) == ("92.5", "3.5", LIGHT.up)


def test_without_weeks_only_the_ground_is_drawn() -> None:
    assert [child.tag.split("}")[1] for child in drawn([])] == ["path"]


def test_the_address_of_the_image_holds_the_drawing_and_nothing_that_ends_an_attribute() -> None:
    address = data_uri([1.0, 2.0], DARK.down, DARK)
    assert unquote(address) == "data:image/svg+xml," + svg([1.0, 2.0], DARK.down, DARK)
    assert not set(address) & set("\"'<> #")
