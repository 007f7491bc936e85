"""The colours, once, light and dark. Pictures, themes and files take them from here.

Blue is up and orange is down, never green and red: fewer messages are not bad in themselves, and the pair can be
told apart without colour vision and in greyscale. Text colours reach a contrast of 4.5 on paper and panel.
"""

from __future__ import annotations

from dataclasses import dataclass

FONT = (
    '"Source Sans", "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif'
)


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme as ``#RRGGBB``; ``silent`` goes from young to old, ``heat`` from few to many, ``others``
    are for lines beside that of ``this``. ``narrow`` is for a screen as narrow as a phone.

    The previous period is drawn in ink, as a tick or a thin line, never as a second bar.
    """

    name: str
    ink: str
    muted: str
    paper: str
    panel: str
    line: str
    this: str
    up: str
    down: str
    silent: tuple[str, str, str, str, str]
    heat: tuple[str, str, str, str]
    others: tuple[str, str, str, str]
    narrow: bool = False


LIGHT = Tokens(
    name="light",
    ink="#1F2933",
    muted="#5F6B7A",
    paper="#FFFFFF",
    panel="#F6F7F9",
    line="#E3E7EC",
    this="#3A6EA5",
    up="#1F6FB2",
    down="#B5550F",
    silent=("#C1CBD5", "#9FACB9", "#7D8C9B", "#5F6F7F", "#435261"),
    heat=("#F3F6F9", "#C6DBEF", "#6BAED6", "#08519C"),
    others=("#B5550F", "#1E7A70", "#7D4F93", "#7A6210"),
)

DARK = Tokens(
    name="dark",
    ink="#E6EAF0",
    muted="#9AA7B6",
    paper="#12161C",
    panel="#1A2029",
    line="#2B3440",
    this="#7FAEDB",
    up="#6FB1EA",
    down="#F0A057",
    silent=("#45515F", "#5D6B7A", "#778695", "#93A2B1", "#B3C0CE"),
    heat=("#1A2029", "#1E3A5C", "#3B7DBD", "#BFE0FF"),
    others=("#F0A057", "#5FC2B6", "#C39BDB", "#DDBB55"),
)


def faded(colour: str, share: float) -> str:
    """``colour`` (``#RRGGBB``) as ``rgba(...)`` with an opacity of ``share`` (0 to 1)."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {share:g})"
