"""The command that takes the pictures: which it takes, of what, and how it lays them beside each other."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError, Namespace
from pathlib import Path

import pytest
from PIL import Image

from docs.pictures import album, camera, scenes
from docs.pictures.__main__ import some, wanted
from docs.pictures.stage import options
from engagement.demo.files import from_files
from engagement.ui.screens import TITLES
from tests.support.documents import DOCUMENTS, links


def asked(**values: object) -> Namespace:
    usual = {"pages": ["overview"], "sizes": None, "themes": None, "workspaces": None, "days": None}
    return Namespace(**usual | values)


def test_what_is_named_is_taken_in_every_combination_and_the_rest_is_as_usual() -> None:
    taken = wanted(asked(pages=["overview", "room"], sizes=["390", "zoom"], days=["1"]))
    assert sorted(scene.name for scene in taken) == [
        "overview-1200-rooms-1-days-390-light",
        "overview-1200-rooms-1-days-zoom-light",
        "room-1200-rooms-1-days-390-light",
        "room-1200-rooms-1-days-zoom-light",
    ]


def test_where_nothing_is_named_each_dimension_is_taken_by_itself_on_every_page() -> None:
    taken = wanted(asked(pages=list(scenes.PAGES)))
    # 9 sizes in 2 themes, 4 more workspaces and 3 more numbers of days on 3 sizes each.
    assert len(taken) == 7 * (9 * 2 + 3 * 4 + 3 * 3) == len({scene.name for scene in taken})
    assert {scene.page for scene in taken} == set(TITLES)


def test_a_word_that_is_none_of_them_is_refused_with_those_that_are() -> None:
    assert some("390", "zoom")("zoom, 390") == ["zoom", "390"]
    with pytest.raises(ArgumentTypeError, match="400: known are 390, zoom"):
        some("390", "zoom")("390,400")


def test_days_end_with_the_week_before_the_moment_at_which_the_clock_stands() -> None:
    assert scenes.Scene("overview").address == ""
    assert scenes.Scene("trends", days="1").address == "trends?period=Custom+range&from=2026-11-15&to=2026-11-15"
    assert scenes.Scene("room", days="90").address == "room?period=Custom+range&from=2026-08-18&to=2026-11-15"


def test_a_folder_is_a_workspace_too_and_gives_the_file_its_name(tmp_path: Path) -> None:
    assert scenes.Scene("room", workspace="/data/eth").name == "room-eth-rooms-7-days-1440-light"
    assert options("/data/eth", tmp_path).data == Path("/data/eth")
    assert options("20", tmp_path).rooms == 20


def test_hard_names_are_a_community_with_long_equal_and_right_to_left_names(tmp_path: Path) -> None:
    made = options(scenes.NAMES, tmp_path)
    assert made.data is not None
    titles = [room.title for room in from_files(made.data).rooms]
    assert titles.count("How do we translate the price list?") == 6
    assert any(title and re.search("[א-ת]", title) for title in titles)
    assert any(title and len(title) > 120 for title in titles)


def test_a_contact_sheet_has_every_picture_in_rows_no_wider_than_itself(tmp_path: Path) -> None:
    for n, colour in enumerate(("red", "lime", "blue")):
        Image.new("RGB", (1200, 400), colour).save(tmp_path / f"{n}.png")
    made = camera.sheet({f"picture {n}": tmp_path / f"{n % 3}.png" for n in range(6)})
    found = {colour: count for count, colour in made.getcolors(1_000_000) or ()}
    # A cell is 300 points wide at most; five stand in a row of 1,560.
    assert [found[colour] for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))] == [2 * 300 * 100] * 3
    assert made.width == 1560
    assert made.height == 2 * (100 + 34)


def test_the_pictures_of_the_documents_are_those_that_the_command_takes_and_each_is_shown() -> None:
    there = {path.stem for path in album.IMAGES.iterdir()}
    assert there == set(album.PICTURES)
    shown = {Path(link).stem for document in DOCUMENTS for link in links(document) if "images/" in link}
    assert shown == there


def test_a_picture_is_another_one_when_somebody_could_see_it() -> None:
    def grey(shade: int, width: int = 3) -> Image.Image:
        return Image.new("RGB", (width, 3), (shade, shade, shade))

    assert camera.alike(grey(100), grey(116))
    assert not camera.alike(grey(100), grey(117))
    assert not camera.alike(grey(100), grey(100, width=4))


def test_the_pictures_of_the_documents_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in album.IMAGES.iterdir()}
    assert [name for name, size in sizes.items() if size > 150_000] == []
