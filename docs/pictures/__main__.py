"""Takes the pictures of the pages, in a demo workspace whose clock stands still.

    python -m docs.pictures                 the few of README and tour, into docs/images
    python -m docs.pictures --all DIR       each width, theme, workspace and number of days by itself, into DIR
    python -m docs.pictures --all DIR --pages overview,report --sizes 390,zoom --workspaces 20 --days 1,366

With --all every picture is a file, and every page has a contact sheet of them. What is named is taken in every
combination; a workspace is a number of rooms, "names" (names that are hard to draw), or a folder with a community.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from playwright.sync_api import sync_playwright

from docs.pictures import album, scenes
from docs.pictures.camera import Camera, sheet
from docs.pictures.scenes import Scene
from docs.pictures.stage import Stage
from tests.support import browser


def some(*allowed: str) -> Callable[[str], list[str]]:
    """Reads some of the words ``allowed``, any where there are none."""

    def read(text: str) -> list[str]:
        words = [word.strip() for word in text.split(",")]
        if allowed and (unknown := [word for word in words if word not in allowed]):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: known are {', '.join(allowed)}")
        return words

    return read


def wanted(given: argparse.Namespace) -> list[Scene]:
    """The scenes that the options name."""
    named = {"size": given.sizes, "theme": given.themes, "workspace": given.workspaces, "days": given.days}
    named = {field: values for field, values in named.items() if values}
    return scenes.chosen(page=given.pages, **named) if named else scenes.usual(given.pages)


@contextmanager
def camera_of(workspace: str) -> Iterator[Camera]:
    """A camera in front of the dashboard of a workspace."""
    with (
        tempfile.TemporaryDirectory() as home,
        Stage(Path(home), workspace) as stage,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser.executable()) as opened,
    ):
        yield Camera(opened, stage.url, str(playwright.devices["Pixel 7"]["user_agent"]))


def take(asked: Sequence[Scene], folder: Path) -> None:
    """Every scene as a file in the folder, and a contact sheet for every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for workspace, together in groupby(asked, key=lambda scene: scene.workspace):
        with camera_of(workspace) as camera:
            for scene in together:
                camera.take(scene).save(folder / f"{scene.name}.png")
                print(scene.name, flush=True)
    for page in dict.fromkeys(scene.page for scene in asked):
        mine = {
            scene.name.removeprefix(f"{page}-"): folder / f"{scene.name}.png" for scene in asked if scene.page == page
        }
        sheet(mine).save(folder / f"sheet-{page}.png")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m docs.pictures", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", type=Path, metavar="DIR", help="pictures to judge the pages by, into this folder")
    parser.add_argument("--pages", type=some(*scenes.PAGES), default=list(scenes.PAGES), metavar="PAGE,…")
    parser.add_argument("--sizes", type=some(*scenes.SIZES), metavar="SIZE,…", help=", ".join(scenes.SIZES))
    parser.add_argument("--themes", type=some(*scenes.THEMES), metavar="THEME,…")
    parser.add_argument("--workspaces", type=some(), metavar="ROOMS,…", help=", ".join(scenes.WORKSPACES))
    parser.add_argument("--days", type=some(), metavar="DAYS,…", help=", ".join(scenes.DAYS))
    given = parser.parse_args()
    if given.all is None:
        with camera_of(album.WORKSPACE) as camera:
            album.fill(camera)
    else:
        take(wanted(given), given.all)
    return 0


if __name__ == "__main__":
    sys.exit(main())
