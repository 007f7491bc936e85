"""Takes a page from its head to its foot, when all of it is drawn, and lays many pictures beside each other."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect

from docs.pictures.scenes import PHONE, SIZES, Scene

LONGEST = 8_000
# Milliseconds for the first look at a large workspace.
PATIENCE = 600_000
# Looks at the page until two in a row see the same; of a page that never stands still, the last one counts.
_MOST_LOOKS = 12
# Of the 256 shades of a colour.
_UNSEEN = 16
_HEIGHT = """Math.max(...[...document.querySelectorAll('[data-testid=stMain]')].map(part => part.scrollHeight))"""
_WIDTH = """Math.max(...[...document.querySelectorAll('[data-testid=stMain]')].map(part => part.scrollWidth))"""
# Of a contact sheet: how wide it is, and how large each picture is on it at most.
_SHEET, _CELL, _GAP = 1_560, (300, 800), 10


class Camera:
    """A browser in front of one dashboard, in which somebody explores the demo workspace."""

    def __init__(self, browser: Browser, address: str, user_agent: str) -> None:
        self._browser, self._address, self._phone = browser, address, user_agent
        self._known = self._explored()

    def _explored(self) -> StorageState:
        context = self._browser.new_context()
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(self._address)
        page.get_by_role("button", name="Explore the demo workspace").click(timeout=PATIENCE)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible(timeout=PATIENCE)
        settled(page)
        kept = context.storage_state()
        context.close()
        return kept

    @contextmanager
    def opened(self, scene: Scene) -> Iterator[Page]:
        """The page of a scene, when all of it is drawn."""
        width, height, points = SIZES[scene.size]
        phone = width <= PHONE
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=points,
            color_scheme=scene.theme,
            storage_state=self._known,
            reduced_motion="reduce",
            user_agent=self._phone if phone else None,
            has_touch=phone,
            is_mobile=phone,
        )
        page = context.new_page()
        page.goto(f"{self._address}/{scene.address}")
        yield settled(page)
        context.close()

    def take(self, scene: Scene, height: int = 0) -> Image.Image:
        """The picture of a scene: so high, or the whole of it."""
        with self.opened(scene) as page:
            width = SIZES[scene.size][0]
            wanted = height or min(int(page.evaluate(_HEIGHT)), LONGEST)
            page.set_viewport_size(ViewportSize(width=width, height=wanted))
            if (wide := int(page.evaluate(_WIDTH))) > width:
                print(f"WIDER than its screen by {wide - width}: {scene.name}")
            return _at_rest(settled(page))


def settled(page: Page) -> Page:
    """Waits until the script has run to its end and nothing is being read."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    return page


def _at_rest(page: Page) -> Image.Image:
    seen = page.screenshot()
    for _ in range(_MOST_LOOKS):
        # Charts take their new size a moment after the page has its own.
        page.wait_for_timeout(250)
        before, seen = seen, page.screenshot()
        if before == seen:
            break
    return Image.open(io.BytesIO(seen)).convert("RGB")


def small(picture: Image.Image) -> Image.Image:
    """The same in 256 colours, which a page of flat areas hardly shows, as a file of a third the size."""
    return picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def alike(one: Image.Image, other: Image.Image) -> bool:
    """True where nobody sees a difference: edges of letters are not drawn to the very same shade each time."""
    if one.size != other.size:
        return False
    differs = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return differs.point(lambda shade: 255 * (shade > _UNSEEN)).getbbox() is None


def sheet(pictures: Mapping[str, Path]) -> Image.Image:
    """A contact sheet: the pictures by their captions, in rows, long ones cut off below."""
    cells = [(caption, _cell(Image.open(path))) for caption, path in pictures.items()]
    rows = list(_rows([cell for _, cell in cells]))
    height = sum(max(cell.height for cell in row) + 2 * _GAP + 14 for row in rows)
    paper = Image.new("RGB", (_SHEET, height), "#8a8f96")
    draw, captions, top = ImageDraw.Draw(paper), iter(caption for caption, _ in cells), 0
    for row in rows:
        left = _GAP
        for cell in row:
            draw.text((left, top + 4), next(captions), "white", font_size=13)
            paper.paste(cell, (left, top + 22))
            left += cell.width + _GAP
        top += max(cell.height for cell in row) + 2 * _GAP + 14
    return paper


def _cell(picture: Image.Image) -> Image.Image:
    """Half its size, and no wider than a cell."""
    width = min(picture.width // 2, _CELL[0])
    smaller = picture.resize((width, picture.height * width // picture.width), Image.Resampling.LANCZOS)
    return smaller.crop((0, 0, smaller.width, min(smaller.height, _CELL[1])))


def _rows(cells: Sequence[Image.Image]) -> Iterator[list[Image.Image]]:
    row: list[Image.Image] = []
    for cell in cells:
        if row and sum(one.width + _GAP for one in row) + cell.width + 2 * _GAP > _SHEET:
            yield row
            row = []
        row.append(cell)
    if row:
        yield row
