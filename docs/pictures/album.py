"""The pictures of the documents: few, small, and the same whenever they are taken."""

from __future__ import annotations

from PIL import Image

from docs.pictures.camera import Camera, alike, small
from docs.pictures.scenes import Scene
from tests import ROOT

IMAGES = ROOT / "docs" / "images"
WORKSPACE = "1200"
# By name: the scene, and how much of it from above.
PICTURES: dict[str, tuple[Scene, int]] = {
    "overview": (Scene("overview", "1440"), 1330),
    "top_channels": (Scene("top_channels", "1440"), 720),
    "inactive_rooms": (Scene("inactive_rooms", "1440"), 720),
    "room": (Scene("room", "1440"), 1000),
    "report": (Scene("report", "1440"), 1200),
}


def fill(camera: Camera) -> None:
    """Takes each of them into its file, unless it looks as before, and removes what is none of them any more."""
    IMAGES.mkdir(exist_ok=True)
    for name, (scene, height) in PICTURES.items():
        path, picture = IMAGES / f"{name}.png", small(camera.take(scene, height=height))
        if not path.exists() or not alike(Image.open(path), picture):
            picture.save(path, optimize=True)
    for path in IMAGES.glob("*.png"):
        if path.stem not in PICTURES:
            path.unlink()
